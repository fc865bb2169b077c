"""People that are imported: known at the site, with a role in which nobody decides anything.

Nobody is given a sign-in, a role that decides, or an end: that is for who sets up the site.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from work.exceptions import Reason, Refused
from work.models import Membership, User
from work.ports import Arrived, Holds, ImportField, Made, Misfit, NotTaken, Standing
from work.services._configure import named, put
from work.services._people import company_of
from work.services._savepoint import savepoint
from work.services.acts import OpenAct
from work.services.import_.lookups import PEOPLE
from work.services.roles import grant_inner
from work.states import Role

ROLES = (Role.OPERATOR, Role.TECHNICIAN, Role.VIEWER)
_PLAIN = ("name", "phone", "badge")


class People:
    """People of the site, with or without a sign-in of before."""

    key = PEOPLE
    title = _("People")
    by_person = False
    fields: Mapping[str, ImportField] = {  # noqa: RUF012
        "name": ImportField(_("Name"), needed=True, length=150),
        "badge": ImportField(_("Badge"), length=40),
        "phone": ImportField(_("Phone"), length=40),
        "company": ImportField(_("Company: comes as its contractor"), Holds.TEAM, once=True),
        "role": ImportField(
            _("Role of the site's own people"),
            Holds.CODE,
            choices=tuple(str(role) for role in ROLES),
            once=True,
        ),
        "username": ImportField(
            _("Sign-in name: finds who is here already, and gives nobody one"),
            length=150,
            once=True,
        ),
    }

    def find(self, site_id: int, arrived: Sequence[Arrived]) -> dict[str, int]:
        """Those of the site who have the sign-in name."""
        names = {each.key: each.values.get("username") for each in arrived}
        here = User.objects.filter(
            username__in=set(filter(None, names.values())),
            pk__in=Membership.objects.filter(site=site_id).values("user"),
        )
        found = dict(here.values_list("username", "pk"))
        return {key: found[name] for key, name in names.items() if name in found}

    def standing(self, site_id: int, ids: Sequence[int]) -> dict[int, Standing]:
        """What is known of them; of who is of other sites too, or has left, nothing is changed."""
        elsewhere = set(
            Membership.objects.filter(~Q(site=site_id), user__in=ids).values_list(
                "user_id", flat=True
            )
        )
        found = {}
        for person in User.objects.filter(pk__in=ids):
            values = {name: getattr(person, name) or None for name in _PLAIN}
            kept = None
            if not person.is_active:
                kept = Reason("person_left_already", {}, ("user", person.pk))
            elif person.pk in elsewhere or person.is_superuser:
                kept = Reason("person_shared", {}, ("user", person.pk))
            found[person.pk] = Standing(person.pk, values, kept)
        return found

    def create(self, act: OpenAct, site_id: int, arrived: Sequence[Arrived]) -> Made:
        """Make each known, with the role; who is refused leaves nothing behind."""
        made = Made()
        for each in arrived:
            history = list(act.history)
            try:
                with savepoint():
                    made.ids[each.key] = _made(act, site_id, each.values).pk
            except Refused as refusal:
                act.history = history
                made.misfits[each.key] = [
                    Misfit("badge" if reason.code == "badge_taken" else "", reason)
                    for reason in refusal.reasons
                ]
        return made

    def change(self, act: OpenAct, site_id: int, pk: int, values: Mapping[str, Any]) -> None:
        """Write plain facts."""
        plain = {name: value for name, value in values.items() if name in _PLAIN}
        person = User.objects.get(pk=pk)
        if "name" in plain:
            plain["name"] = named(plain["name"], 150)
        if _badge_taken(site_id, plain.get("badge"), pk):
            raise NotTaken(Misfit("badge", Reason("badge_taken")))
        if changed := put(person, plain):
            act.record("changed", person, fields=sorted(changed))


def _badge_taken(site_id: int, badge: str | None, but: int = 0) -> bool:
    """Whether somebody of the site has it: of two who have one badge it names neither."""
    if not badge:
        return False
    here = Membership.objects.filter(site=site_id).values("user")
    same = User.objects.filter(badge=badge, is_active=True, pk__in=here)
    return same.exclude(pk=but).exists()


def _made(act: OpenAct, site_id: int, values: Mapping[str, Any]) -> User:
    role, company_id = values.get("role"), values.get("company")
    if not role and company_id is None:
        raise Refused(Reason("import_role_needed"))
    company = company_of(site_id, company_id) if company_id is not None else None
    plain = {name: values.get(name) or "" for name in _PLAIN}
    if _badge_taken(site_id, plain["badge"]):
        raise Refused(Reason("badge_taken"))
    person = User.objects.create_user(
        None, **plain | {"name": named(plain["name"], 150)}, company=company
    )
    act.record("created", person)
    grant_inner(
        act,
        user_id=person.pk,
        site_id=site_id,
        role=role or Role.CONTRACTOR,
        company_id=company_id,
    )
    return person
