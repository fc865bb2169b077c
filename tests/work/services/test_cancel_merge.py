"""Cancelling ends what the item held and waited for; merging points at the survivor."""

import pytest

from tests import factories
from tests.factories import closed_item, planned_item, requested_item, waiting_item
from tests.work.outcomes import forbidden, refused
from work.models import Event
from work.services import acceptance, clock, execution, holds, items, requirements
from work.states import Status


def cancel(world, item, minutes=20, **given):
    given = {"reason": "No more needed", "actor": world.planner, **given}
    return items.cancel(at=world.t(minutes), item_id=item.pk, **given)


@pytest.mark.parametrize("make", [requested_item, planned_item, waiting_item])
def test_cancelled_with_a_reason(world, make):
    item = make(world)

    with refused(item, "reason_needed"):
        cancel(world, item, reason=" ")
    item = cancel(world, item)

    assert (item.status, item.cancelled_at, item.survivor) == (
        Status.CANCELLED,
        world.t(20),
        None,
    )
    event = Event.objects.filter(item=item, verb="cancel").get()
    assert item.notes.get(pk=event.data["note"]).text == "No more needed"


def test_its_blockers_and_every_hold_end(world):
    factories.rule(world.site, "gas", lead=None)
    item = planned_item(world, plan={"planned_start": world.t(5)})
    for until_accepted in (True, False):
        holds.place(
            actor=world.supervisor,
            at=world.t(6),
            item_id=item.pk,
            kind="use",
            asset_id=world.pump.pk,
            until_accepted=until_accepted,
        )
    clock.settle_due(world.t(7))
    assert item.blockers.get().since == world.t(5)

    item = cancel(world, item)

    blocker = item.blockers.get()
    assert (blocker.ended_at, blocker.ended_by, blocker.end_cause) == (
        world.t(20),
        world.planner,
        "cancelled",
    )
    assert (item.open_blockers, item.unmet_start, item.is_blocked(world.t(20))) == (0, 0, False)
    assert list(item.holds.values_list("ended_at", "end_cause")) == [(world.t(20), "cancelled")] * 2


def test_merged_into_the_survivor(world):
    item, survivor = planned_item(world), planned_item(world)

    item = cancel(world, item, survivor_id=survivor.pk)

    assert item.survivor == survivor
    assert Event.objects.filter(item=item, verb="cancel").get().data["survivor"] == survivor.pk


def test_what_cannot_survive(world, nrd):
    item = planned_item(world)
    cancelled, closed = cancel(world, planned_item(world)), closed_item(world)
    foreign = items.request(
        actor=nrd.technician,
        at=world.at,
        site_id=nrd.site.pk,
        type_id=nrd.mnt.pk,
        place_id=nrd.root.pk,
        what="Look",
    )

    for other in (item.pk, cancelled.pk, closed.pk, foreign.pk, 10**9):
        with refused(item, "survivor_unknown"):
            cancel(world, item, survivor_id=other)


def test_who_waits_for_it_is_told(world):
    first, item = planned_item(world), planned_item(world)
    row = requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=first.pk,
    )

    cancel(world, first)

    row.refresh_from_db()
    assert (row.answer, row.reason["code"]) == ("unmet", "other_item_cancelled")
    assert row.clears == "role:planner"

    acceptance.accept_loss(
        actor=world.shift_lead, at=world.t(21), item_id=first.pk, reason="Not needed"
    )
    row.refresh_from_db()
    assert (row.answer, row.source_id) == ("met", first.pk)


def wait_for(world, item, other):
    return requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
    )


