"""Reads a mapping file and checks every key of it: a mistake is named and never guessed at."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from work.services.import_ import toml_values as toml
from work.services.import_.faults import MappingFault, shown
from work.services.import_.mapping import (
    CUSTOM,
    LINE_TARGETS,
    Field,
    FileForm,
    Form,
    ImportMapping,
    Join,
    Kind,
    Target,
    Unknown,
    Wins,
    kind_of,
    kinds,
    links,
    targets,
)
from work.states import Status

_TOP = ("kind", "name", "system", "file", "key", "fields", "values", "words", "links", "lines")
_TOP_MORE = ("unknown", "complete")
_FILE = ("encoding", "delimiter", "quote", "sheet", "header", "empty", "time_zone")
_FIELD = ("column", "first_of", "all_of", "constant", "separator", "map", "otherwise", "default")
_FIELD_MORE = ("date", "time_zone", "wins")
_UNKNOWN = ("place", "asset", "parent", "team", "owner", "record")
_DATES = ("iso", "epoch_ms", "epoch_s")
HEADER_LIMIT = 1_000
_SOME_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def load(path: Path) -> ImportMapping:
    """The mapping in a file. Raises MappingFault."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingFault(path.name, str(error)) from error
    return parse(text, name=shown(path.stem, 199))


