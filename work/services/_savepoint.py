"""A savepoint that costs nothing where nothing is asked of the database.

Most of what listens to an act, or answers in it, asks nothing most of the time; a savepoint of
Django's own is two statements each time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import Error, connection

# A savepoint is being made: its own statement makes none of those inside it.
_making = ContextVar("making", default=False)
# What makes those around it, which come first where any inside them is made.
_around: ContextVar[tuple[Callable[[], None], ...]] = ContextVar("around", default=())


@contextmanager
def savepoint(*, of_writes: bool = False) -> Iterator[None]:
    """Undo what was done to the database inside, and what it left for after, when it fails.

    of_writes: what only reads makes none; for where a fault of the database itself ends the act.
    """
    made: list[Any] = []
    hooks, broken = len(connection.run_on_commit), connection.needs_rollback
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
        harmless = of_writes and str(sql).lstrip().startswith("SELECT")
        if not made and not harmless and not _making.get():
            make()
        return execute(sql, params, many, context)

    inside = _around.set((*around, make))
    try:
        with connection.execute_wrapper(first):
            yield
    except BaseException:
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
