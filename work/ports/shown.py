"""What a domain brings to the pages: sections, words, its place in the navigation, finds."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from work.exceptions import Reason
from work.ports.items import Source


@runtime_checkable
class Panel(Protocol):
    """A domain's section on a page. The count comes with the page, the body by a link.

    A person whose page it is has `at_site`, the site of that page: what is counted is of that site
    alone, and is kept until something is different there.
    """

    key: str
    page: str  # item, place, asset, person, shift or picture
    title: Any  # lazily translated

    def count(self, user: Any, thing: Any, at: datetime) -> int | None:
        """How many rows the body has for this viewer; None hides the panel. At most one query."""
        ...

    def url(self, thing: Any) -> str:
        """Where the body is."""
        ...


@runtime_checkable
class CountedPanel(Panel, Protocol):
    """A section that counts rows: those of all such sections of a page are one query.

    always: it is shown where there is nothing to count, too. by_id: which rows they are says the id
    of the thing alone (`thing.pk`), for a reader with the same grants: that is put together once.
    """

    always: bool
    by_id: bool

    def rows(self, user: Any, thing: Any, at: datetime) -> Any | None:
        """What it counts, as a queryset; None hides the panel."""
        ...


@dataclass(frozen=True)
class Words:
    """The sentences of a domain's coded reasons. key: the domain's own, as "permits".

    sentences: lazily translated, by code; each code begins with the key and a dot
    ("permits.not_issued"), or is "need.<supplier>" for what a requirement of that supplier asks
    when nothing was typed. Params stand in them as %(name)s.
    general: what somebody reads who may not see the item that the reason is about; no params.
    called: what its records of a site are called now, by code, where history keeps the code alone;
    one query.
    """

    key: str
    sentences: Mapping[str, Any]
    general: Mapping[str, Any] = field(default_factory=dict)
    called: Callable[[int, Collection[str]], Mapping[str, str]] | None = None


@runtime_checkable
class Naming(Protocol):
    """Names what its supplier asks, as that stands when it is read: which revision of a document.

    What a requirement asks is stored with it, and would be out of date at the second at which time
    alone changes it. key: the supplier's.
    """

    key: str

    def named(self, item: Any, sources: Collection[Source], at: datetime) -> dict[Source, Reason]:
        """Of an item at a moment; what it leaves out is called as it is stored. One query."""
        ...


@dataclass(frozen=True)
class Room:
    """A domain's place among where one can go. icon: as `{% icon %}` takes it.

    url_name: of its first page, which takes the slug of the site: "permits:permit_list".
    """

    key: str
    title: Any
    icon: str
    url_name: str


@dataclass(frozen=True)
class Found:
    """One record that a search found. exact: it is called so."""

    title: str
    sub: str
    url: str
    exact: bool = False


@dataclass(frozen=True)
class Way:
    """A way from the head of a page to one of a domain's own: stop work here.

    page: item or place. url: of the thing, whose site is loaded. icon: as `{% icon %}` takes it.
    """

    key: str
    page: str
    title: Any  # lazily translated
    icon: str
    url: Callable[[Any], str]


@runtime_checkable
class SearchSource(Protocol):
    """What of a domain the one box finds."""

    key: str
    title: Any  # lazily translated

    def find(self, site: Any, who: Any, words: str, at: datetime, most: int) -> list[Found]:
        """What the reader may know of, best first, at most so many: one query."""
        ...


@dataclass(frozen=True)
class Lapse:
    """What time alone changes in a domain, so that pages that are open learn of it.

    sql: one value of a site (%(site)s) at a moment (%(at)s) that differs once something has
    lapsed, answered by one end of an index. Its own words, never anybody's input.
    """

    key: str
    sql: str
