"""Filters over the item's own columns, without its status. None: not understood."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date

from work.models.readings import (
    blocked_if,
    not_blocked_if,
    not_ready_if,
    ready_if,
    unconfirmed_if,
)
from work.reads.causes import is_cause
from work.states import OPEN, UNDER_WAY, Priority, Status

if TYPE_CHECKING:
    from work.filters.selection import Context

# The statuses of which these filters speak; `selection` asks for them, once.
HOLDS_FOR: dict[str, frozenset[Status]] = {
    **dict.fromkeys(
        ("blocked", "overdue", "source_closed", "kind", "clears", "owner_left", "no_duty"), OPEN
    ),
    "nobody": frozenset({Status.PLANNED, *UNDER_WAY}),
    "ready": frozenset({Status.PLANNED}),
    "unconfirmed": frozenset({Status.LIVE}),
    "incomplete": frozenset({Status.REQUESTED}),
    "waiting_days": frozenset({Status.WAITING}),
    "closed_since": frozenset({Status.CLOSED}),
}
_MOST_WORDS, _MOST_DAYS = 6, 36500


def day(text: str) -> date | None:
    """A day as forms write it."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 1900 <= found.year <= 9000 else None


def midnight(of: date) -> datetime:
    """The first moment of a day at the site."""
    return timezone.make_aware(datetime.combine(of, time.min))


def words(values: tuple[str, ...], context: "Context") -> Q | None:
    """An exact number first; else every word in the text, or a place with that code."""
    said = values[0]
    if "\x00" in said:
        return None
    if context.facets.number is not None:
        return Q(number=context.facets.number)
    found = Q()
    for word in said.split()[:_MOST_WORDS]:
        found &= Q(what__icontains=word)
    place = context.facets.places.get(said) or context.facets.places.get(said.upper())
    return found | Q(place=place.pk) if place else found


def priority(values: tuple[str, ...], context: "Context") -> Q | None:
    """One of these priorities."""
    if not set(values) <= set(Priority.values):
        return None
    return Q(priority__in=values)


def blocked(values: tuple[str, ...], context: "Context") -> Q | None:
    """Blocked now, or not."""
    return _either(values, blocked_if(context.at), not_blocked_if(context.at))


def ready(values: tuple[str, ...], context: "Context") -> Q | None:
    """Clear to start, or not ready."""
    return _either(values, ready_if(context.at), not_ready_if(context.at))


def overdue(values: tuple[str, ...], context: "Context") -> Q | None:
    """Past its due time, or not."""
    return _either(values, Q(due__lt=context.at), Q(due=None) | Q(due__gte=context.at))


def unconfirmed(values: tuple[str, ...], context: "Context") -> Q | None:
    """Something lapsed, and nobody has said that it is stopped."""
    return _either(values, unconfirmed_if(context.at), None)


def incomplete(values: tuple[str, ...], context: "Context") -> Q | None:
    """Imported with something missing; for one cause, where that is named."""
    missing = ~Q(incomplete=[])
    if is_cause(values[0]):
        return missing & Q(incomplete__contains=[values[0]])
    return _either(values, missing, None)


def source_closed(values: tuple[str, ...], context: "Context") -> Q | None:
    """Closed or cancelled by its source system."""
    return _either(values, Q(closed_in_source_at__isnull=False), None)


def due_before(values: tuple[str, ...], context: "Context") -> Q | None:
    """Due before that day begins."""
    limit = day(values[0])
    return Q(due__lt=midnight(limit)) if limit else None


def waiting_days(values: tuple[str, ...], context: "Context") -> Q | None:
    """Stopped and waiting for at least so many days."""
    said = values[0]
    if not (said.isascii() and said.isdigit() and len(said) <= 5 and int(said) <= _MOST_DAYS):
        return None
    since = context.at - timedelta(days=int(said))
    return Q(waiting_since__lte=since)


def _either(values: tuple[str, ...], yes: Q, no: Q | None) -> Q | None:
    if values[0] == "1":
        return yes
    return no if values[0] == "0" else None
