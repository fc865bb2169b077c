"""The pack of an area or the site: to print, or to keep as a file, before the system is away."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from permits import packs
from permits.reads.packs import pack as read
from work.pages import site_view
from work.permissions import Scope
from work.reads import places


@require_safe
@site_view
def pack(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """All that is under way, as it is now; with how old the file is that is kept of it."""
    code = request.GET.get("place", "").replace("\x00", "")[:120]
    place = places.find(site, who, code) if code else None
    if code and place is None:
        raise Http404
    values = read(site, who, at, place.path if place else "") | {"at": at}
    if "file" in request.GET:
        name = f"{site.slug}-{place.pk if place else 'site'}-{at:%Y-%m-%dT%H%MZ}.html"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(packs.drawn(site, place, values), headers=headers)
    # Of what is no area the file of the whole site tells.
    kept = packs.kept_at(site, place) or packs.kept_at(site)
    asked = {"place": place.code} if place else {}
    values |= {
        "site": site,
        "place": place,
        "kept": kept,
        "kept_late": kept is None or kept < at - packs.LATE,
        "file_url": f"?{urlencode(asked | {'file': 1})}",
        "back_url": reverse("permits:permit_list", args=[site.slug]),
    }
    return render(request, "permits/pack.html", values)
