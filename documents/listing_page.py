"""What the list of documents is asked, from its address, and what its page says."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from documents.reads import listing
from documents.reads.listing import Asked
from documents.reads.visible import person
from documents.states import DocumentKind
from work.pages import number_in
from work.permissions import Scope
from work.reads import assets, places
from work.reads import item as items
from work.reads.choices import SiteChoices

_LONGEST = 100
# What a guest's list shows: what is in force or to come, and what is to be read.
_FOR_GUESTS = ("", "read")


def list_values(request: HttpRequest, site: Any, who: Scope, at: datetime) -> dict[str, Any]:
    """The values of the list's page."""
    guest = who.only_contractor(site.pk)
    asked, teams = _asked(request.GET, site, who, at, guest)
    found = listing.listed(site, who, at, asked)
    return {
        "site": site,
        "as_of": at,
        "guest": guest,
        "rows": found.rows,
        "columns": _columns(guest),
        "tabs": _tabs(request.GET, asked, guest),
        "q": asked.q,
        "kinds": _options(DocumentKind.choices, asked.kind),
        "teams": [] if guest else _options(teams, str(asked.owner or "")),
        "chips": _chips(request.GET, asked),
        "hidden": [
            {"name": name, "value": request.GET[name]}
            for name in ("view", "place", "item", "asset", "reader")
            if request.GET.get(name)
        ],
        "pager": _pager(request.GET, found),
        "list_url": reverse("documents:document_list", args=[site.slug]),
    }


def _asked(
    given: QueryDict, site: Any, who: Scope, at: datetime, guest: bool
) -> tuple[Asked, list[Any]]:
    """What is asked; of what is not there, or not the reader's to know, 404."""
    teams = [] if guest else SiteChoices(site, who, at).teams()
    view = given.get("view", "")
    if view not in (_FOR_GUESTS if guest else listing.VIEWS):
        raise Http404
    kind = given.get("kind", "")
    owner = number_in(given.get("owner", ""))
    if (kind and kind not in DocumentKind.values) or (owner and owner not in dict(teams)):
        raise Http404
    place = item = asset = reader = None
    if code := given.get("place", "").strip():
        place = places.find(site, who, code) if "\x00" not in code else None
    if number := given.get("item", "").strip():
        item = items.find(site, who, number)
    if tag := given.get("asset", "").strip():
        asset = assets.find(site, who, tag) if "\x00" not in tag else None
    if told := given.get("reader", "").strip():
        # A guest asks for the own reading alone.
        pk = number_in(told)
        reader = person(site.pk, pk) if not guest or pk == who.user_id else None
    found = ((code, place), (number, item), (tag, asset), (told, reader))
    if any(asked and thing is None for asked, thing in found):
        raise Http404
    q = given.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    page = max(1, min(number_in(given.get("page", "")) or 1, 200))
    return Asked(view, q, kind, owner, place, item, asset, reader, page), teams


def _chips(given: QueryDict, asked: Asked) -> list[dict[str, Any]]:
    """What narrows the list besides what its form shows."""
    said = (
        ("place", _("Applies at"), asked.place and asked.place.name),
        ("asset", _("Applies to"), asked.asset and asked.asset.asset_class.name),
        ("item", _("Asked by"), asked.item and items.label(asked.item.number)),
        ("reader", _("To be read by"), asked.reader and asked.reader.name),
    )
    return [
        {"label": label, "value": value, "remove_url": _with(given, **{name: ""})}
        for name, label, value in said
        if value
    ]


def _options(choices: Any, chosen: str) -> list[dict[str, Any]]:
    return [
        {"value": value, "label": label, "chosen": str(value) == chosen} for value, label in choices
    ]


def _with(given: QueryDict, **changed: Any) -> str:
    kept = {name: given[name] for name in given if name not in ("page", "part")}
    kept |= {name: str(value) for name, value in changed.items()}
    said = {name: value for name, value in kept.items() if value}
    return f"?{urlencode(said)}" if said else "?"


def _tabs(given: QueryDict, asked: Asked, guest: bool) -> list[dict[str, Any]]:
    labels = {
        "": _("In use"),
        "read": _("For me to read"),
        "work": _("In work"),
        "planned": _("New revision coming"),
        "none": _("Nothing in force"),
        "due": _("Review due"),
        "withdrawn": _("Withdrawn"),
    }
    shown = _FOR_GUESTS if guest else listing.VIEWS
    return [
        {"label": labels[view], "url": _with(given, view=view), "current": asked.view == view}
        for view in shown
    ]


def _columns(guest: bool) -> list[dict[str, Any]]:
    plain = [_("Code"), _("Title"), _("Kind"), _("In force"), _("Coming")]
    return [{"label": label} for label in plain + ([] if guest else [_("Owner"), _("Review")])]


def _pager(given: QueryDict, found: listing.Listed) -> dict[str, Any]:
    first = (found.page - 1) * listing.PAGE
    total = "1,000+" if found.total > listing.COUNTED else f"{found.total:,}"
    more = first + len(found.rows) < found.total
    before, after = found.page - 1, found.page + 1
    return {
        "first": first + 1 if found.rows else 0,
        "last": first + len(found.rows),
        "total_text": total,
        "pages": [],
        "previous_url": _with(given, page=before) if before else "",
        "next_url": _with(given, page=after) if more else "",
    }
