"""Where an isolation stands, as a reason; and what permits ask of those that they use."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from permits.isolation_states import Kind, State, below, class_of
from permits.models import Isolation, IsolationPoint, Measure, Permit, PersonalLock
from permits.services._says import ISSUER
from permits.states import MeasureKind
from work.exceptions import Reason
from work.prepared import given, prepared
from work.states import Role

ISOLATION = "isolation"


def url(isolation: Isolation) -> str:
    """The page of an isolation; its site is loaded."""
    return f"/s/{isolation.site.slug}/isolations/I-{isolation.number}/"


def by_owner(isolation: Isolation) -> tuple[str, Any]:
    """Who answers for it."""
    owner = isolation.owner_id
    return ("user", owner) if owner else ("role", str(Role.SHIFT_LEAD))


def next_by(isolation: Isolation) -> tuple[str, Any]:
    """Who does the next step with it."""
    if isolation.state == State.PLANNED:
        return ISSUER
    if isolation.state in (State.CLOSED, State.CANCELLED):
        return ("role", str(Role.PLANNER))
    return by_owner(isolation)


def reason(isolation: Isolation, code: str, clears: Any = None, **params: Any) -> Reason:
    """Something about an isolation, with a link to it."""
    params |= {"isolation": isolation.number, "url": url(isolation)}
    return Reason(code, params, (ISOLATION, isolation.pk), clears or by_owner(isolation))


def stands(isolation: Isolation) -> Reason:
    """Where it stands."""
    return reason(isolation, f"permits.isolation_{isolation.state}", next_by(isolation))


def not_relied_on(isolation: Isolation, at: datetime, *, begins: bool) -> Reason | None:
    """Why nobody may rely on it at the moment. begins: work that is not under way yet."""
    if isolation.state != State.VERIFIED:
        return stands(isolation)
    if isolation.until is not None and isolation.until <= at:
        return reason(isolation, "permits.isolation_shift_over")
    if begins and check_due(isolation, at):
        return reason(isolation, "permits.isolation_check_due")
    return None


def check_due(isolation: Isolation, at: datetime) -> bool:
    """Whether a long-term one has not been looked at for longer than is said."""
    due = isolation.check_due
    return isolation.kind == Kind.LONG_TERM and due is not None and due <= at


def holds_until(isolation: Isolation, *, begins: bool) -> datetime | None:
    """Until when it may be relied on, if nobody does anything."""
    if begins and isolation.kind == Kind.LONG_TERM:
        return isolation.check_due
    return isolation.until


def isolations_against(
    used: Sequence[Any], permit: Permit, at: datetime, measures: Iterable[Measure] = ()
) -> list[Reason]:
    """What of its isolations is not in place, tried and strong enough: against issue and taking.

    One is used where the type asks for a class of them, and each that a measure names.
    """
    said = []
    if permit.type.isolation_class and not used:
        said.append(Reason("permits.isolation_needed", clears=ISSUER))
    have = {str(each.number) for each in used}
    for measure in measures:
        named = str(measure.needs.get(ISOLATION) or "").strip().upper().removeprefix("I-")
        if measure.kind == MeasureKind.ISOLATION and named not in have:
            params, about = {"text": measure.text}, ("measure", measure.pk)
            said.append(Reason("permits.isolation_of_measure", params, about, ISSUER))
    for isolation in used:
        if against := not_relied_on(isolation, at, begins=True):
            said.append(against)
        if below(class_of(isolation.methods), permit.type.isolation_class):
            said.append(reason(isolation, "permits.isolation_too_weak", ISSUER))
        if permit.type.apart and not isolation.other_tries:
            said.append(reason(isolation, "permits.isolation_not_apart", ISSUER))
    return said


def isolations_to_close(used: Iterable[Any]) -> list[Reason]:
    """What of its isolations keeps it from being closed: neither lifted nor carried on by name."""
    return [
        reason(each, "permits.isolation_of_nobody", ("role", str(Role.SHIFT_LEAD)))
        for each in used
        if each.ended_at is None and (each.owner is None or not each.owner.is_active)
    ]


def used_by(permit: Permit) -> list[Any]:
    """The isolations that a permit uses, each with the methods of its points and with the people
    whose own lock is on its box: one query.
    """
    return _used(permit=permit.pk)


@prepared
def _used() -> QuerySet[Isolation]:
    points = IsolationPoint.objects.filter(isolation=OuterRef("pk"), ended_at=None)
    rows = Isolation.objects.filter(uses__permit_id=given("permit"), uses__ended_at=None)
    locks = PersonalLock.objects.filter(
        isolation=OuterRef("pk"), person__isnull=False, group=False, off_at=None
    )
    own_locks = ArraySubquery(locks.order_by().values("person_id"))
    rows = rows.annotate(methods=ArraySubquery(points.values("method")), own_locks=own_locks)
    return rows.select_related("site", "owner").order_by("number")
