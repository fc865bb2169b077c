"""What is stored, read again only where it may differ from what was read before.

Every statement of the connection is seen (`watch`): as long as nothing was written the digest
stands, and what is rolled back is as it was at the savepoint; else PostgreSQL tells in which tables
rows were written. A table with the same digest has the same rows, and the same rows read the same
at the same moment.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from tests.properties import rows

# The first words of what writes nothing. The rest, known or not, may have written.
_READS = {"SELECT", "PREPARE", "EXECUTE", "SET"}


class Memory(rows.Reader):
    """A digest and a reader of one connection, which ask only what they do not know."""

    def __init__(self, *of: str) -> None:
        """of: as `rows.Digest` takes it."""
        super().__init__()
        self._asked = rows.Digest(*of)
        self._digest: list[str] | None = None
        # The digest that was asked last, and how much had been written then.
        self._asked_last: tuple[list[str], list[int]] | None = None
        self._at_savepoint: dict[str, tuple] = {}
        self._named: dict[str, list[int]] = {}
        self._known: dict[tuple, Any] = {}

    def forget(self) -> None:
        """Let go of what was read, so that it does not grow from run to run."""
        self._known.clear()

    def watch(self, execute: Callable, sql: Any, params: Any, many: bool, context: dict) -> Any:
        """See a statement that is about to be executed."""
        word, _, rest = str(sql).lstrip().partition(" ")
        if word == "SAVEPOINT":
            self._at_savepoint[rest] = (self._digest, self._asked_last)
        elif word == "RELEASE":
            self._at_savepoint.pop(rest.removeprefix("SAVEPOINT "), None)
        elif word == "ROLLBACK":
            was = self._at_savepoint.get(rest.removeprefix("TO SAVEPOINT "), (None, None))
            self._digest, self._asked_last = was
        elif word not in _READS or (";" in rest and "CONSTRAINTS" not in rest):
            self._digest = None
        return execute(sql, params, many, context)

    @property
    def tables(self) -> list[str]:
        """What is digested."""
        return self._asked.tables

    def digest(self) -> list[str]:
        """One number a table over everything that is stored, in the order of `tables`."""
        if self._digest is None:
            self._digest = self._ask_again()
        return self._digest

    def _ask_again(self) -> list[str]:
        """Only of the tables in which something was written since it was asked last."""
        written = self._asked.writes()
        if self._asked_last is None:
            found = self._asked()
        else:
            found, then = list(self._asked_last[0]), self._asked_last[1]
            new = [place for place, count in enumerate(written) if count != then[place]]
            for place, number in zip(new, self._asked.of(new) if new else (), strict=True):
                found[place] = number
        self._asked_last = (found, written)
        return found

    def rows(self, sql: str) -> list[rows.Row]:
        """The rows of a table, those read before where it is as it was then."""
        key = (sql, *self._stand(sql))
        return self._once(key, lambda: super(Memory, self).rows(sql))

    def shown(self, by: Q) -> list[int]:
        """Ids of the items that a filter lets through."""
        key = (by, *self._stand("work_workitem work_place"))
        return self._once(key, lambda: super(Memory, self).shown(by))

    def readings(self, moments: Iterable[datetime]) -> dict[datetime, tuple[set[int], ...]]:
        """What the queryset reads at each moment."""
        moments, stored = list(moments), tuple(self.digest())
        new = [at for at in moments if (at, stored) not in self._known]
        for at, found in super().readings(new).items() if new else ():
            self._once((at, stored), lambda found=found: found)
        return {at: self._known[(at, stored)] for at in moments}

    def _stand(self, names: str) -> list[str]:
        """The digests of the tables that are named."""
        places = self._named.get(names)
        if places is None:
            tables = sorted(set(re.findall(r"\bwork_\w+", names)))
            places = self._named[names] = [self.tables.index(each) for each in tables]
        digest = self.digest()
        return [digest[place] for place in places]

    def _once(self, key: tuple, ask: Callable[[], Any]) -> Any:
        if key not in self._known:
            self._known[key] = ask()
        return self._known[key]
