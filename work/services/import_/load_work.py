"""Loads work items: new ones as the source says; of the others never the status."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from work.models import Asset, ChecklistLine, Place, WorkItem
from work.models.imports import ImportVerdict
from work.services import _facts, _locks
from work.services._definition import definition
from work.services.import_ import work_judge
from work.services.import_.custom import fit_values
from work.services.import_.faults import Fault, shown
from work.services.import_.loader import Incoming, Loader, Outcome
from work.services.import_.mapping import Wins
from work.services.import_.merge import Merge
from work.services.import_.work_change import ask_again, change
from work.services.import_.work_create import create
from work.services.import_.work_known import known
from work.services.import_.work_rows import MOMENTS, causes, ended_in_source
from work.states import ENDED

# What a blank cell says of a field; the priority goes back to that of the type.
_EMPTY = {"why": "", "safety_critical": False, "mandatory": False}
_PLAIN = (*_EMPTY, "priority")


class WorkLoader(Loader[WorkItem]):
    """Work items of one site, their links and their checklist lines."""

    def prepare(self, incoming: Sequence[Incoming]) -> None:
        self.known = known(self.run.site, self.mapping, incoming)

    def find(self, incoming: Sequence[Incoming]) -> dict[str, WorkItem]:
        there = WorkItem.objects.filter(
            site=self.run.site_id,
            external_system=self.mapping.system,
            external_key__in=[record.key for record in incoming],
        )
        if self.act is not None:
            items = _locks.items(there.values_list("pk", flat=True))
        else:
            items = list(there.select_related("site", "place", "type", "type_version"))
        self.changed: list[WorkItem] = []
        self.facts = _facts.load(items)
        self.ended_there = ended_in_source(items)
        self.lines: dict[int, list[ChecklistLine]] = defaultdict(list)
        for line in ChecklistLine.objects.filter(item__in=items):
            self.lines[line.item_id].append(line)
        return {item.external_key: item for item in items}

    def theirs(self, record: Incoming) -> dict[str, Any]:
        fields, said, known = record.fields, {}, self.known
        said["what"] = fields.get("what") or record.key
        if place := known.place(record):
            said["place_id"] = place.pk
        empty = _EMPTY | {"priority": known.versions[fields["type"]].default_priority}
        for name in (*_PLAIN, *MOMENTS):
            if name in fields:
                said[name] = empty.get(name) if fields[name] is None else fields[name]
        for name, found in (("team", known.teams), *known.owners()):
            is_said, pk = self.referred(record, name, found)
            if is_said:
                said[f"{name}_id"] = pk
        if said.get("owner_post_id"):
            said.pop("owner_user_id", None)  # one owner: the post before the person
        if self.mapped("parent") and (not record.row.ref or record.row.ref in known.parents):
            said["parent_id"] = known.parents.get(record.row.ref)
        linked: dict[str, Sequence[Place | Asset]] = {
            "places": known.linked(record),
            "assets": known.things(record),
        }
        for join in self.mapping.links:
            said[join.name] = sorted({each.pk for each in linked[join.name]})
        if self.mapping.lines:
            said["lines"] = {row.ref: row.data["f"]["text"] for row in record.lines}
        said["status"] = fields["status"]
        said["source_words"] = self.words(record, known.lost(record, self.mapping, self.column))
        return said | {name: fields.get(name) for name in self._custom()}

    def _custom(self) -> list[str]:
        return [each.name for each in self.mapping.fields if each.name.startswith("values.")]

    def before_create(self, records: Sequence[Incoming], outcomes: dict[int, Outcome]) -> None:
        for record in records:
            outcome = outcomes[record.row.pk]
            said, root = outcome.base, self.known.root
            if "place_id" not in said and root is None:
                self._refuse(record, outcome, "needed", "place")
                continue
            if root is not None:
                said.setdefault("place_id", root.pk)
            outcome.incomplete = causes(
                said,
                definition(self.known.versions[record.fields["type"]].pk),
                said["status"],
                self.known.missing(record),
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
        ask_again(self.act, self.changed)
        new = [r for r in records if outcomes[r.row.pk].verdict == ImportVerdict.NEW]
        create(self.act, self.run, self.mapping, self.known.versions, new, outcomes)

    def ours(self, thing: WorkItem) -> dict[str, Any]:
        context = self.facts[thing.pk].context
        plain = {name: getattr(thing, name) for name in _PLAIN}
        moments = {name: work_judge.utc(getattr(thing, name)) for name in MOMENTS}
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

    def fit(
        self,
        thing: WorkItem,
        record: Incoming,
        base: dict[str, Any],
        theirs: dict[str, Any],
        outcome: Outcome,
    ) -> set[str]:
        if "priority" in theirs and record.fields["priority"] is None:
            theirs["priority"] = thing.type_version.default_priority
        unfit = fit_values(thing, theirs)
        for name, found in unfit.items():
            if base.get(name) != theirs[name]:
                value = record.words.get(self.column(name)) or str(theirs[name])
                self.report(found.code, record, outcome, name, shown(value), **found.params)
        return set(unfit)

    def judge(
        self,
        thing: WorkItem,
        record: Incoming,
        base: dict[str, Any] | None,
        merged: Merge,
        outcome: Outcome,
    ) -> None:
        case = work_judge.Case(thing, record, base or {}, merged, outcome, self.column)
        ended_here = thing.status in ENDED and thing.pk not in self.ended_there
        work_judge.sets(case, self.ours(thing), self.mapping)
        if ended_here:
            work_judge.keep_ended(case)
        work_judge.keep_accepted(case)
        work_judge.family(case)
        if work_judge.waits_for_parent(case):
            return
        work_judge.needed(case)
        work_judge.window(case)
        work_judge.status(case, self.act, self.run)
        work_judge.lines(case, self.mapping, self.lines[thing.pk], ended_here=ended_here)

    def wins(self, name: str) -> Wins:
        name = {"status": "status", "places": "", "assets": ""}.get(name, name)
        return super().wins(name.removesuffix("_id"))

    def change(self, thing: WorkItem, record: Incoming, merged: Merge, outcome: Outcome) -> None:
        assert self.act is not None
        change(self.act, self.run, thing, merged.writes, self.lines[thing.pk])
        self.changed.append(thing)
