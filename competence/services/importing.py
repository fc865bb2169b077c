"""Records of people that are imported: obtained with proof, and verified by nobody yet.

What another system calls verified is proof like any other: somebody of this site looks at it and
verifies it here. Who brought the file is who recorded it, and verifies none of it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competence.models import Competence, Record
from competence.services import _recheck
from competence.services._enter import end_of_day, save, site_model
from competence.services.records import ends, level_of, not_over, on_what_day
from competence.states import RecordState
from work.exceptions import Reason, Refused
from work.ports import Arrived, Holds, ImportField, Made, Misfit, NotTaken, Standing
from work.services import OpenAct

_STANDING = (RecordState.OBTAINED, RecordState.VERIFIED)


class Records:
    """Competence records, by the key of the source; else by person, competence and day."""

    key = "competence.records"
    title = _("Competence records")
    by_person = True
    fields: Mapping[str, ImportField] = {  # noqa: RUF012
        "person": ImportField(_("Person"), Holds.PERSON, needed=True, once=True),
        "competence": ImportField(_("Code of the competence"), needed=True, length=40, once=True),
        "obtained_on": ImportField(_("Obtained on"), Holds.DAY, needed=True),
        "valid_until": ImportField(_("Last day on which it is valid"), Holds.DAY),
        "level": ImportField(_("Level, from 1"), Holds.NUMBER),
        "reference": ImportField(_("Issuer and number")),
    }

    def find(self, site_id: int, arrived: Sequence[Arrived]) -> dict[str, int]:
        """Those of the same person, competence and day."""
        rows = Record.objects.filter(
            site=site_id,
            state__in=_STANDING,
            person__in={each.values["person"] for each in arrived},
        )
        here = {
            (person, code, day.isoformat() if day else ""): pk
            for person, code, day, pk in rows.values_list(
                "person_id", "competence__code", "obtained_on", "pk"
            )
        }
        return {each.key: here[_said(each)] for each in arrived if _said(each) in here}

    def standing(self, site_id: int, ids: Sequence[int]) -> dict[int, Standing]:
        """How they stand; what was verified or revoked is changed by people alone."""
        zone = _zone(site_id)
        rows = Record.objects.filter(site=site_id, pk__in=ids).select_related("competence")
        return {row.pk: Standing(row.pk, _values(row, zone), _kept(row)) for row in rows}

    def create(self, act: OpenAct, site_id: int, arrived: Sequence[Arrived]) -> Made:
        """Keep new ones as obtained; of people with a role here, and competences in use."""
        made, zone = Made(), _zone(site_id)
        codes = {each.values["competence"] for each in arrived}
        in_use = Competence.objects.filter(site=site_id, is_active=True, code__in=codes)
        known = {competence.code: competence for competence in in_use}
        here = _people(act, site_id, {each.values["person"] for each in arrived})
        rows: dict[str, Record] = {}
        twice: set[tuple[int, str, str]] = set()
        for each in arrived:
            competence = known.get(each.values["competence"])
            misfits = []
            if each.values["person"] not in here:
                misfits.append(Misfit("person", Reason("competence.person_unknown")))
            if competence is None:
                misfits.append(Misfit("competence", Reason("competence.competence_unknown")))
            if _said(each) in twice:
                misfits.append(Misfit("obtained_on", Reason("competence.recorded_already")))
            twice.add(_said(each))
            if competence is not None and not misfits:
                row = Record(
                    site_id=site_id,
                    person_id=each.values["person"],
                    competence=competence,
                    state=RecordState.OBTAINED,
                    recorded_by=act.person,
                    recorded_at=act.at,
                )
                # Where nothing else says it, the record of the source is where the proof stands.
                said = {"reference": f"{each.system} {each.key}", "level": None, **_given(each)}
                misfits = _put(row, said, act.at, zone)
                rows[each.key] = row
            if misfits:
                made.misfits[each.key] = misfits
        taken = {key: row for key, row in rows.items() if key not in made.misfits}
        Record.objects.bulk_create(taken.values())
        for key, row in taken.items():
            made.ids[key] = row.pk
            act.record("obtained", row, person=row.person_id, competence=row.competence_id)
        _recheck.of_people(act, site_id, {row.person_id for row in taken.values()})
        return made

    def change(self, act: OpenAct, site_id: int, pk: int, values: Mapping[str, Any]) -> None:
        """Write what the source says of one that nobody has verified, and that one has brought."""
        row = Record.objects.select_related("competence").get(site=site_id, pk=pk)
        if row.recorded_by_id != act.person.pk:
            raise NotTaken(Misfit("", Reason("competence.another_recorded")))
        fields = ("obtained_on", "valid_until", "level", "reference")
        said = {name: values[name] for name in fields if name in values}
        if misfits := _put(row, said, act.at, _zone(site_id)):
            raise NotTaken(*misfits)
        save(row, *fields)
        act.record("record_changed", row, person=row.person_id, fields=sorted(said))
        _recheck.of_people(act, site_id, [row.person_id])


def _said(each: Arrived) -> tuple[int, str, str]:
    values = each.values
    return values["person"], values["competence"], values["obtained_on"]


def _given(each: Arrived) -> dict[str, Any]:
    return {name: value for name, value in each.values.items() if value is not None}


def _zone(site_id: int) -> str:
    return str(site_model()._default_manager.values_list("time_zone", flat=True).get(pk=site_id))


def _people(act: OpenAct, site_id: int, ids: set[int]) -> set[int]:
    """Those of them who are here, and have a role at the site that has not ended."""
    lasting = Q(memberships__ends=None) | Q(memberships__ends__gt=act.at)
    people = get_user_model()._default_manager.filter(pk__in=ids, is_active=True)
    return set(people.filter(lasting, memberships__site=site_id).values_list("pk", flat=True))


def _values(row: Record, zone: str) -> dict[str, Any]:
    """A record in the form in which it arrives; its last day is that of the site."""
    last = row.valid_until and (row.valid_until - timedelta(microseconds=1))
    return {
        "person": row.person_id,
        "competence": row.competence.code,
        "obtained_on": row.obtained_on and row.obtained_on.isoformat(),
        "valid_until": last and last.astimezone(ZoneInfo(zone)).date().isoformat(),
        "level": row.level,
        "reference": row.reference,
    }


def _kept(row: Record) -> Reason | None:
    if row.state == RecordState.OBTAINED:
        return None
    return Reason("competence.not_from", {"reason": {"code": f"competence.state_{row.state}"}})


def _put(row: Record, said: Mapping[str, Any], at: datetime, zone: str) -> list[Misfit]:
    """Put what is said on a record that is not saved; what of it cannot be."""
    misfits = []
    lasts = ends(row.competence, row.obtained_on, None, zone)
    as_long_as_it_lasts = not row.pk or (lasts is not None and row.valid_until == lasts)
    if "obtained_on" in said:
        row.obtained_on = date.fromisoformat(said["obtained_on"])
    if "valid_until" in said:
        row.valid_until = end_of_day(date.fromisoformat(said["valid_until"]), zone)
    elif as_long_as_it_lasts:
        row.valid_until = ends(row.competence, row.obtained_on, None, zone)
    row.reference = said.get("reference", row.reference)
    misfits += [Misfit("obtained_on", why) for why in on_what_day(row.obtained_on, at, zone)]
    misfits += [Misfit("valid_until", why) for why in not_over(row.valid_until, at)]
    if "level" in said:
        try:
            row.level = level_of(row.competence, said["level"])
        except Refused as refusal:
            misfits += [Misfit("level", why) for why in refusal.reasons]
    return misfits


__all__ = ["Records"]
