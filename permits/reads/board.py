"""Permits as the board and the wall show them: what is open, by where it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from itertools import chain
from typing import Any

from django.db.models import (
    Case,
    Count,
    OuterRef,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from permits.models import Permit, Presence
from permits.reads.columns import ORDERED, loud_since, narrowed, order_of, with_column
from permits.reads.lists import TONES, seen
from permits.standing import LABELS, OVERDUE, holds_until, with_standing
from permits.states import State
from work.permissions import Scope
from work.reads import picture

MOST = 10
# How many cards stand in lanes that are open; what lies below is a press away.
_OPEN = 80
_WALL = 15
LANES = ("area", "type")


@dataclass
class Lane:
    """A part of the board. key: its code in addresses. counts, rows, cards: by column."""

    key: str
    name: str
    path: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[Any]] = field(default_factory=dict)
    cards: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    open: bool = True

    @property
    def count(self) -> int:
        """All that is in it."""
        return sum(self.counts.values())


def _rows(site: Any, who: Scope, at: datetime, asked: Mapping[str, Any]) -> QuerySet[Permit]:
    """What is open and of today, with its column."""
    rows = narrowed(with_standing(seen(site, who).filter(ended_at=None), at), asked)
    return with_column(rows, at).order_by()


def board(site: Any, who: Scope, at: datetime, kind: str, asked: Mapping[str, Any]) -> list[Lane]:
    """The lanes with their first cards; one without a name where there are none.

    Two queries, and one for the areas. kind: of LANES, or empty.
    """
    made = _lanes(site, who, kind)
    found = {each.key: each for each in made}
    wanted = (*ORDERED, "place__path", "type__code", "type__name")
    for row in _rows(site, who, at, asked).values_list(*wanted, named=True):
        key = row.type__code if kind == "type" else ""
        lane = _of(made, kind, row.place__path) or found.get(key)
        if lane is None:
            lane = found[key] = Lane(key, row.type__name)
        lane.counts[row.column] = lane.counts.get(row.column, 0) + 1
        lane.rows.setdefault(row.column, []).append(row)
    lanes = [each for each in found.values() if each.counts or not kind]
    if kind == "type":
        lanes.sort(key=lambda lane: lane.name)
    _open(lanes)
    _fill(lanes, at)
    return lanes


def _lanes(site: Any, who: Scope, kind: str) -> list[Lane]:
    if kind == "area":
        areas = [Lane(each.code, each.name, each.path) for each in picture.areas(site, who)]
        return [*areas, Lane("-", str(site.name))]
    return [] if kind else [Lane("", "")]


def _of(made: Iterable[Lane], kind: str, path: str) -> Lane | None:
    """The area in which a place lies; what lies in none is the site's own, the last."""
    if kind != "area":
        return None
    return next((each for each in made if path.startswith(each.path)), None)


def _open(lanes: Iterable[Lane]) -> None:
    """The first lanes are open, as many as have room; the others lead to their own board.

    Before all others those in which a stop is called or something is overdue.
    """
    room = _OPEN
    for lane in sorted(lanes, key=lambda lane: not lane.counts.get("loud")):
        lane.open = room > 0
        room -= sum(min(MOST, count) for count in lane.counts.values())


def _fill(lanes: Iterable[Lane], at: datetime) -> None:
    """The cards of the lanes that are open, the first of each column."""
    shown = {
        (lane.key, column): [row.pk for row in nsmallest(MOST, rows, key=order_of)]
        for lane in lanes
        if lane.open
        for column, rows in lane.rows.items()
    }
    wanted = with_standing(Permit.objects.filter(pk__in=chain(*shown.values())), at)
    wanted = wanted.select_related("type", "place", "site").annotate(on_it=_on_it())
    permits = {each.pk: each for each in wanted.order_by()}
    for lane in lanes:
        for column in lane.rows if lane.open else ():
            lane.cards[column] = [card(permits[pk], at) for pk in shown[lane.key, column]]


def _on_it() -> Any:
    """How many are signed on, counted where a permit is shown and nowhere else."""
    presences = Presence.objects.filter(permit=OuterRef("pk"), off_at=None).order_by()
    counted = presences.values("permit").annotate(n=Count("pk")).values("n")
    return Coalesce(counted[:1], 0)


def card(permit: Any, at: datetime) -> dict[str, Any]:
    """One permit on the board or the wall: nobody's name."""
    stands, since = permit.stands, permit.state_since
    if stands == OVERDUE:
        since = permit.issue_ends
    elif stands == State.STOP_CALLED and permit.state == State.IN_FORCE:
        since = permit.tests_until
    return {
        "label": f"P-{permit.number}",
        "url": reverse("permits:permit_detail", args=[permit.site.slug, f"P-{permit.number}"]),
        "what": permit.what,
        "type_text": permit.type.name,
        "place_text": permit.place.name,
        "stands": stands,
        "stands_text": str(LABELS[stands]),
        "tone": TONES.get(stands, ""),
        "minutes": max(0, int((at - since).total_seconds() // 60)),
        "since": since,
        "starts": permit.starts,
        "until": holds_until(permit) if permit.issue_ends else None,
        "on_it": permit.on_it,
    }


def wall(site: Any, who: Scope, at: datetime, path: str) -> dict[str, Any]:
    """What a wall shows: stops that nobody confirmed, what is overdue, then what is in force.

    Two queries. left: how many more there are than it has room for.
    """
    rows = _rows(site, who, at, {"path": path}).filter(
        stands__in=[State.STOP_CALLED, OVERDUE, State.IN_FORCE]
    )
    on_it = rows.annotate(on_it=_on_it())
    counts = {
        each["stands"]: each
        for each in on_it.values("stands").annotate(n=Count("pk"), people=Sum("on_it"))
    }
    first = Case(
        When(stands=State.STOP_CALLED, then=Value(0)),
        When(stands=OVERDUE, then=Value(1)),
        default=Value(2),
    )
    shown = on_it.annotate(first=first).select_related("type", "place", "site")
    # What is loud longest comes first: none falls out for want of room.
    since = Case(
        When(first__lt=2, then=loud_since()), default=Coalesce("tests_until", "issue_ends")
    )
    shown = shown.order_by("first", since, "pk")
    cards = [card(each, at) for each in shown[:_WALL]]
    total = sum(each["n"] for each in counts.values())
    return {
        "cards": cards,
        "left": total - len(cards),
        "people": sum(each["people"] or 0 for each in counts.values()),
        "counts": {
            name: counts.get(str(code), {}).get("n", 0)
            for name, code in (
                ("stops", State.STOP_CALLED),
                ("overdue", OVERDUE),
                ("force", State.IN_FORCE),
            )
        },
    }
