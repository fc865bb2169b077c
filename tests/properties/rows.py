"""What is stored, as plain rows read by plain SQL: what the invariants are recomputed from."""

import json
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import connection

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
    "modes": "SELECT m.rule_id, m.mode, p.path FROM work_rulemode m"
    " JOIN work_place p ON p.id = m.place_id",
    "shifts": "SELECT s.starts, s.ends, m.user_id, m.starts AS since, m.ends AS until"
    " FROM work_shift s JOIN work_teammember m ON m.team_id = s.crew_id",
    "versions": "SELECT * FROM work_worktypeversion",
    "fields": "SELECT * FROM work_typefield",
}
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


def work() -> SimpleNamespace:
    """Everything of the work itself."""
    return SimpleNamespace(**{name: read(f"{sql} ORDER BY 1, 2") for name, sql in _WORK.items()})


def set_up() -> SimpleNamespace:
    """People, roles, duties, rules, shifts and types."""
    return SimpleNamespace(**{name: read(f"{sql} ORDER BY 1, 2") for name, sql in _SET_UP.items()})


class Digest:
    """One number over everything that is stored, events and histories too."""

    def __init__(self) -> None:
        parts = []
        kept = {
            model._meta.db_table
            for model in apps.get_models()
            if getattr(model, "append_only", False) and model._meta.pk.column == "id"
        } - {Act._meta.db_table, Blob._meta.db_table}
        for table in sorted(connection.introspection.table_names()):
            if not table.startswith(("work_", "pghistory_")):
                continue
            since = f" WHERE id > {_last(table)}" if table in kept else ""
            if table == Act._meta.db_table:
                # The system's own are the chunks in which many items are brought up to date.
                since = " WHERE actor_id IS NOT NULL"
            parts.append(
                "(SELECT coalesce(sum(hashtextextended(t::text, 0)), 0) + count(*)"
                f' FROM "{table}" t{since})'
            )
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
            cursor.execute(f"PREPARE digest AS SELECT ARRAY[{', '.join(parts)}]::text")

    def __call__(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("EXECUTE digest")
            return cursor.fetchone()[0]


def _last(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')
        return cursor.fetchone()[0]


class Reader:
    """The readings of the queryset at a moment, compiled once: ids of blocked and ready items."""

    _SOME = datetime.fromisoformat("2001-01-01T00:00:00+00:00")

    def __init__(self) -> None:
        parts, self._params = [], []
        for tag, name in enumerate(("blocked", "not_blocked", "ready", "not_ready")):
            shown = getattr(WorkItem.objects, name)(self._SOME).order_by().values_list("pk")
            sql, params = shown.query.sql_with_params()
            parts.append(f"SELECT {tag}, q.* FROM ({sql}) q")
            self._params += params
        self._sql = " UNION ALL ".join(parts)

    def __call__(self, at: datetime) -> tuple[set[int], ...]:
        """Blocked, not blocked, ready, not ready."""
        found: tuple[set[int], ...] = (set(), set(), set(), set())
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [at if p == self._SOME else p for p in self._params])
            for tag, pk in cursor.fetchall():
                found[tag].add(pk)
        return found
