"""What the import pages share: who may enter, finding a run, keeping what was uploaded."""

import functools
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from work.exceptions import NotDone, Reason, Refused
from work.models import Site
from work.models.imports import ImportRun
from work.permissions import Scope
from work.services.import_ import uploads
from work.services.import_.faults import ImportFault
from work.views._refusals import answer_of, refusal
from work.views._site import may_import, number_in, site_view


def import_view[**P](
    view: Callable[Concatenate[HttpRequest, Site, Scope, datetime, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page of a site for whoever brings records into it; 403 for the others there."""

    @site_view
    @functools.wraps(view)
    def enter(
        request: HttpRequest,
        site: Site,
        who: Scope,
        at: datetime,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> HttpResponse:
        if not may_import(who, site):
            raise PermissionDenied
        return view(request, site, who, at, *args, **kwargs)

    return enter


def run_of(site: Site, pk: int) -> ImportRun:
    """A run of the site, or 404."""
    found = ImportRun.objects.filter(site=site, pk=pk).select_related("started_by", "trial")
    run = found.first() if pk < 2**63 else None
    if run is None:
        raise Http404
    run.site = site
    return run


def act_of(request: HttpRequest) -> dict[str, Any]:
    """Who acts, and the act that was born with the form. Raises Refused where it is damaged."""
    try:
        act = uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        raise Refused(Reason("form_damaged")) from None
    return {"actor": request.user, "act": act}


def seen_of(posted: QueryDict) -> int | None:
    """The version that the form was drawn from."""
    return number_in(posted.get("seen", ""))


def kept(upload: Any, name: str = "") -> dict[str, Any]:
    """Keep one uploaded file, under its own name or another. Raises FileFault."""
    return uploads.keep(upload.chunks(), name or upload.name)


def answered(error: NotDone | ImportFault, who: Scope) -> tuple[dict[str, Any], int]:
    """What components/refusal.html says, and the status."""
    if isinstance(error, NotDone):
        return refusal(error, who), answer_of(error)[0]
    return {"kind": "refused", "reasons": [{"text": str(error), "who": "", "url": ""}]}, 422
