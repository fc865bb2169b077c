"""What is stored, as plain rows read by plain SQL: what the invariants are recomputed from."""

import itertools
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Q

from tests import standing
from work.models import Act, Blob, WorkItem

Row = SimpleNamespace

# Read again at every step. What was withdrawn of lines and criteria is asked of nobody.
_WORK = {
    "items": "SELECT i.*, p.path FROM work_workitem i JOIN work_place p ON p.id = i.place_id",
    "executors": "SELECT item_id, user_id FROM work_itemexecutor",
    "prerequisites": "SELECT * FROM work_prerequisite",
    "blockers": "SELECT * FROM work_blocker",
    "checks": "SELECT * FROM work_namedcheck",
    "criteria": "SELECT * FROM work_criterion WHERE withdrawn_at IS NULL",
    "evidence": "SELECT * FROM work_evidence",
    "lines": "SELECT * FROM work_checklistline WHERE withdrawn_at IS NULL",
    "acceptances": "SELECT * FROM work_acceptance",
    "holds": "SELECT * FROM work_hold",
    "windows": "SELECT * FROM work_window",
}
# Read again after an act that sets the site up.
_SET_UP = {
    "people": "SELECT id, name, is_active, company_id FROM work_user",
    "memberships": "SELECT m.*, coalesce(p.path, '') AS path FROM work_membership m"
    " LEFT JOIN work_place p ON p.id = m.place_id",
    "duties": "SELECT d.user_id, d.post_id, d.starts, d.ends, s.role, s.site_id, p.path,"
    " s.is_active FROM work_duty d JOIN work_post s ON s.id = d.post_id"
    " JOIN work_place p ON p.id = s.place_id",
    "rules": "SELECT r.*, coalesce(p.path, '') AS path FROM work_requirementrule r"
    " LEFT JOIN work_place p ON p.id = r.place_id",
    "modes": "SELECT m.rule_id, m.place_id, m.mode, p.path FROM work_rulemode m"
    " JOIN work_place p ON p.id = m.place_id",
    "shifts": "SELECT s.starts, s.ends, m.user_id, m.starts AS since, m.ends AS until"
    " FROM work_shift s JOIN work_teammember m ON m.team_id = s.crew_id",
    "members": "SELECT id, team_id, user_id, starts, ends FROM work_teammember",
    "posts": "SELECT id, is_active FROM work_post",
    "holders": "SELECT id, post_id, user_id, starts, ends FROM work_postholder",
    "places": "SELECT id, path FROM work_place",
    "versions": "SELECT * FROM work_worktypeversion",
    "fields": "SELECT * FROM work_typefield",
}
READINGS = ("blocked", "not_blocked", "ready", "not_ready")
_NAMES = itertools.count()
_WRITES = ("inserted", "updated", "deleted")
_JSON = ("params", "data", "values")


def read(sql: str, params: list[Any] | None = None) -> list[Row]:
    """The rows of one query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        found = [Row(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    for name in set(_JSON) & set(names):
        for row in found:
            setattr(row, name, json.loads(getattr(row, name)))
    return found


class Digest:
    """One number a table over everything that is stored, events and histories too."""

    def __init__(self, *of: str) -> None:
        """of: what the names of the tables begin with, besides those of work."""
        with connection.cursor() as cursor:
            # Else `writes` would count nothing.
            cursor.execute("SELECT current_setting('track_counts')")
            assert cursor.fetchone() == ("on",)
        self._parts, self.tables = [], []
        kept = {
            model._meta.db_table
            for model in apps.get_models()
            if getattr(model, "append_only", False) and model._meta.pk.column == "id"
        } - {Act._meta.db_table, Blob._meta.db_table}
        for table in sorted(connection.introspection.table_names()):
            if not table.startswith(("work_", "pghistory_", *of)):
                continue
            since = f" WHERE id > {_last(table)}" if table in kept else ""
            if table == Act._meta.db_table:
                # The system's own are the chunks in which many items are brought up to date.
                since = " WHERE actor_id IS NOT NULL"
            self._parts.append(
                "(SELECT coalesce(sum(hashtextextended(t::text, 0)), 0) + count(*)"
                f' FROM "{table}" t{since})'
            )
            self.tables.append(table)
        self._name = f"digest_{next(_NAMES)}"
        self._sql = f"SELECT ARRAY[{', '.join(self._parts)}]::text[]"
        counted = (
            " + ".join(
                f"pg_stat_get_xact_tuples_{kind}('\"{table}\"'::regclass)" for kind in _WRITES
            )
            for table in self.tables
        )
        self._counts = f"SELECT ARRAY[{', '.join(counted)}]"

    def __call__(self) -> list[str]:
        with connection.cursor() as cursor:
            standing.execute(cursor, self._name, self._sql)
            return cursor.fetchone()[0]

    def of(self, places: Sequence[int]) -> list[str]:
        """The same of some tables, by their places in `tables`."""
        parts = ", ".join(self._parts[place] for place in places)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ARRAY[{parts}]::text[]")
            return cursor.fetchone()[0]

    def writes(self) -> list[int]:
        """How many rows this transaction has written in each table so far, rolled back or not."""
        with connection.cursor() as cursor:
            standing.execute(cursor, f"{self._name}_writes", self._counts)
            return cursor.fetchone()[0]


def _last(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')
        return cursor.fetchone()[0]


class Reader:
    """Rows as they are stored, and what the queryset reads at moments: one statement for all."""

    _SOME = datetime.fromisoformat("2001-01-01T00:00:00+00:00")

    def __init__(self) -> None:
        some, parts = connection.ops.compose_sql("%s", [self._SOME]), []
        for tag, name in enumerate(READINGS):
            shown = getattr(WorkItem.objects, name)(self._SOME).order_by().values_list("pk")
            sql = connection.ops.compose_sql(*shown.query.sql_with_params())
            parts.append(f"SELECT {tag}, q.* FROM ({sql.replace(some, 'm.at')}) q")
        self._name = f"reading_{next(_NAMES)}"
        self._sql = (
            "SELECT m.at, r.* FROM unnest($1::timestamptz[]) m(at),"
            f" LATERAL ({' UNION ALL '.join(parts)}) r(tag, pk)"
        )

    def work(self) -> SimpleNamespace:
        """Everything of the work itself."""
        return SimpleNamespace(**{name: self.rows(sql) for name, sql in _WORK.items()})

    def set_up(self) -> SimpleNamespace:
        """People, roles, duties, rules, shifts and types."""
        return SimpleNamespace(**{name: self.rows(sql) for name, sql in _SET_UP.items()})

    def rows(self, sql: str) -> list[Row]:
        """The rows of one table."""
        return read(f"{sql} ORDER BY 1, 2")

    def shown(self, by: Q) -> list[int]:
        """Ids of the items that a filter lets through."""
        return list(WorkItem.objects.filter(by).values_list("pk", flat=True))

    def readings(self, moments: Iterable[datetime]) -> dict[datetime, tuple[set[int], ...]]:
        """Ids of the items that are blocked, not blocked, ready and not ready at each moment."""
        found: dict[datetime, tuple[set[int], ...]] = {
            at: tuple(set() for _name in READINGS) for at in moments
        }
        with connection.cursor() as cursor:
            standing.execute(cursor, self._name, self._sql, [list(found)])
            for at, tag, pk in cursor.fetchall():
                found[at][tag].add(pk)
        return found
