"""Loads work items: new ones as the source says; of the others never the status."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from work import ports
from work.exceptions import Refused
from work.models import ChecklistLine, ItemAsset, ItemPlace, Place, Post, Team, WorkItem
from work.models.imports import ImportVerdict
from work.services import _asking, _facts, _item_fields, _locks
from work.services._definition import definition
from work.services._incomplete import fill_in
from work.services.acts import OpenAct
from work.services.import_ import load_lines, lookups
from work.services.import_.faults import Fault, shown
from work.services.import_.loader import Incoming, Loader, Outcome
from work.services.import_.mapping import Wins
from work.services.import_.merge import Merge, merge_set
from work.services.import_.work_create import create
from work.services.import_.work_rows import (
    MOMENTS,
    causes,
    ended_in_source,
    lowest_common,
    parsed,
    stored,
)
from work.states import CONTROLLED, ENDED, OWNED, Status

_PLAIN = ("why", "priority", "safety_critical", "mandatory")
_HEARD = {  # what listeners are told of, by the field that changed
    "place_id": "place",
    "places": "place",
    "assets": "assets",
}


class WorkLoader(Loader[WorkItem]):
    """Work items of one site, their links and their checklist lines."""

    def prepare(self, incoming: Sequence[Incoming]) -> None:
        site, system = self.run.site, self.mapping.system
        fields = [record.fields for record in incoming]
        linked = {name: {ref for r in incoming for ref in r.links[name]} for name in self._links()}
        refs = {each.get("place") for each in fields} | linked.get("places", set())
        self.places = lookups.places(site, system, filter(None, refs))
        self.assets = lookups.assets(site, system, linked.get("assets", set()))
        self.parents = lookups.items(site, system, [record.row.ref for record in incoming])
        self.teams = lookups.by_code(Team, site, [each.get("team") for each in fields])
        self.posts = lookups.by_code(Post, site, [each.get("owner_post") for each in fields])
        self.people = lookups.people(site, [each.get("owner_user") or "" for each in fields])
        self.versions = lookups.versions(site, [each["type"] for each in fields])
        self.root = (
            Place.objects.filter(site=site, depth=1, is_active=True).order_by("path").first()
        )
        paths = {lowest_common(self._linked(record)) for record in incoming}
        self.common = {place.path: place for place in Place.objects.filter(path__in=paths)}

    def _links(self) -> list[str]:
        return [join.name for join in self.mapping.links]

    def _linked(self, record: Incoming) -> list[Place]:
        return [self.places[ref] for ref in record.links["places"] if ref in self.places]

    def find(self, incoming: Sequence[Incoming]) -> dict[str, WorkItem]:
        known = WorkItem.objects.filter(
            site=self.run.site_id,
            external_system=self.mapping.system,
            external_key__in=[record.key for record in incoming],
        )
        if self.act is not None:
            items = _locks.items(known.values_list("pk", flat=True))
        else:
            items = list(known.select_related("site", "place", "type", "type_version"))
        self.facts = _facts.load(items)
        self.ended_there = ended_in_source(items)
        self.lines: dict[int, list[ChecklistLine]] = defaultdict(list)
        for line in ChecklistLine.objects.filter(item__in=items):
            self.lines[line.item_id].append(line)
        return {item.external_key: item for item in items}

    def theirs(self, record: Incoming) -> dict[str, Any]:
        fields, said = record.fields, {}
        said["what"] = fields.get("what") or record.key
        place = self._place(record)
        said["place_id"] = place.pk if place else None
        for name in (*_PLAIN, *MOMENTS):
            if name in fields and (fields[name] is not None or name in MOMENTS):
                said[name] = fields[name]
        if "why" in fields:
            said["why"] = fields["why"] or ""
        for name, found in (("team", self.teams), *self._owner()):
            if fields.get(name) in found:
                said[f"{name}_id"] = found[fields[name]]
        if "owner_post_id" in said:
            said.pop("owner_user_id", None)  # one owner: the post before the person
        if self.mapped("parent"):
            said["parent_id"] = self.parents.get(record.row.ref)
        said["places"] = sorted({place.pk for place in self._linked(record)})
        things = [self.assets[ref] for ref in record.links["assets"] if ref in self.assets]
        said["assets"] = sorted({thing.pk for thing in things})
        said["lines"] = {row.ref: row.data["f"]["text"] for row in record.lines}
        said["status"] = fields["status"]
        said["source_words"] = self.words(record, self._lost(record))
        return said | {name: fields.get(name) for name in self._custom()}

    def _custom(self) -> list[str]:
        return [each.name for each in self.mapping.fields if each.name.startswith("values.")]

    def _owner(self) -> list[tuple[str, dict[str, int]]]:
        return [("owner_post", self.posts), ("owner_user", self.people)]

    def _place(self, record: Incoming) -> Place | None:
        """The named place, else the lowest common place of the tags, else the root."""
        named = self.places.get(record.fields.get("place") or "")
        return named or self.common.get(lowest_common(self._linked(record))) or self.root

    def _lost(self, record: Incoming) -> list[tuple[str, str, str]]:
        fields, lost = record.fields, []
        named: list[tuple[str, str, Mapping[str, Any]]] = [
            ("place", "place", self.places),
            ("team", "team", self.teams),
        ]
        named += [(name, "owner", found) for name, found in self._owner()]
        for name, what, found in named:
            text = fields.get(name)
            if text and text not in found:
                lost.append((what, self.column(name), text))
        for join in self.mapping.links:
            what = join.name.removesuffix("s")
            known: Mapping[str, Any] = self.places if what == "place" else self.assets
            lost += [(what, join.to, ref) for ref in record.links[join.name] if ref not in known]
        if record.row.ref and record.row.ref not in self.parents:
            lost.append(("parent", self.column("parent"), record.row.ref))
        return lost

    def missing(self, record: Incoming) -> list[str]:
        """What every item needs and this record does not say."""
        found = []
        if not record.fields.get("what"):
            found.append("what")
        named = self.places.get(record.fields.get("place") or "")
        if not (named or lowest_common(self._linked(record))):
            found.append("place")
        return found

    def before_create(self, records: Sequence[Incoming], outcomes: dict[int, Outcome]) -> None:
        for record in records:
            outcome = outcomes[record.row.pk]
            said = outcome.base
            if said["place_id"] is None:
                self._refuse(record, outcome, "needed", "place")
                continue
            outcome.incomplete = causes(
                said,
                definition(self.versions[record.fields["type"]].pk),
                said["status"],
                self.missing(record),
            )

    def _refuse(
        self, record: Incoming, outcome: Outcome, code: str, name: str, **params: Any
    ) -> None:
        row = record.row
        value = str(record.fields.get(name) or "")
        outcome.faults.append(Fault(code, row.file, row.line, self.column(name), value, params))
        outcome.verdict = ImportVerdict.REFUSED

    def create(self, records: Sequence[Incoming], outcomes: dict[int, Outcome]) -> None:
        assert self.act is not None
        new = [r for r in records if outcomes[r.row.pk].verdict == ImportVerdict.NEW]
        create(self.act, self.run, self.mapping, self.versions, new, outcomes)

    def ours(self, thing: WorkItem) -> dict[str, Any]:
        context = self.facts[thing.pk].context
        plain = {name: getattr(thing, name) for name in _PLAIN}
        moments = {name: _utc(getattr(thing, name)) for name in MOMENTS}
        return {
            **plain,
            **moments,
            "what": thing.what,
            "place_id": thing.place_id,
            "team_id": thing.team_id,
            "owner_post_id": thing.owner_post_id,
            "owner_user_id": thing.owner_user_id,
            "parent_id": thing.parent_id,
            "source_words": thing.source_words,
            **{name: thing.values.get(name.removeprefix("values.")) for name in self._custom()},
            "places": list(context.place_ids),
            "assets": list(context.asset_ids),
        }

    def judge(
        self,
        thing: WorkItem,
        record: Incoming,
        base: dict[str, Any] | None,
        merged: Merge,
        outcome: Outcome,
    ) -> None:
        base = base or {}
        ended_here = thing.status in ENDED and thing.pk not in self.ended_there
        self._sets(thing, base, merged, outcome)
        if ended_here:
            self._keep_ended(record, base, merged, outcome)
        self._why(thing, record, base, merged, outcome)
        self._window(thing, record, merged, outcome)
        self._family(thing, record, merged, outcome)
        self._status(thing, record, base, outcome)
        self._lines(thing, record, base, merged, outcome, ended_here=ended_here)

    def _keep_ended(
        self, record: Incoming, base: dict[str, Any], merged: Merge, outcome: Outcome
    ) -> None:
        """What was closed or cancelled here stays as it ended, but for the source's words."""
        names = [name for name in merged.writes if name != "source_words"]
        for name in names:
            value = merged.writes.pop(name)
            if base.get(name) != outcome.base.get(name):
                self._kept(record, outcome, name, value)
        merged.conflicts = [each for each in merged.conflicts if each.name not in names]

    def _kept(self, record: Incoming, outcome: Outcome, name: str, value: Any) -> None:
        outcome.faults.append(self._fault(record, "ended_here", name, value))
        outcome.verdict = ImportVerdict.CONFLICT

    def _lines(
        self,
        thing: WorkItem,
        record: Incoming,
        base: dict[str, Any],
        merged: Merge,
        outcome: Outcome,
        *,
        ended_here: bool,
    ) -> None:
        """Lines of the source alone; of an item that ended here no more than their words."""
        join = self.mapping.lines
        if join is None:
            return
        own = load_lines.own_key(self.mapping.system, "")
        lines = [line for line in self.lines.get(thing.pk, []) if line.key.startswith(own)]
        here = {line.key.removeprefix(own): line for line in lines}
        column = next(iter(join.fields[0].columns), "")
        before, wins = base.get("lines", {}), Wins.FIRST if ended_here else join.wins
        done = thing.status == Status.DONE
        writes, faults = load_lines.compare(here, record.lines, before, wins, column, done=done)
        if ended_here:
            writes.new.clear()
            theirs = outcome.base["lines"]
            if changed := [key for key in theirs if theirs[key] != before.get(key)]:
                self._kept(record, outcome, "lines", ", ".join(changed))
        outcome.faults += faults
        if faults:
            outcome.verdict = ImportVerdict.CONFLICT
        if writes:
            merged.writes["lines"] = writes

    def _why(
        self, thing: WorkItem, record: Incoming, base: dict, merged: Merge, outcome: Outcome
    ) -> None:
        """Work past requested keeps why it is done, also when the source says it no more."""
        if thing.status not in OWNED or merged.writes.get("why", "said").strip():
            return
        del merged.writes["why"]
        merged.conflicts = [each for each in merged.conflicts if each.name != "why"]
        if base.get("why") != outcome.base["why"]:
            row, here = record.row, {"here": shown(thing.why)}
            fault = Fault("why_kept", row.file, row.line, self.column("why"), "", here)
            outcome.faults.append(fault)
            outcome.verdict = ImportVerdict.CONFLICT

    def _window(self, thing: WorkItem, record: Incoming, merged: Merge, outcome: Outcome) -> None:
        """A planned end that would come before the planned start is not written."""
        stands = {name: _utc(getattr(thing, name)) for name in ("planned_start", "planned_end")}
        start, end = (parsed(merged.writes.get(name, here)) for name, here in stands.items())
        if start and end and end < start:
            for name in stands:
                merged.writes.pop(name, None)
            outcome.faults.append(self._fault(record, "ends_before_start", "planned_end", end))
            outcome.verdict = ImportVerdict.CONFLICT

    def _family(self, thing: WorkItem, record: Incoming, merged: Merge, outcome: Outcome) -> None:
        """A parent that stands below the item itself is not written."""
        if merged.writes.get("parent_id") is None:
            return
        try:
            _item_fields._refuse_family_ring(
                WorkItem(pk=thing.pk, parent_id=merged.writes["parent_id"])
            )
        except Refused as refused:
            del merged.writes["parent_id"]
            ids = [thing.pk, *refused.reasons[0].params["items"]]
            numbers = dict(WorkItem.objects.filter(pk__in=ids).values_list("pk", "number"))
            row, ring = record.row, " → ".join(f"W-{numbers[pk]}" for pk in ids)
            outcome.faults.append(
                Fault("ring", row.file, row.line, self.column("parent"), row.ref, {"ring": ring})
            )
            outcome.verdict = ImportVerdict.CONFLICT

    def _sets(self, thing: WorkItem, base: dict, merged: Merge, outcome: Outcome) -> None:
        merged.conflicts = [c for c in merged.conflicts if c.name not in ("places", "assets")]
        for join in self.mapping.links:
            here = self.ours(thing)[join.name]
            union = merge_set(
                join.wins,
                base=base.get(join.name, here),
                theirs=outcome.base[join.name],
                ours=here,
            )
            merged.writes.pop(join.name, None)
            if sorted(union) != sorted(here):
                merged.writes[join.name] = sorted(union)

    def _status(self, thing: WorkItem, record: Incoming, base: dict, outcome: Outcome) -> None:
        """The source's status is never carried out; what it says is raised or reported."""
        said, before = outcome.base["status"], base.get("status")
        flagged = thing.closed_in_source_at is not None
        if thing.status not in ENDED and said in ENDED:
            outcome.closed_in_source = True
            outcome.faults.append(self._fault(record, "closed_in_source", "status", said))
            if not flagged and self.act is not None:
                thing.closed_in_source_at = self.act.at
                thing.save(update_fields=["closed_in_source_at"])
                outcome.written = True
                self.act.record("closed_in_source", thing, item_id=thing.pk, run=self.run.pk)
        elif thing.status not in ENDED and flagged and self.act is not None:
            thing.closed_in_source_at = None
            thing.save(update_fields=["closed_in_source_at"])
            outcome.written = True
            self.act.record("open_in_source", thing, item_id=thing.pk, run=self.run.pk)
        elif thing.status in ENDED and before in ENDED and said not in ENDED:
            outcome.faults.append(self._fault(record, "open_in_source", "status", said))
            outcome.verdict = ImportVerdict.CONFLICT

    def _fault(self, record: Incoming, code: str, name: str, value: Any) -> Fault:
        row = record.row
        raw = record.words.get(self.column(name)) or str(value)
        return Fault(code, row.file, row.line, self.column(name), raw)

    def wins(self, name: str) -> Wins:
        name = {"status": "status", "places": "", "assets": ""}.get(name, name)
        return super().wins(name.removesuffix("_id"))

    def change(self, thing: WorkItem, record: Incoming, merged: Merge, outcome: Outcome) -> None:
        act = self.act
        assert act is not None
        writes = dict(merged.writes)
        lines = writes.pop("lines", None)
        sets = {name: writes.pop(name) for name in ("places", "assets") if name in writes}
        for linked, ids in sets.items():
            _link(thing, linked, ids)
        for name in MOMENTS:
            if name in writes:
                writes[name] = parsed(writes[name])
        values = {name: writes.pop(name) for name in self._custom() if name in writes}
        if values:
            writes["values"] = thing.values | {
                name.removeprefix("values."): value for name, value in values.items()
            }
        for name, value in writes.items():
            setattr(thing, name, value)
        if fill_in(thing, [name.removesuffix("_id") for name in writes]):
            writes["incomplete"] = thing.incomplete
        thing.version += 1
        thing.save(update_fields=[*writes, "version"])
        if lines:
            lines.write(thing, max([line.position for line in self.lines[thing.pk]], default=0))
        fields = sorted(name.removesuffix("_id") for name in merged.writes)
        act.record("import_change", thing, item_id=thing.pk, run=self.run.pk, fields=fields)
        if thing.status in CONTROLLED:
            self._again(act, thing, set(merged.writes))

    def _again(self, act: OpenAct, thing: WorkItem, written: set[str]) -> None:
        """Ask again what the changed fields decide, and tell those who listen."""
        _asking.bring_up_to_date(act, _facts.load(_locks.items([thing.pk])))
        heard = frozenset(_HEARD[name] for name in written if name in _HEARD)
        if heard:
            act.changes.append(ports.ItemChange(thing.pk, heard, thing.status, thing.status))


def _link(thing: WorkItem, name: str, ids: Sequence[int]) -> None:
    model: Any = ItemPlace if name == "places" else ItemAsset
    column = "place_id" if name == "places" else "asset_id"
    there = set(model.objects.filter(item=thing).values_list(column, flat=True))
    model.objects.filter(item=thing, **{f"{column}__in": there - set(ids)}).delete()
    model.objects.bulk_create(model(item=thing, **{column: pk}) for pk in set(ids) - there)


def _utc(value: Any) -> str | None:
    return stored(value.astimezone(UTC)) if value else None
