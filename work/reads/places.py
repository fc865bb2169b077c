"""The place pages: the tree a level at a time, and one place with what is done there."""

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from work.models import (
    Asset,
    Hold,
    ItemPlace,
    Place,
    PlaceNeighbour,
    PlaceState,
    Site,
    WorkItem,
)
from work.permissions import Scope, sees, visible
from work.reads import rows as rows_
from work.states import OPEN, PlaceCondition, PlaceKind, Status

PAGE = 50
_NUMBER_LIMIT = 1000


def url(site: Site, code: str) -> str:
    """The page of a place."""
    return reverse("work:place_detail", args=[site.slug, code])


def _seen(site: Site, who: Scope) -> Any:
    """The places that the reader may see; a guest those of the own company's work and over them."""
    rows = Place.objects.filter(visible(who, place="", team=None), site=site, is_active=True)
    if who.only_contractor(site.pk):
        rows = rows.filter(_with_own_work(site, who, "path__startswith"))
    return rows


def _with_own_work(site: Site, who: Scope, where: str) -> Q:
    """Places at which the reader may see work: `path` there, `path__startswith` there or below."""
    items = WorkItem.objects.filter(visible(who), site=site)
    here = {f"place__{where}": OuterRef("path")}
    touched = ItemPlace.objects.filter(item__in=items, **here)
    return Q(Exists(items.filter(**here))) | Q(Exists(touched))


def _with_state(rows: Any, site: Site, who: Scope) -> Any:
    """With the newest state; a guest reads that of the places of the own company's work alone."""
    newest = PlaceState.objects.filter(place=OuterRef("pk")).order_by("-since", "-pk")
    state = {
        "state": newest.values("condition")[:1],
        "state_since": newest.values("since")[:1],
        "state_id": newest.values("pk")[:1],
    }
    if not who.only_contractor(site.pk):
        return rows.annotate(**{name: Subquery(one) for name, one in state.items()})
    own = _with_own_work(site, who, "path")
    return rows.annotate(**{name: Case(When(own, Subquery(one))) for name, one in state.items()})


def find(site: Site, who: Scope, code: str) -> Place | None:
    """A place in use by its code, with its newest state, where the reader may see it."""
    return (
        _with_state(_seen(site, who), site, who)
        .select_related("owner_team")
        .filter(code=code)
        .first()
    )


def state_text(code: str | None) -> str:
    """The state of a place in words."""
    return str(PlaceCondition(code).label) if code else ""


def row(site: Site, place: Place) -> dict[str, Any]:
    """A place as lists show it."""
    return {
        "name": place.name,
        "code": place.code,
        "url": url(site, place.code),
        "kind_text": PlaceKind(place.kind).label,
        "state_text": state_text(getattr(place, "state", None)),
        "state_since": getattr(place, "state_since", None),
        "parts": place.numchild,
    }


def level(
    site: Site, who: Scope, at: datetime, under: Place | None, q: str, page: int
) -> tuple[list[dict[str, Any]], int]:
    """One level of the tree, or what a search finds; the rows of a page and the total."""
    rows = _seen(site, who)
    if q:
        rows = rows.filter(Q(code__icontains=q) | Q(name__icontains=q))
    elif under is not None:
        rows = rows.filter(path__startswith=under.path, depth=under.depth + 1)
    else:
        tops = [grant.prefix for grant in who.grants if grant.role and grant.site_id == site.pk]
        roots = Q(depth=1) if "" in tops else Q(path__in=tops)
        rows = rows.filter(roots)
    total = rows.count()
    start = (page - 1) * PAGE
    shown = list(_with_state(rows, site, who).order_by("code", "pk")[start : start + PAGE])
    counts = _counts(site, who, at, shown)
    guest = {"parts": 0} if who.only_contractor(site.pk) else {}
    return [row(site, each) | counts[each.pk] | guest for each in shown], total


def _counts(site: Site, who: Scope, at: datetime, places: list[Place]) -> dict[int, dict[str, Any]]:
    """Open and blocked work of each place with everything below it: one query."""
    items = WorkItem.objects.filter(visible(who), site=site, status__in=sorted(OPEN))
    names = {}
    for n, place in enumerate(places):
        below = Q(place__path__startswith=place.path)
        names[f"o{n}"] = Count("pk", filter=below)
        names[f"b{n}"] = Count("pk", filter=below & (Q(blocked=True) | Q(blocked_from__lte=at)))
    found = items.aggregate(**names) if names else {}
    return {
        place.pk: {"open": _short(found[f"o{n}"]), "blocked": _short(found[f"b{n}"])}
        for n, place in enumerate(places)
    }


def _short(number: int) -> str:
    return str(number) if number <= _NUMBER_LIMIT else "1,000+"


def over(place: Place) -> list[Place]:
    """The places over this one, from the site down, with their owning teams: one query."""
    step = Place.steplen
    paths = [place.path[:n] for n in range(step, len(place.path), step)]
    rows = Place.objects.filter(path__in=paths).select_related("owner_team").order_by("path")
    return list(rows) if paths else []


def above(site: Site, who: Scope, places: list[Place]) -> list[dict[str, str]]:
    """Those of `over` that the reader may see."""
    return [
        {"name": each.name, "code": each.code, "url": url(site, each.code)}
        for each in places
        if each.is_active and who.reaches(site.pk, each.path)
    ]


