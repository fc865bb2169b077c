"""Fills an empty, throw-away database with a large site, for measuring and for EXPLAIN.

The rows are made by SQL with triggers off, so this is no way to bring data into a site that is
used: it needs the owner of the tables, an empty database, and is refused in production.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from work.management.commands import _bulk_rows, _bulk_site
from work.models import Site

_ROWS = (
    "work_workitem",
    "work_itemexecutor",
    "work_itemasset",
    "work_blocker",
    "work_prerequisite",
    "work_acceptance",
    "work_event",
)
_TABLES = (*_ROWS, "work_note", *_bulk_site.TABLES)


class Command(BaseCommand):
    help = "Loads a large made-up site into an empty database that may be thrown away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--items", type=int, default=1_000_000)
        parser.add_argument("--open", type=int, default=20_000, dest="opened")
        parser.add_argument("--places", type=int, default=6_000)
        parser.add_argument("--people", type=int, default=500)
        parser.add_argument("--slug", default="bulk")
        parser.add_argument(
            "--prerequisites",
            action="store_true",
            help="three for every item; otherwise for open items alone",
        )

    def handle(self, *args, **options) -> None:
        if settings.PRODUCTION:
            raise CommandError("Not in production: this is for a database to be thrown away.")
        if Site.objects.exists():
            raise CommandError("There are sites in this database: only an empty one is filled.")
        if options["opened"] > options["items"]:
            raise CommandError("There cannot be more open items than items.")
        began = time.monotonic()
        at = timezone.now().replace(second=0, microsecond=0)
        with transaction.atomic(), connection.cursor() as cursor:
            for table in _TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            site = _bulk_site.load(
                at - timedelta(days=5 * 365),
                slug=options["slug"],
                places=options["places"],
                people=options["people"],
            )
            _load_rows(cursor, site, at, options)
            for table in _TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        _finish()
        took = time.monotonic() - began
        self.stdout.write(f"{options['items']:,} items of {options['slug']} in {took:.0f} s.")


def _load_rows(cursor: CursorWrapper, site: _bulk_site.Made, at: datetime, options: dict) -> None:
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # Written down at once: what may still be lost is marked visible to all by no VACUUM.
    cursor.execute("SET LOCAL synchronous_commit = on")
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    aside = [again for table in _ROWS for again in _bulk_rows.set_aside(cursor, table)]
    _bulk_rows.items(cursor, site, at, items=options["items"], opened=options["opened"])
    _bulk_rows.around(cursor, site, at, all_prerequisites=options["prerequisites"])
    for again in aside:
        cursor.execute(again)


def _finish() -> None:
    """Statistics and, outside a transaction, the visibility map that index-only scans need."""
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute("ANALYZE")
        else:
            cursor.execute("VACUUM ANALYZE")
