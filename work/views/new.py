"""Raising work: request it, or *On it now*."""

import functools
import uuid
from datetime import datetime
from typing import Any, NoReturn

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from work.exceptions import Forbidden, NotDone, Reason, Refused, Unknown
from work.forms.new import NewWork
from work.models import Site, WorkItem, WorkType
from work.permissions import BY_ROLE, Action, Scope
from work.reads import item as read
from work.reads import where
from work.reads.choices import SiteChoices
from work.services import files, items
from work.services._definition import definition
from work.services._fields import type_of
from work.states import Role
from work.views import _kept
from work.views._calls import assets_named
from work.views._refusals import INCOMPLETE, INVALID, answer_of, refusal
from work.views._site import fragment, see_other, site_view
from work.views.where import around


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def item_new(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """Raise work at a site. Everyone who may see a place, but viewers and auditors."""
    roles = {grant.role for grant in who.grants if grant.site_id == site.pk and grant.role}
    may_raise = bool(roles & BY_ROLE[Action.REQUEST])
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and data.get("spot"):
        # What was meant by where, of those that were offered.
        data["place"] = data["spot"]
    parent = _parent(request, site, who)
    form = _form(request, site, who, at, data or _kept.typed_before(request))
    shown = functools.partial(_render, request, site, who, roles, form, parent)
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
    if may_raise and _only_looks_for(data):
        # Nothing is sent yet: what was typed as where is looked up, or a type's fields are asked.
        form.is_bound = False
        return shown(None, 200)
    complete = form.is_valid()
    if may_raise and not complete:
        return shown(None, INVALID[0])
    try:
        if not may_raise:
            _refuse(request, site, who, form, act)
        item = _raise(request, site, who, at, form, act, parent)
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


def _form(
    request: HttpRequest, site: Site, who: Scope, at: datetime, data: QueryDict | None
) -> NewWork:
    """The form with the fields of the type that was chosen."""
    types = SiteChoices(site, who, at).types()
    known = {str(pk) for pk, _name in types}
    triage = str(site.triage_type_id) if str(site.triage_type_id) in known else ""
    first = "" if triage or not types else str(types[0][0])
    chosen = (data or request.GET).get("type", "") or first
    fields: Any = ()
    if (chosen or triage) in known:
        _kind, version_id = type_of(site.pk, int(chosen or triage))
        fields = definition(version_id).fields
    given = request.GET.get("asset") or request.GET.get("place", "")
    return NewWork(
        data,
        request.FILES or None,
        types=types,
        custom_fields=fields,
        may_leave=bool(triage),
        initial={"place": given[:120], "type": chosen} | _typed(data),
    )


def _only_looks_for(data: QueryDict) -> bool:
    return data.get("how") == "find"


def _typed(data: QueryDict | None) -> dict[str, Any]:
    """What was typed so far, where nothing is sent yet."""
    return data.dict() if data is not None and _only_looks_for(data) else {}


def _raise(
    request: HttpRequest,
    site: Site,
    who: Scope,
    at: datetime,
    form: NewWork,
    act: uuid.UUID,
    parent: WorkItem | None,
) -> WorkItem:
    data = form.cleaned_data
    there = where.named(site, who, data["place"])
    if there is None:
        raise Refused(Reason("place_unknown"))
    things = {each.pk for each in there.assets} | set(assets_named(who, site.pk, data["assets"]))
    file = data["photo"]
    given: dict[str, Any] = {
        "actor": request.user,
        "act": act,
        "site_id": site.pk,
        "type_id": int(data["type"]) if data["type"] else None,
        "place_id": there.place.pk,
        "what": data["what"],
        "why": data["why"],
        "priority": data["priority"],
        "due": data["due"],
        "safety_critical": data["safety_critical"],
        "asset_ids": sorted(things),
        "values": form.values(),
        "photo": (files.store(file.chunks(), at=at), file.name) if file else None,
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
    there = where.named(site, who, form.cleaned_data.get("place", ""))
    if there is not None:
        known = {"site_id": site.pk, "place_id": there.place.pk, "type_id": None}
        items.request(actor=request.user, act=act, what="", **known)
    raise Forbidden(_denied())


def _render(
    request: HttpRequest,
    site: Site,
    who: Scope,
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
    typed = str(form["place"].value() or "")[:120]
    there = where.named(site, who, typed)
    asked = request.method == "POST" and there is None
    values = {
        "site": site,
        "form": form,
        "there": around(site, who, there) if there else None,
        "meant": where.find(site, who, typed) if asked else [],
        "file_again": bool(request.FILES) and not request.htmx,  # type: ignore[attr-defined]
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
