"""Sites and their places: the tree, its neighbours and its states."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db.models import Max
from treebeard.exceptions import InvalidMoveToDescendant

from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.models import Place, PlaceNeighbour, PlaceState, Site, SiteCounter, Team, User
from work.permissions import Action, Denied, can_at
from work.ports import place_listeners
from work.prepared import by_key
from work.services import _chunks, _locks
from work.services._configure import (
    check_seen,
    configure,
    free_code,
    is_superuser,
    named,
    of_site,
    one_of,
    put,
)
from work.services._fields import type_of
from work.services._names import place_for
from work.services.acts import OpenAct, door
from work.states import NeighbourKind, PlaceCondition, PlaceKind

# How deep a place may stand: no longer path fits.
DEPTH_LIMIT = Place._meta.get_field("path").max_length // Place.steplen


def _create_site(
    act: OpenAct,
    *,
    slug: str,
    name: str,
    time_zone: str,
    language: str = "en",
    last_number: int = 0,
) -> Site:
    """Open a site, with its counter of work numbers. The system and superusers alone may.

    last_number: the last work number given out before, where a site goes on counting.
    """
    if not (act.scope.system or is_superuser(act)):
        raise Forbidden(Reason("superuser_needed"))
    if time_zone not in available_timezones():
        raise Refused(Reason("time_zone_unknown", {"value": time_zone[:60]}))
    if last_number < 0:
        raise Refused(Reason("number_negative"))
    if not slug or Site.objects.filter(slug=slug).exists():
        raise Refused(Reason("code_taken", {"code": slug}))
    site = Site.objects.create(
        slug=slug,
        name=named(name, 120),
        time_zone=time_zone,
        language=language,
    )
    SiteCounter.objects.create(site=site, last_number=last_number)
    act.about(site)
    act.record("created", site)
    return site


def _change_site(
    act: OpenAct, *, site_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> Site:
    """Change the name of a site, the language of its texts, or the type that stands for none."""
    site = configure(act, site_id)
    unknown = set(values) - {"name", "language", "triage_type_id"}
    if unknown:
        raise TypeError(f"not a field of a site to change: {sorted(unknown)}")
    if "name" in values:
        values["name"] = named(values["name"], 120)
    if values.get("triage_type_id") is not None:
        type_of(site.pk, values["triage_type_id"])
    changed = put(site, values, was)
    if changed:
        act.record("changed", site, fields=sorted(changed))
    return site


def _create_place(
    act: OpenAct,
    *,
    site_id: int,
    code: str,
    name: str,
    kind: str,
    parent_id: int | None = None,
    owner_team_id: int | None = None,
) -> Place:
    """Add a place below another, or a root of the site's tree."""
    parent = place_for(act, site_id, parent_id) if parent_id is not None else None
    site = configure(act, site_id, place=parent)
    if parent is not None:
        _fits(parent, 1)
    values = {
        "site": site,
        "code": free_code(Place, site_id, code),
        "name": named(name, 250),
        "kind": one_of(kind, PlaceKind.values, "place_kind"),
        "owner_team": _team(site_id, owner_team_id),
    }
    if parent is None:
        _locks.roots()
        place = Place.objects.add_root(values)
    else:
        place = Place.objects.add_child(Place.objects.get(pk=parent.pk), values)
    act.record("created", place, parent=parent_id)
    return place


