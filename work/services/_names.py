"""Checks of who or what a person named: an executor, who clears, a place, an asset."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from work.exceptions import Reason, Refused, Unknown
from work.models import Membership, Place, Post, Team, WorkItem
from work.permissions import Scope, visible
from work.prepared import by_key
from work.services._things import known_assets
from work.services.acts import OpenAct
from work.states import Role

_READERS = frozenset({Role.VIEWER, Role.AUDITOR})


def check_clears(item: WorkItem, clears: str) -> None:
    """Refuse a name of who clears that does not belong to the item's site."""
    if not clears:
        return
    kind, _, key = clears.partition(":")
    known = False
    if kind == "role":
        known = key in Role.values
    elif key.isdigit():
        if kind == "user":
            known = Membership.objects.filter(user_id=key, site_id=item.site_id).exists()
        elif kind == "post":
            known = Post.objects.filter(pk=key, site_id=item.site_id).exists()
        elif kind == "team":
            known = Team.objects.filter(pk=key, site_id=item.site_id).exists()
    if not known:
        raise Refused(Reason("clears_unknown"))


def check_executors(site_id: int, team_id: int | None, people: Iterable[int], at: datetime) -> None:
    """People with a role to carry work out; a contractor's only for the item's own company."""
    people = set(people)
    here, known = set(), set()
    for user_id, role, company_id in _roles(people, site_id, at).values_list(
        "user_id", "role", "company_id"
    ):
        here.add(user_id)
        if role not in _READERS and (role != Role.CONTRACTOR or company_id == team_id):
            known.add(user_id)
    # Who has no role at the site at all is a stranger here, and stays without a name.
    reasons = [Reason("executor_unknown", {}, ("user", pk)) for pk in sorted(here - known)]
    if people - here:
        reasons.append(Reason("executor_unknown", {"count": len(people - here)}))
    if reasons:
        raise Refused(reasons)


def check_team(site_id: int, team_id: int | None) -> None:
    """A team or company of the site."""
    if (
        team_id is not None
        and not Team.objects.filter(pk=team_id, site_id=site_id, is_active=True).exists()
    ):
        raise Refused(Reason("team_unknown"))


def company_of(who: Scope, place: Place) -> int | None:
    """The company as whose contractor somebody is at a place; it may be another at home."""
    companies = [
        grant.team_id
        for grant in who.grants
        if grant.role == Role.CONTRACTOR and grant.covers(place.site_id, place.path)
    ]
    return min(filter(None, companies), default=None)


def place_of(site_id: int, place_id: int) -> Place:
    """A place in use at the site."""
    place = by_key(Place, place_id)
    if place is None or place.site_id != site_id or not place.is_active:
        raise Refused(Reason("place_unknown"))
    return place


def place_for(act: OpenAct, site_id: int, place_id: int) -> Place:
    """As `place_of`, for an actor who may not know the site: such a one learns of no place."""
    known = act.scope.system or site_id in act.scope.site_ids()
    if not known and not (act.actor is not None and act.actor.is_superuser):
        raise Unknown
    return place_of(site_id, place_id)


def check_assets(who: Scope, site_id: int, asset_ids: Iterable[int]) -> None:
    """Things of the site that the actor may know of; of others nothing can be told."""
    wanted = set(asset_ids)
    if wanted and known_assets(who, site_id).filter(pk__in=wanted).count() != len(wanted):
        raise Refused(Reason("asset_unknown"))


def check_places(who: Scope, site_id: int, place_ids: Iterable[int]) -> None:
    """Places of the site that the actor reaches; of others nothing can be told."""
    wanted = set(place_ids)
    if not wanted:
        return
    known = Place.objects.filter(visible(who, place="", team=None), site_id=site_id)
    if known.filter(pk__in=wanted).count() != len(wanted):
        raise Refused(Reason("place_unknown"))


def _roles(people: Iterable[int], site_id: int, at: datetime) -> QuerySet[Membership]:
    return Membership.objects.filter(
        Q(ends=None) | Q(ends__gt=at), user_id__in=people, site_id=site_id, starts__lte=at
    )
