"""What takes long to build is built once through the services, then put back row by row.

Once a run: whoever of its workers comes first builds it, and the others wait for what was built.

Only where nothing is stored yet, so that a copy is never laid over anything; and only where the
role may leave out triggers (the throw-away server grants it), since what they wrote is copied too.
"""

import fcntl
import functools
import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from tests import standing
from tests.factories import under
from work.services._definition import _published

# How content types were numbered; the records, pickled (put back faster than copied); the rows;
# the same of what may be added.
type Copy = tuple[list, bytes, dict[str, bytes], dict[str, tuple[bytes, dict[str, bytes]]]]
_COPIES: dict[str, Copy] = {}
_TAB = "\t"
PUTS_BACK = "SET LOCAL session_replication_role = replica"
# That has every statement planned anew: of what is laid in the midst of a test only our triggers
# are left out (`may_leave_out_triggers`), and who refers to what is looked at when it ends.
LAYS = "SET LOCAL vinkey_tests.lays = 'on'"
_LETS_LAY = """
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN AS $$
BEGIN
    RETURN current_user = session_user AND current_setting('vinkey_tests.lays', true) = 'on';
END;
$$ LANGUAGE plpgsql
"""
# The name of the copy that was laid last.
_laid: dict[str, str] = {}
# What is being built, which may stand on another copy.
_building: list[str] = []
# Made anew with other numbers whenever a database is emptied: then put back with those of the copy.
_KINDS = ("auth_permission", "django_content_type")


def built_once[T](
    build: Callable[[], T], beside: Mapping[str, Callable[[T], Any]] | None = None
) -> Callable[[], T]:
    """Make `build`, which only writes and returns its records, cheap from the second call on.

    beside: what `added` puts beside it; made with it, so that all have their own numbers.
    """

    @functools.wraps(build)
    def there() -> T:
        name = f"{build.__module__}.{build.__name__}"
        there_already = under.taken(name)
        if not there_already and (not may_leave_out_triggers() or _anything_stored()):
            _laid.clear()
            return build()
        if name != _laid.get("last"):
            # Another worker numbered its versions by itself, and a process keeps them by number.
            _published.cache_clear()
            _laid["last"] = name
        if name not in _COPIES:
            _building.append(name)
            try:
                made, _COPIES[name] = _first(name, build, _numbers(), beside or {})
            finally:
                _building.pop()
            if made is not None:
                return made
        if not there_already:
            lay(name)
            if not _building:
                under.laid(name)
        return pickle.loads(_COPIES[name][1])  # noqa: S301  our own, of this run

    return there


def lay(name: str) -> None:
    """Put the rows of a copy where nothing is stored."""
    numbered, _made, stored, _beside = _COPIES[name]
    put_back(stored, renumbered=numbered != _numbers(), how=PUTS_BACK)


def _numbers() -> list:
    """How content types are numbered now."""
    return sorted(ContentType.objects.values_list("pk", "app_label", "model"))


def laid() -> str:
    """The name of the copy on which this test stands; empty where it is none."""
    return _laid.get("last", "")


def is_building() -> bool:
    """Whether what is done now will be kept."""
    return bool(_building)


def no_more() -> None:
    """From here on the services make what this test needs."""
    _laid.clear()


def added(name: str) -> Any:
    """Put what is called so beside the copy that was laid; it changes none of its rows."""
    made, stored = _COPIES[laid()][3][name]
    put_back(stored)
    return pickle.loads(made)  # noqa: S301  our own, of this run


def _first[T](
    name: str, build: Callable[[], T], known: list, beside: Mapping[str, Callable[[T], Any]]
) -> tuple[T | None, Copy]:
    """What was built here, or None where another worker of this run did it; and its copy."""
    path = Path(os.environ["VINKEY_DATA"]) / f"{name}.kept"
    with path.with_suffix(".lock").open("w") as lock, connection.cursor() as cursor:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            kept, counted = pickle.loads(path.read_bytes())  # noqa: S301  our own, of this run
            for sequence, last in counted:
                at_least = f"setval('{sequence}', greatest(%s, nextval('{sequence}')))"
                cursor.execute(f"SELECT {at_least}", [last])
            return None, kept
        made = build()
        pickled, stored = pickle.dumps(made), rows()
        parts = {each: _beside(each, make, made, stored) for each, make in beside.items()}
        kept = (known, pickled, stored, parts)
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value > 0")
        path.write_bytes(pickle.dumps((kept, cursor.fetchall())))
        return made, kept


def _beside[T](
    name: str, make: Callable[[T], Any], world: T, stored: dict[str, bytes]
) -> tuple[bytes, dict[str, bytes]]:
    """What is made beside a world, and its rows; they are taken away again."""
    made = make(world)
    now = rows()
    gone, came = changed(stored, now)
    if gone:
        raise ValueError(f"{name} changes what stands: {sorted(gone)}")
    put_back({}, gone=changed(now, stored)[0], how=PUTS_BACK)
    return pickle.dumps(made), came


