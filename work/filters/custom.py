"""Filters over custom fields: equality, answered by one index over the values of all types."""

from datetime import UTC
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from work.states import FieldKind

if TYPE_CHECKING:
    from work.filters.selection import Context


def equals(key: str, values: tuple[str, ...], context: "Context") -> Q | None:
    """The field has that value. Only fields that a type marks *filter* are known here."""
    kinds = {each.kind for each in context.facets.fields if each.key == key and each.filterable}
    if not kinds or "\x00" in values[0]:
        return None
    found = [stored for kind in sorted(kinds) for stored in _stored(kind, values[0])]
    if not found:
        return None
    q = Q()
    for stored in found:
        q |= Q(values__contains={key: stored})
    return q


def _stored(kind: str, said: str) -> list[Any]:
    """The value as items hold it; nothing where it cannot be one of that kind."""
    try:
        match kind:
            case FieldKind.NUMBER:
                number = Decimal(said.replace(",", "."))
                fits = number.is_finite() and abs(number.adjusted()) < 300
                return [float(number)] if fits else []
            case FieldKind.YES_NO:
                return [said == "1"] if said in ("0", "1") else []
            case FieldKind.DATE:
                day = parse_date(said)
                return [day.isoformat()] if day else []
            case FieldKind.MOMENT:
                moment = parse_datetime(said)
                if moment is None:
                    return []
                if moment.tzinfo is None:
                    moment = timezone.make_aware(moment)
                return [moment.astimezone(UTC).isoformat()]
            case _:
                return [said]
    except (ValueError, InvalidOperation, OverflowError):
        return []
