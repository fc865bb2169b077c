"""The requirements that would stand on an item: worked out as `_derive` would, and never kept."""

from collections.abc import Mapping
from datetime import datetime

from work.models import Prerequisite, RequirementRule, WorkItem
from work.ports import ItemContext
from work.services._derive import forget_row, put, withdrawn_rows
from work.services._facts import Facts
from work.services._wanted import Wanted, from_rule, row_of, wanted_on


def foreseen(facts: Facts, at: datetime, lines: Mapping[str, int]) -> list[Prerequisite]:
    """The rows that would stand on an item with these hold points by key. Nothing is kept.

    As `derive` would leave them; those of an answer that counts no more are to be asked.
    """
    item = facts.item
    points = {(item.pk, key): pk for key, pk in lines.items()}
    wanted = wanted_on([facts], at, points)
    standing = {(row.gate, row.line_id, row.origin): row for row in facts.prerequisites}
    withdrawn = withdrawn_rows({item.pk: facts}, wanted)
    here = {None, *lines.values()}
    rows = [
        row
        for row in facts.prerequisites
        if row.origin.startswith(facts.kept) and row.line_id in here
    ]
    for key, want in wanted[item.pk].items():
        row = standing.get(key) or withdrawn.get((item.pk, *key))
        rows.append(_foreseen(row, want, item, at))
    return rows


def under(
    rule: RequirementRule,
    item: WorkItem,
    context: ItemContext,
    line_id: int | None,
    row: Prerequisite | None,
    at: datetime,
) -> Prerequisite:
    """The row that a rule would ask for, saved or not, made of the one it asked for before."""
    want = from_rule(rule, context, line_id)
    if row is not None and (row.gate, row.line_id) != (want.gate, want.line_id):
        row = None
    return _foreseen(row, want, item, at)


def _foreseen(row: Prerequisite | None, want: Wanted, item: WorkItem, at: datetime) -> Prerequisite:
    if row is None:
        return row_of(want, item, at)
    _changed, other = put(row, want)
    if other or row.withdrawn_at is not None:
        forget_row(row)
        row.waived_at = row.waiver_until = row.refused_at = row.withdrawn_at = None
    return row
