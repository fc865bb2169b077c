"""The invariants of the control model, each as a function over what is stored.

They are asked after every step of the state machine and after the races of two threads. Each fails
by an AssertionError that names the item.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction

from tests.properties import rows
from tests.properties.oracle import ENDED, UNDER_WAY, Oracle
from work.models import User
from work.permissions import scope, visible
from work.services import clock

SECOND = timedelta(seconds=1)


def under_way_is_sound(oracle: Oracle, reader: rows.Reader, at: datetime) -> None:
    """1. In progress: an owner, an executor, and what is not met at the start blocks by name."""
    blocked = None
    for item in oracle.work.items:
        if item.status in {"planned", "live", "waiting", "done"}:
            assert (item.owner_user_id is None) != (item.owner_post_id is None), item.number
        if item.status != "live":
            continue
        assert item.started_at is not None, item.number
        assert oracle.executors[item.id], f"{item.number} is in progress without an executor"
        named = {row.prerequisite_id for row in oracle.open_blockers[item.id]}
        for need in oracle.unmet_at_start(item, at):
            if need.row is not None and need.row.id in named:
                continue
            # Lapsed by the clock alone: the reader says so, and the minute task will name it.
            blocked = reader.readings([at])[at][0] if blocked is None else blocked
            assert item.id in blocked, f"{item.number}: {need.origin} lapsed unseen at {at}"


def closed_was_accepted(oracle: Oracle) -> None:
    """2. Closed: accepted in the source, or completed, accepted by name, all proven or judged."""
    for item in oracle.work.items:
        standing = [
            row
            for row in oracle.work.acceptances
            if row.item_id == item.id and row.struck_at is None
        ]
        if item.status != "closed":
            assert not standing, f"{item.number} is {item.status} and accepted"
            continue
        assert len(standing) == 1, f"{item.number} is closed and not accepted"
        assert not oracle.open_blockers[item.id], f"{item.number} is closed and blocked"
        if standing[0].kind == "source":
            continue
        assert item.completed_by_id, f"{item.number} is closed and not completed"
        assert item.done_at, f"{item.number} is closed and not completed"
        own = [
            row
            for row in oracle.work.criteria
            if row.item_id == item.id and row.withdrawn_at is None
        ]
        assert own, f"{item.number} is closed without a criterion"
        for criterion in own:
            proven = any(
                row.criterion_id == criterion.id
                and row.struck_at is None
                and row.superseded_at is None
                for row in oracle.work.evidence
            )
            judged = not criterion.evidence and criterion.judged_at is not None
            assert proven or judged, f"{item.number}: {criterion.text} is neither proven nor judged"
        for line in oracle.work.lines:
            if line.item_id == item.id:
                assert line.answer, f"{item.number}: {line.text} is not answered"
                assert line.answer not in ("fail", "could_not") or line.disposition, line.text


def reading_is_safe(oracle: Oracle, reader: rows.Reader, moments: Iterable[datetime]) -> None:
    """3. Read at any second: blocked whenever it is so, ready only when it is so."""
    for at, (blocked, not_blocked, ready, not_ready) in reader.readings(moments).items():
        is_open = {item.id for item in oracle.work.items if item.status not in ENDED}
        assert blocked | not_blocked == is_open, f"at {at}"
        assert not blocked & not_blocked, f"at {at}"
        assert not ready & (blocked | not_ready), f"at {at}"
        for item in oracle.work.items:
            if item.id not in blocked:
                assert not oracle.blocked(item, at), f"{item.number} is blocked at {at}, unread"
            if item.id in ready:
                assert oracle.ready(item, at), f"{item.number} reads ready at {at} and is not"
            if item.status == "planned":
                assert item.id in blocked | ready | not_ready, f"{item.number} at {at}"


def settled_is_exact(oracle: Oracle, reader: rows.Reader, at: datetime) -> None:
    """3. Once the minute task has run, the reading and the recomputation are equal.

    The task runs inside a savepoint that is rolled back; where nothing is due it does nothing.
    """
    if not oracle.due(at):
        reading_is_exact(oracle, reader, at)
        return
    with rolled_back():
        if clock.settle_due(at):
            oracle = Oracle(reader.work(), oracle.set_up)
        reading_is_exact(oracle, reader, at)


def reading_is_exact(oracle: Oracle, reader: rows.Reader, at: datetime) -> None:
    """3. What is read of the overlays is what is so, and what blocks work under way has its row."""
    blocked, _not_blocked, ready, _not_ready = reader.readings([at])[at]
    found = {item.id for item in oracle.work.items if oracle.blocked(item, at)}
    assert blocked == found, f"blocked at {at}: {oracle.told(blocked ^ found, at)}"
    found = {item.id for item in oracle.work.items if oracle.ready(item, at)}
    assert ready == found, f"ready at {at}: {oracle.told(ready ^ found, at)}"
    for item in oracle.work.items:
        if item.status not in UNDER_WAY:
            continue
        named = {row.prerequisite_id for row in oracle.open_blockers[item.id]}
        for need in oracle.unmet_at_start(item, at):
            found_row = need.row.id if need.row is not None else 0
            assert found_row in named, f"{item.number}: {need.origin}"


def history(last: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """6. Count and checksum of the events up to one of them, which never change, and of all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE id <= %s),"
            " coalesce(bit_xor(known) FILTER (WHERE id <= %s), 0),"
            " count(*), coalesce(bit_xor(known), 0)"
            " FROM (SELECT id, hashtextextended(e::text, 0) AS known FROM work_event e) AS events",
            [last, last],
        )
        row = cursor.fetchone()
    return row[:2], row[2:]


def seen_is_ones_own(
    oracle: Oracle, reader: rows.Reader, people: Iterable[User], at: datetime
) -> None:
    """7. Each person sees and counts exactly the items that are his to know."""
    for person in people:
        found = oracle.seen_by(person.pk, at)
        ids = reader.shown(visible(scope(person, at)))
        assert len(ids) == len(set(ids)), f"{person} sees an item twice"
        assert set(ids) == found, f"{person} at {at} sees {set(ids) ^ found} wrongly"


def nothing_is_doubled(before: Oracle, after: Oracle) -> None:
    """8. Numbers are given once, versions only rise, blockers and acceptances stand once."""
    numbers = [(item.site_id, item.number) for item in after.work.items]
    assert len(numbers) == len(set(numbers))
    for item in before.work.items:
        now = after.items[item.id]
        assert now.number == item.number
        assert now.version >= item.version, item.number
    for item in after.work.items:
        derived = [row.prerequisite_id for row in after.open_blockers[item.id]]
        derived = [pk for pk in derived if pk is not None]
        assert len(derived) == len(set(derived)), item.number


class rolled_back:  # noqa: N801  used as a statement
    """What is done inside is undone; doors may be used in it, as in a test."""

    def __enter__(self) -> None:
        self._atomic = transaction.atomic()
        self._atomic._from_testcase = True
        self._atomic.__enter__()

    def __exit__(self, *error) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)
