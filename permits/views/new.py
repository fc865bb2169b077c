"""A permit is asked for, changed before it is decided on, or begun like another."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from permits import forms
from permits.models import Permit, PermitType
from permits.permissions import BY_ROLE
from permits.reads import detail as read
from permits.reads.names import Naming
from permits.reads.people import named
from permits.services import requests
from permits.states import Verb
from work.exceptions import Forbidden, NotDone, Reason, Refused
from work.pages import (
    INCOMPLETE,
    INVALID,
    Guest,
    answer_of,
    guest_at,
    number_in,
    refusal,
    see_other,
    site_view,
)
from work.permissions import Scope
from work.reads import item as items
from work.reads import places

_MOST_PEOPLE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def permit_new(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """First which type, then what it asks. ?item= and ?place= come from where one was."""
    roles = {grant.role for grant in who.grants if grant.site_id == site.pk}
    if not roles & BY_ROLE[Verb.REQUEST]:
        error = Forbidden(Reason("denied"))
        values = {"site": site, "refusal": refusal(error, who), "types": []}
        return render(request, "permits/permit_new.html", values, status=403)
    types = list(PermitType.objects.filter(site=site, is_active=True))
    kind = next((each for each in types if each.code == request.GET.get("type")), None)
    if kind is None:
        kept = {name: request.GET[name] for name in ("item", "place") if name in request.GET}
        return render(
            request, "permits/permit_new.html", {"site": site, "types": types, "kept": kept}
        )
    begin = {"items": request.GET.get("item", ""), "place": request.GET.get("place", "")}
    form = forms.Request(request.POST or None, initial=begin, kind=kind, who=who)
    told, status = None, 200
    if request.method == "POST":
        try:
            permit = _create(request, site, who, at, kind, form)
        except NotDone as error:
            told, status = _told(error, who, guest_at(who, site.pk))
        else:
            return see_other(request, _url(site, permit))
    return _form(request, site, form, kind, told, status)


def _form(
    request: HttpRequest,
    site: Any,
    form: Any,
    kind: Any,
    told: Any,
    status: int,
    permit: Permit | None = None,
) -> HttpResponse:
    values = {
        "site": site,
        "form": form,
        "kind": kind,
        "refusal": told,
        "permit": permit,
        "back_url": _url(site, permit) if permit else "",
        "act": uuid.uuid4(),
        "seen": request.POST.get("seen") or (permit.version if permit else 0),
    }
    return render(request, "permits/permit_form.html", values, status=status)


def _told(error: NotDone, who: Scope, guest: Guest | None) -> tuple[dict[str, Any], int]:
    """What the page says at its top, and its status; what is amiss in a field stands there."""
    if not error.reasons:
        return dict(INCOMPLETE), INVALID[0]
    return refusal(error, who, guest), answer_of(error)[0]


def _url(site: Any, permit: Permit) -> str:
    return reverse("permits:permit_detail", args=[site.slug, f"P-{permit.number}"])


def _act(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        raise Refused(Reason("form_damaged")) from None


def _said(site: Any, who: Scope, at: datetime, form: forms.Request) -> dict[str, Any]:
    """What a form says, with codes, numbers and names looked up; all that is wrong at once."""
    if not form.is_valid():
        raise Refused([])
    data: Mapping[str, Any] = form.cleaned_data
    place = places.find(site, who, data["place"].strip())
    if place is None:
        form.add_error("place", _("There is no such place."))
    affected = []
    for code in filter(None, (each.strip() for each in data["affected"].split(","))):
        found = places.find(site, who, code)
        if found is None:
            form.add_error("affected", _("There is no such place: %(code)s") % {"code": code})
        else:
            affected.append(found.pk)
    performer, links = None, []
    team_id = data["team"].pk if data.get("team") else None
    if team_id is None and who.only_contractor(site.pk):
        team_id = min(who.companies(site.pk), default=None)
    if data["performer"].strip():
        performer = named(site.pk, team_id, data["performer"], at)
        if performer is None:
            form.add_error(
                "performer", _("Nobody of that name may do this here, or more than one.")
            )
    if data["items"].strip():
        item = items.find(site, who, data["items"])
        if item is None:
            form.add_error("items", _("There is no such work."))
        else:
            links = [(item.pk, data["scope"])]
            team_id = team_id or item.team_id
    if len(forms.lines(data["people"])) > _MOST_PEOPLE:
        form.add_error("people", _("At most %(count)s people are named.") % {"count": _MOST_PEOPLE})
    if form.errors:
        raise Refused([])
    said = form.said() | {"place_id": place.pk if place else 0, "place_ids": affected}
    said["people"] = [{"name": each} for each in forms.lines(data["people"])]
    return said | {"performer_id": performer, "items": links, "team_id": team_id}


def _create(
    request: HttpRequest, site: Any, who: Scope, at: datetime, kind: Any, form: forms.Request
) -> Permit:
    said = _said(site, who, at, form)
    door = {"actor": request.user, "act": _act(request)}
    return requests.create(**door, site_id=site.pk, type_id=kind.pk, **said)


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def permit_edit(
    request: HttpRequest, site: Any, who: Scope, at: datetime, number: str
) -> HttpResponse:
    """Change what a request says, before it is checked."""
    permit = read.find(site, who, number)
    if permit is None:
        raise Http404
    people = _people(permit, who)
    initial = _initial(permit, people[True])
    form = forms.Request(request.POST or None, initial=initial, kind=permit.type, who=who)
    for name in ("items", "scope", "performer"):
        del form.fields[name]
    told, status = None, 200
    if request.method == "POST":
        try:
            _change(request, site, who, at, permit, form, people)
        except NotDone as error:
            told, status = _told(error, who, Naming(who).guest(permit))
        else:
            return see_other(request, _url(site, permit))
    return _form(request, site, form, permit.type, told, status, permit)


def _people(permit: Permit, who: Scope) -> dict[bool, list[Any]]:
    """Who is named on it: whom the reader reads by name, and who stays named unread."""
    named: dict[bool, list[Any]] = {True: [], False: []}
    naming = Naming(who)
    for each in permit.people.filter(ended_at=None).select_related("person"):
        named[each.person is None or naming.reads(permit, each.person)].append(each)
    return named


def _change(
    request: HttpRequest,
    site: Any,
    who: Scope,
    at: datetime,
    permit: Permit,
    form: Any,
    people: dict[bool, list[Any]],
) -> None:
    if form.is_valid():
        form.cleaned_data |= {"items": "", "scope": "", "performer": ""}
    said = _said(site, who, at, form)
    for name in ("items", "performer_id"):
        said.pop(name)
    seen = number_in(request.POST.get("seen", ""))
    known: dict[str, list[int]] = {}
    for each in people[True]:
        if each.person is not None:
            known.setdefault(str(each.person), []).append(each.person_id)
    said["people"] = [
        {"person_id": known[each["name"]].pop(0)} if known.get(each["name"]) else each
        for each in said["people"]
    ]
    said["people"] += [{"person_id": each.person_id} for each in people[False]]
    door = {"actor": request.user, "act": _act(request), "permit_id": permit.pk}
    requests.change(**door, seen=-1 if seen is None else seen, **said)


def _initial(permit: Permit, people: list[Any]) -> dict[str, Any]:
    names = ("what", "where_exactly", "method", "tools", "condition", "risk", "starts", "ends")
    affected = permit.affected.filter(ended_at=None).values_list("place__code", flat=True)
    return {
        **{name: getattr(permit, name) for name in names},
        **{f"q-{key}": value for key, value in permit.answers.items()},
        "place": permit.place.code,
        "team": permit.team.code if permit.team else None,
        "sample_points": "\n".join(permit.sample_points),
        "affected": ", ".join(affected),
        "people": "\n".join(each.name or str(each.person) for each in people),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def permit_copy(
    request: HttpRequest, site: Any, who: Scope, at: datetime, number: str
) -> HttpResponse:
    """Begin another like it; condition, hazards, isolations, tests and people are made anew."""
    old = read.find(site, who, number)
    if old is None:
        raise Http404
    form = forms.Copy(request.POST or None)
    told, status = None, 200
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused([])
            door = {"actor": request.user, "act": _act(request), "permit_id": old.pk}
            permit = requests.copy(**door, **form.cleaned_data)
        except NotDone as error:
            told, status = _told(error, who, Naming(who).guest(old))
        else:
            return see_other(request, _url(site, permit))
    values = {"site": site, "form": form, "permit": old, "refusal": told, "act": uuid.uuid4()}
    values |= {"back_url": _url(site, old), "label": f"P-{old.number}"}
    return render(request, "permits/permit_copy.html", values, status=status)
