"""What was read and drawn, kept in the process for as long as nothing is different at the site.

The live token says whether a page could look different (`live.state`). What was read under one
state is right until it changes, so that after an act each process reads a site once, and not once
for each of a hundred boards that follow. What an answer depends on besides stands in its key: an
answer of the database in its statement, which says who may see what; what was made for a reader in
the reader's id and rights.
"""

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from work.permissions import Scope
from work.prepared import planned

# So many bytes are kept of a site, the oldest go first; a row is reckoned as a wide one.
MOST = 32 * 1024**2
ROW = 1000

type Rows = Sequence[tuple[Any, ...]]
type Params = Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True)
class _Now:
    """What the request is answered under: the site as it is, at its moment."""

    site_id: int
    state: tuple[Any, ...]
    at: datetime


@dataclass
class _Site:
    """What is kept of one site, and the state under which it was read. Each with its bytes."""

    state: tuple[Any, ...]
    answers: dict[Hashable, tuple[Any, int]] = field(default_factory=dict)
    size: int = 0


_now: ContextVar[_Now | None] = ContextVar("now", default=None)
_sites: dict[int, _Site] = {}
_lock = threading.Lock()


@contextmanager
def under(site_id: int, state: tuple[Any, ...], at: datetime) -> Iterator[None]:
    """What is read inside is kept for this state of the site, and taken from what was."""
    before = _now.set(_Now(site_id, state, at))
    try:
        yield
    finally:
        _now.reset(before)


def answer(sql: str, params: Params, *, often: bool = False) -> Rows:
    """What a statement that only reads is answered: kept, or asked. Not to be changed.

    often: it is the same for everybody, so that it is planned once a connection.
    """
    now = _now.get()
    if now is None:
        return _ask(sql, params, often)
    # The moment is another each time; what it has passed is part of the state.
    values = params.items() if isinstance(params, Mapping) else params
    key = sql, repr(["at" if each == now.at else each for each in values])
    return _kept(now, key, lambda: _ask(sql, params, often), lambda rows: ROW * (1 + len(rows)))


def rows(found: QuerySet[Any, Any]) -> Rows:
    """The same for what names its columns (`values_list`)."""
    try:
        return answer(*found.query.sql_with_params())
    except EmptyResultSet:
        return []


def drawn[T: str](key: tuple[Hashable, ...], draw: Callable[[], T]) -> T:
    """What stands on pages as it is, for everybody with this key, language and day."""
    now = _now.get()
    if now is None:
        return draw()
    return _kept(now, (*key, get_language(), timezone.localdate(now.at)), draw, len)


def for_reader[T](key: tuple[Hashable, ...], who: Scope, make: Callable[[], T], *, rows: int) -> T:
    """What was made of so many rows for one reader, in the reader's language: as `drawn`. Not to be
    changed. A row is worth five: with what can be done to it, and drawn.
    """
    now = _now.get()
    if now is None:
        return make()
    own = (who.user_id, who.grants, get_language(), timezone.localdate(now.at))
    return _kept(now, (*key, *own), make, lambda _made: 5 * ROW * rows)


def forget() -> None:
    """Keep nothing of what was read."""
    with _lock:
        _sites.clear()


def _kept[T](now: _Now, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
    with _lock:
        site = _sites.get(now.site_id)
        if site is None or site.state != now.state:
            site = _sites[now.site_id] = _Site(now.state)
        known = site.answers.get(key)
    if known is not None:
        return known[0]
    made = make()
    entry = made, size(made)
    with _lock:
        site.size += entry[1] - site.answers.pop(key, (None, 0))[1]
        site.answers[key] = entry
        while site.size > MOST:
            site.size -= site.answers.pop(next(iter(site.answers)))[1]
    return made


def _ask(sql: str, params: Params, often: bool) -> Rows:
    with planned() if often else connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
