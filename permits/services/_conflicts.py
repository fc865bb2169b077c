"""Other activity too near a permit's, now and in its window: found anew whenever it is asked.

Who must know learns the activity, its time and its condition; no name, company or number.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from permits.isolation_states import How
from permits.models import (
    ActivityRule,
    Conflict,
    IsolationUse,
    Permit,
    PermitItem,
    PermitPlace,
)
from permits.services._named import model_of
from permits.standing import overdue
from permits.states import UNDER_ISSUE, Reach, State, Verb, Verdict
from work.exceptions import Reason
from work.reads import kept
from work.reads.place import neighbouring
from work.services import OpenAct
from work.states import Role, Status

# How long work lasts of which nobody says until when.
_UNSAID = timedelta(hours=12)
_NEIGHBOURS = {Reach.NEXT_TO, Reach.ABOVE_BELOW, Reach.SAME_AIR, Reach.SAME_DRAIN}
# Of a permit that is decided on those count that are authorised; at its issue, who is at work.
_DECIDED = UNDER_ISSUE | {State.AUTHORISED, State.STOPPED}
_Key = tuple[int, int | None, int | None]
_ENDORSER = ("role", str(Role.HSE))


@dataclass(frozen=True)
class Found:
    """One activity too near: by which rule, of whom, where, from when until when (None: open)."""

    rule: ActivityRule
    other_id: int | None
    item_id: int | None
    activity: str
    starts: datetime | None
    ends: datetime | None
    place_id: int

    @property
    def key(self) -> _Key:
        """What it is told from another by."""
        return self.rule.pk, self.other_id, self.item_id


def of(
    permit: Permit, at: datetime, states: Collection[str] = _DECIDED, ends: datetime | None = None
) -> list[Found]:
    """What is too near it: a query a table, whatever stands in them.

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
    own = _Near(permit, rules)
    found = _permits(permit, rules, own, states, at, begin, end)
    return found + _work(permit, rules, own, at, begin, end)


def _rules(permit: Permit) -> list[ActivityRule]:
    """The rules that speak of its type; asked once of a permit at hand."""
    if not hasattr(permit, "activity_rules_known"):
        mine = Q(type=permit.type_id) | Q(other_type=permit.type_id)
        rows = ActivityRule.objects.filter(mine, site=permit.site_id, is_active=True)
        known = list(rows.select_related("type", "other_type", "work_type"))
        permit.activity_rules_known = known  # type: ignore[attr-defined]
    return permit.activity_rules_known  # type: ignore[attr-defined]


class _Near:
    """Whether a place is near those of a permit, as a rule means it."""

    def __init__(self, permit: Permit, rules: Iterable[ActivityRule]) -> None:
        affected = permit.affected.filter(ended_at=None).values_list("place__path", flat=True)
        self.paths = [permit.place.path, *affected]
        reaches = {rule.reach for rule in rules}
        self.pairs: list[tuple[str, str, str]] = []
        if reaches & _NEIGHBOURS:
            for kind, first, second in neighbouring(permit.site_id):
                self.pairs += [(kind, first, second), (kind, second, first)]
        self.by_asset = Reach.ASSET in reaches
        self.by_isolation = Reach.ISOLATION in reaches
        linked = permit.links.filter(ended_at=None).values("item_id")
        self.assets = assets_of(linked) if self.by_asset else set()
        self.isolations: set[int] = set()
        if self.by_isolation:
            uses = Q(permit=permit.pk) | Q(item__in=linked)
            self.isolations = {of for _user, of in _behind(uses, "pk")}

    def __call__(
        self,
        rule: ActivityRule,
        paths: Sequence[str],
        assets: Collection[int],
        isolations: Collection[int],
    ) -> bool:
        if rule.reach == Reach.ASSET:
            return not self.assets.isdisjoint(assets)
        if rule.reach == Reach.ISOLATION:
            return not self.isolations.isdisjoint(isolations)
        pairs = [(one, other) for one in self.paths for other in paths]
        if rule.reach == Reach.SAME:
            return any(one == other for one, other in pairs)
        if rule.reach == Reach.WITHIN:
            return any(one.startswith(other) or other.startswith(one) for one, other in pairs)
        return any(
            one.startswith(here) and other.startswith(there)
            for kind, here, there in self.pairs
            if kind == rule.reach
            for one, other in pairs
        )


def assets_of(items: Any) -> set[int]:
    """The things of some work."""
    rows = model_of(PermitItem, "item").objects.filter(pk__in=items, assets__isnull=False)
    return set(rows.values_list("assets", flat=True))


