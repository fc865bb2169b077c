"""Writes what a later run may write to a work item, and asks again what depends on it."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from work import ports
from work.models import ChecklistLine, ItemAsset, ItemPlace, WorkItem
from work.models.imports import ImportRun
from work.services import _asking, _facts, _locks
from work.services._incomplete import fill_in
from work.services.acts import OpenAct
from work.services.import_.work_rows import MOMENTS, parsed
from work.states import CONTROLLED

_HEARD = {  # what listeners are told of, by the field that changed
    "place_id": "place",
    "places": "place",
    "assets": "assets",
}


def change(
    act: OpenAct,
    run: ImportRun,
    thing: WorkItem,
    writes: dict[str, Any],
    lines: Sequence[ChecklistLine],
) -> None:
    """Write the fields, links, values and lines. lines: those that stand on the item."""
    written = set(writes)
    writes = dict(writes)
    line_writes = writes.pop("lines", None)
    for linked in ("places", "assets"):
        if linked in writes:
            _link(thing, linked, writes.pop(linked))
    for name in MOMENTS:
        if name in writes:
            writes[name] = parsed(writes[name])
    own = {name: writes.pop(name) for name in sorted(written) if name.startswith("values.")}
    if own:
        values = thing.values | {name.removeprefix("values."): value for name, value in own.items()}
        writes["values"] = {key: value for key, value in values.items() if value is not None}
    for name, value in writes.items():
        setattr(thing, name, value)
    if fill_in(thing, [name.removesuffix("_id") for name in writes]):
        writes["incomplete"] = thing.incomplete
    thing.version += 1
    thing.save(update_fields=[*writes, "version"])
    if line_writes:
        line_writes.write(thing, max([line.position for line in lines], default=0))
    fields = sorted(name.removesuffix("_id") for name in written)
    act.record("import_change", thing, item_id=thing.pk, run=run.pk, fields=fields)
    heard = frozenset(_HEARD[name] for name in written if name in _HEARD)
    if heard and thing.status in CONTROLLED:
        act.changes.append(ports.ItemChange(thing.pk, heard, thing.status, thing.status))


def ask_again(act: OpenAct, changed: Iterable[WorkItem]) -> None:
    """Ask again, of all that a chunk changed at once, what the changed fields decide."""
    ids = [thing.pk for thing in changed if thing.status in CONTROLLED]
    if ids:
        _asking.bring_up_to_date(act, _facts.load(_locks.items(ids)))


def _link(thing: WorkItem, name: str, ids: Collection[int]) -> None:
    model: Any = ItemPlace if name == "places" else ItemAsset
    column = "place_id" if name == "places" else "asset_id"
    there = set(model.objects.filter(item=thing).values_list(column, flat=True))
    model.objects.filter(item=thing, **{f"{column}__in": there - set(ids)}).delete()
    model.objects.bulk_create(model(item=thing, **{column: pk}) for pk in set(ids) - there)
