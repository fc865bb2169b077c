"""What a requirement of documents asks, by the revision that it is about at a moment."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from documents import course
from documents.course import Term
from documents.reads.courses import Course, courses
from documents.reads.visible import KEY
from documents.states import Bearing
from work.exceptions import Reason
from work.ports import Source
from work.states import Status

_NOT_BEGUN = frozenset({Status.REQUESTED, Status.PLANNED})


class OfItems:
    """The start asks for the revision in force at that start, whatever came later; a hold point
    for the strict one that came."""

    key = KEY

    def named(self, item: Any, sources: Collection[Source], at: datetime) -> dict[Source, Reason]:
        """One query."""
        known = courses([each.id for each in sources if each.id is not None], item.pk)
        found = {}
        for source in sources:
            of = known.get(source.id or 0)
            if of is None or of.site_id != item.site_id:
                continue
            began = None if item.status in _NOT_BEGUN else of.began
            named = _point if source.param("point") == "hold" else _start
            if (reason := named(of, began, item, at)) is not None:
                found[source] = reason
        return found


def _start(of: Course, began: int | None, item: Any, at: datetime) -> Reason | None:
    if began is not None:
        term = next((each for each in of.terms if each.id == began), None)
        return term and _said("began", of, term)
    now = course.current(of.terms, at)
    then = course.current(of.terms, max(at, item.planned_start or at))
    if then is not None and then != now:
        return _said("coming", of, then, since=then.starts.isoformat())
    return now and _said("revision", of, now)


def _point(of: Course, began: int | None, item: Any, at: datetime) -> Reason | None:
    own = next((each for each in of.terms if each.id == began), None)
    if own is None:
        return None
    strict = [
        each
        for each in of.terms
        if each.starts > own.starts and each.bearing == Bearing.HOLD_POINT and not each.withdrawn
    ]
    begun = [each for each in strict if each.starts <= at]
    return _said("lines_of", of, (begun[-1:] or strict)[0]) if strict else None


def _said(code: str, of: Course, term: Term, **more: Any) -> Reason:
    params = {"document": of.code, "revision": term.label, **more}
    return Reason(f"need.documents.{code}", params, ("document", of.id))


__all__ = ["OfItems"]
