"""Who relies on an isolation, as reasons: locks on its box, permits, and work behind it."""

from collections.abc import Mapping
from typing import Any

from permits.services._here import learn
from permits.services._isolated import reason
from permits.services._isolation_facts import Facts
from permits.services._says import stands as permit_stands
from work.exceptions import Reason
from work.permissions import Scope

Given = Mapping[str, Any]


def why(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if given is not None and not str(given.get("why") or "").strip():
        return [Reason("reason_needed")]
    return []


def box(facts: Facts, *, group: bool = True) -> list[Reason]:
    """The box is empty: a reason for each lock that is on it. group: the group lock counts too."""
    return [on_it(facts, each) for each in facts.locks if group or not each.group]


def on_it(facts: Facts, lock: Any) -> Reason:
    """A lock on the box, with whose it is."""
    params = {"isolation": facts.isolation.number}
    if lock.person_id is None or lock.person.username is None:
        return reason(facts.isolation, "permits.box_not_empty")
    by = ("user", lock.person_id)
    return Reason("permits.box_not_empty", params, by, by)


def relied_on(facts: Facts) -> list[Reason]:
    """Nothing comes off while somebody relies on it."""
    said = box(facts)
    learn(facts.permits)
    said += [permit_stands(each, facts.at) for each in facts.permits if each.ended_at is None]
    return said + [work_behind(facts, each) for each in facts.under_way]


def work_behind(facts: Facts, item: Any) -> Reason:
    """Work that relies on it, with a link to it, and who leads it."""
    params = {"number": item.number, "url": f"/s/{facts.isolation.site.slug}/work/{item.number}/"}
    by = ("user", item.owner_user_id) if item.owner_user_id else ("post", item.owner_post_id)
    return Reason("permits.work_behind_isolation", params, ("item", item.pk), by)
