"""What completed work keeps until it is accepted or given back: what its acceptance looks at.

Nobody takes the second pair of eyes off it, nor the work that it waits for. A reopened item begins
a new round, in which all of that may be changed again.
"""

from collections.abc import Mapping
from typing import Any

from work.exceptions import Reason, Refused
from work.models import Criterion, WorkItem
from work.states import ENDED, Status

_COMPLETE = frozenset({Status.DONE, Status.CLOSED})


def check_fields(item: WorkItem, changed: Mapping[str, Any]) -> None:
    """Refuse fields that would ask less of the acceptance of an item, or of that of its parent.

    item: as it stands, before it is given the `changed` ones.
    """
    if item.status == Status.DONE and item.safety_critical and "safety_critical" in changed:
        raise Refused(Reason("safety_critical_stays"))
    parent = item.parent
    if parent is None or not {"parent_id", "mandatory"} & set(changed):
        return
    below = changed.get("parent_id", parent.pk) == parent.pk
    mandatory = below and changed.get("mandatory", item.mandatory)
    if item.mandatory and not mandatory and parent.status in _COMPLETE:
        raise Refused(Reason("mandatory_stays", {"number": parent.number}, ("item", parent.pk)))
    if mandatory and not item.mandatory and parent.status in ENDED:
        raise Refused(Reason("parent_ended", {"number": parent.number}, ("item", parent.pk)))


def stays(item: WorkItem, criterion: Criterion) -> bool:
    """Whether a criterion cannot be withdrawn any more: it asks for a second person."""
    return item.status == Status.DONE and criterion.quality
