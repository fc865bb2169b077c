"""One box that finds everything of a site that the reader may know of."""

import functools
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from work import ports
from work.models import Site
from work.permissions import Scope
from work.reads import search as read
from work.reads.kept import for_reader
from work.reads.search_people import found_people
from work.views._live import live
from work.views._site import site_view

# Fewer letters find everything; a number may be as short as it is.
SHORTEST = 2


@require_safe
@site_view
@live
def search(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """What was typed, found: first what is called exactly so, then open work, then the rest."""
    q = read.cleaned(request.GET.get("q", ""))
    values: dict[str, Any] = {"site": site, "q": q, "longest": read.LONGEST}
    if len(q) < SHORTEST and not q.isdecimal():
        return render(request, "work/search.html", values | {"too_short": bool(q)})
    make = functools.partial(_found, site, who, at, q)
    values |= for_reader(("search", q), who, make, rows=2 * read.SHOWN)
    return render(request, "work/search.html", values)


def _found(site: Site, who: Scope, at: datetime, q: str) -> dict[str, Any]:
    work = read.work(site, who, at, q)
    places, things = read.found_places(site, who, q), read.found_things(site, who, q)
    people, more_people = found_people(site, who, at, q)
    lists = reverse("work:item_list", args=[site.slug])
    other = [
        {"key": each.key.replace(".", "-"), "title": each.title, "rows": rows}
        for each in ports.search_sources.all()
        if (rows := each.find(site, who, q, at, read.SHOWN))
    ]
    return {
        "searched": True,
        "work": work,
        "exact_places": [each for each in places if each["exact"]],
        "exact_things": [each for each in things if each["exact"]],
        "places": [each for each in places if not each["exact"]][: read.SHOWN],
        "things": [each for each in things if not each["exact"]][: read.SHOWN],
        "people": people,
        "more_named": more_people or max(len(places), len(things)) > read.SHOWN,
        "open_url": f"{lists}?{urlencode({'q': q})}",
        "ended_url": f"{lists}?{urlencode({'q': q, 'status': 'all'})}",
        "other": other,
        "nothing": not (
            work.exact or work.open or work.ended or places or things or people or other
        ),
    }
