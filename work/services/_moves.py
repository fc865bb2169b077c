"""What every verb does when nothing refuses it: status, version, overlay, event, listeners."""

from collections.abc import Iterable, Mapping
from typing import Any

from work.exceptions import Refused
from work.models import WorkItem
from work.permissions import Action
from work.ports import ItemChange, source_listeners
from work.services import _asking, _overlay
from work.services._enter import enter
from work.services._facts import Facts, contexts, proof
from work.services.acts import OpenAct
from work.services.guards import refusals
from work.states import MOVES, Gate, Verb

# Verbs whose refusal looks at checklist, criteria, evidence or other items.
_NEEDS_PROOF = frozenset({Verb.PLAN, Verb.COMPLETE, Verb.ACCEPT})
_GATES = {
    Verb.START: {Gate.START},
    Verb.RESUME: {Gate.START},
    Verb.COMPLETE: {Gate.COMPLETE},
    Verb.ACCEPT: {Gate.CLOSE},
}


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
    """The guards of a verb on facts that were entered in this act. At a gate they are asked now."""
    if facts.item.status in MOVES[verb].sources and verb in _GATES:
        item_id = facts.item.pk
        act.after_refusal = lambda again: _asking.keep_heard(again, item_id)
        _asking.bring_up_to_date(act, {facts.item.pk: facts})
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
    """Carry the move out: the one place that writes a status."""
    item = facts.item
    before = item.status
    item.status = MOVES[verb].to
    item.stage = facts.definition.first_stage(item.status)
    gates = _GATES.get(verb)
    if gates:
        act.record(
            "gate",
            item,
            item_id=item.pk,
            gate=sorted(str(gate) for gate in gates)[0],
            verb=str(verb),
            verdicts=_asking.verdicts(facts, gates, act.at),
        )
    changed(act, facts, ["status", "stage", *fields], ["status", *what], before)
    act.record(str(verb), item, item_id=item.pk, **{"from": before, "to": item.status, **data})
    return item


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
    act.changes.append(ItemChange(item.pk, frozenset(what), before or item.status, item.status))


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
