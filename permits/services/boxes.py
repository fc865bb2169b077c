"""Locks on the box: each puts on and takes off the own one; a group lock bridges; one gone."""

from permits.isolation_states import Verb
from permits.models import Isolation, IsolationUse, LockRemoval, PersonalLock
from permits.services._isolated import reason
from permits.services._isolation import KEY, enter, gap, heard, known
from permits.services._isolation_facts import Facts
from permits.services._named import model_of
from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.services import OpenAct, door, recheck
from work.states import OPEN


def _on(act: OpenAct, *, isolation_id: int) -> PersonalLock:
    """Put the own lock on the box, before the work behind it begins."""
    facts = enter(act, isolation_id, Verb.LOCK_ON, None)
    untold = untold_of(act.person.pk, facts.isolation.site_id)
    if untold is not None:
        raise Refused(told_first(untold))
    return _put_on(act, facts, Verb.LOCK_ON, group=False)


def _group_on(act: OpenAct, *, isolation_id: int) -> PersonalLock:
    """Put the group lock on: it bridges the time between the locks of two shifts."""
    facts = enter(act, isolation_id, Verb.GROUP_ON, None)
    return _put_on(act, facts, Verb.GROUP_ON, group=True)


def _put_on(act: OpenAct, facts: Facts, verb: Verb, *, group: bool) -> PersonalLock:
    lock = PersonalLock.objects.create(
        isolation=facts.isolation, person=act.person, group=group, on_at=act.at
    )
    act.record(f"isolation_{verb}", facts.isolation, lock=lock.pk)
    heard(act, facts)
    return lock


def _off(act: OpenAct, *, isolation_id: int) -> PersonalLock:
    """Take the own lock off the box. Who takes the last one off while work relies on it, is told:
    nobody holds it then, permits behind it stop, and it is tried again.
    """
    facts = enter(act, isolation_id, Verb.LOCK_OFF, None)
    lock = facts.lock_of(act.person.pk)
    if lock is None:
        raise Unknown
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


# --- the lock of somebody gone --------------------------------------------------------------------


def _ask_removal(act: OpenAct, *, lock_id: int, away: str, tried: str) -> LockRemoval:
    """Ask to remove the lock of somebody gone: verified away, and all done to reach the person."""
    facts, lock = _locked(act, lock_id)
    said = []
    if not away.strip():
        said.append(Reason("permits.away_needed"))
    if not tried.strip():
        said.append(Reason("permits.reaching_needed"))
    if LockRemoval.objects.filter(lock=lock).exists():
        said.append(Reason("permits.removal_asked"))
    if said:
        raise Refused(said)
    notes = {
        "away": act.note(away, "lock_away", subject=facts.isolation),
        "tried": act.note(tried, "lock_tried", subject=facts.isolation),
    }
    removal = LockRemoval.objects.create(lock=lock, asked_by=act.person, asked_at=act.at, **notes)
    act.record("isolation_removal_asked", facts.isolation, lock=lock.pk, user=lock.person_id)
    return removal


def kept(act: OpenAct, words: str, kind: str, isolation: Isolation) -> int:
    """Words that must be there, as a note."""
    note = act.note(words, kind, subject=isolation)
    if note is None:
        raise Refused(Reason("reason_needed"))
    return note.pk


def _remove(act: OpenAct, *, lock_id: int) -> LockRemoval:
    """A second person removes it. Until told, the person begins no work at the site."""
    facts, lock = _locked(act, lock_id)
    removal = LockRemoval.objects.filter(lock=lock).first()
    if removal is None:
        raise Refused(reason(facts.isolation, "permits.removal_not_asked"))
    if removal.asked_by_id == act.person.pk:
        raise Refused(reason(facts.isolation, "permits.removal_by_two"))
    removal.removed_by, removal.removed_at = act.person, act.at
    removal.save()
    take_off(act, facts, lock, Verb.ABSENT)
    _ask_again(act, facts.isolation.site_id, lock.person_id)
    return removal


def _locked(act: OpenAct, lock_id: int) -> tuple[Facts, PersonalLock]:
    found = PersonalLock.objects.filter(pk=lock_id).values_list("isolation_id", flat=True).first()
    if found is None:
        raise Unknown
    facts = enter(act, found, Verb.ABSENT, None)
    lock = next((each for each in facts.locks if each.pk == lock_id and not each.group), None)
    if lock is None:
        raise Refused(reason(facts.isolation, "permits.lock_not_on"))
    if lock.person_id == act.person.pk:
        raise Refused(reason(facts.isolation, "permits.lock_is_own"))
    return facts, lock


def _tell(act: OpenAct, *, removal_id: int) -> LockRemoval:
    """The person knows that the lock is off: says so, or was told by who leads."""
    removal = LockRemoval.objects.filter(pk=removal_id).select_related("lock").first()
    if removal is None:
        raise Unknown
    facts = known(act, removal.lock.isolation_id)
    removal = LockRemoval.objects.select_related("lock").get(pk=removal_id)
    mine = removal.lock.person_id == act.person.pk
    if not mine and act.person.pk not in (removal.asked_by_id, removal.removed_by_id):
        raise Forbidden(Reason("permits.told_by_who_removed", clears=("user", removal.asked_by_id)))
    if removal.removed_at is None or removal.told_at is not None:
        raise Refused(reason(facts.isolation, "permits.nothing_to_tell"))
    removal.told_at, removal.told_by = act.at, act.person
    removal.save()
    act.record("isolation_removal_told", facts.isolation, user=removal.lock.person_id)
    _ask_again(act, facts.isolation.site_id, removal.lock.person_id)
    return removal


def _ask_again(act: OpenAct, site_id: int, person_id: int) -> None:
    """What the person is named to carry out is asked anew."""
    rows = model_of(IsolationUse, "item").objects.filter(
        site_id=site_id, status__in=sorted(OPEN), item_executors__user_id=person_id
    )
    recheck(act=act, key=KEY, item_ids=rows.values_list("pk", flat=True))


def untold_of(person_id: int, site_id: int) -> LockRemoval | None:
    """A removal of this person's lock of which the person does not know yet."""
    rows = LockRemoval.objects.filter(
        lock__person_id=person_id,
        lock__isolation__site_id=site_id,
        removed_at__isnull=False,
        told_at=None,
    )
    return rows.select_related("lock__isolation__site").first()


def told_first(removal: LockRemoval) -> Reason:
    """The person is told of it before anything is begun again."""
    return reason(
        removal.lock.isolation,
        "permits.lock_removed_untold",
        ("user", removal.lock.person_id),
    )


on = door(_on)
off = door(_off)
group_on = door(_group_on)
group_off = door(_group_off)
ask_removal = door(_ask_removal)
remove = door(_remove)
tell = door(_tell)

__all__ = [
    "ask_removal",
    "group_off",
    "group_on",
    "kept",
    "off",
    "on",
    "remove",
    "take_off",
    "tell",
    "told_first",
    "untold_of",
]
