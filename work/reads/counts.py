"""Counts that are quick at any size: exact to a thousand, then "1,000+"."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Value
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from work.reads.kept import answer

CAP = 1000


type Statement = tuple[str, tuple[Any, ...]]


def few(found: QuerySet) -> Statement:
    """As many of the rows as are counted."""
    cut = found.order_by().values_list(Value(1))[: CAP + 1]
    try:
        return cut.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return "SELECT 1 WHERE false", ()


def capped(found: Sequence[QuerySet | Statement]) -> list[int]:
    """How many rows each has, at most one above the cap: one query for all of them.

    A statement is what `few` makes of rows.
    """
    if not found:
        return []
    # What is asked twice, such as all open work and the list of it, is counted once.
    parts: dict[tuple[str, str], tuple[Any, ...]] = {}
    asked = []
    for each in found:
        sql, given = few(each) if isinstance(each, QuerySet) else each
        asked.append((sql, repr(given)))
        parts[asked[-1]] = given
    counts = ", ".join(f"(SELECT count(*) FROM ({sql}) AS few)" for sql, _given in parts)
    (row,) = answer(f"SELECT {counts}", [each for given in parts.values() for each in given])
    known = dict(zip(parts, row, strict=True))
    return [known[each] for each in asked]


def said(count: int) -> str:
    """A count as it is shown: `1,000+` above a thousand."""
    if count > CAP:
        return _("%(number)s+") % {"number": _grouped(CAP)}
    return _grouped(count)


def _grouped(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)
