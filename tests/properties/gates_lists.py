"""Lists, boards and counts of permits say what the records say, and to each only what is theirs.

Where a permit stands at a moment is said here anew, from the rows alone.
"""

from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

from permits.reads import board, isolations, lists
from tests.properties import rows
from tests.properties.gates_rules import Stored
from work.permissions import scope, system

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
    """Counts and one tab of the list, another each turn, are of the permits that stand so; at
    each eighth turn the board too, which is slow to ask."""
    who, soon = system(at), at + timedelta(hours=24)
    now = _open(stored.permits, at)
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


def each_sees_what_is_theirs(stored: Stored, world: Any, at: datetime) -> None:
    """7. A company sees and counts its own permits and the isolations behind which it works, and
    nothing of another's; who may look at the whole site, all of it.
    """
    for person, team in (
        (world.contractor, world.lasteam),
        (world.other_contractor, world.hydrex),
        (world.viewer, None),
    ):
        who = scope(person, at)
        own = [each for each in stored.permits if team is None or each.team_id == team.pk]
        found = lists.seen(world.site, who).values_list("pk", flat=True)
        assert sorted(found) == [each.id for each in own], person
        assert lists.counts(world.site, who, at) == Counter(_open(own, at).values()), person
        behind = {
            each.id
            for each in stored.isolations
            if team is None or _works_behind(stored, each, team.pk, person.pk)
        }
        found = isolations.seen(world.site, who).values_list("pk", flat=True)
        assert sorted(found) == sorted(behind), person


def _open(permits: list[Row], at: datetime) -> dict[int, str]:
    """Where each open one stands. What time alone has ended is ended, also before it is written."""
    now = {permit.id: stands(permit, at) for permit in permits if permit.ended_at is None}
    return {pk: code for pk, code in now.items() if code != "lapsed"}


def _works_behind(stored: Stored, isolation: Row, team: int, person: int) -> bool:
    """By its permit, its work, its work under a permit of the site, or an own lock on the box."""
    for use in stored.of("uses", isolation_id=isolation.id):
        works = {link.item_id for link in stored.of("links", permit_id=use.permit_id)}
        works |= {use.item_id} - {None}
        permit = stored.permit.get(use.permit_id)
        if any(stored.item[pk].team_id == team for pk in works):
            return True
        if permit is not None and permit.team_id == team:
            return True
    return bool(stored.of("locks", isolation_id=isolation.id, person_id=person, group=False))


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
