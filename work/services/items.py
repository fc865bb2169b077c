"""Requesting, planning and changing work items; executing and accepting have rooms of their own."""

from collections.abc import Iterable, Mapping
from typing import Any

from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.models import Post, WorkItem
from work.permissions import Action, can, sees
from work.prepared import by_key
from work.services import _derive, _locks, _mentions, _moves, _overlay
from work.services._changing import assign_inner, edit_inner
from work.services._contexts import contexts
from work.services._enter import check as check_entered
from work.services._enter import enter
from work.services._facts import Facts, load
from work.services._item_fields import (
    change_type,
    set_assets,
    set_executors,
    set_fields,
    set_places,
    set_values,
)
from work.services._merging import refuse_merge_ring, take_over
from work.services._owners import check_owner
from work.services._proof_rows import instantiate
from work.services._requesting import allowed_at, next_number, request_inner
from work.services.acceptance import end_holds_of_cancelled
from work.services.acts import OpenAct, door
from work.services.execution import start_inner
from work.states import ENDED, Role, Status, Verb


def _request(act: OpenAct, *, site_id: int, place_id: int, **given: Any) -> WorkItem:
    """Ask for work: what and where. Everyone who may see the place, but viewers and auditors."""
    _by_a_person(given)
    _locks.control(site_id)
    allowed_at(act, site_id, place_id, Action.REQUEST)
    return request_inner(act, site_id=site_id, place_id=place_id, **given)


def _by_a_person(given: Mapping[str, Any]) -> None:
    """What raised an item is said by the act that raises it, never by who fills in a form."""
    unknown = {"source_kind", "source_item_id", "caused_by"} & set(given)
    if unknown:
        raise TypeError(f"not a field to ask with: {sorted(unknown)}")


def _plan(
    act: OpenAct,
    *,
    item_id: int,
    owner_user_id: int | None = None,
    owner_post_id: int | None = None,
    executor_ids: Iterable[int] | None = None,
    type_id: int | None = None,
    values: Mapping[str, Any] | None = None,
    asset_ids: Iterable[int] | None = None,
    place_ids: Iterable[int] | None = None,
    seen: int | None = None,
    **fields: Any,
) -> WorkItem:
    """Take a request on: type, place, owner, a scope that says what and why, and a criterion."""
    facts = enter(act, item_id, Action.PLAN, seen)
    return plan_inner(
        act,
        facts,
        owner_user_id=owner_user_id,
        owner_post_id=owner_post_id,
        executor_ids=executor_ids,
        type_id=type_id,
        values=values,
        asset_ids=asset_ids,
        place_ids=place_ids,
        **fields,
    )


def plan_inner(
    act: OpenAct,
    facts: Facts,
    *,
    owner_user_id: int | None = None,
    owner_post_id: int | None = None,
    executor_ids: Iterable[int] | None = None,
    type_id: int | None = None,
    values: Mapping[str, Any] | None = None,
    asset_ids: Iterable[int] | None = None,
    place_ids: Iterable[int] | None = None,
    **fields: Any,
) -> WorkItem:
    """Plan an item that was entered in this act."""
    item = facts.item
    if item.status != Status.REQUESTED:
        raise Refused(Reason("not_from", {"status": item.status, "verb": "plan"}))
    if owner_user_id is not None or owner_post_id is not None:
        item.owner_user_id, item.owner_post_id = owner_user_id, owner_post_id
    if item.owner_user_id is not None or item.owner_post_id is not None:
        # Who was named earlier may have left since.
        check_owner(item.site_id, item.owner_user_id, item.owner_post_id, act.at)
    left = {}
    if type_id is not None and type_id != item.type_id:
        left["old_type"] = change_type(act, item, type_id)
        _derive.withdraw_at_lines(act, facts, left["old_type"]["lines"])
    names = set_fields(act, facts, fields)
    what = [*names]
    if set_values(facts, values):
        what.append("values")
    if set_assets(act, item, asset_ids):
        what.append("assets")
    if set_places(act, item, place_ids):
        what.append("places")
    set_executors(act, item, executor_ids)
    _moves.check(act, facts, Verb.PLAN)
    item.planned_at = act.happened_at
    # Whoever plans it has answered what an import left open.
    item.incomplete = []
    instantiate(act, facts)
    facts.context = contexts([item])[item.pk]
    _moves.done(
        act,
        facts,
        Verb.PLAN,
        [
            "owner_user",
            "owner_post",
            "type",
            "type_version",
            "values",
            "planned_at",
            "incomplete",
            *names,
        ],
        ["owner", "type", "executors", *what],
        owner_user=item.owner_user_id,
        owner_post=item.owner_post_id,
        **left,
    )
    _moves.derive_after(act, facts)
    return item


