"""How much of its long lists the page of an item shows at once; the rest is one link away."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from work.exceptions import Reason
from work.reads import item as read
from work.reads.item import Page

# A longer list than WHOLE is cut to its first rows, so that what is left is worth a click.
WHOLE, MOST = 15, 12
# So many things of one kind are said to be missing before the rest is counted.
_OF_A_KIND = 3
_ALL = frozenset({"requirements", "evidence", "closure", "history"})


class Folds:
    """The lists of one page, each cut to its beginning unless the reader asked for all of it.

    left: how many rows are not shown, by the list. Reasons that point at one of those lead to the
    page on which it is.
    """

    def __init__(
        self, page: Page, whole: frozenset[str], before: int | None = None, *, cut: bool = True
    ) -> None:
        """whole: the names of the lists that the address asks for to their end. before: the event
        before which the history that is shown begins. cut: whether the others are cut.
        """
        self.whole, self.before, self._cuts = whole, before, cut
        self.left: Counter[str] = Counter()
        self._url = read.url(page.site, page.item.number)
        self._elsewhere: dict[str, str] = {}

    def url(self, name: str) -> str:
        """The page as it is shown, with all of this list: what was unfolded stays so."""
        return self._page(self.whole | {name}, self.before)

    def _page(self, whole: frozenset[str], before: int | str | None) -> str:
        asked = [("all", each) for each in sorted(whole & _ALL)]
        asked += [("before", str(before))] if before is not None else []
        return f"{self._url}?{urlencode(asked)}" if asked else self._url

    def stretches(self, older: int | None) -> dict[str, str]:
        """The ways on from the stretch of history that is shown, and back to the newest."""
        each = "history" in self.whole
        return {
            "older_url": self._page(self.whole, older) if older else "",
            "each_url": self._page(self.whole | {"history"}, ""),
            "newest_url": self._page(self.whole - {"history"}, None) if self.before or each else "",
        }

    def _all_of(self, name: str) -> bool:
        return name in self.whole or not self._cuts

    def cut(self, name: str, rows: list[dict[str, Any]], anchor: str = "") -> list[dict[str, Any]]:
        """The first rows; `anchor` is how a reason points at one, as "blocker"."""
        if self._all_of(name) or len(rows) <= WHOLE:
            return rows
        self.left[name] += len(rows) - MOST
        for row in rows[MOST:]:
            here = f"#{anchor}-{row.get('pk')}"
            self._elsewhere[here] = self.url(name) + here
        return rows[:MOST]

    def few(self, name: str, reasons: list[Reason]) -> list[Reason]:
        """The first reasons of each kind."""
        if self._all_of(name):
            return reasons
        said: Counter[str] = Counter()
        kept = []
        for reason in reasons:
            said[reason.code] += 1
            if said[reason.code] <= _OF_A_KIND:
                kept.append(reason)
        self.left[name] += len(reasons) - len(kept)
        return kept

    def point(self, reasons: list[dict[str, str]]) -> None:
        """Lead reasons to the page on which they can be seen."""
        for reason in reasons:
            reason["url"] = self._elsewhere.get(reason["url"], reason["url"])

    def links(self) -> dict[str, dict[str, Any]]:
        """The link to the rest of each list that is cut."""
        return {name: {"n": n, "url": self.url(name)} for name, n in self.left.items() if n}
