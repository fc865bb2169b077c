"""What is done to the kept world in the same way by many tests is done once, then put back.

Only from a world to which nothing else was done: each step is known by those before it, by what it
was given, and by what is registered at the ports. Whoever patches something, or has several
connections, does everything anew.
"""

import functools
import pickle
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from tests.factories import kept
from work import ports

if TYPE_CHECKING:
    from tests.factories.world import World

BASE = "tests.factories.world._make"
# Statements that write nothing; whatever else is sent writes.
_READS = ("SELECT", "SAVEPOINT", "RELEASE", "EXECUTE", "PREPARE", kept.LAYS, kept.PUTS_BACK)
_REGISTRIES = [ports.suppliers, ports.fitness, ports.item_listeners, ports.source_listeners]

type Key = tuple[Any, ...]
_asked: Counter[Key] = Counter()
_copies: dict[Key, tuple[bytes, dict[str, list[str]], dict[str, bytes]]] = {}


class _Standing:
    """What was done to the world of this test so far, as long as it is known."""

    def __init__(self) -> None:
        self.steps: Key | None = None
        self.depth = 0

    def watch(self, execute: Callable, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Something else is written: what stands is not known any more."""
        if self.steps is not None and not self.depth and not str(sql).startswith(_READS):
            self.steps = None
        return execute(sql, params, many, context)


_now = _Standing()


def begin() -> None:
    """A test begins."""
    _now.steps, _now.depth = (), 0
    kept.begin()
    if _now.watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(_now.watch)


def _known_no_more[**P, T](patch: Callable[P, T]) -> Callable[P, T]:
    @functools.wraps(patch)
    def there(*args: P.args, **given: P.kwargs) -> T:
        _now.steps = None
        return patch(*args, **given)

    return there


# What is patched may be what a step does.
for _name in ("setattr", "setitem", "delattr", "delitem"):
    setattr(pytest.MonkeyPatch, _name, _known_no_more(getattr(pytest.MonkeyPatch, _name)))


def added(name: str, build: Callable[[], Any]) -> Any:
    """What stands beside the kept world; no step, since it changes nothing of what others do."""
    _now.depth += 1
    try:
        return kept.added(name) if kept.laid() == BASE else build()
    finally:
        _now.depth -= 1


def step[T](build: "Callable[..., T]") -> "Callable[..., T]":
    """Make `build(world, …)`, which only writes, cheap where a test begins with it."""

    @functools.wraps(build)
    def there(world: "World", *args: Any, **given: Any) -> T:
        if _now.depth or _now.steps is None or args or not _alone():
            return build(world, *args, **given)
        key: Key = (
            *_now.steps,
            (build.__name__, repr(sorted(given.items())), tuple(sorted(world.people))),
            tuple(id(each) for registry in _REGISTRIES for each in registry.all()),
        )
        _asked[key] += 1
        if _asked[key] == 1:
            return build(world, **given)
        _now.depth += 1
        try:
            made = _done(key, world, functools.partial(build, world, **given))
        finally:
            _now.depth -= 1
        _now.steps = key
        return made

    return there


def _alone() -> bool:
    """Whether nobody else sees what this connection does, and it is the kept world."""
    return connection.in_atomic_block and kept.laid() == BASE


def _done[T](key: Key, world: "World", build: Callable[[], T]) -> T:
    if key not in _copies:
        before, had = kept.rows(), set(world.people)
        made = build()
        new = {name: who for name, who in world.people.items() if name not in had}
        _copies[key] = (pickle.dumps((made, new)), *kept.changed(before, kept.rows()))
        return made
    pickled, gone, rows = _copies[key]
    kept.put_back(rows, gone=gone)
    made, new = pickle.loads(pickled)  # noqa: S301  our own, of this process
    world.people.update(new)
    return made
