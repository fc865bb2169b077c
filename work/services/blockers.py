"""Blockers raised by people. Derived ones are opened and ended by `_overlay` alone."""

from datetime import datetime

from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.models import Blocker, BlockerPromise
from work.permissions import Action, can
from work.prepared import by_key
from work.services import _order, _overlay
from work.services._enter import enter, not_stale
from work.services._facts import Facts
from work.services._names import check_clears
from work.services.acts import OpenAct, door
from work.states import OPEN, BlockerKind


def open_manual(
    act: OpenAct,
    facts: Facts,
    *,
    kind: str,
    what: str,
    clears: str = "",
    expected: datetime | None = None,
    reference: str = "",
    part: str = "",
    quantity: str = "",
) -> Blocker:
    """Open a manual blocker inside an act. `clears`: "user:5", "post:2", "team:3" or "role:hse"."""
    item = facts.item
    if not what.strip():
        raise Refused(Reason("blocker_needs_what"))
    if kind not in BlockerKind.values:
        raise Refused(Reason("blocker_kind_unknown", {"kind": kind}))
    check_clears(item, clears)
    blocker = Blocker.objects.create(
        site_id=item.site_id,
        item=item,
        kind=kind,
        what={"code": "typed", "params": {"text": what.strip()}},
        clears=clears,
        since=act.happened_at,
        raised_by=act.actor,
        recorded_at=act.at,
        expected=expected,
        reference=reference,
        part=part,
        quantity=quantity,
    )
    if expected is not None:
        BlockerPromise.objects.create(
            blocker=blocker, expected=expected, said_by=act.actor, said_at=act.at
        )
    facts.blockers.append(blocker)
    act.record("blocked", item, item_id=item.pk, blocker=blocker.pk, kind=kind)
    return blocker


def _raise(
    act: OpenAct,
    *,
    item_id: int,
    kind: str,
    what: str,
    clears: str = "",
    expected: datetime | None = None,
    reference: str = "",
    part: str = "",
    quantity: str = "",
    seen: int | None = None,
) -> Blocker:
    facts = enter(act, item_id, Action.RAISE_BLOCKER, seen)
    if facts.item.status not in OPEN:
        raise Refused(Reason("not_from", {"status": facts.item.status, "verb": "raise_blocker"}))
    _order.after_last_move(act, facts.item)
    blocker = open_manual(
        act,
        facts,
        kind=kind,
        what=what,
        clears=clears,
        expected=expected,
        reference=reference,
        part=part,
        quantity=quantity,
    )
    _overlay.refresh(act, facts)
    return blocker


def _clear(act: OpenAct, *, blocker_id: int, word: str, seen: int | None = None) -> Blocker:
    blocker, facts = _own(act, blocker_id, seen)
    if blocker.prerequisite_id is not None:
        raise Refused(Reason("blocker_is_derived"))
    if blocker.ended_at is not None:
        raise Refused(Reason("blocker_ended"))
    if blocker.called and facts.item.stop_asked_at is not None:
        by = next(iter(facts.context.executor_ids), None)
        raise Refused(Reason("stopped_first", clears=("user", by) if by else None))
    if not word.strip():
        raise Refused(Reason("reason_needed"))
    _order.after_raised(act, blocker)
    note = act.note(word, "blocker", item_id=facts.item.pk)
    blocker.ended_at = max(act.happened_at, blocker.since)
    blocker.ended_by, blocker.end_cause, blocker.end_note = act.actor, "cleared", note
    blocker.save(update_fields=["ended_at", "ended_by", "end_cause", "end_note"])
    facts.blockers = [each for each in facts.blockers if each.pk != blocker.pk]
    act.record(
        "unblocked",
        facts.item,
        item_id=facts.item.pk,
        blocker=blocker.pk,
        cause="cleared",
        note=note.pk if note else None,
    )
    _overlay.refresh(act, facts)
    return blocker


def _promise(
    act: OpenAct, *, blocker_id: int, expected: datetime, seen: int | None = None
) -> Blocker:
    """Say when a blocker will be cleared; the earlier promises are kept."""
    blocker, facts = _own(act, blocker_id, seen)
    if blocker.ended_at is not None:
        raise Refused(Reason("blocker_ended"))
    blocker.expected = expected
    blocker.save(update_fields=["expected"])
    BlockerPromise.objects.create(
        blocker=blocker, expected=expected, said_by=act.actor, said_at=act.at
    )
    act.record(
        "promised",
        facts.item,
        item_id=facts.item.pk,
        blocker=blocker.pk,
        expected=expected.isoformat(),
    )
    return blocker


def _own(act: OpenAct, blocker_id: int, seen: int | None) -> tuple[Blocker, Facts]:
    """The blocker and its item, for who may clear it."""
    blocker = by_key(Blocker, blocker_id)
    if blocker is None:
        raise Unknown
    facts = enter(act, blocker.item_id, Action.SEE, None)
    blocker.refresh_from_db()
    allowed = can(
        act.scope,
        Action.CLEAR_BLOCKER,
        facts.item,
        clears=blocker.clears,
        raised_by=blocker.raised_by_id,
        called=blocker.called,
    )
    if not allowed:
        raise Forbidden(allowed.reason)
    not_stale(facts.item, seen)
    return blocker, facts


raise_ = door(_raise)
clear = door(_clear)
promise = door(_promise)

__all__ = ["clear", "promise", "raise_"]
