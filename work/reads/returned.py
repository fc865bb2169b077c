"""What came back of the list in a spreadsheet, compared with what stands: some rows at a time."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import batched
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from work.models import Site, WorkItem
from work.permissions import Scope
from work.reads import facets, sheet
from work.reads.choices import SiteChoices
from work.reads.facets import Wanted
from work.reads.returned_cells import (
    Owners,
    Unfit,
    is_same,
    moment_of,
    needed_of,
    priority_of,
    text_of,
    whole_of,
)
from work.reads.rows import ItemRow
from work.reads.seen import of_site
from work.services.import_ import peek
from work.services.import_.faults import Fault, FileFault, shown
from work.services.import_.rows import Cell, Row
from work.services.import_.stage import rows_of

# So many rows a file may have, so many of them changed; so many faults are kept to be shown.
MOST_ROWS, MOST_CHANGED, MOST_SAID = 20_000, 2_000, 200
MOST_UNPACKED = 200_000_000
# What changes without a change of the item's own: a difference says nothing.
_FLEETING = frozenset({sheet.ID, sheet.VERSION, sheet.NUMBER, "blocked_by", *sheet.EDITABLE})


class NotTaken(Exception):
    """The file is not looked at any further, and why."""


class _Column(NamedTuple):
    key: str
    field: Any = None


@dataclass
class Found:
    """What a file would change. stale: changed by somebody since; said, many: of what is wrong."""

    total: int = 0
    same: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)
    stale: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    many_stale: int = 0
    many_faults: int = 0
    ignored: dict[str, int] = field(default_factory=dict)

    def stale_one(self, row: dict[str, Any]) -> None:
        """Note a row that somebody else changed."""
        self.many_stale += 1
        self.stale += [row] if len(self.stale) < MOST_SAID else []

    def fault(self, line: int, column: str, value: Cell, reason: str) -> None:
        """Note what is wrong with a cell."""
        self.many_faults += 1
        if len(self.faults) < MOST_SAID:
            said = {"line": line, "column": shown(column), "value": shown(value), "reason": reason}
            self.faults.append(said)

    def as_json(self) -> dict[str, Any]:
        """All but the changes."""
        kept = ("total", "same", "stale", "faults", "many_stale", "many_faults", "ignored")
        return {name: getattr(self, name) for name in kept}


def compare(path: Path, site: Site, who: Scope, at: datetime) -> Found:
    """What the file would change. Raises FileFault and NotTaken."""
    _check_unpacked(path)
    form = peek.form_of(path)
    columns: list[str] = []
    next(rows_of(path, form, [sheet.ID, sheet.VERSION], 1, columns), None)
    needed = [name for name in (sheet.ID, sheet.VERSION, *sheet.EDITABLE) if name in columns]
    return _Compared(site, who, at, columns).run(rows_of(path, form, needed, MOST_ROWS + 1))


def _check_unpacked(path: Path) -> None:
    """Refuse an archive that says it holds much more than a list; what it says is not exceeded."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return  # who reads it says what it is
    if size > MOST_UNPACKED:
        limit = {"part": path.name, "limit": MOST_UNPACKED // 1_000_000}
        raise FileFault(Fault("xlsx_too_large", path.name, params=limit))


class _Compared:
    def __init__(self, site: Site, who: Scope, at: datetime, columns: list[str]) -> None:
        self.site, self.who, self.at, self.found = site, who, at, Found()
        self.zone: tzinfo = ZoneInfo(site.time_zone)
        self.seen = of_site(who, site)
        self.owners = Owners(SiteChoices(site, who, at))
        own = {f"f.{each.key}": each for each in facets.load(site, who, Wanted()).fields}
        known = [_Column(key) for key in sheet.KEYS]
        known += [_Column(name, own[name]) for name in columns if name in own]
        self.table = {name: cell for name, cell in sheet.table(known, self.zone) if name in columns}
        wanted = {"executors": "executor", "team": "team", "blocked_by": "kind"}
        self.more = [key for name, key in wanted.items() if name in columns]
        self.more += ["planned_end"] if "planned_end" in columns else []
        self.met: set[int] = set()

    def run(self, rows: Iterator[Row]) -> Found:
        for chunk in batched(rows, sheet.CHUNK):
            self.found.total += len(chunk)
            if self.found.total > MOST_ROWS:
                raise NotTaken(
                    _("The file has more than %(most)s rows. Narrow the list, or leave out rows.")
                    % {"most": MOST_ROWS}
                )
            pks = [pk for row in chunk if (pk := whole_of(row.cells.get(sheet.ID, ""))) is not None]
            known = sheet.known(pks, self.seen, self.at, self.who, self.more)
            items = {row.pk: row for row in known}
            owned = WorkItem.objects.filter(pk__in=items).values_list(
                "pk", "owner_user_id", "owner_post_id"
            )
            owners = {
                pk: f"user:{user}" if user else f"post:{post}" if post else ""
                for pk, user, post in owned
            }
            for row in chunk:
                self._judge(row, items, owners)
            if len(self.found.changes) > MOST_CHANGED:
                raise NotTaken(
                    _("More than %(most)s rows were changed. Bring them in several files.")
                    % {"most": MOST_CHANGED}
                )
        return self.found

    def _judge(self, row: Row, items: dict[int, ItemRow], owners: dict[int, str]) -> None:
        if row.faults:
            for fault in row.faults:
                self.found.fault(row.line, fault.column, fault.value, fault.reason)
            return
        item = self._item(row, items)
        seen = whole_of(row.cells.get(sheet.VERSION, ""))
        if item is None:
            return
        if seen is None:
            value = row.cells.get(sheet.VERSION, "")
            self.found.fault(row.line, sheet.VERSION, value, _("This is no whole number."))
            return
        changed = self._changes(row, item, owners[item.pk])
        if changed is None:
            return
        if seen == item.version:
            self._note_ignored(row, item)
        if not changed:
            self.found.same += 1
            return
        kept = {"item": item.pk, "number": item.number, "seen": seen, "set": changed}
        if owner := changed.get("owner"):
            kept["owner"] = self.owners.names[owner]
        if seen == item.version:
            self.found.changes.append(kept)
        else:
            self.found.stale_one(kept)

    def _item(self, row: Row, items: dict[int, ItemRow]) -> ItemRow | None:
        """The item of a row; None where that is wrong."""
        said = row.cells.get(sheet.ID, "")
        pk, number = whole_of(said), text_of(row.cells.get(sheet.NUMBER, ""))
        item = items.get(pk) if pk is not None else None
        if item is None:
            reason = _("There is no such item here, or it is not yours to know.")
        elif pk in self.met:
            reason = _("This item stands in the file twice.")
        elif number and number != item.label:
            reason = _("This is the id of other work than that of the number.")
        else:
            self.met.add(item.pk)
            return item
        self.found.fault(row.line, sheet.ID, said, reason)
        return None

    def _changes(self, row: Row, item: ItemRow, owner: str) -> dict[str, Any] | None:
        """What the cells that can be brought back change; None where one of them is wrong."""
        changed: dict[str, Any] = {}
        for name in sheet.EDITABLE:
            if name not in row.cells:
                continue
            cell = row.cells[name]
            if text_of(cell) == self.table[name](item):
                continue
            try:
                if name == "owner":
                    value: Any = self.owners.key(needed_of(cell))
                    same = value == owner
                elif name == "priority":
                    value = priority_of(needed_of(cell))
                    same = value == item.priority
                else:
                    moment = moment_of(cell, self.zone)
                    value = moment.isoformat() if moment else None
                    same = is_same(moment, getattr(item, name))
            except Unfit as unfit:
                self.found.fault(row.line, name, cell, str(unfit))
                return None
            if not same:
                changed[name] = value
        return changed

    def _note_ignored(self, row: Row, item: ItemRow) -> None:
        """Count what differs in columns that cannot be brought back."""
        for name, cell in self.table.items():
            if name in _FLEETING or name not in row.cells:
                continue
            if " ".join(text_of(row.cells[name]).split()) != " ".join(str(cell(item)).split()):
                self.found.ignored[name] = self.found.ignored.get(name, 0) + 1


__all__ = ["MOST_CHANGED", "MOST_ROWS", "Found", "NotTaken", "compare"]
