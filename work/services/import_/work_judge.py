"""What a later run may not write to an item that is here. Each is taken off, and reported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from work.exceptions import Reason, Refused
from work.models import ChecklistLine, WorkItem
from work.models.imports import ImportRun, ImportVerdict
from work.services import _rings, _stays
from work.services._definition import definition
from work.services.acts import OpenAct
from work.services.import_ import load_lines
from work.services.import_.faults import Fault, shown
from work.services.import_.loader import Incoming, Outcome
from work.services.import_.mapping import ImportMapping, Wins
from work.services.import_.merge import Merge, merge_set
from work.services.import_.work_rows import parsed, stored
from work.states import ENDED, OWNED, RequiredAt, Status

# Up to which step the fields that are required of an item have their values in a status.
_STEP = {
    Status.PLANNED: RequiredAt.PLAN,
    Status.LIVE: RequiredAt.START,
    Status.WAITING: RequiredAt.START,
    Status.DONE: RequiredAt.COMPLETE,
}


@dataclass
class Case:
    """An item that is here, what the source says of it now, and what would be written of it.

    base: what was read last. column: where a field is read from.
    """

    thing: WorkItem
    record: Incoming
    base: dict[str, Any]
    merged: Merge
    outcome: Outcome
    column: Callable[[str], str]

    def says_new(self, name: str) -> bool:
        """Whether the source says of a field what it did not say last time."""
        return self.base.get(name) != self.outcome.base.get(name)

    def take_off(self, *names: str) -> None:
        """Write nothing of these fields, and say nothing of who wins on them."""
        for name in names:
            self.merged.writes.pop(name, None)
        self.merged.conflicts = [each for each in self.merged.conflicts if each.name not in names]

    def tell(self, code: str, name: str, value: str, **params: Any) -> None:
        """Tell of a field; what becomes of the record is not changed by it."""
        row, column = self.record.row, self._column(name)
        self.outcome.faults.append(Fault(code, row.file, row.line, column, value, params))

    def report(self, code: str, name: str, value: str, **params: Any) -> None:
        """Report a field as in conflict."""
        self.tell(code, name, value, **params)
        self.outcome.verdict = ImportVerdict.CONFLICT

    def said(self, name: str, value: Any) -> str:
        """The source's own words of a field, else the value."""
        return self.record.words.get(self._column(name)) or str(value)

    def _column(self, name: str) -> str:
        return self.column(name.removesuffix("_id"))


def keep_ended(case: Case) -> None:
    """What was closed or cancelled here stays as it ended, but for the source's words."""
    for name in [name for name in case.merged.writes if name != "source_words"]:
        value = case.merged.writes[name]
        case.take_off(name)
        if case.says_new(name):
            case.report("ended_here", name, case.said(name, value))


def keep_accepted(case: Case) -> None:
    """What the acceptance of complete work looks at is not lowered: its own, or its parent's."""
    for names in (("safety_critical",), ("parent_id", "mandatory")):
        changed = {name: case.merged.writes[name] for name in names if name in case.merged.writes}
        try:
            _stays.check_fields(case.thing, changed)
        except Refused as refused:
            [reason] = refused.reasons
            case.take_off(*changed)
            for name in filter(case.says_new, changed):
                value = case.said(name, changed[name])
                case.report(reason.code, name, value, **reason.params)


def family(case: Case) -> None:
    """A parent that stands below the item itself is not written."""
    if case.merged.writes.get("parent_id") is None:
        return
    try:
        _rings.refuse_family_ring(
            WorkItem(pk=case.thing.pk, parent_id=case.merged.writes["parent_id"])
        )
    except Refused as refused:
        case.take_off("parent_id")
        [reason] = refused.reasons
        case.report("ring", "parent", case.record.row.ref, ring=_ring(reason))


def waits_for_parent(case: Case) -> bool:
    """A mandatory child that waits for its parent: then the whole record is refused."""
    writes = case.merged.writes
    parent_id = writes.get("parent_id", case.thing.parent_id)
    mandatory = writes.get("mandatory", case.thing.mandatory)
    if not {"parent_id", "mandatory"} & set(writes) or not mandatory:
        return False
    try:
        _rings.refuse_parent_ring(WorkItem(pk=case.thing.pk, parent_id=parent_id))
    except Refused as refused:
        name = "parent" if "parent_id" in writes else "mandatory"
        value = case.record.row.ref or case.said(name, "")
        writes.clear()
        case.merged.conflicts.clear()
        [reason] = refused.reasons
        case.report("waiting_ring", name, value, ring=_ring(reason))
        case.outcome.verdict = ImportVerdict.REFUSED
        return True
    return False


