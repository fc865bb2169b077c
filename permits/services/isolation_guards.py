"""What refuses a verb on an isolation: one list of coded reasons, with who clears each.

`given` is what the form says; a page that only offers the verb gives none.
"""

from collections.abc import Callable, Mapping
from typing import Any

from permits.isolation_states import BY_ISOLATORS, MOVES, Kind, Verb
from permits.services._asked import said_of
from permits.services._isolated import ISOLATION, reason, stands
from permits.services._isolation_facts import Facts
from permits.services._says import ISSUER
from permits.services._says import stands as permit_stands
from permits.states import UNDER_ISSUE
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


def why(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if given is not None and not str(given.get("why") or "").strip():
        return [Reason("reason_needed")]
    return []


def try_out(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """Every point is in place; who tries a point did not apply or lock it."""
    if not facts.all_in_place:
        return [reason(facts.isolation, "permits.isolation_not_all_in_place")]
    if not facts.isolation.other_tries or who.user_id is None:
        return []
    wanted = (given or {}).get("point_ids")
    chosen = [each for each in facts.points if wanted is None or each.pk in wanted]
    mine = [each for each in chosen if who.user_id in (each.applied_by_id, each.locked_by_id)]
    if wanted is None and len(mine) < len(chosen):
        return []  # a page offers what is left to others' points
    return [
        reason(facts.isolation, "permits.isolator_tries", tag=each.tag, point=each.pk)
        for each in mine
    ]


def lock_on(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if who.user_id is not None and facts.lock_of(who.user_id) is not None:
        return [reason(facts.isolation, "permits.lock_on_already")]
    return []


def lock_off(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if who.user_id is not None and facts.lock_of(who.user_id) is None:
        return [reason(facts.isolation, "permits.lock_not_on")]
    return []


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


def box(facts: Facts, *, group: bool = True) -> list[Reason]:
    """The box is empty: a reason for each lock that is on it. group: the group lock counts too."""
    return [
        Reason(
            "permits.box_not_empty",
            {"isolation": facts.isolation.number},
            (ISOLATION, facts.isolation.pk),
            ("user", each.person_id),
        )
        for each in facts.locks
        if group or not each.group
    ]


def relied_on(facts: Facts) -> list[Reason]:
    """Nothing comes off while somebody relies on it."""
    said = box(facts)
    said += [permit_stands(each, facts.at) for each in facts.permits if each.ended_at is None]
    return said + [work_behind(facts, each) for each in facts.under_way]


def work_behind(facts: Facts, item: Any) -> Reason:
    """Work that relies on it, with a link to it, and who leads it."""
    params = {"number": item.number, "url": f"/s/{facts.isolation.site.slug}/work/{item.number}/"}
    by = ("user", item.owner_user_id) if item.owner_user_id else ("post", item.owner_post_id)
    return Reason("permits.work_behind_isolation", params, ("item", item.pk), by)


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


def ask_test(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if facts.sanction is not None:
        return [reason(facts.isolation, "permits.test_asked_already")]
    return why(facts, who, given)


def agree_test(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if facts.sanction is None:
        return [reason(facts.isolation, "permits.test_not_asked")]
    return []


def sanction(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """Every holder agrees and is off the box; every permit is stopped, and that is confirmed; work
    behind it has said so by waiting.

    The group lock may stay on, of who leads the test.
    """
    asked = facts.sanction
    if asked is None:
        return [reason(facts.isolation, "permits.test_not_asked")]
    holders = holders_since(facts)
    agreed = set(asked.agreements.values_list("person_id", flat=True))
    said = [
        Reason("permits.test_not_agreed", {}, ("user", person), ("user", person))
        for person in sorted(holders - agreed)
    ]
    said += box(facts, group=False)
    going = [each for each in facts.permits if each.state in UNDER_ISSUE]
    said += [permit_stands(each, facts.at) for each in going]
    return said + [work_behind(facts, each) for each in facts.under_way if each.status == "live"]


def holders_since(facts: Facts) -> set[int]:
    """Who had a lock on the box when the test was asked for, or has put one on since."""
    if facts.sanction is None:
        return set()
    own = facts.isolation.locks.filter(group=False)
    locks = own.exclude(off_at__lt=facts.sanction.asked_at)
    return set(locks.values_list("person_id", flat=True))


def lift(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    return box(facts, group=False)


def end_test(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if not facts.all_in_place:
        return [reason(facts.isolation, "permits.isolation_not_all_in_place")]
    return []


def carry_on(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    said = []
    if facts.isolation.kind == Kind.OWN:
        said.append(reason(facts.isolation, "permits.isolation_of_one"))
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
    Verb.TRY: try_out,
    Verb.LOCK_ON: lock_on,
    Verb.LOCK_OFF: lock_off,
    Verb.GROUP_ON: group_on,
    Verb.GROUP_OFF: group_off,
    Verb.ASK_TEST: ask_test,
    Verb.AGREE_TEST: agree_test,
    Verb.SANCTION: sanction,
    Verb.LIFT: lift,
    Verb.END_TEST: end_test,
    Verb.CARRY_ON: carry_on,
    Verb.CHECK: check,
    Verb.RELEASE: release,
    Verb.REMOVE: remove,
}
