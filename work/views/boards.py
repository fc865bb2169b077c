"""The work board of a site: a column a status, whole or in lanes."""

import json
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from work.filters import Asked, Selection, select
from work.models import Site
from work.permissions import Scope
from work.reads import lanes
from work.reads.counts import CAP, capped, said
from work.reads.kept import for_reader
from work.states import ENDED, MOVES, OPEN, Status
from work.views import _cards
from work.views import _narrowing as narrowing
from work.views._acts import SPECS
from work.views._live import live
from work.views._site import fragment, site_view

CARDS, CARDS_IN_LANE = 10, 4
# So many cards are drawn at once, and so many lanes named.
MOST_CARDS, MOST_LANES = 40, 12
_COLUMNS = [status for status in Status if status in OPEN]
# The verb of every step, for a card that is dropped where its menu does not lead.
_STEPS = json.dumps(
    {
        f"{source}>{MOVES[spec.move].to}": spec.verb
        for spec in SPECS.values()
        if spec.move
        for source in sorted(MOVES[spec.move].sources)
    }
)


@require_safe
@site_view
@live
def board(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """The most urgent of each status; the rest is a link to its list."""
    selection = narrowing.narrow(request, site, who, at)
    kind, lane = request.GET.get("lanes", ""), request.GET.get("lane", "")
    key = ("board", selection.asked.url(), selection.asked.left, kind, lane)
    counts, cards = for_reader(key, who, lambda: _read(selection, kind, lane), rows=2 * MOST_CARDS)
    values = narrowing.context(selection, counts, "work:board") | cards
    if kind in lanes.KINDS:
        _carry(values, kind)
    values |= {
        "part": fragment(request),
        "page": uuid.uuid4(),
        "steps": _STEPS,
        "lane_ways": _lane_ways(selection, kind),
    }
    name = "work/board.html#work" if values["part"] else "work/board.html"
    return render(request, name, values)


def _read(selection: Selection, kind: str, lane: str) -> tuple[list[int], dict[str, Any]]:
    """The counts of the tabs, and the columns with their cards, whole or in lanes."""
    shown = [status for status in _COLUMNS if status in selection.statuses]
    held = [selection.rows(status) for status in shown]
    closed = _closed_today(selection)
    counts = capped([*held, closed.rows(), *narrowing.view_rows(selection)])
    by_status = dict(zip(shown, counts, strict=False))
    if kind in lanes.KINDS:
        cards = _in_lanes(selection, kind, by_status, lane)
    else:
        cards = _whole(selection, by_status)
    url = _list(selection.context.site, closed.asked.url())
    cards["closed"] = {"count": said(counts[len(shown)]), "url": url}
    cards["ended_url"] = _ended(selection, by_status)
    return counts[len(shown) + 1 :], cards


def _ended(selection: Selection, counts: dict[Status, int]) -> str:
    """The list, where what was asked for can be ended work, and no column has any of it."""
    if selection.refused or any(counts.values()) or not selection.statuses & ENDED:
        return ""
    return _list(selection.context.site, selection.asked.url())


def _closed_today(selection: Selection) -> Selection:
    """What fits the same filters and was accepted since midnight."""
    known = selection.context
    today = timezone.localtime(known.at).date().isoformat()
    values = {**selection.asked.values, "closed_since": (today,)}
    values.pop("status", None)
    asked = Asked(values, left=selection.asked.left)
    return select(asked, known.facets, known.site, known.who, known.at)


def _whole(selection: Selection, counts: dict[Status, int]) -> dict[str, Any]:
    """One board over everything, each column cut by its own index."""
    cards = _cards.of_columns(selection, counts, CARDS) if any(counts.values()) else []
    by_status = _cards.by_status(cards)
    staged = len(selection.asked.values.get("type", ())) == 1
    return {
        "columns": [
            _column(selection, status, count, by_status.get(status, []), staged=staged)
            for status, count in counts.items()
        ]
    }


def _in_lanes(
    selection: Selection, kind: str, counts: dict[Status, int], asked: str
) -> dict[str, Any]:
    """A board a lane, as many open as there is room for; the one asked for is among them."""
    found = lanes.lanes(kind, selection, counts) if any(counts.values()) else []
    named, site = found[:MOST_LANES], selection.context.site
    opened = _opened(named, asked)
    cards = _cards.of_lanes(selection, opened, CARDS_IN_LANE) if opened else {}
    shown = []
    for number, lane in enumerate(named):
        by_status = _cards.by_status(cards.get(lane.key, []))
        columns = [
            _column(selection, status, lane.counts.get(status, 0), by_status.get(status, []),
                    lane=lane, number=number, staged=kind == "type")
            for status in counts
        ]  # fmt: skip
        is_open = lane in opened
        shown.append(
            {
                "id": number,
                "name": lane.name,
                "count": said(lane.count),
                "blocked": lane.blocked,
                "open": is_open,
                "columns": columns if is_open else [],
                "url": "" if is_open else _here(selection, lanes=kind, lane=lane.key),
            }
        )
    left = found[MOST_LANES:]
    return {
        "columns": [_column(selection, status, count, []) for status, count in counts.items()],
        "lanes": shown,
        "lanes_left": {
            "count": said(len(left)),
            "url": _list(site, selection.asked.url()),
        }
        if left
        else None,
    }


def _opened(found: list[lanes.Lane], asked: str) -> list[lanes.Lane]:
    """The lanes whose cards are drawn: first the one asked for, then the others as they come."""
    opened, room = [], MOST_CARDS
    for lane in sorted(found, key=lambda lane: lane.key != asked):
        cards = sum(min(count, CARDS_IN_LANE) for count in lane.counts.values())
        if cards > room:
            break
        opened.append(lane)
        room -= cards
    return opened


def _column(
    selection: Selection,
    status: Status,
    count: int,
    cards: list[Any],
    *,
    lane: lanes.Lane | None = None,
    number: int = 0,
    staged: bool = False,
) -> dict[str, Any]:
    """One column; the rest of it is a list of exactly its rows, where a list shows them."""
    asked, more, url = selection.asked, count - len(cards), ""
    if more > 0 and (lane is None or lane.given is not None):
        narrowed = lane.given if lane and lane.given else {}
        url = asked.url(sort=asked.sort or _cards.DEFAULT, status=str(status), **narrowed)
        url = _list(selection.context.site, url)
    return {
        "code": f"{status}-{number}" if lane else str(status),
        "status": str(status),
        "label": str(status.label),
        "count": said(count),
        "items": cards,
        "groups": _cards.by_stage(cards, whole=more <= 0)
        if staged
        else [{"label": "", "items": cards}],
        "staged": staged,
        "more_url": url,
        "more": said(count) if count > CAP else said(more),
    }


def _list(site: Site, asked: str) -> str:
    return reverse("work:item_list", args=[site.slug]) + asked


def _here(selection: Selection, **more: str) -> str:
    """This board with the same filters, otherwise arranged."""
    url = reverse("work:board", args=[selection.context.site.slug]) + selection.asked.url()
    return _also(url, more)


def _also(url: str, more: dict[str, str]) -> str:
    joint = "" if url.endswith("?") else "&" if "?" in url else "?"
    return f"{url}{joint}{urlencode(more)}" if more else url.removesuffix("?")


def _lane_ways(selection: Selection, kind: str) -> list[dict[str, Any]]:
    """The board whole and in each kind of lanes."""
    known = {
        "": _("No lanes"),
        "area": _("By area"),
        "owner": _("By owner"),
        "team": _("By team"),
        "type": _("By type"),
    }
    taken = kind if kind in lanes.KINDS else ""
    return [
        {
            "label": label,
            "url": _here(selection, lanes=code) if code else _here(selection),
            "current": code == taken,
        }
        for code, label in known.items()
    ]


def _carry(values: dict[str, Any], kind: str) -> None:
    """Filters, tabs and chips keep the lanes."""
    more = {"lanes": kind}
    for tab in values["views"]:
        tab["url"] = _also(tab["url"], more)
    values["chips"] = [
        replace(chip, remove_url=_also(chip.remove_url, more)) for chip in values["chips"]
    ]
    values["hidden"].append({"name": "lanes", "value": kind})
    values["clear_url"] = _also(values["clear_url"], more)
    if values["trouble"]:
        values["trouble"]["url"] = _also(values["trouble"]["url"], more)
