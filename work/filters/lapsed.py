"""Filters over what blocks: open blockers, and what lapsed although no task has run since."""

from typing import TYPE_CHECKING

from django.db.models import Q

from work.models import Blocker, Prerequisite
from work.models.readings import blocked_if
from work.reads.lapses import unmet_and_due
from work.states import BlockerKind, Role

if TYPE_CHECKING:
    from work.filters.selection import Context


def kind(values: tuple[str, ...], context: "Context") -> Q | None:
    """Blocked by something of one of these kinds."""
    if not set(values) <= set(BlockerKind.values):
        return None
    return _blocked_where(Q(kind__in=values), context)


def clears(values: tuple[str, ...], context: "Context") -> Q | None:
    """Blocked by what this one clears: `role:planner`, `user:5`, `post:2`, `team:3`, `me`."""
    said = values[0]
    if said == "me":
        return _blocked_where(_mine(context), context)
    name, _colon, key = said.partition(":")
    if name == "role":
        return _blocked_where(Q(clears=said), context) if key in Role.values else None
    found = context.facets.clears
    return _blocked_where(Q(clears=f"{name}:{found.pk}"), context) if found else None


def _mine(context: "Context") -> Q:
    """What names me, a duty or a team of mine, or a role of mine at the item's place."""
    who, site = context.who, context.site
    names = [f"user:{who.user_id}"]
    names += [f"post:{pk}" for pk in sorted(who.posts())]
    names += [f"team:{pk}" for pk in sorted(who.teams())]
    found = Q()
    for grant in who.grants:
        if grant.site_id == site.pk and grant.role:
            if not grant.prefix:
                names.append(f"role:{grant.role}")
            else:
                there = Q(item__place__path__startswith=grant.prefix)
                found |= Q(clears=f"role:{grant.role}") & there
    return Q(clears__in=names) | found


def _blocked_where(which: Q, context: "Context") -> Q:
    at, site = context.at, context.site
    open_now = Blocker.objects.filter(which, site=site, ended_at=None).order_by()
    lapsed = Prerequisite.objects.filter(
        unmet_and_due(at), which, site=site, item__blocked_from__lte=at
    ).order_by()
    found = open_now.values("item").union(lapsed.values("item"))
    return blocked_if(at) & Q(pk__in=found)
