"""Asking the suppliers: what they say is kept for reading and asked again for deciding.

`recheck` is what a supporting application calls in its own act when the answer of one of its
records may have changed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import repeat

from work import ports
from work.exceptions import Reason
from work.models import (
    Prerequisite,
    WorkItem,
)
from work.ports import Answer, ItemContext, Source
from work.prepared import add, write_each
from work.services import _locks, _overlay
from work.services._derive import derive, set_due
from work.services._facts import Facts, load
from work.services._guarded import guarded_each, one_each
from work.services._wanted import UNHEARD
from work.services.acts import OpenAct
from work.states import CONTROLLED, OPEN, AnswerState, Gate, Mode, Role, Status

# What an answer changes of its row.
_HEARD = (
    "answer",
    "reason",
    "clears",
    "url",
    "valid_until",
    "answered_at",
    "passed_at",
    "source_id",
)
# After what time a supplier that failed is asked again by itself.
_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Changed:
    """What a recheck did: the items whose answers were asked, and those whose overlay changed."""

    items: tuple[int, ...] = ()
    overlay: tuple[int, ...] = ()


def asked_now(
    facts: dict[int, Facts], at: datetime, keys: Collection[str] | None = None
) -> list[tuple[Prerequisite, ItemContext, Answer]]:
    """What the suppliers (all, or those in `keys`) say now of the items' rows; nothing is kept.

    One call a supplier. A one-time check that passed at the start is not asked again under way.
    """
    by_supplier: dict[str, list[tuple[Prerequisite, ItemContext]]] = defaultdict(list)
    for each in facts.values():
        for row in each.prerequisites:
            if _overlay.passed_once(row, each.item.status):
                continue
            # What was derived just now has no answer yet, whoever gives it.
            if keys is None or row.supplier in keys or row.answered_at is None:
                by_supplier[row.supplier].append((row, each.context))
    said = guarded_each(
        {key: partial(_answers, key, rows, at) for key, rows in by_supplier.items()}
    )
    return [
        (row, context, answer)
        for key, rows in by_supplier.items()
        for (row, context), answer in zip(
            rows, said[key] or repeat(_failed(key, at), len(rows)), strict=True
        )
    ]


def ask(
    act: OpenAct,
    facts: dict[int, Facts],
    keys: Collection[str] | None = None,
    new: Sequence[Prerequisite] = (),
) -> None:
    """Ask the suppliers about the items' rows and keep what they say.

    new: rows among them that were derived just now, and are kept with it.
    """
    stood = [row for row in heard(facts, act.at, keys) if row.pk]
    add(new)
    write_each(stood, _HEARD)


def heard(
    facts: dict[int, Facts], at: datetime, keys: Collection[str] | None = None
) -> list[Prerequisite]:
    """Ask, and put what is said on the rows in memory: those that changed, which nobody saved."""
    return [row for row, _context, answer in asked_now(facts, at, keys) if _hear(row, answer, at)]


def _answers(
    key: str, rows: Sequence[tuple[Prerequisite, ItemContext]], at: datetime
) -> list[Answer]:
    if key == UNHEARD:
        return [_failed(row.params["supplier"], at) for row, _context in rows]
    supplier = ports.suppliers.get(key)
    if supplier is None:
        return [Answer.unknown(Reason("supplier_missing", {"supplier": key})) for _ in rows]
    pairs = [
        (Source.of(key, row.source_id, {**row.params, "prerequisite": row.pk}), context)
        for row, context in rows
    ]
    return list(one_each(supplier.answers(pairs, at), pairs))


def _failed(key: str, at: datetime) -> Answer:
    reason = Reason("supplier_failed", {"supplier": key}, clears=("role", Role.SITE_ADMIN))
    return Answer.unknown(reason, valid_until=at + _AGAIN)


def _clears(answer: Answer) -> str:
    pair = answer.clears or (answer.reason.clears if answer.reason else None)
    return f"{pair[0]}:{pair[1]}" if pair else ""


def _hear(row: Prerequisite, answer: Answer, at: datetime) -> bool:
    """Put an answer on its row; whether anything changed beside the time of asking."""
    heard = {
        "answer": str(answer.state),
        "reason": answer.reason.as_json() if answer.reason else {},
        "clears": _clears(answer),
        "url": answer.url,
        "valid_until": answer.valid_until,
        "source_id": answer.source_id if answer.source_id is not None else row.source_id,
    }
    first = row.answered_at is None
    changed_state = heard["answer"] != row.answer
    changed = first or any(getattr(row, name) != value for name, value in heard.items())
    if not changed:
        return False
    lapsed = row.answer == AnswerState.MET and row.valid_until and row.valid_until <= at
    for name, value in heard.items():
        setattr(row, name, value)
    if first or changed_state or lapsed:
        row.answered_at = at
    return True


def bring_up_to_date(
    act: OpenAct, facts: dict[int, Facts], keys: Collection[str] | None = None
) -> tuple[int, ...]:
    """Settle what lapsed by the clock, derive, ask again and refresh: the ids that changed.

    The lapse comes first, so that an interval in which a requirement was not met leaves its
    blocker also when the next answer is *met* again.
    """
    _settle_and_ask(act, facts, keys)
    return _overlay.refresh_all(act, list(facts.values()))


def before_a_move(act: OpenAct, facts: Facts) -> None:
    """The same for one item that a move saves in this act, or a refusal leaves as it was."""
    _settle_and_ask(act, {facts.item.pk: facts})
    _overlay.recompute(act, facts)


def _settle_and_ask(
    act: OpenAct, facts: dict[int, Facts], keys: Collection[str] | None = None
) -> None:
    _overlay.settle(act, facts.values())
    ask(act, facts, keys, derive(act, facts))


def recheck(
    *,
    act: OpenAct,
    key: str,
    source_ids: Iterable[int] = (),
    item_ids: Iterable[int] | None = None,
) -> Changed:
    """Ask a supplier again about its records `source_ids`, and derive anew for `item_ids`.

    Called by a supporting application inside its own act, which took the control of the site.
    Closed and cancelled items keep what they ended with.
    """
    rows = Prerequisite.objects.filter(
        supplier=key, source_id__in=list(source_ids), withdrawn_at=None
    )
    wanted = set(rows.values_list("item_id", flat=True)) | set(item_ids or ())
    wanted = set(
        WorkItem.objects.filter(pk__in=wanted, status__in=sorted(OPEN)).values_list("pk", flat=True)
    )
    if not wanted:
        return Changed()
    facts = load(_locks.items(wanted))
    overlay = bring_up_to_date(act, facts, keys=None if item_ids is not None else {key})
    return Changed(tuple(sorted(wanted)), overlay)


def verdicts(facts: Facts, gate: str, at: datetime, line_id: int | None = None) -> list[dict]:
    """The full list of verdicts at a gate or hold point, for its event: ids and codes."""
    return [
        {
            "prerequisite": row.pk,
            "line": row.line_id,
            "answer": row.answer,
            "mode": row.mode,
            "holds": _overlay.holds_until(row, at, facts.item.status) is not None,
            "waived": row.waiver_until is not None and row.waiver_until > at,
            "clears": row.clears,
        }
        for row in facts.prerequisites
        if (row.gate, row.line_id) == (gate, line_id)
    ]


def not_enforced(
    act: OpenAct, facts: Facts, gate: str, line_id: int | None = None
) -> dict[str, list[int]]:
    """What is unmet at a gate and stops nobody: what the event of the passage says of it.

    A rule in *watch* leaves an event of its own: it would have stopped this.
    """
    unmet: dict[str, list[int]] = {Mode.WATCH: [], Mode.WARN: []}
    for row in facts.prerequisites:
        here = row.mode in unmet and (row.gate, row.line_id) == (gate, line_id)
        if here and _overlay.holds_until(row, act.at, facts.item.status) is None:
            unmet[row.mode].append(row.pk)
    watched, warned = unmet[Mode.WATCH], unmet[Mode.WARN]
    if watched:
        said = {"gate": str(gate), "prerequisites": watched}
        act.record("would_have_stopped", facts.item, item_id=facts.item.pk, **said)
    return {"warned": warned} if warned or gate == Gate.START else {}


def keep_heard(act: OpenAct, item_id: int, gate: str, line_id: int | None = None) -> None:
    """After a gate refused: ask again, for the roll-back took what it had heard.

    The event of the refusal keeps the verdicts. What a refused start found unmet is due from that
    moment.
    """
    site_id = WorkItem.objects.filter(pk=item_id).values_list("site_id", flat=True).first()
    if site_id is None:
        return  # raised in the refused act itself, so that it never was
    _locks.control(site_id)
    facts = load(_locks.items([item_id]))
    each = facts[item_id]
    if each.item.status not in CONTROLLED:
        return  # ended or returned by another act meanwhile: it keeps what it ended with
    bring_up_to_date(act, facts)
    for event in act.history:
        if event.verb == "refused":
            event.data |= {"gate": gate, "verdicts": verdicts(each, gate, act.at, line_id)}
    if each.item.status != Status.PLANNED:
        return
    refused = [
        row
        for row in each.prerequisites
        if _overlay.counts(row)
        and row.refused_at is None
        and _overlay.holds_until(row, act.at, each.item.status) is None
    ]
    for row in refused:
        row.refused_at = act.at
    write_each(refused, ["refused_at"])
    set_due([each])
    _overlay.refresh(act, each)
