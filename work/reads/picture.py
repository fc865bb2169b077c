"""The counts of a site, whole and by area: one pass over its open work."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from work.models import Place, Site, WorkItem
from work.permissions import Scope
from work.reads import kept
from work.reads.seen import of_site
from work.states import Role


@dataclass(frozen=True)
class Area:
    """A part of the site that the reader may see as one."""

    code: str
    name: str
    path: str
    is_active: bool = True


def areas(site: Site, who: Scope, *, closed: bool = False) -> list[Area]:
    """The children of the site's root; for who sees a part of the site only, that part.

    closed: also those that are in use no more.
    """
    grants = [grant for grant in who.grants if grant.site_id == site.pk and grant.role]
    q = Q(depth__lte=2)
    if all(grant.prefix for grant in grants):
        q = Q(path__in={grant.prefix for grant in grants})
    used = Q() if closed else Q(is_active=True)
    found = [
        (depth, Area(code, name, path, is_active))
        for depth, code, name, path, is_active in kept.rows(
            Place.objects.filter(q & used, site=site)
            .order_by("path")
            .values_list("depth", "code", "name", "path", "is_active")
        )
    ]
    roots = [area for depth, area in found if depth == 1]
    if len(roots) == 1 and len(found) > 1:
        return [area for depth, area in found if depth > 1]
    return roots or _outermost([area for _depth, area in found])


def _outermost(found: list[Area]) -> list[Area]:
    kept: list[Area] = []
    for area in found:
        if not any(area.path.startswith(each.path) for each in kept):
            kept.append(area)
    return kept


def seen(site: Site, who: Scope) -> QuerySet[WorkItem]:
    """The open items of the site that the reader may see."""
    return WorkItem.objects.open().filter(of_site(who, site), site=site)


def counting(items: QuerySet[WorkItem], wanted: Mapping[str, Q], length: int) -> QuerySet:
    """How many `items` fit each of `wanted`, by the first letters of their place's path.

    One pass over the index of open work by place, which holds all that `wanted` may ask.
    """
    return (
        items.annotate(area=Substr("place__path", 1, length))
        .values("area")
        .annotate(**{f"n_{name}": Count("place", filter=q) for name, q in wanted.items()})
        .order_by("area")
        .values_list("area", *(f"n_{name}" for name in wanted))
    )


def counted(
    items: QuerySet[WorkItem], wanted: Mapping[str, Q], length: int
) -> list[tuple[str, dict[str, int]]]:
    """The rows of `counting`, by name."""
    return [
        (area, dict(zip(wanted, counts, strict=True)))
        for area, *counts in kept.rows(counting(items, wanted, length))
    ]


def role_names(who: Scope, site_id: int) -> list[str]:
    """The roles of a person at a site, in words."""
    held = {grant.role for grant in who.grants if grant.site_id == site_id and grant.role}
    return sorted(str(Role(role).label) for role in held)


def root(site: Site) -> Area | None:
    """The place that is the site itself, where it has one root."""
    found = Place.objects.filter(site=site, depth=1).values_list("code", "name", "path")[:2]
    return Area(*found[0]) if len(found) == 1 else None
