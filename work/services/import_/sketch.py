"""A mapping as a form holds it: flat answers by key, and back to the document that they say.

`flat_of` gives nothing for a mapping that says more than the answers can: that stays a text.
"""

import tomllib
from collections.abc import Container, Iterable, Mapping
from typing import Any

from work.services.import_.mapping import LINE_TARGETS, Kind, kind_of, links, targets
from work.services.import_.toml_text import dumps

UNKNOWN: dict[str, tuple[str, ...]] = {
    Kind.PLACES: ("parent", "team"),
    Kind.ASSETS: ("place", "parent", "team"),
    Kind.WORK: ("place", "asset", "parent", "team", "owner", "record"),
}
FILE = ("encoding", "delimiter", "quote", "sheet", "time_zone")
COLUMNS = ("column", "second", "third")
_FIELD = ("constant", "otherwise", "default", "wins")
_JOIN = ("file", "record", "to", "wins", "encoding", "delimiter")
_LINES = ("file", "record", "key", "wins", "encoding", "delimiter")
_DATES = " | "

type Flat = dict[str, Any]


class _Beyond(Exception):
    """The mapping says what no answer holds."""


def joins(kind: str) -> list[str]:
    """The files that records are joined with, as they are called in a mapping."""
    return [f"links.{name}" for name in links(kind)] + (["lines"] if kind is Kind.WORK else [])


def groups(kind: str) -> list[str]:
    """The fields that answers are asked for, as they are called in a mapping."""
    own = [f"fields.{name}" for name in targets(kind)]
    return own + ([f"lines.fields.{name}" for name in LINE_TARGETS] if kind is Kind.WORK else [])


def text_of(kind: str, flat: Mapping[str, Any]) -> str:
    """The mapping that the answers say, as text. It is not checked here."""
    document: dict[str, Any] = {"kind": str(kind)}
    for key in ("name", "system", "key"):
        if flat.get(key):
            document[key] = flat[key]
    document["words"] = ["*"] if flat.get("words") else []
    document["complete"] = bool(flat.get("complete"))
    document["file"] = file_of(flat)
    document["fields"] = _fields("fields", targets(kind), flat)
    if values := _pairs(flat.get("values", "")):
        document["values"] = values
    joined = {name: _some(f"links.{name}", _JOIN, flat) for name in links(kind)}
    document["links"] = {name: said for name, said in joined.items() if said.get("file")}
    if kind is Kind.WORK and flat.get("lines.file"):
        lines = _some("lines", _LINES, flat)
        document["lines"] = lines | {"fields": _fields("lines.fields", LINE_TARGETS, flat)}
    document["unknown"] = _some("unknown", UNKNOWN.get(kind, ()), flat)
    return dumps({key: value for key, value in document.items() if value != {}})


def file_of(flat: Mapping[str, Any]) -> dict[str, Any]:
    """How the file is written, as the answers say it."""
    said = _some("file", FILE, flat)
    if flat.get("file.header") not in (None, "", 1):
        said["header"] = flat["file.header"]
    if empty := [word.strip() for word in flat.get("file.empty", "").split(",") if word.strip()]:
        said["empty"] = empty
    return said


def _some(under: str, names: Iterable[str], flat: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name in names if (value := flat.get(f"{under}.{name}"))}


def _fields(under: str, names: Iterable[str], flat: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: _field(f"{under}.{name}", flat) for name in names}
    return {name: said for name, said in found.items() if said}


def _field(group: str, flat: Mapping[str, Any]) -> dict[str, Any]:
    columns = [value for name in COLUMNS if (value := flat.get(f"{group}.{name}"))]
    said = _some(group, _FIELD, flat)
    if columns and len(columns) == 1:
        said["column"] = columns[0]
    elif columns:
        joined = flat.get(f"{group}.joined")
        said["all_of" if joined else "first_of"] = columns
        if joined and flat.get(f"{group}.separator"):
            said["separator"] = flat[f"{group}.separator"]
    if not columns and "constant" not in said:
        return {}
    if dates := [form.strip() for form in flat.get(f"{group}.date", "").split("|") if form.strip()]:
        said["date"] = dates[0] if len(dates) == 1 else dates
    if codes := _pairs(flat.get(f"{group}.map", "")):
        said["map"] = codes
    return said


def _pairs(text: str) -> dict[str, str]:
    """The lines of a text as pairs around their last equals sign; a half line says nothing."""
    halves = (line.rpartition("=") for line in text.splitlines())
    found = {left.strip(): right.strip() for left, _sign, right in halves}
    return {left: right for left, right in found.items() if left and right}


