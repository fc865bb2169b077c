"""My sites, and the counts of one: each number is a link to the list that proves it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from work.filters import Asked, select
from work.models import Site
from work.permissions import Scope, scope
from work.reads import mine as waiting
from work.reads import picture
from work.reads.counts import capped, said
from work.reads.facets import Facets
from work.reads.kept import for_reader
from work.reads.notices import unseen
from work.states import Status
from work.templatetags.gauges import shade
from work.views import _site, mine
from work.views._live import live
from work.views._panels import panels
from work.views._recurring import recurring
from work.views._site import site_view

# Each count of the picture, as the parameters of its list.
COUNTS: dict[str, dict[str, str]] = {
    "open": {},
    "live": {"status": "live"},
    "blocked": {"blocked": "1"},
    "waiting": {"status": "waiting"},
    "done": {"status": "done"},
    "overdue": {"overdue": "1"},
    "not_ready": {"ready": "0"},
    "requested": {"status": "requested"},
}
# What should not be: each is seldom so, and has an index of its own.
EXCEPTIONS: dict[str, dict[str, str]] = {
    "unconfirmed": {"unconfirmed": "1"},
    "source_closed": {"source_closed": "1"},
    "owner_left": {"owner_left": "1"},
    "no_duty": {"no_duty": "1"},
    "nobody": {"nobody": "1"},
    "incomplete": {"incomplete": "1"},
}
_TONES = {
    "blocked": "stop",
    "unconfirmed": "stop",
    "overdue": "late",
    "source_closed": "late",
    "owner_left": "late",
    "no_duty": "late",
    "nobody": "late",
}
# As many rows of each kind of decision.
DECISIONS = 3
_ICONS = {
    "open": "list",
    "live": "circle-play",
    "blocked": "octagon-x",
    "waiting": "circle-pause",
    "done": "circle-check",
    "overdue": "clock-alert",
    "not_ready": "hourglass",
    "requested": "circle-dashed",
    "unconfirmed": "hand",
    "incomplete": "circle-question-mark",
    "source_closed": "triangle-alert",
    "owner_left": "user-x",
    "no_duty": "users",
    "nobody": "user",
}
AREA_COUNTS = ("open", "requested", "live", "waiting", "done", "blocked", "overdue")


def _labels() -> dict[str, str]:
    return {
        "open": _("Open"),
        "live": str(Status.LIVE.label),
        "blocked": _("Blocked"),
        "waiting": str(Status.WAITING.label),
        "done": str(Status.DONE.label),
        "overdue": _("Overdue"),
        "not_ready": _("Not ready yet"),
        "requested": str(Status.REQUESTED.label),
        "unconfirmed": _("Not confirmed stopped"),
        "incomplete": _("Arrived incomplete"),
        "source_closed": _("Closed in source, open here"),
        "owner_left": _("Owner left"),
        "no_duty": _("Post without duty"),
        "nobody": _("Nobody on it"),
    }


@require_safe
@site_view
@live
def site_picture(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """The site now: what must be safe, the counts, the load by area, what keeps blocking work,
    what waits for the reader, and what should not be.
    """
    values = for_reader(("picture",), who, lambda: _read(site, who, at), rows=60)
    values = values | {"as_of": at, "panels": panels("picture", who, site, at)}
    return render(request, "work/site_picture.html", values)


def _read(site: Site, who: Scope, at: datetime) -> dict[str, Any]:
    """All that stands on it but the panels."""
    areas = picture.areas(site, who)
    asked = {
        name: select(Asked.from_link(**given), Facets(), site, who, at)
        for name, given in (COUNTS | EXCEPTIONS).items()
    }
    wanted = {name: asked[name].condition() for name in COUNTS}
    length = max((len(area.path) for area in areas), default=1)
    counted = picture.counted(picture.seen(site, who), wanted, length)
    if who.only_contractor(site.pk):
        # A guest knows the places of the own company's work.
        areas = [each for each in areas if any(path.startswith(each.path) for path, _n in counted)]
    totals = {name: sum(counts[name] for _path, counts in counted) for name in wanted}
    rare = capped([asked[name].rows() for name in EXCEPTIONS])
    totals |= zip(EXCEPTIONS, rare, strict=True)
    decisions = mine.decisions(site, who, at)
    waiting.fill(decisions, at, who, DECISIONS)
    blocks = recurring(site, who, at)
    labels, here = _labels(), reverse("work:item_list", args=[site.slug])
    loads = [
        *(_area(area, counted, here) for area in areas),
        *_in_no_area(site, areas, counted, here),
    ]
    return {
        "site": site,
        "counts": [_stat(name, totals[name], labels[name], here) for name in COUNTS],
        "areas": _shaded(loads),
        "area_most": max((area["load"] for area in loads), default=0),
        "area_columns": [labels[name] for name in AREA_COUNTS],
        "exceptions": [_stat(name, totals[name], labels[name], here) for name in EXCEPTIONS],
        "decisions": [each for each in decisions if each.count],
        "recurring": blocks,
        "recurring_most": max((row["seconds"] for row in blocks), default=0),
        "trouble": None,
        "nav_counts": {"work": said(totals["open"]), "blocked": said(totals["blocked"])},
    }


def _stat(name: str, count: int, label: str, here: str) -> dict[str, str]:
    return {
        "label": label,
        "count": said(count),
        "url": here + Asked.from_link(**(COUNTS | EXCEPTIONS)[name]).url(),
        "tone": _TONES.get(name, ""),
        "icon": _ICONS[name],
        "note": "",
    }


def _area(
    area: picture.Area, counted: list[tuple[str, dict[str, int]]], here: str
) -> dict[str, Any]:
    """One row: everything whose place is the area or below it."""
    inside = [counts for path, counts in counted if path.startswith(area.path)]
    sums = {name: sum(counts[name] for counts in inside) for name in AREA_COUNTS}
    urls = {
        name: here + Asked.from_link(place=area.code, **COUNTS[name]).url() for name in AREA_COUNTS
    }
    return _load(area.name, here + Asked.from_link(place=area.code).url(), sums, urls)


def _load(name: str, url: str, sums: dict[str, int], urls: dict[str, str]) -> dict[str, Any]:
    cells = [
        {"n": n, "count": said(n), "url": urls.get(key, ""), "tone": _TONES.get(key, "")}
        for key, n in sums.items()
    ]
    bar = {"load": sums["open"], "stopped": sums["blocked"], "late": sums["overdue"]}
    return {"name": name, "url": url, "cells": cells, **bar}


def _shaded(areas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The fuller a cell beside the fullest of all statuses, the stronger its shade."""
    shaded = [cell for area in areas for cell in area["cells"][1:] if not cell["tone"]]
    most = max((cell["n"] for cell in shaded), default=0)
    for cell in shaded:
        cell["heat"] = shade(cell["n"], most)
    return areas


