"""Stopping and going on: the condition left, the blocker waited for, the lapse that asks."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import live_item, waiting_item
from tests.work.outcomes import refused
from work.exceptions import Forbidden, Reason, Refused
from work.models import Event
from work.services import (
    acceptance,
    blockers,
    clock,
    door,
    execution,
    people,
    posts,
    requirements,
    rules,
    stops,
)
from work.states import Status


def wait(world, item, **given):
    given = {
        "actor": world.technician,
        "at": world.t(10),
        "condition": "Guard off, locked",
        **given,
    }
    return execution.wait(item_id=item.pk, **given)


def lapsing(world, plan=None, **given):
    """A live item whose check holds until t(30)."""
    factories.rule(world.site, "gas", **given)
    item = factories.planned_item(world, plan=plan)
    row = item.prerequisites.get(rule__key="gas")
    requirements.check(
        actor=world.hse,
        at=world.t(1),
        prerequisite_id=row.pk,
        passed=True,
        valid_until=world.t(30),
    )
    return execution.start(actor=world.technician, at=world.t(5), item_id=item.pk), row


def _call(act, *, site_id, item_ids):
    act.control(site_id)
    reason = Reason("tests.stop_here", clears=("role", "shift_lead"))
    return len(stops.ask(act, item_ids, reason))


call = door(_call)


def test_a_domain_asks_work_in_progress_to_stop(world):
    item, row = lapsing(world, plan={"owner_user_id": world.planner.pk})
    planned = factories.planned_item(world)
    asks = {"actor": world.viewer, "site_id": world.site.pk, "item_ids": [item.pk, planned.pk]}
    assert [call(at=world.t(10), **asks), call(at=world.t(11), **asks)] == [1, 0]
    item.refresh_from_db()
    blocker = item.blockers.get()
    assert (item.stop_asked_at, item.open_blockers) == (world.t(10), 1)
    assert (blocker.raised_by, blocker.clears) == (world.viewer, "role:shift_lead")

    # What lapses besides and is met again takes nothing of it back.
    clock.settle_due(world.t(30))
    requirements.check(actor=world.hse, at=world.t(31), prerequisite_id=row.pk, passed=True)
    item.refresh_from_db()
    assert (item.stop_asked_at, item.open_blockers) == (world.t(10), 1)

    # Neither who called nor whose work it is clears it, and nobody before it has stopped.
    lead = {"actor": world.shift_lead, "word": "It was a drill"}
    this = {"blocker_id": blocker.pk, "at": world.t(32)}
    for who in (world.viewer, world.planner):
        with pytest.raises(Forbidden, match="role_needed"):
            blockers.clear(actor=who, word="Ok", **this)
    with refused(item, "stopped_first"):
        blockers.clear(**lead, **this)
    item.refresh_from_db()
    assert (item.status, item.stop_asked_at) == ("live", world.t(10))

    # Answered it waits for that, and goes on once it is cleared.
    by = {"actor": world.technician, "item_id": item.pk}
    execution.confirm_stopped(**by, at=world.t(34), condition="Valve shut")
    blocker = item.blockers.get(ended_at=None)
    assert Event.objects.filter(item=item, verb="wait").get().data["blocker"] == blocker.pk
    assert call(at=world.t(35), **asks) == 0
    with refused(item, "blocker_open"):
        execution.resume(**by, at=world.t(36))
    blockers.clear(**lead, at=world.t(37), blocker_id=blocker.pk)
    execution.resume(**by, at=world.t(38))


def test_waiting_opens_the_blocker_it_waits_for(world):
    item = wait(
        world,
        live_item(world),
        blocker={
            "kind": "material",
            "what": "Switch",
            "clears": f"user:{world.planner.pk}",
            "expected": world.t(600),
            "reference": "PO 4711",
            "part": "S-12",
            "quantity": "2",
        },
    )

    assert (item.status, item.waiting_since) == (Status.WAITING, world.t(10))
    assert item.condition_left.text == "Guard off, locked"
    blocker = item.blockers.get()
    assert (blocker.kind, blocker.what["params"]["text"], blocker.since) == (
        "material",
        "Switch",
        world.t(10),
    )
    assert (blocker.expected, blocker.reference, blocker.part, blocker.quantity) == (
        world.t(600),
        "PO 4711",
        "S-12",
        "2",
    )
    assert [each.expected for each in blocker.promises.all()] == [world.t(600)]
    assert item.is_blocked(world.t(10))
    event = Event.objects.filter(item=item).last()
    assert event.data == {
        "from": "live",
        "to": "waiting",
        "blocker": blocker.pk,
        "note": item.condition_left_id,
    }


def test_waiting_names_a_blocker_that_is_open(world):
    item = live_item(world)
    blocker = blockers.raise_(
        actor=world.operator, at=world.t(5), item_id=item.pk, kind="access", what="Scaffold"
    )

    item = wait(world, item, blocker_id=blocker.pk)

    assert item.blockers.get() == blocker


def test_what_waiting_needs(world):
    item = live_item(world)
    ended = blockers.raise_(
        actor=world.operator, at=world.t(5), item_id=item.pk, kind="access", what="Scaffold"
    )
    blockers.clear(actor=world.operator, at=world.t(6), blocker_id=ended.pk, word="There")
    item.refresh_from_db()
    good = {"kind": "material", "what": "Switch"}

    for code, given in (
        ("wait_needs_blocker", {}),
        ("condition_needed", {"blocker": good, "condition": "  "}),
        ("blocker_ended", {"blocker_id": ended.pk}),
        ("blocker_needs_what", {"blocker": {**good, "what": " "}}),
        ("blocker_kind_unknown", {"blocker": {**good, "kind": "mood"}}),
        ("clears_unknown", {"blocker": {**good, "clears": "user:999999"}}),
        ("clears_unknown", {"blocker": {**good, "clears": "role:king"}}),
        ("clears_unknown", {"blocker": {**good, "clears": "nobody"}}),
    ):
        with refused(item, code):
            wait(world, item, **given)


def test_resumed_when_nothing_blocks_any_more(world):
    item = waiting_item(world)

    with refused(item, "blocker_open"):
        execution.resume(actor=world.technician, at=world.t(10), item_id=item.pk)
    blockers.clear(
        actor=world.planner, at=world.t(20), blocker_id=item.blockers.get().pk, word="It came"
    )
    started = item.started_at
    item = execution.resume(actor=world.technician, at=world.t(21), item_id=item.pk)

    assert (item.status, item.started_at) == (Status.LIVE, started)
    assert (item.waiting_since, item.condition_left) == (None, None)
    assert Event.objects.filter(item=item, verb="gate").last().data["verb"] == "resume"


def test_resume_asks_all_that_start_asked(world):
    item = waiting_item(world)
    blockers.clear(
        actor=world.planner, at=world.t(20), blocker_id=item.blockers.get().pk, word="It came"
    )
    rules_row = factories.rule(world.site, "gas", at=world.t(21))
    item.refresh_from_db()
    assert item.is_blocked(world.t(21))

    with pytest.raises(Refused) as caught:
        execution.resume(actor=world.technician, at=world.t(22), item_id=item.pk)
    assert [reason.code for reason in caught.value.reasons] == ["requirement_unmet"]
    rules.end_rule(actor=None, at=world.t(23), rule_id=rules_row.pk)
    assert item.blockers.latest("pk").end_cause == "withdrawn"
    item = execution.resume(actor=world.technician, at=world.t(24), item_id=item.pk)
    assert item.status == Status.LIVE


def test_what_a_refused_resume_heard_is_kept(world):
    """The role of the executor ended and nobody asked; the gate did, so lists know from then."""
    item = waiting_item(world)
    blockers.clear(
        actor=world.planner, at=world.t(20), blocker_id=item.blockers.get().pk, word="It came"
    )
    world.technician.memberships.update(ends=world.t(21))
    item.refresh_from_db()
    assert not item.is_blocked(world.t(22))

    with pytest.raises(Refused):
        execution.resume(actor=world.supervisor, at=world.t(22), item_id=item.pk)

    item.refresh_from_db()
    assert item.is_blocked(world.t(22))
    assert item.blockers.get(ended_at=None).since == world.t(22)


@pytest.mark.parametrize("make", [live_item, waiting_item])
def test_stop_releases_and_says_the_condition(world, make):
    item = make(world)
    version = item.version

    with refused(item, "condition_needed"):
        execution.stop(actor=world.technician, at=world.t(9), item_id=item.pk, condition="")
    item = execution.stop(
        actor=world.technician, at=world.t(10), item_id=item.pk, condition="Guard on"
    )

    assert (item.status, item.version, item.started_at, item.waiting_since) == (
        Status.PLANNED,
        version + 1,
        None,
        None,
    )
    assert item.condition_left.text == "Guard on"
    assert item.is_blocked(world.t(10)) is (make is waiting_item)


def test_a_lapse_while_live_is_seen_at_its_second_and_asks(world):
    item, row = lapsing(world)
    just_before = world.t(30) - timedelta(seconds=1)
    assert (item.is_blocked(just_before), item.is_blocked(world.t(30))) == (False, True)
    with refused(item, "stop_not_asked"):
        execution.confirm_stopped(
            actor=world.technician, at=just_before, item_id=item.pk, condition="Safe"
        )

    assert clock.settle_due(world.t(33)) == 1

    item.refresh_from_db()
    blocker = item.blockers.get()
    assert (blocker.prerequisite, blocker.since, blocker.recorded_at) == (
        row,
        world.t(30),
        world.t(33),
    )
    assert (item.status, item.stop_asked_at, item.stop_told_at) == (
        Status.LIVE,
        world.t(30),
        None,
    )


def test_confirmed_stopped_waits_for_that_blocker(world):
    item, _row = lapsing(world)
    clock.settle_due(world.t(30))
    item.refresh_from_db()

    with refused(item, "condition_needed"):
        execution.confirm_stopped(
            actor=world.technician, at=world.t(32), item_id=item.pk, condition=" "
        )
    item = execution.confirm_stopped(
        actor=world.technician, at=world.t(32), item_id=item.pk, condition="Valve shut"
    )

    assert (item.status, item.stop_asked_at) == (Status.WAITING, None)
    assert item.condition_left.text == "Valve shut"
    move, confirmed = Event.objects.filter(item=item).order_by("-pk")[:2][::-1]
    assert (move.verb, move.data["blocker"]) == ("wait", item.blockers.get().pk)
    assert (confirmed.verb, confirmed.data) == (
        "stop_confirmed",
        {"asked": world.t(30).isoformat()},
    )


def test_met_again_before_anybody_answered_withdraws_the_ask(world):
    item, row = lapsing(world)
    clock.settle_due(world.t(31))

    requirements.check(actor=world.hse, at=world.t(32), prerequisite_id=row.pk, passed=True)

    item.refresh_from_db()
    assert (item.status, item.stop_asked_at, item.is_blocked(world.t(32))) == (
        Status.LIVE,
        None,
        False,
    )
    blocker = item.blockers.get()
    assert (blocker.since, blocker.ended_at, blocker.end_cause) == (
        world.t(30),
        world.t(32),
        "met",
    )
    assert Event.objects.filter(item=item, verb="stop_ask_withdrawn").count() == 1


def test_a_lapse_that_nobody_saw_leaves_its_blocker_all_the_same(world):
    """Checked again at t(40) without the task having run: the interval t(30)-t(40) stays."""
    item, row = lapsing(world)

    requirements.check(actor=world.hse, at=world.t(40), prerequisite_id=row.pk, passed=True)

    blocker = item.blockers.get()
    assert (blocker.since, blocker.ended_at, blocker.end_cause) == (
        world.t(30),
        world.t(40),
        "met",
    )


def test_a_one_time_check_does_not_lapse_under_way(world):
    item, row = lapsing(world, one_time=True)

    assert (item.ready_until, item.blocked_from) == (None, None)
    assert clock.settle_due(world.t(31)) == 0
    assert not item.is_blocked(world.t(31))
    item = execution.stop(actor=world.technician, at=world.t(32), item_id=item.pk, condition="Safe")
    # Planned anew, it is to be checked anew.
    assert (item.unmet_start, item.is_ready(world.t(32))) == (1, False)


def test_a_one_time_check_stays_met_when_the_outcome_is_given_back(world):
    item, _row = lapsing(world, one_time=True)
    item = execution.complete(actor=world.technician, at=world.t(35), item_id=item.pk)

    item = acceptance.give_back(
        actor=world.shift_lead, at=world.t(40), item_id=item.pk, missing="Paint"
    )

    assert [blocker.prerequisite for blocker in item.blockers.all()] == [None]
    assert item.unmet_start == 0


def test_an_unconfirmed_stop_is_told_after_the_types_minutes(world):
    item, _row = lapsing(world)
    clock.settle_due(world.t(30))

    assert clock.tell_unconfirmed(world.t(40) - timedelta(seconds=1)) == 0
    assert clock.tell_unconfirmed(world.t(40)) == 1
    assert clock.tell_unconfirmed(world.t(41)) == 0

    item.refresh_from_db()
    assert item.stop_told_at == world.t(40)
    assert list(item.notices.values_list("user", "code")) == [
        (world.shift_lead.pk, "stop_not_confirmed")
    ]


def test_a_stop_that_nobody_could_be_told_is_told_to_who_takes_the_duty(world):
    item, _row = lapsing(world)
    people.deactivate_person(actor=None, at=world.t(20), user_id=world.shift_lead.pk)
    clock.settle_due(world.t(30))

    assert clock.tell_unconfirmed(world.t(40)) == 0
    item.refresh_from_db()
    assert (item.stop_told_at, item.history.filter(verb="stop_told").count()) == (None, 0)
    posts.take_duty(actor=world.second_lead, at=world.t(41), post_id=world.lead_post.pk)
    assert clock.tell_unconfirmed(world.t(42)) == 1

    item.refresh_from_db()
    assert item.stop_told_at == world.t(42)
    assert list(item.notices.values_list("user", flat=True)) == [world.second_lead.pk]
