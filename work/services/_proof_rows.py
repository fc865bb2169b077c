"""Criteria and checklist lines of an item, made from its type's version."""

from work.models import ChecklistLine, Criterion
from work.services._facts import Facts
from work.services.acts import OpenAct


def instantiate(act: OpenAct, facts: Facts) -> None:
    """Give the item the criteria and lines of its type that it does not have yet, by key."""
    item, definition = facts.item, facts.definition
    criteria = set(Criterion.objects.filter(item=item).values_list("key", flat=True))
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
    lines = set(ChecklistLine.objects.filter(item=item).values_list("key", flat=True))
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
