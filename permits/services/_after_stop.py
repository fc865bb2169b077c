"""After all was stopped at a place: what is issued there before everybody is known to be out.

While people are on a permit whose stop nobody has confirmed, or it was taken, so that who took it
may be there, nothing is issued there: whoever came in now would hide who is missing, and what was
the danger may go on. Where nobody ever began and the word alone is missing, the issuer says why it
is issued all the same.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import JSONObject

from permits.models import Issue, Permit, PermitItem, Presence, Stop
from permits.services._around import affected_by
from permits.services._facts import Facts
from permits.services._here import held_by_performer
from permits.services._named import model_of
from permits.services._places import along, meet
from permits.services._says import next_by
from permits.states import State, StopCause
from work.exceptions import Reason
from work.prepared import Among


def against(facts: Facts, given: Mapping[str, Any] | None) -> list[Reason]:
    """What stands against an issue; a page that only offers it is told what no word clears."""
    found = unconfirmed(facts)
    if not found:
        return []
    since = {"since": found[0].called_at.isoformat()}
    people = [each for each in found if each.people]  # type: ignore[attr-defined]
    if people:
        by = next_by(people[0].permit, State.STOP_CALLED, facts.at)
        return [Reason("permits.all_stopped_people", {"count": len(people), **since}, clears=by)]
    if given is None or str(given.get("despite") or "").strip():
        return []
    return [Reason("permits.all_stopped_word", {"count": len(found), **since})]


def unconfirmed(facts: Facts) -> list[Stop]:
    """The stops that nobody has confirmed since all was stopped along where this is to be issued
    or what it affects, oldest first, each with whether `people` may be on its permit. No query
    where none is unconfirmed.
    """
    if facts.state not in (State.AUTHORISED, State.STOPPED):
        return []
    if facts.all_stopped is None:
        # Said by the query that read the permit alone.
        some = getattr(facts.permit, "site_unconfirmed", True)
        facts.all_stopped = _unconfirmed(facts.permit, facts.at) if some else []
    return facts.all_stopped


def _unconfirmed(permit: Any, now: datetime) -> list[Stop]:
    on_it = Presence.objects.filter(permit=OuterRef("permit"), off_at=None)
    taken = Issue.objects.filter(permit=OuterRef("permit"), ended_at=None, taken_at__isnull=False)
    rows = Stop.objects.filter(permit__site=permit.site_id, confirmed_at=None, ended_at=None)
    rows = rows.exclude(permit=permit).order_by("called_at", "pk")
    also = {
        "people": ExpressionWrapper(Exists(on_it) | Exists(taken), BooleanField()),
        "theirs": ArraySubquery(affected_by(OuterRef("permit"))),
        "said": ArraySubquery(_said(permit, rows.values("called_at")[:1], now)),
        "here": Case(When(people=True, then=held_by_performer("permit__"))),
    }
    whose = rows.select_related("permit__place", "permit__performing_authority")
    stops: list[Any] = list(whose.annotate(**also))
    for each in stops:
        if each.people:
            each.permit.here = each.here
    # Said at the site and there: the same of each of them.
    said = stops[0].said if stops else ()
    times = [(datetime.fromisoformat(each["at"]), each["path"] or "") for each in said]
    return [each for each in stops if any(_counts(each, at, path) for at, path in times)]


def _said(permit: Any, since: Any, now: datetime) -> QuerySet[Any, Any]:
    """When all was stopped along where a permit is or what it affects, and the path of where;
    none of the whole site.
    """
    near = along([permit.place.path, *permit.affected_paths], of="")
    places = model_of(Permit, "place").objects.filter(near, site=permit.site_id).order_by()
    path = places.filter(pk=OuterRef("subject_id")).values("path")
    of_place = Q(Among(F("subject_id"), ArraySubquery(places.values("pk"))))
    events = model_of(model_of(PermitItem, "item"), "history").objects.filter(
        Q(subject_type="work.site", subject_id=permit.site_id)
        | Q(of_place, subject_type="work.place"),
        verb="all_stopped",
        site=permit.site_id,
        recorded_at__gte=Subquery(since),
        recorded_at__lte=now,
    )
    where = Case(When(subject_type="work.place", then=Subquery(path)))
    return events.order_by().values_list(JSONObject(at=F("recorded_at"), path=where), flat=True)


def _counts(stop: Any, at: datetime, path: str) -> bool:
    """Whether it was called by that stop of all, or before it along where that was."""
    if stop.cause == StopCause.ALL and stop.called_at == at:
        return True
    where = (stop.permit.place.path, *stop.theirs)
    return stop.called_at <= at and any(meet(each, path) for each in where)
