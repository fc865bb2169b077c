"""Marking a notice as seen."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from work.exceptions import NotDone
from work.services import notices
from work.views._site import back_to


@require_POST
def notice_seen(request: HttpRequest, pk: int) -> HttpResponse:
    """The person has seen it; back to where it was shown."""
    try:
        act = uuid.UUID(request.POST.get("act", ""))
        notices.see(actor=request.user, act=act, notice_id=pk)
    except (ValueError, NotDone):
        raise Http404 from None
    return redirect(back_to(request) or "/")
