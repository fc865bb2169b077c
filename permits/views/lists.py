"""The list of permits, and the way to stop all of a place."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from permits import forms
from permits.models import PermitType
from permits.permissions import BY_ROLE, STOPPING_ALL, may_at
from permits.reads import lists as read
from permits.reads.columns import COLUMNS
from permits.reads.names import Naming
from permits.services import stopping
from permits.states import State, Verb
from permits.views import _narrowed as narrowed
from permits.views.board import outside_areas, place_of
from work.exceptions import NotDone, Reason, Refused
from work.pages import answer_of, fragment, live, number_in, refusal, see_other, site_view
from work.permissions import Scope
from work.reads import item as items
from work.reads.kept import for_reader


@require_safe
@site_view
@live
def permit_list(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Permits by tab: under way, to issue today, asked for, ended; or those of a board's column."""
    key = ("permits", request.GET.urlencode())
    values = for_reader(key, who, lambda: _listed(request, site, who, at), rows=read.PAGE)
    name = "_permit_panel" if "panel" in request.GET and fragment(request) else "permit_list"
    return render(request, f"permits/{name}.html", {**values, "site": site})


def _listed(request: HttpRequest, site: Any, who: Scope, at: datetime) -> dict[str, Any]:
    """What the page of a list says."""
    show = request.GET.get("show", "now")
    show = show if show in read.SHOWN else "now"
    place = place_of(request, site, who)
    column = request.GET.get("column", "")
    column = column if column in COLUMNS else ""
    types = list(PermitType.objects.filter(site=site))
    kind = next((each for each in types if each.code == request.GET.get("type")), None)
    item = items.find(site, who, request.GET["item"]) if request.GET.get("item") else None
    if request.GET.get("item") and item is None:
        raise Http404
    whose = narrowed.person(request, site, who)
    asked: dict[str, Any] = {"path": place.path if place else "", "column": column}
    asked["outside"] = outside_areas(request, site, who) if column else []
    asked["person"] = whose
    asked |= {"type_id": kind.pk if kind else None, "item_id": item.pk if item else None}
    if (item or whose) is not None and "show" not in request.GET:
        show = "all"
    rows = read.chosen(site, who, at, show, asked)
    total, text = read.total_text(rows)
    last = max(1, min(20, -(-total // read.PAGE)))
    page = max(1, min(number_in(request.GET.get("page", "")) or 1, last))
    shown = read.page(rows, page, Naming(who))
    return {
        "item": item,
        **narrowed.values(request, item, whose),
        "item_number": str(item.number) if item else "",
        "tabs": _tabs(site, who, at, "" if column else show) + _column_tab(request, column),
        "show": show,
        "column": column,
        "outside": bool(asked["outside"]),
        "rows": shown,
        "columns": _columns(),
        "place": place,
        "place_code": request.GET.get("place", "")[:120],
        "types": [each for each in types if each.is_active or each == kind],
        "kind": kind,
        "pager": _pager(request, page, last, len(shown), text),
        "may_ask": _asks_anywhere(who, site),
        "pack_url": reverse("permits:pack", args=[site.slug]),
        "stop_url": reverse("permits:stop_here", args=[site.slug]),
    }


def _asks_anywhere(who: Scope, site: Any) -> bool:
    roles = {grant.role for grant in who.grants if grant.site_id == site.pk}
    return bool(roles & BY_ROLE[Verb.REQUEST])


def _tabs(site: Any, who: Scope, at: datetime, show: str) -> list[dict[str, Any]]:
    found = read.counts(site, who, at)
    asked = {State.DRAFT, State.REQUESTED, State.CHECKED, State.ENDORSED}
    waiting = sum(found.get(str(state), 0) for state in asked)
    labels = {
        "now": _("Under way (%(count)s)") % {"count": sum(found.values()) - waiting},
        "issue": _("To issue today"),
        "asked": _("Asked for (%(count)s)") % {"count": waiting},
        "ended": _("Ended"),
    }
    return [
        {"label": label, "url": f"?show={name}", "current": name == show}
        for name, label in labels.items()
    ]


def _column_tab(request: HttpRequest, column: str) -> list[dict[str, Any]]:
    """The column of the board that is shown, beside the tabs."""
    if not column:
        return []
    shown = request.GET.copy()
    shown.pop("page", None)
    return [{"label": COLUMNS[column], "url": f"?{shown.urlencode()}", "current": True}]


def _columns() -> list[dict[str, Any]]:
    labels = [
        _("Number"),
        _("What is done"),
        _("Stands"),
        _("Place"),
        _("Performing authority"),
        _("Until"),
    ]
    return [{"label": label} for label in labels] + [{"label": _("On it"), "end": True}]


def _pager(request: HttpRequest, page: int, last: int, count: int, text: str) -> dict[str, Any]:
    shown = request.GET.copy()
    shown.pop("page", None)
    base = f"?{shown.urlencode()}&page=" if shown else "?page="
    first = (page - 1) * read.PAGE + 1 if count else 0
    return {
        "first": first,
        "last": first + count - 1 if count else 0,
        "total_text": text,
        "pages": [],
        "previous_url": f"{base}{page - 1}" if page > 1 else "",
        "next_url": f"{base}{page + 1}" if page < last else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def stop_here(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Stop work at a place: for everybody who is signed in; it shows nothing of what is there."""
    form = forms.Stop(request.POST or None, initial={"place": request.GET.get("place", "")})
    told, status = None, 200
    if request.method == "POST":
        try:
            _stop(request, site, form)
        except NotDone as error:
            told, status = refusal(error, who), answer_of(error)[0]
        else:
            messages.success(request, _("Stopped: who works there is told to stop now."))
            to = reverse("permits:stop_here", args=[site.slug])
            return see_other(request, to + _after(request, form))
    values = {"site": site, "form": form, "refusal": told, "act": uuid.uuid4()}
    values["all_of"] = any(
        grant.site_id == site.pk and grant.role in STOPPING_ALL for grant in who.grants
    )
    if "stopped" in request.GET:
        values["stopped"] = _stopped(site, who, at, request.GET.get("place", ""))
    values["whole"] = bool(may_at(who, STOPPING_ALL, site.pk, ""))
    return render(request, "permits/stop_here.html", values, status=status)


def _after(request: HttpRequest, form: forms.Stop) -> str:
    """Who stopped all sees who was at work."""
    how = request.POST.get("all", "")
    asked = {"place": _code(form)} if how and how != "site" else {}
    return "?" + urlencode({"stopped": 1} | asked) if how else ""


def _code(form: forms.Stop) -> str:
    return str(form.cleaned_data.get("place", "")).strip().rstrip("/").rsplit("/", 1)[-1]


def _stopped(site: Any, who: Scope, at: datetime, code: str) -> list[dict[str, Any]] | None:
    """The permits that are stopped at a place or at the site, for who may stop all of it."""
    place = site.places.filter(code__iexact=code).first() if code and "\x00" not in code else None
    path = place.path if place else ""
    if (code and place is None) or not may_at(who, STOPPING_ALL, site.pk, path):
        return None
    return read.stopped(stopping.at_place(site.pk, place), who, at)


def _stop(request: HttpRequest, site: Any, form: forms.Stop) -> None:
    act = request.POST.get("act", "")
    form.is_valid()  # what is wrong with the reason keeps nothing from being stopped
    how = request.POST.get("all", "")
    code = _code(form)
    place = site.places.filter(code__iexact=code).first() if how != "site" else None
    if place is None and how != "site":
        raise Refused(Reason("place_unknown"))
    try:
        act_id = uuid.UUID(act)
    except ValueError:
        raise Refused(Reason("form_damaged")) from None
    door = stopping.stop_all if how else stopping.stop_here
    said = {"site_id": site.pk, "place_id": place.pk if place else None}
    door(actor=request.user, act=act_id, **said, why=form.cleaned_data.get("why", ""))
