"""What the revisions of a document ask at a moment: plain values, nothing is read or written.

A course is the revisions of one document that were, are or will be in use, in their order. Who has
read enough is asked of `Readers`: of some people, which revisions each acknowledged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from documents.states import Bearing


@dataclass(frozen=True)
class Term:
    """One revision and the time in which it is the one in use; it may have no end yet.

    has_lines: it is signed line by line. stopped: when it was withdrawn so that work under way
    stops.
    """

    id: int
    label: str
    starts: datetime
    ends: datetime | None = None
    bearing: str = Bearing.NOTICE
    reread: bool = True
    withdrawn: bool = False
    has_lines: bool = False
    stopped: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in use at a moment."""
        return self.starts <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True)
class Readers:
    """Of these people, which revisions each acknowledged."""

    people: Sequence[int]
    read: Mapping[int, frozenset[int]]

    def lacking(self, any_of: Iterable[int]) -> list[int]:
        """Who acknowledged none of these revisions."""
        wanted = frozenset(any_of)
        return [person for person in self.people if not wanted & self.read.get(person, frozenset())]


@dataclass(frozen=True)
class Verdict:
    """Whether it is so at a moment, and until when that holds; None: until something is done.

    code: why not. term: the revision that it is about. lacking: who has not acknowledged it.
    """

    met: bool
    code: str = ""
    term: Term | None = None
    until: datetime | None = None
    lacking: Sequence[int] = ()


def current(course: Sequence[Term], at: datetime) -> Term | None:
    """The revision in use at a moment."""
    return next((term for term in course if term.holds(at)), None)


def coming(course: Sequence[Term], at: datetime) -> Term | None:
    """The first one that comes into use after a moment."""
    return next((term for term in course if term.starts > at), None)


def counting(course: Sequence[Term], term: Term) -> set[int]:
    """The revisions of which an acknowledgement counts for one: its own, and those of earlier
    ones as far back as nothing was to be read anew."""
    counted = set()
    for each in reversed(course[: course.index(term) + 1]):
        counted.add(each.id)
        if each.reread:
            break
    return counted


def to_start(course: Sequence[Term], readers: Readers | None, at: datetime) -> Verdict:
    """What is asked of work that has not begun: one in use, and read by all where that is asked."""
    now = current(course, at)
    if now is None:
        soon = coming(course, at)
        if soon is None:
            return Verdict(False, "not_effective")
        return Verdict(False, "not_effective_yet", soon, soon.starts)
    lacking = _lacking(course, now, readers)
    if lacking:
        later = (term for term in course if term.starts > at)
        read = next((term for term in later if not _lacking(course, term, readers)), None)
        return Verdict(False, "not_acknowledged", now, read.starts if read else None, lacking)
    last = now
    for term in course[course.index(now) + 1 :]:
        if term.starts != last.ends or _lacking(course, term, readers):
            break
        last = term
    return Verdict(True, "", now, last.ends)


def under_way(
    course: Sequence[Term], began: int, readers: Readers, at: datetime, *, acknowledge: bool
) -> Verdict:
    """What is asked of work that began under a revision: that one, until a later one stops it.

    A stop is over for who has read the revision that stopped, or one after it. Who joins has read
    the one under which it began or one since, where that is asked.
    """
    found = _under_way(course, began, readers, at, acknowledge)
    if found.met:
        return found
    later = (term.starts for term in course if term.starts > at)
    free = (then for then in later if _under_way(course, began, readers, then, acknowledge).met)
    return replace(found, until=next(free, None))


def _under_way(
    course: Sequence[Term], began: int, readers: Readers, at: datetime, acknowledge: bool
) -> Verdict:
    own = next(term for term in course if term.id == began)
    since = [term for term in course if term.starts > own.starts and not term.withdrawn]
    begun = [term for term in since if term.starts <= at]
    if own.stopped is not None and own.stopped <= at:
        lacking = readers.lacking(term.id for term in begun) if begun else []
        if lacking or not begun:
            return Verdict(False, "withdrawn_stops", own, lacking=lacking)
    stops = [term for term in begun if term.bearing == Bearing.STOP]
    if stops:
        lacking = readers.lacking(_from(since, stops[-1]))
        if lacking:
            return Verdict(False, "stopped_by", stops[-1], lacking=lacking)
    if acknowledge:
        lacking = readers.lacking(counting(course, own) | {term.id for term in begun})
        if lacking:
            return Verdict(False, "not_acknowledged", own, lacking=lacking)
    ahead = (term for term in since if term.starts > at and term.bearing == Bearing.STOP)
    stop = next((term for term in ahead if readers.lacking(_from(since, term))), None)
    return Verdict(True, "", own, stop.starts if stop else None)


def at_hold_point(course: Sequence[Term], began: int, readers: Readers, at: datetime) -> Verdict:
    """What is asked of work under way at its next hold point: the last strict one since, signed
    by all; its lines, or those of a later one."""
    own = next(term for term in course if term.id == began)
    since = [term for term in course if term.starts > own.starts and not term.withdrawn]
    strict = [term for term in since if term.bearing == Bearing.HOLD_POINT]
    begun = [term for term in strict if term.starts <= at]
    if begun:
        lacking = readers.lacking(_signed(since, begun[-1]))
        if lacking:
            return Verdict(False, "lines_unsigned", begun[-1], lacking=lacking)
    ahead = (term for term in strict if term.starts > at)
    coming = next((term for term in ahead if readers.lacking(_signed(since, term))), None)
    if coming is not None:
        return Verdict(True, "", begun[-1] if begun else own, coming.starts)
    return Verdict(True, "", strict[-1] if strict else own)


def _from(since: Sequence[Term], term: Term) -> set[int]:
    """That one and those after it: who has read a later one has read enough."""
    return {each.id for each in since if each.starts >= term.starts}


def _signed(since: Sequence[Term], strict: Term) -> set[int]:
    """A strict one and those after it that had lines to be signed: to read another is not to
    sign."""
    later = {each.id for each in since if each.starts >= strict.starts and each.has_lines}
    return later | {strict.id}


def _lacking(course: Sequence[Term], term: Term, readers: Readers | None) -> list[int]:
    return readers.lacking(counting(course, term)) if readers is not None else []
