"""Derived blockers and the overlays *ready* and *blocked*: their only writer.

Everything is recomputed from the stored rows, never added to. `refresh` needs the control of the
site and facts loaded after it was taken.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from work.models import Blocker, Prerequisite
from work.prepared import add, write, write_each
from work.services import _reach
from work.services._facts import OVERLAY_FIELDS, Facts
from work.services.acts import OpenAct
from work.states import ENDED, UNDER_WAY, AnswerState, Gate, Mode, Status

FOREVER = datetime.max.replace(tzinfo=UTC)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
# What of an open derived blocker follows its requirement.
_FOLLOWS = ("kind", "what", "clears")


def passed_once(row: Prerequisite, status: str) -> bool:
    """Whether the row is a one-time check of the start that passed when the item started.

    Met or waived, it has passed; so has one that came under way and was met since.
    """
    started = status in UNDER_WAY or status == Status.DONE
    passed = row.passed_at is not None or row.answer == AnswerState.MET
    return row.one_time and row.gate == Gate.START and started and passed


def holds_until(row: Prerequisite, at: datetime, status: str) -> datetime | None:
    """Until when a requirement is met or waived, seen at `at`: FOREVER, a moment, or None if not.

    A one-time check that passed at the start holds until the item is planned anew.
    """
    if passed_once(row, status):
        return FOREVER
    ends = []
    if row.answer == AnswerState.MET:
        ends.append(row.valid_until or FOREVER)
    if row.waived_at is not None and row.waiver_until is not None:
        ends.append(row.waiver_until)
    latest = max(ends, default=LONG_AGO)
    return latest if latest > at else None


def due_at(row: Prerequisite, status: str) -> datetime | None:
    """From when an unmet start requirement blocks; a lapse under way is due at once."""
    return LONG_AGO if status in UNDER_WAY else row.due_at


def counts(row: Prerequisite) -> bool:
    """Whether the row takes part in guards, overlays and blockers at the start gate."""
    return row.gate == Gate.START and row.mode == Mode.ENFORCE and row.withdrawn_at is None


def _lapsed_at(row: Prerequisite, at: datetime) -> datetime | None:
    """When an answer or waiver that held ran out, if one has at `at`."""
    ends = []
    if row.answer == AnswerState.MET and row.valid_until is not None:
        ends.append(row.valid_until)
    if row.waived_at is not None and row.waiver_until is not None:
        ends.append(row.waiver_until)
    latest = max(ends, default=None)
    return latest if latest is not None and latest <= at else None


def blocked_since(row: Prerequisite, at: datetime, status: str) -> datetime | None:
    """Since when the row blocks at `at`; None when it does not."""
    if not counts(row) or holds_until(row, at, status) is not None:
        return None
    due = due_at(row, status)
    if due is None or due > at:
        return None
    unmet_since = _lapsed_at(row, at) or row.answered_at or row.created_at
    return min(max(due, unmet_since), at)


def settle(act: OpenAct, several: Iterable[Facts]) -> None:
    """Open the derived blockers that time alone has brought, each from its own second.

    Asked of what is stored, before the act changes anything of it: what blocks only after that
    began with the act (`refresh`).
    """
    _sync(act, several, by_time=True)


def _sync(act: OpenAct, several: Iterable[Facts], *, by_time: bool) -> None:
    """Open the derived blockers that are missing, end those whose requirement is met or waived.

    A derived blocker ends when its source answers met, its requirement is waived or withdrawn, or
    its item is cancelled (`end_all`), and in no other way; while it is open it says what its
    requirement says. Three statements, for each five hundred of them.
    """
    ended: list[Blocker] = []
    followed: list[Blocker] = []
    opened: list[tuple[Facts, Blocker]] = []
    for facts in several:
        ended += _ended(act, facts)
        followed += _followed(facts)
        for row, since in _missing(act, facts):
            own = since if by_time else _by_the_act(act, facts, row)
            opened.append((facts, _new(act, facts, row, own)))
    write_each(ended, ["ended_at", "ended_by", "end_cause"])
    write_each(followed, _FOLLOWS)
    add([blocker for _facts, blocker in opened])
    for facts, blocker in opened:
        say_opened(act, facts, blocker)


def _ended(act: OpenAct, facts: Facts) -> list[Blocker]:
    item, at, ended = facts.item, act.at, []
    open_by_row = {b.prerequisite_id: b for b in facts.blockers if b.prerequisite_id}
    rows = {row.pk: row for row in facts.prerequisites}
    for row_id, blocker in open_by_row.items():
        row = rows.get(row_id)
        if row is None or row.withdrawn_at is not None or row.mode != Mode.ENFORCE:
            ended.append(_end(act, facts, blocker, "withdrawn"))
        elif holds_until(row, at, item.status) is not None:
            still_met = row.answer == AnswerState.MET and (
                row.valid_until is None or row.valid_until > at
            )
            met = still_met or passed_once(row, item.status)
            ended.append(_end(act, facts, blocker, "met" if met else "waived"))
    return ended


def _followed(facts: Facts) -> list[Blocker]:
    """The open blockers whose requirement now says another kind, what or who."""
    rows: dict[int | None, Prerequisite] = {row.pk: row for row in facts.prerequisites}
    changed = []
    for blocker in facts.blockers:
        row = rows.get(blocker.prerequisite_id)
        if row is not None and any(
            getattr(blocker, name) != getattr(row, name) for name in _FOLLOWS
        ):
            for name in _FOLLOWS:
                setattr(blocker, name, getattr(row, name))
            changed.append(blocker)
    return changed


def _by_the_act(act: OpenAct, facts: Facts, row: Prerequisite) -> datetime:
    """The act's moment; of a rule that began by the clock, the second at which it bit."""
    begun = facts.begun.get(row.origin)
    if begun is None:
        return act.at
    due = due_at(row, facts.item.status)
    return min(max(begun, due) if due is not None else begun, act.at)


