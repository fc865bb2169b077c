"""Holds on the operation, and windows: placed, ended, opened and closed by name."""

from datetime import datetime

from work.exceptions import Forbidden, Reason, Refused, Stale, Unknown
from work.models import Asset, Hold, Place, Window
from work.permissions import Action, Scope, can_at, system
from work.prepared import by_key
from work.services import _asking, _order
from work.services._enter import enter
from work.services._names import place_for, place_of
from work.services._things import known_assets
from work.services.acts import OpenAct, door
from work.states import ENDED, OPEN, HoldKind


def _place(
    act: OpenAct,
    *,
    item_id: int,
    kind: str,
    place_id: int | None = None,
    asset_id: int | None = None,
    until_accepted: bool = True,
    why: str = "",
    seen: int | None = None,
) -> Hold:
    """Let an item hold a place or a thing; by default until the item is accepted."""
    facts = enter(act, item_id, Action.HOLD, seen)
    item = facts.item
    if item.status in ENDED:
        raise Refused(Reason("not_from", {"status": item.status, "verb": "hold"}))
    place, asset = _held(act.scope, item.site_id, kind, place_id, asset_id)
    note = act.note(why, "hold", item_id=item.pk)
    hold = Hold.objects.create(
        site_id=item.site_id,
        item=item,
        kind=kind,
        place=place,
        asset=asset,
        until_accepted=until_accepted,
        note=note,
        placed_by=act.actor,
        placed_at=act.at,
    )
    act.record("hold_placed", hold, item_id=item.pk, kind=kind, note=note.pk if note else None)
    return hold


def _held(
    who: Scope, site_id: int, kind: str, place_id: int | None, asset_id: int | None
) -> tuple[Place | None, Asset | None]:
    """What is held: one place of the site, or one thing that `who` may know of.

    Work in one area may hold the restart of another.
    """
    if kind not in HoldKind.values or (place_id is None) == (asset_id is None):
        raise Refused(Reason("hold_needs_subject"))
    place = place_of(site_id, place_id) if place_id is not None else None
    asset = known_assets(who, site_id).filter(pk=asset_id).first() if asset_id else None
    if asset_id is not None and asset is None:
        raise Refused(Reason("asset_unknown"))
    return place, asset


def place_for_record(
    act: OpenAct,
    *,
    site_id: int,
    key: str,
    source_id: int,
    kind: str,
    place_id: int | None = None,
    asset_id: int | None = None,
    why: str = "",
) -> Hold:
    """Let a supporting record hold a place or a thing, until its own application ends it.

    Called inside that application's act, which decided who may. key: of the record's kind, as at
    the other ports: "incidents.incident".
    """
    act.control(site_id)
    place, asset = _held(system(act.at), site_id, kind, place_id, asset_id)
    note = act.note(why, "hold", subject=place or asset)
    hold = Hold.objects.create(
        site_id=site_id,
        source_key=key,
        source_id=source_id,
        kind=kind,
        place=place,
        asset=asset,
        until_accepted=False,
        note=note,
        placed_by=act.actor,
        placed_at=act.at,
    )
    act.record("hold_placed", hold, kind=kind, source=key, record=source_id)
    return hold


def end_for_record(act: OpenAct, *, site_id: int, key: str, source_id: int, word: str) -> int:
    """End what a supporting record holds; how many holds ended."""
    act.control(site_id)
    if not word.strip():
        raise Refused(Reason("reason_needed"))
    held = Hold.objects.filter(site_id=site_id, source_key=key, source_id=source_id, ended_at=None)
    holds = list(held.select_related("place", "asset"))
    for hold in holds:
        hold.end_note = act.note(word, "hold", subject=hold.place or hold.asset)
        hold.ended_at, hold.ended_by, hold.end_cause = act.at, act.actor, "decided"
        hold.save(update_fields=["ended_at", "ended_by", "end_cause", "end_note"])
        act.record("hold_ended", hold, cause="decided", source=key, record=source_id)
    return len(holds)


