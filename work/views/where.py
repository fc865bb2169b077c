"""What a person means by where, as it is typed, and what is open there already."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from work.models import Site
from work.permissions import Scope
from work.reads import where as read
from work.reads.where import Where
from work.views._site import site_view


@require_safe
@site_view
def where(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """Places and things that ?q= may mean; or, of the one that ?place= names, what is open."""
    if request.only_looks:  # type: ignore[attr-defined]
        raise PermissionDenied
    if "q" in request.GET:
        found = read.find(site, who, request.GET["q"][:120])
        return render(request, "work/_where_options.html", {"found": found})
    there = read.named(site, who, request.GET.get("place", "")[:120])
    values = {"there": around(site, who, there) if there else None}
    return render(request, "work/_where_around.html", values)


def around(site: Site, who: Scope, there: Where) -> dict[str, Any]:
    """The place and the things in words, and the open work there."""
    items, more = read.open_there(site, who, there)
    return {
        "name": there.place.name,
        "code": there.place.code,
        "assets": [{"name": each.name, "code": each.code} for each in there.assets],
        "items": items,
        "more": more,
        "slug": site.slug,
    }