def test_what_waited_for_the_merged_waits_for_its_survivor(world):
    item, second, survivor, waiter = (planned_item(world) for _ in range(4))
    row = wait_for(world, waiter, item)

    cancel(world, item, survivor_id=second.pk)
    row.refresh_from_db()
    assert (row.source_id, row.reason["code"]) == (second.pk, "other_item_open")
    cancel(world, second, 21, survivor_id=survivor.pk)

    row.refresh_from_db()
    assert (row.source_id, row.clears) == (survivor.pk, f"post:{world.lead_post.pk}")
    late = wait_for(world, planned_item(world), item)
    assert (late.source_id, late.reason["code"]) == (survivor.pk, "other_item_open")
    execution.start(actor=world.technician, at=world.t(22), item_id=survivor.pk)
    execution.complete(actor=world.technician, at=world.t(23), item_id=survivor.pk)
    judged = dict.fromkeys(survivor.criteria.values_list("pk", flat=True), "Seen")
    acceptance.accept(actor=world.shift_lead, at=world.t(24), item_id=survivor.pk, judged=judged)
    row.refresh_from_db()
    assert row.answer == "met"


def test_a_merge_makes_no_ring(world):
    item, survivor = planned_item(world), planned_item(world)
    wait_for(world, survivor, item)

    with refused(item, "ring") as caught:
        cancel(world, item, survivor_id=survivor.pk)

    assert caught.value.reasons[0].params == {"items": [survivor.pk]}


def test_open_parts_of_the_merged_go_to_its_survivor(world):
    item, survivor = planned_item(world), planned_item(world)
    part = planned_item(world, parent_id=item.pk, mandatory=True)
    closed = closed_item(world, parent_id=item.pk)

    cancel(world, item, survivor_id=survivor.pk)

    version = part.version
    part.refresh_from_db()
    closed.refresh_from_db()
    assert (part.parent, part.mandatory, part.version) == (survivor, True, version + 1)
    assert closed.parent == item
    event = Event.objects.get(item=part, verb="part_moved")
    assert event.data == {"parent": survivor.pk, "parent_before": item.pk}


def test_nothing_is_merged_into_what_is_below_it(world):
    item = planned_item(world)
    part = planned_item(world, parent_id=item.pk, mandatory=True)

    with refused(item, "ring"):
        cancel(world, item, survivor_id=part.pk)


def test_a_loss_is_accepted_by_name_and_once(world):
    item = planned_item(world)

    with refused(item, "not_from"):
        acceptance.accept_loss(
            actor=world.shift_lead, at=world.t(21), item_id=item.pk, reason="Known"
        )
    item = cancel(world, item)
    with refused(item, "reason_needed"):
        acceptance.accept_loss(actor=world.shift_lead, at=world.t(21), item_id=item.pk, reason=" ")
    with forbidden(item, "role_needed"):
        acceptance.accept_loss(actor=world.planner, at=world.t(21), item_id=item.pk, reason="Known")
    item = acceptance.accept_loss(
        actor=world.shift_lead, at=world.t(21), item_id=item.pk, reason="Known"
    )
    assert (item.loss_accepted_by, item.loss_accepted_at) == (world.shift_lead, world.t(21))
    with refused(item, "loss_accepted_already"):
        acceptance.accept_loss(
            actor=world.shift_lead, at=world.t(22), item_id=item.pk, reason="Known"
        )


def test_nothing_is_done_to_what_has_ended(world):
    for item in (cancel(world, planned_item(world)), closed_item(world)):
        for call in (
            lambda item=item: items.edit(
                actor=world.planner, at=world.t(30), item_id=item.pk, why="x"
            ),
            lambda item=item: items.assign(
                actor=world.planner,
                at=world.t(30),
                item_id=item.pk,
                owner_post_id=world.site_post.pk,
            ),
            lambda item=item: requirements.require(
                actor=world.planner,
                at=world.t(30),
                item_id=item.pk,
                gate="start",
                kind="work",
                supplier="work.check",
                params={"role": "hse"},
            ),
            lambda item=item: holds.place(
                actor=world.shift_lead,
                at=world.t(30),
                item_id=item.pk,
                kind="use",
                asset_id=world.pump.pk,
            ),
        ):
            with refused(item, "not_from"):
                call()
