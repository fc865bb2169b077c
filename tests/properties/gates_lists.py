"""Lists, boards and counts of permits say what the records say: compared with what is stored.

Where a permit stands at a moment is said here anew, from the rows alone.
"""

from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

from permits.reads import board, lists
from tests.properties import rows
from tests.properties.gates_rules import Stored
from work.permissions import system

_ASKED = ("requested", "checked", "endorsed")
_COLUMN = {
    "stop_called": "loud",
    "overdue": "loud",
    "checked": "authorise",
    "endorsed": "authorise",
    "issued": "force",
    "in_force": "force",
    "stopped": "stopped",
    "aftercare": "after",
    "handed_back": "after",
}


def stands(permit: Row, at: datetime) -> str:
    """Where a permit stands: what time alone has brought since somebody decided."""
    if permit.state == "in_force":
        if permit.tests_until is not None and permit.tests_until <= at:
            return "stop_called"
        return "overdue" if permit.issue_ends <= at else "in_force"
    if permit.state == "issued" and permit.issue_ends <= at and permit.begun_at is not None:
        return "stopped"
    back = permit.state == "issued" and permit.issue_ends <= at
    if permit.state == "authorised" or back:
        return "lapsed" if permit.ends <= at else "authorised"
    return permit.state


def lists_say_what_stands(stored: Stored, site: Any, at: datetime, turn: int) -> None:
    """7. Counts and one tab of the list, another each turn, are of the permits that stand so; at
    each eighth turn the board too, which is slow to ask."""
    who, soon = system(at), at + timedelta(hours=24)
    now = {permit.id: stands(permit, at) for permit in stored.permits if permit.ended_at is None}
    # What time alone has ended is ended, also before that is written.
    now = {pk: code for pk, code in now.items() if code != "lapsed"}
    opened = [permit for permit in stored.permits if permit.id in now]
    assert lists.counts(site, who, at) == Counter(now.values())
    asked = ("draft", *_ASKED)
    to_issue = {
        permit.id for permit in opened if now[permit.id] == "authorised" and permit.starts < soon
    }
    tabs = {
        "now": {permit.id for permit in opened if permit.state not in asked},
        "issue": to_issue,
        "asked": {permit.id for permit in opened if permit.state in asked},
        "ended": {permit.id for permit in stored.permits} - set(now),
    }
    show = lists.SHOWN[turn % len(lists.SHOWN)]
    found = lists.chosen(site, who, at, show, {}).values_list("pk", flat=True)
    assert sorted(found) == sorted(tabs[show]), show
    if turn % 8 == 0:
        _board_says_it(site, at, opened, now, to_issue)


def _board_says_it(
    site: Any, at: datetime, opened: list[Row], now: dict[int, str], to_issue: set[int]
) -> None:
    checked = {
        (row.type_id, row.risk)
        for row in rows.read("SELECT type_id, risk FROM permits_permitroute WHERE checked")
    }
    columns: Counter[str] = Counter()
    for permit in opened:
        column = "issue" if permit.id in to_issue else _COLUMN.get(now[permit.id])
        if now[permit.id] == "requested":
            column = "check" if (permit.type_id, permit.risk) in checked else "authorise"
        if column:
            columns[column] += 1
    [lane] = board.board(site, system(at), at, "", {})
    assert lane.counts == columns
    for column, cards in lane.cards.items():
        assert len(cards) == min(board.MOST, columns[column]), column
