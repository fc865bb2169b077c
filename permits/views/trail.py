"""What happened to a permit, as a page, and as a part of its own."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from permits.reads import detail, trail
from permits.reads.names import Naming
from work.pages import fragment, site_view
from work.permissions import Scope


@require_safe
@site_view
def permit_history(
    request: HttpRequest, site: Any, who: Scope, at: datetime, number: str
) -> HttpResponse:
    """Its events in words, newest first."""
    permit = detail.find(site, who, number)
    if permit is None:
        raise Http404
    label = f"P-{permit.number}"
    values = {
        "site": site,
        "label": label,
        "url": reverse("permits:permit_detail", args=[site.slug, label]),
        "history": trail.rows(permit, Naming(who).of(permit)),
    }
    name = "permits/permit_history.html" + ("#trail" if fragment(request) else "")
    return render(request, name, values)
