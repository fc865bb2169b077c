"""Parents wait for their mandatory children and for what they left behind."""

from tests import factories
from tests.factories import (
    closed_item,
    done_item,
    planned_item,
    requested_item,
    residual_item,
)
from tests.supporting import services as tickets
from tests.work.outcomes import refused
from tests.work.verbs import MOVING
from work.models import CorrectiveAction, Event, Notice, WorkItem
from work.services import acceptance, execution, items, requirements
from work.states import SourceKind, Status


def accept(world, item, minutes=30):
    judged = dict.fromkeys(item.criteria.values_list("pk", flat=True), "Seen")
    return acceptance.accept(
        actor=world.shift_lead, at=world.t(minutes), item_id=item.pk, judged=judged
    )


def child(world, parent, make=planned_item, **given):
    return make(world, parent_id=parent.pk, **{"mandatory": True, **given})


def test_a_mandatory_child_is_closed_first(world):
    parent = done_item(world)
    kid = child(world, parent)

    with refused(parent, "child_open") as caught:
        accept(world, parent)
    [reason] = caught.value.reasons
    assert (reason.params, reason.about, reason.clears) == (
        {"number": kid.number},
        ("item", kid.pk),
        ("post", world.lead_post.pk),
    )


def test_a_closed_child_and_a_free_one_stop_nothing(world):
    parent = done_item(world)
    child(world, parent, closed_item)
    child(world, parent, mandatory=False)

    assert accept(world, parent).status == Status.CLOSED


def test_a_cancelled_child_is_a_loss_to_accept_by_name(world):
    parent = done_item(world)
    kid = child(world, parent)
    items.cancel(actor=world.planner, at=world.t(20), item_id=kid.pk, reason="No")

    with refused(parent, "loss_not_accepted"):
        accept(world, parent)
    acceptance.accept_loss(
        actor=world.shift_lead, at=world.t(21), item_id=kid.pk, reason="We live with it"
    )

    assert accept(world, parent).status == Status.CLOSED


def test_a_residual_is_owned_before_the_outcome_is_accepted(world):
    item = done_item(world)
    left = residual_item(world, item)

    with refused(item, "residual_not_planned") as caught:
        accept(world, item)
    assert caught.value.reasons[0].about == ("item", left.pk)
    items.plan(
        actor=world.planner,
        at=world.t(21),
        item_id=left.pk,
        owner_post_id=world.lead_post.pk,
    )

    assert accept(world, item).status == Status.CLOSED


def test_a_cancelled_residual_is_a_loss_to_accept_by_name(world):
    item = done_item(world)
    left = residual_item(world, item)
    items.cancel(actor=world.planner, at=world.t(20), item_id=left.pk, reason="No")

    with refused(item, "loss_not_accepted") as caught:
        accept(world, item)
    [reason] = caught.value.reasons
    assert (reason.about, reason.clears) == (("item", left.pk), ("role", "shift_lead"))
    acceptance.accept_loss(
        actor=world.shift_lead, at=world.t(21), item_id=left.pk, reason="We live with it"
    )

    assert accept(world, item).status == Status.CLOSED


def test_a_merged_residual_is_judged_by_its_survivor(world):
    item, other, last = done_item(world), requested_item(world), requested_item(world)
    left = residual_item(world, item)
    for minute, lost, survivor in ((20, left, other), (21, other, last)):
        items.cancel(
            actor=world.planner,
            at=world.t(minute),
            item_id=lost.pk,
            reason="Double",
            survivor_id=survivor.pk,
        )

    with refused(item, "residual_not_planned") as caught:
        accept(world, item)
    assert caught.value.reasons[0].about == ("item", last.pk)
    items.plan(
        actor=world.planner, at=world.t(22), item_id=last.pk, owner_post_id=world.lead_post.pk
    )

    assert accept(world, item).status == Status.CLOSED


def test_work_that_an_item_caused_is_ended_first(world):
    item, caused = done_item(world), planned_item(world)
    CorrectiveAction.objects.create(
        source_key="work.item", source_id=item.pk, item=caused, created_at=world.at
    )

    with refused(item, "action_open"):
        accept(world, item)
    items.cancel(actor=world.planner, at=world.t(20), item_id=caused.pk, reason="No")
    with refused(item, "loss_not_accepted"):
        accept(world, item)
    acceptance.accept_loss(
        actor=world.shift_lead, at=world.t(21), item_id=caused.pk, reason="We live with it"
    )

    assert CorrectiveAction.objects.get().loss_accepted_by == world.shift_lead
    assert accept(world, item).status == Status.CLOSED


