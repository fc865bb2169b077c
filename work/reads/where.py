"""Where work is raised: places and things found by what is typed, and what is open there."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Left, Length

from work.models import Asset, AssetLocation, ItemAsset, Place, Site, WorkItem
from work.permissions import Scope, visible
from work.reads import item as read
from work.services._things import known_assets, stands_at
from work.states import OPEN

MOST = 8
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Spot:
    """Something that can be named as where: a place, or a thing. over: where that is."""

    code: str
    name: str
    over: str
    is_asset: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """A place, and the things there that were named."""

    place: Place
    assets: list[Asset] = field(default_factory=list)


def find(site: Site, who: Scope, text: str) -> list[Spot]:
    """The first places and things whose code begins so, or whose name has it: two queries."""
    text = text.strip()
    if not text or "\x00" in text:
        return []
    above = Place.objects.filter(
        path=Left(OuterRef("path"), Length(OuterRef("path")) - Place.steplen)
    )
    stands = AssetLocation.objects.filter(asset=OuterRef("pk"), ends=None)
    places = [
        Spot(each.code, each.name, each.over or "")
        for each in _first(_places(site, who), text, above.values("name"))
    ]
    things = [
        Spot(each.code, each.name, each.over or "", is_asset=True)
        for each in _first(known_assets(who, site.pk), text, stands.values("place__name"))
    ]
    # Half of what is shown may be things, and more where there are fewer places.
    kept = places[: max(MOST // 2, MOST - len(things))]
    return [*kept, *things[: MOST - len(kept)]]


def _places(site: Site, who: Scope) -> QuerySet[Place]:
    return Place.objects.filter(visible(who, place="", team=None), site=site, is_active=True)


def _first(rows: QuerySet[Any], text: str, over: QuerySet[Any]) -> QuerySet[Any]:
    rank = Case(
        When(code__iexact=text, then=Value(0)),
        When(code__istartswith=text, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = rows.filter(Q(code__istartswith=text) | Q(name__icontains=text))
    return found.annotate(over=Subquery(over[:1])).order_by(rank, "code", "pk")[:MOST]


def named(site: Site, who: Scope, code: str) -> Where | None:
    """What a code means: a place, a thing where it stands now, or both where they share it."""
    code = code.strip()
    if not code or "\x00" in code:
        return None
    place = read.place_by_code(site, who, code)
    asset = _asset(site, who, code)
    path = asset.stands_at if asset else ""  # type: ignore[attr-defined]
    if place is None and path:
        place = _places(site, who).filter(path=path).first()
    if place is None:
        return None
    return Where(place, [asset] if asset and path and path.startswith(place.path) else [])


def _asset(site: Site, who: Scope, code: str) -> Asset | None:
    """A thing by its code; typed in other letters, where only one is meant by it."""
    rows = known_assets(who, site.pk).annotate(stands_at=stands_at())
    if found := rows.filter(code=code).first():
        return found
    meant = list(rows.filter(code__iexact=code)[:2])
    return meant[0] if len(meant) == 1 else None


def open_there(site: Site, who: Scope, where: Where) -> tuple[list[dict[str, str]], bool]:
    """The newest open items at the same place or thing, and whether there are more: one query."""
    same = Q(place=where.place)
    if where.assets:
        about = ItemAsset.objects.filter(asset__in=[each.pk for each in where.assets])
        same |= Q(pk__in=about.values("item"))
    items = WorkItem.objects.filter(visible(who), same, site=site, status__in=sorted(OPEN))
    found = list(items.only("number", "what", "status").order_by("-number")[: SHOWN + 1])
    shown = [
        {
            "label": read.label(each.number),
            "what": each.what,
            "url": read.url(site, each.number),
            "status": each.status,
            "get_status_display": each.get_status_display(),
        }
        for each in found[:SHOWN]
    ]
    return shown, len(found) > SHOWN
