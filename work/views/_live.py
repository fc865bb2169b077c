"""Pages that keep themselves up to date: a token of what the reader has, and 304 while it holds.

`static/js/live.js` asks for the page again with the token that came with it. Whether anything is
new is asked before anything else, and it is one query.
"""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Concatenate

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from work.models import Site
from work.permissions import Scope
from work.reads import kept
from work.reads.live import State, state, token
from work.views._site import fragment

type View[**P] = Callable[Concatenate[HttpRequest, Site, Scope, datetime, P], HttpResponse]


def live[**P](view: View[P]) -> View[P]:
    """Not modified, where the reader has this very state; else the page with its token.

    Stands right under `site_view`. The page finds the token in `request.live_tag`.
    """

    @functools.wraps(view)
    def enter(
        request: HttpRequest,
        site: Site,
        who: Scope,
        at: datetime,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            # What it changes is read anew.
            return view(request, site, who, at, *args, **kwargs)
        now = state(site.pk, at)
        tag = _tag(request, site, now, who, at)
        if tag in parse_etags(request.headers.get("If-None-Match", "")):
            return _with_tag(HttpResponseNotModified(), tag)
        request.live_tag = tag  # type: ignore[attr-defined]
        with kept.under(site.pk, now, at):
            return _with_tag(view(request, site, who, at, *args, **kwargs), tag)

    return enter


def _tag(request: HttpRequest, site: Site, now: State, who: Scope, at: datetime) -> str:
    """The token of this page for this reader, as an ETag."""
    part = "part" if fragment(request) else "page"
    cookies = request.headers.get("Cookie", "")
    return f'W/"{token(site.pk, now, who, at, part, request.get_full_path(), cookies)}"'


def _with_tag(response: HttpResponse, tag: str) -> HttpResponse:
    """The answer with its token, and what it differs by."""
    response["ETag"] = tag
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response
