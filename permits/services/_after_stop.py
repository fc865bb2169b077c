"""After all was stopped at a place: what is issued there before everybody is known to be out.

While people are on a permit whose stop nobody has confirmed, nothing is issued there: whoever
came in now would hide who is missing, and what was the danger may go on. Where nobody is on it and
the word alone is missing, the issuer says why it is issued all the same.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from permits.models import Permit, PermitItem, Presence, Stop
from permits.services._facts import Facts
from permits.services._named import model_of
from permits.services._says import next_by
from permits.states import State, StopCause
from work.exceptions import Reason


def against(facts: Facts, given: Mapping[str, Any] | None) -> list[Reason]:
    """What stands against an issue; a page that only offers it is told what no word clears."""
    found = unconfirmed(facts)
    if not found:
        return []
    since = {"since": found[0].called_at.isoformat()}
    people = [each for each in found if each.people]  # type: ignore[attr-defined]
    if people:
        by = next_by(people[0].permit, State.STOP_CALLED)
        return [Reason("permits.all_stopped_people", {"count": len(people), **since}, clears=by)]
    if given is None or str(given.get("despite") or "").strip():
        return []
    return [Reason("permits.all_stopped_word", {"count": len(found), **since})]


def unconfirmed(facts: Facts) -> list[Stop]:
    """The stops that nobody has confirmed since all was stopped where this is to be issued, oldest
    first, each with whether `people` are on its permit. No query where none is unconfirmed.
    """
    if facts.state not in (State.AUTHORISED, State.STOPPED):
        return []
    if facts.all_stopped is None:
        # Said by the query that read the permit alone.
        some = getattr(facts.permit, "site_unconfirmed", True)
        facts.all_stopped = _unconfirmed(facts.permit, facts.at) if some else []
    return facts.all_stopped


def _unconfirmed(permit: Permit, now: datetime) -> list[Stop]:
    on_it = Presence.objects.filter(permit=OuterRef("permit"), off_at=None)
    rows = Stop.objects.filter(permit__site=permit.site_id, confirmed_at=None, ended_at=None)
    rows = rows.exclude(permit=permit).select_related("permit__place").order_by("called_at", "pk")
    stops = list(rows.annotate(people=Exists(on_it)))
    if not stops:
        return []
    place = permit.place
    above = [place.path[:end] for end in range(place.steplen, len(place.path) + 1, place.steplen)]
    rows = model_of(Permit, "place").objects.filter(site=permit.site_id, path__in=above)
    places = dict(rows.values_list("pk", "path"))
    paths = {("work.place", pk): path for pk, path in places.items()}
    paths |= {("work.site", permit.site_id): ""}
    events = model_of(model_of(PermitItem, "item"), "history").objects.filter(
        Q(subject_type="work.site", subject_id=permit.site_id)
        | Q(subject_type="work.place", subject_id__in=places),
        verb="all_stopped",
        site=permit.site_id,
        recorded_at__range=(stops[0].called_at, now),
    )
    times = [
        (at, paths[of, pk])
        for of, pk, at in events.values_list("subject_type", "subject_id", "recorded_at")
    ]
    return [each for each in stops if any(_counts(each, at, path) for at, path in times)]


def _counts(stop: Stop, at: datetime, path: str) -> bool:
    """Whether it was called by that stop of all, or before it where that was."""
    by_it = stop.cause == StopCause.ALL and stop.called_at == at
    return by_it or (stop.called_at <= at and stop.permit.place.path.startswith(path))
