"""The register of isolations, and the pages on which one is planned."""

import uuid
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from permits import isolation_forms as forms
from permits.isolation_permissions import PLANNING, may, reads_names
from permits.isolation_states import Verb
from permits.reads import isolation as one
from permits.reads import isolations as read
from permits.reads.isolation import guest
from permits.reads.people import named
from permits.services import isolations
from permits.views import _narrowed as narrowed
from work.exceptions import Forbidden, NotDone, Reason, Refused
from work.pages import (
    INCOMPLETE,
    INVALID,
    Guest,
    answer_of,
    fragment,
    live,
    number_in,
    refusal,
    see_other,
    site_view,
)
from work.permissions import Scope
from work.reads import item as items
from work.reads import places
from work.reads.kept import for_reader


@require_safe
@site_view
@live
def isolation_list(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Isolations by tab: in place by age, planned, for long, ended."""
    key = ("isolations", request.GET.urlencode())
    values = for_reader(key, who, lambda: _listed(request, site, who, at), rows=read.PAGE)
    name = "_isolation_panel" if "panel" in request.GET and fragment(request) else "isolation_list"
    return render(request, f"permits/{name}.html", {**values, "site": site})


def _listed(request: HttpRequest, site: Any, who: Scope, at: datetime) -> dict[str, Any]:
    """What the page of the register says."""
    show = request.GET.get("show", "now")
    show = show if show in read.SHOWN else "now"
    code = request.GET.get("place", "").replace("\x00", "")[:120]
    place = places.find(site, who, code)
    item = items.find(site, who, request.GET["item"]) if request.GET.get("item") else None
    if request.GET.get("item") and item is None:
        raise Http404
    whose = narrowed.person(request, site, who)
    if (item or whose) is not None and "show" not in request.GET:
        show = "all"
    path, item_id = (place.path if place else ""), (item.pk if item else None)
    rows = read.chosen(site, who, at, show, path, item_id, whose)
    total, text = read.total_text(rows)
    last = max(1, min(20, -(-total // read.PAGE)))
    page = max(1, min(number_in(request.GET.get("page", "")) or 1, last))
    shown = read.page(rows, page, at, who)
    return {
        "item": item,
        **narrowed.values(request, item, whose),
        "tabs": _tabs(site, who, show),
        "show": show,
        "rows": shown,
        "columns": _columns(),
        "place_code": code,
        "pager": _pager(request, page, last, len(shown), text),
        "may_plan": plans_somewhere(who, site),
    }


def plans_somewhere(who: Scope, site: Any) -> bool:
    """Whether the reader may plan an isolation anywhere at the site."""
    return bool({each.role for each in who.grants if each.site_id == site.pk} & PLANNING)


def _tabs(site: Any, who: Scope, show: str) -> list[dict[str, Any]]:
    found = read.counts(site, who)
    labels = {
        "now": _("In place (%(count)s)") % {"count": found["now"]},
        "planned": _("To put in place (%(count)s)") % {"count": found["planned"]},
        "long": _("For long (%(count)s)") % {"count": found["long"]},
        "ended": _("Ended"),
    }
    return [
        {"label": label, "url": f"?show={name}", "current": name == show}
        for name, label in labels.items()
    ]


def _columns() -> list[dict[str, Any]]:
    labels = [
        _("Number"),
        _("What is isolated"),
        _("Stands"),
        _("Place"),
        _("Answers for it"),
        _("In place since"),
    ]
    return [{"label": label} for label in labels] + [{"label": _("Locks"), "end": True}]


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
def isolation_new(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Plan an isolation with its points."""
    if not plans_somewhere(who, site):
        error = Forbidden(Reason("denied"))
        told = refusal(error, who)
        return _form(request, site, None, told, 403)
    begin = {"place": request.GET.get("place", ""), "apart": True}
    form = forms.Plan(request.POST or None, initial=begin)
    told, status = None, 200
    if request.method == "POST":
        try:
            isolation = isolations.plan(
                actor=request.user,
                act=act_of(request),
                site_id=site.pk,
                place_id=place_in(site, who, form),
                **_said(site, form, at),
                other_tries=form.cleaned_data["apart"],
            )
        except NotDone as error:
            told, status = _told(error, who)
        else:
            isolation.site = site
            return see_other(request, read.url(isolation))
    return _form(request, site, form, told, status)


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def isolation_edit(
    request: HttpRequest, site: Any, who: Scope, at: datetime, number: str
) -> HttpResponse:
    """Change what is planned, until it is approved."""
    facts = one.find(site, who, number, at)
    if facts is None:
        raise Http404
    isolation = facts.isolation
    form = forms.Plan(request.POST or None, initial=_initial(facts, who))
    for name in ("place", "apart"):
        del form.fields[name]
    told, status = None, 200
    if request.method == "POST":
        try:
            seen = request.POST.get("seen", "")
            if not may(who, Verb.EDIT, isolation, facts.teams):
                form.is_valid()
            said = _said(site, form, at) if form.is_valid() else {}
            isolations.change(
                actor=request.user,
                act=act_of(request),
                isolation_id=isolation.pk,
                seen=int(seen) if seen.isdecimal() and said else 0,
                **said,
            )
        except NotDone as error:
            told, status = dict(INCOMPLETE), INVALID[0]
            if form.is_valid() or isinstance(error, Forbidden):
                told, status = _told(error, who, guest(isolation, who))
        else:
            return see_other(request, read.url(isolation))
    return _form(request, site, form, told, status, facts)


def _initial(facts: Any, who: Scope) -> dict[str, Any]:
    isolation = facts.isolation
    named = isolation.owner is not None and reads_names(who, isolation)
    owner = isolation.owner.name if named else ""
    values = {"title": isolation.title, "reason": isolation.reason, "owner": owner}
    for row, point in enumerate(facts.points[: forms.ROWS]):
        for name in ("tag", "method", "position"):
            values[f"{name}-{row}"] = getattr(point, name)
    return values


def _said(site: Any, form: forms.Plan, at: datetime) -> dict[str, Any]:
    """What the doors take of a form that is valid."""
    if not form.is_valid():
        raise Refused(Reason("permits.isolation_title_needed"))
    said = form.cleaned_data
    owner = None
    if said["owner"]:
        owner = named(site.pk, None, said["owner"], at)
        if owner is None:
            form.add_error("owner", _("Nobody of that name works here, or more than one."))
            raise Refused(Reason("permits.person_unknown"))
    return {
        "title": said["title"],
        "reason": said["reason"],
        "owner_id": owner,
        "points": form.points(),
    }


def place_in(site: Any, who: Scope, form: forms.Plan) -> int:
    """The place that a form names, within what the reader may see."""
    if not form.is_valid():
        raise Refused(Reason("permits.isolation_title_needed"))
    place = places.find(site, who, form.cleaned_data["place"])
    if place is None:
        form.add_error("place", _("There is no such place, or it is not yours to see."))
        raise Refused(Reason("place_unknown"))
    return place.pk


def act_of(request: HttpRequest) -> uuid.UUID:
    """The id of the act, born with its form."""
    try:
        return uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        raise Refused(Reason("form_damaged")) from None


def _told(error: NotDone, who: Scope, reads: Guest | None = None) -> tuple[dict[str, Any], int]:
    return refusal(error, who, reads), answer_of(error)[0]


def _form(
    request: HttpRequest, site: Any, form: Any, told: Any, status: int, facts: Any = None
) -> HttpResponse:
    values = {
        "site": site,
        "form": form,
        "refusal": told,
        "label": f"I-{facts.isolation.number}" if facts else "",
        "back_url": read.url(facts.isolation)
        if facts
        else reverse("isolations:isolation_list", args=[site.slug]),
        "act": uuid.uuid4(),
        "seen": request.POST.get("seen") or (facts.isolation.version if facts else 0),
    }
    return render(request, "permits/isolation_form.html", values, status=status)
