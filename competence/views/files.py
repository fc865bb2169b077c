"""What proves a record or is shown by a company: the original, to whom may see it."""

from datetime import datetime
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from competence.models import CompanyPaper, Record
from competence.permissions import Action, may
from competence.reads import visitors
from work.pages import site_view
from work.permissions import Scope
from work.services import files


@require_safe
@site_view
def record_file(request: HttpRequest, site: Any, who: Scope, at: datetime, pk: int) -> HttpResponse:
    """The proof of a record: to the person, to who sees what others have, to the own company."""
    rows = Record.objects.filter(pk=pk, site_id=site.pk, blob__isnull=False)
    here_for = visitors.company_at(site.pk, at, "person")
    found = rows.annotate(here_for=here_for).select_related("blob").first()
    if found is None or not (
        found.person_id == who.user_id or may(who, Action.SEE, site.pk, company_id=found.here_for)
    ):
        raise Http404
    return _sent(found)


@require_safe
@site_view
def paper_file(request: HttpRequest, site: Any, who: Scope, at: datetime, pk: int) -> HttpResponse:
    """A paper of a company."""
    rows = CompanyPaper.objects.filter(pk=pk, site_id=site.pk, blob__isnull=False)
    found = rows.select_related("blob", "company").first()
    if found is None or not may(who, Action.SEE, site.pk, company_id=found.company.team_id):
        raise Http404
    return _sent(found)


def _sent(found: Any) -> HttpResponse:
    """The original as an attachment that runs nothing."""
    path = files.path_of(found.blob.sha256)
    if not path.exists():
        raise Http404
    response = FileResponse(path.open("rb"), content_type=found.blob.content_type)
    name = files.name_of(found.file_name, found.blob)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
