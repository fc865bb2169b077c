"""The columns of the list: which there are, which are shown, and what a click on one does."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from work.filters.custom import sortable
from work.filters.order import ORDERS
from work.filters.selection import Selection
from work.reads.facets import CustomField

# In the order in which they stand. What it is always stands there.
LABELS = {
    "number": _("Number"),
    "what": _("What"),
    "type": _("Type"),
    "place": _("Place"),
    "owner": _("Owner"),
    "executor": _("Done by"),
    "team": _("Team"),
    "status": _("Status"),
    "kind": _("Blocked by"),
    "priority": _("Priority"),
    "planned_start": _("Planned start"),
    "planned_end": _("Planned end"),
    "due": _("Due"),
    "waiting": _("Stopped since"),
    "age": _("Age"),
}
USUAL = ("number", "what", "type", "place", "owner", "status", "priority", "due", "age")
ALWAYS = "what"
_MOST_CUSTOM = 6


@dataclass(frozen=True)
class Column:
    """One column. url: sorts by it. direction: in which it is sorted now. field: a custom one.

    hidden: its label is only read out.
    """

    key: str
    label: str
    url: str = ""
    direction: str = ""
    end: bool = False
    field: CustomField | None = None
    hidden: bool = False


def columns(selection: Selection, kept: Sequence[str] = ()) -> list[Column]:
    """The columns shown: those of the address, else those kept, else the usual ones.

    To the usual ones belong those of the one type that is asked for.
    """
    for wanted in (selection.asked.columns, kept):
        if found := _known(selection, wanted):
            return [_column(selection, *each) for each in found]
    usual: list[tuple[str, CustomField | None]] = [(key, None) for key in USUAL]
    own = [field for field in _of_types(selection) if selection.asked.values.get("type")]
    many = len(selection.asked.values.get("type", ())) > 1
    return [
        _column(selection, *each)
        for each in usual + [(f"f.{f.key}", f) for f in (() if many else own[:_MOST_CUSTOM])]
    ]


def offered(selection: Selection, shown: Sequence[Column]) -> list[tuple[str, str, bool]]:
    """What can be chosen: key, label, and whether it is shown.

    Of custom fields those that their type makes a column, of the types asked for, and those shown.
    """
    now = {column.key: column for column in shown}
    found = [(key, str(label), key in now) for key, label in LABELS.items() if key != ALWAYS]
    fields = {f"f.{field.key}": field.heading for field in _of_types(selection)}
    fields |= {key: column.label for key, column in now.items() if column.field}
    return found + [(key, label, key in now) for key, label in fields.items()]


def _of_types(selection: Selection) -> list[CustomField]:
    """The fields that their type makes a column, each key once; of the types asked for."""
    codes, facets = selection.asked.values.get("type", ()), selection.context.facets
    asked = {each.pk for each in facets.types if not codes or each.code in codes}
    by_key: dict[str, CustomField] = {}
    for field in facets.fields:
        if field.column and field.type_id in asked:
            by_key.setdefault(field.key, field)
    return list(by_key.values())


def _known(selection: Selection, wanted: Sequence[str]) -> list[tuple[str, CustomField | None]]:
    """Those of them that there are, in their order; nothing where there are none."""
    fields: dict[str, CustomField] = {}
    for field in [*_of_types(selection), *selection.context.facets.fields]:
        fields.setdefault(f"f.{field.key}", field)
    own = [(key, fields[key]) for key in wanted if key in fields]
    plain = [(key, None) for key in LABELS if key in wanted or key == ALWAYS]
    return [*plain, *own] if own or len(plain) > 1 or ALWAYS in wanted else []


def _column(selection: Selection, key: str, field: CustomField | None) -> Column:
    """A column; a click sorts by it, the next click the other way."""
    taken = selection.sort
    current = taken.removeprefix("-") == key
    direction = ("descending" if taken.startswith("-") else "ascending") if current else ""
    sorts = key in ORDERS or key in sortable(selection.context.facets)
    turned = f"-{key}" if direction == "ascending" else key
    return Column(
        key,
        field.heading if field else str(LABELS[key]),
        selection.asked.url(sort=turned) if sorts else "",
        direction,
        key == "age",
        field,
    )
