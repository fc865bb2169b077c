"""Marking a notice as seen."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from work.exceptions import NotDone
from work.services import notices


@require_POST
def notice_seen(request: HttpRequest, pk: int) -> HttpResponse:
    """The person has seen it; back to where it was shown."""
    try:
        act = uuid.UUID(request.POST.get("act", ""))
        notices.see(actor=request.user, act=act, notice_id=pk)
    except (ValueError, NotDone):
        raise Http404 from None
    back = request.POST.get("back", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    return redirect(back if safe else "/")
