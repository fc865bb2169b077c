"""What the parts of a draft may be: every fault of a draft is found before anything is written."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from work.exceptions import Reason, Refused
from work.models import TypeField, WorkTypeVersion
from work.services._fields import title
from work.states import DECIDING, FieldKind, LineKind, Priority, RequiredAt, Status

# Settings of a version with the values that they may have; None: see `_setting`.
SETTINGS: dict[str, frozenset[str] | None] = {
    "accept_role": frozenset({"", *DECIDING}),
    "four_eyes": None,
    "sample_percent": None,
    "takes_out": None,
    "on_it_now": None,
    "default_priority": frozenset(Priority.values),
    "due_days": None,
    "stop_minutes": None,
}
# The greatest value of each setting that is a number.
LIMITS = {"sample_percent": 100, "due_days": 3660, "stop_minutes": 1440}

# Columns of each part's rows, with what they are when left out; `...` must be given.
COLUMNS: dict[str, dict[str, Any]] = {
    "fields": {
        "key": ...,
        "label": ...,
        "kind": ...,
        "choices": [],
        "unit": "",
        "required_at": "",
        "filterable": False,
        "column": False,
    },
    "stages": {"key": ..., "label": ..., "status": ...},
    "criteria": {
        "key": ...,
        "text": ...,
        "evidence": False,
        "needed_at": RequiredAt.CLOSE,
        "quality": False,
    },
    "lines": {
        "key": ...,
        "text": ...,
        "kind": ...,
        "unit": "",
        "low": None,
        "high": None,
        "choices": [],
        "hold_point": False,
        "na_allowed": False,
    },
}
_ONE_OF: dict[tuple[str, str], frozenset[str]] = {
    ("fields", "kind"): frozenset(FieldKind.values),
    ("fields", "required_at"): frozenset({"", *RequiredAt.values}),
    ("stages", "status"): frozenset(Status.values),
    ("criteria", "needed_at"): frozenset({RequiredAt.COMPLETE, RequiredAt.CLOSE}),
    ("lines", "kind"): frozenset(LineKind.values),
}
_LONGEST = {"key": 40, "label": 120, "text": 250, "unit": 20}
# So many rows a part may have, and so many choices a row; nobody fills in more.
MOST = {"fields": 200, "stages": 100, "criteria": 200, "lines": 500}
MOST_CHOICES, LONGEST_CHOICE = 200, 120
KEY = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a draft, and where.

    part: one of the parts, or "settings". index: place of the row in its part; 0 of a setting.
    """

    part: str
    index: int
    column: str
    reason: Reason


def checked_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a version as they are stored."""
    if unknown := set(settings) - set(SETTINGS):
        raise TypeError(f"not a setting of a version: {sorted(unknown)}")
    faults = [reason for name, value in settings.items() for reason in setting_faults(name, value)]
    if faults:
        raise Refused(faults)
    return dict(settings)


def setting_faults(name: str, value: Any) -> list[Reason]:
    """What is wrong with the value of a setting."""
    allowed = SETTINGS[name]
    if allowed is not None:
        fine = value in allowed
    elif name in LIMITS:
        none = value is None and name == "due_days"
        fine = none or (isinstance(value, int) and 0 <= value <= LIMITS[name])
    else:
        fine = isinstance(value, bool)
    return [] if fine else [Reason("choice_not_known", {"what": name, "value": str(value)[:60]})]


def checked_parts(
    version: WorkTypeVersion, parts: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of each part as they are stored; refuses with every fault of all of them."""
    checked = {part: [row_of(part, row) for row in rows] for part, rows in parts.items()}
    faults = part_faults(version.type_id, checked)
    if faults:
        raise Refused([each.reason for each in faults])
    return checked


def part_faults(type_id: int, checked: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Fault]:
    """What is wrong with the rows of each part, each with its place."""
    faults: list[Fault] = []
    for part, rows in checked.items():
        if len(rows) > MOST[part]:
            faults.append(Fault(part, MOST[part], "key", too_many(len(rows), MOST[part])))
            continue
        faults += [
            Fault(part, index, "key", Reason("key_twice", {"key": key}))
            for index, key in _second(rows)
        ]
        faults += [
            Fault(part, index, column, reason)
            for index, row in enumerate(rows)
            for column, reason in faults_of(part, row)
        ]
    fields = checked.get("fields", [])
    for key, reason in changed_kinds(type_id, fields).items():
        index = next(index for index, row in enumerate(fields) if row["key"] == key)
        faults.append(Fault("fields", index, "kind", reason))
    return faults


