"""A file of a revision: its page, which says what it is and as of when, and its content from there.

Content has no address that lasts: a page hands out one for a while, to its reader alone and as the
revision stood then. With another, or with none, one comes to the page.
"""

import io
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from documents import handed_out, shown, stamping
from documents.models import RevisionFile
from documents.permissions import Action, can_at
from documents.reads import page as read
from documents.reads.page import Page
from documents.views import found
from work.pages import qr_code, site_view
from work.permissions import Scope
from work.services import files

_SALT = "documents.opened"
_OPENED = timedelta(minutes=15)
# Whoever may do any of these works on what is kept, and has it without our line.
_WORKS_ON = (Action.MANAGE, Action.WRITE, Action.REVIEW, Action.APPROVE)


@require_safe
@site_view
@never_cache
def document_file(
    request: HttpRequest, site: Any, who: Scope, at: datetime, pk: int
) -> HttpResponse:
    """The page of a file: which revision it is, whether that is in force, as of when."""
    file, page = _file(site, who, at, pk)
    return _page(request, site, file, page)


def _page(
    request: HttpRequest,
    site: Any,
    file: RevisionFile,
    page: Page,
    bare: stamping.Bare | None = None,
) -> HttpResponse:
    """bare: why the file carries no line, and is handed out as it is."""
    url = reverse("documents:document_detail", args=[site.slug, page.document.code])
    works_on = any(can_at(page.who, action, site.pk) for action in _WORKS_ON)
    is_pdf = file.blob.content_type == stamping.PDF
    as_it_is = _url(site, file, page, as_it_is=True)
    values = shown.opened(
        site,
        page,
        file,
        url,
        {
            "url": as_it_is if bare else _url(site, file, page, as_it_is=False),
            "original_url": as_it_is if works_on and is_pdf and not bare else "",
            "has_line": is_pdf and not bare,
            "bare": str(bare or ""),
        },
    )
    values["drawn"] = qr_code(request.build_absolute_uri(url))
    return render(request, "documents/document_file.html", values)


@require_safe
@site_view
@never_cache
def file_content(
    request: HttpRequest, site: Any, who: Scope, at: datetime, pk: int, opened: str
) -> HttpResponse:
    """What is in it, under a name that says which revision it is, and as of when.

    A PDF says so on each of its pages; where it cannot, its page comes back and says that.
    """
    file, page = _file(site, who, at, pk)
    try:
        as_told = signing.loads(opened, salt=_SALT, max_age=_OPENED)
    except signing.BadSignature:
        as_told = None
    told = _told(file, page)
    if as_told not in ([*told, False], [*told, True]):
        return redirect("documents:document_file", site.slug, pk)
    path = files.path_of(file.blob.sha256)
    if not path.exists():
        raise Http404
    if file.blob.content_type != stamping.PDF or as_told[-1]:
        return handed_out.as_file(path.open("rb"), file, at)
    if request.method == "HEAD":
        return _head(file, at)
    drawn = stamping.stamped(path, handed_out.line(file, at))
    if isinstance(drawn, stamping.Bare):
        return _page(request, site, file, page, drawn)
    return handed_out.as_file(drawn, file, at)


def _head(file: RevisionFile, at: datetime) -> HttpResponse:
    """What is said of a file with a line, which is not put on it for that: no length."""
    answer = handed_out.as_file(io.BytesIO(), file, at)
    del answer["Content-Length"]
    return answer


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


def _url(site: Any, file: RevisionFile, page: Page, *, as_it_is: bool) -> str:
    """Where the content is, for a while. as_it_is: without a line of ours on it."""
    opened = signing.dumps([*_told(file, page), as_it_is], salt=_SALT)
    return reverse("documents:file_content", args=[site.slug, file.pk, opened])


def _told(file: RevisionFile, page: Page) -> list[Any]:
    """What a page said, to whom: once that stands otherwise it is not true any more."""
    withdrawn = page.document.withdrawn_at is not None
    return [file.pk, page.who.user_id, str(file.revision.phase(page.at)), withdrawn]
