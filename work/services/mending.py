"""Filling in what imported work arrived without: many items with one answer, an act for each."""

from typing import Any

from work.exceptions import Reason, Refused
from work.models import WorkItem
from work.permissions import Action
from work.services._changing import assign_inner, edit_inner
from work.services._enter import enter
from work.services._facts import Facts
from work.services.acts import OpenAct, door
from work.services.items import plan_inner
from work.states import Status


def _mend(
    act: OpenAct,
    *,
    item_id: int,
    owner_user_id: int | None = None,
    owner_post_id: int | None = None,
    place_id: int | None = None,
    why: str = "",
    plan: bool = False,
    seen: int | None = None,
) -> WorkItem:
    """Give an item what it lacks of these, and plan it where that is asked.

    Nothing that it has is replaced. Refused where it arrived complete, or lacks none of these.
    """
    facts = enter(act, item_id, Action.PLAN if plan else Action.EDIT, seen)
    if facts.item.status != Status.REQUESTED or not facts.item.incomplete:
        raise Refused(Reason("mend_complete"))
    fields: dict[str, Any] = {}
    if why.strip() and not facts.item.why.strip():
        fields["why"] = why
    stands = place_id is not None and "place" in facts.item.incomplete
    if stands:
        fields["place_id"] = place_id
    owner: dict[str, Any] = {}
    if facts.item.owner_user_id is None and facts.item.owner_post_id is None:
        owner = {"owner_user_id": owner_user_id, "owner_post_id": owner_post_id}
    if plan:
        return plan_inner(act, facts, **owner, **fields)
    if not fields and not any(owner.values()):
        raise Refused(Reason("mend_nothing"))
    return _fill(act, facts, fields, owner if any(owner.values()) else {}, stands)


def _fill(
    act: OpenAct,
    facts: Facts,
    fields: dict[str, Any],
    owner: dict[str, Any],
    stands: bool,
) -> WorkItem:
    item = facts.item
    if fields:
        item = edit_inner(act, facts, **fields)
    if owner:
        item = assign_inner(act, facts, **owner)
    if stands and "place" in item.incomplete:
        # Somebody looked, and it stands where it was taken to stand.
        item.incomplete = [cause for cause in item.incomplete if cause != "place"]
        item.save(update_fields=["incomplete"])
        act.record("edit", item, item_id=item.pk, fields=["place"])
    return item


mend = door(_mend)

__all__ = ["mend"]
