"""Checklist lines of items that are there: new ones added, texts followed until answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from work.models import ChecklistLine, WorkItem
from work.models.imports import ImportRow
from work.services.import_.faults import Fault, shown
from work.services.import_.mapping import Wins
from work.services.import_.merge import MISSING
from work.states import LineKind

FIRST_POSITION = 1000  # after the lines of the type


@dataclass
class LineWrites:
    """What is to be written of an item's checklist."""

    new: list[ImportRow] = field(default_factory=list)
    changed: list[ChecklistLine] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed)

    def write(self, item: WorkItem, after: int) -> None:
        """Write it, new lines after position `after`."""
        ChecklistLine.objects.bulk_create(
            line_of(item, row, position) for position, row in enumerate(self.new, after + 1)
        )
        ChecklistLine.objects.bulk_update(self.changed, ["text", "source_words", "version"])


def own_key(system: str, key: str) -> str:
    """The key of an imported line on its item: never that of a line of the type, a slug."""
    return f"{system}:{key}"


def line_of(item: WorkItem, row: ImportRow, position: int) -> ChecklistLine:
    """A line as it is made of a staged row; unanswered, whatever the source says of it."""
    return ChecklistLine(
        item=item,
        key=own_key(item.external_system, row.ref),
        text=row.data["f"]["text"],
        kind=LineKind.PASS_FAIL,
        na_allowed=True,
        position=position,
        source_words=row.data["w"],
    )


def compare(
    here: Mapping[str, ChecklistLine],
    rows: Sequence[ImportRow],
    base: Mapping[str, Any],
    wins: Wins,
    column: str,
    *,
    done: bool = False,
) -> tuple[LineWrites, list[Fault]]:
    """What to write of the lines here, by their key in the source; and where both changed one.

    done: the item was completed, so that nobody would answer a new line of it.
    """
    writes, faults = LineWrites(), []
    for row in rows:
        line = here.get(row.ref)
        if line is None and done:
            text = shown(row.data["f"]["text"])
            faults.append(Fault("done_here", row.file, row.line, column, text))
            continue
        if line is None:
            writes.new.append(row)
            continue
        text, before = row.data["f"]["text"], base.get(row.ref, MISSING)
        follows = wins is not Wins.FIRST and not line.answer
        if text != line.text and text != before and wins is not Wins.FIRST:
            clash = line.answer or (wins is Wins.VINKEY and line.text != before)
            if clash:
                follows = False
                params = {"here": shown(line.text)}
                faults.append(
                    Fault("conflict_kept", row.file, row.line, column, shown(text), params)
                )
        if follows and text != line.text and (wins is Wins.SOURCE or text != before):
            line.text, line.version = text, line.version + 1
            writes.changed.append(line)
        if line.source_words != row.data["w"]:
            line.source_words = row.data["w"]
            if line not in writes.changed:
                writes.changed.append(line)
    return writes, faults
