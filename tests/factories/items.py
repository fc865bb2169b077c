"""Work items brought to each status by the people of a world, step by step."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models.base import ModelState

from tests.factories.steps import step
from work.models import ItemExecutor, WorkItem
from work.services import acceptance, checklist, control, door, execution, items, proof
from work.states import BlockerKind, EvidenceKind, LineKind, SourceKind

if TYPE_CHECKING:
    from tests.factories.world import World


@step
def requested_item(
    world: "World", *, at: datetime | None = None, by=None, **given: Any
) -> WorkItem:
    """Asked for by the operator: type MNT at L3, unless said otherwise."""
    given.setdefault("type_id", world.mnt.pk)
    given.setdefault("place_id", world.l3.pk)
    given.setdefault("what", "Replace the guard switch")
    given.setdefault("why", "It trips without cause")
    return items.request(
        actor=by or world.operator, at=at or world.at, site_id=world.site.pk, **given
    )


def copies(like: Sequence[WorkItem], number_from: int = 1000) -> list[WorkItem]:
    """More items, each like one of these with its executors, without walking through the doors."""
    stored = WorkItem.objects.prefetch_related("executors").in_bulk([item.pk for item in like])
    found = [copy(stored[item.pk]) for item in like]
    for number, each in enumerate(found, number_from):
        each.pk, each.number, each._state = None, number, ModelState()
    WorkItem.objects.bulk_create(found)
    ItemExecutor.objects.bulk_create(
        ItemExecutor(item=each, user=person, named_at=each.requested_at)
        for each, item in zip(found, like, strict=True)
        for person in stored[item.pk].executors.all()
    )
    return found


def residual_item(world: "World", item: WorkItem, *, at: datetime | None = None) -> WorkItem:
    """Left behind by another item: raised by an act about that one, never from a form."""
    return _left_behind(actor=world.operator, at=at or world.at, item=item)


@door
def _left_behind(act, *, item: WorkItem) -> WorkItem:
    control(item.site_id)
    return items.request_inner(
        act,
        site_id=item.site_id,
        type_id=item.type_id,
        place_id=item.place_id,
        what="Paint the bracket",
        why="It is bare",
        source_kind=SourceKind.RESIDUAL,
        source_item_id=item.pk,
    )


@step
def planned_item(
    world: "World",
    *,
    at: datetime | None = None,
    by=None,
    plan: dict[str, Any] | None = None,
    **given: Any,
) -> WorkItem:
    """Planned by the planner for the shift lead's post, executed by the technician.

    plan: what else `items.plan` is given.
    """
    item = requested_item(world, at=at, by=by, **given)
    plan = {"executor_ids": [world.technician.pk], **(plan or {})}
    if not {"owner_user_id", "owner_post_id"} & set(plan):
        plan["owner_post_id"] = world.lead_post.pk
    return items.plan(actor=world.planner, at=at or world.at, item_id=item.pk, **plan)


@step
def live_item(world: "World", *, at: datetime | None = None, **given: Any) -> WorkItem:
    """Started by its executor."""
    item = planned_item(world, at=at, **given)
    return execution.start(actor=executor(item), at=at or world.at, item_id=item.pk)


@step
def waiting_item(world: "World", *, at: datetime | None = None, **given: Any) -> WorkItem:
    """Stopped by its executor for a part that the planner clears."""
    item = live_item(world, at=at, **given)
    return execution.wait(
        actor=executor(item),
        at=at or world.at,
        item_id=item.pk,
        condition="Left safe, guard on",
        blocker={
            "kind": BlockerKind.MATERIAL,
            "what": "Guard switch",
            "clears": f"user:{world.planner.pk}",
        },
    )


@step
def done_item(world: "World", *, at: datetime | None = None, **given: Any) -> WorkItem:
    """Completed by its executor, every line answered well and all evidence given."""
    item = live_item(world, at=at, **given)
    moment, actor = at or world.at, executor(item)
    for line in item.lines.all():
        answered = {"answer": "pass"}
        if line.kind == LineKind.READING:
            answered = {"value": str(line.low if line.low is not None else line.high or 1)}
        elif line.kind == LineKind.CHOICE:
            answered["said"] = line.choices[0]
        elif line.kind == LineKind.TEXT:
            answered["said"] = "Seen"
        checklist.answer(actor=actor, at=moment, line_id=line.pk, **answered)
    for criterion in item.criteria.filter(evidence=True, withdrawn_at=None):
        proof.attach(
            actor=actor,
            at=moment,
            item_id=item.pk,
            kind=EvidenceKind.SIGNATURE,
            criterion_id=criterion.pk,
            said="Seen and signed",
        )
    return execution.complete(actor=actor, at=moment, item_id=item.pk)


@step
def closed_item(world: "World", *, at: datetime | None = None, by=None, **given: Any) -> WorkItem:
    """Accepted by the shift lead on duty, every criterion judged that may be."""
    item = done_item(world, at=at, **given)
    judged = dict.fromkeys(
        item.criteria.filter(evidence=False).values_list("pk", flat=True), "Seen in the field"
    )
    return acceptance.accept(
        actor=by or world.shift_lead,
        at=at or world.at,
        item_id=item.pk,
        judged=judged,
        handback=item.type_version.takes_out,
    )


def executor(item: WorkItem):
    """The first executor of an item."""
    return item.executors.order_by("pk").first()