def parse(text: str, *, name: str) -> ImportMapping:
    """The mapping that a text says. Raises MappingFault."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers and tables that are too long, too
        raise MappingFault(name, str(error)) from error
    toml.known(document, "", (*_TOP, *_TOP_MORE))
    kind = kind_of(toml.one_of(document, "kind", tuple(kinds())))
    form = file_form(document.get("file", {}), "file", FileForm())
    mapping = ImportMapping(
        kind=kind,
        name=toml.text(document, "name", default=name),
        system=toml.text(document, "system", limit=40),
        text=text,
        form=form,
        key=toml.text(document, "key"),
        fields=_fields(document, kind, form),
        words=toml.names(document, "words", default=("*",)),
        links=_links(document, kind, form),
        lines=_lines(document, kind, form),
        unknown=_unknown(document, kind),
        complete=toml.yes_no(document, "complete", default=True),
    )
    _complete(mapping)
    return mapping


def _fields(document: Mapping, kind: str, form: FileForm) -> tuple[Field, ...]:
    table = toml.table(document, "fields")
    known = targets(kind)
    toml.known(table, "fields", known)
    fields = [_field(table, name, "fields", known[name], form) for name in table]
    custom = toml.table(document, "values")
    if custom and kind is Kind.PLACES:
        raise MappingFault("values", _("Places have no fields of their own."))
    if custom and kind is Kind.ASSETS:
        raise MappingFault("values", _("The fields of an asset's class are not imported."))
    if custom and kind is not Kind.WORK:
        raise MappingFault("values", _("Only work has fields of its type."))
    for name in custom:
        field = _field(custom, name, "values", CUSTOM, form)
        fields.append(Field(**{**vars(field), "name": f"values.{name}"}))
    return tuple(fields)


def _field(table: Mapping, name: str, under: str, target: Target, form: FileForm) -> Field:
    path = f"{under}.{name}"
    said = table[name]
    if isinstance(said, str):
        said = {"column": said}
    if not isinstance(said, dict):
        raise MappingFault(path, _("A column name or a table is needed."))
    toml.known(said, path, (*_FIELD, *_FIELD_MORE))
    sources = [key for key in ("column", "first_of", "all_of", "constant") if key in said]
    if len(sources) != 1:
        raise MappingFault(path, _("Say exactly one of column, first_of, all_of, constant."))
    columns: tuple[str, ...] = ()
    if "column" in said:
        columns = (toml.text(said, "column", under=path),)
    elif sources[0] != "constant":
        columns = toml.names(said, sources[0], under=path, least=1)
    codes = None
    if "map" in said:
        table = toml.table(said, "map", path)
        codes = {str(code): toml.plain(value, f"{path}.map") for code, value in table.items()}
    field = Field(
        name=name,
        target=target,
        columns=columns,
        joined="all_of" in said,
        separator=toml.text(said, "separator", under=path, default=" ", strip=False),
        constant=toml.plain_or_none(said, "constant", path),
        codes=codes,
        otherwise=toml.plain_or_none(said, "otherwise", path),
        default=toml.plain_or_none(said, "default", path),
        forms=_dates(said, path),
        zone=toml.zone(said, path) or form.zone,
        wins=_wins(said, path),
    )
    _fitting(field, path, said)
    return field


def _fitting(field: Field, path: str, said: Mapping) -> None:
    """Refuse options that do not go with the field, and constants that it cannot hold."""
    if "otherwise" in said and "map" not in said:
        raise MappingFault(f"{path}.otherwise", _("It goes with a map."))
    if "date" in said and field.target.form not in (Form.MOMENT, Form.DAY, Form.CUSTOM):
        raise MappingFault(f"{path}.date", _("This field holds no date."))
    if field.target.form is not Form.CODE:
        return
    fixed = [field.constant, field.otherwise, field.default, *(field.codes or {}).values()]
    for value in fixed:
        if value is None or value in field.target.choices:
            continue
        said_of = {"value": value, "choices": ", ".join(field.target.choices)}
        if field.name == "status" and value in Status.values:
            problem = _("%(value)s: an import cannot create this, but only %(choices)s.")
        else:
            problem = _("%(value)s is none of: %(choices)s.")
        raise MappingFault(path, problem % said_of)


def _links(document: Mapping, kind: str, form: FileForm) -> tuple[Join, ...]:
    table = toml.table(document, "links")
    toml.known(table, "links", links(kind))
    joins = []
    for name in table:
        path, said = f"links.{name}", toml.table(table, name, "links")
        toml.known(said, path, ("file", "record", "to", "wins", "encoding", *_FILE))
        joins.append(
            Join(
                name=name,
                file=_file_name(said, path),
                form=file_form(toml.only(said, _FILE), path, form),
                record=toml.text(said, "record", under=path),
                to=toml.text(said, "to", under=path),
                wins=_wins(said, path),
            )
        )
    return tuple(joins)


def _lines(document: Mapping, kind: str, form: FileForm) -> Join | None:
    said = toml.table(document, "lines")
    if not said:
        return None
    if kind is not Kind.WORK:
        raise MappingFault("lines", _("Only work has a checklist."))
    toml.known(said, "lines", ("file", "record", "key", "words", "wins", "fields", *_FILE))
    own = file_form(toml.only(said, _FILE), "lines", form)
    table = toml.table(said, "fields", "lines")
    toml.known(table, "lines.fields", LINE_TARGETS)
    if "text" not in table:
        raise MappingFault("lines.fields.text", _("It is missing."))
    return Join(
        name="lines",
        file=_file_name(said, "lines"),
        form=own,
        record=toml.text(said, "record", under="lines"),
        to=toml.text(said, "key", under="lines"),
        fields=tuple(
            _field(table, name, "lines.fields", LINE_TARGETS[name], own) for name in table
        ),
        words=toml.names(said, "words", under="lines", default=("*",)),
        wins=_wins(said, "lines"),
    )


def _unknown(document: Mapping, kind: str) -> dict[str, Unknown]:
    table = toml.table(document, "unknown")
    toml.known(table, "unknown", _UNKNOWN)
    said = {name: Unknown(toml.one_of(table, name, tuple(Unknown), "unknown")) for name in table}
    if said and kind not in set(Kind):
        raise MappingFault("unknown", _("An unknown reference refuses a record of this kind."))
    if said.get("record") is Unknown.KEEP:
        raise MappingFault("unknown.record", _("There is no record to keep the text on."))
    if kind is Kind.PLACES and said.get("parent") is Unknown.KEEP:
        raise MappingFault("unknown.parent", _("Say refuse or report: a place has one parent."))
    return said


def _complete(mapping: ImportMapping) -> None:
    """Every field that a new record needs has a source."""
    named = {field.name for field in mapping.fields}
    for name, target in targets(mapping.kind).items():
        if target.needed and name not in named and name != "code":
            raise MappingFault(f"fields.{name}", _("It is missing."))
    if mapping.kind is Kind.WORK and "what" not in named:
        raise MappingFault("fields.what", _("It is missing."))


def file_form(said: Any, path: str, base: FileForm) -> FileForm:
    """How a file is written, as a table says; what it does not say is as in `base`."""
    if not isinstance(said, dict):
        raise MappingFault(path, _("A table is needed."))
    toml.known(said, path, _FILE)
    changes: dict[str, Any] = {}
    if "encoding" in said:
        changes["encoding"] = toml.encoding(said, path)
    for name in ("delimiter", "quote"):
        if name in said:
            changes[name] = toml.text(said, name, under=path, strip=False)
            if len(changes[name]) != 1 or changes[name] in "\r\n\0":
                raise MappingFault(f"{path}.{name}", _("One character is needed."))
    if "sheet" in said:
        changes["sheet"] = toml.text(said, "sheet", under=path)
    if "header" in said:
        changes["header"] = said["header"]
        if type(said["header"]) is not int or not 1 <= said["header"] <= HEADER_LIMIT:
            raise MappingFault(f"{path}.header", _("The number of the header's line is needed."))
    if "empty" in said:
        words = toml.names(said, "empty", under=path, default=())
        changes["empty"] = frozenset({"", *(word.strip() for word in words)})
    if "time_zone" in said:
        changes["zone"] = toml.zone(said, path)
    form = FileForm(**{**vars(base), **changes})
    if form.delimiter == form.quote:
        raise MappingFault(f"{path}.delimiter", _("It cannot be the quote as well."))
    return form


def _dates(said: Mapping, path: str) -> tuple[str, ...]:
    forms = said.get("date", "iso")
    forms = (forms,) if isinstance(forms, str) else toml.names(said, "date", under=path, least=1)
    for form in forms:
        if form not in _DATES and not _is_form(form):
            choices = ", ".join(_DATES)
            raise MappingFault(
                f"{path}.date",
                _("Say %(choices)s or a form such as %%d.%%m.%%Y.") % {"choices": choices},
            )
    return tuple(forms)


def _is_form(form: str) -> bool:
    """Whether a date written in this form is the same when it is read again."""
    try:
        again = datetime.strptime(_SOME_DATE.strftime(form), form)  # noqa: DTZ007 -- only tried
    except (ValueError, re.error):
        return False
    return again.date() == _SOME_DATE.date()


def _wins(said: Mapping, path: str) -> Wins:
    return Wins(toml.one_of(said, "wins", tuple(Wins), path)) if "wins" in said else Wins.VINKEY


def _file_name(said: Mapping, path: str) -> str:
    name = toml.text(said, "file", under=path)
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name:
        raise MappingFault(f"{path}.file", _("Name a file beside the first one."))
    return name
