"""The things of a site that somebody may know of."""

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from work.models import Asset, ItemAsset, WorkItem
from work.permissions import Scope, visible
from work.states import Role

# From a thing up through what contains it to the place where that stands now.
_STANDS_AT = """(
WITH RECURSIVE up AS (
  SELECT place_id, container_id FROM work_assetlocation
   WHERE asset_id = work_asset.id AND ends IS NULL
  UNION
  SELECT l.place_id, l.container_id FROM up
    JOIN work_assetlocation l ON l.asset_id = up.container_id AND l.ends IS NULL
)
SELECT p.path FROM up JOIN work_place p ON p.id = up.place_id
)"""


def stands_at() -> RawSQL:
    """The path of the place at which an asset stands, by itself or inside another thing."""
    return RawSQL(_STANDS_AT, (), output_field=CharField())


def known_assets(who: Scope, site_id: int) -> QuerySet[Asset]:
    """What stands within reach now, alone or inside another thing, and what visible work names.

    A contractor knows what its own items name and nothing else. A thing that stands nowhere is
    known to who reaches the whole site.
    """
    things = Asset.objects.filter(site_id=site_id)
    prefixes = {
        grant.prefix
        for grant in who.grants
        if grant.site_id == site_id and grant.role and grant.role != Role.CONTRACTOR
    }
    if who.system or "" in prefixes:
        return things
    items = WorkItem.objects.filter(visible(who), site_id=site_id)
    found = Q(Exists(ItemAsset.objects.filter(asset=OuterRef("pk"), item__in=items)))
    for prefix in sorted(prefixes):
        found |= Q(stands_at__startswith=prefix)
    return things.alias(stands_at=stands_at()).filter(found)
