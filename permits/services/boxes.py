"""Locks on the box: each puts on and takes off the own one; a group lock bridges."""

from permits.isolation_states import Verb
from permits.models import PersonalLock
from permits.services._isolation import enter, gap, heard, known
from permits.services._isolation_facts import Facts
from permits.services._locks_for import is_for, whose
from permits.services._own_locks import told_first, untold_of
from work.exceptions import Refused, Unknown
from work.services import OpenAct, door


def _on(
    act: OpenAct, *, isolation_id: int, person_id: int | None = None, name: str = ""
) -> PersonalLock:
    """Put the own lock on the box, before the work behind it begins.

    Who leads puts on that of somebody without sign-in: person_id, or a name.
    """
    who: int | None = act.person.pk
    called = ""
    if name or person_id not in (None, who):
        who, called = whose(act, known(act, isolation_id), person_id, name)
    given = {"person_id": who, "name": called}
    facts = enter(act, isolation_id, Verb.LOCK_ON, None, given)
    untold = untold_of(who, facts.isolation.site_id, called)
    if untold is not None:
        raise Refused(told_first(untold))
    lock = PersonalLock(isolation=facts.isolation, person_id=who, name=called)
    return _put_on(act, facts, Verb.LOCK_ON, lock)


def _group_on(act: OpenAct, *, isolation_id: int) -> PersonalLock:
    """Put the group lock on: it bridges the time between the locks of two shifts."""
    facts = enter(act, isolation_id, Verb.GROUP_ON, None)
    lock = PersonalLock(isolation=facts.isolation, person=act.person, group=True)
    return _put_on(act, facts, Verb.GROUP_ON, lock)


def _put_on(act: OpenAct, facts: Facts, verb: Verb, lock: PersonalLock) -> PersonalLock:
    lock.on_at = act.at
    lock.save(force_insert=True)
    act.record(f"isolation_{verb}", facts.isolation, lock=lock.pk, user=lock.person_id)
    heard(act, facts)
    return lock


def _off(act: OpenAct, *, isolation_id: int, lock_id: int | None = None) -> PersonalLock:
    """Take the own lock off the box; lock_id: by who leads, that of somebody without sign-in.

    Who takes the last one off while work relies on it, is told: nobody holds it then, permits
    behind it stop, and it is tried again.
    """
    facts = enter(act, isolation_id, Verb.LOCK_OFF, None, {"lock_id": lock_id})
    own = [each for each in facts.locks if not each.group]
    lock = next((each for each in own if each.pk == lock_id), None)
    lock = lock if lock_id else facts.lock_of(act.person.pk)
    if lock is None:
        raise Unknown
    is_for(act, facts, lock)
    return take_off(act, facts, lock, Verb.LOCK_OFF)


def _group_off(act: OpenAct, *, isolation_id: int) -> PersonalLock:
    """Take the group lock off."""
    facts = enter(act, isolation_id, Verb.GROUP_OFF, None)
    if facts.group_lock is None:
        raise Unknown
    return take_off(act, facts, facts.group_lock, Verb.GROUP_OFF)


def take_off(act: OpenAct, facts: Facts, lock: PersonalLock, verb: Verb) -> PersonalLock:
    """A lock comes off; what that means for who relies on the isolation."""
    lock.off_at, lock.off_by = act.at, act.person
    lock.save()
    facts.locks.remove(lock)
    act.record(f"isolation_{verb}", facts.isolation, lock=lock.pk, user=lock.person_id)
    if not gap(act, facts, verb):
        heard(act, facts)
    return lock


on = door(_on)
off = door(_off)
group_on = door(_group_on)
group_off = door(_group_off)

__all__ = ["group_off", "group_on", "off", "on", "take_off"]
