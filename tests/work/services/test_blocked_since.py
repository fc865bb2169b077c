"""Since when something blocks: from its own second where time alone brought it, else by the act."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import planned_item
from tests.work.outcomes import snapshot
from tests.work.verbs import step
from work.models import Blocker, Event
from work.services import (
    blockers,
    clock,
    execution,
    holds,
    items,
    proof,
    requirements,
    rules,
)

SECOND = timedelta(seconds=1)


def move_start(world, item, start, minutes):
    return items.edit(
        actor=world.planner, at=world.t(minutes), item_id=item.pk, planned_start=world.t(start)
    )


def since(item) -> dict[str, object]:
    """Since when each open blocker of a rule stands, by the rule's key."""
    open_now = item.blockers.filter(ended_at=None)
    return dict(open_now.values_list("prerequisite__rule__key", "since"))


def check(world, item, minutes, until=None, key="gas"):
    row = item.prerequisites.get(rule__key=key)
    requirements.check(
        actor=world.hse,
        at=world.t(minutes),
        prerequisite_id=row.pk,
        passed=True,
        valid_until=world.t(until) if until is not None else None,
    )
    return row


# --- the act made it due ------------------------------------------------------------------------


def test_an_edit_that_moves_the_start_dates_no_blocker_before_itself(world):
    factories.rule(world.site, "gas", lead=timedelta(minutes=60))
    item = planned_item(world, plan={"planned_start": world.t(600)})

    move_start(world, item, 30, 20)

    assert since(item) == {"gas": world.t(20)}
    event = Event.objects.get(item=item, verb="blocked")
    assert event.data["since"] == world.t(20).isoformat()


def test_nor_does_planning_it_for_a_time_that_has_passed(world):
    item = factories.requested_item(world)
    factories.rule(world.site, "gas", lead=timedelta(0))
    items.plan(
        actor=world.planner,
        at=world.t(20),
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
        executor_ids=[world.technician.pk],
        planned_start=world.t(5),
    )

    assert since(item) == {"gas": world.t(20)}


def test_nor_a_rule_that_begins_to_be_enforced(world):
    made = factories.rule(world.site, "gas", lead=timedelta(0), mode="watch")
    item = planned_item(world, plan={"planned_start": world.t(5)})

    rules.set_mode(actor=world.hse, at=world.t(20), rule_id=made.pk, mode="enforce")

    assert since(item) == {"gas": world.t(20)}


def test_nor_a_longer_lead(world):
    made = factories.rule(world.site, "gas", lead=timedelta(0))
    item = planned_item(world, plan={"planned_start": world.t(60)})

    rules.change_rule(actor=None, at=world.t(20), rule_id=made.pk, lead=timedelta(minutes=55))

    assert since(item) == {"gas": world.t(20)}


def test_nor_a_stop_after_a_check_that_was_for_the_start_alone(world):
    factories.rule(world.site, "gas", one_time=True, lead=timedelta(0))
    item = planned_item(world, plan={"planned_start": world.t(1)})
    check(world, item, 1, until=10)
    execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)

    step(world, "stop", item, 20)

    assert since(item) == {"gas": world.t(20)}


def test_nor_giving_back_what_lapsed_while_it_was_to_accept(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    check(world, item, 1, until=10)
    step(world, "complete", step(world, "start", item, 2), 3)
    clock.settle_due(world.t(15))

    step(world, "give_back", item, 20)

    assert since(item)["gas"] == world.t(20)


def test_nor_planning_anew_what_fell_due_while_it_was_returned(world):
    item = planned_item(world, plan={"planned_start": world.t(100)})
    requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.check",
        params={"role": "hse"},
    )
    items.return_(actor=world.planner, at=world.t(2), item_id=item.pk, reason="Later")
    clock.settle_due(world.t(150))
    assert not item.blockers.exists()

    step(world, "plan", item, 200)

    assert item.blockers.get().since == world.t(200)


