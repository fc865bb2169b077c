"""The way into an isolation for every inner function, and what follows from a change of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from permits.isolation_permissions import may, sees
from permits.isolation_states import ENDED, State, Verb
from permits.models import Isolation, PermitItem
from permits.services import _energy
from permits.services._enter import changed as permit_changed
from permits.services._enter import heard as permit_heard
from permits.services._enter import settle
from permits.services._facts import load as load_permit
from permits.services._isolation_facts import Facts, load
from permits.services._stop import call
from permits.services.isolation_guards import refusals
from permits.standing import state_at
from permits.states import State as PermitState
from permits.states import StopCause
from work.exceptions import Forbidden, Reason, Refused, Stale, Unknown
from work.services import OpenAct, recheck

KEY = "permits.isolation"
_GOING_ON = (PermitState.ISSUED, PermitState.IN_FORCE)


def known(act: OpenAct, isolation_id: int) -> Facts:
    """The isolation under its site's control, where the actor may know of it: by role, or as the
    own lock is on its box.
    """
    site_id = Isolation.objects.filter(pk=isolation_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise Unknown
    act.control(site_id)
    facts = load(isolation_id, act.at)
    if facts is None:
        raise Unknown
    if not sees(act.scope, facts.isolation, facts.teams) and not facts.is_of(act.scope.user_id):
        raise Unknown
    act.about(facts.isolation)
    return facts


def enter(
    act: OpenAct,
    isolation_id: int,
    verb: Verb,
    seen: int | None,
    given: Mapping[str, Any] | None = None,
) -> Facts:
    """Take the site's control and the isolation; known, allowed, not stale, nothing against it."""
    facts = known(act, isolation_id)
    parts = facts.parts(act.scope.user_id)
    allowed = may(act.scope, verb, facts.isolation, facts.teams, parts)
    if not allowed:
        raise Unknown if allowed.reason.code == "unknown" else Forbidden(allowed.reason)
    if seen is not None and seen != facts.isolation.version:
        raise Stale(seen, facts.isolation.version)
    settle_permits(act, facts)
    against = refusals(facts, verb, act.scope, given or {})
    if against:
        raise Refused(against)
    return facts


def settle_permits(act: OpenAct, facts: Facts) -> None:
    """What the clock has brought to the permits that use it is written first."""
    for use in facts.uses:
        if use.permit is None or state_at(use.permit, act.at)[0] == use.permit.state:
            continue
        due = load_permit(use.permit.pk, act.at)
        if due is not None and settle(act, due):
            use.permit = due.permit
            permit_heard(act, due.permit)


def put(act: OpenAct, isolation: Isolation, state: State) -> None:
    """The one writer of an isolation's state."""
    isolation.state, isolation.state_since = state, act.at
    if state in ENDED:
        isolation.ended_at = act.at
    isolation.save()


def moved(act: OpenAct, facts: Facts, verb: Verb, state: State, **data: Any) -> Isolation:
    """The isolation moves: its state, version and event, and the work that relies on it."""
    isolation = facts.isolation
    before = isolation.state
    isolation.version += 1
    if before == State.VERIFIED and state != State.VERIFIED:
        _stop(act, facts)
    put(act, isolation, state)
    if state in ENDED | {State.RELEASE}:
        end_asked(act, facts)
    act.record(f"isolation_{verb}", isolation, before=before, after=str(state), **data)
    heard(act, facts)
    return isolation


def end_asked(act: OpenAct, facts: Facts) -> None:
    """A test that was asked for is over, or withdrawn."""
    if facts.sanction is not None:
        facts.sanction.ended_at = act.at
        facts.sanction.save()
        facts.sanction = None


def changed(act: OpenAct, facts: Facts, verb: str, **data: Any) -> Isolation:
    """Something of it changed, and not its state."""
    isolation = facts.isolation
    isolation.version += 1
    isolation.save()
    act.record(f"isolation_{verb}", isolation, **data)
    return isolation


def kept(act: OpenAct, words: str, kind: str, isolation: Isolation) -> int:
    """Words that must be there, as a note."""
    note = act.note(words, kind, subject=isolation)
    if note is None:
        raise Refused(Reason("reason_needed"))
    return note.pk


def try_again(facts: Facts) -> None:
    """What was tried counts no longer."""
    for each in facts.points:
        if each.tried_at is not None:
            each.tried_at = each.tried_by = None
            each.save()


def fall_back(act: OpenAct, facts: Facts, verb: Verb, state: State, **data: Any) -> Isolation:
    """It must be tried again, and until then nobody relies on it: permits stop, work is blocked."""
    isolation = moved(act, facts, verb, state, **data)
    try_again(facts)
    return isolation


def gap(act: OpenAct, facts: Facts, verb: Verb) -> bool:
    """The last lock came off: nobody held it, so it is tried again before anybody relies on it.

    Where work behind it was stopped before, too; and once all is over, as more may yet rely on it.
    What became of stored energy is said anew, where it was asked.
    """
    if facts.locks or facts.isolation.state not in (State.APPLIED, State.VERIFIED):
        return False
    if facts.isolation.state == State.APPLIED:
        if not any(each.tried_at for each in facts.points):
            return False
        _unheld(facts)
        try_again(facts)
        changed(act, facts, verb, cause="gap")
        heard(act, facts)
        return True
    _unheld(facts)
    fall_back(act, facts, verb, State.APPLIED, cause="gap")
    return True


def _unheld(facts: Facts) -> None:
    if facts.isolation.energy is not None:
        _energy.anew(facts.isolation)


def _stop(act: OpenAct, facts: Facts) -> None:
    """A stop is called on every permit that goes on behind it.

    Where a gas test called one that nobody confirmed yet, it is of the isolation from now on: a
    new test alone brings it back no longer.
    """
    for permit in facts.permits:
        if permit.state not in (*_GOING_ON, PermitState.STOP_CALLED):
            continue
        going = load_permit(permit.pk, act.at)
        if going is None:
            continue
        if permit.state in _GOING_ON:
            call(act, going, StopCause.ISOLATION)
        elif going.stop is not None and going.stop.cause == StopCause.TEST:
            going.stop.cause = StopCause.ISOLATION
            going.stop.save()
            permit_changed(act, going, "stop_by_isolation", before=str(StopCause.TEST))
    act.about(facts.isolation)


def heard(act: OpenAct, facts: Facts, more: Iterable[int] = ()) -> None:
    """Ask anew for the work that hangs together with it. more: other items."""
    items = {each.item_id for each in facts.uses if each.item_id is not None}
    permits = [each.pk for each in facts.permits]
    links = PermitItem.objects.filter(permit_id__in=permits, ended_at=None)
    items |= set(links.values_list("item_id", flat=True))
    recheck(act=act, key=KEY, source_ids=[facts.isolation.pk], item_ids=items | set(more))