def _end(act: OpenAct, *, hold_id: int, word: str, seen: int | None = None) -> Hold:
    """End a hold by decision, with a word. One that ends at acceptance is not ended by hand."""
    hold = by_key(Hold, hold_id)
    if hold is None or hold.item_id is None:
        raise Unknown
    facts = enter(act, hold.item_id, Action.HOLD, seen)
    hold.refresh_from_db()
    if hold.ended_at is not None:
        raise Refused(Reason("hold_ended"))
    if hold.until_accepted and facts.item.status in OPEN:
        raise Refused(
            Reason("hold_until_accepted", {"number": facts.item.number}, ("item", facts.item.pk))
        )
    if not word.strip():
        raise Refused(Reason("reason_needed"))
    hold.end_note = act.note(word, "hold", item_id=facts.item.pk)
    hold.ended_at, hold.ended_by, hold.end_cause = act.at, act.actor, "decided"
    hold.save(update_fields=["ended_at", "ended_by", "end_cause", "end_note"])
    act.record("hold_ended", hold, item_id=facts.item.pk, cause="decided", note=hold.end_note_id)
    return hold


def _create_window(
    act: OpenAct,
    *,
    site_id: int,
    place_id: int,
    name: str,
    planned_from: datetime,
    planned_to: datetime,
    kind: str = "",
) -> Window:
    """Plan a window at a place. Planned times open nothing."""
    act.control(site_id)
    place = place_for(act, site_id, place_id)
    _may(act, place)
    if not name.strip():
        raise Refused(Reason("text_needed"))
    if planned_to <= planned_from:
        raise Refused(Reason("planned_end_before_start"))
    window = Window.objects.create(
        site_id=site_id,
        place=place,
        name=name.strip(),
        kind=kind,
        planned_from=planned_from,
        planned_to=planned_to,
    )
    act.record("window_planned", window)
    return window


def _open_window(act: OpenAct, *, window_id: int, seen: int | None = None) -> Window:
    window = _window(act, window_id, seen)
    if window.opened_at is not None:
        raise Refused(Reason("window_opened_already", {"name": window.name}, ("window", window.pk)))
    window.opened_at, window.opened_by = act.happened_at, act.actor
    return _saved(act, window, ["opened_at", "opened_by"], "window_opened")


def _close_window(act: OpenAct, *, window_id: int, seen: int | None = None) -> Window:
    window = _window(act, window_id, seen)
    if not window.is_open:
        raise Refused(Reason("window_not_open", {"name": window.name}, ("window", window.pk)))
    _order.after_opened(act, window)
    window.closed_at, window.closed_by = act.happened_at, act.actor
    return _saved(act, window, ["closed_at", "closed_by"], "window_closed")


def _window(act: OpenAct, window_id: int, seen: int | None) -> Window:
    site_id = Window.objects.filter(pk=window_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise Unknown
    act.control(site_id)
    window = Window.objects.select_related("place").get(pk=window_id)
    _may(act, window.place)
    act.about(window)
    if seen is not None and seen != window.version:
        raise Stale(seen, window.version)
    return window


def _may(act: OpenAct, place: Place) -> None:
    act.about(place)
    allowed = can_at(act.scope, Action.WINDOW, place.site_id, place.path)
    if not allowed and allowed.reason.code == "unknown":
        raise Unknown
    if not allowed:
        raise Forbidden(allowed.reason)


def _saved(act: OpenAct, window: Window, fields: list[str], verb: str) -> Window:
    """Save, and ask anew for everything bound to the window in the same act."""
    window.version += 1
    window.save(update_fields=[*fields, "version"])
    act.record(verb, window)
    _asking.recheck(act=act, key="work.window", source_ids=[window.pk])
    return window


place = door(_place)
end = door(_end)
create_window = door(_create_window)
open_window = door(_open_window)
close_window = door(_close_window)

__all__ = [
    "close_window",
    "create_window",
    "end",
    "end_for_record",
    "open_window",
    "place",
    "place_for_record",
]
