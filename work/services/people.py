"""People: made known, changed, and leaving. Their roles, sign-in and posts have own rooms."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from work.exceptions import Reason, Refused
from work.models import Duty, Membership, Post, Team, User, WorkItem
from work.services._configure import configure, named, not_oneself, of_site, put
from work.services._executing import executed, recheck_fitness
from work.services._people import administered, company_of, end_duties, end_holdings
from work.services.acts import OpenAct, door
from work.services.roles import end_role, grant_inner, grant_role
from work.services.sign_in import free_name
from work.services.teams import add_member_inner
from work.states import Role

_CHANGEABLE = frozenset({"name", "email", "phone", "badge", "language"})


def _create(
    act: OpenAct,
    *,
    site_id: int,
    name: str,
    username: str = "",
    password: str | None = None,
    email: str = "",
    phone: str = "",
    badge: str = "",
    company_id: int | None = None,
    language: str = "",
    role: str = "",
    place_id: int | None = None,
    team_id: int | None = None,
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> User:
    """Make a person known; without a sign-in name the person does not sign in.

    company: the contractor company of that site. role, place, starts, ends: the first role, as
    `grant_role` gives it; team: the crew or department, or the company itself. Who is given no
    role reaches nothing.
    """
    configure(act, site_id)
    username = free_name(username)
    company = company_of(site_id, company_id) if company_id is not None else None
    person = User.objects.create_user(
        username,
        password,
        name=named(name, 150),
        email=email,
        phone=phone,
        badge=badge,
        company=company,
        language=language,
    )
    act.record("created", person)
    if role:
        grant_inner(
            act,
            user_id=person.pk,
            site_id=site_id,
            role=role,
            place_id=place_id,
            company_id=company_id,
            starts=starts,
            ends=ends,
        )
    if team_id is not None:
        of_site(Team, team_id, site_id, "team_unknown")
        add_member_inner(act, team_id=team_id, user_id=person.pk, starts=starts, ends=ends)
    return person


def bring_inner(
    act: OpenAct, *, site_id: int, company_id: int, name: str, phone: str = "", badge: str = ""
) -> User:
    """Make a person of a contractor company known, with that role at the site and no sign-in.

    Called inside the act of a supporting application, which decided who may.
    """
    act.control(site_id)
    company = company_of(site_id, company_id)
    person = User.objects.create_user(
        None, name=named(name, 150), phone=phone, badge=badge, company=company
    )
    act.record("created", person)
    granted = Membership.objects.create(
        user=person, site_id=site_id, role=Role.CONTRACTOR, company=company, starts=act.at
    )
    act.record("role_granted", granted, user=person.pk, role=granted.role)
    return person


def _change(
    act: OpenAct, *, user_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> User:
    """Change the plain facts of a person."""
    person, _sites = administered(act, user_id)
    unknown = set(values) - _CHANGEABLE
    if unknown:
        raise TypeError(f"not a field of a person to change: {sorted(unknown)}")
    if "name" in values:
        values["name"] = named(values["name"], 150)
    changed = put(person, values, was)
    if changed:
        act.record("changed", person, fields=sorted(changed))
    return person


def _deactivate(act: OpenAct, *, user_id: int) -> dict[str, list[int]]:
    """The person leaves: reaches nothing from now on, and is fit for nothing.

    Duties end by this act, so that their posts show as vacant, and nobody is named for a post who
    has left. Returns what is left behind: the
    ids of open items that the person owns, of those executed, and of the vacant posts.
    """
    person, sites = administered(act, user_id)
    not_oneself(act, person.pk)
    if not person.is_active:
        raise Refused(Reason("person_left_already", {}, ("user", person.pk)))
    left = left_behind(person.pk)
    person.is_active = False
    person.save(update_fields=["is_active"])
    end_duties(act, Duty.objects.filter(user=person), "left")
    end_holdings(act, person, "left")
    recheck_fitness(act, [person.pk], sites)
    act.record("left", person, item_id=None, **left)
    return left


def _reactivate(act: OpenAct, *, user_id: int) -> User:
    """Who left comes back: to every role that has not ended, and the sign-in of before.

    Duties and posts come back by themselves no more than the work that was given on.
    """
    person, sites = administered(act, user_id)
    if person.is_active:
        raise Refused(Reason("person_here", {}, ("user", person.pk)))
    person.is_active = True
    person.save(update_fields=["is_active"])
    recheck_fitness(act, [person.pk], sites)
    act.record("came_back", person)
    return person


def left_behind(user_id: int) -> dict[str, list[int]]:
    """What a person would leave behind: open items owned and executed, and posts on duty."""
    posts = Post.objects.filter(duties__user_id=user_id, duties__ends=None)
    owned = WorkItem.objects.open().filter(owner_user_id=user_id)
    return {
        "owned": sorted(owned.values_list("pk", flat=True)),
        "executed": sorted(set(executed([user_id]).values_list("pk", flat=True))),
        "posts": sorted(posts.values_list("pk", flat=True)),
    }


create_person = door(_create)
change_person = door(_change)
deactivate_person = door(_deactivate)
reactivate_person = door(_reactivate)

__all__ = [
    "bring_inner",
    "change_person",
    "create_person",
    "deactivate_person",
    "end_role",
    "grant_role",
    "left_behind",
    "reactivate_person",
]
