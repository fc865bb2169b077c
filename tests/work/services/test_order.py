"""Nothing is said to have happened before what it follows; said to the minute, it may be of it."""

from datetime import timedelta

import pytest

from tests import factories
from tests.work.outcomes import refused
from tests.work.verbs import judged
from work.models import Event, WorkItem
from work.services import acceptance, blockers, clock, execution, items, requirements
from work.states import MOVES, Status, Verb

HALF, SECOND = timedelta(seconds=30), timedelta(seconds=1)

MAKE = {
    Status.REQUESTED: factories.requested_item,
    Status.PLANNED: factories.planned_item,
    Status.LIVE: factories.live_item,
    Status.WAITING: factories.waiting_item,
    Status.DONE: factories.done_item,
    Status.CLOSED: factories.closed_item,
}

# Of each verb its door, who does it, and what it is given.
SAY = {
    Verb.PLAN: (
        items.plan,
        "planner",
        lambda w, i: {"owner_post_id": w.lead_post.pk, "executor_ids": [w.technician.pk]},
    ),
    Verb.RETURN: (items.return_, "planner", lambda w, i: {"reason": "Later"}),
    Verb.START: (execution.start, "technician", lambda w, i: {}),
    Verb.WAIT: (
        execution.wait,
        "technician",
        lambda w, i: {"condition": "Safe", "blocker": {"kind": "plant", "what": "Seal"}},
    ),
    Verb.RESUME: (execution.resume, "technician", lambda w, i: {}),
    Verb.STOP: (execution.stop, "technician", lambda w, i: {"condition": "Put back"}),
    Verb.COMPLETE: (execution.complete, "technician", lambda w, i: {}),
    Verb.GIVE_BACK: (acceptance.give_back, "shift_lead", lambda w, i: {"missing": "A photo"}),
    Verb.ACCEPT: (acceptance.accept, "shift_lead", lambda w, i: {"judged": judged(i)}),
    Verb.REOPEN: (acceptance.reopen, "shift_lead", lambda w, i: {"reason": "Leaks"}),
    Verb.CANCEL: (items.cancel, "planner", lambda w, i: {"reason": "No need"}),
}
PAIRS = sorted((str(verb), str(status)) for verb, move in MOVES.items() for status in move.sources)


@pytest.fixture
def came(world):
    """Ten and a half minutes after the world's own moment, which is on the minute."""
    return world.t(10) + HALF


def made(world, status, came) -> WorkItem:
    """An item that came to a status at that moment; what it waited for was cleared then."""
    item = MAKE[Status(status)](world, at=came)
    for blocker in item.blockers.filter(ended_at=None):
        blockers.clear(actor=world.planner, at=came, blocker_id=blocker.pk, word="There")
    item.refresh_from_db()
    return item


def say(world, verb, item, happened_at) -> WorkItem:
    """Tell of a move an hour later."""
    door, who, given = SAY[Verb(verb)]
    return door(
        actor=getattr(world, who),
        at=world.t(70),
        happened_at=happened_at,
        item_id=item.pk,
        **given(world, item),
    )


def test_the_table_has_every_move():
    assert set(SAY) == set(MOVES)


@pytest.mark.parametrize(("verb", "status"), PAIRS)
def test_a_move_is_not_said_to_be_to_come(world, came, verb, status):
    item = made(world, status, came)

    with refused(item, "future"):
        say(world, verb, item, world.t(70) + SECOND)

    event = Event.objects.get(verb="refused")
    assert (event.item, event.happened_at, event.recorded_at) == (item, world.t(70), world.t(70))


@pytest.mark.parametrize(("verb", "status"), PAIRS)
def test_a_move_is_not_said_to_be_before_the_one_it_follows(world, came, verb, status):
    item = made(world, status, came)

    with refused(item, "before_its_status") as caught:
        say(world, verb, item, world.t(10) - SECOND)

    [reason] = caught.value.reasons
    assert reason.params == {"status": status, "since": came.isoformat()}


@pytest.mark.parametrize(("verb", "status"), PAIRS)
@pytest.mark.parametrize("seconds", [0, 29, 30])
def test_said_of_the_same_minute_it_counts_as_that_moment(world, came, verb, status, seconds):
    item = made(world, status, came)
    last = Event.objects.order_by("-pk").first().pk

    item = say(world, verb, item, world.t(10) + seconds * SECOND)

    fresh = Event.objects.filter(item=item, pk__gt=last)
    assert item.status == MOVES[Verb(verb)].to
    assert set(fresh.values_list("happened_at", "recorded_at")) == {(came, world.t(70))}


