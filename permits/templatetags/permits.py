"""What the templates of permits ask of plain values."""

from datetime import datetime
from typing import Any

from django import template

from work.reasons import moment

register = template.Library()


@register.simple_tag
def acts_of(part_acts: dict[str, dict[int | None, list[Any]]], deed: str, pk: int) -> list[Any]:
    """The acts of one deed on one part of the record."""
    return part_acts.get(deed, {}).get(pk, [])


@register.simple_tag
def moment_text(at: datetime) -> str:
    """A moment in words."""
    return moment(at)