def _missing(act: OpenAct, facts: Facts) -> list[tuple[Prerequisite, datetime]]:
    """The rows that block without a blocker yet, each with since when.

    What was never asked blocks nothing yet: it is asked in this very act.
    """
    item = facts.item
    if item.status not in (Status.PLANNED, *UNDER_WAY):
        return []
    known = {blocker.prerequisite_id for blocker in facts.blockers}
    found = [
        (row, blocked_since(row, act.at, item.status))
        for row in facts.prerequisites
        if row.pk not in known and row.answered_at is not None
    ]
    return [(row, since) for row, since in found if since is not None]


def _new(act: OpenAct, facts: Facts, row: Prerequisite, since: datetime) -> Blocker:
    blocker = Blocker(
        site_id=facts.item.site_id,
        item=facts.item,
        prerequisite=row,
        kind=row.kind,
        what=row.what,
        clears=row.clears,
        since=since,
        recorded_at=act.at,
    )
    facts.blockers.append(blocker)
    return blocker


def asks(blocker: Blocker) -> bool:
    """Whether it asks work in progress to stop: what lapsed does, and what a domain asked for.

    What somebody raised in own words on the item does not.
    """
    return blocker.prerequisite_id is not None or blocker.called


def say_opened(act: OpenAct, facts: Facts, blocker: Blocker) -> None:
    """Say that one that asks to stop was opened; the caller saves."""
    act.record(
        "blocked",
        facts.item,
        item_id=facts.item.pk,
        blocker=blocker.pk,
        prerequisite=blocker.prerequisite_id,
        kind=blocker.kind,
        since=blocker.since.isoformat(),
    )
    if facts.item.status == Status.LIVE and facts.item.stop_asked_at is None:
        facts.item.stop_asked_at = blocker.since
        facts.item.stop_told_at = None


