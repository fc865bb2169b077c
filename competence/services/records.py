"""Records of people: planned, obtained with proof, verified by another, revoked."""

from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from competence.models import Competence, Record
from competence.permissions import Action
from competence.services import _recheck
from competence.services._enter import (
    allow,
    competence_at,
    end_of_day,
    enter,
    enter_site,
    not_from,
    not_stale,
    person_at,
    save,
    today,
)
from competence.states import RecordState
from work.exceptions import Reason, Refused
from work.services import OpenAct, door


def _plan(
    act: OpenAct,
    *,
    site_id: int,
    person_id: int,
    competence_id: int,
    planned_on: date,
    level: int | None = None,
    note: str = "",
    seen: int | None = None,
) -> Record:
    """Plan that a person is to obtain a competence: it counts for nothing yet."""
    return _made(
        act, seen, site_id, person_id, competence_id, level, note, RecordState.PLANNED, planned_on
    )[0]


def _record(
    act: OpenAct,
    *,
    site_id: int,
    person_id: int,
    competence_id: int,
    obtained_on: date | None,
    level: int | None = None,
    valid_until: datetime | None = None,
    reference: str = "",
    blob: Any = None,
    file_name: str = "",
    note: str = "",
    seen: int | None = None,
) -> Record:
    """Keep that a person obtained a competence, with what proves it; another verifies it.

    valid_until: None takes what the competence says. blob: written before (`files.store`).
    """
    record, site = _made(
        act, seen, site_id, person_id, competence_id, level, note, RecordState.PLANNED, None
    )
    return _prove(act, record, site, obtained_on, valid_until, reference, blob, file_name)


def _obtain(
    act: OpenAct,
    *,
    record_id: int,
    obtained_on: date | None,
    level: int | None = None,
    valid_until: datetime | None = None,
    reference: str = "",
    blob: Any = None,
    file_name: str = "",
    seen: int | None = None,
) -> Record:
    """What was planned is obtained, with what proves it."""
    record = enter(act, Record, record_id, "competence", "site", "person")
    _person, company_id = person_at(act, record.site_id, record.person_id)
    allow(
        act,
        Action.RECORD,
        record.site_id,
        kind=record.competence.kind,
        company_id=company_id,
    )
    not_stale(seen, record)
    not_from(record, RecordState.PLANNED)
    if level is not None:
        record.level = level_of(record.competence, level)
    return _prove(act, record, record.site, obtained_on, valid_until, reference, blob, file_name)


def _made(
    act: OpenAct,
    seen: int | None,
    site_id: int,
    person_id: int,
    competence_id: int,
    level: int | None,
    note: str,
    state: str,
    planned_on: date | None,
) -> tuple[Record, Any]:
    """A record of a person at a site, not saved where it is to be proven at once."""
    site = enter_site(act, site_id)
    person, company_id = person_at(act, site_id, person_id)
    competence = competence_at(site_id, competence_id)
    allow(act, Action.RECORD, site_id, kind=competence.kind, company_id=company_id)
    not_stale(seen)
    record = Record(
        site_id=site_id,
        person=person,
        competence=competence,
        level=level_of(competence, level),
        state=state,
        planned_on=planned_on,
        recorded_by=act.person,
        recorded_at=act.at,
    )
    if planned_on is not None:
        record.save(force_insert=True)
        act.record("planned", record, person=person_id, competence=competence.pk)
    if note.strip():
        record.note = act.note(note, "record", subject=competence)
        if record.pk:
            record.save(update_fields=["note"])
    return record, site


def _prove(
    act: OpenAct,
    record: Record,
    site: Any,
    obtained_on: date | None,
    valid_until: datetime | None,
    reference: str,
    blob: Any,
    file_name: str,
) -> Record:
    """Put the proof on a record and keep it as obtained."""
    valid_until = ends(record.competence, obtained_on, valid_until, site.time_zone)
    reasons = [
        *on_what_day(obtained_on, act.at, site.time_zone),
        *([] if reference.strip() or blob is not None else [Reason("competence.proof_needed")]),
        *not_over(valid_until, act.at),
    ]
    if reasons:
        raise Refused(reasons)
    record.state, record.obtained_on, record.valid_until = (
        RecordState.OBTAINED,
        obtained_on,
        valid_until,
    )
    record.reference, record.blob, record.file_name = reference.strip()[:250], blob, file_name[:200]
    if record.pk:
        record.recorded_by, record.recorded_at = act.person, act.at
        record.version += 1
    record.save()
    act.record("obtained", record, person=record.person_id, competence=record.competence_id)
    # What was missing is from now on not verified.
    _recheck.of_people(act, record.site_id, [record.person_id])
    return record


