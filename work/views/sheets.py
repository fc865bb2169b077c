"""The list in a spreadsheet and back: the file is compared, looked at, and done item by item."""

import hashlib
import tempfile
import uuid
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from work.exceptions import NotDone, Unknown
from work.filters.columns import LABELS
from work.forms.sheets import Back
from work.models import Sheet, Site
from work.permissions import Scope
from work.reads import returned
from work.reads import sheet as read
from work.reads.returned import Found, NotTaken
from work.services import chosen, sheets
from work.services.import_ import uploads
from work.services.import_.faults import Fault, FileFault
from work.views import _kept
from work.views import _narrowing as narrowing
from work.views._calls import owner
from work.views._chosen import LEFT, MOST, Outcome, carry_out, may_change
from work.views._importing import act_of
from work.views._refusals import INVALID, answer_of, refusal
from work.views._sheet_page import Look, left_of
from work.views._site import see_other, site_view

MAX_BYTES = 10 * 1024**2
_SPACE = uuid.UUID("5d1f3c1e-6a0b-4d53-9c7e-2b8a4f6d9e01")
_TOO_LARGE = 413


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def sheet_new(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """GET offers the list as a file to be changed; POST takes it back and compares."""
    if not may_change(who, site):
        raise PermissionDenied
    if request.method != "POST":
        return _new(request, site, who, at, Back(), 200)
    _kept.forget(request)
    form = Back(request.POST, request.FILES)
    if not form.is_valid():
        return _new(request, site, who, at, form, INVALID[0])
    upload = form.cleaned_data["file"]
    if upload.size > MAX_BYTES:
        limit = {"limit": MAX_BYTES // 1024**2}
        form.add_error("file", str(Fault("upload_too_large", params=limit)))
        return _new(request, site, who, at, form, _TOO_LARGE)
    name = uploads.plain_name(upload.name)
    try:
        known = act_of(request)
        found, digest = _compared(upload, name, site, who, at)
        # Another file in the same form is another act.
        known["act"] = uuid.uuid5(known["act"], digest)
        made = sheets.make(
            **known, site_id=site.pk, name=name, rows=found.changes, found=found.as_json()
        )
    except (FileFault, NotTaken) as error:
        form.add_error("file", str(error))
        return _new(request, site, who, at, form, INVALID[0])
    except (Unknown, Sheet.DoesNotExist):
        raise Http404 from None
    except NotDone as error:
        more = {"refusal": refusal(error, who)}
        return _new(request, site, who, at, form, answer_of(error)[0], **more)
    return see_other(request, "work:sheet", site.slug, made.pk)


def _compared(upload: Any, name: str, site: Site, who: Scope, at: datetime) -> tuple[Found, str]:
    """What the file would change, and its digest; it lies on the disk while it is read."""
    ending = PurePosixPath(name).suffix.lower()
    if ending not in uploads.ENDINGS:
        raise FileFault(Fault("unknown_format", name, value=ending))
    if not upload.size:
        raise FileFault(Fault("upload_empty", name))
    with tempfile.TemporaryDirectory(prefix="vinkey-sheet-") as folder:
        path, digest = Path(folder) / name, hashlib.sha256()
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
                digest.update(chunk)
        return returned.compare(path, site, who, at), digest.hexdigest()


def _new(
    request: HttpRequest,
    site: Site,
    who: Scope,
    at: datetime,
    form: Back,
    status: int,
    **more: Any,
) -> HttpResponse:
    selection = narrowing.narrow(request, site, who, at)
    asked = selection.asked.url()
    files = [
        {
            "label": label,
            "url": reverse("work:item_export", args=[site.slug, ending]) + f"{asked}&edit=1",
        }
        for label, ending in ((_("As XLSX"), "xlsx"), (_("As CSV"), "csv"))
    ]
    values = {
        "site": site,
        "form": form,
        "files": files,
        "here": request.get_full_path(),
        "back": reverse("work:item_list", args=[site.slug]) + asked,
        "labels": [LABELS[name] for name in read.EDITABLE],
        "most": returned.MOST_CHANGED,
        "kept_note": _kept.note(request),
    }
    return render(request, "work/sheet_new.html", values | more, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def sheet(request: HttpRequest, site: Site, who: Scope, at: datetime, pk: int) -> HttpResponse:
    """What a file would change, or did; POST does what is left of it, some items at a time."""
    if not may_change(who, site):
        raise PermissionDenied
    found = Sheet.objects.filter(pk=pk, site=site, by=who.user_id).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    if request.method == "POST":
        _kept.forget(request)
        _apply(request, found)
        return see_other(request, "work:sheet", site.slug, pk)
    return Look(request, site, who, at, found).answer()


def _apply(request: HttpRequest, found: Sheet) -> None:
    """Each item once for a file, however often it is sent."""
    actor: Any = request.user

    def one(row: dict[str, Any]) -> object:
        given = {**row["set"], **owner(row["set"].get("owner", ""))}
        given.pop("owner", None)
        for name in ("planned_start", "planned_end", "due"):
            if given.get(name):
                given[name] = parse_datetime(given[name])
        act = uuid.uuid5(_SPACE, f"{found.pk} {row['item']}")
        return chosen.change(actor=actor, act=act, item_id=row["item"], seen=row["seen"], **given)

    outcomes = carry_out(
        left_of(found)[:MOST], lambda row: Outcome(row["item"], row["number"], ""), one
    )
    results = {
        str(each.pk): {"kind": each.kind, "reasons": [one_.as_json() for one_ in each.coded]}
        for each in outcomes
        if each.kind not in (LEFT, "busy")
    }
    sheets.note(found, results)
    if any(each.kind == "busy" for each in outcomes):
        messages.warning(request, _("The site is busy. Go on with the rest in a moment."))
