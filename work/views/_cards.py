"""The cards of a board: read in one query whatever the columns and lanes, with what can be done."""

from collections.abc import Iterable
from typing import Any

from work.filters import Selection
from work.filters.order import ordered
from work.models import WorkItem
from work.reads import lanes
from work.reads import rows as read
from work.reads.rows import ItemRow
from work.states import Status
from work.views import _card_moves

DEFAULT = "priority"


def of_columns(selection: Selection, statuses: Iterable[Status], most: int) -> list[ItemRow]:
    """The first cards of every status, each cut by its own index."""
    sort = _sort(selection)
    parts = [ordered(selection.rows(status), sort).values_list("pk")[:most] for status in statuses]
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return _read(selection, found)


def of_lanes(selection: Selection, opened: list[lanes.Lane], most: int) -> dict[str, list[ItemRow]]:
    """The first cards of every status of every lane, by its key."""
    placed = lanes.first(ordered(selection.rows(), _sort(selection)), opened, most)
    cards: dict[str, list[ItemRow]] = {}
    for row in _read(selection, placed):
        cards.setdefault(opened[placed[row.pk]].key, []).append(row)
    return cards


def by_status(cards: Iterable[ItemRow]) -> dict[str, list[ItemRow]]:
    """The cards by column, in their order."""
    found: dict[str, list[ItemRow]] = {}
    for row in cards:
        found.setdefault(row.status, []).append(row)
    return found


def by_stage(cards: list[ItemRow], *, whole: bool) -> list[dict[str, Any]]:
    """The cards of one column under the stages that their types have inside its status.

    What is in no stage comes first. A stage that nothing is in stands there too. whole: these are
    all that there are, so that they may be counted.
    """
    labels = {key: label for row in cards for key, label in row.stages}
    groups: dict[str, dict[str, Any]]
    groups = {key: {"key": key, "label": label, "items": []} for key, label in labels.items()}
    plain: dict[str, Any] = {"key": "", "label": "", "items": []}
    for row in cards:
        groups.get(row.stage, plain)["items"].append(row)
    for group in groups.values():
        group["count"] = str(len(group["items"])) if whole else ""
    return [plain, *groups.values()] if plain["items"] or not groups else [*groups.values()]


def _sort(selection: Selection) -> str:
    return selection.sort if selection.asked.sort else DEFAULT


def _read(selection: Selection, found: Any) -> list[ItemRow]:
    known = selection.context
    items = ordered(WorkItem.objects.filter(pk__in=found), _sort(selection))
    rows = read.load(items, known.at, known.who, cards=True)
    _card_moves.put(known.site, rows, known.who, known.at)
    return rows
