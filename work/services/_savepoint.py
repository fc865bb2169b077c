"""A savepoint that costs nothing where nothing is asked of the database.

Most of what listens to an act, or answers in it, asks nothing most of the time; a savepoint of
Django's own is two statements each time. Where the act can begin anew, what only reads makes none
either: a read that the database itself breaks off is the one thing that would need it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import Error, OperationalError, connection
from psycopg.pq import TransactionStatus

# A savepoint is being made: its own statement makes none of those inside it.
_making = ContextVar("making", default=False)
# What makes those around it, which come first where any inside them is made.
_around: ContextVar[tuple[Callable[[], None], ...]] = ContextVar("around", default=())
# Whether they are made of reads: where not, the act around begins anew when one breaks.
_of_reads = ContextVar("of_reads", default=True)


class Anew(BaseException):  # noqa: N818  no error: nothing that listens to errors may take it
    """A read broke the transaction, and no savepoint was made of it: the act begins anew."""


@contextmanager
def of_reads(made: bool) -> Iterator[None]:
    """Whether what only reads makes one; where not, Anew is raised where one was needed."""
    token = _of_reads.set(made)
    try:
        yield
    finally:
        _of_reads.reset(token)


@contextmanager
def savepoint(*, of_writes: bool = False) -> Iterator[None]:
    """Undo what was done to the database inside, and what it left for after, when it fails.

    of_writes: what only reads makes none; for where a fault of the database itself ends the act.
    """
    made: list[Any] = []
    hooks, broken = len(connection.run_on_commit), connection.needs_rollback
    anew = not (_of_reads.get() or of_writes)
    around = _around.get()

    def make() -> None:
        for each in around:
            each()
        if not made:
            token = _making.set(True)
            try:
                made.append(connection.savepoint())
            finally:
                _making.reset(token)

    def first(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        harmless = (of_writes or anew) and str(sql).lstrip().startswith("SELECT")
        if not made and not harmless and not _making.get():
            make()
        return execute(sql, params, many, context)

    inside = _around.set((*around, make))
    try:
        with connection.execute_wrapper(first):
            yield
    except BaseException as error:
        if anew and not made and not isinstance(error, OperationalError) and _aborted():
            raise Anew from error
        connection.needs_rollback = False
        try:
            if made:
                connection.savepoint_rollback(made[0])
            connection.needs_rollback = broken
        except Error:
            connection.needs_rollback = True
        del connection.run_on_commit[hooks:]
        raise
    finally:
        _around.reset(inside)
    if made:
        connection.savepoint_commit(made[0])


def _aborted() -> bool:
    """Whether the database takes nothing more in this transaction."""
    real = connection.connection
    return real is not None and real.info.transaction_status == TransactionStatus.INERROR
