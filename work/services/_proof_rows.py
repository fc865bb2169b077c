"""Criteria and checklist lines of an item, made from its type's version."""

from datetime import datetime
from typing import Any

from work.models import ChecklistLine, Criterion, WorkItem
from work.services._definition import definition
from work.services._facts import Facts
from work.services.acts import OpenAct


def instantiate(act: OpenAct, facts: Facts) -> None:
    """Give the item the criteria and lines of its type that do not stand on it yet, by key."""
    item, definition = facts.item, facts.definition
    criteria = set(_standing(Criterion, item).values_list("key", flat=True))
    Criterion.objects.bulk_create(
        Criterion(
            item=item,
            key=each.key,
            text=each.text,
            evidence=each.evidence,
            quality=each.quality,
            needed_at=each.needed_at,
            position=each.position,
        )
        for each in definition.criteria
        if each.key not in criteria
    )
    lines = set(_standing(ChecklistLine, item).values_list("key", flat=True))
    ChecklistLine.objects.bulk_create(
        ChecklistLine(
            item=item,
            key=each.key,
            text=each.text,
            kind=each.kind,
            unit=each.unit,
            low=each.low,
            high=each.high,
            choices=each.choices,
            hold_point=each.hold_point,
            na_allowed=each.na_allowed,
            position=each.position,
        )
        for each in definition.lines
        if each.key not in lines
    )


def retire(item: WorkItem, version_id: int, at: datetime) -> dict[str, list[int]]:
    """Withdraw what a version of a type made on the item: the ids of the criteria and lines.

    They keep their answers, judgements and evidence to be read, and are asked no more. What was
    agreed on by hand or came from another system stays.
    """
    left = definition(version_id)
    return {
        "criteria": _withdraw(Criterion, item, [each.key for each in left.criteria], at),
        "lines": _withdraw(ChecklistLine, item, [each.key for each in left.lines], at),
    }


def _standing(model: Any, item: WorkItem) -> Any:
    return model.objects.filter(item=item, withdrawn_at=None)


def _withdraw(model: Any, item: WorkItem, keys: list[str], at: datetime) -> list[int]:
    ids = sorted(_standing(model, item).filter(key__in=keys).values_list("pk", flat=True))
    model.objects.filter(pk__in=ids).update(withdrawn_at=at)
    return ids
