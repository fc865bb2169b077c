"""For whom a lock is put on or taken off: oneself, or somebody without sign-in by who leads."""

from typing import Any

from django.contrib.auth import get_user_model

from permits.isolation_permissions import may_decide
from permits.models import PersonalLock
from permits.services import _named
from permits.services._behind import work_behind
from permits.services._isolated import by_owner, reason
from permits.services._isolation_facts import Facts
from permits.services._own_locks import signed_on_at
from work.exceptions import Forbidden, Reason, Refused
from work.permissions import Scope
from work.services import OpenAct
from work.states import Status


def whose(act: OpenAct, facts: Facts, person_id: int | None, name: str) -> tuple[int | None, str]:
    """Whom the lock is of: a person whom the site knows, or the name of one whom it does not."""
    name = _named.called(name)
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
    person = _known(facts, person_id) if person_id is not None else None
    must_lead(act.scope, facts, person)
    if signs_in(person):
        raise Refused(reason(facts.isolation, "permits.lock_of_oneself", ("user", person_id)))
    return person_id, name


def _known(facts: Facts, person_id: int) -> Any:
    """Somebody of the site, or of a company whose work is behind it."""
    known = _named.known_at(facts.isolation.site_id, facts.at, facts.teams)
    person = get_user_model().objects.filter(known, pk=person_id).first()
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
    must_lead(act.scope, facts, lock.person)
    if said := present(facts, lock):
        raise Refused(said)


def present(facts: Facts, lock: PersonalLock) -> list[Reason]:
    """What says that the holder is here: signed on, or work in progress behind it."""
    said = signed_on_at(facts.isolation.site_id, lock.person_id, lock.name)
    live = [each for each in facts.under_way if each.status == Status.LIVE]
    return said + [
        work_behind(facts, each)
        for each in live
        if lock.person_id and each.item_executors.filter(user_id=lock.person_id).exists()
    ]


def must_lead(who: Scope, facts: Facts, person: Any = None) -> None:
    """Who leads does it: a role that decides, the owner, or who leads work behind it."""
    if not leads(who, facts, person):
        by = by_owner(facts.isolation)
        raise Forbidden(reason(facts.isolation, "permits.lock_by_who_leads", by))


def leads(who: Scope, facts: Facts, person: Any = None) -> bool:
    """The same as an answer. person: for whom; who leads work does it for its own people alone."""
    if may_decide(who, facts.isolation):
        return True
    me = who.user_id
    led = {each.team_id for each in facts.permits if me and each.performing_authority_id == me}
    led |= {each.team_id for each in facts.protected if me and each.owner_user_id == me}
    if person is None or not led:
        return bool(led)
    if person.company_id is None:
        return not who.only_contractor(facts.isolation.site_id)
    return person.company_id in led
