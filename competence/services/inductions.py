"""Inductions at a site or area, and exemptions: said by another, until a moment."""

from datetime import date, datetime, timedelta
from typing import Any

from competence.models import Exemption, Induction
from competence.permissions import Action
from competence.services import _recheck
from competence.services._enter import (
    allow,
    competence_at,
    enter,
    enter_site,
    not_stale,
    person_at,
    save,
    today,
)
from work.exceptions import Reason, Refused, Unknown
from work.services import OpenAct, door

# An exemption bridges the time to a course; it takes the place of none.
LONGEST = timedelta(days=90)


def _induct(
    act: OpenAct,
    *,
    site_id: int,
    person_id: int,
    place_id: int,
    done_on: date,
    until: datetime | None = None,
    seen: int | None = None,
) -> Induction:
    """Keep that a person was told what holds at a place, by who says so."""
    site = enter_site(act, site_id)
    places: Any = Induction._meta.get_field("place").related_model
    place = places._default_manager.filter(pk=place_id, site_id=site_id, is_active=True).first()
    if place is None:
        raise Refused(Reason("place_unknown"))
    allow(act, Action.INDUCT, site_id, path=place.path)
    not_stale(seen)
    person, _company = person_at(act, site_id, person_id)
    reasons = []
    if person.pk == act.person.pk:
        reasons.append(Reason("competence.another_inducts"))
    if done_on > today(act.at, site.time_zone):
        reasons.append(Reason("competence.not_yet"))
    if until is not None and until <= act.at:
        reasons.append(Reason("competence.ended_already"))
    if reasons:
        raise Refused(reasons)
    made = Induction.objects.create(
        site_id=site_id,
        person=person,
        place=place,
        done_on=done_on,
        until=until,
        by=act.person,
        at=act.at,
    )
    act.record("inducted", made, person=person.pk, place=place.pk)
    _recheck.of_people(act, site_id, [person.pk])
    return made


def _end_induction(
    act: OpenAct, *, induction_id: int, why: str, seen: int | None = None
) -> Induction:
    """End an induction before its time: the place has changed, or it was not understood."""
    found = enter(act, Induction, induction_id, "place")
    allow(act, Action.INDUCT, found.site_id, path=found.place.path)
    not_stale(seen, found)
    return _ended(act, found, "place_id", why, "induction_ended")


def _exempt(
    act: OpenAct,
    *,
    site_id: int,
    person_id: int,
    competence_id: int,
    until: datetime,
    why: str,
    seen: int | None = None,
) -> Exemption:
    """Let a person work without a competence until a moment, for a reason that is kept."""
    enter_site(act, site_id)
    allow(act, Action.EXEMPT, site_id)
    not_stale(seen)
    person, _company = person_at(act, site_id, person_id)
    competence = competence_at(site_id, competence_id)
    reasons = []
    if person.pk == act.person.pk:
        reasons.append(Reason("competence.another_exempts"))
    if until <= act.at:
        reasons.append(Reason("competence.ended_already"))
    if until > act.at + LONGEST:
        reasons.append(Reason("competence.exempt_too_long", {"days": LONGEST.days}))
    note = act.note(why, "exemption", subject=competence)
    if note is None:
        reasons.append(Reason("reason_needed"))
    if reasons or note is None:
        raise Refused(reasons)
    made = Exemption.objects.create(
        site_id=site_id,
        person=person,
        competence=competence,
        until=until,
        note=note,
        by=act.person,
        at=act.at,
    )
    act.record(
        "exempted", made, person=person.pk, competence=competence.pk, until=until.isoformat()
    )
    _recheck.of_people(act, site_id, [person.pk])
    return made


def _end_exemption(
    act: OpenAct, *, exemption_id: int, why: str, seen: int | None = None
) -> Exemption:
    """End an exemption before its time."""
    found = enter(act, Exemption, exemption_id)
    allow(act, Action.EXEMPT, found.site_id)
    not_stale(seen, found)
    return _ended(act, found, "competence_id", why, "exemption_ended")


def _ended[T: (Induction, Exemption)](act: OpenAct, found: T, same: str, why: str, verb: str) -> T:
    """End it, with all that stand beside it for the same: none of them goes on counting."""
    if found.ended_at is not None:
        raise Unknown
    if not why.strip():
        raise Refused(Reason("reason_needed"))
    note = act.note(why, "ended", subject=found)
    wanted: dict[str, Any] = {
        "site_id": found.site_id,
        "person_id": found.person_id,
        "ended_at": None,
    }
    wanted[same] = getattr(found, same)
    rows: Any = type(found)._default_manager
    standing: list[Any] = [found, *rows.filter(**wanted).exclude(pk=found.pk).order_by("pk")]
    for each in standing:
        each.ended_at = act.at
        save(each, "ended_at")
        act.record(verb, each, person=each.person_id, note=note.pk if note else None)
    _recheck.of_people(act, found.site_id, [found.person_id])
    return found


induct = door(_induct)
end_induction = door(_end_induction)
exempt = door(_exempt)
end_exemption = door(_end_exemption)

__all__ = ["end_exemption", "end_induction", "exempt", "induct"]
