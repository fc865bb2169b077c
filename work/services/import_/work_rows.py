"""What an imported work item consists of: where it is, when, and why it is incomplete."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from work.models import Acceptance, Event, Place, WorkItem
from work.services._definition import Definition
from work.states import ENDED, AcceptanceKind, RequiredAt, Status

MOMENTS = ("planned_start", "planned_end", "due")


def lowest_common(places: Iterable[Place]) -> str:
    """The path of the lowest place that all the places stand at or below; "" when there is none."""
    paths = [place.path for place in places]
    if not paths:
        return ""
    low, high = min(paths), max(paths)
    length = 0
    step = Place.steplen
    while low[: length + step] == high[: length + step] and length < min(len(low), len(high)):
        length += step
    return low[:length]


def causes(
    said: Mapping[str, Any], definition: Definition, status: str, missing: Sequence[str]
) -> list[str]:
    """Why an item arrives incomplete: what its status asks for and the source does not say.

    What ended asks for nothing more.
    """
    if status in ENDED:
        return []
    found = list(missing)
    if status == Status.PLANNED:
        if not said.get("why"):
            found.append("why")
        if not (said.get("owner_user_id") or said.get("owner_post_id")):
            found.append("owner")
        if not definition.criteria:
            found.append("criterion")
    steps = {RequiredAt.REQUEST}
    if status == Status.PLANNED:
        steps.add(RequiredAt.PLAN)
    return found + [
        f"values.{field.key}"
        for field in definition.fields
        if field.required_at in steps and said.get(f"values.{field.key}") in (None, "")
    ]


def ended_in_source(items: Iterable[WorkItem]) -> set[int]:
    """Ids of the items that ended in the source alone: they arrived so, and nobody here ended them.

    A reopening strikes the source's acceptance; what arrived cancelled stays so.
    """
    ended = [item.pk for item in items if item.status in ENDED]
    closed = Acceptance.objects.filter(item__in=ended, kind=AcceptanceKind.SOURCE, struck_at=None)
    cancelled = Event.objects.filter(
        item__in=ended,
        item__status=Status.CANCELLED,
        verb="import",
        data__to=Status.CANCELLED,
    )
    return {pk for each in (closed, cancelled) for pk in each.values_list("item_id", flat=True)}


def parsed(text: str | None) -> datetime | None:
    """A moment as it was staged."""
    return datetime.fromisoformat(text) if text else None


def stored(value: datetime | None) -> str | None:
    """A moment of a record in the form it was staged in."""
    return value.isoformat() if value else None
