"""Orders of a list. Each has an index over open items behind it, read in either direction; by a
custom field the open items are sorted.

Descending is the exact reverse of ascending, so items without a value come last and then first.
After page 20 the next rows follow from the key of the last one (`after`).
"""

import json
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.utils.dateparse import parse_datetime

from work.models import WorkItem
from work.models.readings import LIFECYCLE
from work.reads.rows import ItemRow
from work.states import Priority, Status

_RANK = {status.value: rank for rank, status in enumerate(Status)}


@dataclass(frozen=True)
class Order:
    """One column to sort by, and how its value stands in an `after`."""

    column: str
    value: Callable[[ItemRow], Any]
    parse: Callable[[str], Any]
    nullable: bool = False


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _rank(text: str) -> int | None:
    return int(text) if text in {str(rank) for rank in _RANK.values()} else None


NUMBER = Order("number", lambda row: row.number, lambda text: None)
ORDERS = {
    "number": NUMBER,
    "due": Order("due", lambda row: row.due, _moment, nullable=True),
    "planned_start": Order("planned_start", lambda row: row.planned_start, _moment, nullable=True),
    "priority": Order(
        "priority", lambda row: row.priority, lambda text: text if text in Priority.values else None
    ),
    "status": Order("lifecycle", lambda row: _RANK[row.status], _rank),
    "waiting": Order("waiting_since", lambda row: row.waiting_since, _moment, nullable=True),
    "age": Order("requested_at", lambda row: row.age_since, _moment),
}


def _json(text: str) -> Any:
    """A word or number that the database can hold; JSON knows more of either."""
    try:
        found = json.loads(text)
        if isinstance(found, str):
            found.encode()
    except ValueError:
        return None
    if isinstance(found, str):
        return None if "\x00" in found else found
    return found if isinstance(found, int | float) and math.isfinite(found) else None


def _order(name: str) -> Order:
    """The order by a column; by a custom field as `f.<key>`."""
    if name in ORDERS:
        return ORDERS[name]
    field = name.removeprefix("f.")
    return Order("custom", lambda row: row.values.get(field), _json, nullable=True)


def known(sort: str, custom: Collection[str] = ()) -> str:
    """The sort as it is taken: one that is not known is the default, the newest first.

    custom: the custom fields that can be sorted by.
    """
    name = sort.removeprefix("-")
    return sort if name in ORDERS or name in custom else "-number"


def ordered(items: QuerySet[WorkItem], sort: str, after: str = "") -> QuerySet[WorkItem]:
    """The items in that order, beginning after the key of a row."""
    back, order = sort.startswith("-"), _order(sort.removeprefix("-"))
    if order is NUMBER:
        found = items.order_by("-number" if back else "number")
        number = _number(after)
        if number is None:
            return found
        return found.filter(number__lt=number) if back else found.filter(number__gt=number)
    if order.column == "lifecycle":
        items = items.alias(lifecycle=LIFECYCLE)
    elif order.column == "custom":
        items = items.alias(custom=KeyTransform(sort.removeprefix("-")[2:], "values"))
    first = F(order.column).desc() if back else F(order.column).asc()
    found = items.order_by(first, "number" if back else "-number")
    start = _start(order, back, after)
    return found if start is None else found.filter(start)


def begins(sort: str, after: str) -> bool:
    """Whether `after` is the key of a row in that order."""
    back, order = sort.startswith("-"), _order(sort.removeprefix("-"))
    if order is NUMBER:
        return _number(after) is not None
    return _start(order, back, after) is not None


def key(row: ItemRow, sort: str) -> str:
    """The key of a row in that order."""
    order = _order(sort.removeprefix("-"))
    if order is NUMBER:
        return str(row.number)
    value = order.value(row)
    if order.column == "custom" and value is not None:
        return f"{json.dumps(value, ensure_ascii=False)}~{row.number}"
    said = value.isoformat() if isinstance(value, datetime) else "" if value is None else value
    return f"{said}~{row.number}"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def _start(order: Order, back: bool, after: str) -> Q | None:
    """Everything behind that key; None where the key cannot be read."""
    said, tilde, last = after.rpartition("~")
    number = _number(last)
    if not tilde or number is None:
        return None
    column, tie = order.column, "number__gt" if back else "number__lt"
    if not said and order.nullable:
        same = Q(**{f"{column}__isnull": True, tie: number})
        return same | Q(**{f"{column}__isnull": False}) if back else same
    value = order.parse(said)
    if value is None:
        return None
    found = Q(**{column: value, tie: number}) | Q(**{f"{column}__{'lt' if back else 'gt'}": value})
    return found | Q(**{f"{column}__isnull": True}) if order.nullable and not back else found
