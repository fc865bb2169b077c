"""Checks of who or what a person named on a permit: within what that person may know of."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from unicodedata import normalize

from django.contrib.auth import get_user_model
from django.db.models import F, Q

from permits.models import Permit, PermitItem
from work.exceptions import Reason, Refused
from work.permissions import visible
from work.reads.roles import at_site, reaching
from work.services import OpenAct
from work.states import ENDED, Role

_OWN_PEOPLE = sorted(set(Role) - {Role.VIEWER, Role.AUDITOR, Role.CONTRACTOR})


def model_of(model: Any, field: str) -> Any:
    """The model of work/ that a field points at."""
    return model._meta.get_field(field).related_model


def person_columns(way: str) -> dict[str, F]:
    """The columns from which `person_in` makes a person. way: the field that points at whom."""
    return {
        "person_id": F(f"{way}_id"),
        "called": F(f"{way}__name"),
        "company_id": F(f"{way}__company_id"),
    }


def person_in(row: dict[str, Any]) -> Any:
    """The person in a row with those columns: as much of whom as a name takes."""
    if row["person_id"] is None:
        return None
    who = {"pk": row["person_id"], "name": row["called"], "company_id": row["company_id"]}
    return get_user_model()(**who)


def place(act: OpenAct, site_id: int, place_id: int) -> Any:
    """A place in use at the site, within the actor's reach."""
    places = model_of(Permit, "place").objects.filter(visible(act.scope, place="", team=None))
    found = places.filter(pk=place_id, site_id=site_id, is_active=True).first()
    if found is None:
        raise Refused(Reason("place_unknown"))
    return found


def team(act: OpenAct, at_place: Any, team_id: int | None) -> int | None:
    """A team of the site; who is a contractor there and nothing else has the own company."""
    if act.scope.only_contractor(at_place.site_id):
        own = act.scope.companies(at_place.site_id)
        if team_id is None and len(own) == 1:
            return next(iter(own))
        if team_id not in own:
            raise Refused(Reason("team_unknown"))
    teams = model_of(Permit, "team").objects.filter(site_id=at_place.site_id, is_active=True)
    if team_id is not None and not teams.filter(pk=team_id).exists():
        raise Refused(Reason("team_unknown"))
    return team_id


def person(act: OpenAct, permit: Permit, person_id: int) -> int:
    """Somebody with a role there who may carry work out; of a company, for its own permits only.

    Who has the role by a duty may be named too: so is who confirms how the permit stands.
    """
    roles = [*_OWN_PEOPLE, Role.CONTRACTOR]
    there = reaching(permit.site_id, permit.place.path, permit.team_id, act.at, roles)
    if not get_user_model().objects.filter(there, pk=person_id).exists():
        raise Refused(Reason("permits.person_unknown"))
    return person_id


def known_at(site_id: int, at: datetime, teams: Collection[int | None] = ()) -> Q:
    """The site's own people, who may answer for something; and those of these companies.

    Who is so by a duty too.
    """
    named = [each for each in teams if each is not None]
    return at_site(site_id, at, [*_OWN_PEOPLE, Role.CONTRACTOR], named)


def item(act: OpenAct, permit: Permit, item_id: int) -> None:
    """Open work of the permit's site that the actor may see."""
    item_at(act, permit.site_id, item_id)


def item_at(act: OpenAct, site_id: int, item_id: int) -> None:
    """Open work of a site that the actor may see."""
    items = model_of(PermitItem, "item").objects.filter(visible(act.scope), site_id=site_id)
    if not items.filter(pk=item_id).exclude(status__in=sorted(ENDED)).exists():
        raise Refused(Reason("permits.item_unknown"))


def is_open(item_id: int) -> bool:
    """Whether that work has not ended."""
    items = model_of(PermitItem, "item").objects.filter(pk=item_id)
    return bool(items.exclude(status__in=sorted(ENDED)).exists())


def plain(name: str, text: str, longest: int) -> str:
    """Text that is not too long, without what no page can show."""
    text = text.strip()
    if len(text) > longest or "\x00" in text:
        raise Refused(Reason("permits.text_too_long", {"key": name, "longest": longest}))
    return text


def called(text: str) -> str:
    """Somebody's name as it is kept: its spaces are those between words, each letter is one."""
    return plain("name", normalize("NFC", " ".join(text.split())), 150)


def named(site_id: int, team_id: int | None, name: str, at: datetime) -> int | None:
    """The one of that name, badge or sign-in who carries work out there; None for none or more."""
    found = _called(site_id, team_id, name, at)
    return found.pop() if len(found) == 1 else None


def the_one(site_id: int, team_id: int | None, name: str, at: datetime) -> int | None:
    """The same; several are refused, so that nobody passes as one whom the site does not know."""
    found = _called(site_id, team_id, name, at)
    if len(found) > 1:
        raise Refused(Reason("permits.name_of_several", {"name": name.strip()}))
    return next(iter(found), None)


def _called(site_id: int, team_id: int | None, name: str, at: datetime) -> set[int]:
    """Those of a name, badge or sign-in, two at most."""
    same = Q(name__iexact=name.strip()) | Q(badge=name.strip()) | Q(username=name.strip())
    people = get_user_model().objects.filter(known_at(site_id, at, {team_id}) & same)
    return set(people.values_list("pk", flat=True)[:2])
