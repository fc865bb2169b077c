"""What refuses a verb: one list of coded reasons, with who clears each.

Button, tooltip, refusal page and API error read this list. Inside a door the facts were asked just
now; on a page they are what is stored, read at the page's moment.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from work.exceptions import Reason
from work.models import Blocker, Criterion, Prerequisite, WorkItem, WorkTypeVersion
from work.permissions import Scope
from work.services import _overlay, _owners, _stays
from work.services._facts import Facts
from work.services._wanted import UNHEARD
from work.states import (
    ENDED,
    MOVES,
    EvidenceKind,
    Gate,
    LineAnswer,
    LineKind,
    Mode,
    RequiredAt,
    Role,
    Status,
    Verb,
)

_OWNER_STEP = ("role", str(Role.PLANNER))


def refusals(
    facts: Facts,
    verb: Verb,
    at: datetime,
    *,
    who: Scope | None = None,
    given: Mapping[str, Any] | None = None,
) -> list[Reason]:
    """Why `verb` may not be done to the item now; empty when it may.

    `who` matters to `accept` (four eyes); `given` is what the form says (why, handback, judged).
    For `complete` and `accept` the facts' proof is loaded.
    """
    move = MOVES[verb]
    status = Status(facts.item.status)
    if status not in move.sources:
        return [Reason("not_from", {"status": str(status), "verb": str(verb)})]
    check = _CHECKS.get(verb)
    return check(facts, at, who, dict(given or {})) if check else []


def _start(facts: Facts, at: datetime, who: Scope | None, given: dict) -> list[Reason]:
    reasons = requirement_reasons(facts, Gate.START, at) + unheard(facts)
    reasons += [_open(facts, each) for each in facts.blockers if each.prerequisite_id is None]
    reasons += missing_fields(facts, RequiredAt.START)
    gone = _owners.still(facts.item, at)
    if gone is not None:
        reasons.append(replace(gone, clears=_OWNER_STEP))
    if not given.get("why") and _warnings(facts, Gate.START, at):
        reasons.append(
            Reason(
                "warning_needs_why",
                {"count": len(_warnings(facts, Gate.START, at))},
                clears=_executors(facts),
            )
        )
    return reasons


def unheard(facts: Facts) -> list[Reason]:
    """Suppliers that could not say just now what they ask: unknown, so not met.

    Completing is not refused by it: that work is done may always be told.
    """
    site_admin = ("role", str(Role.SITE_ADMIN))
    # Planned work has a requirement that says so.
    said = {row.params["supplier"] for row in facts.prerequisites if row.supplier == UNHEARD}
    return [
        Reason("supplier_failed", {"supplier": key}, clears=site_admin)
        for key in sorted(facts.failed - said)
    ]


def _open(facts: Facts, blocker: Blocker) -> Reason:
    """The reason of an open blocker; with a derived one goes why its requirement is not met."""
    params = {"what": blocker.what, "kind": blocker.kind}
    for row in facts.prerequisites:
        if row.pk == blocker.prerequisite_id:
            params["reason"] = row.reason
    clears = _pair(blocker.clears)
    if clears is None and blocker.prerequisite_id is None:
        clears = _owner(facts.item)  # whom nobody named, the owner names
    return Reason("blocker_open", params, ("blocker", blocker.pk), clears)


def requirement_reasons(
    facts: Facts, gate: Gate, at: datetime, line_id: int | None = None
) -> list[Reason]:
    """The enforced requirements of a gate that are neither met nor validly waived."""
    return [
        unmet(row)
        for row in facts.prerequisites
        if row.gate == gate
        and row.line_id == line_id
        and row.mode == Mode.ENFORCE
        and _overlay.holds_until(row, at, facts.item.status) is None
    ]


def unmet(row: Prerequisite) -> Reason:
    """The reason of one unmet requirement: what is required, and why it is not so."""
    return Reason(
        "requirement_unmet",
        {"what": row.what, "reason": row.reason, "answer": row.answer, "url": row.url},
        ("prerequisite", row.pk),
        _pair(row.clears),
    )


def warnings_at(facts: Facts, gate: Gate, at: datetime) -> list[Prerequisite]:
    """Requirements in mode *warn* that are not met: start asks why."""
    return _warnings(facts, gate, at)


def _warnings(facts: Facts, gate: Gate, at: datetime) -> list[Prerequisite]:
    return [
        row
        for row in facts.prerequisites
        if row.gate == gate
        and row.mode == Mode.WARN
        and _overlay.holds_until(row, at, facts.item.status) is None
    ]


def missing_fields(facts: Facts, step: RequiredAt) -> list[Reason]:
    """Fields of the type that are required up to this step and have no value."""
    order = list(RequiredAt)
    upto = set(order[: order.index(step) + 1])
    return [
        Reason("field_missing", {"key": each.key, "label": each.label}, clears=_OWNER_STEP)
        for each in facts.definition.fields
        if each.required_at in upto and facts.item.values.get(each.key) in (None, "")
    ]


def _complete(facts: Facts, at: datetime, who: Scope | None, given: dict) -> list[Reason]:
    reasons = _open_lines(facts)
    reasons += [
        Reason("line_undisposed", {"text": line.text}, ("line", line.pk), _executors(facts))
        for line in facts.lines
        if line.needs_disposition
    ]
    reasons += missing_fields(facts, RequiredAt.COMPLETE)
    reasons += [
        Reason("evidence_missing", {"text": each.text}, ("criterion", each.pk), _executors(facts))
        for each in facts.criteria
        if each.needed_at == RequiredAt.COMPLETE and not proven(facts, each)
    ]
    return reasons + requirement_reasons(facts, Gate.COMPLETE, at)


def _open_lines(facts: Facts) -> list[Reason]:
    """Lines without an answer, and those that passed on a photo that stands no more."""
    photos = [each for each in facts.evidence if each.kind == EvidenceKind.PHOTO and each.stands]
    shown = {each.line_id for each in photos}
    reasons, by = [], _executors(facts)
    for line in facts.lines:
        if not line.answer:
            reasons.append(Reason("line_open", {"text": line.text}, ("line", line.pk), by))
        elif (line.kind, line.answer) == (LineKind.PHOTO, LineAnswer.PASS) and line.pk not in shown:
            reasons.append(Reason("line_photo_struck", {"text": line.text}, ("line", line.pk), by))
    return reasons


def proven(facts: Facts, criterion: Criterion) -> bool:
    """Whether a criterion is proven by standing evidence, or judged where that is enough."""
    if any(each.criterion_id == criterion.pk and each.stands for each in facts.evidence):
        return True
    return not criterion.evidence and criterion.judged_at is not None


def _accept(facts: Facts, at: datetime, who: Scope | None, given: dict) -> list[Reason]:
    judged = {int(key) for key in given.get("judged", ())}
    reasons = [_open(facts, blocker) for blocker in facts.blockers]
    reasons += _open_lines(facts)
    version = facts.definition.version
    reasons += [
        Reason(
            "criterion_open",
            {"text": each.text},
            ("criterion", each.pk),
            _executors(facts) if each.evidence else _accepter(version),
        )
        for each in facts.criteria
        if not proven(facts, each) and not (each.pk in judged and not each.evidence)
    ]
    # A request gets those of its type when it is planned.
    coming = facts.item.status == Status.REQUESTED and facts.definition.criteria
    if not facts.criteria and not coming:
        reasons.append(Reason("criteria_needed", clears=_OWNER_STEP))
    reasons += missing_fields(facts, RequiredAt.CLOSE)
    reasons += requirement_reasons(facts, Gate.CLOSE, at) + unheard(facts)
    reasons += _unfinished(facts)
    if version.takes_out and not given.get("handback"):
        reasons.append(Reason("handback_unsigned", clears=_accepter(version)))
    if who is not None and who.user_id == facts.item.completed_by_id and four_eyes(facts):
        reasons.append(Reason("four_eyes", clears=_accepter(version)))
    return reasons


def missing_to_close(facts: Facts, at: datetime) -> list[Reason]:
    """Everything that is still missing before the outcome can be accepted, in any open status."""
    reasons = [] if facts.item.status == Status.DONE else _complete(facts, at, None, {})
    seen = {(reason.code, reason.about) for reason in reasons}
    for reason in _accept(facts, at, None, {"handback": True}):
        same = {(reason.code, reason.about), ("evidence_missing", reason.about)}
        if not same & seen and reason.code != "field_missing":
            reasons.append(reason)
    return reasons


def _unfinished(facts: Facts) -> list[Reason]:
    """Mandatory children and caused work that are open, and residuals that nobody has taken on."""
    reasons = []
    for child in facts.children:
        if not child.mandatory:
            continue
        if child.status not in ENDED:
            reasons.append(_other("child_open", child))
        elif child.status == Status.CANCELLED and child.loss_accepted_at is None:
            reasons.append(_lost(child))
    for action in facts.actions:
        caused = action.item
        if caused.pk == facts.item.pk:
            continue
        if caused.status not in ENDED:
            reasons.append(_other("action_open", caused))
        elif caused.status == Status.CANCELLED and action.loss_accepted_at is None:
            reasons.append(_lost(caused))
    said = {reason.about for reason in reasons}
    for item in map(_merged_into, facts.residuals):
        if item.status == Status.REQUESTED:
            reasons.append(replace(_other("residual_not_planned", item), clears=_OWNER_STEP))
        elif item.status == Status.CANCELLED and item.loss_accepted_at is None:
            reasons += [_lost(item)] if ("item", item.pk) not in said else []
    return reasons


def _merged_into(item: WorkItem) -> WorkItem:
    """What was merged is judged by the work that goes on in its place."""
    while item.survivor is not None:
        item = item.survivor
    return item


def _lost(item: WorkItem) -> Reason:
    """Cancelled work whose loss nobody accepted: that takes who may accept it."""
    return replace(_other("loss_not_accepted", item), clears=_accepter(item.type_version))


def _other(code: str, item: WorkItem) -> Reason:
    return Reason(code, {"number": item.number}, ("item", item.pk), _owner(item))


def _owner(item: WorkItem) -> tuple[str, Any] | None:
    if item.owner_post_id:
        return ("post", item.owner_post_id)
    return ("user", item.owner_user_id) if item.owner_user_id else None


def _executors(facts: Facts) -> tuple[str, Any]:
    """Who carries it out; with nobody named, who may do so in their place.

    On a page and a card they were read along with the item.
    """
    item = facts.item
    if facts.context is not None:
        people = list(facts.context.executor_ids)
    else:
        rows = getattr(item, "executor_rows", ())
        people = [row["id"] for row in rows] or list(getattr(item, "executor_ids", ()))
    if not people:
        return ("role", str(Role.SHIFT_LEAD))
    return ("user", people[0]) if len(people) == 1 else ("executors", item.pk)


def four_eyes(facts: Facts) -> bool:
    """Whether the accepter must be another than the completer: by consequence, else by the type."""
    if facts.item.safety_critical or facts.holds or facts.ever_four_eyes:
        return True
    if any(each.quality for each in facts.criteria):
        return True
    return _stays.asks_another(facts.item, facts.definition.version)


def _accepter(version: WorkTypeVersion) -> tuple[str, Any]:
    return ("role", version.accept_role or str(Role.SHIFT_LEAD))


def _pair(clears: str) -> tuple[str, Any] | None:
    if not clears:
        return None
    kind, _, key = clears.partition(":")
    return (kind, int(key) if key.isdigit() else key)


def scope_reasons(facts: Facts) -> list[Reason]:
    """What a scope lacks that work is planned or reopened on: why, and a criterion."""
    reasons = []
    if not facts.item.why.strip():
        reasons.append(Reason("why_needed", clears=_OWNER_STEP))
    if not facts.criteria and not facts.definition.criteria:
        reasons.append(Reason("criteria_needed", clears=_OWNER_STEP))
    return reasons


def _plan(facts: Facts, at: datetime, who: Scope | None, given: dict) -> list[Reason]:
    item, reasons = facts.item, scope_reasons(facts)
    if item.owner_user_id is None and item.owner_post_id is None:
        # Said after the why, as the form asks for it.
        said = sum(reason.code == "why_needed" for reason in reasons)
        reasons.insert(said, Reason("owner_needed", clears=_OWNER_STEP))
    return reasons + missing_fields(facts, RequiredAt.PLAN)


_CHECKS = {
    Verb.PLAN: _plan,
    Verb.START: _start,
    Verb.RESUME: _start,
    Verb.COMPLETE: _complete,
    Verb.ACCEPT: _accept,
}

__all__ = [
    "four_eyes",
    "missing_fields",
    "missing_to_close",
    "proven",
    "refusals",
    "requirement_reasons",
    "scope_reasons",
    "unheard",
    "unmet",
    "warnings_at",
]
