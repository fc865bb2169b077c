"""Other activity too near a permit's, now and in its window: found anew whenever it is asked.

Who must know learns the activity, its time and its condition; no name, company or number.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from permits.models import ActivityRule, Conflict, Permit
from permits.services._named import person_in
from permits.services._near import UNSAID, Look, Near, look
from permits.standing import overdue
from permits.states import UNDER_ISSUE, State, Verb, Verdict
from work.exceptions import Reason
from work.services import OpenAct
from work.states import Role, Status

# Of a permit that is decided on those count that are authorised; at its issue, who is at work.
# What smoulders after it was handed back is there until its after-care is signed.
AT_WORK = UNDER_ISSUE | {State.AFTERCARE}
_DECIDED = AT_WORK | {State.AUTHORISED, State.STOPPED}
_Key = tuple[int, int | None, int | None]
_ENDORSER = ("role", str(Role.HSE))


@dataclass(frozen=True)
class Endorsed:
    """That somebody endorsed it, as it was to be then: when, and where."""

    starts: datetime | None
    ends: datetime | None
    place_id: int | None
    by: Any
    note: str


@dataclass(frozen=True)
class Found:
    """One activity too near: by which rule, of whom, where, from when until when (None: open).

    at_work: it is work, or under an issue; not a permit that is yet to be issued. endorsed: by
    whom, where an endorsement holds of it.
    """

    rule: ActivityRule
    other_id: int | None
    item_id: int | None
    activity: str
    starts: datetime | None
    ends: datetime | None
    place_id: int
    at_work: bool = True
    endorsed: Endorsed | None = None

    @property
    def key(self) -> _Key:
        """What it is told from another by."""
        return self.rule.pk, self.other_id, self.item_id


def of(
    permit: Permit, at: datetime, states: Collection[str] = _DECIDED, ends: datetime | None = None
) -> list[Found]:
    """What is too near it: two queries at most, of what is near alone.

    ends: until when it would go on, within its window; by default the end of its issue.
    """
    begin = max(permit.starts, at)
    end = min(permit.ends, ends or permit.issue_ends or permit.ends)
    if begin >= end:
        return []
    known: dict[Any, Look | None] | None = getattr(permit, "near_known", None)
    if known is None:
        seen = look(permit, at, begin, end, states)
    else:
        # As much as any question needs, so that it is read once.
        if (at, permit.ends) not in known:
            known[at, permit.ends] = look(permit, at, begin, permit.ends, _DECIDED)
        seen = known[at, permit.ends]
    return [] if seen is None else list(_found(permit, seen, _Asked(at, begin, end, states)))


def keep(permit: Permit) -> None:
    """What is read near it is kept from now on: for a page, which asks it several times."""
    permit.near_known = {}  # type: ignore[attr-defined]


class _Asked(NamedTuple):
    """Of which moment it is asked, for what time, and of permits in which states."""

    at: datetime
    begin: datetime
    end: datetime
    states: Collection[str]


def _found(permit: Permit, seen: Look, asked: _Asked) -> Iterator[Found]:
    for near in seen.rows:
        rules = [rule for rule in seen.rules if _speaks(rule, permit, near)]
        times = _times(near, asked) if rules else None
        if times is None:
            continue
        where = near.where
        for rule in rules:
            if seen.around(rule.reach, where):
                yield _one(permit, rule, near, times, asked.at)


def _speaks(rule: ActivityRule, permit: Permit, near: Near) -> bool:
    if near.is_work:
        return rule.work_type_id == near.type_id
    pair = {(rule.type_id, rule.other_type_id), (rule.other_type_id, rule.type_id)}
    return (permit.type_id, near.type_id) in pair


type _Times = tuple[datetime | None, datetime | None]


def _times(near: Near, asked: _Asked) -> _Times | None:
    """From when until when it is there, None for until somebody says otherwise; or that it does not
    count, as it is not there meanwhile or not in one of these states.
    """
    if near.is_work and near.state == Status.LIVE:
        return None, near.ends if near.ends and near.ends > asked.at else None
    if near.starts is None or near.starts >= asked.end:
        return None
    if near.is_work:
        return near.starts, near.ends or near.starts + UNSAID
    # Who is decided on meets what others may become, to the end of their windows.
    until = _until(near, asked.states, asked.at)
    if near.state not in asked.states or (until is not None and until <= asked.begin):
        return None
    return near.starts, until


def _until(other: Near, states: Collection[str], at: datetime) -> datetime | None:
    """Until when a permit is there; None for until somebody says otherwise."""
    if other.state == State.AFTERCARE:
        ends = other.aftercare_until
        return ends if ends is not None and ends > at else None
    if overdue(other, at):
        return None
    return other.ends if states is _DECIDED else other.issue_ends or other.ends


def _one(permit: Permit, rule: Any, near: Near, times: _Times, at: datetime) -> Found:
    if near.is_work:
        found = Found(rule, None, near.pk, rule.other, *times, near.place_id)
    else:
        name = str(rule.other_type if rule.type_id == permit.type_id else rule.type)
        at_work = near.state in AT_WORK
        found = Found(rule, near.pk, None, name, *times, near.place_id, at_work)
    for row in rule.endorsed:
        if (row["other_id"], row["item_id"]) == found.key[1:]:
            said = _endorsed(row)
            return replace(found, endorsed=said) if _covers(said, found, at) else found
    return found


def _endorsed(row: dict[str, Any]) -> Endorsed:
    """An endorsement as `look` reads it."""
    starts, ends = (row[each] and datetime.fromisoformat(row[each]) for each in ("starts", "ends"))
    return Endorsed(starts, ends, row["place_id"], person_in(row), row["note"] or "")


# --- what it means for a permit -------------------------------------------------------------------


def against(permit: Permit, at: datetime, verb: Verb, ends: datetime | None = None) -> list[Reason]:
    """Activity that stops this one, or that nobody has endorsed: as reasons."""
    at_work = verb in (Verb.ISSUE, Verb.TAKE, Verb.BRING_BACK, Verb.TAKE_OVER)
    said = []
    for each in of(permit, at, AT_WORK if at_work else _DECIDED, ends):
        params = {
            "activity": each.activity,
            "since": (each.starts or at).isoformat(),
            "condition": each.rule.condition,
        }
        if each.rule.verdict == Verdict.STOP:
            said.append(Reason("permits.conflict_stop", params, clears=_ENDORSER))
            continue
        open_still = each.rule.verdict == Verdict.ENDORSE and each.endorsed is None
        if open_still and verb != Verb.ENDORSE:
            said.append(Reason("permits.conflict_not_endorsed", params, clears=_ENDORSER))
    return said


def to_endorse(permit: Permit, at: datetime) -> list[Found]:
    """What of it asks for a coordinator's word that has not been given."""
    return [
        each
        for each in of(permit, at)
        if each.rule.verdict != Verdict.INFORM and each.endorsed is None
    ]


