"""Carrying work out: start, wait, resume, stop, stage, confirm stopped, complete."""

from typing import Any

from work.exceptions import Reason, Refused
from work.models import WorkItem
from work.permissions import Action
from work.services import _moves, _order, _overlay
from work.services._enter import enter
from work.services._facts import Facts
from work.services.acts import OpenAct, door
from work.services.blockers import open_manual
from work.states import Status, Verb


def start_inner(act: OpenAct, facts: Facts, why: str = "") -> WorkItem:
    """Start an item that was entered in this act, through all its guards."""
    return _begin(act, facts, Verb.START, why)


def _begin(act: OpenAct, facts: Facts, verb: Verb, why: str) -> WorkItem:
    item = facts.item
    _moves.check(act, facts, verb, {"why": why.strip()})
    note = act.note(why, "start", item_id=item.pk) if why.strip() else None
    fields = ["waiting_since", "condition_left"]
    item.waiting_since, item.condition_left = None, None
    if verb == Verb.START:
        item.started_at = act.happened_at
        fields.append("started_at")
    return _moves.done(act, facts, verb, fields, note=note.pk if note else None)


def _start(act: OpenAct, *, item_id: int, seen: int | None = None, why: str = "") -> WorkItem:
    facts = enter(act, item_id, Action.START, seen)
    return _begin(act, facts, Verb.START, why)


def _resume(act: OpenAct, *, item_id: int, seen: int | None = None, why: str = "") -> WorkItem:
    facts = enter(act, item_id, Action.RESUME, seen)
    return _begin(act, facts, Verb.RESUME, why)


def _wait(
    act: OpenAct,
    *,
    item_id: int,
    condition: str,
    blocker_id: int | None = None,
    blocker: dict[str, Any] | None = None,
    seen: int | None = None,
) -> WorkItem:
    """Stop and wait: names an open blocker, or opens one from `blocker` (kind, what, clears …)."""
    facts = _moves.ready_to(act, item_id, Verb.WAIT, seen)
    named = _named_blocker(act, facts, blocker_id, blocker)
    return _to_waiting(act, facts, condition, named)


def _named_blocker(
    act: OpenAct, facts: Facts, blocker_id: int | None, blocker: dict[str, Any] | None
) -> int:
    if blocker_id is not None:
        if all(each.pk != blocker_id for each in facts.blockers):
            raise Refused(Reason("blocker_ended"))
        return blocker_id
    if not blocker:
        raise Refused(Reason("wait_needs_blocker"))
    return open_manual(act, facts, **blocker).pk


def _to_waiting(act: OpenAct, facts: Facts, condition: str, blocker_id: int) -> WorkItem:
    item = facts.item
    if not condition.strip():
        raise Refused(Reason("condition_needed"))
    item.condition_left = act.note(condition, "condition", item_id=item.pk)
    item.waiting_since = act.happened_at
    return _moves.done(
        act,
        facts,
        Verb.WAIT,
        ["condition_left", "waiting_since"],
        blocker=blocker_id,
        note=item.condition_left_id,
    )


def _confirm_stopped(
    act: OpenAct, *, item_id: int, condition: str, seen: int | None = None
) -> WorkItem:
    """Answer *stopped and safe?*: the item waits for the first of the blockers that asked it."""
    facts = enter(act, item_id, Action.CONFIRM_STOPPED, seen)
    _order.after_last_move(act, facts.item)
    asking = [each for each in facts.blockers if _overlay.asks(each)]
    if facts.item.status != Status.LIVE or facts.item.stop_asked_at is None or not asking:
        raise Refused(Reason("stop_not_asked"))
    asked = facts.item.stop_asked_at
    item = _to_waiting(act, facts, condition, asking[0].pk)
    act.record("stop_confirmed", item, item_id=item.pk, asked=asked.isoformat())
    return item


def _stop(act: OpenAct, *, item_id: int, condition: str, seen: int | None = None) -> WorkItem:
    """Stop and release: back to planned, with the condition left."""
    facts = _moves.ready_to(act, item_id, Verb.STOP, seen)
    if not condition.strip():
        raise Refused(Reason("condition_needed"))
    item = facts.item
    item.condition_left = act.note(condition, "condition", item_id=item.pk)
    item.started_at = item.waiting_since = None
    return _moves.done(
        act,
        facts,
        Verb.STOP,
        ["condition_left", "started_at", "waiting_since"],
        note=item.condition_left_id,
    )


def _stage(act: OpenAct, *, item_id: int, stage: str, seen: int | None = None) -> WorkItem:
    """Move to another stage inside the status. Across statuses it is the verb, not this."""
    facts = enter(act, item_id, Action.STAGE, seen)
    item = facts.item
    wanted = facts.definition.stage(stage)
    if wanted is None:
        raise Refused(Reason("stage_unknown", {"stage": stage}))
    if wanted.status != item.status:
        raise Refused(Reason("stage_of_other_status", {"stage": stage, "status": wanted.status}))
    before, item.stage = item.stage, stage
    _moves.changed(act, facts, ["stage"], ["stage"])
    act.record("stage", item, item_id=item.pk, **{"from": before, "to": stage})
    return item


def _complete(act: OpenAct, *, item_id: int, seen: int | None = None) -> WorkItem:
    """The work is physically complete. An open blocker does not refuse: the truth may be told."""
    facts = _moves.ready_to(act, item_id, Verb.COMPLETE, seen)
    item = facts.item
    item.done_at, item.completed_by = act.happened_at, act.actor
    return _moves.done(
        act,
        facts,
        Verb.COMPLETE,
        ["done_at", "completed_by"],
        blockers=[each.pk for each in facts.blockers],
    )


start = door(_start)
resume = door(_resume)
wait = door(_wait)
confirm_stopped = door(_confirm_stopped)
stop = door(_stop)
stage = door(_stage)
complete = door(_complete)

__all__ = ["complete", "confirm_stopped", "resume", "stage", "start", "stop", "wait"]
