"""The acts of a person's page, and their doors."""

from django.utils.translation import gettext_lazy as _

from competence import forms
from competence.services import inductions, records
from competence.views._sent import proof, until
from work.pages import Deed, Given


def _of(given: Given) -> dict[str, int]:
    return {"site_id": given.record["site"].pk, "person_id": given.record["person"].pk}


def _competence(given: Given) -> int | None:
    text = str(given.get("competence"))
    return int(text) if text.isdecimal() else None


def _record(given: Given) -> object:
    site = given.record["site"]
    return records.record(
        **given.door,
        **_of(given),
        seen=given.seen,
        competence_id=_competence(given),
        level=given.get("level", None),
        obtained_on=given.get("obtained_on", None),
        valid_until=until(given, site.time_zone),
        note=given.get("note"),
        **proof(given, given.record["at"]),
    )


def _plan(given: Given) -> object:
    return records.plan(
        **given.door,
        **_of(given),
        seen=given.seen,
        competence_id=_competence(given),
        level=given.get("level", None),
        planned_on=given.get("planned_on", None),
        note=given.get("note"),
    )


def _obtain(given: Given) -> object:
    return records.obtain(
        **given.door,
        record_id=given.of,
        seen=given.seen,
        obtained_on=given.get("obtained_on", None),
        valid_until=until(given, given.record["site"].time_zone),
        **proof(given, given.record["at"]),
    )


def _verify(given: Given) -> object:
    return records.verify(**given.door, record_id=given.of, seen=given.seen)


def _revoke(given: Given) -> object:
    return records.revoke(**given.door, record_id=given.of, seen=given.seen, why=given.get("why"))


def _induct(given: Given) -> object:
    return inductions.induct(
        **given.door,
        **_of(given),
        seen=given.seen,
        place_id=given.get("place") or None,
        done_on=given.get("done_on", None),
        until=until(given, given.record["site"].time_zone),
    )


def _end_induction(given: Given) -> object:
    return inductions.end_induction(
        **given.door, induction_id=given.of, seen=given.seen, why=given.get("why")
    )


def _exempt(given: Given) -> object:
    return inductions.exempt(
        **given.door,
        **_of(given),
        seen=given.seen,
        competence_id=_competence(given),
        until=given.get("until", None),
        why=given.get("why"),
    )


def _end_exemption(given: Given) -> object:
    return inductions.end_exemption(
        **given.door, exemption_id=given.of, seen=given.seen, why=given.get("why")
    )


DEEDS = {
    deed.verb: deed
    for deed in (
        Deed("record", _("Add what was obtained"), _record, forms.NewRecord, has_file=True),
        Deed("plan", _("Plan a competence"), _plan, forms.Plan),
        Deed("obtain", _("Obtained"), _obtain, forms.Obtained, part=True, has_file=True),
        Deed("verify", _("Verify"), _verify, part=True),
        Deed("revoke", _("Revoke"), _revoke, forms.Why, part=True, danger=True),
        Deed("induct", _("Inducted"), _induct, forms.Induct),
        Deed("end-induction", _("End it"), _end_induction, forms.Why, part=True, danger=True),
        Deed("exempt", _("Exempt for a while"), _exempt, forms.Exempt),
        Deed("end-exemption", _("End it"), _end_exemption, forms.Why, part=True, danger=True),
    )
}
