"""What every verb does when nothing refuses it: status, version, overlay, event, listeners."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from work.exceptions import Refused
from work.models import WorkItem
from work.permissions import Action
from work.ports import ItemChange, source_listeners
from work.prepared import write_each
from work.services import _asking, _derive, _order, _overlay
from work.services._contexts import contexts
from work.services._enter import enter
from work.services._facts import Facts, proof
from work.services.acts import OpenAct
from work.services.guards import refusals
from work.states import CONTROLLED, MOVES, Gate, Verb

# Verbs whose refusal looks at checklist, criteria, evidence or other items.
_NEEDS_PROOF = frozenset({Verb.PLAN, Verb.COMPLETE, Verb.ACCEPT})
_GATES = {
    Verb.START: Gate.START,
    Verb.RESUME: Gate.START,
    Verb.COMPLETE: Gate.COMPLETE,
    Verb.ACCEPT: Gate.CLOSE,
}
# Verbs after which nobody is at work on it: to begin, or to go on, everything is asked in full.
_PAUSES = frozenset({Verb.WAIT, Verb.STOP, Verb.GIVE_BACK})
_BEGINS = frozenset({Verb.START, Verb.RESUME})
_FITNESS = "work.fitness"


def ready_to(
    act: OpenAct,
    item_id: int,
    verb: Verb,
    seen: int | None,
    given: Mapping[str, Any] | None = None,
) -> Facts:
    """Enter the item for a verb, ask what its gate asks, and refuse with all reasons at once."""
    facts = enter(act, item_id, Action(str(verb)), seen)
    return check(act, facts, verb, given)


def check(act: OpenAct, facts: Facts, verb: Verb, given: Mapping[str, Any] | None = None) -> Facts:
    """The guards of a verb on facts that were entered in this act. At a gate they are asked now.

    Nothing more is asked of a move that is said to have happened before the one that it follows.
    """
    if facts.item.status in MOVES[verb].sources:
        _order.after_last_move(act, facts.item)
    if facts.item.status in MOVES[verb].sources and verb in _GATES:
        item_id, gate = facts.item.pk, str(_GATES[verb])
        act.after_refusal = lambda again: _asking.keep_heard(again, item_id, gate)
        _asking.before_a_move(act, facts)
    if verb in _NEEDS_PROOF:
        proof(facts)
    reasons = refusals(facts, verb, act.at, who=act.scope, given=given)
    if reasons:
        raise Refused(reasons)
    return facts


def done(
    act: OpenAct,
    facts: Facts,
    verb: Verb,
    fields: Iterable[str] = (),
    what: Iterable[str] = (),
    **data: Any,
) -> WorkItem:
    """Carry the move out: the one place that writes a status, and since when."""
    item = facts.item
    before = item.status
    gate = _GATES.get(verb)
    if gate:
        data |= _asking.not_enforced(act, facts, gate)
    if verb in _BEGINS:
        _passes(facts, act.at)
    item.status, item.status_since = MOVES[verb].to, act.happened_at
    if before not in CONTROLLED and item.status in CONTROLLED:
        _derive.forget(facts)
    item.stage = facts.definition.first_stage(item.status)
    if gate:
        act.record(
            "gate",
            item,
            item_id=item.pk,
            gate=str(gate),
            verb=str(verb),
            verdicts=_asking.verdicts(facts, gate, act.at),
        )
    _ask_again(act, facts, verb)
    changed(act, facts, ["status", "status_since", "stage", *fields], ["status", *what], before)
    act.record(str(verb), item, item_id=item.pk, **{"from": before, "to": item.status, **data})
    return item


def _passes(facts: Facts, at: datetime) -> None:
    """Remember of what is checked once at the start that it passed, met or waived."""
    once = [row for row in facts.prerequisites if row.one_time and row.gate == Gate.START]
    for row in once:
        row.passed_at = at if _overlay.holds_until(row, at, facts.item.status) else None
    write_each(once, ["passed_at"])


def _ask_again(act: OpenAct, facts: Facts, verb: Verb) -> None:
    """Ask in the new status what was answered for the one before, ahead of the overlay.

    Work that pauses may have a check that was made once and has failed since, and people who are
    not fit for the rest of their shift. Whoever has begun is fit for as long as he is, and not only
    until a shift begins that goes on after it.
    """
    facts.context = replace(facts.context, status=facts.item.status)
    item_id = facts.item.pk
    if verb in _PAUSES:
        _asking.ask(act, {item_id: facts}, new=_derive.derive(act, {item_id: facts}))
    elif verb in _BEGINS and any(
        row.supplier == _FITNESS and row.valid_until is not None for row in facts.prerequisites
    ):
        _asking.ask(act, {item_id: facts}, keys={_FITNESS})


def changed(
    act: OpenAct,
    facts: Facts,
    fields: Iterable[str],
    what: Iterable[str],
    before: str | None = None,
) -> None:
    """Save changed fields of the item with a new version, the overlay, and tell the listeners."""
    item = facts.item
    item.version += 1
    _overlay.refresh(act, facts, [*fields, "version"])
    asked = frozenset(row.supplier for row in facts.prerequisites)
    statuses = before or item.status, item.status
    act.changes.append(ItemChange(item.pk, frozenset(what), *statuses, asked, facts.context))


def derive_after(act: OpenAct, facts: Facts) -> None:
    """After a move into planned: derive what it needs now, ask, and refresh."""
    facts.context = contexts([facts.item])[facts.item.pk]
    _asking.bring_up_to_date(act, {facts.item.pk: facts})


def tell_sources(act: OpenAct, facts: Facts, what: str) -> None:
    """Tell the records that caused this item that it was accepted, reopened or cancelled."""
    for cause in facts.item.causes.all():
        listener = source_listeners.get(cause.source_key)
        if listener is not None:
            listener.outcome(cause.source_id, facts.item.pk, what, act)
