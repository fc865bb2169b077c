"""The list in a spreadsheet and back: the file is compared, looked at, and done item by item."""

import tempfile
import uuid
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from work.exceptions import NotDone, Reason, Unknown
from work.filters.columns import LABELS
from work.forms.sheets import Back
from work.models import Sheet, Site
from work.permissions import Scope
from work.reads import returned, seen
from work.reads import sheet as read
from work.reads.returned import Found, NotTaken
from work.reads.rows import ItemRow
from work.services import chosen, sheets
from work.services.import_ import uploads
from work.services.import_.faults import Fault, FileFault
from work.states import Priority
from work.views import _kept
from work.views import _narrowing as narrowing
from work.views._calls import owner
from work.views._chosen import LEFT, MOST, Outcome, carry_out, groups, may_change
from work.views._importing import act_of
from work.views._refusals import INVALID, answer_of, refusal
from work.views._site import number_in, see_other, site_view

MAX_BYTES = 10 * 1024**2
# So many changes stand on a page, and so many items are named of each answer.
_SIZE, _NAMED, _TITLED = 50, 300, 200
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
        found = _compared(upload, name, site, who, at)
        made = sheets.make(
            **known, site_id=site.pk, name=name, rows=found.changes, found=found.as_json()
        )
    except (FileFault, NotTaken) as error:
        form.add_error("file", str(error))
        return _new(request, site, who, at, form, INVALID[0])
    except Unknown:
        raise Http404 from None
    except NotDone as error:
        more = {"refusal": refusal(error, who)}
        return _new(request, site, who, at, form, answer_of(error)[0], **more)
    return see_other(request, "work:sheet", site.slug, made.pk)


def _compared(upload: Any, name: str, site: Site, who: Scope, at: datetime) -> Found:
    """What the file would change; it lies on the disk for as long as it is read."""
    ending = PurePosixPath(name).suffix.lower()
    if ending not in uploads.ENDINGS:
        raise FileFault(Fault("unknown_format", name, value=ending))
    if not upload.size:
        raise FileFault(Fault("upload_empty", name))
    with tempfile.TemporaryDirectory(prefix="vinkey-sheet-") as folder:
        path = Path(folder) / name
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        return returned.compare(path, site, who, at)


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
    return _Look(request, site, who, at, found).answer()


def _left(found: Sheet) -> list[dict[str, Any]]:
    return [row for row in found.rows if str(row["item"]) not in found.results]


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
        _left(found)[:MOST], lambda row: Outcome(row["item"], row["number"], ""), one
    )
    results = {
        str(each.pk): {"kind": each.kind, "reasons": [one_.as_json() for one_ in each.coded]}
        for each in outcomes
        if each.kind not in (LEFT, "busy")
    }
    sheets.note(found, results)


class _Look:
    """The page of one file."""

    def __init__(
        self, request: HttpRequest, site: Site, who: Scope, at: datetime, found: Sheet
    ) -> None:
        self.request, self.site, self.who, self.at, self.found = request, site, who, at, found
        self.left = _left(found)

    def answer(self) -> HttpResponse:
        """What became of its items, what is left to do, and what else was seen in it."""
        page = max(1, min(number_in(self.request.GET.get("page", "")) or 1, 100))
        begin = (page - 1) * _SIZE
        shown = self.left[begin : begin + _SIZE]
        stale = self.found.found["stale"][:_SIZE]
        titled = list(self.found.results) if len(self.found.results) <= _TITLED else []
        pks = [row["item"] for row in (*shown, *stale)] + [int(pk) for pk in titled]
        of_site = seen.of_site(self.who, self.site)
        rows = read.known(pks, of_site, self.at, ["planned_end"]) if pks else []
        now = {row.pk: row for row in rows}
        values = self.found.found | {
            "site": self.site,
            "sheet": self.found,
            "many": len(self.left),
            "wanted": [_change(row, now.get(row["item"])) for row in shown],
            "stale": [_change(row, now.get(row["item"])) for row in stale],
            "heads": [{"label": label} for label in (_("Number"), _("What"), _("Was → becomes"))],
            "stale_heads": [
                {"label": label} for label in (_("Number"), _("What"), _("Stands → in the file"))
            ],
            "fault_heads": [
                {"label": label} for label in (_("Line"), _("Column"), _("Value"), _("Why not"))
            ],
            "columns": ", ".join(read.EDITABLE),
            "begun": bool(self.found.results),
            "pager": {
                "first": begin + 1 if shown else 0,
                "last": begin + len(shown),
                "total_text": str(len(self.left)),
                "pages": [],
                "previous_url": f"?page={page - 1}" if page > 1 else "",
                "next_url": f"?page={page + 1}" if begin + _SIZE < len(self.left) else "",
            },
        }
        if self.found.results:
            values |= self._results(now)
        return render(self.request, "work/sheet.html", values)

    def _results(self, now: dict[int, ItemRow]) -> dict[str, Any]:
        numbers = {str(row["item"]): row["number"] for row in self.found.rows}
        outcomes = [
            Outcome(
                int(pk),
                numbers[pk],
                now[int(pk)].what if int(pk) in now else "",
                result["kind"],
                [Reason.from_json(each) for each in result["reasons"]],
                now=now.get(int(pk)),
            )
            for pk, result in self.found.results.items()
        ]
        done = sum(not each.kind for each in outcomes)
        return {
            "groups": groups(self.site, self.who, outcomes, _NAMED),
            "done": done,
            "not_done": len(outcomes) - done,
            "brief": len(outcomes) > _TITLED,
        }


def _change(row: dict[str, Any], now: ItemRow | None) -> dict[str, Any]:
    """One item: of each field what stands there, and what it becomes."""
    priorities = dict(Priority.choices)
    fields = []
    for name, value in row["set"].items():
        was: Any = getattr(now, name, None) if now else None
        moment = name not in ("owner", "priority")
        if name == "owner":
            was, value = now.owner_text if now else "", row["owner"]
        elif name == "priority":
            was, value = priorities.get(was, ""), priorities[value]
        elif value:
            value = parse_datetime(value)
        fields.append({"label": LABELS[name], "was": was, "becomes": value, "is_moment": moment})
    return {
        "label": f"W-{row['number']}",
        "what": now.what if now else "",
        "moved": bool(now and now.version != row["seen"]),
        "fields": fields,
    }
