"""Pass three for a chunk of any kind: compare, create, change, and remember what was read."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from work.models.imports import ImportedRecord, ImportPart, ImportRow, ImportRun, ImportVerdict
from work.services.acts import OpenAct
from work.services.import_.faults import Fault, shown
from work.services.import_.mapping import ImportMapping, Unknown, Wins
from work.services.import_.merge import Conflict, Merge, merge


@dataclass
class Incoming:
    """One staged record with the links and lines that belong to it."""

    row: ImportRow
    links: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lines: list[ImportRow] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The record's key in the source."""
        return self.row.key

    @property
    def fields(self) -> dict[str, Any]:
        """The converted fields, references as the source writes them."""
        return self.row.data["f"]

    @property
    def words(self) -> dict[str, str]:
        """The source's own words."""
        return self.row.data["w"]


@dataclass
class Outcome:
    """What became of one record, and what is to be remembered of it."""

    verdict: ImportVerdict
    base: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    incomplete: Sequence[str] = ()
    closed_in_source: bool = False
    written: bool = False
    moved: int = 0
    record_id: int | None = None
    made: dict[str, int] = field(default_factory=dict)


class Loader[T](ABC):
    """Loads chunks of one kind. Without an act it only compares and writes nothing."""

    def __init__(self, run: ImportRun, mapping: ImportMapping, act: OpenAct | None) -> None:
        self.run, self.mapping, self.act = run, mapping, act

    @abstractmethod
    def prepare(self, incoming: Sequence[Incoming]) -> None:
        """Look up, once for the chunk, what its records refer to."""

    @abstractmethod
    def find(self, incoming: Sequence[Incoming]) -> dict[str, T]:
        """The records of the site that the incoming ones are, by key."""

    @abstractmethod
    def theirs(self, record: Incoming) -> dict[str, Any]:
        """What the source says, references resolved."""

    @abstractmethod
    def ours(self, thing: T) -> dict[str, Any]:
        """What stands here, in the form of `theirs`."""

    def fit(
        self,
        thing: T,
        record: Incoming,
        base: dict[str, Any],
        theirs: dict[str, Any],
        outcome: Outcome,
    ) -> set[str]:
        """Put what the source says in the form that this thing asks for.

        The names of what it cannot hold at all are given back, and not compared.
        """
        return set()

    @abstractmethod
    def create(self, records: Sequence[Incoming], outcomes: dict[int, Outcome]) -> None:
        """Create the new records of the chunk."""

    @abstractmethod
    def change(self, thing: T, record: Incoming, merged: Merge, outcome: Outcome) -> None:
        """Write what the merge says to one record."""

    def load(self, incoming: Sequence[Incoming]) -> dict[int, Outcome]:
        """Load a chunk; the outcomes by staged row."""
        self.prepare(incoming)
        found = self.find(incoming)
        keys = [record.key for record in incoming]
        bases = {
            base.key: base.base
            for base in ImportedRecord.objects.filter(
                site=self.run.site_id,
                kind=self.mapping.kind,
                system=self.mapping.system,
                key__in=keys,
            )
        }
        outcomes: dict[int, Outcome] = {}
        new: list[Incoming] = []
        for record in incoming:
            thing = found.get(record.key)
            if thing is None:
                new.append(record)
                outcomes[record.row.pk] = Outcome(ImportVerdict.NEW, base=self.theirs(record))
            else:
                outcomes[record.row.pk] = self.compare(thing, record, bases.get(record.key))
        self.before_create(new, outcomes)
        if self.act is not None:
            self.create(new, outcomes)
            self._remember(incoming, outcomes, bases)
        return outcomes

    def before_create(self, records: Sequence[Incoming], outcomes: dict[int, Outcome]) -> None:
        """Look at the new records before they are written; also in a trial."""
        return

    def compare(self, thing: T, record: Incoming, base: dict[str, Any] | None) -> Outcome:
        """Compare one record with what stands here, and write what the mapping allows."""
        theirs, outcome = self.theirs(record), Outcome(ImportVerdict.SAME)
        unfit = self.fit(thing, record, base or {}, theirs, outcome)
        # What the source does not say now is remembered as it was read last.
        outcome.base = (base or {}) | theirs
        said = {name: value for name, value in theirs.items() if name not in unfit}
        merged = merge(self.wins, base=base or {}, theirs=said, ours=self.ours(thing))
        self.judge(thing, record, base, merged, outcome)
        outcome.faults += [self.conflict(record, each) for each in merged.conflicts]
        if merged.conflicts:
            outcome.verdict = ImportVerdict.CONFLICT
        elif merged.writes and outcome.verdict is ImportVerdict.SAME:
            outcome.verdict = ImportVerdict.CHANGED
        outcome.written = outcome.written or bool(merged.writes)
        if merged.writes and self.act is not None:
            self.change(thing, record, merged, outcome)
        return outcome

    def judge(
        self,
        thing: T,
        record: Incoming,
        base: dict[str, Any] | None,
        merged: Merge,
        outcome: Outcome,
    ) -> None:
        """Take from or add to the merge what is peculiar to the kind."""
        return

    def report(
        self, code: str, record: Incoming, outcome: Outcome, name: str, value: str, **params: Any
    ) -> None:
        """Report a field as in conflict."""
        row, column = record.row, self.column(name)
        outcome.faults.append(Fault(code, row.file, row.line, column, value, params))
        outcome.verdict = ImportVerdict.CONFLICT

    def wins(self, name: str) -> Wins:
        """Who wins on a field; the source's own words are always the source's."""
        return Wins.SOURCE if name == "source_words" else self.mapping.wins(name)

    def conflict(self, record: Incoming, conflict: Conflict) -> Fault:
        """A conflict as it is reported."""
        columns = {each.name: next(iter(each.columns), each.name) for each in self.mapping.fields}
        return Fault(
            "conflict_kept" if conflict.kept else "conflict_taken",
            record.row.file,
            record.row.line,
            columns.get(conflict.name, conflict.name),
            shown(conflict.theirs),
            {"here": shown(conflict.ours)},
        )

    def words(self, record: Incoming, lost: Iterable[tuple[str, str, str]] = ()) -> dict[str, str]:
        """The source's words; with the texts of unknown references where the mapping keeps them."""
        words = dict(record.words)
        for what, column, text in lost:
            word = words.get(column, "")
            held = {word.strip(), *(part.strip() for part in word.split(","))}
            if self.mapping.on_unknown(what) is Unknown.KEEP and text not in held:
                words[column] = ", ".join(filter(None, [word, text]))
        return words

    def referred(self, record: Incoming, name: str, known: Mapping[str, Any]) -> tuple[bool, Any]:
        """Whether the source says what a field refers to, and what: None where it is blank.

        A text that the site does not know says nothing.
        """
        if name not in record.fields:
            return False, None
        text = record.fields[name] or ""
        return not text or text in known, known.get(text)

    def mapped(self, name: str) -> bool:
        """Whether the mapping fills a field."""
        return any(each.name == name for each in self.mapping.fields)

    def column(self, name: str) -> str:
        """The column that a field is read from."""
        for each in self.mapping.fields:
            if each.name == name:
                return next(iter(each.columns), name)
        return name

    def _remember(
        self,
        incoming: Sequence[Incoming],
        outcomes: dict[int, Outcome],
        bases: dict[str, dict[str, Any]],
    ) -> None:
        rows = [
            ImportedRecord(
                site_id=self.run.site_id,
                kind=self.mapping.kind,
                system=self.mapping.system,
                key=record.key,
                base=outcomes[record.row.pk].base,
                record_id=outcomes[record.row.pk].record_id,
                run=self.run,
            )
            for record in incoming
            if outcomes[record.row.pk].verdict != ImportVerdict.REFUSED
            and bases.get(record.key) != outcomes[record.row.pk].base
        ]
        ImportedRecord.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["site", "kind", "system", "key"],
            update_fields=["base", "record_id", "run"],
        )


def gather(run: ImportRun, rows: Sequence[ImportRow]) -> list[Incoming]:
    """The staged records of a chunk with their links and lines: one query."""
    incoming = {row.key: Incoming(row) for row in rows}
    parts = ImportRow.objects.filter(
        run=run, part__in=[ImportPart.LINK, ImportPart.LINE], key__in=list(incoming), refused=False
    )
    for part in parts.order_by("pk"):
        record = incoming[part.key]
        if part.part == ImportPart.LINK:
            record.links[part.name].append(part.ref)
        else:
            record.lines.append(part)
    return list(incoming.values())