def too_many(count: int, most: int) -> Reason:
    """The reason of more rows than can be kept."""
    return Reason("rows_too_many", {"count": count, "most": most})


def _second(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Where a key stands for the second time, with the key."""
    times: Counter[str] = Counter()
    for index, row in enumerate(rows):
        times[row["key"]] += 1
        if times[row["key"]] == 2:
            yield index, row["key"]


def row_of(part: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A row with all its columns, as it is stored."""
    columns = COLUMNS[part]
    unknown = set(given) - set(columns)
    if unknown:
        raise TypeError(f"not a column of {part}: {sorted(unknown)}")
    row = {name: given.get(name, default) for name, default in columns.items()}
    missing = [name for name, value in row.items() if value is ...]
    if missing:
        raise TypeError(f"{part}: {missing} must be given")
    for name in ("low", "high"):
        if row.get(name) in ("", None):
            row |= {name: None} if name in row else {}
        else:
            row[name] = _number(row[name])
    return row


def _number(value: Any) -> Decimal:
    """A limit as the database keeps it; one that it cannot keep as it is."""
    try:
        number = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        return Decimal("NaN")
    return number.quantize(Decimal("0.0001")) if _fits(number) else number


def _fits(number: Decimal) -> bool:
    return number.is_finite() and abs(number) < 10**12


def faults_of(part: str, row: Mapping[str, Any]) -> Iterator[tuple[str, Reason]]:
    """What is wrong with a row, each with the column that it is about."""
    key = str(row["key"])
    if not KEY.match(key):
        yield "key", Reason("key_unfit", {"key": key[:60]})
    for name, longest in _LONGEST.items():
        text = row.get(name)
        if text is not None and len(str(text)) > longest:
            yield name, Reason("name_too_long", {"longest": longest})
        if name in ("label", "text") and text is not None and not str(text).strip():
            yield name, Reason("name_needed")
        elif name != "key" and text and not _one_line(str(text)):
            yield name, Reason("text_unfit")
    for (where, name), allowed in _ONE_OF.items():
        if where == part and row[name] not in allowed:
            yield name, Reason("choice_not_known", {"what": name, "value": str(row[name])[:60]})
    if reason := _choices_unfit(row):
        yield "choices", reason
    if part == "lines":
        yield from _limit_faults(row)


def _one_line(text: str) -> bool:
    """Whether a text is one line of signs that are seen, which command nothing."""
    return "\x00" not in text and title(text) == text.strip()


def _choices_unfit(row: Mapping[str, Any]) -> Reason | None:
    """What is wrong with the choices of a row."""
    choices = [str(each) for each in row.get("choices", ())]
    if row.get("kind") == FieldKind.CHOICE and len(set(choices)) < 2:
        return Reason("choices_needed", {"key": row["key"]})
    if len(choices) > MOST_CHOICES:
        return too_many(len(choices), MOST_CHOICES)
    alike = len(set(choices)) < len(choices)
    unfit = [
        each
        for each in choices
        if not each or each != each.strip() or len(each) > LONGEST_CHOICE or not _one_line(each)
    ]
    if alike or unfit:
        return Reason("choices_unfit", {"key": row["key"], "longest": LONGEST_CHOICE})
    return None


def _limit_faults(row: Mapping[str, Any]) -> Iterator[tuple[str, Reason]]:
    low, high = row["low"], row["high"]
    limits = {name: row[name] for name in ("low", "high") if row[name] is not None}
    unfit = [name for name, limit in limits.items() if not _fits(limit)]
    if unfit:
        yield unfit[0], Reason("limit_unfit", {"key": row["key"]})
    elif limits and row["kind"] != LineKind.READING:
        yield next(iter(limits)), Reason("limits_of_readings_only", {"key": row["key"]})
    elif low is not None and high is not None and low > high:
        yield "low", Reason("limits_crossed", {"key": row["key"]})


def changed_kinds(type_id: int, fields: Sequence[Mapping[str, Any]]) -> dict[str, Reason]:
    """Fields of another kind than before, by key: what a key meant once it means for ever."""
    before = dict(
        TypeField.objects.filter(
            version__type_id=type_id, version__published_at__isnull=False
        ).values_list("key", "kind")
    )
    return {
        row["key"]: Reason("field_kind_changed", {"key": row["key"], "kind": before[row["key"]]})
        for row in fields
        if row["kind"] != before.get(row["key"], row["kind"])
    }
