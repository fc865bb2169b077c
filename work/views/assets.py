"""The page of a thing."""

import functools
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from work.models import Asset, Site
from work.permissions import Scope
from work.reads import assets as read
from work.reads import held, place, places
from work.reads.kept import for_reader
from work.views._label import label
from work.views._live import live
from work.views._panels import panels
from work.views._site import site_view


@require_safe
@site_view
@live
def asset_detail(
    request: HttpRequest, site: Site, who: Scope, at: datetime, code: str
) -> HttpResponse:
    """One thing: what it is, where it stands and stood, its status, holds and work."""
    asset = read.find(site, who, code) if "\x00" not in code else None
    if asset is None:
        raise Http404
    if "label" in request.GET:
        return label(request, site, asset, read.url(site, asset.code))
    make = functools.partial(_read, site, who, at, asset)
    values = for_reader(("asset", asset.pk), who, make, rows=60)
    values = values | {"panels": panels("asset", who, asset, at)}
    return render(request, "work/asset_detail.html", values)


def _read(site: Site, who: Scope, at: datetime, asset: Asset) -> dict[str, Any]:
    """All that stands on the page but the panels."""
    items = read.work(site, who, asset)
    lists = reverse("work:item_list", args=[site.slug]) + "?" + urlencode({"asset": asset.code})
    around = {"fields": [], "locations": [], "contents": []}
    if not who.only_contractor(site.pk):
        around = {
            "fields": read.fields(asset),
            "locations": read.locations(site, who, asset),
            "contents": read.contents(site, who, asset),
        }
    above = read.place_now(site, who, asset)
    return around | {
        "site": site,
        "asset": _shown(site, who, asset),
        "above": places.above(site, who, above),
        "counts": place.stats(lists, [read.load(items, at)]),
        "items": place.worst(items.open(), at, who),
        "more_url": lists,
        "ended": read.ended(items, at, who),
        "ended_url": f"{lists}&status=closed&status=cancelled",
        "holds": held.holds(site, who, Q(asset=asset)),
        "new_url": _new_url(site, asset, above[-1].code if above else ""),
    }


def _shown(site: Site, who: Scope, asset: Asset) -> dict[str, Any]:
    guest = who.only_contractor(site.pk)
    return {
        "code": asset.code,
        "name": asset.name,
        "class_text": asset.asset_class.name,
        "serial": asset.serial,
        "owner_text": asset.owner_team.name if asset.owner_team and not guest else "",
        **read.stands(asset),
    }


def _new_url(site: Site, asset: Asset, place_code: str) -> str:
    """Where work on it is raised: here, where that is known."""
    asked = {"asset": asset.code} | ({"place": place_code} if place_code else {})
    return reverse("work:item_new", args=[site.slug]) + "?" + urlencode(asked)
