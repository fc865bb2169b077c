"""Whether who performs a permit can say now how it stands: signs in, and has a role there."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, ExpressionWrapper, F, OuterRef, Q, QuerySet

from permits.models import Permit
from permits.services._named import model_of
from permits.states import UNDER_ISSUE
from work.states import Role


def with_performer(permits: QuerySet[Permit]) -> QuerySet[Permit]:
    """Permits with when who performs each has a role there; a contractor's is of its company."""
    roles = model_of(Permit, "site")._meta.get_field("memberships").related_model.objects
    theirs = roles.filter(user=OuterRef("performing_authority"), site=OuterRef("site"))
    there = ExpressionWrapper(OuterRef("place__path"), CharField())
    theirs = theirs.alias(there=there).order_by("pk")
    theirs = theirs.filter(Q(place=None) | Q(there__startswith=F("place__path")))
    own = ~Q(role=Role.CONTRACTOR) | Q(company=OuterRef("team"))
    theirs = theirs.filter(own, user__is_active=True)
    parts = {f"here_{name}": ArraySubquery(theirs.values(name)) for name in ("starts", "ends")}
    return permits.annotate(**parts)


def performer_here(permit: Permit, at: datetime) -> bool:
    """Whether who performs it can confirm a stop. One query, where it was not read with it."""
    if permit.performing_authority_id not in _held(permit):
        _learn([permit])
    periods = _held(permit).get(permit.performing_authority_id, [])
    return any(starts <= at and (ends is None or ends > at) for starts, ends in periods)


def learn(permits: Iterable[Permit]) -> None:
    """Ask of many at once, where it is the next step of who performs them: one query, or none."""
    going = [each for each in permits if each.state in UNDER_ISSUE]
    if going:
        _learn(going)


def _learn(asked: Collection[Permit]) -> None:
    rows = with_performer(Permit.objects.filter(pk__in=[each.pk for each in asked]))
    found = {each.pk: each for each in rows.only("performing_authority")}
    for permit in asked:
        permit.__dict__["_held"] = _held(found[permit.pk])


def _held(permit: Permit) -> dict[int | None, list[tuple[Any, Any]]]:
    """When, by person: as it was read, or asked, and kept with it."""
    if "_held" not in permit.__dict__:
        read = "here_starts" in permit.__dict__
        periods = zip(permit.here_starts, permit.here_ends, strict=True) if read else ()  # type: ignore[attr-defined]
        permit.__dict__["_held"] = {permit.performing_authority_id: list(periods)} if read else {}
    held: dict[int | None, list[tuple[Any, Any]]] = permit.__dict__["_held"]
    return held
