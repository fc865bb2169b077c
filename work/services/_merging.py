"""Merging: what waited for the merged item waits for its survivor, and its open parts go there."""

from work.models import Prerequisite, WorkItem
from work.ports import Source
from work.services import _asking, _locks, _moves
from work.services._contexts import contexts
from work.services._facts import load
from work.services._rings import refuse_family_ring, refuse_parent_ring, refuse_ring
from work.services.acts import OpenAct
from work.states import CONTROLLED, OPEN

_ITEM = "work.item"


def refuse_merge_ring(item: WorkItem, survivor: WorkItem) -> None:
    """Refuse if what waits for the item could not wait for the survivor in its stead."""
    waiting = WorkItem.objects.select_related("type", "place").filter(
        pk__in=Prerequisite.objects.filter(
            supplier=_ITEM, source_id=item.pk, withdrawn_at=None
        ).values("item_id"),
        status__in=sorted(OPEN),
    )
    for context in contexts(list(waiting.order_by("pk"))).values():
        refuse_ring(context, Source(_ITEM, survivor.pk))


def take_over(act: OpenAct, item: WorkItem, survivor: WorkItem) -> None:
    """Put the open parts of a merged item under its survivor, which is open itself."""
    parts = item.children.filter(status__in=sorted(OPEN)).values_list("pk", flat=True)
    facts = load(_locks.items(parts))
    for pk, each in facts.items():
        each.item.parent = survivor
        refuse_family_ring(each.item)
        if each.item.mandatory:
            refuse_parent_ring(each.item)
        each.context = contexts([each.item])[pk]
        _moves.changed(act, each, ["parent"], ["parent"])
        act.record("part_moved", each.item, item_id=pk, parent=survivor.pk, parent_before=item.pk)
    controlled = {pk: each for pk, each in facts.items() if each.item.status in CONTROLLED}
    _asking.bring_up_to_date(act, controlled)
