"""Other activity too near a permit's, now and in its window: found anew whenever it is asked.

Who must know learns the activity, its time and its condition; no name, company or number.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from permits.models import ActivityRule, Conflict, Permit, PermitItem
from permits.services._around import (
    Around,
    Where,
    affected_by,
    assets_of,
    behind,
    where_of,
    with_where,
)
from permits.services._named import model_of
from permits.standing import overdue
from permits.states import UNDER_ISSUE, State, Verb, Verdict
from work.exceptions import Reason
from work.prepared import given, prepared
from work.services import OpenAct
from work.states import Role, Status

# How long work lasts of which nobody says until when.
_UNSAID = timedelta(hours=12)
# Of a permit that is decided on those count that are authorised; at its issue, who is at work.
# What smoulders after it was handed back is there until its after-care is signed.
AT_WORK = UNDER_ISSUE | {State.AFTERCARE}
_DECIDED = AT_WORK | {State.AUTHORISED, State.STOPPED}
_Key = tuple[int, int | None, int | None]
_ENDORSER = ("role", str(Role.HSE))
# What of another permit says whether it is there meanwhile.
_OTHERS = ("type", "state", "starts", "ends", "issue_ends", "aftercare_until", "place__path")


@dataclass(frozen=True)
class Found:
    """One activity too near: by which rule, of whom, where, from when until when (None: open).

    at_work: it is work, or under an issue; not a permit that is yet to be issued.
    """

    rule: ActivityRule
    other_id: int | None
    item_id: int | None
    activity: str
    starts: datetime | None
    ends: datetime | None
    place_id: int
    at_work: bool = True

    @property
    def key(self) -> _Key:
        """What it is told from another by."""
        return self.rule.pk, self.other_id, self.item_id


def of(
    permit: Permit, at: datetime, states: Collection[str] = _DECIDED, ends: datetime | None = None
) -> list[Found]:
    """What is too near it: four queries at most, of what is near alone.

    ends: until when it would go on, within its window; by default the end of its issue.
    """
    asked = (at, states is _DECIDED, permit.ends, ends or permit.issue_ends)
    known: dict[Any, list[Found]] | None = getattr(permit, "near_known", None)
    if known is None:
        return _found(permit, at, states, ends)
    if asked not in known:
        known[asked] = _found(permit, at, states, ends)
    return known[asked]


def keep(permit: Permit) -> None:
    """What is found near it is kept from now on: for a page, which asks it several times."""
    permit.near_known = {}  # type: ignore[attr-defined]


def _found(
    permit: Permit, at: datetime, states: Collection[str], ends: datetime | None
) -> list[Found]:
    rules = _rules(permit)
    begin = max(permit.starts, at)
    end = min(permit.ends, ends or permit.issue_ends or permit.ends)
    if not rules or begin >= end:
        return []
    near = Around(permit.site_id, _own(permit, rules), {rule.reach for rule in rules})
    found = _permits(permit, rules, near, states, at, begin, end)
    return found + _work(permit, rules, near, at, begin, end)


def _rules(permit: Permit) -> list[Any]:
    """The rules that speak of its type, each with where the permit is: its places, its things,
    the isolations behind which it is done. That there are none is asked once of a permit at hand.
    """
    if getattr(permit, "activity_rules_none", False):
        return []
    known = _speaking(permit=permit.pk, type=permit.type_id, site=permit.site_id)
    permit.activity_rules_none = not known  # type: ignore[attr-defined]
    return known


@prepared
def _speaking() -> QuerySet[ActivityRule]:
    """The rules at a site that speak of a type of permit, each with where one of it is."""
    one, mine = given("permit"), Q(type=given("type")) | Q(other_type=given("type"))
    rows = ActivityRule.objects.filter(mine, site=given("site"), is_active=True)
    return rows.select_related("type", "other_type", "work_type").annotate(
        paths=ArraySubquery(affected_by(one)),
        assets=ArraySubquery(assets_of(one)),
        behind=ArraySubquery(behind(one)),
    )


def _own(permit: Permit, rules: Sequence[Any]) -> Where:
    one = rules[0]
    return Where((permit.place.path, *one.paths), {*one.assets}, {*one.behind})


def _permits(
    permit: Permit,
    rules: Sequence[ActivityRule],
    near: Around,
    states: Collection[str],
    at: datetime,
    begin: datetime,
    end: datetime,
) -> list[Found]:
    of_types = {rule.other_type_id for rule in rules} | {rule.type_id for rule in rules}
    if not {rule.other_type_id for rule in rules} - {None}:
        return []
    types = tuple(sorted(pk for pk in of_types if pk is not None))
    values = {"at": at, "begin": begin, "end": end}
    others = _others(types, tuple(sorted(states)), near.shape, permit=permit.pk, **values)
    found = []
    for other in others:
        # Who is decided on meets what others may become, to the end of their windows.
        until = _until(other, states, at)
        if until is not None and until <= begin:
            continue
        where = Where((other.place.path, *other.paths), {*other.things}, {*other.behind})
        for rule in rules:
            pair = {(rule.type_id, rule.other_type_id), (rule.other_type_id, rule.type_id)}
            if (permit.type_id, other.type_id) in pair and near(rule.reach, where):
                name = str(rule.other_type if rule.type_id == permit.type_id else rule.type)
                times = (other.starts, until, other.place_id, other.state in AT_WORK)
                found.append(Found(rule, other.pk, None, name, *times))
    return found


@prepared
def _others(types: tuple[int, ...], states: tuple[str, ...], around: tuple[Any, ...]) -> Any:
    """Permits of these types that may be near one, and are there in its time."""
    near = Around.of(around)
    # Who ran over its time is there until somebody says that it is stopped.
    late = Q(state__in=[State.IN_FORCE, State.STOP_CALLED], issue_ends__lte=given("at"))
    late |= Q(state=State.AFTERCARE)
    rows = Permit.objects.filter(
        Q(ends__gt=given("begin")) | late,
        near.permits(),
        site=near.site_id,
        type_id__in=types,
        state__in=states,
        ended_at=None,
        starts__lt=given("end"),
    ).exclude(pk=given("permit"))
    rows = rows.select_related("place").only(*_OTHERS)
    return rows.annotate(
        paths=ArraySubquery(affected_by(OuterRef("pk"))),
        things=ArraySubquery(assets_of(OuterRef("pk"))),
        behind=ArraySubquery(behind(OuterRef("pk"))),
    )


def _until(other: Permit, states: Collection[str], at: datetime) -> datetime | None:
    """Until when a permit is there; None for until somebody says otherwise."""
    if other.state == State.AFTERCARE:
        ends = other.aftercare_until
        return ends if ends is not None and ends > at else None
    if overdue(other, at):
        return None
    return other.ends if states is _DECIDED else other.issue_ends or other.ends


def _work(
    permit: Permit,
    rules: Sequence[ActivityRule],
    near: Around,
    at: datetime,
    begin: datetime,
    end: datetime,
) -> list[Found]:
    by_type: dict[int, list[ActivityRule]] = {}
    for rule in rules:
        if rule.work_type_id is not None and rule.type_id == permit.type_id:
            by_type.setdefault(rule.work_type_id, []).append(rule)
    if not by_type:
        return []
    mine = permit.links.filter(ended_at=None).values("item_id")
    # As `_times` reads them.
    under_way = Q(planned_end=None) | Q(planned_end__lte=at) | Q(planned_end__gt=begin)
    to_come = Q(planned_end__gt=begin) | Q(planned_end=None, planned_start__gt=begin - _UNSAID)
    items = model_of(PermitItem, "item").objects.filter(
        (Q(status=Status.LIVE) & under_way)
        | (Q(status=Status.PLANNED, planned_start__lt=end) & to_come),
        near.items(),
        site=permit.site_id,
        type_id__in=by_type,
    )
    rows = items.exclude(pk__in=mine).select_related("place")
    found = []
    for item in with_where(rows):
        starts, ends = _times(item, at)
        found += [
            Found(rule, None, item.pk, rule.other, starts, ends, item.place_id)
            for rule in by_type[item.type_id]
            if near(rule.reach, where_of(item))
        ]
    return found


def _times(item: Any, at: datetime) -> tuple[datetime | None, datetime | None]:
    """From when until when work goes on; what is under way, until somebody says it is not."""
    planned_end = item.planned_end
    if item.status == Status.LIVE:
        return None, planned_end if planned_end and planned_end > at else None
    return item.planned_start, planned_end or item.planned_start + _UNSAID


# --- what it means for a permit -------------------------------------------------------------------


def against(permit: Permit, at: datetime, verb: Verb, ends: datetime | None = None) -> list[Reason]:
    """Activity that stops this one, or that nobody has endorsed: as reasons."""
    at_work = verb in (Verb.ISSUE, Verb.TAKE, Verb.BRING_BACK, Verb.TAKE_OVER)
    found = of(permit, at, AT_WORK if at_work else _DECIDED, ends)
    endorsed = endorsements(permit, found, at)
    said = []
    for each in found:
        params = {
            "activity": each.activity,
            "since": (each.starts or at).isoformat(),
            "condition": each.rule.condition,
        }
        if each.rule.verdict == Verdict.STOP:
            said.append(Reason("permits.conflict_stop", params, clears=_ENDORSER))
            continue
        open_still = each.rule.verdict == Verdict.ENDORSE and each.key not in endorsed
        if open_still and verb != Verb.ENDORSE:
            said.append(Reason("permits.conflict_not_endorsed", params, clears=_ENDORSER))
    return said


def to_endorse(permit: Permit, at: datetime) -> list[Found]:
    """What of it asks for a coordinator's word that has not been given."""
    found = of(permit, at)
    endorsed = endorsements(permit, found, at)
    return [
        each for each in found if each.rule.verdict != Verdict.INFORM and each.key not in endorsed
    ]


def endorsements(permit: Permit, found: Sequence[Found], at: datetime) -> dict[_Key, Conflict]:
    """The endorsement that holds of each that was found, by its key."""
    if not found:
        return {}
    rows = permit.conflicts.filter(ended_at=None, endorsed_at__isnull=False)
    by_key = {_key(each): each for each in rows.select_related("endorsed_by", "note")}
    return {
        each.key: by_key[each.key]
        for each in found
        if each.key in by_key and _covers(by_key[each.key], each, at)
    }


def _key(row: Conflict) -> _Key:
    return row.rule_id, row.other_id, row.item_id


def _covers(row: Conflict, found: Found, at: datetime) -> bool:
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
