"""What refuses a verb on an isolation: one list of coded reasons, with who clears each.

`given` is what the form says; a page that only offers the verb gives none.
"""

from collections.abc import Callable, Mapping
from typing import Any

from permits.isolation_states import BY_ISOLATORS, MOVES, Kind, Verb
from permits.services import _energy, _guards_test
from permits.services._asked import said_of
from permits.services._behind import box, relied_on, why
from permits.services._isolated import reason, stands
from permits.services._isolation_facts import Facts
from permits.services._own_locks import signed_on
from permits.services._says import ISSUER
from work.exceptions import Reason
from work.permissions import Scope
from work.ports import Occasion

Given = Mapping[str, Any]


def refusals(facts: Facts, verb: Verb, who: Scope, given: Given | None = None) -> list[Reason]:
    """Why the verb may not be done to the isolation at the facts' moment; empty when it may."""
    if facts.isolation.state not in MOVES[verb]:
        return [stands(facts.isolation)]
    check = _CHECKS.get(verb)
    said = check(facts, who, given) if check else []
    if given is not None and verb in BY_ISOLATORS and who.user_id is not None:
        said += able(facts, {who.user_id: "permits.isolator"})
    return said


def able(facts: Facts, people: Mapping[int, str]) -> list[Reason]:
    """What other domains have against these people taking part."""
    isolation = facts.isolation
    items = tuple(each.item_id for each in facts.uses if each.item_id is not None)
    asked = Occasion(
        kind="permits.isolation",
        code=isolation.kind,
        site_id=isolation.site_id,
        place_path=isolation.place.path,
        item_ids=items,
        people=tuple(people.items()),
    )
    return said_of(asked, facts.at)


def approve(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    isolation, said = facts.isolation, []
    if not facts.points:
        said.append(reason(isolation, "permits.points_of_isolation_needed"))
    if isolation.owner_id is None:
        said.append(reason(isolation, "permits.isolation_of_nobody"))
    if who.user_id is not None and who.user_id in (isolation.created_by_id, isolation.drawn_by_id):
        said.append(reason(isolation, "permits.isolation_planner_approves", ISSUER))
    return said


def cancel(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    said = []
    if any(each.applied_at for each in facts.points):
        said.append(reason(facts.isolation, "permits.isolation_is_applied"))
    return said + relied_on(facts) + why(facts, who, given)


def try_out(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """Every point is in place, what must be said before is said; who tries a point did not apply
    or lock it.
    """
    if not facts.all_in_place:
        return [reason(facts.isolation, "permits.isolation_not_all_in_place")]
    said = _energy.unsaid(facts.isolation, given)
    if given and given.get("energy"):
        said += _energy.energy(given)
    if not facts.isolation.other_tries or who.user_id is None:
        return said
    wanted = (given or {}).get("point_ids")
    chosen = [each for each in facts.points if wanted is None or each.pk in wanted]
    mine = [each for each in chosen if who.user_id in (each.applied_by_id, each.locked_by_id)]
    if wanted is None and len(mine) < len(chosen):
        return said  # a page offers what is left to others' points
    return said + [
        reason(facts.isolation, "permits.isolator_tries", tag=each.tag, point=each.pk)
        for each in mine
    ]


def energy(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    return [] if given is None else _energy.energy(given)


def notify(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    return [] if given is None else _energy.told(given)


def lock_on(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """given: whose lock it is, where not of who puts it on."""
    person, name = (given or {}).get("person_id", who.user_id), (given or {}).get("name", "")
    if facts.isolation.kind == Kind.OWN and person != facts.isolation.owner_id:
        return [reason(facts.isolation, "permits.isolation_of_one")]
    if (person or name) and facts.lock_of(person, name) is not None:
        return [reason(facts.isolation, "permits.lock_on_already")]
    return []


def lock_off(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """Who takes the own lock off is signed off before; given: which lock, where not the own."""
    if who.user_id is None:
        return []
    named = (given or {}).get("lock_id")
    lock = facts.lock_of(who.user_id)
    if named is not None:
        lock = next((each for each in facts.locks if each.pk == named), None)
    if lock is None:
        return [reason(facts.isolation, "permits.lock_not_on")]
    return signed_on(facts.permits, lock.person_id, lock.name)


def group_on(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if facts.isolation.kind == Kind.OWN:
        return [reason(facts.isolation, "permits.isolation_of_one")]
    if facts.group_lock is not None:
        return [reason(facts.isolation, "permits.lock_on_already")]
    return []


def group_off(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if facts.group_lock is None:
        return [reason(facts.isolation, "permits.lock_not_on")]
    return []


def release(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    said = relied_on(facts)
    if not any(each.applied_at for each in facts.points):
        said.append(reason(facts.isolation, "permits.isolation_not_applied"))
    if given is None:
        return said
    if not given.get("people_out"):
        said.append(Reason("permits.people_out_needed"))
    if not given.get("tools_out"):
        said.append(Reason("permits.tools_out_needed"))
    return said


def remove(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    return relied_on(facts)


def lift(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    return box(facts, group=False)


def carry_on(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    said = []
    if facts.isolation.kind == Kind.OWN:
        said.append(reason(facts.isolation, "permits.isolation_of_one"))
    if not any(each.applied_at for each in facts.points):
        said.append(reason(facts.isolation, "permits.isolation_not_applied"))
    if given is not None and not 1 <= (given.get("check_days") or 0) <= 365:
        said.append(Reason("permits.check_days_needed"))
    return said + why(facts, who, given)


def check(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if facts.isolation.kind != Kind.LONG_TERM:
        return [reason(facts.isolation, "permits.isolation_not_long_term")]
    return []


_CHECKS: dict[Verb, Callable[[Facts, Scope, Given | None], list[Reason]]] = {
    Verb.APPROVE: approve,
    Verb.CANCEL: cancel,
    Verb.ENERGY: energy,
    Verb.NOTIFY: notify,
    Verb.TRY: try_out,
    Verb.LOCK_ON: lock_on,
    Verb.LOCK_OFF: lock_off,
    Verb.GROUP_ON: group_on,
    Verb.GROUP_OFF: group_off,
    Verb.ASK_TEST: _guards_test.ask,
    Verb.AGREE_TEST: _guards_test.asked,
    Verb.WITHDRAW_TEST: _guards_test.asked,
    Verb.SANCTION: _guards_test.sanction,
    Verb.LIFT: lift,
    Verb.END_TEST: _guards_test.end,
    Verb.CARRY_ON: carry_on,
    Verb.CHECK: check,
    Verb.RELEASE: release,
    Verb.REMOVE: remove,
}
