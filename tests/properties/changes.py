"""The invariants of what changed from one reading to the next, each as a function over both.

They are asked after every step of the state machine that changed anything.
"""

from datetime import datetime
from types import SimpleNamespace as Row

from tests.properties import rows
from tests.properties.oracle import Oracle
from work.states import MOVES

_MOVES = ("request", *map(str, MOVES))


def acceptance_was_due(before: Oracle, after: Oracle, at: datetime) -> None:
    """2. At the moment of acceptance: by somebody entitled, and all that closing requires met."""
    known = {row.id for row in before.work.acceptances}
    for row in after.work.acceptances:
        if row.id in known or row.kind == "source":
            continue
        item = after.items[row.item_id]
        assert before.items[item.id].status == "done", item.number
        assert before.may_accept(row.by_id, item, at), f"{item.number}: accepted by {row.by_id}"
        if before.needs_four_eyes(item):
            assert row.by_id != item.completed_by_id, f"{item.number}: accepted by its completer"
        unmet = [need.origin for need in after.needs(item, "close", at) if not need.met]
        assert not unmet, f"{item.number} was closed with {unmet}"
        for other in after.work.items:
            if other.parent_id == item.id and other.mandatory:
                lost = other.status == "cancelled" and other.loss_accepted_at is not None
                assert other.status == "closed" or lost, f"{item.number} before its child"
            if other.source_item_id == item.id:
                while other.survivor_id is not None:
                    other = after.items[other.survivor_id]
                assert other.status != "requested", f"{item.number}: nobody owns {other.number}"
                lost = other.status == "cancelled" and other.loss_accepted_at is None
                assert not lost, f"{item.number}: {other.number} is lost"
        values = {field.key for field in after.set_up.fields if field.required_at} & {
            field.key for field in after.set_up.fields if field.version_id == item.type_version_id
        }
        assert all(item.values.get(key) not in (None, "") for key in values), item.number


def completion_stands(before: Oracle, after: Oracle) -> None:
    """2. While it is to accept, nobody takes off the second person, nor work that it waits for."""
    for item in after.work.items:
        was = before.items.get(item.id)
        if was is None or was.status != "done" or item.status not in ("done", "closed"):
            continue
        if before.needs_four_eyes(was):
            assert after.needs_four_eyes(item), f"{item.number} needs no second person any more"
        for child in before.work.items:
            if child.parent_id == item.id and child.mandatory:
                now = after.items[child.id]
                assert (now.parent_id, now.mandatory) == (item.id, True), now.number


def starts_were_due(before: Oracle, after: Oracle, at: datetime) -> None:
    """Guards of start and resume, asked now: nothing unmet, no open blocker, an owner."""
    for item in after.work.items:
        was = before.items.get(item.id)
        if item.status != "live" or (was is not None and was.status == "live"):
            continue
        as_planned = Row(**vars(item) | {"status": was.status if was else "planned"})
        unmet = [need.origin for need in after.needs(as_planned, "start", at) if not need.met]
        assert not unmet, f"{item.number} was started with {unmet}"
        assert not after.open_blockers[item.id], f"{item.number} was started under a blocker"
        assert after.may_own(item, at), f"{item.number} was started for an owner who has left"


def moves_left_events(
    before: Oracle,
    after: Oracle,
    fresh: list[Row],
    act: Row | None,
    came: dict[int, datetime],
) -> None:
    """6. Every change of a status has its event: who, when, from where to where.

    And none is said to have happened before the one that it follows. came: when each item came to
    the status that it has; kept here.
    """
    for item in after.work.items:
        was = before.items.get(item.id)
        own = [row for row in fresh if row.item_id == item.id]
        if was is None:
            assert any(row.verb == "request" for row in own), f"{item.number} came without an event"
        status = was.status if was else "requested"
        for row in own:
            if "from" in row.data and row.verb != "stage" and row.subject_type == "work.workitem":
                assert row.data["from"] == status, f"{item.number}: {row.verb} from {status}"
                status = row.data["to"]
                assert act is not None
                assert row.actor_id == act.actor_id
                assert row.recorded_at == act.at
                assert row.happened_at == counts_as(act.happened_at, came.get(item.id))
                came[item.id] = row.happened_at
            elif row.verb == "request":
                came[item.id] = row.happened_at
        assert status == item.status, f"{item.number}: {status} by its events, is {item.status}"
        if was is not None and was.status != item.status:
            assert item.version > was.version, item.number


def counts_as(said: datetime, since: datetime | None) -> datetime:
    """The moment of a move that was let through: as said, or of the same minute as the last one."""
    if since is None or said >= since:
        return said
    assert said >= since.replace(second=0, microsecond=0), f"{said} was said of before {since}"
    return since


def when_items_came() -> dict[int, datetime]:
    """When each item came to the status that it has, from the history."""
    moves = rows.read(
        "SELECT item_id, happened_at FROM work_event WHERE subject_type = 'work.workitem'"
        " AND verb = ANY(%s) ORDER BY id",
        [list(_MOVES)],
    )
    return {row.item_id: row.happened_at for row in moves}


def blockers_began_in_time(before: Oracle, after: Oracle, last: int) -> None:
    """A derived blocker begins with its act, or by the clock since the item was last changed."""
    known = {row.id for row in before.work.blockers}
    new = [row for row in after.work.blockers if row.id not in known and row.prerequisite_id]
    if not new:
        return
    changes = rows.read(
        "SELECT item_id, max(recorded_at) AS at FROM work_event"
        " WHERE id <= %s AND verb = ANY(%s) GROUP BY item_id",
        [last, [*_MOVES, "edit", "assign"]],
    )
    changed = {row.item_id: row.at for row in changes}
    for row in new:
        number = after.items[row.item_id].number
        assert changed.get(row.item_id, row.since) <= row.since <= row.recorded_at, number


def rounds_began_anew(before: Oracle, after: Oracle) -> None:
    """Of an item that was reopened nothing proves anything more, and follow-up work is linked."""
    for item in after.work.items:
        was = before.items.get(item.id)
        if was is None or was.status != "closed" or item.status == "closed":
            continue
        linked = {row.id: row.follow_up_id for row in before.work.lines}
        for line in after.work.lines:
            if line.item_id == item.id:
                assert not line.answer, f"{item.number}: {line.text}"
                assert not line.disposition, f"{item.number}: {line.text}"
                assert line.follow_up_id == linked.get(line.id), f"{item.number}: {line.text}"
        for row in after.work.criteria:
            assert row.item_id != item.id or row.judged_at is None, f"{item.number}: {row.text}"
        for row in after.work.evidence:
            struck = row.struck_at or row.superseded_at
            assert row.item_id != item.id or struck, f"{item.number}: {row.kind}"
        for row in after.by_item[item.id]:
            assert row.supplier != "work.check" or row.answer != "met", f"{item.number}: {row.what}"
