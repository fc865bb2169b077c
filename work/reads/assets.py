"""One thing: what it is, how it stands, where it is and was, and the work that names it."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from work.models import Asset, AssetLocation, ItemAsset, Place, Site, WorkItem
from work.models.readings import blocked_if
from work.permissions import Scope
from work.reads import places
from work.reads import rows as rows_
from work.reads.seen import of_site
from work.reads.values import said
from work.services._things import known_assets, stands_at
from work.states import ENDED, Status

MOST = 20


def url(site: Site, code: str) -> str:
    """The page of a thing."""
    return reverse("work:asset_detail", args=[site.slug, code])


def find(site: Site, who: Scope, code: str) -> Asset | None:
    """A thing by its code, with the path of where it stands, where the reader may know of it."""
    known = known_assets(who, site.pk).filter(code=code)
    return known.select_related("asset_class", "owner_team").annotate(stands_at=stands_at()).first()


def stands(asset: Asset) -> dict[str, Any]:
    """How it stands, in the words of its class; `ready`: whether it may be used as it stands."""
    for each in asset.asset_class.statuses:
        if each["key"] == asset.status:
            return {"status_text": each["label"], "ready": each.get("ready", True)}
    return {"status_text": asset.status, "ready": True}


def fields(asset: Asset) -> list[dict[str, str]]:
    """The fields of its class that are filled in, in their order."""
    return [
        {"label": each["label"], "text": said(each["kind"], asset.values[each["key"]])}
        for each in asset.asset_class.fields
        if asset.values.get(each["key"]) not in (None, "")
    ]


def place_now(site: Site, who: Scope, asset: Asset) -> list[Place]:
    """From the site down to the place where it stands, of those that the reader may see: one
    query.
    """
    path = asset.stands_at  # type: ignore[attr-defined]
    if not path:
        return []
    step = Place.steplen
    over = [path[:n] for n in range(step, len(path) + 1, step)]
    return list(places.seen(site, who).filter(path__in=over).order_by("path"))


def locations(site: Site, who: Scope, asset: Asset) -> list[dict[str, Any]]:
    """Where it is and was, the newest twenty: two queries. What is out of reach is not named."""
    rows = list(
        AssetLocation.objects.filter(asset=asset)
        .select_related("place", "container")
        .order_by("-starts", "-pk")[:MOST]
    )
    inside = {each.container_id for each in rows if each.container_id}
    known = set(_known(site, who, inside)) if inside else set()
    return [_location(site, who, each, known) for each in rows]


def _known(site: Site, who: Scope, pks: set[int]) -> Any:
    return known_assets(who, site.pk).filter(pk__in=pks).values_list("pk", flat=True)


def _location(site: Site, who: Scope, each: AssetLocation, known: set[int]) -> dict[str, Any]:
    text, to, within = _("Elsewhere"), "", each.container is not None
    if each.place is not None and who.reaches(site.pk, each.place.path):
        text = f"{each.place.code} {each.place.name}"
        to = places.url(site, each.place.code) if each.place.is_active else ""
    elif each.container is not None and each.container.pk in known:
        text = f"{each.container.code} {each.container.name}"
        to = url(site, each.container.code)
    return {"text": text, "url": to, "within": within, "from": each.starts, "to": each.ends}


def contents(site: Site, who: Scope, asset: Asset) -> list[dict[str, Any]]:
    """What is in it now, of what the reader may know: one query."""
    rows = known_assets(who, site.pk).filter(locations__container=asset, locations__ends=None)
    return [
        {
            "name": each.name,
            "code": each.code,
            "url": url(site, each.code),
            "class_text": each.asset_class.name,
            **stands(each),
        }
        for each in rows.select_related("asset_class").order_by("code")[: places.PAGE]
    ]


def work(site: Site, who: Scope, asset: Asset) -> Any:
    """The work that names it, of what the reader may see."""
    named = ItemAsset.objects.filter(asset=asset).values("item")
    return WorkItem.objects.filter(of_site(who, site), site=site, pk__in=named)


def load(items: Any, at: datetime) -> dict[str, int]:
    """How much of the work that names it is open: one query."""
    return (
        items.open()
        .order_by()
        .aggregate(
            open=Count("pk"),
            live=Count("pk", filter=Q(status=Status.LIVE)),
            blocked=Count("pk", filter=blocked_if(at)),
            done=Count("pk", filter=Q(status=Status.DONE)),
            overdue=Count("pk", filter=Q(due__lt=at)),
        )
    )


def ended(items: Any, at: datetime, who: Scope) -> list[rows_.ItemRow]:
    """The newest ten that were closed or cancelled: one query."""
    newest = rows_.newest(items.filter(status__in=sorted(ENDED)))[:10]
    return rows_.load(newest, at, who)