def _edit(
    act: OpenAct,
    *,
    item_id: int,
    values: Mapping[str, Any] | None = None,
    asset_ids: Iterable[int] | None = None,
    place_ids: Iterable[int] | None = None,
    seen: int | None = None,
    **fields: Any,
) -> WorkItem:
    """Change plain fields, custom values, things and places affected of an open item."""
    facts = enter(act, item_id, Action.EDIT, seen)
    return edit_inner(act, facts, values=values, asset_ids=asset_ids, place_ids=place_ids, **fields)


def _assign(
    act: OpenAct,
    *,
    item_id: int,
    owner_user_id: int | None = None,
    owner_post_id: int | None = None,
    executor_ids: Iterable[int] | None = None,
    seen: int | None = None,
) -> WorkItem:
    """Name the owner, the executors, or both; what is not given stays."""
    facts = enter(act, item_id, Action.ASSIGN, seen)
    return assign_inner(
        act,
        facts,
        owner_user_id=owner_user_id,
        owner_post_id=owner_post_id,
        executor_ids=executor_ids,
    )


def _return(act: OpenAct, *, item_id: int, reason: str, seen: int | None = None) -> WorkItem:
    """Back to requested: its derived requirements are withdrawn."""
    facts = _moves.ready_to(act, item_id, Verb.RETURN, seen)
    if not reason.strip():
        raise Refused(Reason("reason_needed"))
    note = act.note(reason, "return", item_id=item_id)
    _derive.withdraw_all(act, facts, keep_by_hand=True)
    _derive.forget_refusals(facts)
    facts.item.planned_at = None
    return _moves.done(act, facts, Verb.RETURN, ["planned_at"], note=note.pk if note else None)


def _cancel(
    act: OpenAct,
    *,
    item_id: int,
    reason: str,
    survivor_id: int | None = None,
    seen: int | None = None,
) -> WorkItem:
    """Will not be done. Ends its blockers and holds; with a survivor it is merged into that."""
    facts = _moves.ready_to(act, item_id, Verb.CANCEL, seen)
    item = facts.item
    if not reason.strip():
        raise Refused(Reason("reason_needed"))
    survivor = _survivor(act, item, survivor_id) if survivor_id is not None else None
    item.survivor = survivor
    note = act.note(reason, "cancel", item_id=item.pk)
    _overlay.end_all(act, facts, "cancelled")
    item.cancelled_at = act.happened_at
    _moves.done(
        act,
        facts,
        Verb.CANCEL,
        ["cancelled_at", "survivor"],
        survivor=survivor_id,
        note=note.pk if note else None,
    )
    end_holds_of_cancelled(act, facts)
    if survivor is not None:
        take_over(act, item, survivor)
    _moves.tell_sources(act, facts, "cancelled")
    return item


def _survivor(act: OpenAct, item: WorkItem, survivor_id: int) -> WorkItem:
    other = by_key(WorkItem, survivor_id, "place")
    if other is None or other.site_id != item.site_id or not sees(act.scope, other):
        raise Refused(Reason("survivor_unknown"))
    if other.pk == item.pk or other.status in ENDED:
        raise Refused(Reason("survivor_unknown"))
    refuse_merge_ring(item, other)
    return other


