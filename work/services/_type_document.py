"""A type of work as one JSON document: what it may hold, and every fault of it with its path.

Keys are those of the type itself and stable over sites; no id of a site's rows stands in it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from work.exceptions import Reason
from work.services._draft import COLUMNS, faults_of, row_of, setting_faults, too_many
from work.services._draft import MOST as MOST_ROWS

FORMAT = "vinkey.work-type"
VERSION = 1
LARGEST = 1024 * 1024
# So many faults are told of one file.
MOST = 50
# So many rules may stand in one.
MOST_RULES = 200
# What a file says stands no deeper than this.
DEEPEST = 8

_TYPE: dict[str, Any] = {"code": ..., "name": ..., "category": "", "icon": "clipboard"}
_LONGEST = {"code": 20, "name": 120, "category": 60, "icon": 40}
_SETTINGS: dict[str, Any] = {
    "accept_role": "",
    "four_eyes": False,
    "sample_percent": 0,
    "takes_out": False,
    "on_it_now": False,
    "default_priority": "3",
    "due_days": None,
    "stop_minutes": 10,
}
# place and asset_class: their codes. lead: in seconds. Mode and dates are each site's own.
RULE: dict[str, Any] = {
    "key": ...,
    "what": ...,
    "supplier": ...,
    "params": {},
    "kind": ...,
    "gate": ...,
    "line_key": "",
    "place": "",
    "asset_class": "",
    "safety_critical_only": False,
    "one_time": False,
    "lead": None,
    "waivable_by": "",
}
_WHOLE = {"due_days", "lead"}


@dataclass
class Document:
    """What a file says. rules: None where it says nothing of rules."""

    type: dict[str, Any]
    settings: dict[str, Any]
    parts: dict[str, list[dict[str, Any]]]
    rules: list[dict[str, Any]] | None = None
    faults: list[Reason] = field(default_factory=list)

    def fault(self, path: str, reason: Reason) -> None:
        """Note what is wrong at a place in the file."""
        self.faults.append(at_path(path, reason))


def at_path(path: str, reason: Reason) -> Reason:
    """A reason with the place in the file that it is about."""
    return Reason("in_file", {"path": path, "reason": reason.as_json()})


def written(
    kind: Mapping[str, Any],
    settings: Mapping[str, Any],
    parts: Mapping[str, Iterable[Mapping[str, Any]]],
    rules: Iterable[Mapping[str, Any]] | None,
) -> str:
    """The document as text: always the same for the same type."""
    document: dict[str, Any] = {"format": FORMAT, "version": VERSION, "type": dict(kind)}
    document |= {"settings": dict(settings), **{name: list(rows) for name, rows in parts.items()}}
    if rules is not None:
        document["rules"] = list(rules)
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


class _Twice(Exception):
    def __init__(self, key: str) -> None:
        self.key = key


def read(data: bytes) -> Document:
    """The document in a file, with its faults."""
    document = Document({}, {}, {part: [] for part in COLUMNS})
    if len(data) > LARGEST:
        document.faults.append(Reason("file_too_large", {"megabytes": LARGEST // 1024**2}))
        return document
    try:
        text = data.decode("utf-8-sig")
        whole = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except _Twice as twice:
        document.faults.append(Reason("key_twice", {"key": twice.key[:60]}))
    except json.JSONDecodeError as error:
        document.faults.append(Reason("file_not_json", {"line": error.lineno}))
    except (ValueError, RecursionError):
        document.faults.append(Reason("file_not_json", {"line": 1}))
    else:
        _fill(document, whole)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(key)
        found[key] = value
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _fill(document: Document, whole: Any) -> None:
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        document.faults.append(Reason("file_of_other_kind"))
        return
    if whole.get("version") != VERSION or whole.get("version") is True:
        document.fault("version", Reason("file_version_unknown", {"version": VERSION}))
        return
    for path, reason in _unfit(whole, ""):
        document.fault(path, reason)
    if document.faults:
        return
    known = {"format", "version", "type", "settings", "rules", *COLUMNS}
    for key in sorted(set(whole) - known):
        document.fault(key[:60], Reason("file_key_unknown"))
    document.type = _row(document, whole.get("type"), _TYPE, "type") or {}
    for name, longest in _LONGEST.items():
        if len(document.type.get(name, "")) > longest:
            document.fault(f"type.{name}", Reason("name_too_long", {"longest": longest}))
        if not document.type.get(name, "-").strip() and name in ("code", "name"):
            document.fault(f"type.{name}", Reason("name_needed"))
    document.settings = _row(document, whole.get("settings", {}), _SETTINGS, "settings") or {}
    for name, value in document.settings.items():
        for reason in setting_faults(name, value):
            document.fault(f"settings.{name}", reason)
    for part in COLUMNS:
        document.parts[part] = _part(document, whole.get(part, []), part)
    if "rules" in whole:
        rows = _rows(document, whole["rules"], RULE, "rules")
        document.rules = [row for _path, row in rows]
        _twice(document, rows)


def _unfit(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, Reason]]:
    """Where texts hold what no text can (a NUL, half of a pair of surrogates), or all is too deep.

    With each place what is wrong there.
    """
    if depth > DEEPEST:
        yield path, Reason("file_too_deep")
    elif isinstance(value, str):
        if "\x00" in value or any("\ud800" <= each <= "\udfff" for each in value):
            yield path, Reason("text_unfit")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _unfit(each, f"{path}[{index}]", depth + 1)
    elif isinstance(value, dict):
        for key, each in value.items():
            short = key[:60]
            if any(True for _ in _unfit(key, "")):
                yield path, Reason("text_unfit")
            else:
                yield from _unfit(each, f"{path}.{short}" if path else short, depth + 1)


def _part(document: Document, given: Any, part: str) -> list[dict[str, Any]]:
    rows = _rows(document, given, COLUMNS[part], part)
    _twice(document, rows)
    made = []
    for path, row in rows:
        stored = row_of(part, row)
        for column, reason in faults_of(part, stored):
            document.fault(f"{path}.{column}", reason)
        made.append(stored)
    return made


def _twice(document: Document, rows: list[tuple[str, dict[str, Any]]]) -> None:
    seen: set[str] = set()
    for path, row in rows:
        if row["key"] in seen:
            document.fault(f"{path}.key", Reason("key_twice", {"key": row["key"][:60]}))
        seen.add(row["key"])


def _rows(
    document: Document, given: Any, columns: Mapping[str, Any], part: str
) -> list[tuple[str, dict[str, Any]]]:
    """The rows of a part that have the shape they must, each with its path."""
    if not isinstance(given, list):
        document.fault(part, Reason("file_shape", {"expected": "list"}))
        return []
    if len(given) > MOST_ROWS.get(part, MOST_RULES):
        document.fault(part, too_many(len(given), MOST_ROWS.get(part, MOST_RULES)))
        return []
    rows = [
        (f"{part}[{index}]", _row(document, each, columns, f"{part}[{index}]"))
        for index, each in enumerate(given)
    ]
    return [(path, row) for path, row in rows if row is not None]


def _row(
    document: Document, given: Any, columns: Mapping[str, Any], path: str
) -> dict[str, Any] | None:
    """One object with all its keys, those left out as they are then; None where it has a fault."""
    if not isinstance(given, dict):
        document.fault(path, Reason("file_shape", {"expected": "object"}))
        return None
    before = len(document.faults)
    for key in sorted(set(given) - set(columns)):
        document.fault(f"{path}.{key[:60]}", Reason("file_key_unknown"))
    row = {}
    for name, default in columns.items():
        if name not in given and default is ...:
            document.fault(f"{path}.{name}", Reason("file_key_missing"))
        row[name] = given.get(name, default)
        expected = _expected(name, default)
        if name in given and not _is(row[name], expected):
            document.fault(f"{path}.{name}", Reason("file_shape", {"expected": expected}))
    return row if len(document.faults) == before else None


def _expected(name: str, default: Any) -> str:
    """What a value must be, told by what it is when it is left out."""
    if name in _WHOLE:
        return "whole_or_nothing"
    match default:
        case bool():
            return "yes_no"
        case int():
            return "whole"
        case list():
            return "texts"
        case dict():
            return "object"
        case None:
            return "number_or_nothing"
    return "text"


def _is(value: Any, expected: str) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    match expected:
        case "yes_no":
            return isinstance(value, bool)
        case "whole":
            return whole
        case "whole_or_nothing":
            return value is None or whole
        case "texts":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case "object":
            return isinstance(value, dict)
        case "number_or_nothing":
            return value is None or whole or isinstance(value, float | str)
    return isinstance(value, str)
