"""What an act or a page knows of one isolation, loaded once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from permits.isolation_states import How
from permits.models import Isolation, IsolationPoint, IsolationUse, PersonalLock, TestSanction

_UNDER_WAY = ("live", "waiting")
_NAMES = ("applied_by", "locked_by", "tried_by", "reported_by", "removed_by")


@dataclass
class Facts:
    """An isolation with all that its guards look at."""

    isolation: Isolation
    at: datetime
    points: list[IsolationPoint] = field(default_factory=list)
    locks: list[PersonalLock] = field(default_factory=list)
    uses: list[IsolationUse] = field(default_factory=list)
    sanction: TestSanction | None = None

    @property
    def teams(self) -> set[int | None]:
        """Whose work is behind it."""
        permits = {each.permit.team_id for each in self.uses if each.permit is not None}
        return permits | {each.item.team_id for each in self.uses if each.item is not None}

    @property
    def permits(self) -> list[Any]:
        """The permits that use it."""
        return [each.permit for each in self.uses if each.permit is not None]

    @property
    def under_way(self) -> list[Any]:
        """The items that it protects and that are in progress or waiting."""
        return [
            each.item
            for each in self.uses
            if each.item is not None
            and each.how == How.PROTECTED
            and each.item.status in _UNDER_WAY
        ]

    def lock_of(self, person_id: int) -> PersonalLock | None:
        """A person's own lock on the box."""
        own = (each for each in self.locks if each.person_id == person_id and not each.group)
        return next(own, None)

    @property
    def group_lock(self) -> PersonalLock | None:
        """The group lock on the box."""
        return next((each for each in self.locks if each.group), None)

    @property
    def all_in_place(self) -> bool:
        """Whether every point is applied and locked, and found so."""
        return bool(self.points) and all(each.in_place for each in self.points)


def load(isolation_id: int, at: datetime) -> Facts | None:
    """One isolation with everything: a query a table."""
    rows = Isolation.objects.select_related("site", "place", "owner")
    isolation = rows.filter(pk=isolation_id).first()
    return facts_about(isolation, at) if isolation is not None else None


def facts_about(isolation: Isolation, at: datetime) -> Facts:
    """The same of an isolation at hand, with its site and place."""
    permit = ("permit__site", "permit__type", "permit__place", "permit__team")
    return Facts(
        isolation=isolation,
        at=at,
        points=list(isolation.points.filter(ended_at=None).select_related(*_NAMES)),
        locks=list(isolation.locks.filter(off_at=None).select_related("person")),
        uses=list(isolation.uses.filter(ended_at=None).select_related("item", *permit)),
        sanction=isolation.sanctions.filter(ended_at=None).first(),
    )
