"""Other activity too near a permit's, now and in its window: found anew whenever it is asked.

Who must know learns the activity, its time and its condition; no name, company or number.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from permits.isolation_states import How
from permits.models import ActivityRule, Conflict, IsolationUse, Permit, PermitItem
from permits.services._named import model_of
from permits.states import UNDER_ISSUE, Reach, State, Verb, Verdict
from work.exceptions import Reason
from work.reads.place import neighbouring
from work.services import OpenAct
from work.states import Role, Status

# How long work lasts of which nobody says until when.
_UNSAID = timedelta(hours=12)
_NEIGHBOURS = {Reach.NEXT_TO, Reach.ABOVE_BELOW, Reach.SAME_AIR, Reach.SAME_DRAIN}
# Of a permit that is decided on those count that are authorised; at its issue, who is at work.
_DECIDED = UNDER_ISSUE | {State.AUTHORISED, State.STOPPED}
_ENDORSER = ("role", str(Role.HSE))


@dataclass(frozen=True)
class Found:
    """One activity too near: by which rule, of whom, from when until when (None: open)."""

    rule: ActivityRule
    other_id: int | None
    item_id: int | None
    activity: str
    starts: datetime | None
    ends: datetime | None

    @property
    def key(self) -> tuple[int, int | None, int | None]:
        """What it is told from another by."""
        return self.rule.pk, self.other_id, self.item_id


def of(
    permit: Permit, at: datetime, states: Collection[str] = _DECIDED, ends: datetime | None = None
) -> list[Found]:
    """What is too near it: at most seven queries. ends: where its window were to end sooner."""
    rules = _rules(permit)
    begin = max(permit.starts, at)
    end = min(filter(None, [permit.issue_ends or permit.ends, ends]))
    if not rules or begin >= end:
        return []
    own = _Near(permit, rules)
    found = _permits(permit, rules, own, states, begin, end)
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
        self.assets: set[int] = set()
        if Reach.ASSET in reaches:
            linked = permit.links.filter(ended_at=None).values("item_id")
            self.assets = assets_of(linked)
        # Who else stands behind the isolations of the permit: permits, and work.
        self.behind: tuple[set[int], set[int]] = (set(), set())
        if Reach.ISOLATION in reaches:
            own = permit.isolation_uses.filter(ended_at=None).values("isolation_id")
            rows = IsolationUse.objects.filter(isolation_id__in=own, ended_at=None)
            pairs = list(rows.exclude(how=How.AFTER).values_list("permit_id", "item_id"))
            self.behind = ({one for one, _item in pairs}, {other for _permit, other in pairs})

    def __call__(
        self,
        rule: ActivityRule,
        paths: Sequence[str],
        assets: set[int],
        permit_id: int | None = None,
        item_id: int | None = None,
    ) -> bool:
        if rule.reach == Reach.ASSET:
            return bool(self.assets & assets)
        if rule.reach == Reach.ISOLATION:
            permits, items = self.behind
            return permit_id in permits if permit_id is not None else item_id in items
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


def _permits(
    permit: Permit,
    rules: Sequence[ActivityRule],
    near: _Near,
    states: Collection[str],
    begin: datetime,
    end: datetime,
) -> list[Found]:
    of_types = {rule.other_type_id for rule in rules} | {rule.type_id for rule in rules}
    others = Permit.objects.filter(
        site=permit.site_id, type_id__in=of_types - {None}, state__in=sorted(states)
    ).filter(starts__lt=end, ends__gt=begin)
    found = []
    for other in others.exclude(pk=permit.pk).select_related("place").prefetch_related("affected"):
        until = other.issue_ends or other.ends
        if until <= begin:
            continue
        paths = [other.place.path]
        for rule in rules:
            pair = {(rule.type_id, rule.other_type_id), (rule.other_type_id, rule.type_id)}
            if (permit.type_id, other.type_id) in pair and near(rule, paths, set(), other.pk):
                name = str(rule.other_type if rule.type_id == permit.type_id else rule.type)
                found.append(Found(rule, other.pk, None, name, other.starts, until))
    return found


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
    found = []
    for item in rows.prefetch_related("places", "assets"):
        starts, ends = _times(item, at)
        if (starts is not None and starts >= end) or (ends is not None and ends <= begin):
            continue
        paths = [item.place.path, *(each.path for each in item.places.all())]
        assets = {each.pk for each in item.assets.all()}
        found += [
            Found(rule, None, item.pk, rule.other, starts, ends)
            for rule in by_type[item.type_id]
            if near(rule, paths, assets, item_id=item.pk)
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
    endorsed = _endorsed(permit) if found else set()
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
    endorsed = _endorsed(permit)
    return [
        each
        for each in of(permit, at)
        if each.rule.verdict != Verdict.INFORM and each.key not in endorsed
    ]


def _endorsed(permit: Permit) -> set[tuple[int, int | None, int | None]]:
    rows = permit.conflicts.filter(ended_at=None, endorsed_at__isnull=False)
    return set(rows.values_list("rule_id", "other_id", "item_id"))


def renew(act: OpenAct, permit: Permit, found: Sequence[Found], **endorsed: Any) -> list[Conflict]:
    """Keep what was found, and end what is there no more; the new rows."""
    standing = {
        (each.rule_id, each.other_id, each.item_id): each
        for each in permit.conflicts.filter(ended_at=None)
    }
    for key, row in standing.items():
        if key not in {each.key for each in found}:
            row.ended_at = act.at
            row.save()
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
        for name, value in endorsed.items():
            setattr(row, name, value)
        row.save()
    if fresh:
        act.record("permit_conflict_found", permit, conflicts=[each.pk for each in fresh])
    return fresh
