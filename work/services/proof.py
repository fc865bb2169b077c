"""Criteria and evidence: what shows that the outcome is what was wanted."""

from decimal import Decimal
from typing import Any

from work.exceptions import Reason, Refused, Unknown
from work.models import Blob, ChecklistLine, Criterion, Evidence, WorkItem
from work.permissions import Action
from work.prepared import by_key
from work.services import _locks, _stays
from work.services._enter import check as check_entered
from work.services._enter import enter
from work.services._facts import Facts, load
from work.services._incomplete import fill_in
from work.services._proof_rows import agree, keep
from work.services.acts import OpenAct, door
from work.states import ENDED, OWNED, EvidenceKind, Role, Status

PROVABLE = frozenset({Status.PLANNED, Status.LIVE, Status.WAITING, Status.DONE})


def on_item(act: OpenAct, item_id: int, action: Action) -> Facts:
    """Enter an item by its row alone: evidence and plain answers are no control acts."""
    locked = _locks.items([item_id], held=False)
    if not locked:
        raise Unknown
    facts = load(locked)[item_id]
    check_entered(act, facts, action, None)
    return facts


def _attach(
    act: OpenAct,
    *,
    item_id: int,
    kind: str,
    blob: Blob | None = None,
    name: str = "",
    criterion_id: int | None = None,
    line_id: int | None = None,
    value: Decimal | None = None,
    unit: str = "",
    said: str = "",
    record_key: str = "",
    record_id: int | None = None,
) -> Evidence:
    """Add evidence to an item, for a criterion or a checklist line or neither.

    The file itself was written before (`files.store`); a reading has its value, a linked record
    its key and id, a signature the words that were signed.
    """
    facts = on_item(act, item_id, Action.EVIDENCE)
    item = facts.item
    if item.status not in PROVABLE:
        raise Refused(Reason("not_from", {"status": item.status, "verb": "evidence"}))
    if kind not in EvidenceKind.values or not _has_content(
        kind, blob, value, said, record_key, record_id
    ):
        raise Refused(Reason("evidence_empty", {"kind": kind}))
    _belongs(Criterion, criterion_id, item)
    _belongs(ChecklistLine, line_id, item)
    return keep(
        act,
        item,
        kind=kind,
        name=name,
        criterion_id=criterion_id,
        line_id=line_id,
        blob=blob,
        value=value,
        unit=unit,
        said=said.strip(),
        record_key=record_key,
        record_id=record_id,
    )


def _has_content(
    kind: str,
    blob: Blob | None,
    value: Decimal | None,
    said: str,
    record_key: str,
    record_id: int | None,
) -> bool:
    match kind:
        case EvidenceKind.FILE | EvidenceKind.PHOTO:
            return blob is not None
        case EvidenceKind.READING:
            return value is not None
        case EvidenceKind.RECORD:
            return bool(record_key) and record_id is not None
        case _:
            return bool(said.strip())


def _belongs(model: Any, pk: int | None, item: WorkItem) -> None:
    if pk is not None and not model.objects.filter(pk=pk, item=item, withdrawn_at=None).exists():
        raise Unknown


def _strike(act: OpenAct, *, evidence_id: int, word: str) -> Evidence:
    """Strike evidence, with a word; it stays to be seen and proves nothing more."""
    evidence = by_key(Evidence, evidence_id)
    if evidence is None:
        raise Unknown
    facts = on_item(act, evidence.item_id, Action.EVIDENCE)
    evidence.refresh_from_db()
    if facts.item.status in ENDED:
        raise Refused(Reason("not_from", {"status": facts.item.status, "verb": "strike"}))
    if evidence.struck_at is not None:
        raise Refused(Reason("evidence_struck"))
    if not word.strip():
        raise Refused(Reason("reason_needed"))
    evidence.struck_at, evidence.struck_by = act.at, act.actor
    evidence.strike_note = act.note(word, "strike", item_id=facts.item.pk)
    evidence.save(update_fields=["struck_at", "struck_by", "strike_note"])
    act.record(
        "evidence_struck",
        facts.item,
        item_id=facts.item.pk,
        evidence=evidence.pk,
        note=evidence.strike_note_id,
    )
    return evidence


