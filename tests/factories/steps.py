"""What is done to the kept world in the same way by many tests is done once, then put back.

Only from a world to which nothing else was done: each step is known by those before it, by what it
was given, and by what is registered at the ports. Whoever patches something, or has several
connections, does everything anew.
"""

import functools
import pickle
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from tests.factories import kept, under
from work import ports
from work.ports.registry import Registry

BASE = "tests.factories.world._make"
# Statements that write nothing that a step would meet; whatever else is sent writes.
_READS = (
    *("SELECT", "SAVEPOINT", "RELEASE", "EXECUTE", "PREPARE"),
    *(kept.LAYS, kept.PUTS_BACK, under.AS_AT_FIRST, 'INSERT INTO "django_session"'),
)
_REGISTRIES = [each for each in vars(ports).values() if isinstance(each, Registry)]

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
        if (
            self.steps is not None
            and not self.depth
            and not str(sql).lstrip("(\n ").startswith(_READS)
        ):
            self.steps = None
        return execute(sql, params, many, context)


_now = _Standing()


def begin() -> None:
    """A test begins."""
    _registered()
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


def step[**P, T](build: Callable[P, T]) -> Callable[P, T]:
    """Make `build`, which only writes, cheap where a test begins with it.

    Asked for the first time it is only done, the second time kept too. Whatever a step stands on
    was asked for at least as often as itself, so what is kept always stands on what is kept.
    """

    @functools.wraps(build)
    def there(*args: P.args, **given: P.kwargs) -> T:
        if _now.depth or _now.steps is None or not _alone():
            return build(*args, **given)
        answering = [each for registry in _REGISTRIES for each in registry.all()]
        if not all(id(each) in _registered() for each in answering):
            _now.steps = None
            return build(*args, **given)
        people = next(filter(None, map(_people, (*args, *given.values()))), {})
        key: Key = (
            *_now.steps,
            (build.__name__, *map(_said, args), *sorted(people)),
            _said(dict(sorted(given.items()))),
            tuple(map(id, answering)),
        )
        _asked[key] += 1
        done = functools.partial(build, *args, **given)
        _now.steps, _now.depth = None, _now.depth + 1
        try:
            made = done() if _asked[key] == 1 else _done(key, people, done)
        finally:
            _now.depth -= 1
        _now.steps = key
        return made

    return there


def _said(given: Any) -> Any:
    """What a step was given, as its key says it."""
    if isinstance(given, Model):
        return given._meta.label, given.pk
    if isinstance(given, dict):
        return tuple((name, _said(value)) for name, value in given.items())
    if isinstance(given, (list, tuple)):
        return tuple(map(_said, given))
    return repr(given)


def _people(given: Any) -> dict[str, Any] | None:
    """Those of a world, by name: a step may make more of them."""
    found = getattr(given, "people", None)
    return found if isinstance(found, dict) else None


@functools.cache
def _registered() -> dict[int, Any]:
    """What is registered before any test, by id; a test's own may answer otherwise each time."""
    return {id(each): each for registry in _REGISTRIES for each in registry.all()}


def _alone() -> bool:
    """Whether nobody else sees what this connection does, and it is the kept world."""
    return connection.in_atomic_block and kept.laid() == BASE and not kept.is_building()


def _done[T](key: Key, people: dict[str, Any], build: Callable[[], T]) -> T:
    if key not in _copies:
        before, had = kept.rows(), set(people)
        made = build()
        new = {name: who for name, who in people.items() if name not in had}
        _copies[key] = (pickle.dumps((made, new)), *kept.changed(before, kept.rows()))
        return made
    pickled, gone, rows = _copies[key]
    kept.put_back(rows, gone=gone)
    made, new = pickle.loads(pickled)  # noqa: S301  our own, of this process
    people.update(new)
    return made
