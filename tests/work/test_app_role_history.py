"""What the application's own role cannot do in SQL: change history, triggers, or types."""

import pytest
from django.db import connection

from tests.factories import (
    closed_item,
)
from tests.work.by_sql import (
    CHECK,
    CLOSED,
    NO_RIGHT,
    RAISED,
    RESTRICT,
    accepted,
    blocked_done_item,
)
from vinkey.roles import append_only_tables, grant


@pytest.mark.parametrize("table", append_only_tables())
def test_history_is_neither_changed_nor_deleted(app, world, table):
    closed_item(world)
    column = connection.introspection.get_table_description(connection.cursor(), table)[0].name
    assert app(f'UPDATE "{table}" SET "{column}" = "{column}"') == NO_RIGHT
    assert app(f'DELETE FROM "{table}"') == NO_RIGHT
    assert app(f'TRUNCATE "{table}"') == NO_RIGHT
    assert app(f'DROP TABLE "{table}"') == NO_RIGHT
    assert app(f'ALTER TABLE "{table}" RENAME TO gone') == NO_RIGHT


@pytest.mark.parametrize("table", ["work_event", "work_note", "work_act", "work_workitem"])
def test_no_trigger_is_switched_off(app, world, table):
    assert app(f"ALTER TABLE {table} DISABLE TRIGGER ALL") == NO_RIGHT
    assert app(f"ALTER TABLE {table} DISABLE TRIGGER USER") == NO_RIGHT
    assert app(f"CREATE RULE none AS ON INSERT TO {table} DO INSTEAD NOTHING") == NO_RIGHT


def test_nor_by_another_way(app, world):
    assert app("SET LOCAL session_replication_role = 'replica'") == NO_RIGHT
    assert app("SELECT set_config('session_replication_role', 'replica', true)") == NO_RIGHT
    assert app(f"DROP TRIGGER {_trigger('work_event', 'append_only')} ON work_event") == NO_RIGHT
    assert app("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'") == NO_RIGHT
    assert app("ALTER ROLE vinkey_app SUPERUSER") == NO_RIGHT
    widened = "GRANT UPDATE ON work_event TO vinkey_app; UPDATE work_event SET verb = 'x'"
    assert app(widened) == NO_RIGHT


def _trigger(table: str, name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE %s",
            [table, f"pgtrigger_{name}_%"],
        )
        return cursor.fetchone()[0]


def test_a_setting_switches_no_trigger_off(app, world):
    """The triggers' library knows such a setting, and everybody may set it."""
    grant(connection)
    item = blocked_done_item(world)
    accepted(item, world.shift_lead)
    names = ",".join(
        _trigger("work_workitem", name) for name in ("never_deleted", "closed_by_acceptance")
    )
    ignoring = f"SELECT set_config('pgtrigger.ignore', '{{{names}}}', true);"
    closing = f" UPDATE work_workitem SET {CLOSED}, open_blockers = 0 WHERE id = %s"
    assert app(ignoring + closing, [item.pk]) == CHECK
    assert app(ignoring + " DELETE FROM work_workitem WHERE id = %s", [item.pk]) == RAISED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE work_worktypeversion SET takes_out = true WHERE id = %s",
        "UPDATE work_worktypeversion SET published_at = NULL WHERE id = %s",
        "DELETE FROM work_worktypeversion WHERE id = %s",
    ],
)
def test_a_published_version_never_changes(app, world, statement):
    version = world.mnt.versions.get()
    assert app(statement, [version.pk]) == RAISED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE work_typecriterion SET text = 'Less' WHERE version_id = %s",
        "DELETE FROM work_typecriterion WHERE version_id = %s",
        "INSERT INTO work_typestage (version_id, key, label, status, position)"
        " VALUES (%s, 'x', 'X', 'live', 0)",
    ],
)
def test_nor_does_what_it_says(app, world, statement):
    version = world.mnt.versions.get()
    assert app(statement, [version.pk]) == RESTRICT
