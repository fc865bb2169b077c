"""The place pages, and the acts of a place: its state, its windows, its posts."""

import functools
import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from work.exceptions import NotDone, Reason, Refused, Unknown
from work.forms.new import PlaceStateForm
from work.models import Place, Post, Site, Window
from work.permissions import Action, Scope, can_at
from work.reads import held
from work.reads import place as one
from work.reads import places as read
from work.reads.kept import for_reader
from work.reasons import moment
from work.services import holds, places, posts
from work.views import _kept, _refusals
from work.views._label import label
from work.views._live import live
from work.views._panels import panels, ways
from work.views._site import fragment, number_in, see_other, site_view


@require_safe
@site_view
@live
def place_list(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """The places of a site, one level at a time, or what a search found."""
    q = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    page = max(1, min(number_in(request.GET.get("page", "")) or 1, 200))
    under = None
    if code := request.GET.get("under", "").replace("\x00", "")[:120]:
        under = read.find(site, who, code)
        if under is None:
            raise Http404
    rows, total = read.level(site, who, at, under, q, page)
    last = max(1, -(-total // read.PAGE))
    if page > last:
        page = last
        rows, total = read.level(site, who, at, under, q, page)
    shown = request.GET.copy()
    shown.pop("page", None)
    base = f"?{shown.urlencode()}&page=" if shown else "?page="
    values = {
        "site": site,
        "q": q,
        "place": read.row(site, under) if under else None,
        "above": read.above(site, who, read.over(under)) if under else [],
        "places": rows,
        "columns": _columns(),
        "pager": {
            "first": (page - 1) * read.PAGE + 1 if rows else 0,
            "last": (page - 1) * read.PAGE + len(rows),
            "total_text": str(total),
            "pages": [],
            "previous_url": f"{base}{page - 1}" if page > 1 else "",
            "next_url": f"{base}{page + 1}" if page < last else "",
        },
    }
    return render(request, "work/place_list.html", values)


def _columns() -> list[dict[str, Any]]:
    plain = [_("Code"), _("Name"), _("Kind"), _("State")]
    numbers = [_("Parts"), _("Open work"), _("Blocked")]
    return [{"label": label} for label in plain] + [
        {"label": each, "end": True} for each in numbers
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
@live
def place_detail(
    request: HttpRequest, site: Site, who: Scope, at: datetime, code: str
) -> HttpResponse:
    """One place: its state, owner, what is done there and near it; POST does an act of it."""
    if request.method == "POST":
        _kept.forget(request)
        return _place_act(request, site, who, at, code)
    if "label" in request.GET:
        place = _found(site, who, code)
        return label(request, site, place, read.url(site, place.code))
    typed = _kept.typed_before(request)
    form = PlaceStateForm(typed, auto_id="act-state-%s") if typed is not None else None
    place = _found(site, who, code)
    if typed is not None and (seen := number_in(typed.get("seen", ""))) is not None:
        # As it was seen when it was typed.
        place.state_id = seen  # type: ignore[attr-defined]
    return _render(request, site, who, at, place, failed=form)


def _found(site: Site, who: Scope, code: str) -> Place:
    place = read.find(site, who, code) if "\x00" not in code else None
    if place is None:
        raise Http404
    place.site = site
    return place


def _render(
    request: HttpRequest,
    site: Site,
    who: Scope,
    at: datetime,
    place: Place,
    refusal: dict[str, Any] | None = None,
    failed: Any = None,
    status: int = 200,
    *,
    done: bool = False,
) -> HttpResponse:
    if failed is None and refusal is None:
        make = functools.partial(_read, site, who, at, place)
        values = for_reader(("place", place.pk), who, make, rows=60)
    else:
        values = _read(site, who, at, place, failed)
    values = values | {
        "panels": panels("place", who, place, at),
        "ways": ways("place", place),
        "refusal": refusal,
        "kept_note": _kept.note(request) if values["acts"] else "",
        "done": done,
    }
    name = "work/place_detail.html#place" if fragment(request) else "work/place_detail.html"
    return render(request, name, values, status=status)


def _read(site: Site, who: Scope, at: datetime, place: Place, failed: Any = None) -> dict[str, Any]:
    """All that stands on the page but the panels."""
    guest = who.only_contractor(site.pk)
    states, over = one.states(place, guest), read.over(place)
    shown = read.row(site, place) | {
        "owner_text": "" if guest else one.owner_text(place, over),
        "version": place.state_id or 0,  # type: ignore[attr-defined]
        "state_by_text": states[0]["who_text"] if states else "",
        "state_note": states[0]["said"] if states else "",
    }
    acts, loaded = _acts(site, who, place, failed), one.load(site, who, at, place)
    below = Q(place__path__startswith=place.path)
    parts = one.parts(site, who, place, loaded)
    things = [] if guest else one.things(site, place)
    near, more_near = one.neighbours(site, who, place)
    windows = [] if guest else _windows(site, who, place)
    return {
        "site": site,
        "place": shown,
        "above": read.above(site, who, over),
        "counts": one.counts(site, place, loaded),
        "items": one.open_work(site, who, at, place),
        "more_url": reverse("work:item_list", args=[site.slug])
        + "?"
        + urlencode({"place": place.code}),
        "parts": parts,
        "parts_url": reverse("work:place_list", args=[site.slug])
        + "?"
        + urlencode({"under": place.code})
        if len(parts) == read.PAGE
        else "",
        "neighbours": near,
        "neighbours_cut": len(near) if more_near else 0,
        "assets": things,
        "assets_cut": len(things) if len(things) == read.PAGE else 0,
        "holds": held.holds(site, who, below, place),
        "windows": windows[: one.FEW],
        "windows_cut": one.FEW if len(windows) > one.FEW else 0,
        "states": states,
        "posts": [] if guest else _posts(site, who, at, place, over),
        "acts": acts,
    }


def _url(site: Site, place: Place, verb: str, of: int | None = None) -> str:
    return f"{read.url(site, place.code)}?do={verb}" + (f"&of={of}" if of else "")


def _act(
    site: Site, place: Place, verb: str, label: Any, form: Any = None, of: int | None = None
) -> dict[str, Any]:
    return {
        "verb": verb,
        "key": f"{verb}-{of}" if of else verb,
        "label": label,
        "url": _url(site, place, verb, of),
        "allowed": True,
        "reasons": [],
        "form": form,
        "small": of is not None,
    }


def _acts(site: Site, who: Scope, place: Place, failed: Any) -> list[dict[str, Any]]:
    if not can_at(who, Action.PLACE_STATE, site.pk, place.path):
        return []
    form = failed if failed is not None else PlaceStateForm(auto_id="act-state-%s")
    return [_act(site, place, "state", _("Set the state"), form)]


def _windows(site: Site, who: Scope, place: Place) -> list[dict[str, Any]]:
    """The windows here, with what may be done; those below lead to their own place."""
    may = can_at(who, Action.WINDOW, site.pk, place.path)
    shown = []
    for each in one.windows(place):
        here = each.place_id == place.pk
        verb, label = ("close-window", _("Close")) if each.is_open else ("open-window", _("Open"))
        act = _act(site, place, verb, label, of=each.pk) | {"seen": each.version}
        shown.append(
            {
                "name": each.name,
                "from": each.planned_from,
                "to": each.planned_to,
                "where_text": "" if here else each.place.name,
                "url": "" if here else read.url(site, each.place.code),
                "state_text": _("open since %(at)s") % {"at": moment(each.opened_at)}
                if each.is_open
                else _("not open"),
                "acts": [act] if may and here else [],
            }
        )
    return shown


def _posts(
    site: Site, who: Scope, at: datetime, place: Place, over: list[Place]
) -> list[dict[str, Any]]:
    """Who has the duty here; a duty is taken over at the place of its post."""
    shown: list[dict[str, Any]] = []
    guest = who.is_guest(site.pk, place.path)
    for each in one.posts(who, at, place, over):
        known: Any = each
        here = each.place_id == place.pk
        act = _act(site, place, "take-duty", _("Take over"), of=each.pk)
        act["seen"] = known.duty_id or 0
        takes = here and known.may_hold and known.holder_id != who.user_id
        reached = not here and who.reaches(site.pk, each.place.path)
        shown.append(
            {
                "name": each.name,
                "url": read.url(site, each.place.code) if reached else "",
                "holder_text": known.holder or "",
                "phone": "" if guest else known.phone or "",
                "acts": [act] if takes else [],
            }
        )
    return shown


def _place_act(
    request: HttpRequest, site: Site, who: Scope, at: datetime, code: str
) -> HttpResponse:
    """Set the state of a place, open or close a window, take over a duty."""
    place = _found(site, who, code)
    verb, of = request.GET.get("do", ""), request.GET.get("of", "")
    form: forms.Form | None = None
    if verb == "state":
        form = PlaceStateForm(request.POST, auto_id="act-state-%s")
        if not form.is_valid():
            if can_at(who, Action.PLACE_STATE, site.pk, place.path):
                refusal, status = dict(_refusals.INCOMPLETE), _refusals.INVALID[0]
                return _render(request, site, who, at, place, refusal, form, status)
            # Not theirs, whatever is missing: the door refuses, and the attempt is kept.
            form.cleaned_data = {"condition": "", "why": ""}
    try:
        _do(request, place, verb, number_in(of) or 0, form)
    except Unknown:
        raise Http404 from None
    except NotDone as error:
        fresh, refusal = _found(site, who, code), _refusals.refusal(error, who)
        status, _kind = _refusals.answer_of(error)
        return _render(request, site, who, at, fresh, refusal, form, status)
    if fragment(request):
        return _render(request, site, who, at, _found(site, who, code), done=True)
    return see_other(request, "work:place_detail", site.slug, place.code)


def _do(request: HttpRequest, place: Place, verb: str, of: int, form: forms.Form | None) -> object:
    try:
        act = uuid.UUID(request.POST.get("act", ""))
        seen = int(request.POST.get("seen", ""))
    except ValueError:
        raise Refused(Reason("form_damaged")) from None
    who: dict[str, Any] = {"actor": request.user, "act": act}
    match verb:
        case "state" if form is not None:
            return places.set_place_state(
                **who,
                place_id=place.pk,
                condition=form.cleaned_data["condition"],
                why=form.cleaned_data["why"],
                seen=seen,
            )
        case "open-window" if Window.objects.filter(pk=of, place=place).exists():
            return holds.open_window(**who, window_id=of, seen=seen)
        case "close-window" if Window.objects.filter(pk=of, place=place).exists():
            return holds.close_window(**who, window_id=of, seen=seen)
        case "take-duty" if Post.objects.filter(pk=of, place=place).exists():
            return posts.take_duty(**who, post_id=of, seen=seen)
    raise Unknown
