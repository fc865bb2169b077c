"""Loads records that a domain lets be imported: read and compared here, written by the domain."""

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from work import ports
from work.exceptions import Refused
from work.models import Team
from work.models.imports import ImportedRecord, ImportRun, ImportVerdict
from work.ports import Arrived, Holds, Importer, Misfit, NotTaken, Standing
from work.services._savepoint import savepoint
from work.services.acts import OpenAct
from work.services.import_ import lookups
from work.services.import_.faults import Fault, MappingFault, shown
from work.services.import_.loader import Incoming, Loader, Outcome
from work.services.import_.mapping import ImportMapping
from work.services.import_.merge import Merge


def importer_of(kind: str) -> Importer:
    """The importer of a kind. Raises MappingFault where no domain has it."""
    if (found := ports.importers.get(kind)) is None:
        raise MappingFault("kind", kind)
    return found


class PortedLoader(Loader[Standing]):
    """Records at the port `importers`. A trial is an act that is taken back."""

    def __init__(self, run: ImportRun, mapping: ImportMapping, act: OpenAct | None) -> None:
        super().__init__(run, mapping, act)
        self.importer = importer_of(mapping.kind)
        self.before: dict[str, dict[str, Any]] = {}

    def load(self, incoming: Sequence[Incoming]) -> dict[int, Outcome]:
        """Load a chunk; in a trial the same, and then nothing of it stands."""
        if self.act is not None:
            return self._loaded(incoming)
        at = timezone.now()
        self.act = OpenAct(uuid.uuid4(), "import.trial", self.run.started_by, at, at)
        self.act.site_id = self.run.site_id
        with transaction.atomic():
            self.act.control(self.run.site_id)
            outcomes = self._loaded(incoming)
            transaction.set_rollback(True)
        self.act = None
        return outcomes

    def _loaded(self, incoming: Sequence[Incoming]) -> dict[int, Outcome]:
        self.lost = self._resolve(incoming)
        whole = [record for record in incoming if record.row.pk not in self.lost]
        return super().load(whole) | self.lost

    def _resolve(self, incoming: Sequence[Incoming]) -> dict[int, Outcome]:
        """Look up what the fields refer to; the outcomes of records that name what is not here."""
        site, system = self.run.site, self.mapping.system
        self.values = {record.row.pk: dict(record.fields) for record in incoming}
        lost: dict[int, Outcome] = {}
        for name, field in self.importer.fields.items():
            texts = {record.fields[name] for record in incoming if record.fields.get(name)}
            known: dict[str, int]
            several: Collection[str] = ()
            if not texts:
                continue
            if field.holds is Holds.PERSON:
                known, several = lookups.somebody(site, system, texts)
            elif field.holds is Holds.PLACE:
                known = {key: each.pk for key, each in lookups.places(site, system, texts).items()}
            elif field.holds is Holds.TEAM:
                known = lookups.by_code(Team, site, texts)
            else:
                continue
            for record in incoming:
                if (text := record.fields.get(name)) and text in known:
                    self.values[record.row.pk][name] = known[text]
                elif text:
                    code = "ambiguous" if text in several else "unknown_reference"
                    outcome = lost.setdefault(record.row.pk, Outcome(ImportVerdict.REFUSED))
                    outcome.faults.append(
                        self._fault(code, record, name, what=field.holds.value, value=text)
                    )
        return lost

    def prepare(self, incoming: Sequence[Incoming]) -> None:
        self.arrived = {
            record.key: Arrived(record.key, self.mapping.system, self.values[record.row.pk])
            for record in incoming
        }

    def find(self, incoming: Sequence[Incoming]) -> dict[str, Standing]:
        """Those that were read before, and those that are here without that."""
        read = ImportedRecord.objects.filter(
            site=self.run.site_id, kind=self.mapping.kind, system=self.mapping.system
        )
        before = read.filter(key__in=list(self.arrived), record_id__isnull=False)
        ids = {key: pk for key, pk in before.values_list("key", "record_id") if pk is not None}
        fresh = [each for key, each in self.arrived.items() if key not in ids]
        found = self.importer.find(self.run.site_id, fresh) if fresh else {}
        # One record here is never two of the source.
        theirs = set(read.filter(record_id__in=found.values()).values_list("record_id", flat=True))
        theirs |= set(ids.values())
        self.taken: set[str] = set()
        for key, pk in found.items():
            if pk in theirs:
                self.taken.add(key)
            else:
                theirs.add(pk)
                ids[key] = pk
        standing = self.importer.standing(self.run.site_id, list(ids.values())) if ids else {}
        return {key: standing[pk] for key, pk in ids.items() if pk in standing}

    def theirs(self, record: Incoming) -> dict[str, Any]:
        """What the source says; an empty cell says nothing."""
        return {name: said for name, said in self.values[record.row.pk].items() if said is not None}

    def ours(self, thing: Standing) -> dict[str, Any]:
        return dict(thing.values)

    def judge(
        self,
        thing: Standing,
        record: Incoming,
        base: dict[str, Any] | None,
        merged: Merge,
        outcome: Outcome,
    ) -> None:
        """What a person has taken on since is left as it is, and reported."""
        outcome.record_id = thing.id
        self.before[record.key] = base or {}
        if thing.kept is not None:
            for name in merged.writes:
                value = shown(self._read(record, name, self.column(name)))
                reason = thing.kept.as_json()
                self.report("stays_as_it_is", record, outcome, name, value, reason=reason)
            self._unwritten(record, outcome, merged)
            merged.writes.clear()

    def create(self, records: Sequence[Incoming], outcomes: dict[int, Outcome]) -> None:
        fresh = []
        for record in records:
            outcome = outcomes[record.row.pk]
            if record.key in self.taken:
                outcome.verdict = ImportVerdict.REFUSED
                outcome.faults.append(self._fault("taken", record, "", value=record.key))
            else:
                fresh.append(self.arrived[record.key])
        if not fresh:
            return
        made = self.importer.create(self.act, self.run.site_id, fresh)
        for record in records:
            outcome = outcomes[record.row.pk]
            outcome.record_id = made.ids.get(record.key)
            if misfits := made.misfits.get(record.key):
                outcome.verdict = ImportVerdict.REFUSED
                outcome.faults += self._misfits(record, misfits)

    def change(self, thing: Standing, record: Incoming, merged: Merge, outcome: Outcome) -> None:
        act = self.act
        assert act is not None
        history = list(act.history)
        misfits: Sequence[Misfit] = ()
        try:
            with savepoint():
                self.importer.change(act, self.run.site_id, thing.id, merged.writes)
        except NotTaken as refusal:
            misfits = refusal.misfits
        except Refused as refusal:
            misfits = [Misfit("", reason) for reason in refusal.reasons]
        if misfits:
            act.history = history
            outcome.faults += self._misfits(record, misfits)
            outcome.verdict, outcome.written = ImportVerdict.CONFLICT, False
            self._unwritten(record, outcome, merged)

    def _unwritten(self, record: Incoming, outcome: Outcome, merged: Merge) -> None:
        """What was not written is remembered as it was read before, so that it is tried again."""
        before = self.before[record.key]
        for name in merged.writes:
            if name in before:
                outcome.base[name] = before[name]
            else:
                outcome.base.pop(name, None)

    def _misfits(self, record: Incoming, misfits: Sequence[Misfit]) -> list[Fault]:
        return [
            self._fault("not_fit", record, each.field, reason=each.reason.as_json())
            for each in misfits
        ]

    def _fault(
        self, code: str, record: Incoming, name: str, value: str = "", **params: Any
    ) -> Fault:
        row = record.row
        column = self.column(name) if name else self.mapping.key
        said = value or self._read(record, name, column)
        return Fault(code, row.file, row.line, column, shown(said), params)

    def _read(self, record: Incoming, name: str, column: str) -> object:
        """What stands in the file, where its words are kept; else what was made of it."""
        made = record.fields.get(name) if name else record.key
        return record.words.get(column) or ("" if made is None else made)
