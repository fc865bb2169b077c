"""The way into an item for every inner function: found, controlled, seen, allowed, not stale.

What the minute task has not come to yet is settled on the way: it began before the act did.
"""

from work.exceptions import Forbidden, Stale, Unknown
from work.models import WorkItem
from work.permissions import Action, can, sees
from work.services import _asking, _locks
from work.services._facts import Facts, load
from work.services.acts import OpenAct

_ASK_THE_OWNER = frozenset({Action.START, Action.RESUME})


def enter(act: OpenAct, item_id: int, action: Action, seen: int | None) -> Facts:
    """Take the site's control and the item, and check in this order: known, allowed, not stale.

    Raises Unknown (404), Forbidden (403) or Stale (409).
    """
    if act.control_of(item_id) is None:
        raise Unknown
    facts = load(_locks.items([item_id], owner=action in _ASK_THE_OWNER))[item_id]
    check(act, facts, action, seen)
    if facts.foreseen(act.at):
        _asking.bring_up_to_date(act, {item_id: facts})
    return facts


def check(act: OpenAct, facts: Facts, action: Action, seen: int | None) -> None:
    """Known, allowed, not stale; names the item as what a refusal is about."""
    item = facts.item
    if not sees(act.scope, item):
        raise Unknown
    act.about(item, item_id=item.pk)
    allowed = can(act.scope, action, item, executors=facts.context.executor_ids)
    if action != Action.SEE and not allowed:
        raise Forbidden(allowed.reason)
    not_stale(item, seen)


def not_stale(item: WorkItem, seen: int | None) -> None:
    """The last of the three, after whatever else decides who may."""
    if seen is not None and seen != item.version:
        raise Stale(seen, item.version)
