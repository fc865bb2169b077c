"""Rings over items and sources: refused when one would be made, and named."""

from functools import partial

from work import ports
from work.exceptions import Reason, Refused
from work.models import Prerequisite, WorkItem
from work.ports import ItemContext, Source
from work.services._contexts import contexts
from work.services._guarded import guarded
from work.states import OPEN

_ITEM = "work.item"


def refuse_ring(context: ItemContext, source: Source) -> None:
    """Refuse if what `source` waits for leads back to the item.

    An item waits for the sources of its prerequisites and for its mandatory children; a source for
    what its supplier says, and for nothing where that fails. Walked in breadth, one query and one
    call a supplier per step.
    """
    _walk(Source(_ITEM, context.id), {_bare(source): None})


def refuse_own_ring(item_id: int) -> None:
    """Refuse if what the item itself waits for leads back to it, now that it is open again."""
    goal = Source(_ITEM, item_id)
    first: dict[Source, Source | None] = {}
    _step([goal], first)
    _walk(goal, dict.fromkeys(first))


def _walk(goal: Source, came_from: dict[Source, Source | None]) -> None:
    frontier = list(came_from)
    while frontier:
        if goal in came_from:
            raise Refused(Reason("ring", {"items": _named(goal, came_from)}))
        frontier = _step(frontier, came_from)
    if goal in came_from:
        raise Refused(Reason("ring", {"items": _named(goal, came_from)}))


def refuse_family_ring(item: WorkItem) -> None:
    """Refuse an item that would stand below itself, mandatory or not."""
    above, ids = item.parent, []
    while above is not None and above.pk not in ids:
        ids.append(above.pk)
        if above.pk == item.pk:
            raise Refused(Reason("ring", {"items": ids}))
        above = above.parent


def refuse_parent_ring(child: WorkItem) -> None:
    """Refuse a mandatory child that waits for its parent, because the parent waits for it."""
    if child.parent_id is None:
        return
    parent = WorkItem.objects.select_related("type", "place").get(pk=child.parent_id)
    refuse_ring(contexts([parent])[parent.pk], Source(_ITEM, child.pk))


def _bare(source: Source) -> Source:
    return Source(source.key, source.id)


def _step(frontier: list[Source], came_from: dict[Source, Source | None]) -> list[Source]:
    found: list[tuple[Source, Source]] = []
    item_ids = [source.id for source in frontier if source.key == _ITEM and source.id]
    if item_ids:
        rows = Prerequisite.objects.filter(
            item_id__in=item_ids, withdrawn_at=None, source_id__isnull=False
        )
        found += [
            (Source(_ITEM, item_id), Source(key, source_id))
            for item_id, key, source_id in rows.values_list("item_id", "supplier", "source_id")
        ]
        children = WorkItem.objects.filter(
            parent_id__in=item_ids, mandatory=True, status__in=sorted(OPEN)
        )
        found += [
            (Source(_ITEM, parent_id), Source(_ITEM, child_id))
            for parent_id, child_id in children.values_list("parent_id", "pk")
        ]
    for supplier in ports.suppliers.all():
        own = [source for source in frontier if source.key == supplier.key and source.id]
        if own and supplier.key != _ITEM:
            waits = guarded(supplier.key, partial(supplier.waits_for, own))
            for source, others in (waits or {}).items():
                found += [(_bare(source), _bare(other)) for other in others]
    fresh = []
    for before, after in found:
        if after not in came_from:
            came_from[after] = before
            fresh.append(after)
    return fresh


def _named(goal: Source, came_from: dict[Source, Source | None]) -> list[int]:
    """The ids of the items on the ring, from the one that was asked for to the item itself."""
    ids: list[int] = []
    at: Source | None = goal
    while at is not None:
        if at.key == _ITEM and at.id:
            ids.append(at.id)
        at = came_from[at]
    return ids[::-1]
