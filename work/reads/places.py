"""The tree of places: a level at a time, what a search finds, and what stands over a place."""

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.urls import reverse

from work.models import ItemPlace, Place, PlaceState, Site, WorkItem
from work.permissions import Scope, visible
from work.prepared import given, prepared
from work.reads.counts import said
from work.states import OPEN, PlaceCondition, PlaceKind

PAGE = 50


def url(site: Site, code: str) -> str:
    """The page of a place."""
    return reverse("work:place_detail", args=[site.slug, code])


def seen(site: Site, who: Scope) -> Any:
    """The places that the reader may see; a guest those of the own company's work and over them."""
    rows = Place.objects.filter(visible(who, place="", team=None), site=site, is_active=True)
    if who.only_contractor(site.pk):
        rows = rows.filter(with_own_work(site, who, "path__startswith"))
    return rows


def with_own_work(site: Site, who: Scope, where: str) -> Q:
    """Places at which the reader may see work: `path` there, `path__startswith` there or below."""
    items = WorkItem.objects.filter(visible(who), site=site)
    here = {f"place__{where}": OuterRef("path")}
    touched = ItemPlace.objects.filter(item__in=items, **here)
    return Q(Exists(items.filter(**here))) | Q(Exists(touched))


def with_state(rows: Any, site: Site, who: Scope) -> Any:
    """With the newest state; a guest reads that of the places of the own company's work alone."""
    newest = PlaceState.objects.filter(place=OuterRef("pk")).order_by("-since", "-pk")
    state = {
        "state": newest.values("condition")[:1],
        "state_since": newest.values("since")[:1],
        "state_id": newest.values("pk")[:1],
    }
    if not who.only_contractor(site.pk):
        return rows.annotate(**{name: Subquery(one) for name, one in state.items()})
    own = with_own_work(site, who, "path")
    return rows.annotate(**{name: Case(When(own, Subquery(one))) for name, one in state.items()})


def find(site: Site, who: Scope, code: str) -> Place | None:
    """A place in use by its code, with its newest state, where the reader may see it."""
    return next(iter(_coded(site.pk, who.whenever, code=code)), None)


@prepared
def _coded(site_id: int, who: Scope) -> QuerySet[Place]:
    """The same for such a reader."""
    site = Site(pk=site_id)
    rows = with_state(seen(site, who), site, who).select_related("owner_team")
    return rows.filter(code=given("code"))[:1]


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
    rows = seen(site, who)
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
    shown = list(with_state(rows, site, who).order_by("code", "pk")[start : start + PAGE])
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
        place.pk: {"open": said(found[f"o{n}"]), "blocked": said(found[f"b{n}"])}
        for n, place in enumerate(places)
    }


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