def _on_it_now(
    act: OpenAct,
    *,
    site_id: int,
    place_id: int,
    type_id: int | None,
    what: str,
    why: str,
    owner_user_id: int | None = None,
    owner_post_id: int | None = None,
    executor_ids: Iterable[int] | None = None,
    start_why: str = "",
    **given: Any,
) -> WorkItem:
    """Request, plan and start through the same guards in one act.

    Operators and technicians may, for types that allow it: themselves as executor, the place's
    post as owner.
    """
    _by_a_person(given)
    _locks.control(site_id)
    allowed_at(act, site_id, place_id, Action.SEE)
    item = request_inner(
        act, site_id=site_id, place_id=place_id, type_id=type_id, what=what, why=why, **given
    )
    facts = load(_locks.items([item.pk], owner=True))[item.pk]
    allowed = can(act.scope, Action.ON_IT_NOW, facts.item)
    if not allowed:
        raise Forbidden(allowed.reason)
    may_plan = bool(can(act.scope, Action.PLAN, facts.item))
    if not may_plan:
        executor_ids, owner_user_id = [act.person.pk], None
        owner_post_id = _place_post(facts.item)
    elif owner_user_id is None and owner_post_id is None:
        owner_post_id = _place_post(facts.item)
    if executor_ids is None:
        executor_ids = [act.person.pk]
    plan_inner(
        act,
        facts,
        owner_user_id=owner_user_id,
        owner_post_id=owner_post_id,
        executor_ids=executor_ids,
    )
    # What refuses the start rolls the item back with it; the refusal is about the place.
    allowed = can(act.scope, Action.START, facts.item, executors=facts.context.executor_ids)
    if not allowed:
        raise Forbidden(allowed.reason)
    return start_inner(act, facts, start_why)


def _place_post(item: WorkItem) -> int | None:
    """The post that owns work at a place: of a lead or area owner, nearest above."""
    posts = Post.objects.filter(
        site_id=item.site_id,
        is_active=True,
        role__in=[Role.SHIFT_LEAD, Role.AREA_OWNER, Role.SUPERVISOR],
    ).select_related("place")
    covering = [post for post in posts if item.place.path.startswith(post.place.path)]
    order = {Role.SHIFT_LEAD: 0, Role.AREA_OWNER: 1, Role.SUPERVISOR: 2}
    covering.sort(key=lambda post: (-len(post.place.path), order[Role(post.role)], post.pk))
    return covering[0].pk if covering else None


def _comment(act: OpenAct, *, item_id: int, text: str, seen: int | None = None) -> WorkItem:
    """Say something on an item. Takes the item's row alone and does not bump its version.

    Who is named in it, as @ and the name, is told; see `_mentions`.
    """
    found = WorkItem.objects.filter(pk=item_id).exists()
    if not found:
        raise Unknown
    facts = load(_locks.items([item_id]))[item_id]
    check_entered(act, facts, Action.COMMENT, seen)
    if not text.strip():
        raise Refused(Reason("text_needed"))
    mentioned = _mentions.named(text, facts.item, act.scope)
    note = act.note(text, "comment", item_id=item_id, mentions=mentioned)
    act.record("comment", facts.item, item_id=item_id, note=note.pk if note else None)
    _mentions.tell(act, facts.item, mentioned)
    return facts.item


request = door(_request)
plan = door(_plan)
edit = door(_edit)
assign = door(_assign)
return_ = door(_return)
cancel = door(_cancel)
on_it_now = door(_on_it_now)
comment = door(_comment)

__all__ = [
    "assign",
    "cancel",
    "comment",
    "edit",
    "next_number",
    "on_it_now",
    "plan",
    "request",
    "return_",
]
