"""Custom values and plain fields of an item: checked here, on every path."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from work.exceptions import Reason, Refused
from work.models import WorkItem, WorkType, WorkTypeVersion
from work.prepared import by_key, given, prepared
from work.services._definition import Definition
from work.states import FieldKind, Priority

# What `edit` may change of an item; status, stage, owner and overlay are not among them.
EDITABLE = frozenset(
    {
        "what",
        "why",
        "place_id",
        "priority",
        "safety_critical",
        "planned_start",
        "planned_end",
        "window_id",
        "due",
        "team_id",
        "parent_id",
        "mandatory",
    }
)


def checked_values(definition: Definition, values: Mapping[str, Any]) -> dict[str, Any]:
    """The custom values as stored JSON. Refuses an unknown key and a value of the wrong kind."""
    kept, reasons = {}, []
    for key, value in values.items():
        field = definition.field(key)
        if field is None:
            reasons.append(Reason("field_unknown", {"key": key}))
        elif value not in (None, ""):
            try:
                kept[key] = stored(field.kind, value, field.choices)
            except (ValueError, InvalidOperation, OverflowError):
                reasons.append(Reason("field_invalid", {"key": key, "label": field.label}))
    if reasons:
        raise Refused(reasons)
    return kept


def fitting(
    definition: Definition, values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Reason]]:
    """The values that a version's fields can keep, and for each of the others why not."""
    kept: dict[str, Any] = {}
    reasons: list[Reason] = []
    for key, value in values.items():
        try:
            kept |= checked_values(definition, {key: value})
        except Refused as refusal:
            reasons += refusal.reasons
    return kept, reasons


def stored(kind: str, value: Any, choices: Collection[str] = ()) -> Any:
    """A value of a field of that kind as stored JSON.

    Raises ValueError, InvalidOperation or OverflowError where it is none.
    """
    match kind:
        case FieldKind.NUMBER:
            number = Decimal(str(value).replace(",", "."))
            if not number.is_finite():
                raise ValueError
            kept = float(number)
            return kept if isfinite(kept) else _bad()
        case FieldKind.YES_NO:
            if isinstance(value, bool):
                return value
            return (
                {"yes": True, "true": True, "on": True, "no": False, "false": False}[
                    str(value).lower()
                ]
                if str(value).lower() in ("yes", "true", "on", "no", "false")
                else _bad()
            )
        case FieldKind.CHOICE:
            return str(value) if str(value) in choices else _bad()
        case FieldKind.DATE:
            day = value if isinstance(value, date) else parse_date(str(value))
            return day.isoformat() if day else _bad()
        case FieldKind.MOMENT:
            moment = value if isinstance(value, datetime) else parse_datetime(str(value))
            return moment.astimezone(UTC).isoformat() if moment and moment.tzinfo else _bad()
        case _:
            text = str(value)
            return text if "\x00" not in text and len(text) <= 5000 else _bad()


def _bad() -> Any:
    raise ValueError


# Characters that command how others are drawn: they turn the reading round, or break the line.
_COMMANDS = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x01-\x1f\x7f-\x9f\u2028\u2029]+")


def title(text: str) -> str:
    """A title as it is kept: one line, without characters that command the drawing.

    Empty where nothing that is left would be seen.
    """
    line = _CONTROL.sub(" ", _COMMANDS.sub("", text)).strip()
    return line if any(unicodedata.category(sign)[0] not in "CZ" for sign in line) else ""


def check_plain(item: WorkItem) -> None:
    """Refuse plain fields that cannot be: an empty what, an end before the start, a priority."""
    reasons = []
    if not item.what.strip():
        reasons.append(Reason("what_needed"))
    if len(item.what) > 250 or "\x00" in item.what + item.why:
        reasons.append(Reason("what_too_long"))
    if item.priority not in Priority.values:
        reasons.append(Reason("priority_unknown"))
    if item.planned_start and item.planned_end and item.planned_end < item.planned_start:
        reasons.append(Reason("planned_end_before_start"))
    if reasons:
        raise Refused(reasons)


def type_of(site_id: int, type_id: int) -> tuple[WorkType, int]:
    """A type in use at the site and the id of its newest published version."""
    kind = by_key(WorkType, type_id)
    found = _published(type=type_id) if kind and kind.site_id == site_id and kind.is_active else []
    if kind is None or not found:
        raise Refused(Reason("type_unknown"))
    return kind, found[0].pk


@prepared
def _published() -> QuerySet[WorkTypeVersion]:
    """The newest published version of a type."""
    versions = WorkTypeVersion.objects.filter(type=given("type"), published_at__isnull=False)
    return versions.order_by("-number")[:1]


def default_due(definition: Definition, at: datetime) -> datetime | None:
    """When an item of this type is due, where the type says so."""
    days = definition.version.due_days
    return at + timedelta(days=days) if days is not None else None
