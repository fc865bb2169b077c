"""Readings of an item's overlays, always at a named moment: no task need have run since."""

from datetime import datetime

from django.db import models
from django.db.models import Case, Q, Value, When

from work.states import OPEN, Status

_OPEN = sorted(OPEN)
# Statuses in the order of an item's life; an index stands over it.
LIFECYCLE = Case(
    *(When(status=status, then=Value(rank)) for rank, status in enumerate(Status)),
    default=Value(len(Status)),
    output_field=models.SmallIntegerField(),
)


# Each reading in two: the status that it holds for, and the rest (`…_if`), for who asks for the
# status anyway. A condition that is written twice is counted twice by the planner.
def blocked_if(at: datetime) -> Q:
    """The next step cannot be taken at `at`, also when no task has run since."""
    return Q(blocked=True) | Q(blocked_from__lte=at)


def not_blocked_if(at: datetime) -> Q:
    """Nothing blocks it at `at`."""
    return Q(blocked=False) & _still(at, "blocked_from")


def ready_if(at: datetime) -> Q:
    """Clear to start at `at`."""
    return Q(ready=True) & _still(at, "ready_until") & _still(at, "blocked_from")


def not_ready_if(at: datetime) -> Q:
    """An unmet start requirement that is not yet due (grey, not blocked)."""
    return not_blocked_if(at) & (Q(ready=False) | Q(ready_until__lte=at))


def unconfirmed_if(at: datetime) -> Q:
    """Something lapsed, and nobody has said that it is stopped."""
    return Q(stop_asked_at__isnull=False) | Q(blocked_from__lte=at)


def blocked_at(at: datetime) -> Q:
    """Open and blocked at `at`."""
    return Q(status__in=_OPEN) & blocked_if(at)


def not_blocked_at(at: datetime) -> Q:
    """Open and not blocked at `at`."""
    return Q(status__in=_OPEN) & not_blocked_if(at)


def ready_at(at: datetime) -> Q:
    """Planned and clear to start at `at`."""
    return Q(status=Status.PLANNED) & ready_if(at)


def not_ready_at(at: datetime) -> Q:
    """Planned and not ready at `at`."""
    return Q(status=Status.PLANNED) & not_ready_if(at)


def overdue_at(at: datetime) -> Q:
    """Open and past its due time."""
    return Q(status__in=_OPEN, due__lt=at)


def unconfirmed_at(at: datetime) -> Q:
    """In progress although something lapsed, and not confirmed to be stopped."""
    return Q(status=Status.LIVE) & unconfirmed_if(at)


def _still(at: datetime, name: str) -> Q:
    """The moment in that field has not come at `at`."""
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gt": at})


class WorkItemQuerySet(models.QuerySet):
    """Readings of the overlays are always through here, at a named moment."""

    def open(self) -> "WorkItemQuerySet":
        """Neither closed nor cancelled."""
        return self.filter(status__in=_OPEN)

    def blocked(self, at: datetime) -> "WorkItemQuerySet":
        """Open items whose next step cannot be taken at `at`."""
        return self.filter(blocked_at(at))

    def not_blocked(self, at: datetime) -> "WorkItemQuerySet":
        """Open items that are not blocked at `at`."""
        return self.filter(not_blocked_at(at))

    def ready(self, at: datetime) -> "WorkItemQuerySet":
        """Planned items that are clear to start at `at`."""
        return self.filter(ready_at(at))

    def not_ready(self, at: datetime) -> "WorkItemQuerySet":
        """Planned items with an unmet start requirement that is not yet due."""
        return self.filter(not_ready_at(at))

    def overdue(self, at: datetime) -> "WorkItemQuerySet":
        """Open items past their due time."""
        return self.filter(overdue_at(at))
