"""Reads of a fixed shape: Django writes their SQL once in a process, then only values differ.

Putting a wide statement together costs Django several times what sending it does, and an act reads
the same few shapes again and again. Each is also planned once a connection.
"""

import itertools
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import lru_cache
from typing import Any, cast
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.backends.postgresql.base import Cursor
from django.db.backends.utils import CursorWrapper
from django.db.models import Lookup, Model, QuerySet, Value


class _Slot:
    """Stands in the parameters of a statement for a value that a call gives."""

    def __init__(self, name: str) -> None:
        self.name = name


def given(name: str) -> Value:
    """The place of a value in a prepared read; never for NULL, which SQL compares otherwise."""
    return Value(_Slot(name))


def fill(params: Iterable[Any], values: Mapping[str, Any]) -> tuple[Any, ...]:
    """The parameters of a statement that was put together with `given` values, with the values."""
    return tuple(values[each.name] if isinstance(each, _Slot) else each for each in params)


def _with_what_stands(sql: str, params: Iterable[Any]) -> tuple[str, tuple[Any, ...]]:
    """A statement in which only the values that a call gives are left to be given, and those: a
    plan takes no index over open work where it does not know that open work is asked for.
    """
    left, operations = iter(params), cast(Any, connection.ops)
    slots: list[Any] = []

    def stand(mark: re.Match[str]) -> str:
        if mark[0] == "%%":
            return "%%"
        value = next(left)
        if isinstance(value, _Slot):
            slots.append(value)
            return "%s"
        said: str = operations.compose_sql("%s", [value])
        return said.replace("%", "%%")

    return _MARK.sub(stand, sql), tuple(slots)


class Among(Lookup):
    """`Among(F("pk"), given("ids"))`: one of the values of a list, of any length."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple]:
        """`left = ANY(list)`."""
        left, of_left = self.process_lhs(compiler, connection)
        right, of_right = compiler.compile(self.rhs)
        return f"{left} = ANY({right})", (*of_left, *of_right)


@contextmanager
def planned() -> Iterator[CursorWrapper]:
    """A cursor whose statements the database plans once a connection.

    For statements of a fixed text, where planning takes several times what running does. A plan
    holds for all values: conditions of partial indexes must stand in the statement itself.
    """
    with _Planned(connection).cursor() as cursor:
        yield cursor


_Cursor: Any = Cursor


class _Kept(_Cursor):
    """Gives each statement a name in its connection at the first use, and sends its values alone.

    By SQL and not by the driver, which forgets the names at every roll-back; the database does not.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        names = _named.get(self.connection)
        if names is None:
            names = _named[self.connection] = OrderedDict()
        if query in names:
            names.move_to_end(query)
        else:
            names[query] = self._name(query, names)
        values = _in_order(query, params)
        marks = f"({', '.join(['%s'] * len(values))})" if values else ""
        return super().execute(f"EXECUTE {names[query]}{marks}", values)

    def _name(self, query: str, names: OrderedDict[str, str]) -> str:
        """Have it named; the one that was not used for longest makes room for it."""
        with self.connection.cursor() as before:
            if len(names) < _MOST:
                name = f"kept_{len(names)}"
            else:
                _oldest, name = names.popitem(last=False)
                before.execute(f"DEALLOCATE {name}")
            before.execute(f"PREPARE {name} AS {_numbered(query)[0]}")
        return name


# The names of statements by their text, in each connection that is open; so many at the most.
_named: WeakKeyDictionary[Any, OrderedDict[str, str]] = WeakKeyDictionary()
_MOST = 200
_MARK = re.compile(r"%(?:\((\w+)\))?s|%%")


@lru_cache(maxsize=4 * _MOST)
def _numbered(query: str) -> tuple[str, tuple[str, ...]]:
    """A statement with $1, $2 … for its marks, and the names of those that have one."""
    names: list[str] = []
    count = itertools.count(1)

    def number(mark: re.Match[str]) -> str:
        if mark[0] == "%%":
            return "%"
        if mark[1] is None:
            return f"${next(count)}"
        if mark[1] not in names:
            names.append(mark[1])
        return f"${names.index(mark[1]) + 1}"

    return _MARK.sub(number, query), tuple(names)


def _in_order(query: str, params: Any) -> list[Any]:
    """The values of a statement in the order of their numbers."""
    if isinstance(params, Mapping):
        return [params[name] for name in _numbered(query)[1]]
    return list(params or ())


class _Planned:
    """A connection whose statements are planned once."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def cursor(self) -> CursorWrapper:
        """One of them."""
        self._real.ensure_connection()
        return self._real._prepare_cursor(_Kept(self._real.connection))


def prepared[M: Model](
    build: Callable[..., QuerySet[M, Any]],
) -> Callable[..., list[Any]]:
    """Make a read of `build`, which returns rows with `given` values and touches no database.

    Its rows must be found by what it is given: a condition that only some values of it fulfil opens
    no partial index. Called with what `build` takes (all that changes the shape; hashable) and the
    values by name.
    """

    @lru_cache(maxsize=64)
    def known(*shape: Any) -> tuple[QuerySet[M], Any, str, tuple]:
        rows = build(*shape)
        compiler = rows.query.get_compiler(rows.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            sql, params = "", ()
        return rows, compiler, *_with_what_stands(sql, params)

    def read(*shape: Any, **values: Any) -> list[M]:
        rows, compiler, sql, slots = known(*shape)
        if not sql:
            return []
        filled = fill(slots, values)
        own = copy(compiler)
        own.connection = _Planned(connections[rows.db])
        own.as_sql = lambda *args, **options: (sql, filled)
        query = copy(rows.query)
        query.get_compiler = lambda *args, **options: own  # type: ignore[method-assign]
        # As `rows.all()`, whose query is not copied condition by condition: it is never changed.
        found = object.__new__(rows.__class__)
        found.__dict__ |= rows.__dict__ | {"_query": query}
        return list(found)

    read.__doc__, read.__name__ = build.__doc__, build.__name__
    return read
