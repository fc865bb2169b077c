"""Making a requested item inside an act that has the control of the site."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.models import (
    Blob,
    CorrectiveAction,
    ItemAsset,
    ItemPlace,
    Site,
    WorkItem,
)
from work.permissions import Action, can_at
from work.ports import ItemChange, source_listeners
from work.prepared import planned
from work.services._definition import definition
from work.services._facts import Facts
from work.services._fields import (
    check_plain,
    checked_values,
    default_due,
    title,
    type_of,
)
from work.services._item_fields import parent
from work.services._names import (
    check_assets,
    check_places,
    company_of,
    place_for,
    place_of,
)
from work.services._proof_rows import keep_file
from work.services.acts import OpenAct
from work.services.guards import missing_fields
from work.states import RequiredAt, SourceKind, Status


def next_number(site_id: int, count: int = 1) -> int:
    """The first of `count` fresh numbers of the site; never given out again."""
    with planned() as cursor:
        cursor.execute(_RAISE, [site_id, count])
        return int(cursor.fetchone()[0]) - count + 1


_RAISE = """
    INSERT INTO work_sitecounter AS kept (site_id, last_number) VALUES (%s, %s)
    ON CONFLICT (site_id) DO UPDATE SET last_number = kept.last_number + excluded.last_number
    RETURNING last_number
"""


def request_inner(
    act: OpenAct,
    *,
    site_id: int,
    type_id: int | None,
    place_id: int,
    what: str,
    why: str = "",
    priority: str = "",
    safety_critical: bool = False,
    due: datetime | None = None,
    asset_ids: Iterable[int] = (),
    place_ids: Iterable[int] = (),
    values: Mapping[str, Any] | None = None,
    photo: tuple[Blob, str] | None = None,
    parent_id: int | None = None,
    mandatory: bool = False,
    source_kind: str = SourceKind.PERSON,
    source_item_id: int | None = None,
    caused_by: tuple[str, int, str] | None = None,
) -> WorkItem:
    """Make a requested item inside an act that has the control of the site.

    type_id: None leaves it to triage: the site's type for that, until who plans it says another.
    photo: what was seen, with the name of its file; kept for ever with the item.
    caused_by: key of the cause's `SourceListener`, its record, and the role of this item in it.
    """
    site = Site.objects.get(pk=site_id)
    if act.subject is None:
        act.about(site)
    place = place_of(site_id, place_id)
    if type_id is None:
        type_id = site.triage_type_id
    if type_id is None:
        raise Refused(Reason("type_needed"))
    kind, version_id = type_of(site_id, type_id)
    known = definition(version_id)
    check_assets(act.scope, site_id, asset_ids)
    check_places(act.scope, site_id, place_ids)
    item = WorkItem(
        site=site,
        type=kind,
        type_version=known.version,
        what=title(what),
        why=why.strip(),
        place=place,
        team_id=company_of(act.scope, place),
        priority=priority or known.version.default_priority,
        safety_critical=safety_critical,
        due=due or default_due(known, act.at),
        values=checked_values(known, values or {}),
        mandatory=mandatory,
        source_kind=SourceKind.RECORD if caused_by else source_kind,
        source_item_id=source_item_id,
        stage=known.first_stage(Status.REQUESTED),
        requested_by=act.actor,
        requested_at=act.happened_at,
        status_since=act.happened_at,
    )
    check_plain(item)
    if parent_id is not None:
        item.parent = parent(act, item, parent_id)
    reasons = missing_fields(Facts(item, None), RequiredAt.REQUEST)  # type: ignore[arg-type]
    if reasons:
        raise Refused(reasons)
    item.number = next_number(site_id)
    item.save(force_insert=True)
    ItemAsset.objects.bulk_create(ItemAsset(item=item, asset_id=pk) for pk in set(asset_ids))
    ItemPlace.objects.bulk_create(ItemPlace(item=item, place_id=pk) for pk in set(place_ids))
    if caused_by is not None:
        _cause(act, item, *caused_by)
    act.record("request", item, item_id=item.pk, source=item.source_kind)
    if photo is not None:
        keep_file(act, item, *photo)
    fresh = {"status", "place", "type"} | ({"assets"} if asset_ids else set())
    act.changes.append(ItemChange(item.pk, frozenset(fresh), "", item.status))
    return item


def _cause(act: OpenAct, item: WorkItem, key: str, source_id: int, role: str) -> None:
    """Keep for ever which record caused this item; its listener learns of the outcome."""
    if source_listeners.get(key) is None:
        raise LookupError(f"no source listener is registered as {key}")
    CorrectiveAction.objects.create(
        source_key=key, source_id=source_id, item=item, role=role, created_at=act.at
    )


def allowed_at(act: OpenAct, site_id: int, place_id: int, action: Action) -> None:
    """May this person do this at that place? Unknown when the place is not theirs to know."""
    place = place_for(act, site_id, place_id)
    act.about(place)
    allowed = can_at(act.scope, action, site_id, place.path)
    if not allowed and allowed.reason.code == "unknown":
        raise Unknown
    if not allowed:
        raise Forbidden(allowed.reason)
