"""Roles of people at a site, or at a place and below it, with from and until."""

from datetime import datetime

from django.db.models import Q, QuerySet

from work.exceptions import Reason, Refused, Unknown
from work.models import Duty, Membership, Place, Team, User
from work.prepared import by_key
from work.services._configure import (
    begins,
    configure,
    end,
    is_superuser,
    not_oneself,
    one_of,
    person_known,
)
from work.services._executing import recheck_fitness
from work.services._names import place_for
from work.services._people import company_of, end_duties
from work.services.acts import OpenAct, door
from work.states import Role

# Who has one of these for a whole site opens the admin: to set the site up, or to say how a rule
# is kept.
OPENS_ADMIN = frozenset({Role.SITE_ADMIN, Role.HSE})


def grant_inner(
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

    A contractor's person has the role *contractor* for the own company and no other. Nobody gives
    a role to themselves.
    """
    place = place_for(act, site_id, place_id) if place_id is not None else None
    site = configure(act, site_id, place=place)
    not_oneself(act, user_id)
    person = person_known(act, user_id)
    one_of(role, Role.values, "role")
    starts = begins(act, starts, ends)
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
    _open_admin(act, person)
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
    company = company_of(site_id, company_id)
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

    One that has not begun by then is withdrawn. With the last role at the site the duties there
    end too. The site keeps an administrator.
    """
    found = by_key(Membership, membership_id, "place")
    if found is None:
        raise Unknown
    configure(act, found.site_id, place=found.place)
    found = Membership.objects.select_related("user").get(pk=membership_id)
    said = end(act, found, "role_ended", ends)
    _refuse_last(act, found)
    _open_admin(act, found.user)
    act.record("role_ended", found, user=found.user_id, role=found.role, **said)
    if not _lasting(act, found.user).filter(site_id=found.site_id).exists():
        duties = Duty.objects.filter(user=found.user, post__site_id=found.site_id)
        end_duties(act, duties, "role_ended")
    recheck_fitness(act, [found.user_id], [found.site_id])
    return found


def _refuse_last(act: OpenAct, ended: Membership) -> None:
    """Whom a site has as its last administrator, the system or a superuser alone ends."""
    sets_up = ended.role == Role.SITE_ADMIN and ended.place_id is None
    if not sets_up or act.scope.system or is_superuser(act):
        return
    others = Membership.objects.filter(
        Q(ends=None) | Q(ends__gt=ended.ends),
        site_id=ended.site_id,
        role=Role.SITE_ADMIN,
        place=None,
        starts__lte=ended.ends,
        user__is_active=True,
        user__username__isnull=False,
    )
    if not others.exclude(user=ended.user_id).exists():
        raise Refused(Reason("last_administrator"))


def _lasting(act: OpenAct, person: User) -> QuerySet[Membership]:
    """The roles of a person that have not ended, also those to come."""
    return Membership.objects.filter(Q(ends=None) | Q(ends__gt=act.at), user=person)


def _open_admin(act: OpenAct, person: User) -> None:
    """Open the admin to who has a role for it, of a whole site; close it to who has none."""
    opens = _lasting(act, person).filter(role__in=OPENS_ADMIN, place=None).exists()
    if person.is_staff != (opens or person.is_superuser):
        person.is_staff = not person.is_staff
        person.save(update_fields=["is_staff"])


grant_role = door(grant_inner)
end_role = door(_end_role)

__all__ = ["OPENS_ADMIN", "end_role", "grant_inner", "grant_role"]
