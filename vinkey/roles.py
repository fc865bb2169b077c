"""What the application's own role may do: everything but the schema, and history only to add to.

A model is history when it says `append_only = True`, or when it is one of pghistory's records.
"""

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from vinkey.embedded.home import APP

_SEQUENCES = "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {app}"

# As pghistory has it, but for its upsert: there the application's role would need the right to
# change a context that is written. The first word stands.
_CONTEXT = """
CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS UUID AS $$
DECLARE
    known UUID := nullif(current_setting('pghistory.context_id', true), '')::uuid;
    words JSONB := nullif(current_setting('pghistory.context_metadata', true), '')::jsonb;
BEGIN
    IF known IS NULL OR words IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO pghistory_context (id, metadata, created_at, updated_at)
        VALUES (known, words, now(), now()) ON CONFLICT (id) DO NOTHING;
    RETURN known;
END;
$$ LANGUAGE plpgsql
"""

# As pgtrigger has it, a setting that everybody may set would switch our triggers off.
_NEVER_IGNORED = """
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN AS $$
BEGIN
    RETURN FALSE;
END;
$$ LANGUAGE plpgsql
"""


def is_append_only(model: type[models.Model]) -> bool:
    from pghistory.models import Context, Event

    return bool(getattr(model, "append_only", False)) or issubclass(model, (Event, Context))


def append_only_tables() -> list[str]:
    """Names of the tables that are only ever added to, as the models say."""
    found = apps.get_models(include_auto_created=True)
    return sorted(
        model._meta.db_table for model in found if model._meta.managed and is_append_only(model)
    )


def grant(connection: BaseDatabaseWrapper, *, password: str = "") -> dict[str, int]:
    """Make the role when it is missing and give it exactly its rights; again is harmless.

    Must run as the owner of the tables. Returns how many tables of each sort there are.
    """
    kept = append_only_tables()
    with connection.cursor() as cursor:
        _make_role(cursor, password)
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = cursor.fetchone()
        names = {"schema": sql.Identifier(schema), "app": sql.Identifier(APP)}
        names["database"] = sql.Identifier(database)

        def do(statement: str, **more: sql.Composable) -> None:
            cursor.execute(sql.SQL(statement).format(**names, **more))

        do("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {app}")
        do("REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {app}")
        do("GRANT CONNECT ON DATABASE {database} TO {app}")
        do("GRANT USAGE ON SCHEMA {schema} TO {app}")
        do("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {app}")
        do("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {app}")
        do(_SEQUENCES)
        cursor.execute(_CONTEXT)
        cursor.execute(_NEVER_IGNORED)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        there = {name for (name,) in cursor.fetchall()}
        for table in kept:
            if table in there:
                name = sql.Identifier(table)
                do("REVOKE UPDATE, DELETE ON {schema}.{table} FROM {app}", table=name)
        if "django_migrations" in there:
            do("REVOKE INSERT, UPDATE, DELETE ON {schema}.django_migrations FROM {app}")
    return {"plain": len(there) - len(there & set(kept)), "append_only": len(there & set(kept))}


def may_grant(connection: BaseDatabaseWrapper) -> bool:
    """Whether this session owns the tables, as who migrates does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class "
            "WHERE oid = to_regclass('django_migrations')"
        )
        return cursor.fetchone() == (True,)


def _make_role(cursor: CursorWrapper, password: str) -> None:
    """One at a time: several test databases of one server ask for the same role."""
    cursor.execute("SELECT pg_advisory_lock(hashtext('vinkey.roles'))")
    try:
        cursor.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [APP])
        known = cursor.fetchone()
        if known is None:
            cursor.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(APP)))
        if password:
            cursor.execute(
                sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(APP), sql.Literal(password)
                )
            )
        cursor.execute(
            "SELECT current_user, pg_has_role(current_user, %s, 'MEMBER') "
            "AND (current_setting('server_version_num')::int < 160000 "
            "     OR pg_has_role(current_user, %s, 'SET'))",
            [APP, "vinkey_app"],
        )
        owner, member = cursor.fetchone()
        if not member:
            cursor.execute(
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(owner))
            )
    finally:
        cursor.execute("SELECT pg_advisory_unlock(hashtext('vinkey.roles'))")