def _in_no_area(
    site: Site, areas: list[picture.Area], counted: list[tuple[str, dict[str, int]]], here: str
) -> list[dict[str, Any]]:
    """The row of work at the site itself, where there is any: so the areas add up to the whole."""
    paths = tuple(area.path for area in areas)
    left = {path: counts for path, counts in counted if not path.startswith(paths)}
    if not any(counts["open"] for counts in left.values()):
        return []
    sums = {name: sum(counts[name] for counts in left.values()) for name in AREA_COUNTS}
    label, root = _("%(site)s itself") % {"site": site.name}, picture.root(site)
    if root is None or left.keys() != {root.path}:
        return [_load(label, "", sums, {})]
    urls = {
        name: here + Asked.from_link(here=root.code, **COUNTS[name]).url() for name in AREA_COUNTS
    }
    return [_load(label, urls["open"], sums, urls)]


@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    """The sites at which the reader has a role, with what is open there."""
    at = _site.now()
    who = scope(request.user, at)
    sites = list(Site.objects.filter(pk__in=who.site_ids()).order_by("name"))
    asked = ({}, {"blocked": "1"}, {"owner": "me"})
    found = [
        select(Asked.from_link(**given), Facets(), site, who, at).rows()
        for site in sites
        for given in asked
    ]
    counts = iter(capped(found))
    rows = []
    for site in sites:
        opened, blocked, mine = next(counts), next(counts), next(counts)
        rows.append(
            {
                "slug": site.slug,
                "name": site.name,
                "role_text": ", ".join(picture.role_names(who, site.pk)),
                "open": said(opened) if opened else "",
                "blocked": said(blocked) if blocked else "",
                "mine": said(mine) if mine else "",
            }
        )
    values = {"sites": rows, "notices": unseen(who, at)}
    response = render(request, "work/site_list.html", values)
    patch_vary_headers(response, ["Cookie"])
    return response
