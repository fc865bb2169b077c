"""Whether who performs a permit can say now how it stands: signs in, and has a role there."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from permits.models import Permit
from permits.states import UNDER_ISSUE
from work.reads.roles import HeldWhile


def with_performer(permits: QuerySet[Permit]) -> QuerySet[Permit]:
    """Permits with when who performs each has a role there; a contractor's is of its company."""
    return permits.annotate(here=held_by_performer())


def held_by_performer(way: str = "") -> HeldWhile:
    """The column of that. way: to the permit."""
    asked = ("performing_authority", "site", "place__path", "team")
    return HeldWhile(*(F(f"{way}{name}") for name in asked))


def performer_here(permit: Permit, at: datetime) -> bool:
    """Whether who performs it can confirm a stop. One query, where it was not read with it."""
    if permit.performing_authority_id not in _held(permit):
        _learn([permit])
    return any(at in each for each in _held(permit).get(permit.performing_authority_id, []))


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


def _held(permit: Permit) -> dict[int | None, list[Any]]:
    """While, by person: as it was read, or asked, and kept with it."""
    if "_held" not in permit.__dict__:
        read = "here" in permit.__dict__
        permit.__dict__["_held"] = {permit.performing_authority_id: permit.here} if read else {}  # type: ignore[attr-defined]
    held: dict[int | None, list[Any]] = permit.__dict__["_held"]
    return held
