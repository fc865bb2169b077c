"""Loads the demo: hvk, and a small nrd beside it, around a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from work.demo import hvk, nrd, progress
from work.demo.play import Play
from work.exceptions import NotDone
from work.models import Site, User
from work.services import clock

DEMOS = (hvk.DEMO, nrd.DEMO)
_AWAY = "`make reset` removes it with all that is in .data; `make run` then loads it anew."


class Command(BaseCommand):
    help = (
        "Loads the demo site hvk and a small nrd into an empty database, or to its end where that "
        "was cut short. Not in production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", help="the demo's moment, ISO 8601 with a zone; now by default")

    def handle(self, *args: object, **options: str | None) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo has known passwords: it is not for production.")
        at = progress.cut_short()
        if at is None:
            if Site.objects.exists() or User.objects.exists():
                raise CommandError("The database is not empty: nothing was loaded.")
            at = _moment(options["at"])
            progress.begin(at)
        elif not progress.same_version():
            raise CommandError(f"The demo here was half loaded by another version. {_AWAY}")
        elif options["at"] and _moment(options["at"]) != at:
            raise CommandError(f"The half demo here is of {_words(at)}: leave --at away.")
        else:
            self.stdout.write(f"Going on with the demo of {_words(at)}.")
        try:
            with _without_waiting():
                self._load(at)
        except NotDone as error:
            raise CommandError(f"The demo could not be loaded to its end. {_AWAY}") from error
        progress.end(at)

    def _load(self, at: datetime) -> None:
        known: dict[str, User] = {}
        for demo in DEMOS:
            play = Play(demo, at, known)
            play.run()
            items = play.site.items.count()
            self.stdout.write(f"{demo.name}: {len(play.places)} places, {items} items.")
        clock.settle_due(at)


@contextmanager
def _without_waiting() -> Iterator[None]:
    """No commit waits for the disk: a crash may take back the last acts, and then they are redone.

    They are taken back in order, so that nothing is missing of what came before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def _words(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _moment(said: str | None) -> datetime:
    if not said:
        return timezone.now()
    try:
        at = parse_datetime(said)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise CommandError(f"{said} is not a moment with a zone, as 2026-11-24T05:00+01:00.")
    return at
