"""Whose sites an admin page shows: of a person at a moment, asked once a request."""

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from work.models import Site
from work.permissions import Action, Scope, can_at, scope
from work.prepared import Among, given, prepared


def who(request: HttpRequest) -> Scope:
    """What the person may reach now: one query a request."""
    if not hasattr(request, "admin_scope"):
        request.admin_scope = scope(request.user, timezone.now())  # type: ignore[attr-defined]
    return request.admin_scope  # type: ignore[attr-defined]


def site_ids(request: HttpRequest, action: Action = Action.CONFIGURE) -> frozenset[int]:
    """The sites of which the person may do that in the whole; a superuser configures them all."""
    if not hasattr(request, "admin_sites"):
        request.admin_sites = {}  # type: ignore[attr-defined]
    known: dict[Action, frozenset[int]] = request.admin_sites  # type: ignore[attr-defined]
    if action not in known:
        reach = who(request)
        mine = {pk for pk in reach.site_ids() if can_at(reach, action, pk, "")}
        user = request.user
        if action == Action.CONFIGURE and user.is_active and getattr(user, "is_superuser", False):
            mine = set(Site.objects.values_list("pk", flat=True))
        known[action] = frozenset(mine)
    return known[action]


def by_role(request: HttpRequest) -> frozenset[int]:
    """The sites that the person administers by a role: of their work a superuser sees nothing."""
    reach = who(request)
    return frozenset(pk for pk in reach.site_ids() if can_at(reach, Action.CONFIGURE, pk, ""))


def zone(request: HttpRequest) -> str:
    """The time zone in which times are said: that of the own sites, UTC where these differ."""
    sites = site_ids(request) | site_ids(request, Action.RULE_MODE)
    zones = set(_zones(sites=sites)) if sites else set()
    return zones.pop() if len(zones) == 1 else "UTC"


@prepared
def _zones() -> QuerySet[Site, str]:
    """The time zones of sites; every page of the admin asks for them."""
    return Site.objects.filter(Among(F("pk"), given("sites"))).values_list("time_zone", flat=True)
