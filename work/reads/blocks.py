"""What blocks and has blocked: which items, how many, and how long they were held.

An item is held for as long as at least one blocker of the kind counted is open: an hour in which
it waits for two blockers of one kind is one hour of that kind, and an hour in which it waits for
two kinds is an hour of each, and one hour of the whole. So rows may add up to more than the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Substr

from work.models import Blocker, Prerequisite, Site
from work.reads.kept import answer
from work.reads.lapses import unmet_and_due
from work.states import UNDER_WAY, AnswerState

DIMENSIONS = frozenset({"kind", "clears", "area"})


@dataclass(frozen=True)
class Held:
    """What one group of blockers holds: items now and in the period, and for how long in it.

    key: the value of each dimension that was asked for. oldest: since when the longest open one
    has stood.
    """

    key: tuple[str, ...]
    items: int
    now: int
    seconds: float
    oldest: datetime | None


def overlapping(since: datetime) -> Q:
    """Blockers that stood for a while after that moment."""
    return Q(ended_at=None) | Q(ended_at__gt=since) & Q(ended_at__gt=F("since"))


def lapsing(site: Site, at: datetime) -> QuerySet[Prerequisite]:
    """What blocks at `at` although no task has turned it into a blocker yet."""
    return (
        Prerequisite.objects.filter(unmet_and_due(at), site=site, item__blocked_from__lte=at)
        .exclude(Exists(Blocker.objects.filter(prerequisite=OuterRef("pk"), ended_at=None)))
        .order_by()
    )


def held(
    site: Site,
    at: datetime,
    *,
    items: Q,
    groupings: Sequence[tuple[str, ...]],
    which: Q | None = None,
    since: datetime | None = None,
    length: int = 1,
) -> dict[tuple[str, ...], list[Held]]:
    """What is blocked now and was since a moment, grouped each way that is asked for: one query.

    items: over `item__…`, which items count. which: over blockers. since: the beginning of the
    period; None: what is open now, from its own beginning. length: of an area's path. The groups
    that hold longest come first.
    """
    found: dict[tuple[str, ...], list[Held]] = {grouping: [] for grouping in groupings}
    parts = _parts(site, at, items, which or Q(), since, length)
    if not parts:
        return found
    for n, key, *rest in answer(*_statement(parts, groupings)):
        found[groupings[n]].append(Held(tuple(key), *rest))
    for rows in found.values():
        rows.sort(key=lambda row: (-row.seconds, -row.now, row.key))
    return found


def _statement(
    parts: Sequence[tuple[str, tuple[Any, ...]]], groupings: Sequence[tuple[str, ...]]
) -> tuple[str, list[Any]]:
    union = " UNION ALL ".join(f"({sql})" for sql, _given in parts)
    counted = " UNION ALL ".join(_counted(n, each) for n, each in enumerate(groupings))
    statement = f"WITH part ({_COLUMNS}) AS ({union}), {_HELD} {counted}"
    return statement, [each for _sql, given in parts for each in given]


_COLUMNS = "item_id, kind, clears, area, begins, ends, stood, open_now"
# Of most items one thing alone blocks; only of the others are spans put together.
_HELD = """
held AS MATERIALIZED (
  SELECT item_id, kind, clears, area, least(begins, ends) AS begins, ends, stood, open_now,
    count(*) OVER (PARTITION BY item_id) AS many
  FROM part)
"""
# Spans of one item that touch or overlap are one span: `range_agg`.
_COUNTED = """
SELECT {n}, key, count(*)::int, (count(*) FILTER (WHERE open_now))::int,
  COALESCE(sum(CASE WHEN spans IS NULL THEN alone ELSE
    (SELECT sum(extract(epoch FROM upper(r) - lower(r))) FROM unnest(spans) AS r) END), 0)::float8,
  min(oldest)
FROM (
  SELECT {key} AS key, item_id, sum(extract(epoch FROM ends - begins)) AS alone,
    range_agg(tstzrange(begins, ends)) FILTER (WHERE many > 1) AS spans,
    bool_or(open_now) AS open_now, min(stood) FILTER (WHERE open_now) AS oldest
  FROM held GROUP BY {by} item_id
) AS each_item GROUP BY key
"""


def _counted(n: int, grouping: tuple[str, ...]) -> str:
    if not set(grouping) <= DIMENSIONS:
        raise ValueError(f"not a way to group blockers: {grouping}")
    key = f"ARRAY[{', '.join(f'{each}::text' for each in grouping)}]::text[]"
    return _COUNTED.format(n=n, key=key, by="".join(f"{each}, " for each in grouping))


def _parts(
    site: Site, at: datetime, items: Q, which: Q, since: datetime | None, length: int
) -> list[tuple[str, tuple[Any, ...]]]:
    """Blockers, and what lapsed since a task last ran, each as SQL with the same columns."""
    period = Q(ended_at=None) if since is None else overlapping(since)
    blockers = Blocker.objects.filter(period, which, items, site=site).order_by()
    blockers = blockers.annotate(
        ends=Coalesce("ended_at", _moment(at)),
        stood=F("since"),
        open_now=Case(When(ended_at=None, then=Value(True)), default=Value(False)),
    )
    lapses = lapsing(site, at).filter(which, items)
    lapses = lapses.annotate(ends=_moment(at), stood=_lapsed_since(), open_now=Value(True))
    found = []
    for rows in (blockers, lapses):
        begins = F("stood") if since is None else Greatest("stood", _moment(since))
        cut = rows.annotate(area=Substr("item__place__path", 1, length), begins=begins)
        columns = cut.values_list(
            "item_id", "kind", "clears", "area", "begins", "ends", "stood", "open_now"
        )
        try:
            found.append(columns.query.sql_with_params())
        except EmptyResultSet:
            continue
    return found


def _moment(at: datetime) -> Value:
    return Value(at, DateTimeField())


def _lapsed_since() -> Greatest:
    """Since when a requirement blocks that no blocker says yet: as `_overlay.blocked_since`."""
    ran_out = Greatest(
        Case(When(answer=AnswerState.MET, then=F("valid_until"))),
        Case(When(waived_at__isnull=False, then=F("waiver_until"))),
    )
    due = Case(When(~Q(item__status__in=UNDER_WAY), then=F("due_at")))
    return Greatest(due, Coalesce(ran_out, "answered_at", "created_at"))