def test_the_record_that_caused_an_item_learns_of_its_outcome(world):
    ticket = tickets.open_ticket(actor=None, at=world.at, site_id=world.site.pk)
    pk = tickets.cause(
        actor=world.operator,
        at=world.at,
        ticket_id=ticket.pk,
        type_id=world.mnt.pk,
        place_id=world.l3.pk,
        what="Mend the ladder",
        why="Found loose",
    )
    item = WorkItem.objects.get(pk=pk)
    assert item.source_kind == SourceKind.RECORD
    assert list(item.causes.values_list("source_key", "source_id", "role")) == [
        ("supporting.ticket", ticket.pk, "corrective")
    ]
    for verb, actor in (
        ("plan", world.planner),
        ("start", world.technician),
        ("complete", world.technician),
        ("accept", world.shift_lead),
        ("reopen", world.shift_lead),
        ("cancel", world.planner),
    ):
        item.refresh_from_db()
        MOVING[verb](world, actor, item, world.t(1))

    ticket.refresh_from_db()
    assert ticket.outcome == [[pk, "accepted"], [pk, "reopened"], [pk, "cancelled"]]


def test_a_child_that_would_wait_for_its_parent_is_refused(world):
    parent, kid = planned_item(world), planned_item(world)
    requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=kid.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=parent.pk,
    )
    kid.refresh_from_db()

    with refused(kid, "ring") as caught:
        items.edit(
            actor=world.planner,
            at=world.t(2),
            item_id=kid.pk,
            parent_id=parent.pk,
            mandatory=True,
        )
    assert caught.value.reasons[0].params == {"items": [kid.pk, parent.pk]}


def test_a_family_has_no_ring(world):
    grandparent, parent, kid = (planned_item(world) for _ in range(3))
    for young, old in ((parent, grandparent), (kid, parent)):
        items.edit(
            actor=world.planner,
            at=world.t(2),
            item_id=young.pk,
            parent_id=old.pk,
            mandatory=True,
        )
    grandparent.refresh_from_db()

    for mandatory in (True, False):
        with refused(grandparent, "ring"):
            items.edit(
                actor=world.planner,
                at=world.t(3),
                item_id=grandparent.pk,
                parent_id=kid.pk,
                mandatory=mandatory,
            )


def test_an_item_is_not_its_own_parent(world):
    item = planned_item(world)

    with refused(item, "ring"):
        items.edit(actor=world.planner, at=world.t(3), item_id=item.pk, parent_id=item.pk)


def test_reopened_work_opens_the_parents_door_no_more(world):
    """A parent that is to accept waits again when its mandatory child is reopened."""
    parent = done_item(world)
    kid = child(world, parent, closed_item)
    acceptance.reopen(actor=world.shift_lead, at=world.t(20), item_id=kid.pk, reason="Leaks")

    with refused(parent, "child_open"):
        accept(world, parent)


def test_reopened_work_tells_the_parent_and_the_source_that_relied_on_it(world):
    parent = done_item(world)
    kid = child(world, parent, closed_item)
    accept(world, parent)
    acceptance.reopen(actor=world.shift_lead, at=world.t(40), item_id=kid.pk, reason="Leaks")

    told = Event.objects.get(verb="outcome_reopened")
    assert (told.item, told.data, told.actor) == (parent, {"item": kid.pk}, world.shift_lead)
    notice = Notice.objects.get()
    assert (notice.user, notice.item, notice.code) == (
        world.shift_lead,
        parent,
        "outcome_reopened",
    )

    source = planned_item(world, plan={"owner_post_id": None, "owner_user_id": world.planner.pk})
    left = residual_item(world, source)
    items.plan(
        actor=world.planner,
        at=world.t(41),
        item_id=left.pk,
        owner_post_id=world.lead_post.pk,
        executor_ids=[world.technician.pk],
    )
    execution.start(actor=world.technician, at=world.t(42), item_id=left.pk)
    execution.complete(actor=world.technician, at=world.t(43), item_id=left.pk)
    accept(world, left, 44)
    acceptance.reopen(actor=world.shift_lead, at=world.t(45), item_id=left.pk, reason="Bare")

    assert Event.objects.filter(item=source, verb="outcome_reopened").count() == 1
    assert list(Notice.objects.filter(item=source).values_list("user", flat=True)) == [
        world.planner.pk
    ]


def test_children_inherit_nothing_silently(world):
    kind = factories.work_type(world.site)
    parent = planned_item(world, type_id=kind.pk, priority="1", safety_critical=True)

    kid = child(world, parent)

    assert (kid.priority, kid.safety_critical, kid.type) == ("3", False, world.mnt)
