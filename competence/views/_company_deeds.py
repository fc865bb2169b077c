"""The acts of a company's page, and their doors."""

from django.utils.translation import gettext_lazy as _

from competence import forms
from competence.services import companies, papers
from competence.views._sent import proof, until
from work.pages import Deed, Given


def _zone(given: Given) -> str:
    return given.record["site"].time_zone


def _pk(given: Given) -> int:
    return given.record["company"].pk


def _submit(given: Given) -> object:
    return companies.submit(**given.door, company_id=_pk(given), seen=given.seen)


def _approve(given: Given) -> object:
    place = str(given.get("place"))
    return companies.approve(
        **given.door,
        company_id=_pk(given),
        seen=given.seen,
        work_scope=given.get("work_scope"),
        place_id=int(place) if place.isdecimal() else None,
        type_ids=[int(each) for each in given.get("types", [])],
        any_type=bool(given.get("any_type")),
        until=until(given, _zone(given)),
    )


def _name_foremen(given: Given) -> object:
    people = [int(each) for each in given.get("people", [])]
    return companies.name_foremen(
        **given.door, company_id=_pk(given), seen=given.seen, people=people
    )


def _suspend(given: Given) -> object:
    return companies.suspend(
        **given.door, company_id=_pk(given), seen=given.seen, why=given.get("why")
    )


def _add(given: Given) -> object:
    return papers.add(
        **given.door,
        company_id=_pk(given),
        seen=given.seen,
        kind=given.get("kind"),
        until=until(given, _zone(given)),
        **proof(given, given.record["at"]),
    )


def _verify(given: Given) -> object:
    return papers.verify(**given.door, paper_id=given.of, seen=given.seen)


def _strike(given: Given) -> object:
    return papers.strike(**given.door, paper_id=given.of, seen=given.seen, why=given.get("why"))


def _bring(given: Given) -> object:
    return papers.bring(
        **given.door,
        company_id=_pk(given),
        seen=given.seen,
        name=given.get("name"),
        phone=given.get("phone"),
        badge=given.get("badge"),
    )


def _admit(given: Given) -> object:
    return papers.admit(**given.door, newcomer_id=given.of, seen=given.seen)


def _turn_away(given: Given) -> object:
    return papers.turn_away(
        **given.door, newcomer_id=given.of, seen=given.seen, why=given.get("why")
    )


DEEDS = {
    deed.verb: deed
    for deed in (
        Deed("submit", _("All papers are there"), _submit),
        Deed("add-paper", _("Add a paper"), _add, forms.Paper, has_file=True),
        Deed("bring", _("Add a person"), _bring, forms.Bring),
        Deed("approve", _("Approve"), _approve, forms.Approve),
        Deed("name-foremen", _("Say who acts for it"), _name_foremen, forms.NameForemen),
        Deed("suspend", _("Suspend"), _suspend, forms.Why, danger=True),
        Deed("verify", _("Verify"), _verify, part=True),
        Deed("strike", _("Strike"), _strike, forms.Why, part=True, danger=True),
        Deed("admit", _("Let in"), _admit, part=True),
        Deed("turn-away", _("Turn away"), _turn_away, forms.Why, part=True, danger=True),
    )
}
