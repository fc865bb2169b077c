"""What another version makes of an item, worked out before anything of it is written.

Rows are matched by key. What was answered stays where the key is equal and the answer still says
what is asked; under another type nothing of the old one counts any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from work.exceptions import Reason
from work.models import ChecklistLine, Criterion, TypeCriterion, TypeLine, WorkItem, WorkTypeVersion
from work.services import _stays
from work.services._definition import Definition, definition
from work.services._fields import fitting
from work.services._proof_rows import TAKES
from work.services.checklist import outside
from work.states import ENDED, OWNED, LineAnswer, LineKind, Role, Status


class Fate(StrEnum):
    """What becomes of a criterion or line."""

    KEPT = "kept"  # with its answer, and with the words of the version
    NEW = "new"
    AGAIN = "again"  # asked anew: its answer does not fit what is asked now
    WITHDRAWN = "withdrawn"
    STAYS = "stays"  # of its own: by hand, imported, or asked by what has begun


@dataclass(frozen=True)
class Part:
    """A criterion or line: the row that stands, what the version asks, and what becomes of it."""

    fate: Fate
    key: str
    row: Any = None
    asked: Any = None
    begun: bool = False

    @property
    def text(self) -> str:
        """What it asks then; of what is withdrawn, what it asked."""
        return self.asked.text if self.asked is not None else self.row.text


@dataclass(frozen=True)
class Merge:
    """An item under another version. dropped: why a value is not kept. stage: "" where it ends."""

    known: Definition
    values: dict[str, Any]
    dropped: tuple[Reason, ...]
    stage: str
    criteria: tuple[Part, ...]
    lines: tuple[Part, ...]
    begun: bool

    def changes(self, item: WorkItem) -> dict[str, list[str]]:
        """What changes by it, as keys; nothing of what stays as it is."""
        found = {"values": [str(reason.params["key"]) for reason in self.dropped]}
        found["stage"] = [item.stage] if item.stage != self.stage else []
        for name, parts in (("criteria", self.criteria), ("lines", self.lines)):
            for fate in (Fate.NEW, Fate.AGAIN, Fate.WITHDRAWN):
                if fate == Fate.NEW and item.status == Status.REQUESTED:
                    continue  # made when it is planned
                found[f"{name}_{fate}"] = [each.key for each in parts if each.fate == fate]
        return {name: keys for name, keys in found.items() if keys}


def merge_all(items: Sequence[WorkItem], known: Definition) -> dict[int, Merge]:
    """What a version makes of each item: three queries at most, whatever the length."""
    criteria, lines = _by_item(Criterion, items), _by_item(ChecklistLine, items)
    begun = _stays.begun(items)
    return {
        item.pk: _merge(item, known, criteria[item.pk], lines[item.pk], item.pk in begun)
        for item in items
    }


def _by_item(model: Any, items: Iterable[WorkItem]) -> dict[int, list]:
    rows: dict[int, list] = defaultdict(list)
    for row in model.objects.filter(item__in=[item.pk for item in items], withdrawn_at=None):
        rows[row.item_id].append(row)
    return rows


def _merge(
    item: WorkItem,
    known: Definition,
    criteria: list[Criterion],
    lines: list[ChecklistLine],
    begun: bool,
) -> Merge:
    before = definition(item.type_version_id)
    same = before.version.type_id == known.version.type_id
    values, dropped = fitting(known, item.values)
    stage = known.stage(item.stage) if same else None
    return Merge(
        known=known,
        values=values,
        dropped=tuple(dropped),
        stage=item.stage if stage is not None and stage.status == item.status else "",
        criteria=_parts(criteria, before.criteria, known.criteria, same, begun),
        lines=_parts(lines, before.lines, known.lines, same, begun),
        begun=begun,
    )


def _parts(
    rows: Sequence[Criterion] | Sequence[ChecklistLine],
    before: Sequence[TypeCriterion] | Sequence[TypeLine],
    asked: Sequence[TypeCriterion] | Sequence[TypeLine],
    same: bool,
    begun: bool,
) -> tuple[Part, ...]:
    standing = {row.key: row for row in rows}
    of_type = {each.key for each in before}
    parts = []
    for each in asked:
        row = standing.pop(each.key, None)
        if row is None:
            fate = Fate.NEW
        elif each.key not in of_type:
            fate = Fate.STAYS
        else:
            fate = Fate.KEPT if same and _fits(row, each) else Fate.AGAIN
        parts.append(Part(fate, each.key, row, None if fate == Fate.STAYS else each, begun))
    for row in standing.values():
        stays = row.key not in of_type or (same and begun and _stays.stays_begun(row))
        parts.append(Part(Fate.STAYS if stays else Fate.WITHDRAWN, row.key, row))
    return tuple(parts)


def _fits(row: Criterion | ChecklistLine, asked: Any) -> bool:
    """Whether what was answered still answers what is asked; a criterion is what its key says."""
    if isinstance(row, Criterion) or not row.answer:
        return True
    if (row.kind, row.unit) != (asked.kind, asked.unit) or asked.hold_point > row.hold_point:
        return False
    match row.answer:
        case LineAnswer.NOT_APPLICABLE:
            return asked.na_allowed
        case LineAnswer.PASS if asked.kind == LineKind.READING:
            return row.value is None or not outside(asked, row.value)
        case LineAnswer.PASS if asked.kind == LineKind.CHOICE:
            return row.said in asked.choices
    return True


def follow(part: Part) -> dict[str, Any]:
    """Let a kept row ask what the version asks, in memory: the columns that changed.

    Who answers a line looked at what it asked: a line that asks otherwise has another version.
    """
    row, changed = part.row, {}
    for name in TAKES[type(row)]:
        value = getattr(part.asked, name)
        if part.begun and name in ("quality", "evidence"):
            value = _stays.as_begun(row, name, value)
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed[name] = value
    if isinstance(row, ChecklistLine) and set(changed) - {"position"}:
        row.version += 1
        changed["version"] = row.version
    return changed


def refusals(item: WorkItem, merge: Merge, before: WorkTypeVersion) -> list[Reason]:
    """Why an item cannot be moved to a version of its type; empty when it can."""
    after = merge.known.version
    if item.status in ENDED:
        return [Reason("not_from", {"status": item.status, "verb": "move_version"})]
    if after.type_id != item.type_id:
        return [Reason("version_of_other_type")]
    if after.number < before.number:
        return [Reason("version_older", {"number": after.number, "current": before.number})]
    reasons = _stays.asks_less(item, before, after) if merge.begun else []
    asked = [each for each in merge.lines if each.fate in (Fate.NEW, Fate.AGAIN)]
    if item.status == Status.DONE and asked:
        texts = [each.text for each in asked]
        lead = ("role", str(Role.SHIFT_LEAD))
        reasons.append(Reason("complete_asks_more", {"lines": texts}, clears=lead))
    gone = {each.fate for each in merge.criteria} == {Fate.WITHDRAWN}
    if item.status in OWNED and gone:
        reasons.append(Reason("criteria_needed", clears=("role", str(Role.SITE_ADMIN))))
    return reasons
