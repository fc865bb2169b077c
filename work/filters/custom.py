"""Filters over custom fields, and the order by one.

Equality is answered by one index over the values of all types. The least and the most are compared
as the database compares stored values, among the items of the types that have the field so.
"""

from collections.abc import Callable
from datetime import UTC, date, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import F, JSONField, Q, Value
from django.db.models.fields.json import KeyTransform
from django.db.models.lookups import GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from work.filters.asked import ENDS
from work.filters.plain import day as day_of
from work.filters.plain import midnight
from work.reads.facets import Facets
from work.states import FieldKind

if TYPE_CHECKING:
    from work.filters.selection import Context

RANGED = frozenset({FieldKind.NUMBER, FieldKind.DATE, FieldKind.MOMENT})
_SORTED = RANGED | {FieldKind.CHOICE, FieldKind.TEXT, FieldKind.YES_NO}


def sortable(facets: Facets) -> frozenset[str]:
    """The orders by a custom field, as `sort` asks for them."""
    return frozenset(f"f.{each.key}" for each in facets.fields if each.kind in _SORTED)


def asks(name: str) -> Callable[[tuple[str, ...], "Context"], Q | None] | None:
    """What answers a parameter of a custom field: its value, the least or the most of it."""
    if not name.startswith("f."):
        return None
    for end in ENDS:
        if name.endswith(end):
            return partial(_bound, name[2 : -len(end)], end)
    return partial(_equals, name[2:])


def _equals(key: str, values: tuple[str, ...], context: "Context") -> Q | None:
    """The field has that value."""
    kinds = {each.kind for each in context.facets.fields if each.key == key}
    if not kinds or "\x00" in values[0]:
        return None
    found = [stored for kind in sorted(kinds) for stored in _stored(kind, values[0])]
    if not found:
        return None
    q = Q()
    for stored in found:
        q |= Q(values__contains={key: stored})
    return q


def _bound(key: str, end: str, values: tuple[str, ...], context: "Context") -> Q | None:
    """The field is at least, or at most, that. A day is there with all its hours."""
    said, found = values[0], Q()
    for field in context.facets.fields:
        if field.key != key or field.kind not in RANGED or "\x00" in said:
            continue
        day = day_of(said) if field.kind == FieldKind.MOMENT else None
        stored = [_midnight(day, end)] if day else _stored(field.kind, said)
        if not stored:
            continue
        kept = KeyTransform(key, F("values"))
        limit = Value(stored[0], JSONField())
        if end == ".from":
            lookup = GreaterThanOrEqual(kept, limit)
        else:
            lookup = LessThan(kept, limit) if day else LessThanOrEqual(kept, limit)
        found |= Q(type=field.type_id) & Q(lookup)
    return found or None


def _midnight(day: date, end: str) -> str:
    """The first moment of a day at the site, or the first after it, as items hold moments."""
    return midnight(day + timedelta(days=end == ".to")).astimezone(UTC).isoformat()


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