def _end(act: OpenAct, facts: Facts, blocker: Blocker, cause: str) -> Blocker:
    """End it in memory; the caller saves."""
    blocker.ended_at = max(act.at, blocker.since)
    blocker.ended_by = act.actor
    blocker.end_cause = cause
    facts.blockers.remove(blocker)
    act.record(
        "unblocked",
        facts.item,
        item_id=facts.item.pk,
        blocker=blocker.pk,
        prerequisite=blocker.prerequisite_id,
        cause=cause,
    )
    return blocker


def end_all(act: OpenAct, facts: Facts, cause: str) -> None:
    """End every open blocker of an item that is cancelled."""
    ended = [_end(act, facts, blocker, cause) for blocker in list(facts.blockers)]
    write_each(ended, ["ended_at", "ended_by", "end_cause"])


def compute(facts: Facts, at: datetime) -> dict[str, object]:
    """The overlay values of an item from its rows alone, at `at`."""
    item = facts.item
    unmet, ready_until, blocked_from = 0, FOREVER, FOREVER
    if item.status in (Status.PLANNED, *UNDER_WAY):
        open_rows = {b.prerequisite_id for b in facts.blockers}
        for row in facts.prerequisites:
            if not counts(row):
                continue
            until = holds_until(row, at, item.status)
            if until is None:
                unmet += 1
            else:
                ready_until = min(ready_until, until)
            due = due_at(row, item.status)
            if due is not None and row.pk not in open_rows:
                blocked_from = min(blocked_from, max(due, until or at))
        for begins, lead in _reach.turns(facts, at):
            ready_until = min(ready_until, begins)
            if item.status in UNDER_WAY:
                blocked_from = min(blocked_from, begins)
            elif item.planned_start is not None:
                blocked_from = min(blocked_from, max(item.planned_start - lead, begins))
    return {
        "unmet_start": unmet,
        "open_blockers": len(facts.blockers),
        "ready_until": None if ready_until == FOREVER else ready_until,
        "blocked_from": None if blocked_from == FOREVER else blocked_from,
    }


def refresh(act: OpenAct, facts: Facts, fields: Iterable[str] = ()) -> bool:
    """Bring blockers and overlays up to the act's moment and save them with `fields` of the item.

    Returns whether anything of the overlay changed. Closed and cancelled items keep what they
    ended with.
    """
    changed, fields = _recomputed(act, [facts])[facts.item.pk], list(fields)
    if changed or fields:
        write(facts.item, [*fields, *changed])
    return bool(changed)


def recompute(act: OpenAct, facts: Facts) -> None:
    """Bring the blockers up to the act's moment, and the overlay in memory: a move saves it."""
    _sync(act, [facts], by_time=False)
    _set(act, facts)


def refresh_all(act: OpenAct, several: Sequence[Facts]) -> tuple[int, ...]:
    """Bring many items up to the act's moment, flat in statements: the ids that changed."""
    if len(several) == 1:
        return (several[0].item.pk,) if refresh(act, several[0]) else ()
    changed = [pk for pk, names in _recomputed(act, several).items() if names]
    items = [facts.item for facts in several if facts.item.pk in set(changed)]
    write_each(items, OVERLAY_FIELDS)
    return tuple(changed)


def _recomputed(act: OpenAct, several: Sequence[Facts]) -> dict[int, list[str]]:
    """Put blockers and overlays right in memory: the names of the fields that changed, by item."""
    still = [facts for facts in several if facts.item.status not in ENDED]
    _sync(act, still, by_time=False)
    changed = {}
    for facts in several:
        _set(act, facts)
        changed[facts.item.pk] = facts.unsaved_overlay()
    return changed


def _set(act: OpenAct, facts: Facts) -> None:
    item = facts.item
    for name, value in compute(facts, act.at).items():
        setattr(item, name, value)
    if item.status != Status.LIVE:
        item.stop_asked_at = item.stop_told_at = None
    elif item.stop_asked_at is not None and not any(map(asks, facts.blockers)):
        item.stop_asked_at = item.stop_told_at = None
        act.record("stop_ask_withdrawn", item, item_id=item.pk)
