"""Statements of a fixed shape: their SQL is written once in a process, then only values differ.

Putting a wide statement together costs Django several times what sending it does, and an act reads
the same few shapes again and again, and adds and changes rows of the same. Each is also planned
once a connection.
"""

import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from functools import lru_cache
from typing import Any, cast

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Lookup, Model, QuerySet, Value
from django.db.models.sql.constants import MULTI
from psycopg._preparing import Prepare, PrepareManager
from psycopg.adapt import PyFormat, Transformer
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


# The marks of a statement in which Django has left its values out.
_MARK = re.compile(r"%s|%%")


class _Lasting(PrepareManager):
    """The names of what a connection has planned; the driver would forget them at every roll-back,
    so with every refusal, though the database keeps them.

    Only what `_Kept` sends has one: any other text has its values in it.
    """

    prepare_threshold = sys.maxsize
    prepared_max = 200

    def __init__(self) -> None:
        super().__init__()
        self._once: OrderedDict[str, None] = OrderedDict()

    def clear(self) -> bool:
        """Called at a roll-back: there is nothing to clear."""
        return False

    def _should_discard(self, *given: Any) -> bool:
        return False

    def maybe_add_to_cache(self, query: Any, prep: Prepare, name: bytes) -> Any:
        """Of what has a name, or gets one."""
        return None if prep is Prepare.NO else super().maybe_add_to_cache(query, prep, name)

    def forget(self) -> None:
        """All has other names from here on."""
        self._names.clear()

    def asked_before(self, text: str) -> bool:
        """Whether it is worth a name: many a text never comes again."""
        known = text in self._once
        self._once[text] = None
        self._once.move_to_end(text)
        if len(self._once) > 2 * self.prepared_max:
            self._once.popitem(last=False)
        return known


# How the database says that a plan holds no more: its columns changed, or it is not there.
GONE = frozenset({"0A000", "26000"})
_Cursor: Any = ServerBindingCursor


class _Kept(_Cursor):
    """Has each statement planned at its second use in a connection, and sends its values alone."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        names = self.connection._prepared
        if not isinstance(names, _Lasting):
            names = self.connection._prepared = _Lasting()
        try:
            return super().execute(query, params, prepare=names.asked_before(query))
        except psycopg.Error as error:
            if error.sqlstate not in GONE:
                raise
            # It is planned anew, now or by who tries again.
            names.forget()
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            return super().execute(query, params, prepare=False)


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


@prepared
def _of_key(model: type[Model], along: tuple[str, ...]) -> QuerySet[Any]:
    """The row of a model with a key, of which a list is given: it is sent as one kind of value."""
    rows = model._default_manager.filter(Among(F("pk"), given("ids")))
    return rows.select_related(*along) if along else rows


def by_key[M: Model](model: type[M], pk: int | None, *along: str) -> M | None:
    """The row with this key, a whole number, and with it what `along` names; None for no such row.

    No key is larger than the database takes: such a one is not asked for.
    """
    if pk is None or not -_END <= int(pk) < _END:
        return None
    found = _of_key(model, along, ids=[pk])
    return found[0] if found else None


_END = 2**63
# For so many rows a statement is kept; more are left to Django, so many at once.
_FEW, _AT_ONCE = 20, 500


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
    with planned() as cursor:
        cursor.execute(sql, _values(rows, fields, new=True))
        for each, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            setattr(each, key, pk)
            each._state.adding, each._state.db = False, connection.alias


def _values(rows: Iterable[Model], fields: Sequence[Any], *, new: bool) -> list[str | None]:
    """As text, in a connection that is open.

    The driver has a plan made for every mix of kinds of values, and a number of another size is of
    another kind, as is none: text and none are of one.
    """
    values = [
        field.get_db_prep_save(field.pre_save(each, new), connection)
        for each in rows
        for field in fields
    ]
    sent = Transformer(connection.connection).dump_sequence(values, [PyFormat.TEXT] * len(values))
    return [None if each is None else bytes(each).decode() for each in sent]


@lru_cache(maxsize=256)
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


def write(row: Model, names: Iterable[str]) -> None:
    """Write these fields of a row that is stored, as `save(update_fields=…)` does without signals.

    Planning a change costs the database as much as making it, where a table has many indexes.
    """
    sql, fields = _writing(type(row), tuple(dict.fromkeys(names)))
    with planned() as cursor:
        cursor.execute(sql, _values([row], fields, new=False))
        if cursor.rowcount != 1:
            raise DatabaseError("Writing one row did not affect one row.")


@lru_cache(maxsize=128)
def _writing(model: type[Model], names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    """The statement, and the fields whose values it takes, the key last."""
    meta, quote = model._meta, cast(Any, connection.ops).quote_name
    fields = (*(cast(Any, meta.get_field(name)) for name in names), cast(Any, meta.pk))
    changes = ", ".join(f"{quote(each.column)} = %s" for each in fields[:-1])
    sql = (
        f"UPDATE {quote(meta.db_table)} SET {changes}"  # noqa: S608  names of our own models
        f" WHERE {quote(meta.pk.column)} = %s"
    )
    return sql, fields


def write_each(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write these fields of rows that are stored, each once and with its own values.

    As `bulk_update` does, to which many are left. Of few its statement is put together once for
    each number of them.
    """
    if len(rows) <= 1:
        for row in rows:
            write(row, names)
        return
    if len(rows) > _FEW:
        written = type(rows[0])._base_manager.bulk_update(rows, names, batch_size=_AT_ONCE)
    else:
        sql, fields = _writing_each(type(rows[0]), tuple(names), len(rows))
        with planned() as cursor:
            cursor.execute(sql, _values(rows, fields, new=False))
            written = cursor.rowcount
    if written != len(rows):
        raise DatabaseError("Writing some rows did not affect as many.")


@lru_cache(maxsize=256)
def _writing_each(
    model: type[Model], names: tuple[str, ...], number: int
) -> tuple[str, tuple[Any, ...]]:
    """The statement, and the fields whose values it takes for each row, the key first."""
    meta, quote = model._meta, cast(Any, connection.ops).quote_name
    key = cast(Any, meta.pk)
    fields = (key, *(cast(Any, meta.get_field(name)) for name in names))
    kinds = [key.rel_db_type(connection), *(each.db_type(connection) for each in fields[1:])]
    # Without a length: what is cast to one is cut off in silence, what is written is refused.
    kinds = [re.sub(r"\(.*?\)", "", kind) for kind in kinds]
    columns = [quote(each.column) for each in fields]
    row = "(" + ", ".join(f"%s::{kind}" for kind in kinds) + ")"
    changes = ", ".join(f"{column} = said.{column}" for column in columns[1:])
    sql = (
        f"UPDATE {quote(meta.db_table)} AS kept SET {changes}"  # noqa: S608  names of our own models
        f" FROM (VALUES {', '.join([row] * number)}) AS said ({', '.join(columns)})"
        f" WHERE kept.{columns[0]} = said.{columns[0]}"
    )
    return sql, fields