def with_codes(text: str, codes: Iterable[str], fits: Container[str]) -> str:
    """The lines of a code map, and one for each code that is not among them.

    What fits as it stands becomes itself, the others are half lines; where all fit, none is needed.
    """
    known = {line.rpartition("=")[0].strip() for line in text.splitlines()}
    fresh = [code for code in codes if code not in known]
    if not known and all(code in fits for code in fresh):
        return text
    lines = [f"{code} = {code if code in fits else ''}" for code in fresh]
    return "\n".join([*filter(None, [text.rstrip()]), *lines])


def suggested(kind: str, columns: Iterable[str]) -> Flat:
    """Fields whose name is that of a column."""
    by_name = {name.casefold().replace(" ", "_"): name for name in columns}
    flat = {
        f"fields.{name}.column": by_name[name]
        for name in targets(kind)
        if name in by_name and name != "code"
    }
    key = next((by_name[name] for name in ("id", "key", "code", "number") if name in by_name), "")
    return flat | {"key": key, "words": True, "complete": True}


def lines_of(pairs: Mapping[str, Any]) -> str:
    """Pairs as the lines that `_pairs` reads."""
    return "\n".join(f"{left} = {right}" for left, right in pairs.items())


def flat_of(text: str) -> Flat | None:
    """The answers that say a mapping, which is known to be one; None where there are none."""
    document = tomllib.loads(text)
    try:
        flat = _flat(document)
    except (_Beyond, TypeError, AttributeError):
        return None
    kind = kind_of(document["kind"])
    return flat if _same(document, tomllib.loads(text_of(kind, flat))) else None


def _flat(document: Mapping[str, Any]) -> Flat:
    kind = kind_of(document["kind"])
    flat: Flat = {key: document.get(key, "") for key in ("name", "system", "key")}
    flat["words"] = document.get("words", ["*"]) == ["*"]
    flat["complete"] = document.get("complete", True)
    file = document.get("file", {})
    flat |= {f"file.{name}": file[name] for name in FILE if name in file}
    flat["file.header"] = file.get("header", 1)
    flat["file.empty"] = ", ".join(file.get("empty", []))
    for group in groups(kind):
        under, _dot, name = group.rpartition(".")
        table = document
        for step in under.split("."):
            table = table.get(step, {})
        if name in table:
            flat |= {f"{group}.{key}": value for key, value in _said(table[name]).items()}
    flat["values"] = lines_of(document.get("values", {}))
    for name, join in document.get("links", {}).items():
        flat |= {f"links.{name}.{key}": value for key, value in join.items()}
    flat |= {f"lines.{k}": v for k, v in document.get("lines", {}).items() if k in _LINES}
    flat |= {f"unknown.{key}": value for key, value in document.get("unknown", {}).items()}
    return flat


def _said(said: Any) -> Flat:
    """The answers of one field."""
    if isinstance(said, str):
        return {"column": said}
    columns = said.get("first_of") or said.get("all_of") or [said.get("column", "")]
    if len(columns) > len(COLUMNS):
        raise _Beyond
    flat: Flat = dict(zip(COLUMNS, columns, strict=False))
    flat |= {"joined": "all_of" in said, "separator": said.get("separator", "")}
    flat |= {name: _plain(said[name]) for name in _FIELD if name in said}
    if "map" in said:
        flat["map"] = lines_of({code: _plain(value) for code, value in said["map"].items()})
    dates = said.get("date", [])
    flat["date"] = dates if isinstance(dates, str) else _DATES.join(dates)
    return flat


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two documents say the same, what need not be said left out."""
    return _whole(one) == _whole(other)


def _whole(document: Mapping[str, Any]) -> dict[str, Any]:
    said = _texts({"words": ["*"], "complete": True} | dict(document))
    said["file"] = {"header": "1", "empty": []} | said.get("file", {})
    for holder in (said, said.get("lines", {})):
        fields = holder.get("fields", {})
        holder["fields"] = {name: _one(value) for name, value in fields.items()}
    empty: tuple[Any, ...] = ({}, {"fields": {}})
    return {key: value for key, value in said.items() if value not in empty}


def _texts(said: Any) -> Any:
    if isinstance(said, Mapping):
        return {key: _texts(value) for key, value in said.items()}
    return [*map(_texts, said)] if isinstance(said, list) else _plain(said)


def _one(said: Any) -> Any:
    return {"column": said} if isinstance(said, str) else said
