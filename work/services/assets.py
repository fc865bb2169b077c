"""Things, where they are and how they stand. Their classes have a room of their own."""

from collections.abc import Mapping
from decimal import InvalidOperation
from typing import Any

from work.exceptions import Reason, Refused, Unknown
from work.models import Asset, AssetClass, AssetLocation, Place, Team
from work.services._configure import (
    check_seen,
    configure,
    free_code,
    named,
    of_site,
    one_of,
    put,
)
from work.services._fields import stored
from work.services.acts import OpenAct, door
from work.services.asset_classes import change_class, create_class


def _create(
    act: OpenAct,
    *,
    site_id: int,
    class_id: int,
    code: str,
    name: str,
    serial: str = "",
    status: str = "",
    values: Mapping[str, Any] | None = None,
    owner_team_id: int | None = None,
    place_id: int | None = None,
    container_id: int | None = None,
) -> Asset:
    """Add a thing, at a place or inside another thing where one is named."""
    site = configure(act, site_id)
    kind = of_site(AssetClass, class_id, site_id, "asset_class_unknown")
    own = _checked(kind, values or {})
    asset = Asset.objects.create(
        site=site,
        asset_class=kind,
        code=free_code(Asset, site_id, code),
        name=named(name, 250),
        serial=serial.strip(),
        status=_status(kind, status) if status else _first(kind),
        values=own,
        owner_team=of_site(Team, owner_team_id, site_id, "team_unknown") if owner_team_id else None,
    )
    act.record("created", asset)
    if place_id is not None or container_id is not None:
        _put(act, asset, place_id, container_id)
    return asset


def _change(
    act: OpenAct, *, asset_id: int, was: Mapping[str, Any] | None = None, **values: Any
) -> Asset:
    """Change the name, serial number, own values or owning team of a thing."""
    asset = _known(act, asset_id)
    unknown = set(values) - {"name", "serial", "values", "owner_team_id"}
    if unknown:
        raise TypeError(f"not a field of a thing to change: {sorted(unknown)}")
    if "name" in values:
        values["name"] = named(values["name"], 250)
    if values.get("owner_team_id") is not None:
        of_site(Team, values["owner_team_id"], asset.site_id, "team_unknown")
    if "values" in values:
        values["values"] = _checked(asset.asset_class, values["values"] or {})
    changed = put(asset, values, was)
    if changed:
        act.record("changed", asset, fields=sorted(changed))
    return asset


def _checked(kind: AssetClass, values: Mapping[str, Any]) -> dict[str, Any]:
    """The own values as stored JSON. Refuses an unknown key and a value of the wrong kind."""
    fields = {each["key"]: each for each in kind.fields}
    kept, reasons = {}, []
    for key, value in values.items():
        if key not in fields:
            reasons.append(Reason("field_unknown", {"key": key}))
        elif value not in (None, ""):
            try:
                kept[key] = stored(fields[key]["kind"], value)
            except (ValueError, InvalidOperation, OverflowError):
                reasons.append(Reason("field_invalid", {"key": key, "label": fields[key]["label"]}))
    if reasons:
        raise Refused(sorted(reasons, key=lambda reason: reason.params["key"]))
    return kept


def _first(kind: AssetClass) -> str:
    return kind.statuses[0]["key"] if kind.statuses else ""


def _status(kind: AssetClass, status: str) -> str:
    return one_of(status, [each["key"] for each in kind.statuses], "asset_status")


def _move(
    act: OpenAct,
    *,
    asset_id: int,
    place_id: int | None = None,
    container_id: int | None = None,
    seen: int | None = None,
) -> AssetLocation:
    """Install or move a thing: at a place, or inside another thing. Where it was ends here.

    seen: the id of the location that the person saw (0: none).
    """
    asset = _known(act, asset_id)
    return _put(act, asset, place_id, container_id, seen)


def _put(
    act: OpenAct,
    asset: Asset,
    place_id: int | None,
    container_id: int | None,
    seen: int | None = None,
) -> AssetLocation:
    if (place_id is None) == (container_id is None):
        raise Refused(Reason("asset_needs_one_place"))
    if place_id is not None:
        of_site(Place, place_id, asset.site_id, "place_unknown")
    if container_id is not None:
        of_site(Asset, container_id, asset.site_id, "asset_unknown")
        _refuse_ring(asset, container_id)
    now = AssetLocation.objects.filter(asset=asset, ends=None).first()
    check_seen(seen, now.pk if now else 0)
    if now is not None:
        if (now.place_id, now.container_id) == (place_id, container_id):
            return now
        if act.happened_at < now.starts:
            raise Refused(Reason("asset_moved_since", {"since": now.starts.isoformat()}))
        now.ends = act.happened_at
        now.save(update_fields=["ends"])
    moved = AssetLocation.objects.create(
        asset=asset, place_id=place_id, container_id=container_id, starts=act.happened_at
    )
    act.record("moved", asset, place=place_id, container=container_id)
    return moved


def _refuse_ring(asset: Asset, container_id: int) -> None:
    """A thing is in nothing that is itself inside it; the things of the ring are named."""
    inside: dict[int, int] = dict(
        AssetLocation.objects.filter(
            asset__site_id=asset.site_id, ends=None, container__isnull=False
        ).values_list("asset_id", "container_id")
    )
    ring: list[int] = []
    at: int | None = container_id
    while at is not None:
        ring.append(at)
        if at == asset.pk:
            codes = Asset.objects.in_bulk(ring)
            raise Refused(Reason("asset_ring", {"codes": [codes[pk].code for pk in ring]}))
        at = inside.get(at)


def _set_status(
    act: OpenAct, *, asset_id: int, status: str, why: str = "", seen: str | None = None
) -> Asset:
    """Say how a thing stands, in the statuses of its class. seen: how it stood for who says so."""
    asset = _known(act, asset_id)
    _status(asset.asset_class, status)
    before = asset.status
    if seen is not None and seen != before:
        raise Refused(Reason("stale"))
    if before == status:
        return asset
    note = act.note(why, "asset_status", subject=asset)
    asset.status = status
    asset.save(update_fields=["status"])
    act.record(
        "asset_status",
        asset,
        item_id=None,
        **{"from": before, "to": status},
        note=note.pk if note else None,
    )
    return asset


def _known(act: OpenAct, asset_id: int) -> Asset:
    """The thing, for who may configure where it is."""
    site_id = Asset.objects.filter(pk=asset_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise Unknown
    configure(act, site_id)
    asset = Asset.objects.select_related("asset_class").get(pk=asset_id)
    act.about(asset)
    return asset


create = door(_create)
change = door(_change)
move = door(_move)
set_status = door(_set_status)

__all__ = ["change", "change_class", "create", "create_class", "move", "set_status"]
