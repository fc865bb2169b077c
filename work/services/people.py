"""People and their roles. Posts and duties, and crews and shifts, have rooms of their own."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.models import Duty, Membership, Place, Post, Team, User, WorkItem
from work.permissions import Action, can_at
from work.services._configure import (
    configure,
    is_superuser,
    named,
    of_site,
    one_of,
    person_known,
    put,
)
from work.services._executing import executed, recheck_fitness
from work.services._names import place_for
from work.services.acts import OpenAct, door
from work.states import Role, TeamKind

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
) -> User:
    """Make a person known; without a sign-in name the person does not sign in.

    This gives no role: see `grant_role`. company: the contractor company of that site.
    """
    configure(act, site_id)
    username = username.strip()
    if username and User.objects.filter(username=username).exists():
        raise Refused(Reason("username_taken", {"username": username}))
    company = _company(site_id, company_id) if company_id is not None else None
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
    return person


def _company(site_id: int, team_id: int | None) -> Team:
    team = of_site(Team, team_id, site_id, "team_unknown")
    if team.kind != TeamKind.COMPANY:
        raise Refused(Reason("not_a_company", {"name": team.name}))
    return team


def _change(act: OpenAct, *, user_id: int, **values: Any) -> User:
    """Change the plain facts of a person."""
    person, _sites = _administered(act, user_id)
    unknown = set(values) - _CHANGEABLE
    if unknown:
        raise TypeError(f"not a field of a person to change: {sorted(unknown)}")
    if "name" in values:
        values["name"] = named(values["name"], 150)
    changed = put(person, values)
    if changed:
        act.record("changed", person, fields=sorted(changed))
    return person


def _deactivate(act: OpenAct, *, user_id: int) -> dict[str, list[int]]:
    """The person leaves: reaches nothing from now on, and is fit for nothing.

    Duties end by this act, so that their posts show as vacant. Returns what is left behind: the
    ids of open items that the person owns, of those executed, and of the vacant posts.
    """
    person, sites = _administered(act, user_id)
    if act.actor is not None and act.actor.pk == person.pk:
        raise Refused(Reason("not_oneself"))
    if not person.is_active:
        raise Refused(Reason("person_left_already", {}, ("user", person.pk)))
    left = left_behind(person.pk)
    person.is_active = False
    person.save(update_fields=["is_active"])
    _end_duties(act, Duty.objects.filter(user=person), "left")
    recheck_fitness(act, [person.pk], sites)
    act.record("left", person, item_id=None, **left)
    return left


def _end_duties(act: OpenAct, duties: QuerySet[Duty], cause: str) -> None:
    for duty in duties.filter(ends=None).select_related("post"):
        duty.ends = max(act.at, duty.starts)
        duty.save(update_fields=["ends"])
        act.record("duty_ended", duty.post, duty=duty.pk, cause=cause)


def _administered(act: OpenAct, user_id: int) -> tuple[User, set[int]]:
    """A person whose every site the actor administers, and those sites, under their control.

    Whose roles have all ended is still of the sites where they were. A superuser is left to
    superusers.
    """
    sites = _controlled(act, user_id)
    person = User.objects.filter(pk=user_id).first()
    if person is None:
        raise Unknown
    if act.scope.system or is_superuser(act):
        act.about(person)
        return person, sites
    ever = set(Membership.objects.filter(user=person).values_list("site_id", flat=True))
    reach = act.scope.site_ids()
    if (sites or ever) and not (sites | ever) & reach:
        raise Unknown
    act.about(person)
    if person.is_superuser:
        raise Forbidden(Reason("superuser_needed"))
    mine = {pk for pk in reach if can_at(act.scope, Action.CONFIGURE, pk, "")}
    if not mine or (sites or ever) - mine:
        raise Forbidden(Reason("role_needed", {"roles": [str(Role.SITE_ADMIN)]}))
    return person, sites


def _controlled(act: OpenAct, user_id: int) -> set[int]:
    """The sites where a person has a role, or will, or executes open work; takes their control."""
    held: set[int] = set()
    while True:
        roles = Membership.objects.filter(Q(ends=None) | Q(ends__gt=act.at), user_id=user_id)
        found = {*roles.values_list("site_id", flat=True)}
        found |= {*executed([user_id]).values_list("site_id", flat=True)}
        if found <= held:
            return found
        # Another site may have come while these were waited for.
        act.control(*found)
        held |= found


def _grant_role(
    act: OpenAct,
    *,
    user_id: int,
    site_id: int,
    role: str,
    place_id: int | None = None,
    company_id: int | None = None,
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> Membership:
    """Give a person a role at a site, or at a place and below it, from and until.

    A contractor's person has the role *contractor* for the own company and no other.
    """
    place = place_for(act, site_id, place_id) if place_id is not None else None
    site = configure(act, site_id, place=place)
    person = person_known(act, user_id)
    one_of(role, Role.values, "role")
    starts = starts or act.at
    if ends is not None and ends <= starts:
        raise Refused(Reason("ends_before_start"))
    company = _company_of_role(person, site_id, role, company_id)
    _refuse_twice(person, site_id, role, place, company, starts, ends)
    granted = Membership.objects.create(
        user=person,
        site=site,
        place=place,
        role=role,
        company=company,
        starts=starts,
        ends=ends,
    )
    if role == Role.SITE_ADMIN and not person.is_staff:
        person.is_staff = True
        person.save(update_fields=["is_staff"])
    act.record("role_granted", granted, user=person.pk, role=role)
    recheck_fitness(act, [person.pk], [site_id])
    return granted


def _company_of_role(person: User, site_id: int, role: str, company_id: int | None) -> Team | None:
    if role != Role.CONTRACTOR:
        if company_id is not None or person.company_id is not None:
            raise Refused(Reason("contractor_role_only", {}, ("user", person.pk)))
        return None
    if person.company_id is None or company_id is None:
        raise Refused(Reason("contractor_needs_company", {}, ("user", person.pk)))
    company = _company(site_id, company_id)
    own = Team.objects.get(pk=person.company_id)
    if own.site_id == site_id and own.pk != company.pk:
        raise Refused(Reason("contractor_of_other_company", {}, ("user", person.pk)))
    return company


def _refuse_twice(
    person: User,
    site_id: int,
    role: str,
    place: Place | None,
    company: Team | None,
    starts: datetime,
    ends: datetime | None,
) -> None:
    same = Membership.objects.filter(
        Q(ends=None) | Q(ends__gt=starts),
        user=person,
        site_id=site_id,
        role=role,
        place=place,
        company=company,
    )
    if ends is not None:
        same = same.filter(starts__lt=ends)
    if same.exists():
        raise Refused(Reason("role_held_already", {"role": role}, ("user", person.pk)))


def _end_role(act: OpenAct, *, membership_id: int, ends: datetime | None = None) -> Membership:
    """End a role, now or at a named moment; what its holder executes is asked anew.

    With the last role at the site the duties there end too.
    """
    found = Membership.objects.select_related("place").filter(pk=membership_id).first()
    if found is None:
        raise Unknown
    configure(act, found.site_id, place=found.place)
    found = Membership.objects.select_related("user").get(pk=membership_id)
    ends = ends or act.at
    if found.ends is not None and found.ends <= act.at:
        raise Refused(Reason("role_ended"))
    if ends < act.at:
        raise Refused(Reason("ends_in_the_past"))
    if ends <= found.starts:
        raise Refused(Reason("ends_before_start"))
    found.ends = ends
    found.save(update_fields=["ends"])
    roles = Membership.objects.filter(Q(ends=None) | Q(ends__gt=act.at), user=found.user)
    others = roles.filter(role=Role.SITE_ADMIN)
    if found.role == Role.SITE_ADMIN and not found.user.is_superuser and not others.exists():
        found.user.is_staff = False
        found.user.save(update_fields=["is_staff"])
    act.record("role_ended", found, user=found.user_id, role=found.role, ends=ends.isoformat())
    if not roles.filter(site_id=found.site_id).exists():
        duties = Duty.objects.filter(user=found.user, post__site_id=found.site_id)
        _end_duties(act, duties, "role_ended")
    recheck_fitness(act, [found.user_id], [found.site_id])
    return found


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
grant_role = door(_grant_role)
end_role = door(_end_role)

__all__ = [
    "change_person",
    "create_person",
    "deactivate_person",
    "end_role",
    "grant_role",
    "left_behind",
]
