"""The lock of somebody gone: asked with facts of now, removed by a second, and the person told."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from permits.isolation_permissions import may_decide
from permits.isolation_states import Verb
from permits.models import Isolation, IsolationUse, LockRemoval, PersonalLock
from permits.services._isolated import reason
from permits.services._isolation import KEY, enter, kept, known
from permits.services._isolation_facts import Facts
from permits.services._locks_for import present, signs_in
from permits.services._named import model_of
from permits.services.boxes import take_off
from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.services import OpenAct, door, recheck
from work.states import OPEN

# How long the facts with which it was asked count.
HOLDS = timedelta(minutes=60)


def asked_of(isolation: Isolation) -> QuerySet[Any]:
    """Removals of its locks, each with whether its holder has done anything here since: `acted`."""
    events = model_of(model_of(IsolationUse, "item"), "history").objects
    since = events.filter(
        site=isolation.site_id,
        actor=OuterRef("lock__person"),
        recorded_at__gt=OuterRef("asked_at"),
    )
    rows = LockRemoval.objects.filter(lock__isolation=isolation, ended_at=None)
    return rows.annotate(acted=Exists(since)).select_related("lock__person")


def holds(removal: Any, at: datetime) -> bool:
    """Whether a second person may go by it: the facts are fresh, the holder has done nothing."""
    return not removal.acted and at < removal.asked_at + HOLDS


def _ask_removal(act: OpenAct, *, lock_id: int, away: str, tried: str) -> LockRemoval:
    """Ask to remove the lock of somebody gone: verified away, and all done to reach the person."""
    facts, lock = _locked(act, lock_id)
    said = present(facts, lock)
    if not away.strip():
        said.append(Reason("permits.away_needed"))
    if not tried.strip():
        said.append(Reason("permits.reaching_needed"))
    before = asked_of(facts.isolation).filter(lock=lock).first()
    if before is not None and holds(before, act.at):
        said.append(Reason("permits.removal_asked"))
    if said:
        raise Refused(said)
    if before is not None:
        _end(act, before)
    notes = {
        "away": act.note(away, "lock_away", subject=facts.isolation),
        "tried": act.note(tried, "lock_tried", subject=facts.isolation),
    }
    removal = LockRemoval.objects.create(lock=lock, asked_by=act.person, asked_at=act.at, **notes)
    act.record("isolation_removal_asked", facts.isolation, lock=lock.pk, user=lock.person_id)
    return removal


def _end(act: OpenAct, removal: LockRemoval) -> None:
    removal.ended_at = act.at
    removal.save(update_fields=["ended_at"])


def _remove(act: OpenAct, *, lock_id: int) -> LockRemoval:
    """A second person removes it. Until told, the person begins no work at the site."""
    facts, lock = _locked(act, lock_id)
    removal = asked_of(facts.isolation).filter(lock=lock).first()
    if removal is None:
        raise Refused(reason(facts.isolation, "permits.removal_not_asked"))
    said, asker = present(facts, lock), ("user", removal.asked_by_id)
    if removal.acted:
        said.append(reason(facts.isolation, "permits.holder_is_back", asker))
    elif not holds(removal, act.at):
        said.append(reason(facts.isolation, "permits.removal_too_old", asker))
    if removal.asked_by_id == act.person.pk:
        said.append(reason(facts.isolation, "permits.removal_by_two"))
    if said:
        raise Refused(said)
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


def _here(act: OpenAct, *, removal_id: int) -> LockRemoval:
    """The holder is here: nobody removes the lock."""
    facts, removal = _found(act, removal_id)
    if removal.lock.person_id != act.person.pk:
        by = ("user", removal.lock.person_id) if removal.lock.person_id else None
        raise Forbidden(Reason("permits.said_by_oneself", clears=by))
    if removal.removed_at is not None or removal.ended_at is not None:
        raise Refused(reason(facts.isolation, "permits.removal_not_asked"))
    _end(act, removal)
    act.record("isolation_holder_here", facts.isolation, lock=removal.lock_id)
    return removal


def _tell(act: OpenAct, *, removal_id: int, how: str = "") -> LockRemoval:
    """The person says: I know that my lock is off. Of one without sign-in one of the two who
    removed it, or who decides there, says how the person was told.
    """
    facts, removal = _found(act, removal_id)
    lock = removal.lock
    mine = lock.person_id == act.person.pk
    if not mine and signs_in(lock.person):
        raise Forbidden(Reason("permits.said_by_oneself", clears=("user", lock.person_id)))
    two = (removal.asked_by_id, removal.removed_by_id)
    if not mine and act.person.pk not in two and not may_decide(act.scope, facts.isolation):
        raise Forbidden(Reason("permits.told_by_who_removed", clears=("user", removal.asked_by_id)))
    if removal.removed_at is None or removal.told_at is not None:
        raise Refused(reason(facts.isolation, "permits.nothing_to_tell"))
    if not mine:
        removal.told_how_id = kept(act, how, "lock_told", facts.isolation)
    removal.told_at, removal.told_by = act.at, act.person
    removal.save()
    act.record("isolation_removal_told", facts.isolation, user=lock.person_id)
    _ask_again(act, facts.isolation.site_id, lock.person_id)
    return removal


def _found(act: OpenAct, removal_id: int) -> tuple[Facts, LockRemoval]:
    rows = LockRemoval.objects.select_related("lock__person")
    removal = rows.filter(pk=removal_id).first()
    if removal is None:
        raise Unknown
    facts = known(act, removal.lock.isolation_id)
    return facts, rows.get(pk=removal_id)


def _ask_again(act: OpenAct, site_id: int, person_id: int | None) -> None:
    """What the person is named to carry out is asked anew."""
    if person_id is None:
        return
    rows = model_of(IsolationUse, "item").objects.filter(
        site_id=site_id, status__in=sorted(OPEN), item_executors__user_id=person_id
    )
    recheck(act=act, key=KEY, item_ids=rows.values_list("pk", flat=True))


ask_removal = door(_ask_removal)
remove = door(_remove)
here = door(_here)
tell = door(_tell)

__all__ = ["ask_removal", "asked_of", "here", "holds", "remove", "tell"]