def _key(row: Conflict) -> _Key:
    return row.rule_id, row.other_id, row.item_id


def _covers(row: Conflict | Endorsed, found: Found, at: datetime) -> bool:
    """Whether what was found is no wider than what was endorsed, and where that was."""
    if row.starts is None or row.place_id != found.place_id or (found.starts or at) < row.starts:
        return False
    return row.ends is None or (found.ends is not None and found.ends <= row.ends)


def renew(act: OpenAct, permit: Permit, found: Sequence[Found], **endorsed: Any) -> list[Conflict]:
    """Keep what was found, and end what is there no more or not as it was; the new rows."""
    standing = {_key(each): each for each in permit.conflicts.filter(ended_at=None)}
    by_key = {each.key: each for each in found}
    for key, row in list(standing.items()):
        now = by_key.get(key)
        if now is None or (row.endorsed_at is not None and not _covers(row, now, act.at)):
            row.ended_at = act.at
            row.save()
            del standing[key]
    fresh: list[Conflict] = []
    for each in found:
        row = standing.get(each.key) or Conflict()
        if row.pk is None:
            row = Conflict(
                permit=permit,
                rule=each.rule,
                other_id=each.other_id,
                item_id=each.item_id,
                found_at=act.at,
            )
            fresh.append(row)
        if row.endorsed_at is None:
            row.starts, row.ends, row.place_id = each.starts or act.at, each.ends, each.place_id
        for name, value in endorsed.items():
            setattr(row, name, value)
        row.save()
    if fresh:
        act.record("permit_conflict_found", permit, conflicts=[each.pk for each in fresh])
    return fresh
