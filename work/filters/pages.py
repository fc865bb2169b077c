"""Paging: pages of fifty up to twenty, then the next ones by the key of the last row."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from work.filters.asked import LAST_PAGE
from work.filters.order import key
from work.filters.selection import Selection
from work.reads.counts import CAP, said
from work.reads.rows import ItemRow

SIZE = 50
_NEAR = 2


@dataclass(frozen=True)
class Page:
    """A link to one page."""

    number: int
    url: str
    current: bool


@dataclass
class Pager:
    """Where one stands among the rows, and the ways on."""

    total_text: str
    first: int = 0
    last: int = 0
    pages: list[Page] = field(default_factory=list)
    previous_url: str = ""
    next_url: str = ""
    # The last page, where the one that was asked for lies beyond it.
    beyond_url: str = ""


def offset(selection: Selection) -> int:
    """How many rows stand before this page; none after a key."""
    return 0 if selection.asked.after else (selection.asked.page - 1) * SIZE


def within(selection: Selection, total: int) -> bool:
    """Whether the page that was asked for can have rows."""
    near = bool(selection.asked.after) or selection.asked.page <= LAST_PAGE
    return near and total > offset(selection)


def pager(selection: Selection, rows: Sequence[ItemRow], more: bool, total: int) -> Pager:
    """The pager below `rows`; `more`: there are rows after them."""
    asked, found = selection.asked, Pager(said(total))
    following = asked.url(after=key(rows[-1], selection.sort)) if more and rows else ""
    if asked.after:
        found.previous_url, found.next_url = asked.url(page=LAST_PAGE), following
        return found
    page, begin = asked.page, offset(selection)
    if rows:
        found.first, found.last = begin + 1, begin + len(rows)
    last = LAST_PAGE if total > CAP else max(1, -(-total // SIZE))
    if page > last:
        found.previous_url = found.beyond_url = asked.url(page=last)
    elif page > 1:
        found.previous_url = asked.url(page=page - 1)
    if more:
        found.next_url = asked.url(page=page + 1) if page < LAST_PAGE else following
    numbers = sorted({1, last, *range(max(1, page - _NEAR), min(last, page + _NEAR) + 1)})
    if last > 1 or found.beyond_url:
        found.pages = [Page(number, asked.url(page=number), number == page) for number in numbers]
    return found
