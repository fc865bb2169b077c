"""The board of permits, and the wall that hangs where everybody passes."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from permits.models import PermitType
from permits.reads import board as read
from permits.reads.columns import COLUMNS
from work.pages import live, site_view
from work.permissions import Scope
from work.reads import picture, places


@require_safe
@site_view
@live
def permit_board(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Permits by where they stand; in lanes by area or type."""
    kind = request.GET.get("lanes", "")
    kind = kind if kind in read.LANES else ""
    place = place_of(request, site, who)
    code = request.GET.get("type", "").replace("\x00", "")[:40]
    types = PermitType.objects.filter(site=site, code=code) if code else ()
    of_type = next(iter(types), None)
    if code and of_type is None:
        raise Http404
    outside = outside_areas(request, site, who)
    asked = {"path": place.path if place else "", "type_id": of_type.pk if of_type else None}
    lanes = read.board(site, who, at, kind, asked | {"outside": outside})
    narrowed = {"place": place.code if place else "", "type": code}
    narrowed["outside"] = "1" if outside else ""
    values = {
        "site": site,
        "place": place,
        "kind": of_type,
        "ways": _ways(kind, narrowed),
        "views": _views(site, narrowed),
        "heads": _columns(site, _all_counts(lanes), {}, narrowed) if kind else [],
        "lanes": [_lane(site, each, kind, narrowed, asked["path"]) for each in lanes],
        "in_lanes": bool(kind),
        "whole_url": reverse("permits:permit_board", args=[site.slug])
        if any(narrowed.values())
        else "",
        "wall_url": _address("permits:wall", site, place=narrowed["place"]),
        "crew_url": reverse("permits:crew", args=[site.slug]),
    }
    return render(request, "permits/board.html", values)


@require_safe
@site_view
@live
def wall(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """To be read from three metres: nothing to press, nobody's name; of an area, or of the site."""
    place = place_of(request, site, who)
    values = read.wall(site, who, at, place.path if place else "")
    values |= {"site": site, "place": place, "at": at}
    return render(request, "permits/wall.html", values)


def outside_areas(request: HttpRequest, site: Any, who: Scope) -> list[str]:
    """The paths of the areas, where what lies in none of them is asked for."""
    return [each.path for each in picture.areas(site, who)] if "outside" in request.GET else []


def place_of(request: HttpRequest, site: Any, who: Scope) -> Any:
    """The place that is asked for; 404 for one of which the reader may not know."""
    code = request.GET.get("place", "").replace("\x00", "")[:120]
    place = places.find(site, who, code) if code else None
    if code and place is None:
        raise Http404
    return place


def _address(name: str, site: Any, **asked: str) -> str:
    url, given = reverse(name, args=[site.slug]), {k: v for k, v in asked.items() if v}
    return f"{url}?{urlencode(given)}" if given else url


def _ways(kind: str, narrowed: dict[str, str]) -> list[dict[str, Any]]:
    labels = {"": _("Whole"), "area": _("By area"), "type": _("By type")}
    given = {name: value for name, value in narrowed.items() if value}
    return [
        {"label": label, "url": "?" + urlencode({"lanes": name} | given), "current": name == kind}
        for name, label in labels.items()
    ]


def _views(site: Any, narrowed: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "label": _("Board"),
            "url": _address("permits:permit_board", site, **narrowed),
            "current": True,
        },
        {
            "label": _("List"),
            "url": _address("permits:permit_list", site, **narrowed),
            "current": False,
        },
    ]


def _all_counts(lanes: list[read.Lane]) -> dict[str, int]:
    return {code: sum(each.counts.get(code, 0) for each in lanes) for code in COLUMNS}


def _columns(
    site: Any, counts: dict[str, int], cards: dict[str, Any], asked: dict[str, str]
) -> list[dict[str, Any]]:
    """Each column with its first cards, and the list of all of it where there are more."""
    columns = []
    for code, label in COLUMNS.items():
        count, shown = counts.get(code, 0), cards.get(code, [])
        more = count - len(shown)
        columns.append(
            {
                "code": code,
                "label": label,
                "count": count,
                "cards": shown,
                "more": more,
                "more_url": _address("permits:permit_list", site, column=code, **asked)
                if more
                else "",
            }
        )
    return columns


def _lane(
    site: Any, lane: read.Lane, kind: str, narrowed: dict[str, str], path: str
) -> dict[str, Any]:
    """A lane, and what of the board is in it. path: of the place by which the board is narrowed."""
    asked = dict(narrowed)
    if kind == "type":
        asked["type"] = lane.key
    elif kind == "area" and not lane.path:
        asked["outside"] = "1"
    elif kind == "area" and lane.path.startswith(path):
        asked["place"] = lane.key
    return {
        "key": lane.key,
        "name": lane.name,
        "count": lane.count,
        "loud": lane.counts.get("loud", 0),
        "open": lane.open,
        "url": "" if lane.open else _address("permits:permit_board", site, **asked),
        "columns": _columns(site, lane.counts, lane.cards, asked) if lane.open else [],
    }
