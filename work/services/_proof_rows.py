"""Criteria and checklist lines of an item, made from its type's version; and its evidence."""

from datetime import datetime
from typing import Any

from django.db.models import Model

from work.models import (
    Blob,
    ChecklistLine,
    Criterion,
    Evidence,
    TypeCriterion,
    TypeLine,
    WorkItem,
)
from work.prepared import add
from work.services._definition import definition
from work.services._facts import Facts
from work.services._stays import stays_begun
from work.services.acts import OpenAct
from work.services.files import IMAGE_TYPES
from work.states import EvidenceKind, RequiredAt

# What a row takes from what its type says.
TAKES: dict[type[Model], tuple[str, ...]] = {
    Criterion: ("text", "evidence", "quality", "needed_at", "position"),
    ChecklistLine: (
        "text",
        "kind",
        "unit",
        "low",
        "high",
        "choices",
        "hold_point",
        "na_allowed",
        "position",
    ),
}


def instantiate(act: OpenAct, facts: Facts) -> None:
    """Give the item the criteria and lines of its type that do not stand on it yet, by key."""
    item, definition = facts.item, facts.definition
    for model, asked in ((Criterion, definition.criteria), (ChecklistLine, definition.lines)):
        known = set(_standing(model, item).values_list("key", flat=True))
        add([row_of(model, item, each) for each in asked if each.key not in known])


def row_of(model: type[Model], item: WorkItem, asked: TypeCriterion | TypeLine) -> Any:
    """A row of the item that asks what its type says, not saved yet."""
    taken = {name: getattr(asked, name) for name in TAKES[model]}
    return model(item=item, key=asked.key, **taken)


def agree(
    act: OpenAct, item: WorkItem, text: str, *, evidence: bool = False, quality: bool = False
) -> Criterion:
    """Give the item one more criterion, by hand."""
    criterion = Criterion.objects.create(
        item=item,
        key=f"own-{act.id}",
        text=text.strip()[:250],
        evidence=evidence,
        quality=quality,
        needed_at=RequiredAt.CLOSE,
        position=1000 + item.criteria.count(),
    )
    act.record("criterion_added", item, item_id=item.pk, criterion=criterion.pk)
    return criterion


def keep(act: OpenAct, item: WorkItem, *, kind: str, name: str = "", **content: Any) -> Evidence:
    """Put evidence on an item; the content of a file was written before (`files.store`)."""
    evidence = Evidence.objects.create(
        item=item,
        kind=kind,
        name="".join(each for each in name if each.isprintable())[:200],
        by=act.person,
        at=act.happened_at,
        **content,
    )
    act.record(
        "evidence",
        item,
        item_id=item.pk,
        evidence=evidence.pk,
        kind=kind,
        criterion=evidence.criterion_id,
        line=evidence.line_id,
    )
    return evidence


def keep_file(
    act: OpenAct, item: WorkItem, blob: Blob, name: str, *, line_id: int | None = None
) -> Evidence:
    """Put a file on an item; one whose content is an image is a photo."""
    is_image = blob.content_type in IMAGE_TYPES
    kind = EvidenceKind.PHOTO if is_image else EvidenceKind.FILE
    return keep(act, item, kind=kind, name=name, blob=blob, line_id=line_id)


def retire(
    item: WorkItem, version_id: int, at: datetime, *, begun: bool = False
) -> dict[str, list[int]]:
    """Withdraw what a version of a type made on the item: the ids of the criteria and lines.

    They keep their answers, judgements and evidence to be read, and are asked no more. What was
    agreed on by hand or came from another system stays, and of begun work what `stays_begun`.
    """
    left = definition(version_id)
    return {
        "criteria": _withdraw(Criterion, item, [each.key for each in left.criteria], at, begun),
        "lines": _withdraw(ChecklistLine, item, [each.key for each in left.lines], at, begun),
    }


def _standing(model: Any, item: WorkItem) -> Any:
    return model.objects.filter(item=item, withdrawn_at=None)


def _withdraw(model: Any, item: WorkItem, keys: list[str], at: datetime, begun: bool) -> list[int]:
    ids = []
    for row in _standing(model, item).filter(key__in=keys).order_by("pk"):
        if begun and stays_begun(row):
            # From here on the item's own, so that the other type may ask under the same key.
            row.key = f"kept:{row.pk}"
            row.save(update_fields=["key"])
        else:
            ids.append(row.pk)
    model.objects.filter(pk__in=ids).update(withdrawn_at=at)
    return ids
