"""The parameters of an address, bounded; nothing here is believed yet."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.http import QueryDict

from work.reads.facets import Wanted

# In the order in which the form and the chips show them.
PARAMETERS = (
    "q",
    "status",
    "type",
    "place",
    "here",
    "owner",
    "team",
    "executor",
    "asset",
    "priority",
    "kind",
    "clears",
    "blocked",
    "ready",
    "overdue",
    "unconfirmed",
    "owner_left",
    "no_duty",
    "nobody",
    "incomplete",
    "source_closed",
    "due_before",
    "waiting_days",
    "since",
    "closed_since",
    "held_since",
)
# Of these any of several values will do; the others have one.
MANY = frozenset({"status", "type", "place", "team", "priority", "kind"})
LONGEST, MOST_VALUES, MOST_FIELDS, LAST_PAGE = 120, 12, 8, 20
# The key of a row may hold a whole text of an own field.
_LONGEST_FIELD, _LONGEST_KEY = 42, 5100
# Of a custom field a value, or the least or the most of it.
ENDS = (".from", ".to")
GROUPS = ("kind", "clears")
MOST_COLUMNS = 24
# Tags of things and places look much like it: a number has the letter that is shown, or none.
_NUMBER = re.compile(r"(?:[Ww]-?)?([0-9]{1,15})")


@dataclass(frozen=True)
class Asked:
    """What was asked for, by parameter; `f.<key>` for custom fields.

    left: what is more, or longer, than can be asked at once. columns, group: how the list shows it.
    view: the saved view that it began with. bare: the address that asks for nothing.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    after: str = ""
    columns: tuple[str, ...] = ()
    group: str = ""
    view: str = ""
    left: tuple[tuple[str, str], ...] = ()
    bare: str = "?"

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        """From the address of a request; unknown parameters are left out."""
        names = [name for name in PARAMETERS if name in query]
        names += [name for name in query if name.startswith("f.")]
        values: dict[str, tuple[str, ...]] = {}
        left: list[tuple[str, str]] = []
        fields = 0
        for name in names:
            found = _bounded(query.getlist(name))
            most = MOST_VALUES if name in MANY else 1
            if found and name.startswith("f."):
                fields += 1
                if fields > MOST_FIELDS or len(bare(name)) > _LONGEST_FIELD:
                    most = 0
            if found[:most]:
                values[name] = found[:most]
            left += [(name[:_LONGEST_FIELD], value) for value in found[most:]]
        return cls(
            values,
            _clean(query.get("sort", ""))[: _LONGEST_FIELD + 1],
            _page(query.get("page", "")),
            _clean(query.get("after", ""))[:_LONGEST_KEY],
            _columns(query.getlist("columns")),
            query.get("group", "") if query.get("group") in GROUPS else "",
            _clean(query.get("view", ""))[:15],
            tuple(left[:MOST_VALUES]),
        )

    @classmethod
    def from_link(cls, **values: str | Iterable[str]) -> "Asked":
        """As a link of ours would ask it."""
        given = {
            name: (value,) if isinstance(value, str) else tuple(value)
            for name, value in values.items()
        }
        return cls(given)

    def one(self, name: str) -> str:
        """The value of a parameter that has one."""
        return self.values.get(name, ("",))[0]

    def number(self) -> int | None:
        """The number of an item, where the words asked for are one: `W-1042`, `1042`."""
        found = _NUMBER.fullmatch(self.one("q"))
        return int(found[1]) if found else None

    def wanted(self) -> Wanted:
        """What has to be looked up for it."""
        q = self.one("q")
        places = {*self.values.get("place", ()), self.one("here"), q, q.upper()} - {""}
        return Wanted(
            number=self.number(),
            places=tuple(sorted(place for place in places if "\x00" not in place)),
            asset=_safe(self.one("asset")),
            owner=_safe(self.one("owner")),
            executor=_safe(self.one("executor")),
            clears=_safe(self.one("clears")),
        )

    def url(
        self,
        *,
        sort: str | None = None,
        page: int = 1,
        after: str = "",
        group: str | None = None,
        view: str | None = None,
        **changed: str | Iterable[str] | None,
    ) -> str:
        """The address of the same with something else: `type=None` without it."""
        values = {**self.values}
        for name, value in changed.items():
            if value is None:
                values.pop(name, None)
            else:
                values[name] = (value,) if isinstance(value, str) else tuple(value)
        pairs = [(name, value) for name, many in values.items() for value in many]
        sort = self.sort if sort is None else sort
        group = self.group if group is None else group
        view = self.view if view is None else view
        pairs += [("sort", sort)] if sort else []
        pairs += [("columns", ",".join(self.columns))] if self.columns else []
        pairs += [("group", group)] if group else []
        pairs += [("view", view)] if view else []
        pairs += [("page", str(page))] if page > 1 else []
        pairs += [("after", after)] if after else []
        return f"?{urlencode(pairs, safe=',')}" if pairs else self.bare

    def query(self) -> str:
        """What a view keeps of it: everything but where one stands in the list."""
        return replace(self, bare="?").url(view="").removeprefix("?")

    def without(self, name: str, value: str | None = None) -> str:
        """The address without a parameter, or without one of its values."""
        left = tuple(each for each in self.values.get(name, ()) if value not in (None, each))
        return self.url(**{name: left or None})


def bare(name: str) -> str:
    """The name of a custom field's parameter without its end."""
    return next((name.removesuffix(end) for end in ENDS if name.endswith(end)), name)


def _columns(values: Iterable[str]) -> tuple[str, ...]:
    """The columns, said one by one or in one word with commas."""
    found = dict.fromkeys(each for value in values for each in _clean(value).split(","))
    known = [each for each in found if 0 < len(each) <= _LONGEST_FIELD]
    return tuple(known[:MOST_COLUMNS])


def _bounded(values: Iterable[str]) -> tuple[str, ...]:
    """Values without the empty ones, each once, none of them long."""
    found = dict.fromkeys(value.strip()[:LONGEST] for value in values)
    return tuple(value for value in found if value)


def _page(value: str) -> int:
    """The page; every number beyond the last is the one after it, and what is none is the first."""
    plain = value.isascii() and value.isdigit()
    return min(max(int(value[:9]), 1), LAST_PAGE + 1) if plain else 1


def _clean(value: str) -> str:
    return value.replace("\x00", "")


def _safe(value: str) -> str:
    """A value that may be looked up; one that cannot be a name is not looked up at all."""
    kind, colon, key = value.partition(":")
    if "\x00" in value or (colon and key.isdigit() and not (key.isascii() and len(key) <= 15)):
        return ""
    return value
