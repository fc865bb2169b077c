"""Lanes over a board: its open work by area, owner, team or type, counted in one pass."""

import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber, Substr
from django.utils.translation import gettext as _

from work.models import WorkItem
from work.models.readings import blocked_if
from work.reads import kept, picture

KINDS = ("area", "owner", "team", "type")


@dataclass
class Lane:
    """One lane. key: its name in addresses. given: what a list is asked for it, None where no list
    shows it alone. q: the work in it. counts: by status, of those that fit the board.
    """

    key: str
    name: str
    given: Mapping[str, str] | None
    q: Q
    counts: dict[str, int] = field(default_factory=dict)
    blocked: int = 0

    @property
    def count(self) -> int:
        """All that is in it."""
        return sum(self.counts.values())

    def add(self, status: str, count: int, blocked: int) -> None:
        """Count some more in."""
        self.counts[status] = self.counts.get(status, 0) + count
        self.blocked += blocked


def lanes(kind: str, selection: Any, statuses: Iterable[str]) -> list[Lane]:
    """The lanes that have something in these statuses; areas as they lie, the rest by size."""
    rows = selection.rows().filter(status__in=list(statuses))
    if kind == "area":
        return _areas(selection, rows)
    found = _MADE[kind](rows, selection.context.at)
    return sorted(found, key=lambda lane: (-lane.count, lane.name))


def first(items: QuerySet[WorkItem], opened: list[Lane], most: int) -> dict[int, int]:
    """The first `most` of every status of these lanes, by the order of `items`.

    By its id, which lane each is in.
    """
    cases = [When(lane.q, then=Value(n)) for n, lane in enumerate(opened)]
    rank = Window(
        RowNumber(), partition_by=[F("_lane"), F("status")], order_by=list(items.query.order_by)
    )
    found = (
        items.order_by()
        # Their own condition, so that an index may answer it; a case is looked at row by row.
        .filter(functools.reduce(operator.or_, (lane.q for lane in opened)))
        .annotate(_lane=Case(*cases, output_field=IntegerField()))
        .annotate(_rank=rank)
        .filter(_rank__lte=most)
    )
    return dict(kept.rows(found.values_list("pk", "_lane")))


def _counted(rows: QuerySet[WorkItem], at: Any, *columns: Any, **named: Any) -> Iterable[tuple]:
    # Of what stands in every index: by area one is enough for all that is asked.
    counts = {"_n": Count("site_id"), "_blocked": Count("site_id", filter=blocked_if(at))}
    grouped = rows.order_by().annotate(**named).values(*columns, *named, "status")
    return kept.rows(grouped.annotate(**counts).values_list(*columns, *named, "status", *counts))


def _areas(selection: Any, rows: QuerySet[WorkItem]) -> list[Lane]:
    """The parts of the site; what lies in none of them comes last."""
    site, who, at = selection.context.site, selection.context.who, selection.context.at
    areas = picture.areas(site, who)
    length = max((len(area.path) for area in areas), default=1)
    known = {
        area.path: Lane(area.code, area.name, _place(selection, area), _below(area.path))
        for area in areas
    }
    outside = ~Q(pk__in=[])
    for area in areas:
        outside &= ~_below(area.path)
    rest = Lane("-", _("%(site)s itself") % {"site": site.name}, None, outside)
    for path, status, count, blocked in _counted(rows, at, _area=Substr("place__path", 1, length)):
        lane = next((known[each] for each in known if path.startswith(each)), rest)
        lane.add(status, count, blocked)
    return [lane for lane in (*known.values(), rest) if lane.counts]


def _below(path: str) -> Q:
    return Q(place__path__startswith=path)


def _place(selection: Any, area: picture.Area) -> dict[str, Any]:
    """What of the places asked for lies in the area, else the area itself."""
    facets = selection.context.facets
    asked = selection.asked.values.get("place", ())
    inside = [
        code
        for code in asked
        if code in facets.places and facets.places[code].more.startswith(area.path)
    ]
    wider = [
        code
        for code in asked
        if code in facets.places and area.path.startswith(facets.places[code].more)
    ]
    return {"place": tuple(inside) if inside and not wider else area.code}


def _owners(rows: QuerySet[WorkItem], at: Any) -> list[Lane]:
    columns = ("owner_user_id", "owner_user__name", "owner_post_id", "owner_post__name")
    found: dict[str, Lane] = {}
    for user, name, post, title, *counted in _counted(rows, at, *columns):
        if user:
            lane = Lane(f"user:{user}", name, {"owner": f"user:{user}"}, Q(owner_user=user))
        elif post:
            lane = Lane(f"post:{post}", title, {"owner": f"post:{post}"}, Q(owner_post=post))
        else:
            nobody = Q(owner_user=None, owner_post=None)
            lane = Lane("none", _("No owner"), {"owner": "none"}, nobody)
        found.setdefault(lane.key, lane).add(*counted)
    return list(found.values())


def _teams(rows: QuerySet[WorkItem], at: Any) -> list[Lane]:
    found: dict[str, Lane] = {}
    for pk, code, name, *counted in _counted(rows, at, "team_id", "team__code", "team__name"):
        lane = Lane(code or "none", name or _("No team"), {"team": code or "none"}, Q(team=pk))
        found.setdefault(lane.key, lane).add(*counted)
    return list(found.values())


def _types(rows: QuerySet[WorkItem], at: Any) -> list[Lane]:
    found: dict[str, Lane] = {}
    for pk, code, name, *counted in _counted(rows, at, "type_id", "type__code", "type__name"):
        lane = Lane(code, name, {"type": code}, Q(type=pk))
        found.setdefault(lane.key, lane).add(*counted)
    return list(found.values())


_MADE: Mapping[str, Callable[[QuerySet[WorkItem], Any], list[Lane]]] = {
    "owner": _owners,
    "team": _teams,
    "type": _types,
}
