"""The pages of documents: the list, one document, a new one, its print."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from documents import shown
from documents.deeds import DEEDS, Known
from documents.forms import WriteDocument
from documents.listing_page import list_values
from documents.models import Document
from documents.permissions import Action, can_at
from documents.reads import page as read
from documents.reads.visible import visible_documents
from documents.services import documents
from work.exceptions import NotDone, Unknown
from work.pages import (
    INVALID,
    Deed,
    Failed,
    answer_of,
    fragment,
    live,
    qr_code,
    refusal,
    see_other,
    sent,
    site_view,
)
from work.permissions import Scope
from work.reads.kept import for_reader


@require_safe
@site_view
@live
def document_list(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """The documents of a site, narrowed; as a fragment the few rows of another page's section."""
    key = ("documents", request.GET.urlencode())
    values = for_reader(key, who, lambda: list_values(request, site, who, at), rows=50)
    values = {**values, "site": site, "as_of": at}
    if fragment(request) and request.GET.get("part") == "panel":
        return render(request, "documents/_document_rows.html", values)
    values["may_make"] = bool(can_at(who, Action.MANAGE, site.pk))
    return render(request, "documents/document_list.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def document_new(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Make a document."""
    known = Known(site, who, at)
    told: dict[str, Any] | None = None
    if request.method != "POST":
        form, status = WriteDocument(known=known), 200
        if not can_at(who, Action.MANAGE, site.pk):
            raise PermissionDenied
    else:
        form, status = WriteDocument(request.POST, known=known), INVALID[0]
        allowed = bool(can_at(who, Action.MANAGE, site.pk))
        if form.is_valid() or not allowed:
            try:
                made = documents.create(
                    actor=request.user,
                    act=_act(request),
                    site_id=site.pk,
                    **{name: form.cleaned_data.get(name, "") for name in _ASKED},
                )
                return see_other(request, "documents:document_detail", site.slug, made.code)
            except Unknown:
                raise Http404 from None
            except NotDone as error:
                told, status = refusal(error, who), answer_of(error)[0]
    values = {"site": site, "form": form, "refusal": told}
    return render(request, "documents/document_new.html", values, status=status)


_ASKED = ("code", "title", "kind", "owner_id", "review_months", "next_review")


def _act(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        return uuid.uuid4()


def found(site: Any, who: Scope, at: datetime, code: str) -> Document:
    """A document that the reader may know of, by its code."""
    if "\x00" in code:
        raise Http404
    rows = visible_documents(who, site.pk, at).filter(code__iexact=code)
    document = rows.select_related("owner", "site").first()
    if document is None:
        raise Http404
    return document


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
@live
def document_detail(
    request: HttpRequest, site: Any, who: Scope, at: datetime, code: str
) -> HttpResponse:
    """One document: what is in force, what comes, what depends on it; POST does an act of it."""
    document = found(site, who, at, code)
    url = reverse("documents:document_detail", args=[site.slug, document.code])

    def draw(
        *,
        refusal: Any = None,
        failed: Failed | None = None,
        status: int = 200,
        done: bool = False,
    ) -> HttpResponse:
        now = found(site, who, at, code) if done else document
        key = ("document", document.pk)
        kept = for_reader(key, who, lambda: read.load(now, who, at), rows=20)
        page = replace(kept, document=now, who=who, at=at)
        values = shown.values(site, page, url, failed)
        values |= {"refusal": refusal, "done": done}
        name = "documents/document_detail.html"
        part = f"{name}#document" if fragment(request) else name
        return render(request, part, values, status=status)

    if request.method != "POST":
        return draw()

    def known(deed: Deed, of: int | None) -> Known:
        revision = document.revisions.filter(pk=of).first() if of is not None else None
        if deed.verb in _OF_REVISIONS and revision is None:
            raise Http404
        return Known(site, who, at, document, revision)

    return sent(request, who, DEEDS, document, known, draw, url)


_NO_REVISION = ("apply-no-more", "remove-file")
_OF_REVISIONS = frozenset(
    verb
    for verb, deed in DEEDS.items()
    if deed.part and verb not in ("apply-no-more", "remove-file")
)


@require_safe
@site_view
def document_print(
    request: HttpRequest, site: Any, who: Scope, at: datetime, code: str
) -> HttpResponse:
    """A sheet with the revision in force and as of when: what a print goes under."""
    document = found(site, who, at, code)
    page = read.load(document, who, at)
    url = reverse("documents:document_detail", args=[site.slug, document.code])
    values = shown.sheet(site, page, url)
    values["drawn"] = qr_code(request.build_absolute_uri(url))
    return render(request, "documents/document_print.html", values)