@pytest.mark.parametrize(("verb", "status"), PAIRS)
def test_said_to_be_after_it_stands_as_it_was_said(world, came, verb, status):
    item = say(world, verb, made(world, status, came), came + SECOND)

    event = Event.objects.get(item=item, verb=verb, recorded_at=world.t(70))
    assert (event.happened_at, event.data["from"]) == (came + SECOND, status)


def test_the_columns_hold_what_counts(world, came):
    item = say(world, "start", made(world, "planned", came), world.t(10))
    assert item.started_at == came

    item = say(world, "complete", item, world.t(10))
    assert item.done_at == came


def test_what_was_done_twice_is_measured_from_the_last_time(world, came):
    """Resumed at 20: nobody completed it before that, though it was started at 10."""
    item = made(world, "waiting", came)
    item = execution.resume(actor=world.technician, at=world.t(20), item_id=item.pk)

    with refused(item, "before_its_status"):
        say(world, "complete", item, world.t(19))
    assert say(world, "complete", item, world.t(20)).done_at == world.t(20)


def test_of_a_late_word_its_own_time_counts_and_not_when_it_was_recorded(world):
    item = factories.planned_item(world)
    execution.start(
        actor=world.technician, at=world.t(50), happened_at=world.t(20), item_id=item.pk
    )

    assert say(world, "complete", item, world.t(30)).done_at == world.t(30)


def test_a_stop_is_not_confirmed_before_the_start(world, came):
    factories.rule(world.site, "gas")
    item = factories.planned_item(world, at=came)
    requirements.check(
        actor=world.hse,
        at=came,
        prerequisite_id=item.prerequisites.get(rule__key="gas").pk,
        passed=True,
        valid_until=world.t(30),
    )
    execution.start(actor=world.technician, at=came, item_id=item.pk)
    clock.settle_due(world.t(30))
    item.refresh_from_db()
    given = {"actor": world.technician, "item_id": item.pk, "condition": "Safe"}

    with refused(item, "before_its_status"):
        execution.confirm_stopped(at=world.t(31), happened_at=world.t(9), **given)
    item = execution.confirm_stopped(at=world.t(31), happened_at=world.t(10), **given)

    assert (item.status, item.waiting_since) == (Status.WAITING, came)


def test_nothing_more_is_asked_of_a_move_at_an_impossible_time(world, came):
    """So that it is no refused start, which would make what is unmet due."""
    factories.rule(world.site, "gas")
    item = factories.planned_item(world, at=came)

    with refused(item, "before_its_status"):
        say(world, "start", item, world.t(9))

    assert item.prerequisites.get(rule__key="gas").refused_at is None


# --- blockers -----------------------------------------------------------------------------------


def raised(world, item, happened_at):
    return blockers.raise_(
        actor=world.operator,
        at=world.t(60),
        happened_at=happened_at,
        item_id=item.pk,
        kind="access",
        what="Scaffold",
    )


def test_a_blocker_is_not_raised_before_the_status_that_it_blocks(world, came):
    item = made(world, "live", came)

    with refused(item, "before_its_status"):
        raised(world, item, world.t(9))
    assert raised(world, item, world.t(10)).since == came
    assert raised(world, item, world.t(11)).since == world.t(11)


def test_a_blocker_is_not_cleared_before_it_was_raised(world, came):
    item = made(world, "planned", world.t(5))
    blocker = raised(world, item, came)
    item.refresh_from_db()
    given = {"actor": world.operator, "at": world.t(70), "word": "There"}

    with refused(item, "before_the_blocker") as caught:
        blockers.clear(blocker_id=blocker.pk, happened_at=world.t(9), **given)
    assert caught.value.reasons[0].params == {"since": came.isoformat()}
    blocker = blockers.clear(blocker_id=blocker.pk, happened_at=world.t(10), **given)
    assert (blocker.since, blocker.ended_at) == (came, came)

    other = raised(world, item, came)
    other = blockers.clear(blocker_id=other.pk, happened_at=world.t(40), **given)
    assert other.ended_at == world.t(40)
    event = Event.objects.filter(item=item, verb="unblocked").last()
    assert (event.happened_at, event.recorded_at) == (world.t(40), world.t(70))