def _change_place(
    act: OpenAct, *, place_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> Place:
    """Change the name, kind, owning team or use of a place. `move_place` hangs it elsewhere."""
    place = _known(place_id)
    configure(act, place.site_id, place=place)
    unknown = set(values) - {"name", "kind", "owner_team_id", "is_active"}
    if unknown:
        raise TypeError(f"not a field of a place to change: {sorted(unknown)}")
    if "name" in values:
        values["name"] = named(values["name"], 250)
    if "kind" in values:
        one_of(values["kind"], PlaceKind.values, "place_kind")
    if "owner_team_id" in values:
        _team(place.site_id, values["owner_team_id"])
    changed = put(place, values, was)
    if changed:
        act.record("changed", place, fields=sorted(changed))
    return place


def _move(act: OpenAct, *, place_id: int, parent_id: int | None) -> Place:
    place = _known(place_id)
    site = configure(act, place.site_id, place=place)
    parent = of_site(Place, parent_id, site.pk, "place_unknown") if parent_id is not None else None
    if parent is not None:
        configure(act, site.pk, place=parent)
    else:
        configure(act, site.pk)
    before = Place.objects.get_parent(place)
    if (before.pk if before else None) == parent_id:
        return place
    if parent is None:
        _locks.roots()
        Place.objects.move(place, Place.objects.get_last_root_node(), "last-sibling")
    else:
        deepest = Place.objects.filter(path__startswith=place.path).aggregate(at=Max("depth"))
        _fits(parent, deepest["at"] - place.depth + 1)
        try:
            Place.objects.move(place, parent, "last-child")
        except InvalidMoveToDescendant as error:
            raise Refused(
                Reason("place_below_itself", {"code": parent.code}, ("place", parent.pk))
            ) from error
    place = Place.objects.get(pk=place_id)
    act.record(
        "moved", place, item_id=None, **{"from": before.pk if before else None, "to": parent_id}
    )
    _tell(act, place.site_id, place)
    return place


def _tell(act: OpenAct, site_id: int, *places: Place) -> None:
    """Who looks at what is near learns that places lie otherwise."""
    paths = [place.path for place in places]
    for listener in place_listeners.all():
        listener.places_changed(site_id, paths, act)


def _tell_moved(act: OpenAct, *, place_id: int) -> None:
    """The same of a place that was hung elsewhere by an act before; once more does no harm."""
    place = _known(place_id)
    act.control(place.site_id)
    place.refresh_from_db()
    act.about(place)
    _tell(act, place.site_id, place)


_move_door = door(_move)
tell_moved = door(_tell_moved)


def move_place(
    *,
    place_id: int,
    parent_id: int | None,
    actor: User | None,
    act: UUID | None = None,
    at: datetime | None = None,
    happened_at: datetime | None = None,
) -> Place:
    """Hang a place elsewhere with all below it, then bring the open work there up to date.

    Roles and rules reach by place, so what is required of that work may be other than before.
    """
    place = _move_door(
        place_id=place_id,
        parent_id=parent_id,
        actor=actor,
        act=act,
        at=at,
        happened_at=happened_at,
    )
    apply_move(place_id=place.pk, at=at)
    return place


def apply_move(*, place_id: int, at: datetime | None = None) -> int:
    """Bring the open work of a subtree up to date, in chunks: how many items that were."""
    place = Place.objects.get(pk=place_id)
    items = _chunks.below(place.site_id, place.path)
    return _chunks.bring_up_to_date(site_id=place.site_id, item_ids=items, at=at)


def _set_state(
    act: OpenAct, *, place_id: int, condition: str, why: str = "", seen: int | None = None
) -> PlaceState:
    """Say in which operating state a place is, since when and why. The states are its history.

    seen: the id of the state that the person saw (0: none). A newer one refuses.
    """
    place = by_key(Place, place_id)
    if place is None:
        raise Unknown
    act.control(place.site_id)
    place.refresh_from_db()
    allowed = can_at(act.scope, Action.PLACE_STATE, place.site_id, place.path)
    if isinstance(allowed, Denied) and allowed.reason.code == "unknown":
        raise Unknown
    act.about(place)
    if isinstance(allowed, Denied):
        raise Forbidden(allowed.reason)
    one_of(condition, PlaceCondition.values, "place_condition")
    before = place.states.first()
    if before is not None and act.happened_at < before.since:
        raise Refused(Reason("state_before_last", {"since": before.since.isoformat()}))
    check_seen(seen, before.pk if before else 0)
    note = act.note(why, "place_state", subject=place)
    state = PlaceState.objects.create(
        place=place, condition=condition, since=act.happened_at, by=act.actor, note=note
    )
    act.record(
        "place_state",
        place,
        item_id=None,
        **{"from": before.condition if before else "", "to": condition},
        note=note.pk if note else None,
    )
    return state


def _add_neighbour(act: OpenAct, *, place_id: int, other_id: int, kind: str) -> PlaceNeighbour:
    """Say that two places of a site concern each other; stored once, the smaller id first."""
    place = _known(place_id)
    configure(act, place.site_id)
    one_of(kind, NeighbourKind.values, "neighbour_kind")
    if place_id == other_id:
        raise Refused(Reason("neighbour_of_itself"))
    other = of_site(Place, other_id, place.site_id, "place_unknown")
    first, second = sorted((place, other), key=lambda each: each.pk)
    known = PlaceNeighbour.objects.filter(first=first, second=second, kind=kind, ended_at=None)
    if known.exists():
        raise Refused(Reason("neighbour_known"))
    neighbour = PlaceNeighbour.objects.create(first=first, second=second, kind=kind)
    act.record("neighbour_added", place, neighbour=neighbour.pk, other=other.pk, kind=kind)
    _tell(act, place.site_id, place, other)
    return neighbour


def _end_neighbour(act: OpenAct, *, neighbour_id: int) -> PlaceNeighbour:
    """Say that two places no longer concern each other."""
    neighbour = by_key(PlaceNeighbour, neighbour_id, "first")
    if neighbour is None:
        raise Unknown
    configure(act, neighbour.first.site_id)
    neighbour.refresh_from_db()
    if neighbour.ended_at is not None:
        raise Refused(Reason("neighbour_ended"))
    neighbour.ended_at = act.at
    neighbour.save(update_fields=["ended_at"])
    act.record(
        "neighbour_ended", neighbour.first, neighbour=neighbour.pk, other=neighbour.second_id
    )
    _tell(act, neighbour.first.site_id, neighbour.first, neighbour.second)
    return neighbour


def _fits(parent: Place, levels: int) -> None:
    """Refuse so many levels below a place, where the tree does not go so deep."""
    if parent.depth + levels > DEPTH_LIMIT:
        raise Refused(Reason("place_too_deep", {"code": parent.code, "limit": DEPTH_LIMIT}))


def _known(place_id: int) -> Place:
    place = by_key(Place, place_id)
    if place is None:
        raise Unknown
    return place


def _team(site_id: int, team_id: int | None) -> Team | None:
    return None if team_id is None else of_site(Team, team_id, site_id, "team_unknown")


create_site = door(_create_site)
change_site = door(_change_site)
create_place = door(_create_place)
change_place = door(_change_place)
set_place_state = door(_set_state)
add_neighbour = door(_add_neighbour)
end_neighbour = door(_end_neighbour)

__all__ = [
    "DEPTH_LIMIT",
    "add_neighbour",
    "apply_move",
    "change_place",
    "change_site",
    "create_place",
    "create_site",
    "end_neighbour",
    "move_place",
    "set_place_state",
    "tell_moved",
]
