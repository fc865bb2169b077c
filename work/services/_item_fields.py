"""Putting what was given onto an item: fields, values, things, executors; all checked here."""

from collections.abc import Iterable, Mapping
from typing import Any

from work.exceptions import Reason, Refused
from work.models import (
    ItemAsset,
    ItemExecutor,
    ItemPlace,
    Window,
    WorkItem,
)
from work.permissions import Action, can_at, sees
from work.prepared import by_key
from work.services import _rings, _stays
from work.services._definition import definition
from work.services._facts import Facts
from work.services._fields import (
    EDITABLE,
    check_plain,
    checked_values,
    fitting,
    title,
    type_of,
)
from work.services._names import (
    check_assets,
    check_executors,
    check_places,
    check_team,
    place_of,
)
from work.services._proof_rows import retire
from work.services.acts import OpenAct
from work.states import ENDED, OWNED, Role, Status


def parent(act: OpenAct, item: WorkItem, parent_id: int) -> WorkItem:
    parent = by_key(WorkItem, parent_id, "place")
    if parent is None or parent.site_id != item.site_id or not sees(act.scope, parent):
        raise Refused(Reason("parent_unknown"))
    if parent.status in ENDED:
        raise Refused(Reason("parent_ended", {"number": parent.number}, ("item", parent.pk)))
    return parent


def change_type(act: OpenAct, item: WorkItem, type_id: int) -> dict[str, Any]:
    """Triage to another type: what the old one asked is withdrawn, and values go that do not fit.

    Work that was begun and returned keeps what its acceptance looks at, and goes to no type that
    asks less of it. Returns what was left behind, as the event keeps it.
    """
    kind, version_id = type_of(item.site_id, type_id)
    known = definition(version_id)
    begun = item.pk in _stays.begun([item])
    if begun and (reasons := _stays.asks_less(item, item.type_version, known.version)):
        raise Refused(reasons)
    left: dict[str, Any] = {
        "type": item.type_id,
        **retire(item, item.type_version_id, act.at, begun=begun),
    }
    item.type = kind
    item.type_version = known.version
    kept, _dropped = fitting(known, item.values)
    left["values"] = sorted(set(item.values) - set(kept))
    item.values = kept
    return left


def set_fields(act: OpenAct, facts: Facts, fields: Mapping[str, Any]) -> list[str]:
    """Put plain fields on the item; the names of those that changed, as model fields."""
    item = facts.item
    if "what" in fields:
        fields = {**fields, "what": title(fields["what"])}
    unknown = set(fields) - EDITABLE
    if unknown:
        raise TypeError(f"not a field to edit: {sorted(unknown)}")
    changed = [name for name, value in fields.items() if getattr(item, name) != value]
    _stays.check_fields(item, {name: fields[name] for name in changed})
    for name in changed:
        value = fields[name]
        if name == "place_id":
            item.place = place_of(item.site_id, value)
            allowed = can_at(act.scope, Action.EDIT, item.site_id, item.place.path)
            if not allowed:
                raise Refused(Reason("place_unknown"))
        elif name == "team_id":
            check_team(item.site_id, value)
            item.team_id = value
        elif name == "window_id":
            _check_window(item.site_id, value)
            item.window_id = value
        elif name == "parent_id":
            item.parent = parent(act, item, value) if value else None
            _rings.refuse_family_ring(item)
        elif name == "why" and item.status in OWNED and not value.strip():
            # It was planned on what and why.
            raise Refused(Reason("why_needed", clears=("role", str(Role.PLANNER))))
        else:
            setattr(item, name, value)
    if {"parent_id", "mandatory"} & set(changed) and item.mandatory:
        _rings.refuse_parent_ring(item)
    check_plain(item)
    return [name.removesuffix("_id") for name in changed]


def _check_window(site_id: int, window_id: int | None) -> None:
    if (
        window_id is not None
        and not Window.objects.filter(pk=window_id, site_id=site_id, closed_at=None).exists()
    ):
        raise Refused(Reason("window_unknown"))


def set_values(facts: Facts, values: Mapping[str, Any] | None) -> bool:
    if values is None:
        return False
    item = facts.item
    fresh = {**item.values, **checked_values(facts.definition, values)}
    fresh = {key: value for key, value in fresh.items() if values.get(key, value) not in (None, "")}
    changed = fresh != item.values
    item.values = fresh
    return changed


def set_assets(act: OpenAct, item: WorkItem, asset_ids: Iterable[int] | None) -> bool:
    if asset_ids is None:
        return False
    wanted = set(asset_ids)
    have = set(ItemAsset.objects.filter(item=item).values_list("asset_id", flat=True))
    check_assets(act.scope, item.site_id, wanted - have)
    ItemAsset.objects.filter(item=item, asset_id__in=have - wanted).delete()
    ItemAsset.objects.bulk_create(ItemAsset(item=item, asset_id=pk) for pk in wanted - have)
    return wanted != have


def set_places(act: OpenAct, item: WorkItem, place_ids: Iterable[int] | None) -> bool:
    """The places affected, beside the item's own."""
    if place_ids is None:
        return False
    wanted = set(place_ids)
    have = set(ItemPlace.objects.filter(item=item).values_list("place_id", flat=True))
    check_places(act.scope, item.site_id, wanted - have)
    ItemPlace.objects.filter(item=item, place_id__in=have - wanted).delete()
    ItemPlace.objects.bulk_create(ItemPlace(item=item, place_id=pk) for pk in wanted - have)
    return wanted != have


def set_executors(act: OpenAct, item: WorkItem, people: Iterable[int] | None) -> bool:
    if people is None:
        return False
    wanted = set(people)
    have = set(ItemExecutor.objects.filter(item=item).values_list("user_id", flat=True))
    check_executors(item.site_id, item.team_id, wanted - have, act.at)
    if item.status == Status.LIVE and not wanted:
        raise Refused(Reason("live_needs_executor", clears=("role", str(Role.SHIFT_LEAD))))
    ItemExecutor.objects.filter(item=item, user_id__in=have - wanted).delete()
    ItemExecutor.objects.bulk_create(
        ItemExecutor(item=item, user_id=pk, named_at=act.at, named_by=act.actor)
        for pk in wanted - have
    )
    if wanted != have:
        act.record(
            "executors",
            item,
            item_id=item.pk,
            added=sorted(wanted - have),
            removed=sorted(have - wanted),
        )
    return wanted != have
