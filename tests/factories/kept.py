"""What takes long to build is built once through the services, then put back row by row.

Once a run: whoever of its workers comes first builds it, and the others wait for what was built.

Only where nothing is stored yet, so that a copy is never laid over anything; and only where the
role may leave out triggers (the throw-away server grants it), since what they wrote is copied too.
"""

import fcntl
import functools
import os
import pickle
from collections.abc import Callable
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from tests import standing
from work.services._definition import _published

# How content types were numbered; the records, pickled (put back faster than copied); the rows.
type Copy = tuple[list, bytes, dict[str, bytes]]
_COPIES: dict[str, Copy] = {}
_TAB = "\t"
# The name of the copy that was laid last.
_laid: dict[str, str] = {}
# Made anew with other numbers whenever a database is emptied: then put back with those of the copy.
_KINDS = ("auth_permission", "django_content_type")


def built_once[T](build: Callable[[], T]) -> Callable[[], T]:
    """Make `build`, which only writes and returns its records, cheap from the second call on."""

    @functools.wraps(build)
    def there() -> T:
        if not _may_leave_out_triggers() or _anything_stored():
            _laid.clear()
            return build()
        known = sorted(ContentType.objects.values_list("pk", "app_label", "model"))
        name = f"{build.__module__}.{build.__name__}"
        if name != _laid.get("last"):
            # Another worker numbered its versions by itself, and a process keeps them by number.
            _published.cache_clear()
            _laid["last"] = name
        if name not in _COPIES:
            made, _COPIES[name] = _first(name, build, known)
            if made is not None:
                return made
        numbered, made, rows = _COPIES[name]
        _put_back(rows, renumbered=numbered != known)
        return pickle.loads(made)  # noqa: S301  our own, of this run

    return there


def built_beside[T](base: str, name: str, build: Callable[[], T]) -> T:
    """The same for what is added to what was built once (`base`), and changes none of its rows."""
    if _laid.get("last") != base:
        return build()
    if name not in _COPIES:
        made, _COPIES[name] = _first(name, build, [], beside=True)
        if made is not None:
            return made
    _numbered, made, rows = _COPIES[name]
    _put_back(rows, renumbered=False)
    return pickle.loads(made)  # noqa: S301  our own, of this run


def _first[T](
    name: str, build: Callable[[], T], known: list, *, beside: bool = False
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
        before = _rows() if beside else {}
        made = build()
        kept = (known, pickle.dumps(made), _added(before, _rows()))
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value > 0")
        path.write_bytes(pickle.dumps((kept, cursor.fetchall())))
        return made, kept


@functools.cache
def _tables() -> list[str]:
    left = ("django_migrations", "django_site", *_KINDS)
    return sorted(set(connection.introspection.table_names()) - set(left))


@functools.cache
def _may_leave_out_triggers() -> bool:
    asked = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return cursor.fetchone()[0]


def _anything_stored() -> bool:
    with connection.cursor() as cursor:
        found = " OR ".join(f'EXISTS (SELECT FROM "{name}")' for name in _tables())
        standing.execute(cursor, "anything_stored", f"SELECT {found}")
        return cursor.fetchone()[0]


def _rows() -> dict[str, bytes]:
    """Every row of every table that has one, as COPY tells it."""
    rows = {}
    with connection.cursor() as cursor:
        for name in (*_KINDS, *_tables()):
            with cursor.copy(f'COPY (SELECT {_columns(name)} FROM "{name}") TO STDOUT') as told:
                rows[name] = b"".join(told)
    return {name: data for name, data in rows.items() if data}


def _added(before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, bytes]:
    """The rows that are there now and were not before."""
    added = {}
    for name, data in after.items():
        old = set(before.get(name, b"").splitlines(keepends=True))
        lines = data.splitlines(keepends=True)
        if not old <= set(lines):
            raise ValueError(f"rows of {name} were changed")
        added[name] = b"".join(line for line in lines if line not in old)
    return {name: data for name, data in added.items() if data}


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


def _put_back(rows: dict[str, bytes], *, renumbered: bool) -> None:
    """In one message: each of its own would cost more than what it says."""
    said = [f'DELETE FROM "{name}"' for name in _KINDS if renumbered]
    said += [
        _inserted(name, data) for name, data in rows.items() if name not in _KINDS or renumbered
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica;"
            f"{';'.join(said)}; SET LOCAL session_replication_role = DEFAULT"
        )
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
