"""What must hold of permits, isolations, locks and the work behind them, from what is stored.

Nothing of the services is asked: rows are read by plain SQL, and what they mean is said here anew.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import combinations
from types import SimpleNamespace as Row

from tests.properties import rows

SECOND = timedelta(seconds=1)
_TABLES = {
    "permits": "SELECT * FROM permits_permit",
    "issues": "SELECT * FROM permits_issue",
    "links": "SELECT * FROM permits_permititem WHERE ended_at IS NULL",
    "presences": "SELECT * FROM permits_presence WHERE off_at IS NULL",
    "signatures": "SELECT permit_id, part, person_id FROM permits_signature",
    "isolations": "SELECT * FROM permits_isolation",
    "points": "SELECT * FROM permits_isolationpoint WHERE ended_at IS NULL",
    "uses": "SELECT * FROM permits_isolationuse WHERE ended_at IS NULL",
    "locks": "SELECT * FROM permits_personallock WHERE off_at IS NULL",
    "items": "SELECT id, number, status, started_at, team_id FROM work_workitem",
    "executors": "SELECT item_id, user_id FROM work_itemexecutor",
    "acceptances": "SELECT item_id, id FROM work_acceptance WHERE struck_at IS NULL",
}
_ENDED = ("closed", "refused", "cancelled", "lapsed")
_UNDER_ISSUE = ("issued", "in_force", "stop_called")
_PERFORMS = {"taken", "takeover_performer", "handed_back"}
_ISSUES = {"issued", "brought_back", "takeover_issuer", "closed"}


class Stored:
    """Everything of the gates as it is stored, by what it belongs to."""

    def __init__(self) -> None:
        for name, sql in _TABLES.items():
            setattr(self, name, rows.read(f"{sql} ORDER BY 1, 2"))
        self.permit = {row.id: row for row in self.permits}
        self.isolation = {row.id: row for row in self.isolations}
        self.item = {row.id: row for row in self.items}
        self.point = {row.id: row for row in self.points}

    def of(self, table: str, /, **known) -> list[Row]:
        """The rows of a table with these values."""
        return [
            row
            for row in getattr(self, table)
            if all(getattr(row, field) == value for field, value in known.items())
        ]

    def in_force(self, permit: Row, at: datetime) -> bool:
        """In force at a moment: taken, within its issue, with gas tests that hold."""
        if permit.state != "in_force" or permit.issue_ends <= at:
            return False
        return permit.tests_until is None or permit.tests_until > at

    def tried(self, isolation: Row) -> bool:
        """Every point is applied, locked and tried, and nobody found it otherwise."""
        points = self.of("points", isolation_id=isolation.id)
        return bool(points) and all(
            point.applied_at and point.locked_at and point.tried_at
            and not point.reported_at and not point.removed_at
            for point in points
        )  # fmt: skip

    def behind(self, item: Row) -> list[Row]:
        """The isolations that protect an item, by itself or through its permits."""
        found = {}
        for use in self.uses:
            linked = self.of("links", permit_id=use.permit_id, item_id=item.id)
            if use.item_id == item.id or (use.permit_id and linked):
                permit = self.permit.get(use.permit_id)
                if use.item_id == item.id:
                    found[use.isolation_id] = use.how
                elif permit.state not in _ENDED:
                    found.setdefault(use.isolation_id, "protected")
        return [self.isolation[pk] for pk, how in found.items() if how == "protected"]

    def edges(self, at: datetime) -> list[datetime]:
        """What turns by the clock, later than a moment."""
        turning = ("issue_ends", "tests_until", "ends", "aftercare_until")
        found = {getattr(permit, name) for permit in self.permits for name in turning}
        found |= {isolation.until for isolation in self.isolations}
        found |= {isolation.check_due for isolation in self.isolations}
        return sorted(edge for edge in found if edge is not None and edge > at)


def in_force_is_sound(stored: Stored, at: datetime) -> None:
    """5. In force: within a current issue that was taken, within its window, isolations tried."""
    for permit in stored.permits:
        open_issues = stored.of("issues", permit_id=permit.id, ended_at=None)
        under = permit.state in _UNDER_ISSUE
        assert len(open_issues) == (1 if under else 0), f"P-{permit.number} {permit.state}"
        if not stored.in_force(permit, at):
            continue
        (issue,) = open_issues
        assert issue.taken_at is not None, f"P-{permit.number} is in force and nobody took it"
        assert issue.taker_id == permit.performing_authority_id, permit.number
        assert issue.issuer_id == permit.issuer_id, permit.number
        assert issue.issued_at <= at < issue.ends <= permit.ends, permit.number
        assert permit.starts <= issue.issued_at, f"P-{permit.number} was issued before its window"
        for use in stored.of("uses", permit_id=permit.id):
            isolation = stored.isolation[use.isolation_id]
            assert isolation.state == "verified", f"P-{permit.number}: I-{isolation.number}"
            assert stored.tried(isolation), f"P-{permit.number}: I-{isolation.number}"
    for presence in stored.presences:
        state = stored.permit[presence.permit_id].state
        assert state in ("in_force", "stop_called"), f"somebody is on a permit that is {state}"


def verified_is_tried(stored: Stored) -> None:
    """What is called *in place and tried* is so at every point."""
    for isolation in stored.isolations:
        if isolation.state == "verified":
            assert stored.tried(isolation), f"I-{isolation.number}"


def who_is_on_has_a_lock(stored: Stored) -> None:
    """Who is signed on behind an isolation has an own lock on its box."""
    for presence in stored.presences:
        for use in stored.of("uses", permit_id=presence.permit_id):
            whose = {"person_id": presence.person_id, "name": presence.name, "group": False}
            on = stored.of("locks", isolation_id=use.isolation_id, **whose)
            assert on, f"{presence.person_id} {presence.name} is on behind no own lock"


def nobody_relies_on_what_went(before: Stored, now: Stored) -> None:
    """5. No point went while a permit, work, or a lock relied on it; a sanctioned test excepted."""
    for was in before.points:
        point = now.point.get(was.id)
        went = point is None or point.removed_at or (was.applied_at and not point.applied_at)
        if not went or was.removed_at or not was.applied_at:
            continue
        isolation = before.isolation[was.isolation_id]
        if isolation.state == "in_test":
            continue
        reported = point is not None and point.reported_at and point.reported_at != was.reported_at
        if reported or (was.reported_at and point is not None and not point.removed_at):
            continue  # the plant said so: it is not put away but found away
        name = f"I-{isolation.number} {was.tag}"
        assert not before.of("locks", isolation_id=isolation.id), f"{name} with a lock on the box"
        for use in before.of("uses", isolation_id=isolation.id):
            if use.permit_id:
                state = before.permit[use.permit_id].state
                assert state in _ENDED, f"{name} under a permit that is {state}"
        for item in before.items:
            if item.status in ("live", "waiting"):
                relied = isolation.id in {each.id for each in before.behind(item)}
                assert not relied, f"{name} while W-{item.number} is {item.status}"


def work_under_way_is_gated(
    stored: Stored, readings: dict[datetime, tuple[set[int], ...]], live: Iterable[Row]
) -> None:
    """1, 3. Work in progress behind a permit or an isolation that does not hold reads blocked."""
    on = defaultdict(set)
    for lock in stored.locks:
        if not lock.group and lock.person_id is not None:
            on[lock.isolation_id].add(lock.person_id)
    for item in live:
        linked = [stored.permit[link.permit_id] for link in stored.of("links", item_id=item.id)]
        executors = {row.user_id for row in stored.of("executors", item_id=item.id)}
        for at, (blocked, _not_blocked, ready, _not_ready) in readings.items():
            assert item.id not in ready, item.number
            lacks = any(
                permit.state not in _ENDED and not stored.in_force(permit, at) for permit in linked
            )
            for isolation in stored.behind(item):
                lacks |= not stored.tried(isolation) or isolation.state != "verified"
                lacks |= bool(executors - on[isolation.id])
            if lacks:
                assert item.id in blocked, f"W-{item.number} is not blocked at {at}"


def started_was_allowed(before: Stored, now: Stored, at: datetime) -> None:
    """1. What began or went on in this step had its permits in force and its isolations tried."""
    for item in now.items:
        if item.status != "live" or before.item[item.id].status == "live":
            continue
        for link in now.of("links", item_id=item.id):
            permit = now.permit[link.permit_id]
            if permit.state not in _ENDED:
                assert now.in_force(permit, at), f"W-{item.number} began, P-{permit.number} not"
        for isolation in now.behind(item):
            assert now.tried(isolation), f"W-{item.number} began, I-{isolation.number} not tried"


def closed_has_no_open_permit(stored: Stored) -> None:
    """2. Accepted work has no permit that ever began and has not ended."""
    accepted = {row.item_id for row in stored.acceptances}
    for link in stored.links:
        permit = stored.permit[link.permit_id]
        if link.item_id in accepted and stored.item[link.item_id].status == "closed":
            assert permit.state in _ENDED or permit.begun_at is None, f"P-{permit.number}"


def sides_are_apart(stored: Stored) -> None:
    """Nobody stands on both sides of one permit: by its columns and by what was signed."""
    signed = defaultdict(lambda: defaultdict(set))
    for row in stored.signatures:
        signed[row.permit_id][row.part].add(row.person_id)
    for permit in stored.permits:
        parts = signed[permit.id]
        performs = set().union(*(parts[part] for part in _PERFORMS))
        issues = set().union(*(parts[part] for part in _ISSUES))
        sides = [performs, issues | parts["authorised"]]
        assert not sides[0] & sides[1], f"P-{permit.number}: {sides}"
        assert not parts["checked"] & parts["authorised"], f"P-{permit.number}"
        for issue in stored.of("issues", permit_id=permit.id):
            assert issue.issuer_id != issue.taker_id, f"P-{permit.number}"
        columns = (permit.performing_authority_id, permit.issuer_id)
        assert columns[0] is None or columns[0] != columns[1], f"P-{permit.number}"
    for point in stored.points:
        isolation = stored.isolation[point.isolation_id]
        if point.tried_by_id and isolation.other_tries:
            assert point.tried_by_id not in (point.applied_by_id, point.locked_by_id), point.tag


def nothing_is_doubled(before: Stored, now: Stored) -> None:
    """8. One number each; versions only rise; one lock a person, one group lock a box."""
    for name in ("permits", "isolations"):
        numbers = [(row.site_id, row.number) for row in getattr(now, name)]
        assert len(numbers) == len(set(numbers)), name
    for pk, row in before.permit.items():
        assert now.permit[pk].version >= row.version, row.number
    for pk, row in before.isolation.items():
        assert now.isolation[pk].version >= row.version, row.number
    for one, other in combinations(now.locks, 2):
        same = one.isolation_id == other.isolation_id and one.group == other.group
        alike = one.group or one.person_id == other.person_id
        assert not (same and alike and one.person_id is not None), "two locks of one"


def every_move_has_its_event(before: Stored, now: Stored) -> None:
    """6. A changed state has an event that says so, as the newest of its kind."""
    for kind, old, new in (
        ("permits.permit", before.permit, now.permit),
        ("permits.isolation", before.isolation, now.isolation),
    ):
        for pk, row in new.items():
            if pk in old and old[pk].state != row.state:
                told = rows.read(
                    "SELECT data->>'after' AS after FROM work_event WHERE subject_type = %s"
                    " AND subject_id = %s AND data ? 'after' ORDER BY id DESC LIMIT 1",
                    [kind, pk],
                )
                assert told, f"{kind} {row.number} became {row.state} untold"
                assert told[0].after == row.state, f"{kind} {row.number}: {told[0].after}"
