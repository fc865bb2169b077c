"""Reads of a fixed shape: Django writes their SQL once in a process, then only values differ.

Putting a wide statement together costs Django several times what sending it does, and an act reads
the same few shapes again and again. What every request asks is also planned once a connection.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.backends.postgresql.base import ServerBindingCursor
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
    """A cursor whose statements the database plans once a connection (`prepare_threshold`).

    For a few constant statements over tables with many indexes, where planning takes ten times what
    running does. Their values are sent apart, so that a plan holds for all of them: conditions of
    partial indexes must stand in the statement itself.
    """
    with _Planned(connection).cursor() as cursor:
        yield cursor


class _Planned:
    """A connection whose cursors send values apart from their statement."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def cursor(self) -> CursorWrapper:
        """One of them."""
        self._real.ensure_connection()
        return self._real._prepare_cursor(ServerBindingCursor(self._real.connection))


def often[M: Model](build: Callable[..., QuerySet[M, Any]]) -> Callable[..., list[Any]]:
    """As `prepared`, and planned once a connection: for the widest reads of pages.

    Its rows must be found by what it is given: a condition that only some values of it fulfil opens
    no partial index. A roll-back makes the connection forget what it planned, so that of what doors
    read only the widest is.
    """
    return prepared(build, _Planned)


def prepared[M: Model](
    build: Callable[..., QuerySet[M, Any]], through: Callable[[Any], Any] = lambda real: real
) -> Callable[..., list[Any]]:
    """Make a read of `build`, which returns rows with `given` values and touches no database.

    Called with what `build` takes (all that changes the shape; hashable) and the values by name.
    """

    @lru_cache(maxsize=64)
    def known(*shape: Any) -> tuple[QuerySet[M], Any, str, tuple]:
        rows = build(*shape)
        compiler = rows.query.get_compiler(rows.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            sql, params = "", ()
        return rows, compiler, sql, tuple(params)

    def read(*shape: Any, **values: Any) -> list[M]:
        rows, compiler, sql, params = known(*shape)
        if not sql:
            return []
        filled = fill(params, values)
        own = copy(compiler)
        own.connection = through(connections[rows.db])
        own.as_sql = lambda *args, **options: (sql, filled)
        query = copy(rows.query)
        query.get_compiler = lambda *args, **options: own  # type: ignore[method-assign]
        # As `rows.all()`, whose query is not copied condition by condition: it is never changed.
        found = object.__new__(rows.__class__)
        found.__dict__ |= rows.__dict__ | {"_query": query}
        return list(found)

    read.__doc__, read.__name__ = build.__doc__, build.__name__
    return read
