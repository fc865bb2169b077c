"""A site that is busy, deadlocks that are tried again, and acts that die half way."""

import time
import uuid

import pytest
from django.db import OperationalError, connection

from tests.concurrency.threads import Other, Wedge, together, until_somebody_waits
from tests.factories import done_item, planned_item
from tests.properties import rows
from work.exceptions import Busy
from work.models import Act, Event, WorkItem
from work.services import _moves, acceptance, acts, execution, items

_CONTROL = 7001


@pytest.fixture
def stored(world):
    """A number over everything that is stored."""
    return rows.Digest()


def starting(world, item, **given):
    return lambda: execution.start(actor=world.technician, at=world.t(1), item_id=item.pk, **given)


def timed(act) -> tuple[object, float]:
    begin = time.monotonic()
    (result,) = together(act)
    return result, time.monotonic() - begin


def now(item: WorkItem) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


# --- busy ---------------------------------------------------------------------------------------


def test_a_site_that_is_held_answers_busy(world):
    item = planned_item(world)
    stored = rows.Digest()
    before = stored()
    with Other() as other:
        other.do("SELECT pg_advisory_lock(%s, %s)", [_CONTROL, world.site.pk])
        result, took = timed(starting(world, item))
        other.do("SELECT pg_advisory_unlock_all()")
    assert isinstance(result, Busy)
    assert [reason.code for reason in result.reasons] == ["busy"]
    assert 2.5 < took < 10
    assert stored() == before
    assert starting(world, item)().status == "live"


def test_an_item_that_is_held_answers_busy(world):
    """A comment takes the row of the item alone; so that is what it waits for."""
    item = planned_item(world)
    stored = rows.Digest()
    before = stored()
    with Other() as other:
        other.do("BEGIN")
        other.do("SELECT 1 FROM work_workitem WHERE id = %s FOR UPDATE", [item.pk])
        result, took = timed(
            lambda: items.comment(
                actor=world.operator, at=world.t(1), item_id=item.pk, text="Mind the step"
            )
        )
        other.do("ROLLBACK")
    assert isinstance(result, Busy)
    assert 2.5 < took < 10
    assert stored() == before


def test_a_second_sending_behind_a_slow_first_is_busy_and_can_be_sent_again(world, monkeypatch):
    item = planned_item(world)
    act = uuid.uuid4()
    with Wedge(monkeypatch, _moves, "done") as wedge:
        first = wedge.first(starting(world, item, act=act))
        second = wedge.behind(starting(world, item, act=act))
        assert isinstance(second.result(10), Busy)
        wedge.go()
        assert first.result().status == "live"
    assert starting(world, item, act=act)() == item
    assert Event.objects.filter(item=item, verb="start").count() == 1


# --- tried again --------------------------------------------------------------------------------


class _Cause(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate
        super().__init__(sqlstate)


def failing(monkeypatch, sqlstate: str, times: int) -> list[int]:
    """Let `_moves.done` fail after it has written, this many times; the list counts its calls."""
    true, calls = _moves.done, []

    def done(*given, **named):
        result = true(*given, **named)
        calls.append(1)
        if len(calls) <= times:
            raise OperationalError("chosen as the victim") from _Cause(sqlstate)
        return result

    monkeypatch.setattr(_moves, "done", done)
    return calls


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_victim_of_a_deadlock_tries_again(world, monkeypatch, sqlstate, times):
    item = planned_item(world)
    calls = failing(monkeypatch, sqlstate, times)
    done = starting(world, item, seen=item.version)()
    assert (done.status, done.version) == ("live", item.version + 1)
    assert len(calls) == times + 1
    assert Event.objects.filter(item=item, verb="start").count() == 1
    assert Event.objects.filter(item=item, verb="gate").count() == 1


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_three_times_is_enough(world, monkeypatch, stored, sqlstate):
    item = planned_item(world)
    before = rows.Digest()
    was = before()
    calls = failing(monkeypatch, sqlstate, 9)
    with pytest.raises(Busy):
        starting(world, item)()
    assert len(calls) == 3
    assert before() == was


def test_another_error_is_not_tried_again(world, monkeypatch):
    item = planned_item(world)
    stored = rows.Digest()
    before = stored()
    calls = failing(monkeypatch, "53100", 9)
    with pytest.raises(OperationalError):
        starting(world, item)()
    assert len(calls) == 1
    assert stored() == before


def test_a_real_deadlock_is_tried_again(world, monkeypatch):
    """The act has the item and wants a lock; somebody else has the lock and wants the item."""
    item = planned_item(world)
    true, tries = _moves.done, []

    def done(*given, **named):
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(42)")
        return true(*given, **named)

    monkeypatch.setattr(_moves, "done", done)
    with Other() as other:
        other.be_patient()
        other.do("BEGIN")
        other.do("SELECT pg_advisory_xact_lock(42)")
        waiting = []

        def second():
            until_somebody_waits()
            rows_ = other.begin("SELECT 1 FROM work_workitem WHERE id = %s FOR UPDATE", [item.pk])
            waiting.append(rows_.result(20))
            other.do("COMMIT")

        started, told = together(starting(world, item), second)
    assert told is None, told
    assert waiting == [[(1,)]]
    assert started.status == "live"
    assert len(tries) == 2
    assert Event.objects.filter(item=item, verb="start").count() == 1


# --- dying half way -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "name"), [(_moves, "tell_sources"), (acts, "_tell_listeners"), (acts, "_stored")]
)
def test_an_act_that_dies_leaves_nothing(world, monkeypatch, module, name):
    item = done_item(world)
    stored = rows.Digest()
    before = stored()
    act = uuid.uuid4()
    judged = dict.fromkeys(item.criteria.values_list("pk", flat=True), "Seen")

    def accept():
        return acceptance.accept(
            actor=world.shift_lead, act=act, at=world.t(1), item_id=item.pk, judged=judged
        )

    with monkeypatch.context() as patched:

        def dies(*given, **named):
            raise MemoryError("out of it")

        patched.setattr(module, name, dies)
        with pytest.raises(MemoryError):
            accept()
    assert stored() == before
    assert not Act.objects.filter(pk=act).exists()
    assert accept().status == "closed"
    assert item.acceptances.count() == 1


def test_an_act_whose_connection_is_cut_leaves_nothing(world, monkeypatch):
    item = planned_item(world)
    stored = rows.Digest()
    before = stored()
    pids = []

    def pid(*given, **named):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
            # Written already: events, status, overlay. Now the server goes away from under it.
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(acts, "_tell_listeners", pid)
    (result,) = together(starting(world, item))
    assert isinstance(result, OperationalError)
    assert len(pids) == 1
    assert stored() == before
    monkeypatch.undo()
    assert starting(world, item)().status == "live"
    assert now(item).version == item.version + 1