def ends(
    competence: Competence, obtained_on: date | None, valid_until: datetime | None, zone: str
) -> datetime | None:
    """Until when it lasts: what was said, or else what the competence says."""
    if obtained_on is None or valid_until is not None or not competence.months:
        return valid_until
    return end_of_day(obtained_on + relativedelta(months=competence.months), zone)


def on_what_day(obtained_on: date | None, at: datetime, zone: str) -> list[Reason]:
    """Why a day is none on which it was obtained."""
    if obtained_on is None:
        return [Reason("competence.date_needed")]
    return [Reason("competence.not_yet")] if obtained_on > today(at, zone) else []


def not_over(valid_until: datetime | None, at: datetime) -> list[Reason]:
    """Why an end is none of something that is kept now."""
    over = valid_until is not None and valid_until <= at
    return [Reason("competence.ended_already")] if over else []


def _verify(act: OpenAct, *, record_id: int, seen: int | None = None) -> Record:
    """Verify what was obtained: from now on it counts. Another does it than who recorded it."""
    record = enter(act, Record, record_id, "competence")
    allow(act, Action.VERIFY, record.site_id, kind=record.competence.kind)
    not_stale(seen, record)
    not_from(record, RecordState.OBTAINED)
    if act.person.pk in (record.person_id, record.recorded_by_id):
        raise Refused(Reason("competence.another_verifies"))
    if record.valid_until is not None and record.valid_until <= act.at:
        raise Refused(Reason("competence.ended_already"))
    record.state, record.verified_by, record.verified_at = RecordState.VERIFIED, act.person, act.at
    save(record, "state", "verified_by", "verified_at")
    act.record("verified", record, person=record.person_id, competence=record.competence_id)
    _recheck.of_people(act, record.site_id, [record.person_id])
    return record


def _revoke(act: OpenAct, *, record_id: int, why: str, seen: int | None = None) -> Record:
    """Take a record back, with a word: it counts no more from this second.

    With one that is verified goes all that the person has of this competence: an older one does
    not make fit who was found not to be.
    """
    record = enter(act, Record, record_id, "competence")
    allow(act, Action.REVOKE, record.site_id)
    not_stale(seen, record)
    not_from(record, RecordState.PLANNED, RecordState.OBTAINED, RecordState.VERIFIED)
    if not why.strip():
        raise Refused(Reason("reason_needed"))
    note = act.note(why, "revoke", subject=record)
    for each in (record, *_beside(record)):
        each.note = note
        each.state, each.revoked_by, each.revoked_at = RecordState.REVOKED, act.person, act.at
        save(each, "state", "revoked_by", "revoked_at", "note")
        act.record(
            "revoked",
            each,
            person=each.person_id,
            competence=each.competence_id,
            note=note.pk if note else None,
        )
    _recheck.of_people(act, record.site_id, [record.person_id])
    return record


def _beside(record: Record) -> list[Record]:
    """What else the person has of the competence, beside one that is verified."""
    if record.state != RecordState.VERIFIED:
        return []
    rows = Record.objects.filter(
        site_id=record.site_id,
        person_id=record.person_id,
        competence_id=record.competence_id,
        state__in=[RecordState.OBTAINED, RecordState.VERIFIED],
    )
    return list(rows.exclude(pk=record.pk).order_by("pk"))


def level_of(competence: Competence, level: int | None) -> int | None:
    """A level that the competence has; one that has levels asks for one."""
    if competence.levels and level is None:
        raise Refused(Reason("competence.level_unknown"))
    if level is not None and not 1 <= level <= len(competence.levels):
        raise Refused(Reason("competence.level_unknown"))
    return level


plan = door(_plan)
record = door(_record)
obtain = door(_obtain)
verify = door(_verify)
revoke = door(_revoke)

__all__ = ["obtain", "plan", "record", "revoke", "verify"]
