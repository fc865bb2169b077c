"""Cells of a spreadsheet that came back: what each says, or why it cannot be taken."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from work.reads.choices import SiteChoices
from work.reads.sheet import unescaped
from work.services.import_.rows import Cell
from work.states import Priority

_DAY_FIRST = re.compile(r"(\d{1,2})[-.](\d{1,2})[-.](\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_LONGEST = 18


class Unfit(Exception):
    """A cell that cannot be taken, and why."""


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


def moment_of(cell: Cell, zone: tzinfo) -> datetime | None:
    """A moment as it was typed, in the site's zone where it names none. Raises Unfit."""
    found = cell if isinstance(cell, datetime) else _parsed(text_of(cell), zone)
    if found is None:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    if not 1900 <= found.year <= 2199:
        raise Unfit(_("This is no time that people plan for."))
    # A spreadsheet counts days as fractions, which are not exact.
    return (found + timedelta(milliseconds=500)).replace(microsecond=0).astimezone(UTC)


def is_same(typed: datetime | None, now: datetime | None) -> bool:
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


def priority_of(text: str) -> str:
    """The priority with this code or label. Raises Unfit."""
    labels: dict[str, str] = {str(label): value for value, label in Priority.choices}
    value = labels.get(text, text)
    if value not in Priority.values:
        raise Unfit(_("A priority is one of: %(them)s.") % {"them": ", ".join(Priority.values)})
    return value


def needed_of(cell: Cell) -> str:
    """What the cell says. Raises Unfit where that is nothing."""
    text = text_of(cell)
    if not text:
        raise Unfit(_("This cannot be emptied."))
    return text


def text_of(cell: Cell) -> str:
    """A cell as it was before it was escaped."""
    return unescaped(cell.strip()) if isinstance(cell, str) else str(cell)


def whole_of(cell: Cell) -> int | None:
    """The whole number in it, where it is one."""
    text = text_of(cell)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None
