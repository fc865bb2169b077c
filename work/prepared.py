"""Reads of a fixed shape: Django writes their SQL once in a process, then only values differ.

Putting a wide statement together costs Django several times what sending it does, and an act reads
the same few shapes again and again, and adds rows of the same. Each is also planned once a
connection.
"""

import itertools
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.backends.postgresql.base import Cursor
from django.db.backends.utils import CursorWrapper
from django.db.models import Lookup, Model, QuerySet, Value
from django.db.models.sql.constants import MULTI
from psycopg.pq import TransactionStatus


class _Slot:
    """Stands in the parameters of a statement for a value that a call gives."""

    def __init__(self, name: str) -> None:
        self.name = name

    def of(self, values: Mapping[str, Any]) -> Any:
        """The value, as the driver takes it."""
        return values[self.name]


class _Ids(_Slot):
    """The same for a list of ids: as text, which is of one kind whatever their number and size."""

    def of(self, values: Mapping[str, Any]) -> str:
        ids = ["NULL" if each is None else str(int(each)) for each in values[self.name]]
        return "{" + ",".join(ids) + "}"


def given(name: str) -> Value:
    """The place of a value in a prepared read; never for NULL, which SQL compares otherwise."""
    return Value(_Slot(name))


def fill(params: Iterable[Any], values: Mapping[str, Any]) -> tuple[Any, ...]:
    """The parameters of a statement that was put together with `given` values, with the values."""
    return tuple(each.of(values) if isinstance(each, _Slot) else each for each in params)


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


_KEYS = frozenset({"BigAutoField", "BigIntegerField", "ForeignKey", "OneToOneField"})


class Among(Lookup):
    """`Among(F("pk"), given("ids"))`: one of the values of a list, of any length."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple]:
        """`left = ANY(list)`."""
        left, of_left = self.process_lhs(compiler, connection)
        right, of_right = compiler.compile(self.rhs)
        if len(of_right) == 1 and isinstance(of_right[0], _Slot) and self._of_ids(connection):
            right, of_right = f"{right}::bigint[]", (_Ids(of_right[0].name),)
        return f"{left} = ANY({right})", (*of_left, *of_right)

    def _of_ids(self, connection: Any) -> bool:
        field = self.lhs.output_field
        return field.get_internal_type() in _KEYS and field.db_type(connection) == "bigint"


@contextmanager
def planned() -> Iterator[CursorWrapper]:
    """A cursor whose statements the database plans once a connection.

    For statements of a fixed text, where planning takes several times what running does; the first
    use in a connection is planned for itself, as many a text never comes again. A plan holds for
    all values: conditions of partial indexes must stand in the statement itself.
    """
    with _Planned(connection).cursor() as cursor:
        yield cursor


@dataclass
class _Names:
    """What a connection has planned, by its text, and what it was asked once; newest last."""

    planned: OrderedDict[str, str] = field(default_factory=OrderedDict)
    once: OrderedDict[str, None] = field(default_factory=OrderedDict)
    count: Iterator[int] = field(default_factory=itertools.count)

    def asked_before(self, query: str) -> bool:
        """Whether it is worth a name: many a text never comes again."""
        if query in self.once:
            del self.once[query]
            return True
        self.once[query] = None
        if len(self.once) > _MOST:
            self.once.popitem(last=False)
        return False


_Cursor: Any = Cursor


class _Kept(_Cursor):
    """Gives each statement a name in its connection at the second use, and sends its values alone.

    By SQL and not by the driver, which forgets the names at every roll-back; the database does not.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        names = _named.setdefault(self.connection, _Names())
        if query in names.planned:
            names.planned.move_to_end(query)
        elif names.asked_before(query):
            self._name(query, names)
        else:
            return super().execute(query, params, **options)
        values = _in_order(query, params)
        marks = f"({', '.join(['%s'] * len(values))})" if values else ""
        try:
            return super().execute(f"EXECUTE {names.planned[query]}{marks}", values)
        except psycopg.Error as error:
            if error.sqlstate not in GONE:
                raise
            # Its columns have another type since: it is planned anew, now or by who tries again.
            del names.planned[query]
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            return super().execute(query, params, **options)

    def _name(self, query: str, names: _Names) -> None:
        """Have it named; the one that was not used for longest goes where there are too many."""
        name = f"kept_{next(names.count)}"
        with self.connection.cursor() as before:
            before.execute(f"PREPARE {name} AS {_numbered(query)[0]}")
            names.planned[query] = name
            if len(names.planned) > _MOST:
                oldest = next(iter(names.planned))
                before.execute(f"DEALLOCATE {names.planned[oldest]}")
                del names.planned[oldest]


_named: WeakKeyDictionary[Any, _Names] = WeakKeyDictionary()
# So many plans in a connection at the most.
_MOST = 200
# How the database says that a plan holds no more: its columns changed, or it is not there.
GONE = frozenset({"0A000", "26000"})
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
            return rows, compiler, "", ()
        # What is made of each column is the same for all rows, whoever reads them.
        columns = [column[0] for column in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        composite = compiler.has_composite_fields(columns)
        compiler.get_converters = lambda expressions: converters
        compiler.has_composite_fields = lambda expressions: composite
        return rows, compiler, *_with_what_stands(sql, params)

    def read(*shape: Any, **values: Any) -> list[M]:
        rows, compiler, sql, slots = known(*shape)
        if not sql:
            return []
        filled = fill(slots, values)
        own = copy(compiler)
        own.connection = _Planned(connections[rows.db])
        own.as_sql = lambda *args, **options: (sql, filled)
        told = own.execute_sql(MULTI)
        if not told:
            return []
        own.execute_sql = lambda *args, **options: told
        query = copy(rows.query)
        query.get_compiler = lambda *args, **options: own  # type: ignore[method-assign]
        # As `rows.all()`, whose query is not copied condition by condition: it is never changed.
        found = object.__new__(rows.__class__)
        found.__dict__ |= rows.__dict__ | {"_query": query}
        return list(found)

    read.__doc__, read.__name__ = build.__doc__, build.__name__
    return read


_FEW = 20


def add(rows: Sequence[Model]) -> None:
    """Write new rows of one model, as `bulk_create` does; for what every act adds.

    Its statement is put together once for each number of them, as long as they are few.
    """
    if not rows:
        return
    if len(rows) > _FEW:
        type(rows[0])._base_manager.bulk_create(rows)
        return
    sql, fields, key = _adding(type(rows[0]), len(rows))
    values = [
        each.get_db_prep_save(each.pre_save(row, True), connection)
        for row in rows
        for each in fields
    ]
    with planned() as cursor:
        cursor.execute(sql, values)
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            setattr(row, key, pk)
            row._state.adding, row._state.db = False, connection.alias


@lru_cache(maxsize=64)
def _adding(model: type[Model], number: int) -> tuple[str, tuple[Any, ...], str]:
    """The statement, the fields whose values it takes, and the name of the key that it returns."""
    meta, quote = model._meta, cast(Any, connection.ops).quote_name
    fields = tuple(each for each in meta.concrete_fields if each is not meta.auto_field)
    columns = ", ".join(quote(each.column) for each in fields)
    row = "(" + ", ".join("%s" for _each in fields) + ")"
    sql = (
        f"INSERT INTO {quote(meta.db_table)} ({columns})"  # noqa: S608  names of our own models
        f" VALUES {', '.join([row] * number)} RETURNING {quote(meta.pk.column)}"
    )
    return sql, fields, meta.pk.attname
