"""Stopping is two facts: a stop is called, by anybody who sees it; a person says: it is stopped.

None comes back by itself: an issuer brings it back, with all that an issue asks.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from permits.models import Permit, PermitItem, PermitPlace, Stop
from permits.permissions import STOPPING_ALL, may_at, may_explain
from permits.services import _named
from permits.services._enter import (
    all_heard,
    end_issue,
    end_stop,
    enter,
    known,
    moved,
    settle,
    sign,
)
from permits.services._facts import facts_of, with_current
from permits.services._paper import when
from permits.services._places import along
from permits.services._stop import call
from permits.services._telling import tell_brought_back
from permits.services.issuing import give_out
from permits.states import MOVES, IssueEnd, Part, State, StopCause, Verb
from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.services import OpenAct, door, notices, stops
from work.states import Role, Status

_CAN_STOP = sorted(MOVES[Verb.CALL_STOP])


def _call_stop(act: OpenAct, *, permit_id: int, why: str = "") -> Permit:
    """Stop it: one press by anybody who sees the permit; the reason may come afterwards."""
    facts = enter(act, permit_id, Verb.CALL_STOP, None)
    call(act, facts, StopCause.PERSON, why)
    return facts.permit


def _say_why(act: OpenAct, *, permit_id: int, why: str) -> Permit:
    """Say afterwards why the stop was called: who called it, or who leads there."""
    facts = known(act, permit_id)
    called_by = facts.stop.called_by_id if facts.stop else None
    if not may_explain(act.scope, facts.permit, called_by):
        clears = ("user", called_by) if called_by else ("role", str(Role.PERMIT_ISSUER))
        raise Forbidden(Reason("permits.not_yours_to_say", clears=clears))
    if facts.stop is None:
        raise Refused(Reason("permits.no_stop"))
    if not why.strip():
        raise Refused(Reason("reason_needed"))
    note = act.note(why, "stop", subject=facts.permit)
    if facts.stop.note_id is None:
        facts.stop.note = note
        facts.stop.save()
    act.record("permit_stop_explained", facts.permit, note=note.pk if note else None)
    return facts.permit


def _stop_here(act: OpenAct, *, site_id: int, place_id: int, why: str = "") -> None:
    """Stop what is at a place, by anybody who is signed in at the site; it shows nothing of it."""
    act.control(site_id)
    if not act.scope.system and site_id not in act.scope.site_ids():
        raise Unknown
    places = _named.model_of(Permit, "place").objects
    place = places.filter(pk=place_id, site_id=site_id).first()
    if place is None:
        raise Unknown
    act.about(place)
    act.record("stop_called_here", place)
    _stopped, called = _stop_each(act, at_place(site_id, place), StopCause.HERE, why)
    _tell_work(act, site_id, place, called)


def _stop_all(act: OpenAct, *, site_id: int, place_id: int | None = None, why: str = "") -> int:
    """Stop all of an area, or of the site; of how many no stop was called yet."""
    act.control(site_id)
    place = _named.place(act, site_id, place_id) if place_id is not None else None
    allowed = may_at(act.scope, STOPPING_ALL, site_id, place.path if place else "")
    if not allowed:
        if site_id not in act.scope.site_ids():
            raise Unknown
        unknown = allowed.reason.code == "unknown"
        raise Forbidden(Reason("denied") if unknown else allowed.reason)
    site = _named.model_of(Permit, "site").objects.get(pk=site_id)
    act.about(place or site)
    act.record("all_stopped", place or site)
    stopped, called = _stop_each(act, at_place(site_id, place), StopCause.ALL, why)
    _tell_work(act, site_id, place, called)
    return stopped


def at_place(site_id: int, place: Any) -> QuerySet[Permit]:
    """Permits at a place, below it, or of a place that holds it; affected places count too."""
    rows = Permit.objects.filter(site_id=site_id, state__in=_CAN_STOP)
    if place is not None:
        here = along([place.path])
        affected = PermitPlace.objects.filter(here, permit=OuterRef("pk"), ended_at=None)
        rows = rows.filter(here | Exists(affected))
    return with_current(rows).order_by("number")


def _tell_work(act: OpenAct, site_id: int, place: Any, called: Iterable[int]) -> None:
    """What is in progress there is asked to stop, and who carries it out told.

    Work under a permit on which a stop was called with it is asked by that; the rest by what is
    called here, also where it was asked to stop for something else.
    """
    items = _named.model_of(PermitItem, "item").objects.filter(site=site_id, status=Status.LIVE)
    if place is not None:
        items = items.filter(along([place.path]) | along([place.path], "places"))
    ids = set(items.values_list("pk", flat=True))
    links = PermitItem.objects.filter(item=OuterRef("pk"), permit__in=called, ended_at=None)
    bare = items.exclude(Exists(links), stop_asked_at__isnull=False)
    reason = Reason("permits.stop_here", clears=("role", str(Role.SHIFT_LEAD)))
    stops.ask(act, bare.values_list("pk", flat=True), reason)
    params = {"since": act.at.isoformat()}
    notices.tell(act, item_ids=ids, code="permits.told_stop_here", params=params)


def _stop_each(
    act: OpenAct, permits: Iterable[Permit], cause: StopCause, why: str
) -> tuple[int, list[int]]:
    """Of how many no stop was called yet, and the ids of all on which it was called now."""
    stopped: int = 0
    called: list[int] = []
    for permit in permits:
        facts = facts_of(permit, act.at)
        settle(act, facts)
        if facts.permit.state in _CAN_STOP:
            stopped += facts.permit.state != State.STOP_CALLED
            call(act, facts, cause, why, hears=False)
            called.append(permit.pk)
    if called:
        all_heard(act, called)
    return stopped, called


def _confirm(
    act: OpenAct,
    *,
    permit_id: int,
    people_out: bool = False,
    left: str = "",
    seen: int | None = None,
    signed: bool = False,
) -> Permit:
    """Who stands there says: it is stopped, people are out, and in what condition it is left.

    Also where nobody had called, and for what ran over its time.
    """
    given = {"people_out": people_out, "left": left, "signed": signed}
    facts = enter(act, permit_id, Verb.CONFIRM, seen, given)
    permit = facts.permit
    if facts.stop is None:
        late = permit.issue_ends if permit.issue_ends and permit.issue_ends <= when(act) else None
        facts.stop = Stop(
            permit=permit,
            cause=StopCause.OVERDUE if late else StopCause.PERSON,
            called_at=late or when(act),
            called_by=None if late else act.person,
        )
    # From paper it may have been stopped before the clock called it.
    facts.stop.called_at = min(facts.stop.called_at, when(act))
    facts.stop.confirmed_at, facts.stop.confirmed_by = when(act), act.person
    facts.stop.left = act.note(left, "condition", subject=permit)
    facts.stop.save()
    present = list(permit.presences.filter(off_at=None))
    for each in present:
        each.off_at, each.off_by = when(act), act.person
        each.save()
    out = [each.pk for each in present]
    facts.on_it = []
    end_issue(facts, when(act), IssueEnd.STOPPED)
    sign(act, permit, Part.STOPPED)
    return moved(act, facts, Verb.CONFIRM, State.STOPPED, stop=facts.stop.pk, out=out)


def _bring_back(
    act: OpenAct,
    *,
    permit_id: int,
    ends: datetime | None = None,
    scanned: bool = False,
    why: str = "",
    despite: str = "",
    seen: int | None = None,
    signed: bool = False,
) -> Permit:
    """The issuer brings it back: by a new issue that is taken anew.

    Where a gas test alone ran out and nobody left, by a new test and this one act.
    """
    said: dict[str, Any] = {"scanned": scanned, "why": why, "despite": despite}
    given = {"ends": ends, "signed": signed, **said}
    facts = enter(act, permit_id, Verb.BRING_BACK, seen, given)
    permit = facts.permit
    tell_brought_back(act, facts)
    if facts.state == State.STOPPED:
        return give_out(act, facts, Verb.BRING_BACK, ends, **said)
    end_stop(act, facts)
    permit.tests_until = facts.tests_until()
    sign(act, permit, Part.BROUGHT_BACK)
    return moved(act, facts, Verb.BRING_BACK, State.IN_FORCE)


call_stop = door(_call_stop)
say_why = door(_say_why)
stop_here = door(_stop_here)
stop_all = door(_stop_all)
confirm = door(_confirm)
bring_back = door(_bring_back)

__all__ = ["bring_back", "call", "call_stop", "confirm", "say_why", "stop_all", "stop_here"]