@functools.cache
def tables() -> list[str]:
    """The tables in which tests store something."""
    left = ("django_migrations", "django_site", *_KINDS)
    return sorted(set(connection.introspection.table_names()) - set(left))


@functools.cache
def may_leave_out_triggers() -> bool:
    """Whether the server is the throw-away one, in which rows are put back as they are."""
    asked = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return cursor.fetchone()[0]


_granted: list[bool] = []


def granted() -> None:
    """From here on this test has the product's own function, which lets nobody leave out any."""
    _granted.append(True)


def begin() -> None:
    """A test begins."""
    _granted.clear()


def let_lay(cursor: Any) -> None:
    """In a database of tests, who may leave out triggers can leave out ours alone."""
    if may_leave_out_triggers():
        cursor.execute(_LETS_LAY)


def _anything_stored() -> bool:
    """Whether anything is, as this connection sees it.

    What tests commit is gone when they end: in a transaction that has written nothing nothing is.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
            return cursor.fetchone()[0]
        return bool(filled(cursor))


def filled(cursor: Any) -> list[str]:
    """The names of the tables that have rows, quoted."""
    each = ", ".join(f'CASE WHEN EXISTS (SELECT FROM "{t}") THEN \'"{t}"\' END' for t in tables())
    sql = f"SELECT array_remove(ARRAY[{each}], NULL)"
    standing.execute(cursor, "tables_with_rows", sql)
    return cursor.fetchone()[0]


def rows() -> dict[str, bytes]:
    """Every row of every table that has one, as COPY tells it."""
    stored = {}
    with connection.cursor() as cursor:
        for name in (*_KINDS, *tables()):
            with cursor.copy(f'COPY (SELECT {_columns(name)} FROM "{name}") TO STDOUT') as told:
                stored[name] = b"".join(told)
    return {name: data for name, data in stored.items() if data}


def changed(
    before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> tuple[dict[str, list[str]], dict[str, bytes]]:
    """The keys of the rows that changed or went, by table, and the rows that are there since."""
    gone, added = {}, {}
    for name in {*before, *after}:
        old = before.get(name, b"").splitlines(keepends=True)
        new = after.get(name, b"").splitlines(keepends=True)
        if went := set(old) - set(new):
            at = _columns(name).split(", ").index(_key(name))
            fields = (line.decode().removesuffix("\n").split(_TAB) for line in went)
            gone[name] = [_literal(each[at]) for each in fields]
        if came := set(new) - set(old):
            added[name] = b"".join(line for line in new if line in came)
    return gone, added


@functools.cache
def _key(name: str) -> str:
    """The column by which its rows are known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a"
            " ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
            " WHERE i.indrelid = %s::regclass AND i.indisprimary",
            [f'"{name}"'],
        )
        ((column,),) = cursor.fetchall()
        return f'"{column}"'


@functools.cache
def _columns(name: str) -> str:
    """The columns that are stored as they are given: PostgreSQL computes the others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [f'"{name}"'],
        )
        return ", ".join(f'"{column}"' for (column,) in cursor.fetchall())


def put_back(
    stored: dict[str, bytes],
    *,
    gone: Mapping[str, list[str]] | None = None,
    renumbered: bool = False,
    how: str = "",
) -> None:
    """In one message: each of its own would cost more than what it says.

    how: what leaves out triggers; by default what is for a few rows.
    gone: the keys of rows that are put back otherwise than they stand, by table.
    """
    how = how or (PUTS_BACK if _granted else LAYS)
    said = [f'DELETE FROM "{name}"' for name in _KINDS if renumbered]
    said += [
        f'DELETE FROM "{name}" WHERE {_key(name)} IN ({", ".join(keys)})'
        for name, keys in (gone or {}).items()
    ]
    said += [
        _inserted(name, data) for name, data in stored.items() if name not in _KINDS or renumbered
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{how};{';'.join(said)};{how.partition('=')[0]} = DEFAULT")
    if renumbered:
        ContentType.objects.clear_cache()
        _renumbered.append(True)


@functools.cache
def _inserted(name: str, data: bytes) -> str:
    """The statement that stores rows which COPY told."""
    lines = data.decode().removesuffix("\n").split("\n")
    values = (f"({', '.join(map(_literal, line.split(_TAB)))})" for line in lines)
    return f'INSERT INTO "{name}" ({_columns(name)}) VALUES {", ".join(values)}'


def _literal(told: str) -> str:
    """A value as COPY tells it, as SQL says it: what COPY escapes, E'' reads the same way."""
    return "NULL" if told == r"\N" else "E'" + told.replace("'", "''") + "'"


_renumbered: list[bool] = []


def forget_numbers() -> None:
    """After a test: what is remembered of content types may be rolled back with it."""
    if _renumbered:
        _renumbered.clear()
        ContentType.objects.clear_cache()
