"""What came back of the list in a spreadsheet, compared with what stands: some rows at a time."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import batched
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from work.models import Site, WorkItem
from work.permissions import Scope
from work.reads import facets, sheet
from work.reads.choices import SiteChoices
from work.reads.facets import Wanted
from work.reads.rows import ItemRow
from work.reads.seen import of_site
from work.services.import_ import peek
from work.services.import_.faults import Fault, FileFault, shown
from work.services.import_.rows import Cell, Row
from work.services.import_.stage import rows_of
from work.states import Priority

# So many rows a file may have, so many of them changed; so many faults are kept to be shown.
MOST_ROWS, MOST_CHANGED, MOST_SAID = 20_000, 2_000, 200
MOST_UNPACKED = 200_000_000
# What changes without a change of the item's own: a difference says nothing.
_FLEETING = frozenset({sheet.ID, sheet.VERSION, sheet.NUMBER, "blocked_by", *sheet.EDITABLE})
_DAY_FIRST = re.compile(r"(\d{1,2})[-.](\d{1,2})[-.](\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_LONGEST = 18


class NotTaken(Exception):
    """The file is not looked at any further, and why."""


class Unfit(Exception):
    """A cell that cannot be taken, and why."""


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
            said = {"line": line, "column": column, "value": shown(value), "reason": reason}
            self.faults.append(said)

    def as_json(self) -> dict[str, Any]:
        """All but the changes."""
        kept = ("total", "same", "stale", "faults", "many_stale", "many_faults", "ignored")
        return {name: getattr(self, name) for name in kept}


class Owners:
    """Who can own work at the site, by name and by key."""

    def __init__(self, choices: SiteChoices) -> None:
        pairs = [pair for _group, each in choices.owners() for pair in each]
        self.names = {key: str(name) for key, name in pairs}
        self.keys: dict[str, list[str]] = {}
        for key, name in pairs:
            self.keys.setdefault(str(name).casefold(), []).append(key)

    def key(self, text: str) -> str:
        """The key of who is called so, or has that key. Raises Unfit."""
        if text in self.names:
            return text
        found = self.keys.get(text.casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise Unfit(
                _("Several are called so: write one of %(keys)s.") % {"keys": ", ".join(found)}
            )
        raise Unfit(_("This is no post and no person who can own work here."))


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
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > MOST_UNPACKED:
            limit = {"part": path.name, "limit": MOST_UNPACKED // 1_000_000}
            raise FileFault(Fault("xlsx_too_large", path.name, params=limit))


class _Compared:
    def __init__(self, site: Site, who: Scope, at: datetime, columns: list[str]) -> None:
        self.site, self.at, self.found = site, at, Found()
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
            pks = [pk for row in chunk if (pk := _whole(row.cells.get(sheet.ID, ""))) is not None]
            items = {row.pk: row for row in sheet.known(pks, self.seen, self.at, self.more)}
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
        seen = _whole(row.cells.get(sheet.VERSION, ""))
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
        pk, number = _whole(said), _text(row.cells.get(sheet.NUMBER, ""))
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
            if _text(cell) == self.table[name](item):
                continue
            try:
                if name == "owner":
                    value: Any = self.owners.key(_needed(cell))
                    same = value == owner
                elif name == "priority":
                    value = _priority(_needed(cell))
                    same = value == item.priority
                else:
                    moment = self._moment(cell)
                    value = moment.isoformat() if moment else None
                    same = _is_same(moment, getattr(item, name))
            except Unfit as unfit:
                self.found.fault(row.line, name, cell, str(unfit))
                return None
            if not same:
                changed[name] = value
        return changed

    def _moment(self, cell: Cell) -> datetime | None:
        """A moment as it was typed, in the site's zone where it names none. Raises Unfit."""
        found = cell if isinstance(cell, datetime) else _parsed(_text(cell), self.zone)
        if found is None:
            return None
        if found.tzinfo is None:
            found = found.replace(tzinfo=self.zone)
        if not 1900 <= found.year <= 2199:
            raise Unfit(_("This is no time that people plan for."))
        # A spreadsheet counts days as fractions, which are not exact.
        return (found + timedelta(milliseconds=500)).replace(microsecond=0).astimezone(UTC)

    def _note_ignored(self, row: Row, item: ItemRow) -> None:
        """Count what differs in columns that cannot be brought back."""
        for name, cell in self.table.items():
            if name in _FLEETING or name not in row.cells:
                continue
            if " ".join(_text(row.cells[name]).split()) != " ".join(str(cell(item)).split()):
                self.found.ignored[name] = self.found.ignored.get(name, 0) + 1


def _is_same(typed: datetime | None, now: datetime | None) -> bool:
    """Whether it is what stands: spreadsheets lose parts of seconds, and some the seconds."""
    if typed is None or now is None:
        return typed is now
    now = now.replace(microsecond=0)
    return typed in (now, now.replace(second=0))


def _parsed(text: str, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    try:
        if (day := parse_date(text)) is not None:
            return datetime(day.year, day.month, day.day, tzinfo=zone)
        if (moment := parse_datetime(text)) is not None:
            return moment
        if match := _DAY_FIRST.fullmatch(text):
            day_, month, year, *clock = (int(part or 0) for part in match.groups())
            return datetime(year, month, day_, *clock, tzinfo=zone)
    except ValueError:
        pass
    raise Unfit(_("Write a time as 2026-12-31 14:00, a day as 2026-12-31."))


def _priority(text: str) -> str:
    labels: dict[str, str] = {str(label): value for value, label in Priority.choices}
    value = labels.get(text, text)
    if value not in Priority.values:
        raise Unfit(_("A priority is one of: %(them)s.") % {"them": ", ".join(Priority.values)})
    return value


def _needed(cell: Cell) -> str:
    text = _text(cell)
    if not text:
        raise Unfit(_("This cannot be emptied."))
    return text


def _text(cell: Cell) -> str:
    """A cell as it was before it was escaped."""
    return sheet.unescaped(cell.strip()) if isinstance(cell, str) else str(cell)


def _whole(cell: Cell) -> int | None:
    text = _text(cell)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None


__all__ = ["MOST_CHANGED", "MOST_ROWS", "Found", "NotTaken", "compare"]
