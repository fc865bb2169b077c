"""Back to requested: what was derived is withdrawn, what was asked by hand stays."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import live_item, planned_item
from tests.work.outcomes import forbidden, refused, stale
from tests.work.verbs import MOVING, to_closed
from work.exceptions import Refused
from work.models import Event, WorkItem
from work.permissions import scope
from work.reads import item as pages
from work.reads import item_header
from work.services import clock, execution, items, requirements
from work.states import Status


def give_back(world, item, minutes=20, **given):
    given = {"reason": "Scope unclear", "actor": world.planner, **given}
    return items.return_(at=world.t(minutes), item_id=item.pk, **given)


def test_withdraws_what_was_derived_and_ends_its_blockers(world):
    factories.rule(world.site, "gas")
    item = planned_item(world, plan={"planned_start": world.t(5)})
    clock.settle_due(world.t(6))

    item = give_back(world, item)

    assert (item.status, item.planned_at, item.owner_post) == (
        Status.REQUESTED,
        None,
        world.lead_post,
    )
    assert set(item.prerequisites.values_list("withdrawn_at", flat=True)) == {world.t(20)}
    assert [(b.ended_at, b.end_cause) for b in item.blockers.all()] == [(world.t(20), "withdrawn")]
    assert (item.unmet_start, item.open_blockers, item.ready_until, item.blocked_from) == (
        0,
        0,
        None,
        None,
    )
    event = Event.objects.filter(item=item).last()
    assert (event.verb, event.data["from"], event.data["to"]) == (
        "return",
        "planned",
        "requested",
    )


def test_what_was_required_by_hand_stays(world):
    item, other = planned_item(world), planned_item(world)
    row = requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
    )

    give_back(world, item)

    row.refresh_from_db()
    assert row.withdrawn_at is None


def test_what_is_refused(world):
    item = planned_item(world)

    with refused(item, "reason_needed"):
        give_back(world, item, reason="")
    with forbidden(item, "role_needed"):
        give_back(world, item, actor=world.technician)
    with stale(item):
        give_back(world, item, seen=1)
    live = live_item(world)
    with refused(live, "not_from"):
        give_back(world, live)


# --- blocked by what was required by hand -------------------------------------------------------


@pytest.fixture
def returned(world):
    """Waits for other work since 10, returned at 20: its blocker stands on."""
    other = planned_item(world)
    item = planned_item(world, plan={"planned_start": world.t(10)})
    require(world, item, other, 1)
    clock.settle_due(world.t(10))
    item = give_back(world, item)
    assert item.blockers.get().since == world.t(10)
    return item, other


def require(world, item, other, minutes):
    return requirements.require(
        actor=world.planner,
        at=world.t(minutes),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
    )


def said(world, item, minutes) -> dict[str, object]:
    """What lists, counts, the item and its page say of being blocked."""
    at, who = world.t(minutes), scope(world.planner, world.t(minutes))
    open_items = WorkItem.objects.filter(pk=item.pk)
    found = pages.find(world.site, who, str(item.number))
    page = pages.load(world.site, found, who, at)
    header = item_header.header(page)
    [row] = page.rows.requirements
    return {
        "list": open_items.blocked(at).exists(),
        "rest": open_items.not_blocked(at).exists(),
        "item": open_items.get().is_blocked(at),
        "header": header["is_blocked"],
        "blockers": header["open_blockers"],
        "requirement": row["is_due"],
    }


BLOCKED = {"list": True, "rest": False, "item": True, "header": True, "blockers": 1,
           "requirement": True}  # fmt: skip
FREE = {"list": False, "rest": True, "item": False, "header": False, "blockers": 0,
        "requirement": False}  # fmt: skip


def test_it_reads_blocked_wherever_it_is_read(world, returned):
    item, _other = returned

    assert said(world, item, 20) == BLOCKED
    assert (item.unmet_start, item.ready_until, item.blocked_from) == (0, None, None)
    assert clock.settle_due(world.t(600)) == 0
    assert clock.reconcile(world.t(600)) == []
    assert said(world, item, 600) == BLOCKED


def test_it_ends_when_the_source_answers_met(world, returned):
    item, other = returned

    to_closed(world, other, 30)

    blocker = item.blockers.get()
    assert (blocker.ended_at, blocker.end_cause) == (world.t(32), "met")
    assert said(world, item, 32) == FREE


def test_it_ends_when_it_is_withdrawn(world, returned):
    item, _other = returned
    row = item.prerequisites.get(withdrawn_at=None)

    requirements.withdraw_requirement(
        actor=world.planner, at=world.t(30), prerequisite_id=row.pk, reason="By mistake"
    )

    assert item.blockers.get().end_cause == "withdrawn"
    assert not WorkItem.objects.blocked(world.t(30)).filter(pk=item.pk).exists()


def test_it_ends_when_the_item_is_cancelled(world, returned):
    item, _other = returned

    item = MOVING["cancel"](world, world.planner, item, world.t(30))

    assert item.blockers.get().end_cause == "cancelled"
    assert not item.is_blocked(world.t(30))


def test_planned_again_it_is_the_same_blocker(world, returned):
    item, _other = returned

    item = MOVING["plan"](world, world.planner, item, world.t(30))

    blocker = item.blockers.get()
    assert (blocker.since, blocker.ended_at, item.unmet_start) == (world.t(10), None, 1)
    assert item.is_blocked(world.t(30))


def test_what_falls_due_while_it_is_requested_blocks_nothing(world):
    other = planned_item(world)
    item = planned_item(world, plan={"planned_start": world.t(60)})
    require(world, item, other, 1)
    item = give_back(world, item)

    assert clock.settle_due(world.t(90)) == 0
    assert said(world, item, 90) == FREE
    assert clock.reconcile(world.t(90)) == []


def test_a_start_refused_for_the_earlier_plan_makes_nothing_due_in_the_next(world):
    item = planned_item(world)
    row = requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="decision",
        supplier="work.check",
        params={"role": "hse"},
    )
    with pytest.raises(Refused):
        execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)
    requirements.check(
        actor=world.hse,
        at=world.t(3),
        prerequisite_id=row.pk,
        passed=True,
        valid_until=world.t(30),
    )

    give_back(world, item)
    start = world.at + timedelta(days=30)
    items.plan(actor=world.planner, at=world.t(21), item_id=item.pk, planned_start=start)
    clock.settle_due(world.t(31))

    row.refresh_from_db()
    item.refresh_from_db()
    assert (row.refused_at, row.due_at) == (None, start)
    assert (item.unmet_start, item.open_blockers, item.blocked_from) == (1, 0, start)
