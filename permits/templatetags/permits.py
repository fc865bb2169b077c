"""What the templates of permits ask of plain values."""

from typing import Any

from django import template

register = template.Library()


@register.simple_tag
def acts_of(part_acts: dict[str, dict[int | None, list[Any]]], deed: str, pk: int) -> list[Any]:
    """The acts of one deed on one part of the record."""
    return part_acts.get(deed, {}).get(pk, [])
