"""Filters that name something of the site, looked up before by `reads.facets`. None: unknown."""

from typing import TYPE_CHECKING

from django.db.models import Q

from work.models import ItemAsset, ItemExecutor

if TYPE_CHECKING:
    from work.filters.selection import Context


def types(values: tuple[str, ...], context: "Context") -> Q | None:
    """Of one of these types, by code."""
    known = {each.code: each.pk for each in context.facets.types}
    if not set(values) <= set(known):
        return None
    return Q(type__in=[known[value] for value in values])


def place(values: tuple[str, ...], context: "Context") -> Q | None:
    """At one of these places or below it."""
    found = Q()
    for value in values:
        known = context.facets.places.get(value)
        if known is None:
            return None
        found |= Q(place__path__startswith=known.more)
    return found


def here(values: tuple[str, ...], context: "Context") -> Q | None:
    """At this very place, and not below it."""
    found = context.facets.places.get(values[0])
    return Q(place=found.pk) if found else None


def owner(values: tuple[str, ...], context: "Context") -> Q | None:
    """Owned by a person or post: `user:5`, `post:2`, a part of the name; `me` with my duties;
    `none` by nobody.
    """
    if values[0] == "none":
        return Q(owner_user=None, owner_post=None)
    people = [each.pk for each in context.facets.owners]
    posts = [each.pk for each in context.facets.owner_posts]
    if values[0] == "me":
        posts = sorted(context.who.posts())
        people = people or [context.who.user_id or 0]
    if not people and not posts:
        return None
    if not posts:
        return Q(owner_user__in=people)
    return Q(owner_user__in=people) | Q(owner_post__in=posts) if people else Q(owner_post__in=posts)


def team(values: tuple[str, ...], context: "Context") -> Q | None:
    """Carried out by one of these teams or companies, by code; by none where that is asked."""
    known = {each.code: each.pk for each in context.facets.teams}
    named = set(values) - {"none"}
    if not named <= set(known):
        return None
    found = Q(team__in=[known[value] for value in named]) if named else Q()
    return found | Q(team=None) if "none" in values else found


def executor(values: tuple[str, ...], context: "Context") -> Q | None:
    """Carried out by this person: `user:5`, `me`, or a part of the name."""
    people = [each.pk for each in context.facets.executors]
    if values[0] == "me":
        people = [context.who.user_id or 0]
    if not people:
        return None
    return Q(pk__in=ItemExecutor.objects.filter(user__in=people).values("item"))


def asset(values: tuple[str, ...], context: "Context") -> Q | None:
    """About this thing, by code."""
    found = context.facets.asset
    if found is None:
        return None
    return Q(pk__in=ItemAsset.objects.filter(asset=found.pk).values("item"))
