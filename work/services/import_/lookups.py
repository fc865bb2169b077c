"""Finds what a chunk's references mean at the site: each kind in one or two queries."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from work.models import (
    Asset,
    AssetClass,
    Membership,
    Place,
    Post,
    Site,
    Team,
    User,
    WorkItem,
    WorkTypeVersion,
)
from work.models.imports import ImportedRecord
from work.states import Role

PEOPLE = "work.people"


def places(site: Site, system: str, refs: Iterable[str]) -> dict[str, Place]:
    """Places by code, or else by their key in the source system."""
    return _coded(Place, site, system, refs)


def assets(site: Site, system: str, refs: Iterable[str]) -> dict[str, Asset]:
    """Assets by code, or else by their key in the source system."""
    return _coded(Asset, site, system, refs)


def _coded(
    model: type[Place] | type[Asset], site: Site, system: str, refs: Iterable[str]
) -> dict[str, Any]:
    wanted = {ref for ref in refs if ref}
    if not wanted:
        return {}
    at_site = model.objects.filter(site=site)
    external = at_site.filter(external_system=system, external_key__in=wanted)
    found: dict[str, Any] = {thing.external_key: thing for thing in external}
    return found | {thing.code: thing for thing in at_site.filter(code__in=wanted)}


def items(site: Site, system: str, keys: Iterable[str]) -> dict[str, int]:
    """Ids of work items by their key in the source system."""
    wanted = {key for key in keys if key}
    found = WorkItem.objects.filter(site=site, external_system=system, external_key__in=wanted)
    return dict(found.values_list("external_key", "pk")) if wanted else {}


def by_code(
    model: type[Team] | type[Post] | type[AssetClass], site: Site, refs: Iterable[str | None]
) -> dict[str, int]:
    """Ids of teams, posts or asset classes by code."""
    wanted = {ref for ref in refs if ref}
    if not wanted:
        return {}
    return dict(model.objects.filter(site=site, code__in=wanted).values_list("code", "pk"))


def people(site: Site, names: Iterable[str]) -> dict[str, int]:
    """Ids of the site's own people by sign-in name; a contractor never owns."""
    wanted = {name for name in names if name}
    if not wanted:
        return {}
    at = timezone.now()
    roles = Membership.objects.filter(Q(ends=None) | Q(ends__gt=at), site=site, starts__lte=at)
    own = User.objects.filter(
        username__in=wanted,
        company=None,
        is_active=True,
        memberships__in=roles.exclude(role=Role.CONTRACTOR),
    )
    return {str(user.username): user.pk for user in own}


def somebody(site: Site, system: str, refs: Iterable[str]) -> tuple[dict[str, int], set[str]]:
    """Ids of active people of the site by sign-in name, key of the same source, or badge.

    Besides the badges that several people have.
    """
    wanted = {ref for ref in refs if ref}
    at = timezone.now()
    lasting = Membership.objects.filter(Q(ends=None) | Q(ends__gt=at), site=site)
    here = User.objects.filter(is_active=True, pk__in=lasting.values("user"))
    badges: dict[str, int] = {}
    several: set[str] = set()
    for badge, pk in here.filter(badge__in=wanted).values_list("badge", "pk"):
        several |= {badge} & set(badges)
        badges[badge] = pk
    read = ImportedRecord.objects.filter(
        site=site, kind=PEOPLE, system=system, key__in=wanted, record_id__in=here.values("pk")
    )
    keys = {key: pk for key, pk in read.values_list("key", "record_id") if pk is not None}
    named = {
        str(name): pk for name, pk in here.filter(username__in=wanted).values_list("username", "pk")
    }
    known = {badge: pk for badge, pk in badges.items() if badge not in several} | keys | named
    return known, several - set(known)


def versions(site: Site, codes: Iterable[str]) -> dict[str, WorkTypeVersion]:
    """The newest published version of each work type, by the type's code."""
    published = (
        WorkTypeVersion.objects.filter(
            type__site=site, type__code__in=set(codes), published_at__isnull=False
        )
        .select_related("type")
        .order_by("type", "number")
    )
    return {version.type.code: version for version in published}