def _judge(act: OpenAct, *, criterion_id: int, word: str) -> Criterion:
    """Judge a criterion by name, where evidence is not asked for."""
    found = Criterion.objects.filter(pk=criterion_id, withdrawn_at=None).first()
    if found is None:
        raise Unknown
    facts = enter(act, found.item_id, Action.JUDGE, None)
    found.refresh_from_db()
    if facts.item.status not in (Status.LIVE, Status.WAITING, Status.DONE):
        raise Refused(Reason("not_from", {"status": facts.item.status, "verb": "judge"}))
    if found.evidence:
        raise Refused(
            Reason("criterion_needs_evidence", {"text": found.text}, ("criterion", found.pk))
        )
    if not word.strip():
        raise Refused(Reason("reason_needed"))
    found.judged_by, found.judged_at = act.actor, act.at
    found.judgement = act.note(word, "judgement", item_id=facts.item.pk)
    found.save(update_fields=["judged_by", "judged_at", "judgement"])
    act.record(
        "judged",
        facts.item,
        item_id=facts.item.pk,
        criterion=found.pk,
        note=found.judgement_id,
    )
    return found


def _add_criterion(
    act: OpenAct,
    *,
    item_id: int,
    text: str,
    evidence: bool = False,
    quality: bool = False,
    seen: int | None = None,
) -> Criterion:
    """Agree on one more thing that must be true before the outcome can be accepted."""
    facts = enter(act, item_id, Action.EDIT, seen)
    item = facts.item
    if item.status in ENDED:
        raise Refused(Reason("not_from", {"status": item.status, "verb": "edit"}))
    if not text.strip():
        raise Refused(Reason("text_needed"))
    criterion = agree(act, item, text, evidence=evidence, quality=quality)
    if fill_in(item):
        item.save(update_fields=["incomplete"])
    return criterion


def _withdraw_criterion(
    act: OpenAct, *, criterion_id: int, reason: str, seen: int | None = None
) -> Criterion:
    """Withdraw a criterion that was added by hand; those of the type stay.

    Work past requested keeps at least one: it was planned on it.
    """
    found = Criterion.objects.filter(pk=criterion_id, withdrawn_at=None).first()
    if found is None:
        raise Unknown
    facts = enter(act, found.item_id, Action.EDIT, seen)
    found.refresh_from_db()
    if found.withdrawn_at is not None:
        raise Unknown
    if facts.item.status in ENDED:
        raise Refused(Reason("not_from", {"status": facts.item.status, "verb": "edit"}))
    if not found.key.startswith("own-"):
        raise Refused(Reason("criterion_of_type"))
    if _stays.stays(facts.item, found):
        raise Refused(Reason("quality_criterion_stays"))
    standing = Criterion.objects.filter(item=facts.item, withdrawn_at=None)
    if facts.item.status in OWNED and not standing.exclude(pk=found.pk).exists():
        raise Refused(Reason("criteria_needed", clears=("role", str(Role.PLANNER))))
    if not reason.strip():
        raise Refused(Reason("reason_needed"))
    note = act.note(reason, "criterion", item_id=facts.item.pk)
    found.withdrawn_at = act.at
    found.save(update_fields=["withdrawn_at"])
    act.record(
        "criterion_withdrawn",
        facts.item,
        item_id=facts.item.pk,
        criterion=found.pk,
        note=note.pk if note else None,
    )
    return found


attach = door(_attach)
strike = door(_strike)
judge = door(_judge)
add_criterion = door(_add_criterion)
withdraw_criterion = door(_withdraw_criterion)

__all__ = ["add_criterion", "attach", "judge", "strike", "withdraw_criterion"]
