"""What refuses a test under an isolation: asked, agreed to, sanctioned, or withdrawn."""

from collections.abc import Mapping
from typing import Any

from permits.models import LockRemoval
from permits.services._behind import box, why, work_behind
from permits.services._here import learn
from permits.services._isolated import reason
from permits.services._isolation_facts import Facts
from permits.services._own_locks import anybody_on
from permits.services._says import stands as permit_stands
from permits.states import UNDER_ISSUE
from work.exceptions import Reason
from work.permissions import Scope
from work.states import Status

Given = Mapping[str, Any]


def ask(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if facts.sanction is not None:
        return [reason(facts.isolation, "permits.test_asked_already")]
    return why(facts, who, given)


def asked(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """A test is asked for."""
    if facts.sanction is None:
        return [reason(facts.isolation, "permits.test_not_asked")]
    return []


def sanction(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """Every holder agrees and is off the box; every permit is stopped, that is confirmed, and
    nobody is signed on; work behind it has said so by waiting.

    The group lock may stay on, of who leads the test.
    """
    if facts.sanction is None:
        return asked(facts, who, given)
    said = [
        Reason("permits.test_not_agreed", {}, ("user", person), ("user", person))
        for person in sorted(holders(facts) - agreed(facts))
    ]
    said += box(facts, group=False)
    going = [each for each in facts.permits if each.state in UNDER_ISSUE]
    learn(going)
    said += [permit_stands(each, facts.at) for each in going]
    said += anybody_on(facts.permits)
    live = [each for each in facts.under_way if each.status == Status.LIVE]
    return said + [work_behind(facts, each) for each in live]


def holders(facts: Facts) -> set[int]:
    """Who had a lock on the box when the test was asked for, or has put one on since.

    Not whose lock was removed as the holder was gone: that one is told before he begins again. Who
    has no sign-in gives the word by the lock alone, which who leads takes off.
    """
    if facts.sanction is None:
        return set()
    own = facts.isolation.locks.filter(group=False, person__username__isnull=False)
    removed = LockRemoval.objects.filter(removed_at__isnull=False).values("lock")
    locks = own.exclude(off_at__lt=facts.sanction.asked_at).exclude(pk__in=removed)
    return set(locks.values_list("person_id", flat=True))


def agreed(facts: Facts) -> set[int]:
    """Who has agreed since the own lock was put on the last time."""
    if facts.sanction is None:
        return set()
    locks = facts.isolation.locks.filter(group=False, person__isnull=False).order_by("on_at")
    on = dict(locks.values_list("person_id", "on_at"))
    said = facts.sanction.agreements.values_list("person_id", "at")
    return {person for person, at in said if person not in on or at >= on[person]}


def end(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if not facts.all_in_place:
        return [reason(facts.isolation, "permits.isolation_not_all_in_place")]
    return []
