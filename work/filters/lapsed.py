"""Filters over what blocks: open blockers, and what lapsed although no task has run since.

With `held_since` they speak of what blocked at some time since that day. What is asked of kind and
of who clears is asked of the same blocker.
"""

from typing import TYPE_CHECKING

from django.db.models import Q

from work.models import Blocker
from work.models.readings import blocked_if
from work.reads.blocks import lapsing, overlapping
from work.states import BlockerKind, Role

if TYPE_CHECKING:
    from work.filters.selection import Context

NOBODY = "nobody"


def kind(values: tuple[str, ...], context: "Context") -> Q | None:
    """Blockers of one of these kinds."""
    return Q(kind__in=values) if set(values) <= set(BlockerKind.values) else None


def clears(values: tuple[str, ...], context: "Context") -> Q | None:
    """Blockers that this one clears: `role:planner`, `user:5`, `post:2`, `team:3`, `me`, `nobody`.

    Nobody: where none is named. `me:role:planner`: that role where it is mine.
    """
    said = values[0]
    if said == NOBODY:
        return Q(clears="")
    if said == "me":
        return _mine(context)
    name, _colon, key = said.partition(":")
    if name == "me":
        of_mine = key.removeprefix("role:") in Role.values and key.startswith("role:")
        return _mine(context) & Q(clears=key) if of_mine else None
    if name == "role":
        return Q(clears=said) if key in Role.values else None
    found = context.facets.clears
    return Q(clears=f"{name}:{found.pk}") if found else None


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


BLOCKS = {"kind": kind, "clears": clears}


def items(which: Q, context: "Context") -> Q:
    """The items that one of these blockers blocks now, or blocked since the day asked for."""
    at, site, since = context.at, context.site, context.held_from
    blockers = Blocker.objects.filter(which, site=site).order_by()
    lapses = lapsing(site, at).filter(which)
    if since is None:
        open_now = blockers.filter(ended_at=None)
        return blocked_if(at) & Q(pk__in=open_now.values("item").union(lapses.values("item")))
    held = blockers.filter(overlapping(since))
    return Q(pk__in=held.values("item").union(lapses.values("item")))