# --- time alone made it due ---------------------------------------------------------------------


def test_what_had_fallen_due_by_then_keeps_its_own_second(world):
    """The plan is moved after the moment, and no task has run since."""
    factories.rule(world.site, "gas", lead=timedelta(minutes=30))
    factories.rule(world.site, "paper", lead=timedelta(minutes=5))
    item = planned_item(world, plan={"planned_start": world.t(40)})

    move_start(world, item, 15, 20)

    assert since(item) == {"gas": world.t(10), "paper": world.t(20)}


def test_moved_away_it_was_blocked_all_the_same(world):
    factories.rule(world.site, "gas", lead=timedelta(minutes=30))
    item = planned_item(world, plan={"planned_start": world.t(40)})

    item = move_start(world, item, 600, 20)

    assert since(item) == {"gas": world.t(10)}
    assert item.is_blocked(world.t(20))


def other_acts(world, item):
    lead = {"actor": world.shift_lead, "at": world.t(40)}
    return {
        "raise": lambda: blockers.raise_(item_id=item.pk, kind="plant", what="Seal", **lead),
        "hold": lambda: holds.place(item_id=item.pk, kind="use", place_id=world.l3.pk, **lead),
        "wait": lambda: step(world, "wait", item, 40),
        "complete": lambda: step(world, "complete", item, 40),
        "judge": lambda: proof.judge(criterion_id=item.criteria.get().pk, word="Seen", **lead),
        "edit": lambda: items.edit(
            actor=world.planner, at=world.t(40), item_id=item.pk, what="Other"
        ),
        "stage": lambda: execution.confirm_stopped(item_id=item.pk, condition="Safe", **lead),
    }


@pytest.mark.parametrize("name", ["raise", "hold", "wait", "complete", "judge", "edit", "stage"])
def test_every_act_on_the_item_settles_what_lapsed_before_it(world, name):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    row = check(world, item, 1, until=30)
    item = execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)

    other_acts(world, item)[name]()

    blocker = item.blockers.get(prerequisite=row)
    assert (blocker.since, blocker.recorded_at, blocker.ended_at) == (
        world.t(30),
        world.t(40),
        None,
    )
    assert clock.reconcile(world.t(40)) == []
    before = snapshot(item)
    assert clock.settle_due(world.t(40)) == 0
    assert snapshot(item) == before


def test_a_rule_that_begins_by_the_clock_bites_at_its_second_also_when_the_task_is_late(world):
    live = factories.live_item(world)
    due = planned_item(world, plan={"planned_start": world.t(90)})
    factories.rule(world.site, "gas", at=world.at, starts=world.t(60), lead=timedelta(minutes=20))
    live.refresh_from_db()
    assert live.is_blocked(world.t(60))
    assert not live.is_blocked(world.t(60) - SECOND)

    assert clock.settle_due(world.t(200)) == 2

    assert since(live) == {"gas": world.t(60)}
    assert since(due) == {"gas": world.t(70)}
    live.refresh_from_db()
    assert live.stop_asked_at == world.t(60)


def test_a_rule_that_was_made_later_than_it_begins_bites_from_its_making(world):
    live = factories.live_item(world)

    factories.rule(world.site, "gas", at=world.t(60), starts=world.t(30))

    assert since(live) == {"gas": world.t(60)}


# --- what is asked in the same act --------------------------------------------------------------


@pytest.mark.parametrize("status", ["live", "planned"])
def test_what_is_required_by_hand_and_met_blocks_for_no_moment(world, status):
    first = factories.closed_item(world)
    item = planned_item(world, plan={"planned_start": world.at})
    if status == "live":
        item = step(world, "start", item, 1)

    row = requirements.require(
        actor=world.planner,
        at=world.t(5),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=first.pk,
    )

    assert row.answer == "met"
    assert not Blocker.objects.filter(item=item).exists()
