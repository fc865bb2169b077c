"""Changing work that was chosen in a list or came back from a spreadsheet: one act an item.

An act may do several things to its item; each has the guards of its own, and all are done or none.
"""

from typing import Any

from work.exceptions import Reason, Refused
from work.models import WorkItem
from work.permissions import Action
from work.services._changing import assign_inner, edit_inner
from work.services._enter import check, enter
from work.services._facts import Facts
from work.services.acts import OpenAct, door
from work.services.items import plan_inner
from work.states import Status


def _change(
    act: OpenAct,
    *,
    item_id: int,
    owner_user_id: int | None = None,
    owner_post_id: int | None = None,
    seen: int | None = None,
    **fields: Any,
) -> WorkItem:
    """Give an item another owner, other plain fields, or both; what is not given stays."""
    owner = _owner(owner_user_id, owner_post_id)
    facts = enter(act, item_id, Action.EDIT if fields or not owner else Action.ASSIGN, seen)
    return _put(act, facts, owner, fields)


def _plan(
    act: OpenAct,
    *,
    item_id: int,
    owner_user_id: int | None = None,
    owner_post_id: int | None = None,
    seen: int | None = None,
    **fields: Any,
) -> WorkItem:
    """Take on what is requested; what is planned already is given the owner and the fields."""
    owner = _owner(owner_user_id, owner_post_id)
    facts = enter(act, item_id, Action.PLAN, seen)
    if facts.item.status == Status.REQUESTED:
        return plan_inner(act, facts, **owner, **fields)
    check(act, facts, Action.EDIT, None)
    if not (owner or fields):
        raise Refused(Reason("nothing_asked"))
    return _put(act, facts, owner, fields)


def _owner(user_id: int | None, post_id: int | None) -> dict[str, Any]:
    given = {"owner_user_id": user_id, "owner_post_id": post_id}
    return given if any(each is not None for each in given.values()) else {}


def _put(act: OpenAct, facts: Facts, owner: dict[str, Any], fields: dict[str, Any]) -> WorkItem:
    item = facts.item
    if fields or not owner:
        item = edit_inner(act, facts, **fields)
    if owner:
        check(act, facts, Action.ASSIGN, None)
        item = assign_inner(act, facts, **owner)
    return item


change = door(_change)
plan = door(_plan)

__all__ = ["change", "plan"]
