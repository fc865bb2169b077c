"""What an act or a page knows of one isolation, loaded once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from permits.isolation_states import How
from permits.models import (
    Isolation,
    IsolationPoint,
    IsolationUse,
    LockRemoval,
    PermitItem,
    PersonalLock,
    TestSanction,
)
from permits.services._folded import folded
from permits.states import State as PermitState
from work.prepared import Among, given, prepared
from work.states import UNDER_WAY

_NAMES = ("applied_by", "locked_by", "tried_by", "reported_by", "removed_by")


@dataclass
class Facts:
    """An isolation with all that its guards look at."""

    isolation: Isolation
    at: datetime
    points: list[IsolationPoint] = field(default_factory=list)
    locks: list[PersonalLock] = field(default_factory=list)
    uses: list[IsolationUse] = field(default_factory=list)
    links: list[PermitItem] = field(default_factory=list)
    sanction: TestSanction | None = None

    @property
    def teams(self) -> set[int | None]:
        """Whose work is behind it, by itself or through a permit."""
        permits = {each.permit.team_id for each in self.uses if each.permit is not None}
        items = {each.item.team_id for each in self.uses if each.item is not None}
        return permits | items | {each.item.team_id for each in self.links}

    @property
    def permits(self) -> list[Any]:
        """The permits that use it."""
        return [each.permit for each in self.uses if each.permit is not None]

    @property
    def under_way(self) -> list[Any]:
        """The items that it protects and that are in progress or waiting."""
        return [each for each in self.protected if each.status in UNDER_WAY]

    @property
    def protected(self) -> list[Any]:
        """The items that it protects, by itself or through a permit."""
        items = {
            each.item_id: each.item
            for each in self.uses
            if each.item is not None and each.how == How.PROTECTED
        }
        for permit in self.permits:
            items |= {each.pk: each for each in self.through(permit.pk)}
        return list(items.values())

    def through(self, permit_id: int | None) -> list[Any]:
        """The items that it protects because a permit uses it; or used it, and they began then.

        Not one of which it is said by itself how it hangs together with it.
        """
        by_itself = {each.item_id for each in self.uses if each.item_id is not None}
        return [
            each.item
            for each in self.links
            if each.permit_id == permit_id
            and each.item_id not in by_itself
            and began_under(each.permit, each.item)
        ]

    def lock_of(self, person_id: int | None, name: str = "") -> PersonalLock | None:
        """A person's own lock on the box; or of somebody whom the site does not know, by name."""
        own = (each for each in self.locks if not each.group)
        called = (person_id, folded(name))
        return next((one for one in own if (one.person_id, folded(one.name)) == called), None)

    def parts(self, person_id: int | None) -> set[str]:
        """What somebody is in it beside the roles: *holder* of a lock, *asker* of the test."""
        found = {"holder"} if person_id and self.lock_of(person_id) is not None else set()
        asker = self.sanction is not None and self.sanction.asked_by_id == person_id
        return found | ({"asker"} if asker else set())

    def is_of(self, person_id: int | None) -> bool:
        """Whether the person's own lock is on the box, or was removed and the person not told."""
        if person_id is None:
            return False
        untold = LockRemoval.objects.filter(
            lock__isolation=self.isolation, lock__person=person_id, told_at=None, ended_at=None
        )
        return self.lock_of(person_id) is not None or untold.exists()

    @property
    def group_lock(self) -> PersonalLock | None:
        """The group lock on the box."""
        return next((each for each in self.locks if each.group), None)

    @property
    def all_in_place(self) -> bool:
        """Whether every point is applied and locked, and found so."""
        return bool(self.points) and all(each.in_place for each in self.points)


def began_under(permit: Any, item: Any) -> bool:
    """Whether the permit is open, or the work began before it was closed."""
    if permit.ended_at is None:
        return True
    began = item.started_at is not None and item.started_at <= permit.ended_at
    return began and permit.state == PermitState.CLOSED


def load(isolation_id: int, at: datetime) -> Facts | None:
    """One isolation with everything: a query a table."""
    found = _isolation(isolation=isolation_id)
    return facts_about(found[0], at) if found else None


def facts_about(isolation: Isolation, at: datetime) -> Facts:
    """The same of an isolation at hand, with its site and place."""
    one = {"isolation": isolation.pk}
    uses = _of(isolation, _uses(**one))
    permits = {each.permit_id for each in uses if each.permit_id is not None}
    return Facts(
        isolation=isolation,
        at=at,
        points=_of(isolation, _points(**one)),
        locks=_of(isolation, _locks(**one)),
        uses=uses,
        links=_links(permits=list(permits)) if permits else [],
        sanction=next(iter(_of(isolation, _sanctions(**one))), None),
    )


def _of[T](isolation: Isolation, rows: list[T]) -> list[T]:
    """Rows of an isolation, which know it."""
    for row in rows:
        row.isolation = isolation  # type: ignore[attr-defined]
    return rows


@prepared
def _isolation() -> QuerySet[Isolation]:
    rows = Isolation.objects.filter(pk=given("isolation"))
    return rows.select_related("site", "place", "owner")


@prepared
def _uses() -> QuerySet[IsolationUse]:
    names = ("site", "type", "place", "team", "performing_authority")
    rows = IsolationUse.objects.filter(isolation_id=given("isolation"), ended_at=None)
    return rows.select_related("item", *(f"permit__{name}" for name in names))


@prepared
def _points() -> QuerySet[IsolationPoint]:
    rows = IsolationPoint.objects.filter(isolation_id=given("isolation"), ended_at=None)
    return rows.select_related(*_NAMES)


@prepared
def _locks() -> QuerySet[PersonalLock]:
    rows = PersonalLock.objects.filter(isolation_id=given("isolation"), off_at=None)
    return rows.select_related("person")


@prepared
def _links() -> QuerySet[PermitItem]:
    rows = PermitItem.objects.filter(Among(F("permit_id"), given("permits")), ended_at=None)
    return rows.select_related("item", "permit")


@prepared
def _sanctions() -> QuerySet[TestSanction]:
    return TestSanction.objects.filter(isolation_id=given("isolation"), ended_at=None)
