"""The application's role works with data; it changes no table, and nothing in the history."""

import pghistory
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from vinkey.roles import append_only_tables, grant

KEPT = append_only_tables()
PLAIN = sorted(
    model._meta.db_table
    for model in apps.get_models(include_auto_created=True)
    if model._meta.managed and not model._meta.proxy and model._meta.db_table not in KEPT
)


def refused(cursor, statement: str) -> bool:
    try:
        with transaction.atomic():
            cursor.execute(statement)
    except DatabaseError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


def test_what_is_history_is_known_from_the_models():
    assert {"work_event", "work_note", "work_act", "pghistory_context"} <= set(KEPT)
    tracked = [model for model in apps.get_models() if issubclass(model, pghistory.models.Event)]
    assert {model._meta.db_table for model in tracked} <= set(KEPT)
    assert "work_workitem" in PLAIN


@pytest.mark.parametrize("table", KEPT)
def test_history_is_only_read_and_added_to(as_app, table):
    with as_app() as cursor:
        column = connection.introspection.get_table_description(cursor, table)[0].name
        assert refused(cursor, f'UPDATE "{table}" SET "{column}" = "{column}"')
        assert refused(cursor, f'DELETE FROM "{table}"')
        assert refused(cursor, f'TRUNCATE "{table}"')
        assert refused(cursor, f'ALTER TABLE "{table}" DISABLE TRIGGER ALL')
        cursor.execute("SELECT has_table_privilege(%s, 'SELECT, INSERT')", [table])
        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize("table", PLAIN)
def test_no_table_can_be_emptied_or_altered(as_app, table):
    with as_app() as cursor:
        assert refused(cursor, f'TRUNCATE "{table}" CASCADE')
        assert refused(cursor, f'ALTER TABLE "{table}" ADD COLUMN more int')
        assert refused(cursor, f'DROP TABLE "{table}" CASCADE')
        cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
        assert cursor.fetchone() == (True,)


def test_nothing_new_can_be_made(as_app):
    with as_app() as cursor:
        assert refused(cursor, "CREATE TABLE extra (n int)")
        assert refused(cursor, "CREATE TEMPORARY TABLE extra (n int)")
        assert refused(cursor, "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        assert refused(cursor, "CREATE ROLE another")
        assert refused(cursor, "DELETE FROM django_migrations")


def test_plain_tables_can_be_written(as_app):
    heartbeats = apps.get_model("work", "Heartbeat").objects
    with as_app():
        heartbeats.create(name="role", at=timezone.now())
        assert heartbeats.filter(name="role").update(at=timezone.now()) == 1
        assert heartbeats.filter(name="role").delete()[0] == 1


def test_a_context_is_written_once_by_the_role_that_cannot_change_it(as_app):
    people = apps.get_model("work", "User").objects
    contexts = apps.get_model("pghistory", "Context").objects
    with as_app():
        with pghistory.context(act="first") as known:
            person = people.create(username="tracked")
        with pghistory.context(act="second"):
            people.filter(pk=person.pk).update(name="T")
        with connection.cursor() as cursor:
            forged = ["pghistory.context_id", str(known.id), "pghistory.context_metadata"]
            cursor.execute("SELECT set_config(%s, %s, true), set_config(%s, '{}', true)", forged)
        people.filter(pk=person.pk).update(name="forged")
    assert sorted(contexts.values_list("metadata__act", flat=True)) == ["first", "second"]


def test_granting_again_changes_nothing(db, capsys):
    first = grant(connection)
    assert first == grant(connection)
    assert first["append_only"] == len(KEPT)
    call_command("grant_app_role")
    assert f"{len(KEPT)} only to add to" in capsys.readouterr().out
