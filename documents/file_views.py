"""A file of a revision: its page, which says what it is and as of when, and its content from there.

Content has no address that lasts: a page hands out one for a while, to its reader alone and as the
revision stood then. With another, or with none, one comes to the page.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from documents import shown
from documents.models import RevisionFile
from documents.reads import page as read
from documents.reads.page import Page
from documents.views import found
from work.pages import qr_code, site_view
from work.permissions import Scope
from work.services import files

_SALT = "documents.opened"
_OPENED = timedelta(minutes=15)


@require_safe
@site_view
@never_cache
def document_file(
    request: HttpRequest, site: Any, who: Scope, at: datetime, pk: int
) -> HttpResponse:
    """The page of a file: which revision it is, whether that is in force, as of when."""
    file, page = _file(site, who, at, pk)
    url = reverse("documents:document_detail", args=[site.slug, page.document.code])
    content = reverse("documents:file_content", args=[site.slug, pk, _opened(file, who, at)])
    values = shown.opened(site, page, file, url, content)
    values["drawn"] = qr_code(request.build_absolute_uri(url))
    return render(request, "documents/document_file.html", values)


@require_safe
@site_view
@never_cache
def file_content(
    request: HttpRequest, site: Any, who: Scope, at: datetime, pk: int, opened: str
) -> HttpResponse:
    """What is in it, under a name that says which revision it is, and as of when."""
    file, _page = _file(site, who, at, pk)
    try:
        as_told = signing.loads(opened, salt=_SALT, max_age=_OPENED)
    except signing.BadSignature:
        as_told = None
    if as_told != _told(file, who, at):
        return redirect("documents:document_file", site.slug, pk)
    path = files.path_of(file.blob.sha256)
    if not path.exists():
        raise Http404
    return shown.as_file(path, file, at)


def _file(site: Any, who: Scope, at: datetime, pk: int) -> tuple[RevisionFile, Page]:
    rows = RevisionFile.objects.filter(pk=pk, removed_at=None, revision__document__site=site)
    file = rows.select_related("blob", "revision__document").first()
    if file is None:
        raise Http404
    page = read.load(found(site, who, at, file.revision.document.code), who, at)
    known = {each.pk: each for each in page.revisions}
    if file.revision_id not in known:
        raise Http404
    file.revision = known[file.revision_id]
    file.revision.document = page.document
    return file, page


def _opened(file: RevisionFile, who: Scope, at: datetime) -> str:
    return signing.dumps(_told(file, who, at), salt=_SALT)


def _told(file: RevisionFile, who: Scope, at: datetime) -> list[Any]:
    """What a page said, to whom: of another revision in force it is not true any more."""
    return [file.pk, who.user_id, str(file.revision.phase(at))]