def _ring(reason: Reason) -> str:
    """A ring in the numbers of the work on it, from the last that the reason names to itself."""
    ids = [reason.params["items"][-1], *reason.params["items"]]
    numbers = dict(WorkItem.objects.filter(pk__in=ids).values_list("pk", "number"))
    return " → ".join(f"W-{numbers[pk]}" for pk in ids)


def needed(case: Case) -> None:
    """Work past requested keeps what it needs, also when the source says it no more.

    That is why it is done, and the fields of its type that are required up to where it is.
    """
    thing = case.thing
    if thing.status not in OWNED:
        return
    steps = list(RequiredAt)
    upto = steps[: steps.index(_STEP[Status(thing.status)]) + 1]
    here = {"why": thing.why} | {
        f"values.{field.key}": thing.values.get(field.key)
        for field in definition(thing.type_version_id).fields
        if field.required_at in upto
    }
    for name, stands in here.items():
        if case.merged.writes.get(name, "said") not in (None, ""):
            continue
        case.take_off(name)
        if case.says_new(name):
            case.report("needed_kept", name, "", here=shown(stands))


def window(case: Case) -> None:
    """A planned end that would come before the planned start is not written."""
    stands = {name: utc(getattr(case.thing, name)) for name in ("planned_start", "planned_end")}
    start, end = (parsed(case.merged.writes.get(name, here)) for name, here in stands.items())
    if start and end and end < start:
        for name in stands:
            case.merged.writes.pop(name, None)
        case.report("ends_before_start", "planned_end", case.said("planned_end", end))


def sets(case: Case, here: dict[str, Any], mapping: ImportMapping) -> None:
    """Tags and things: what both sides added or removed since stands, so that nothing clashes."""
    case.take_off("places", "assets")
    for join in mapping.links:
        stands = here[join.name]
        union = merge_set(
            join.wins,
            base=case.base.get(join.name, stands),
            theirs=case.outcome.base[join.name],
            ours=stands,
        )
        if sorted(union) != sorted(stands):
            case.merged.writes[join.name] = sorted(union)


def lines(
    case: Case, mapping: ImportMapping, stand: Sequence[ChecklistLine], *, ended_here: bool
) -> None:
    """Lines of the source alone; of an item that ended here no more than their words."""
    join = mapping.lines
    if join is None:
        return
    own = load_lines.own_key(mapping.system, "")
    here = {line.key.removeprefix(own): line for line in stand if line.key.startswith(own)}
    column = next(iter(join.fields[0].columns), "")
    before, wins = case.base.get("lines", {}), Wins.FIRST if ended_here else join.wins
    done = case.thing.status == Status.DONE
    writes, faults = load_lines.compare(here, case.record.lines, before, wins, column, done=done)
    if ended_here:
        writes.new.clear()
        theirs = case.outcome.base["lines"]
        if changed := [key for key in theirs if theirs[key] != before.get(key)]:
            case.report("ended_here", "lines", case.said("lines", ", ".join(changed)))
    case.outcome.faults += faults
    if faults:
        case.outcome.verdict = ImportVerdict.CONFLICT
    if writes:
        case.merged.writes["lines"] = writes


def status(case: Case, act: OpenAct | None, run: ImportRun) -> None:
    """The source's status is never carried out; what it says is raised or reported."""
    thing, outcome = case.thing, case.outcome
    said, before = outcome.base["status"], case.base.get("status")
    flagged = thing.closed_in_source_at is not None
    if thing.status not in ENDED and said in ENDED:
        outcome.closed_in_source = True
        case.tell("closed_in_source", "status", case.said("status", said))
        if not flagged and act is not None:
            thing.closed_in_source_at = act.at
            _flag(act, thing, outcome, "closed_in_source", run)
    elif thing.status not in ENDED and flagged and act is not None:
        thing.closed_in_source_at = None
        _flag(act, thing, outcome, "open_in_source", run)
    elif thing.status in ENDED and before in ENDED and said not in ENDED:
        case.report("open_in_source", "status", case.said("status", said))


def _flag(act: OpenAct, thing: WorkItem, outcome: Outcome, verb: str, run: ImportRun) -> None:
    thing.save(update_fields=["closed_in_source_at"])
    outcome.written = True
    act.record(verb, thing, item_id=thing.pk, run=run.pk)


def utc(value: Any) -> str | None:
    """A moment of a record in the form it was staged in, whatever its zone."""
    return stored(value.astimezone(UTC)) if value else None
