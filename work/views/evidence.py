"""The files of evidence: the original as it came, and a small picture of a photo."""

from datetime import datetime

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from work.models import Blob, Evidence, Site
from work.permissions import Scope, visible
from work.services import files
from work.views._site import site_view

_A_YEAR = 365 * 24 * 3600


def _found(site: Site, who: Scope, pk: int) -> tuple[Evidence, Blob]:
    """Evidence with its file, of an item that the reader may see."""
    seen = visible(who, place="item__place", team="item__team", site="item__site_id")
    rows = Evidence.objects.filter(seen, pk=pk, item__site=site, blob__isnull=False)
    evidence = rows.select_related("blob").first()
    if evidence is None or evidence.blob is None:
        raise Http404
    return evidence, evidence.blob


@require_safe
@site_view
def evidence_file(
    request: HttpRequest, site: Site, who: Scope, at: datetime, pk: int
) -> HttpResponse:
    """The original of a piece of evidence, as an attachment that runs nothing."""
    evidence, blob = _found(site, who, pk)
    path = files.path_of(blob.sha256)
    if not path.exists():
        raise Http404
    response = FileResponse(path.open("rb"), content_type=blob.content_type)
    name = files.name_of(evidence.name, blob)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_safe
@site_view
def evidence_preview(
    request: HttpRequest, site: Site, who: Scope, at: datetime, pk: int
) -> HttpResponse:
    """A photo, small and drawn anew: nothing of what a camera notes besides is in it."""
    _evidence, blob = _found(site, who, pk)
    drawn = files.preview(blob)
    if drawn is None:
        raise Http404
    response = HttpResponse(drawn, content_type="image/webp")
    response["X-Content-Type-Options"] = "nosniff"
    # What it shows never changes; who may look is asked before the browser first has it.
    response["Cache-Control"] = f"private, max-age={_A_YEAR}, immutable"
    return response
