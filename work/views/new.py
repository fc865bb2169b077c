"""Raising work: request it, or *On it now*."""

import functools
import uuid
from datetime import datetime
from typing import Any, NoReturn

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from work.exceptions import Forbidden, NotDone, Reason, Refused, Unknown
from work.forms.new import NewWork
from work.models import Site, WorkItem, WorkType
from work.permissions import BY_ROLE, Action, Scope
from work.reads import item as read
from work.reads.choices import SiteChoices
from work.services import items
from work.services._definition import definition
from work.services._fields import type_of
from work.states import Role
from work.views import _kept
from work.views._calls import assets_named
from work.views._refusals import INCOMPLETE, INVALID, answer_of, refusal
from work.views._site import fragment, see_other, site_view


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def item_new(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """Raise work at a site. Everyone who may see a place, but viewers and auditors."""
    roles = {grant.role for grant in who.grants if grant.site_id == site.pk and grant.role}
    may_raise = bool(roles & BY_ROLE[Action.REQUEST])
    data = request.POST if request.method == "POST" else None
    parent = _parent(request, site, who)
    form = _form(request, site, who, at, data or _kept.typed_before(request))
    shown = functools.partial(_render, request, site, roles, form, parent)
    if data is None:
        if may_raise:
            return shown(None, 200)
        denied = Forbidden(_denied())
        return shown(refusal(denied, who), answer_of(denied)[0])
    _kept.forget(request)
    try:
        act = uuid.UUID(data.get("act", ""))
    except ValueError:
        return shown(dict(INCOMPLETE), INVALID[0])
    complete = form.is_valid()
    if may_raise and not complete:
        return shown(None, INVALID[0])
    try:
        if not may_raise:
            _refuse(request, site, who, form, act)
        item = _raise(request, site, who, form, act, parent)
    except Unknown:
        raise Http404 from None
    except NotDone as error:
        return shown(refusal(error, who), answer_of(error)[0])
    return see_other(request, "work:item_detail", site.slug, read.label(item.number))


def _parent(request: HttpRequest, site: Site, who: Scope) -> WorkItem | None:
    """The item that the address says it is raised under."""
    if "parent" not in request.GET:
        return None
    parent = read.find(site, who, request.GET["parent"])
    if parent is None:
        raise Http404
    return parent


def _denied() -> Reason:
    return Reason("role_needed", {"roles": sorted(BY_ROLE[Action.REQUEST])})


def _form(request: HttpRequest, site: Site, who: Scope, at: datetime, data: Any) -> NewWork:
    """The form with the fields of the type that was chosen."""
    types = SiteChoices(site, who, at).types()
    chosen = (data or request.GET).get("type", "") or (types[0][0] if types else "")
    fields: Any = ()
    if str(chosen) in {str(pk) for pk, _name in types}:
        _kind, version_id = type_of(site.pk, int(chosen))
        fields = definition(version_id).fields
    initial = {"place": request.GET.get("place", "")[:120], "type": chosen}
    return NewWork(data, types=types, custom_fields=fields, initial=initial)


def _raise(
    request: HttpRequest,
    site: Site,
    who: Scope,
    form: NewWork,
    act: uuid.UUID,
    parent: WorkItem | None,
) -> WorkItem:
    data = form.cleaned_data
    place = read.place_by_code(site, who, data["place"])
    if place is None:
        raise Refused(Reason("place_unknown"))
    given: dict[str, Any] = {
        "actor": request.user,
        "act": act,
        "site_id": site.pk,
        "type_id": int(data["type"]),
        "place_id": place.pk,
        "what": data["what"],
        "why": data["why"],
        "priority": data["priority"],
        "due": data["due"],
        "safety_critical": data["safety_critical"],
        "asset_ids": assets_named(who, site.pk, data["assets"]),
        "values": form.values(),
        "parent_id": parent.pk if parent else None,
    }
    door = items.on_it_now if request.POST.get("how") == "now" else items.request
    return door(**given)


def _refuse(
    request: HttpRequest, site: Site, who: Scope, form: NewWork, act: uuid.UUID
) -> NoReturn:
    """Raise what the door says to who may not, whatever was typed: it keeps the attempt.

    A refusal is about a place; where none is named there is nothing to keep.
    """
    place = read.place_by_code(site, who, form.cleaned_data.get("place", ""))
    if place is not None:
        items.request(
            actor=request.user, act=act, site_id=site.pk, place_id=place.pk, type_id=0, what=""
        )
    raise Forbidden(_denied())


def _render(
    request: HttpRequest,
    site: Site,
    roles: set[str],
    form: NewWork,
    parent: WorkItem | None,
    refusal: dict[str, Any] | None,
    status: int,
) -> HttpResponse:
    planners = BY_ROLE[Action.ON_IT_NOW]
    hands_on = roles & {Role.OPERATOR, Role.TECHNICIAN}
    now_allowed = bool(roles & planners) or (
        bool(hands_on)
        and WorkType.objects.filter(site=site, versions__on_it_now=True, is_active=True).exists()
    )
    values = {
        "site": site,
        "form": form,
        "parent": {
            "label": read.label(parent.number),
            "what": parent.what,
            "url": read.url(site, parent.number),
        }
        if parent
        else None,
        "now_allowed": now_allowed,
        "refusal": refusal,
        "kept_note": _kept.note(request),
    }
    name = "work/item_new.html#new" if fragment(request) else "work/item_new.html"
    return render(request, name, values, status=status)
