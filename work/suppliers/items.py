"""Another work item must be done or closed first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from work.exceptions import Reason
from work.models import Prerequisite, WorkItem
from work.ports import Answer, ItemChange, ItemContext, Requirement, Source
from work.prepared import Among, given, prepared
from work.states import Role, Status

# What of an item its answer depends on.
_SAID = frozenset({"status", "owner", "loss"})


class OtherItems:
    """Source: a work item of the site. params: until, "done" (to accept counts) or "closed"."""

    key = "work.item"
    four_eyes = False

    def answers(self, pairs: Sequence[tuple[Source, ItemContext]], at: datetime) -> list[Answer]:
        """Met when the other item is closed, or done where that is enough: one query.

        One that was merged is judged by its survivor, with a query more for each time in a row.
        """
        others = _with_survivors({source.id for source, _ in pairs if source.id})
        return [self._answer(_survivor(others, source.id), source) for source, _ in pairs]

    def _answer(self, other: WorkItem | None, source: Source) -> Answer:
        if other is None:
            return Answer.unknown(Reason("other_item_unknown"))
        enough = {Status.CLOSED}
        if source.param("until", "closed") == "done":
            enough.add(Status.DONE)
        lost = other.status == Status.CANCELLED
        if other.status in enough or (lost and other.loss_accepted_at is not None):
            return Answer.met(source_id=other.pk)
        code = "other_item_cancelled" if lost else "other_item_open"
        return Answer.unmet(
            Reason(code, {"number": other.number, "status": other.status}, ("item", other.pk)),
            clears=("role", Role.PLANNER) if lost else _owner(other),
            source_id=other.pk,
        )

    def required_for(
        self, items: Sequence[ItemContext], at: datetime
    ) -> dict[int, list[Requirement]]:
        """Nothing by itself: named by a rule or by hand."""
        return {}

    def waits_for(self, sources: Sequence[Source]) -> dict[Source, list[Source]]:
        """Items wait for their own prerequisites; the walk over rings reads those itself."""
        return {}


def _with_survivors(ids: set[int | None]) -> dict[int, WorkItem]:
    """The items, and those into which they were merged."""
    found: dict[int, WorkItem] = {}
    while fresh := ids - set(found):
        more = {item.pk: item for item in _items(items=list(fresh))}
        found |= more
        ids = {item.survivor_id for item in more.values() if item.survivor_id}
    return found


@prepared
def _items() -> QuerySet[WorkItem]:
    """Items by their ids."""
    return WorkItem.objects.filter(Among(F("pk"), given("items")))


@prepared
def _waiting() -> QuerySet[Any]:
    """The requirements that some items are done first."""
    rows = Prerequisite.objects.filter(Among(F("source_id"), given("items")), withdrawn_at=None)
    return rows.filter(supplier=DependentItems.key).order_by().values_list("pk", flat=True)


def _survivor(others: dict[int, WorkItem], pk: int | None) -> WorkItem | None:
    other = others.get(pk) if pk else None
    while other is not None and other.survivor_id:
        other = others[other.survivor_id]
    return other


def _owner(item: WorkItem) -> tuple[str, Any] | None:
    if item.owner_post_id:
        return ("post", item.owner_post_id)
    return ("user", item.owner_user_id) if item.owner_user_id else None


class DependentItems:
    """When an item's status, owner or loss changes, the items that wait for it are asked again."""

    key = "work.item"

    def items_changed(self, changes: Sequence[ItemChange], act: Any) -> None:
        """Recheck what depends on the items of which something changed that the answer says."""
        from work.services._asking import recheck

        # Nothing waits yet for what was requested just now.
        moved = [
            change.item_id
            for change in changes
            if not _SAID.isdisjoint(change.what) and change.status_before
        ]
        if moved and _waiting(items=moved):
            recheck(act=act, key=self.key, source_ids=moved)
