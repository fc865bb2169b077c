"""The list as a table for spreadsheets: names of columns that stay, cells as they are read back.

Codes stand where the page has words, and a moment is ISO 8601 in the site's zone. A text that a
spreadsheet would take for a formula begins with an apostrophe, which is taken off again when it
comes back.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any, Protocol

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from work.models import WorkItem
from work.permissions import Scope
from work.reads import rows as read
from work.reads.rows import ItemRow
from work.states import FieldKind

type Cell = str | int | float
type Table = list[tuple[str, Callable[[ItemRow], Cell]]]

# So many rows are in memory at once.
CHUNK = 1000
ID, VERSION, NUMBER = "id", "version", "number"
# What can be changed in a spreadsheet and brought back.
EDITABLE = ("owner", "priority", "planned_start", "planned_end", "due")
# The columns of the list that are no custom fields, but the number.
KEYS = ("what", "type", "place", "owner", "executor", "team", "status", "kind", "priority") + (
    "planned_start",
    "planned_end",
    "due",
    "waiting",
    "age",
)

# What begins a formula, also behind a mark that may part the cells where the reader lives. Any
# apostrophes before it count as the text's own: one more is put before them, one is taken off.
_PART, _FORMULA = r"(^|[;|\t\r\n])", r"(?='*[=+\-@\t\r\n＝＋－＠])"
_ESCAPE = re.compile(_PART + _FORMULA)
_ESCAPED = re.compile(_PART + "'" + _FORMULA)


class Column(Protocol):
    """A column as the list has it."""

    key: str
    field: Any


def escaped(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return _ESCAPE.sub(r"\1'", text)


def unescaped(text: str) -> str:
    """The text that `escaped` was given."""
    return _ESCAPED.sub(r"\1", text)


def table(columns: Sequence[Column], zone: tzinfo) -> Table:
    """The columns of the table: its name, and how a row has it. What names the item comes first."""

    def moment(at: datetime | None) -> str:
        return at.astimezone(zone).isoformat(timespec="seconds") if at else ""

    known: dict[str, list[tuple[str, Callable[[ItemRow], Cell]]]] = {
        "what": [("what", lambda row: row.what)],
        "type": [("type", lambda row: row.type_label)],
        "place": [
            ("place", lambda row: row.place.code),
            ("place_name", lambda row: row.place.name),
        ],
        "owner": [("owner", lambda row: row.owner_text)],
        "executor": [("executors", lambda row: row.executors_text)],
        "team": [("team", lambda row: row.team_text)],
        "status": [("status", lambda row: row.status)],
        "kind": [("blocked_by", lambda row: ", ".join(row.kinds))],
        "priority": [("priority", lambda row: row.priority)],
        "planned_start": [("planned_start", lambda row: moment(row.planned_start))],
        "planned_end": [("planned_end", lambda row: moment(row.planned_end))],
        "due": [("due", lambda row: moment(row.due))],
        "waiting": [("waiting_since", lambda row: moment(row.waiting_since))],
        "age": [("requested_at", lambda row: moment(row.age_since))],
    }
    found: Table = [
        (ID, lambda row: row.pk),
        (VERSION, lambda row: row.version),
        (NUMBER, lambda row: row.label),
    ]
    for column in columns:
        if column.field is not None:
            found.append((column.key, _own(column.field, moment)))
        else:
            found += known.get(column.key, [])
    return found


def _own(field: Any, moment: Callable[[datetime | None], str]) -> Callable[[ItemRow], Cell]:
    """How a row has a custom field."""
    key, kind = field.key, field.kind

    def cell(row: ItemRow) -> Cell:
        value = row.values.get(key)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if kind == FieldKind.MOMENT and isinstance(value, str) and (at := parse_datetime(value)):
            return moment(at)
        return value if isinstance(value, int | float) else str(value)

    return cell


def more(columns: Sequence[Column]) -> list[str]:
    """What is read besides for these columns."""
    return [each.key for each in columns if each.key in read.MORE]


def header(columns: Table) -> list[Cell]:
    """The names of the columns."""
    return [escaped(name) for name, _cell in columns]


def cells(columns: Table, row: ItemRow) -> list[Cell]:
    """What a row has in each, no text of it a formula."""
    found = []
    for _name, cell in columns:
        value = cell(row)
        found.append(escaped(value) if isinstance(value, str) else value)
    return found


def rows(
    items: QuerySet[WorkItem], seen: Q, at: datetime, who: Scope, wanted: Sequence[str]
) -> Iterator[list[ItemRow]]:
    """The rows of `items` in their order, some at a time, of those that may be `seen`.

    Which they are, and in which order, is asked once and stands in the database until the end;
    whoever stops before closes the generator.
    """
    keys = items.values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    try:
        while chunk := list(islice(keys, CHUNK)):
            yield known(chunk, seen, at, who, wanted)
    finally:
        keys.close()  # type: ignore[attr-defined]


def known(
    pks: Sequence[int], seen: Q, at: datetime, who: Scope, wanted: Sequence[str]
) -> list[ItemRow]:
    """The rows of these items in this order, in the words of a reader: one query."""
    found = WorkItem.objects.filter(seen, pk__in=pks)
    by_pk = {row.pk: row for row in read.load(found, at, who, more=wanted)}
    return [by_pk[pk] for pk in pks if pk in by_pk]
