"""The world that tests stand on stays laid from one to the next, under the transaction of each.

Laying it anew costs more than many of these tests. Which copy a test will ask for is known by the
fixture that asks for it first, and the fixtures beside that one; so it is learnt from the first
test that has the same ones. Where nothing is known, nothing is laid.
"""

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connections, transaction

# How constraints stand where nobody has set them.
AS_AT_FIRST = "SET CONSTRAINTS ALL DEFERRED"
# Which fixture is being set up, innermost last; and the names of all that its test asks for.
_setting_up: list[tuple[pytest.FixtureDef, frozenset[str]]] = []
# The copy that a fixture lays before anything else is stored.
_learnt: dict[tuple[pytest.FixtureDef, frozenset[str]], str] = {}


class _Under:
    """What is laid under the tests of this process: by which connection, and which copy."""

    outer: transaction.Atomic | None = None
    connection: Any = None
    copy = ""
    # Whether the test that runs has not asked for it yet.
    untouched = False


_now = _Under()


def fixture_begins(fixturedef: pytest.FixtureDef, request: pytest.FixtureRequest) -> None:
    """A fixture is set up: the one that opens a test's transaction finds its copy laid."""
    if fixturedef.argname == "_django_db_helper":
        with request.getfixturevalue("django_db_blocker").unblock():
            _prepare(_expected(request))
    _setting_up.append((fixturedef, frozenset(request.fixturenames)))


def fixture_ends() -> None:
    """The innermost is set up."""
    _setting_up.pop()


def _expected(request: pytest.FixtureRequest) -> str:
    names = frozenset(request.fixturenames)
    if names & {"transactional_db", "live_server"}:
        return ""
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and (marker.args or marker.kwargs):
        return ""
    known = request.node._fixtureinfo.name2fixturedefs.items()
    found = (_learnt.get((each[-1], names)) for name, each in known if name in names)
    return next(filter(None, found), "")


def _prepare(copy: str) -> None:
    """Have this copy laid under the test that begins, or none."""
    here = connections[DEFAULT_DB_ALIAS]
    same = _now.connection is here and here.connection is not None and not here.needs_rollback
    if _now.outer is not None and not (same and _now.copy == copy):
        leave()
    if _now.outer is not None:
        # What a test set in a savepoint that it released is not undone with its own.
        with here.cursor() as cursor:
            cursor.execute(AS_AT_FIRST)
    if copy and _now.outer is None:
        from tests.factories import kept

        outer = transaction.atomic()
        outer._from_testcase = True
        outer.__enter__()
        _now.outer, _now.connection, _now.copy = outer, here, copy
        kept.lay(copy)
    _now.untouched = bool(copy)


def leave() -> None:
    """Take away what is laid."""
    gone, outer = _now.connection, _now.outer
    _now.outer = _now.connection = None
    _now.copy, _now.untouched = "", False
    if outer is None:
        return
    if gone is connections[DEFAULT_DB_ALIAS] and gone.connection is not None:
        gone.set_rollback(True)
        outer.__exit__(None, None, None)
    else:
        # It was opened where nobody comes again.
        gone.in_atomic_block, gone.savepoint_ids, gone.atomic_blocks = False, [], []
        gone.close()
    ContentType.objects.clear_cache()


def taken(copy: str) -> bool:
    """Whether a test that asks for this copy has it already."""
    if not _now.untouched:
        return False
    if copy != _now.copy:
        raise LookupError(f"{copy} is asked for, and {_now.copy} was laid")
    _now.untouched = False
    return True


def laid(copy: str) -> None:
    """This copy was laid where nothing was stored: whoever asks as this one did will want it."""
    if _setting_up:
        fixturedef, names = _setting_up[-1]
        if fixturedef.argname in names and not fixturedef.params:
            _learnt[fixturedef, names] = copy
