"""Who can be named in a note on an item, as the name is typed."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from work.models import Site
from work.permissions import Action, Scope, can
from work.reads import item as read
from work.services import _mentions
from work.views._site import site_view

_MOST = 8


@require_safe
@site_view
def people(request: HttpRequest, site: Site, who: Scope, at: datetime, number: str) -> HttpResponse:
    """The first people who may see the item and whose name begins so."""
    item = read.find(site, who, number)
    if item is None:
        raise Http404
    if not can(who, Action.COMMENT, item):
        raise PermissionDenied
    text = request.GET.get("q", "")[:60].replace("\x00", "")
    found = _mentions.begun(text, item, who, _MOST)
    return render(request, "work/_people_options.html", {"found": found})
