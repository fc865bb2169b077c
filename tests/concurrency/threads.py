"""Several people at once: real threads, real transactions, each with its own connection."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections

PATIENCE = 20
_WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted"
    " AND pid <> pg_backend_pid() AND (database IS NULL OR database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of them at the same moment: of each what it returned, or the exception."""
    barrier = threading.Barrier(len(acts), timeout=PATIENCE)

    def one(act: Callable[[], Any]) -> Any:
        def begin() -> Any:
            barrier.wait()
            return act()

        return _told(begin)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def _told(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Exception as error:
        return error
    finally:
        connections.close_all()


class Wedge:
    """Holds the first thread that comes to a function, at that very point, until it is let go.

    >>> with Wedge(monkeypatch, _moves, "done") as wedge:
    ...     first = wedge.first(lambda: execution.start(…))   # stands inside `done`
    ...     second = wedge.behind(lambda: execution.stop(…))  # waits for a lock of the first
    ...     wedge.go()
    """

    def __init__(self, monkeypatch, module: Any, name: str) -> None:
        self._inside, self._go = threading.Event(), threading.Event()
        self._once = threading.Lock()
        self._pool = ThreadPoolExecutor(2)
        true = getattr(module, name)

        def held(*given: Any, **named: Any) -> Any:
            if self._once.acquire(blocking=False):
                self._inside.set()
                assert self._go.wait(PATIENCE), "nobody let it go"
            return true(*given, **named)

        monkeypatch.setattr(module, name, held)

    def __enter__(self) -> "Wedge":
        return self

    def __exit__(self, *error: Any) -> None:
        self._go.set()
        self._pool.shutdown()

    def first(self, act: Callable[[], Any]):
        """Begin an act and return when it stands at the wedge."""
        future = self._pool.submit(_told, act)
        assert self._inside.wait(PATIENCE), future.result(1)
        return future

    def behind(self, act: Callable[[], Any]):
        """Begin an act and return when it waits for a lock in the database."""
        future = self._pool.submit(_told, act)
        until_somebody_waits()
        return future

    def go(self) -> None:
        """Let the first go on."""
        self._go.set()


def until_somebody_waits() -> None:
    """Return when another connection waits for a lock."""
    pause = threading.Event()
    for _try in range(PATIENCE * 100):
        with connection.cursor() as cursor:
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return
        pause.wait(0.01)
    raise AssertionError("nobody waits for a lock")


class Other:
    """A connection of somebody else, for SQL by hand; closed at the end."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)

    def __enter__(self) -> "Other":
        return self

    def __exit__(self, *error: Any) -> None:
        self._pool.submit(connections.close_all).result(PATIENCE)
        self._pool.shutdown()

    def begin(self, statement: str, params: Any = ()):
        """Send a statement; a future of its rows."""

        def send() -> Any:
            with connection.cursor() as cursor:
                cursor.execute(statement, params)
                return cursor.fetchall() if cursor.description else None

        return self._pool.submit(send)

    def do(self, statement: str, params: Any = ()) -> Any:
        """Send a statement and wait for it."""
        return self.begin(statement, params).result(PATIENCE)

    def be_patient(self) -> None:
        """Look for a deadlock late, so that whom it waits for finds it first (where permitted)."""
        asked = "SELECT has_parameter_privilege('deadlock_timeout', 'SET')"
        if self.do(asked) == [(True,)]:
            self.do("SET deadlock_timeout = '1min'")