def owner_text(place: Place, places: list[Place]) -> str:
    """The owning team: its own, or of the nearest place above that names one."""
    owners = [each.owner_team.name for each in [*places, place] if each.owner_team is not None]
    return owners[-1] if owners else ""


def counts(site: Site, who: Scope, at: datetime, place: Place) -> list[dict[str, Any]]:
    """Work of the place and everything under it, each number a link to its list: one query."""
    items = WorkItem.objects.filter(
        visible(who), site=site, place__path__startswith=place.path, status__in=sorted(OPEN)
    )
    blocked = Q(blocked=True) | Q(blocked_from__lte=at)
    found = items.aggregate(
        open=Count("pk"),
        live=Count("pk", filter=Q(status=Status.LIVE)),
        blocked=Count("pk", filter=blocked),
        done=Count("pk", filter=Q(status=Status.DONE)),
        overdue=Count("pk", filter=Q(due__lt=at)),
    )
    base = reverse("work:item_list", args=[site.slug]) + "?" + urlencode({"place": place.code})
    shown = [
        ("open", _("Open"), "", "inbox", ""),
        ("live", _("In progress"), "&status=live", "circle-play", ""),
        ("blocked", _("Blocked"), "&blocked=1", "octagon-x", "stop"),
        ("done", _("To accept"), "&status=done", "circle-check", ""),
        ("overdue", _("Overdue"), "&overdue=1", "clock-alert", "late"),
    ]
    return [
        {
            "label": label,
            "count": _short(found[key]),
            "url": base + query,
            "tone": tone if found[key] else "",
            "icon": icon,
            "note": "",
        }
        for key, label, query, icon, tone in shown
    ]


def open_work(site: Site, who: Scope, at: datetime, place: Place) -> list[rows_.ItemRow]:
    """The worst ten of the open work here and below: blocked, by priority, by due: one query."""
    items = WorkItem.objects.filter(
        visible(who), site=site, place__path__startswith=place.path, status__in=sorted(OPEN)
    ).order_by("-blocked", "priority", F("due").asc(nulls_last=True), "-number")
    return rows_.read(rows_.query(items[:10], at), at)


def parts(site: Site, who: Scope, place: Place) -> list[dict[str, Any]]:
    """The first fifty places below this one."""
    rows = _seen(site, who).filter(path__startswith=place.path, depth=place.depth + 1)
    return [row(site, each) for each in _with_state(rows, site, who).order_by("code")[:PAGE]]


def neighbours(site: Site, who: Scope, place: Place) -> list[dict[str, Any]]:
    """Places in reach that concern this one, whichever was named first: one query."""
    rows = PlaceNeighbour.objects.filter(
        Q(first=place) | Q(second=place), ended_at=None
    ).select_related("first", "second")
    if who.only_contractor(site.pk):
        known = _seen(site, who).values("pk")
        rows = rows.filter(Q(first=place, second__in=known) | Q(second=place, first__in=known))
    return [
        {
            "name": other.name,
            "code": other.code,
            "url": url(site, other.code),
            "kind_text": each.get_kind_display(),
        }
        for each in rows
        for other in [each.second if each.first_id == place.pk else each.first]
        if other.is_active and who.reaches(site.pk, other.path)
    ]


def assets(site: Site, place: Place) -> list[dict[str, Any]]:
    """Things that are here now: one query."""
    rows = Asset.objects.filter(locations__place=place, locations__ends=None)
    return [
        {
            "name": each.name,
            "code": each.code,
            "url": "",
            "class_text": each.asset_class.name,
            "status_text": each.status,
        }
        for each in rows.select_related("asset_class").order_by("code")[:PAGE]
    ]


def holds(site: Site, who: Scope, place: Place) -> list[dict[str, Any]]:
    """What holds this place now. Work that the reader may not see is named by its kind alone; a
    guest learns nothing of it.
    """
    rows = Hold.objects.filter(place=place, ended_at=None).select_related("item__place")
    shown = []
    for each in rows:
        known = each.item is not None and sees(who, each.item)
        if not known and who.only_contractor(site.pk):
            continue
        number = f"W-{each.item.number}" if known and each.item else ""
        unnamed = _("Other work") if each.item is not None else _("A supporting record")
        shown.append(
            {
                "kind_text": each.get_kind_display(),
                "what": f"{number} {each.item.what}" if known and each.item else unnamed,
                "url": reverse("work:item_detail", args=[site.slug, number]) if known else "",
                "since": each.placed_at,
                "until_text": _("ends at acceptance")
                if each.until_accepted
                else _("ends by decision"),
                "ended_at": None,
                "acts": [],
            }
        )
    return shown


def states(place: Place, guest: bool) -> list[dict[str, Any]]:
    """The newest ten states of a place: one query. A guest reads the state, not who said what, and
    nothing where it is not the guest's to know.
    """
    if guest and place.state is None:  # type: ignore[attr-defined]
        return []
    rows = PlaceState.objects.filter(place=place).select_related("by", "note")[:10]
    return [
        {
            "at": each.since,
            "text": state_text(each.condition),
            "who_text": each.by.name if each.by and not guest else "",
            "said": each.note.text if each.note and not guest else "",
        }
        for each in rows
    ]
