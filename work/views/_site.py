"""What every page of a site begins with: one clock, one scope, the site's zone."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from work.models import Site
from work.permissions import BY_ROLE, Action, Scope, can_at, scope
from work.prepared import Among, given, often


def now() -> datetime:
    """The one clock of the pages; a view takes it once and hands it down."""
    return timezone.now()


class SeeOther(HttpResponseRedirect):
    """Done: look at the page again with a GET, whatever the method was."""

    status_code = 303


def fragment(request: HttpRequest) -> bool:
    """Whether a part of the page is asked for, to be put in its place."""
    return bool(request.htmx) and not request.htmx.boosted  # type: ignore[attr-defined]


def see_other(request: HttpRequest, to: str, *args: Any) -> HttpResponse:
    """Go to another page; a page that asked for a fragment goes there as a whole."""
    url = resolve_url(to, *args)
    if fragment(request):
        return HttpResponse(headers={"HX-Redirect": url})
    return SeeOther(url)


def back_to(request: HttpRequest) -> str:
    """The page of ours that a form, or the way to it, says it came from; empty where none."""
    back = request.POST.get("back") or request.GET.get("back", "")
    ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if ours else ""


def number_in(text: str, most: int = 10**15) -> int | None:
    """The id or page that stands in an address; None where it is no such number."""
    plain = text.isascii() and text.isdigit() and len(text) < 18
    return int(text) if plain and int(text) <= most else None


def _only_looks(who: Scope, site: Site) -> bool:
    """Whether the person raises no work here, so that no page offers it."""
    roles = {grant.role for grant in who.grants if grant.site_id == site.pk}
    return not roles & BY_ROLE[Action.REQUEST]


def may_import(who: Scope, site: Site) -> bool:
    """Whether the person brings records into the site; so that pages lead there."""
    return bool(can_at(who, Action.CONFIGURE, site.pk, ""))


@often
def _known() -> QuerySet[Site]:
    """The site of that name, where it is among these."""
    return Site.objects.filter(Among(F("pk"), given("ids")), slug=given("slug"))


def site_view[**P](
    view: Callable[Concatenate[HttpRequest, Site, Scope, datetime, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Call `view(request, site, who, at, …)`, or 404 where the site is not the person's to know."""

    @functools.wraps(view)
    def enter(request: HttpRequest, site: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        at = now()
        who = scope(request.user, at)
        found = next(iter(_known(slug=site, ids=list(who.site_ids()))), None)
        if found is None:
            raise Http404
        request.only_looks = _only_looks(who, found)  # type: ignore[attr-defined]
        request.may_import = may_import(who, found)  # type: ignore[attr-defined]
        with timezone.override(ZoneInfo(found.time_zone)):
            response = view(request, found, who, at, *args, **kwargs)
            # Rendered here, so that times are in the site's zone.
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
            return response

    return enter