def _behind(uses: Q, whose: str) -> list[tuple[int, int]]:
    """Who stands behind which isolation that is not ended."""
    rows = IsolationUse.objects.filter(uses, ended_at=None, isolation__ended_at=None)
    return list(rows.exclude(how=How.AFTER).values_list(whose, "isolation_id"))


def _grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for whose, each in pairs:
        found[whose].add(each)
    return found


class _Other(NamedTuple):
    """What is asked of another permit: there may be hundreds."""

    pk: int
    type_id: int
    state: str
    starts: datetime
    ends: datetime
    issue_ends: datetime | None
    place_id: int
    place__path: str


def _permits(
    permit: Permit,
    rules: Sequence[ActivityRule],
    near: _Near,
    states: Collection[str],
    at: datetime,
    begin: datetime,
    end: datetime,
) -> list[Found]:
    of_types = {rule.other_type_id for rule in rules} | {rule.type_id for rule in rules}
    # Who ran over its time is there until somebody says that it is stopped.
    late = Q(state__in=[State.IN_FORCE, State.STOP_CALLED], issue_ends__lte=at)
    rows = Permit.objects.filter(
        Q(ends__gt=begin) | late,
        site=permit.site_id,
        type_id__in=of_types - {None},
        state__in=sorted(states),
        ended_at=None,
        starts__lt=end,
    ).exclude(pk=permit.pk)
    others = [_Other(*row) for row in kept.rows(rows.values_list(*_Other._fields))]
    pks = [other.pk for other in others]
    also: dict[int, list[str]] = defaultdict(list)
    if pks:
        affected = PermitPlace.objects.filter(permit__in=pks, ended_at=None)
        for pk, path in kept.rows(affected.values_list("permit_id", "place__path")):
            also[pk].append(path)
    assets, isolations = _things(pks, near) if pks else ({}, {})
    found = []
    for other in others:
        # Who is decided on meets what others may become, to the end of their windows.
        ends = other.ends if states is _DECIDED else other.issue_ends or other.ends
        until = None if overdue(other, at) else ends
        if until is not None and until <= begin:
            continue
        paths = [other.place__path, *also[other.pk]]
        things, behind = assets.get(other.pk, ()), isolations.get(other.pk, ())
        for rule in rules:
            pair = {(rule.type_id, rule.other_type_id), (rule.other_type_id, rule.type_id)}
            if (permit.type_id, other.type_id) in pair and near(rule, paths, things, behind):
                name = str(rule.other_type if rule.type_id == permit.type_id else rule.type)
                times = (other.starts, until, other.place_id)
                found.append(Found(rule, other.pk, None, name, *times))
    return found


def _things(permits: list[int], near: _Near) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """The things of each permit's work, and the isolations behind which it is done."""
    links = PermitItem.objects.filter(permit__in=permits, ended_at=None)
    assets: list[tuple[int, int]] = []
    isolations: list[tuple[int, int]] = []
    if near.by_asset:
        on = links.filter(item__assets__isnull=False)
        assets = list(on.values_list("permit_id", "item__assets"))
    if near.by_isolation:
        isolations = _behind(Q(permit__in=permits), "permit_id")
        by_item = _grouped((item, permit) for permit, item in links.values_list("permit", "item"))
        for item, isolation in _behind(Q(item__in=by_item), "item_id"):
            isolations += [(permit, isolation) for permit in by_item[item]]
    return _grouped(assets), _grouped(isolations)


def _work(
    permit: Permit,
    rules: Sequence[ActivityRule],
    near: _Near,
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
    items = model_of(PermitItem, "item").objects.filter(
        Q(status=Status.LIVE) | Q(status=Status.PLANNED, planned_start__lt=end),
        site=permit.site_id,
        type_id__in=by_type,
    )
    rows = items.exclude(pk__in=mine).select_related("place")
    behind = _grouped(_behind(Q(item__in=items), "item_id")) if near.by_isolation else {}
    found = []
    for item in rows.prefetch_related("places", "assets"):
        starts, ends = _times(item, at)
        if (starts is not None and starts >= end) or (ends is not None and ends <= begin):
            continue
        paths = [item.place.path, *(each.path for each in item.places.all())]
        assets = {each.pk for each in item.assets.all()}
        found += [
            Found(rule, None, item.pk, rule.other, starts, ends, item.place_id)
            for rule in by_type[item.type_id]
            if near(rule, paths, assets, behind.get(item.pk, ()))
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
    found = of(permit, at, UNDER_ISSUE if at_work else _DECIDED, ends)
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
