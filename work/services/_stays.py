"""What begun and completed work keeps until it is accepted: what its acceptance looks at.

Nobody takes the second pair of eyes off work that was begun with it, also where it was stopped
since; nor, once complete, the work that it waits for. A reopened item begins a new round, in which
all of that may be changed again.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from work.exceptions import Reason, Refused
from work.models import ChecklistLine, Criterion, Event, WorkItem, WorkTypeVersion
from work.states import ENDED, UNDER_WAY, Status, Verb

_COMPLETE = frozenset({Status.DONE, Status.CLOSED})
# What has begun is accepted as it began, whatever a newer version of its type says.
_BEGUN = frozenset({*UNDER_WAY, Status.DONE})


def check_fields(item: WorkItem, changed: Mapping[str, Any]) -> None:
    """Refuse fields that would ask less of the acceptance of an item, or of that of its parent.

    item: as it stands, before it is given the `changed` ones.
    """
    if item.safety_critical and "safety_critical" in changed and _begun(item):
        raise Refused(Reason("safety_critical_stays"))
    if not {"parent_id", "mandatory"} & set(changed):
        return
    parent = item.parent
    if parent is None:
        return
    below = changed.get("parent_id", parent.pk) == parent.pk
    mandatory = below and changed.get("mandatory", item.mandatory)
    if item.mandatory and not mandatory and parent.status in _COMPLETE:
        raise Refused(Reason("mandatory_stays", {"number": parent.number}, ("item", parent.pk)))
    if mandatory and not item.mandatory and parent.status in ENDED:
        raise Refused(Reason("parent_ended", {"number": parent.number}, ("item", parent.pk)))


def begun(items: Iterable[WorkItem]) -> set[int]:
    """Ids of the items that were started in this round: one query at most.

    What was stopped and released since, or returned, was.
    """
    still = {item.pk: item.status for item in items}
    ask = [pk for pk, status in still.items() if status in (Status.PLANNED, Status.REQUESTED)]
    turns = (
        Event.objects.filter(item__in=ask, verb__in=[Verb.START, Verb.REOPEN])
        .order_by("item_id", "-pk")
        .distinct("item_id")
        .values_list("item_id", "verb")
    )
    found = {pk for pk, status in still.items() if status in _BEGUN}
    return found | {pk for pk, verb in turns if verb == Verb.START}


def _begun(item: WorkItem) -> bool:
    return item.pk in begun([item])


def stays(item: WorkItem, criterion: Criterion) -> bool:
    """Whether a criterion cannot be withdrawn any more: it asks for a second person."""
    return criterion.quality and _begun(item)


def stays_begun(row: Criterion | ChecklistLine) -> bool:
    """Whether a row stays on work that has begun although a newer version asks it no more.

    A criterion of quality asks for a second person; of a failed line nobody has said yet what
    becomes of it.
    """
    return row.quality if isinstance(row, Criterion) else row.needs_disposition


def as_begun(criterion: Criterion, asked: str, wanted: bool) -> bool:
    """What a newer version makes of `quality` or `evidence`: never less once work has begun."""
    return wanted or getattr(criterion, asked)


def asks_another(item: WorkItem, version: WorkTypeVersion) -> bool:
    """Whether the version asks that another than the completer accepts the item."""
    if version.four_eyes or version.takes_out:
        return True
    # A share is sampled; the number decides, so that nobody can choose.
    return item.number * 37 % 100 < version.sample_percent


def asks_less(item: WorkItem, before: WorkTypeVersion, after: WorkTypeVersion) -> list[Reason]:
    """Why work that has begun stays on its version: its acceptance would ask less on the other."""
    reasons = []
    if before.takes_out and not after.takes_out:
        reasons.append(Reason("handback_stays"))
    elif asks_another(item, before) and not asks_another(item, after):
        reasons.append(Reason("four_eyes_stays"))
    if before.accept_role and before.accept_role != after.accept_role:
        reasons.append(Reason("accepter_stays", {"role": before.accept_role}))
    return reasons
