"""For whom a lock is put on or taken off: oneself, or somebody without sign-in by who leads."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from permits.isolation_permissions import may_decide
from permits.models import PersonalLock
from permits.services import _named
from permits.services._isolated import by_owner, reason
from permits.services._isolation_facts import Facts
from work.exceptions import Forbidden, Reason, Refused
from work.permissions import Scope
from work.services import OpenAct


def whose(act: OpenAct, facts: Facts, person_id: int | None, name: str) -> tuple[int | None, str]:
    """Whom the lock is of: a person whom the site knows, or the name of one whom it does not."""
    name = _named.plain("name", name, 150)
    if name:
        site_id = facts.isolation.site_id
        teams = {None, *facts.teams}
        found = {_named.the_one(site_id, team, name, act.at) for team in teams} - {None}
        if len(found) > 1:
            raise Refused(Reason("permits.name_of_several", {"name": name}))
        person_id = next(iter(found), None)
        name = "" if person_id else name
    elif person_id is None:
        person_id = act.person.pk
    if person_id == act.person.pk:
        return person_id, ""
    must_lead(act.scope, facts)
    if person_id is not None and signs_in(_known(facts, person_id)):
        raise Refused(reason(facts.isolation, "permits.lock_of_oneself", ("user", person_id)))
    return person_id, name


def _known(facts: Facts, person_id: int) -> Any:
    """Somebody of the site, or of a company whose work is behind it."""
    own = _named.own_people(facts.isolation.site_id, facts.at)
    theirs = Q(memberships__company_id__in=facts.teams - {None})
    theirs &= Q(memberships__site_id=facts.isolation.site_id)
    people = get_user_model().objects.filter(own | theirs, pk=person_id, is_active=True)
    person = people.first()
    if person is None:
        raise Refused(Reason("permits.person_unknown"))
    return person


def signs_in(person: Any) -> bool:
    """Whether somebody does such things with a sign-in of the own."""
    return person is not None and person.username is not None


def is_for(act: OpenAct, facts: Facts, lock: PersonalLock) -> None:
    """Whoever takes it off: the holder, or who leads where the holder has no sign-in."""
    if lock.person_id == act.person.pk:
        return
    if signs_in(lock.person):
        raise Refused(reason(facts.isolation, "permits.lock_of_oneself", ("user", lock.person_id)))
    must_lead(act.scope, facts)


def must_lead(who: Scope, facts: Facts) -> None:
    """Who leads does it: a role that decides, the owner, or who leads work behind it."""
    if not leads(who, facts):
        by = by_owner(facts.isolation)
        raise Forbidden(reason(facts.isolation, "permits.lock_by_who_leads", by))


def leads(who: Scope, facts: Facts) -> bool:
    """The same as an answer."""
    behind = {each.performing_authority_id for each in facts.permits}
    behind |= {each.owner_user_id for each in facts.protected}
    return bool(may_decide(who, facts.isolation)) or who.user_id in behind - {None}
