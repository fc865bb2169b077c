"""Creates the new work items of a chunk: in bulk, inside the act and the control of the site."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from work import events
from work.models import (
    Acceptance,
    ChecklistLine,
    Event,
    ItemAsset,
    ItemPlace,
    Site,
    WorkItem,
    WorkTypeVersion,
)
from work.models.imports import ImportRun
from work.services import _asking, _facts, _locks
from work.services._definition import definition
from work.services._proof_rows import instantiate
from work.services.acts import OpenAct
from work.services.import_.load_lines import FIRST_POSITION, line_of
from work.services.import_.loader import Incoming, Outcome
from work.services.import_.mapping import ImportMapping
from work.services.import_.work_rows import MOMENTS, parsed
from work.services.items import next_number
from work.states import AcceptanceKind, SourceKind, Status

_GIVEN = (
    "what",
    "why",
    "place_id",
    "team_id",
    "parent_id",
    "mandatory",
    "safety_critical",
    "source_words",
)
_OWNER = ("owner_post_id", "owner_user_id")


def create(
    act: OpenAct,
    run: ImportRun,
    mapping: ImportMapping,
    versions: Mapping[str, WorkTypeVersion],
    records: Sequence[Incoming],
    outcomes: Mapping[int, Outcome],
) -> None:
    """Create items with their links, lines, criteria, acceptance and one event each."""
    if not records:
        return
    made: list[tuple[Incoming, WorkItem]] = []
    for number, record in enumerate(records, next_number(run.site_id, len(records))):
        outcome = outcomes[record.row.pk]
        item = _item(act, run.site, mapping, versions[record.fields["type"]], record, outcome)
        item.number = number
        made.append((record, item))
    WorkItem.objects.bulk_create([item for _record, item in made])
    bases = {item.pk: outcomes[record.row.pk].base for record, item in made}
    ItemPlace.objects.bulk_create(
        ItemPlace(item=item, place_id=pk)
        for _record, item in made
        for pk in bases[item.pk].get("places", ())
    )
    ItemAsset.objects.bulk_create(
        ItemAsset(item=item, asset_id=pk)
        for _record, item in made
        for pk in bases[item.pk].get("assets", ())
    )
    ChecklistLine.objects.bulk_create(
        line_of(item, row, position)
        for record, item in made
        for position, row in enumerate(record.lines, FIRST_POSITION)
    )
    Acceptance.objects.bulk_create(
        Acceptance(item=item, kind=AcceptanceKind.SOURCE, at=item.closed_at or act.at)
        for _record, item in made
        if item.status == Status.CLOSED
    )
    _write_events(act, run, [item for _record, item in made])
    _control(act, [item for _record, item in made if item.status == Status.PLANNED])
    for record, item in made:
        outcomes[record.row.pk].made = {
            item.status: 1,
            "links": sum(len(bases[item.pk].get(name, ())) for name in ("places", "assets")),
            "lines": len(record.lines),
        }


def _item(
    act: OpenAct,
    site: Site,
    mapping: ImportMapping,
    version: WorkTypeVersion,
    record: Incoming,
    outcome: Outcome,
) -> WorkItem:
    said, fields = outcome.base, record.fields
    status = said["status"]
    if status == Status.PLANNED and outcome.incomplete:
        status = Status.REQUESTED
    given: dict[str, Any] = {name: said[name] for name in _GIVEN if name in said}
    if status == Status.PLANNED:
        given |= {name: said[name] for name in _OWNER if name in said}
    for name in MOMENTS:
        given[name] = parsed(said.get(name))
    if status == Status.PLANNED:
        given["planned_at"] = act.at
    values = {key.removeprefix("values."): v for key, v in said.items() if key[:7] == "values."}
    item = WorkItem(
        site=site,
        type_id=version.type_id,
        type_version=version,
        status=status,
        priority=said.get("priority") or version.default_priority,
        values={key: value for key, value in values.items() if value is not None},
        stage=definition(version.pk).first_stage(status),
        source_kind=SourceKind.IMPORT,
        external_system=mapping.system,
        external_key=record.key,
        incomplete=list(outcome.incomplete),
        **given,
    )
    if status == Status.CLOSED:
        item.closed_at = _ended(act, site, fields, "closed_at")
    if status == Status.CANCELLED:
        item.cancelled_at = _ended(act, site, fields, "cancelled_at", "closed_at")
    ended = item.closed_at or item.cancelled_at
    # Nothing ended before it was requested, also where the source does not say when that was.
    item.requested_at = min(_past(act, fields.get("requested_at")), ended or act.at)
    item.status_since = ended or item.planned_at or item.requested_at
    return item


def _past(act: OpenAct, text: str | None) -> datetime:
    """When it was, as far as the source says; by the time of the import at the latest."""
    return min(parsed(text) or act.at, act.at)


def _ended(act: OpenAct, site: Site, fields: Mapping[str, Any], *names: str) -> datetime:
    """When it ended, as far as the source says.

    Else the last moment before now that it does say something of; or the end of yesterday, so that
    nothing which only arrived today seems to have been closed today.
    """
    if said := next((fields[name] for name in names if fields.get(name)), None):
        return _past(act, said)
    others = (parsed(fields.get(name)) for name in ("requested_at", *MOMENTS))
    today = act.at.astimezone(ZoneInfo(site.time_zone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    known = [moment for moment in others if moment and moment <= act.at]
    return max(known, default=today - timedelta(seconds=1))


def _write_events(act: OpenAct, run: ImportRun, items: Sequence[WorkItem]) -> None:
    Event.objects.bulk_create(
        events.build(
            verb="import",
            subject=item,
            actor=act.actor,
            at=act.at,
            act=act.id,
            item_id=item.pk,
            place_id=item.place_id,
            data={"to": item.status, "run": run.pk},
        )
        for item in items
    )


def _control(act: OpenAct, items: Sequence[WorkItem]) -> None:
    """Give planned items what `plan` would: the type's criteria, and their requirements asked."""
    if not items:
        return
    facts = _facts.load(_locks.items([item.pk for item in items]))
    for each in facts.values():
        instantiate(act, each)
    _asking.bring_up_to_date(act, facts)
