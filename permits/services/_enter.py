"""The way into a permit for every inner function: found, controlled, seen, allowed, not stale.

What time alone has brought is written on the way: it began before the act did.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from permits.models import Permit, PermitItem, Signature, Stop
from permits.permissions import may, sees
from permits.services import _paper
from permits.services._facts import Facts, load
from permits.services.guards import refusals
from permits.standing import state_at
from permits.states import ENDED, UNDER_ISSUE, IssueEnd, Part, State, StopCause, Verb
from work.exceptions import Forbidden, Refused, Stale, Unknown
from work.services import OpenAct, recheck

KEY = "permits.permit"


def enter(
    act: OpenAct,
    permit_id: int,
    verb: Verb,
    seen: int | None,
    given: Mapping[str, Any] | None = None,
) -> Facts:
    """Take the site's control and the permit; known, allowed, not stale, and nothing against it.

    Raises Unknown (404), Forbidden (403), Stale (409) or Refused (422, all reasons at once).
    """
    facts = known(act, permit_id)
    allowed = may(act.scope, verb, facts.permit, facts.people_on_it)
    if not allowed:
        raise Forbidden(allowed.reason)
    if seen is not None and seen != facts.permit.version:
        raise Stale(seen, facts.permit.version)
    settle(act, facts)
    against = _paper.against(act, facts, verb) + refusals(facts, verb, act.scope, given or {})
    if against:
        raise Refused(against)
    _paper.mark(act, facts, verb)
    return facts


def known(act: OpenAct, permit_id: int) -> Facts:
    """The permit under its site's control, where the actor may know of it."""
    site_id = Permit.objects.filter(pk=permit_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise Unknown
    act.control(site_id)
    facts = load(permit_id, act.at)
    if facts is None or not sees(act.scope, facts.permit):
        raise Unknown
    act.about(facts.permit)
    return facts


def settle(act: OpenAct, facts: Facts) -> bool:
    """Write what the clock has brought, at its own second; whether it brought anything."""
    permit, before = facts.permit, facts.permit.state
    state, since = state_at(permit, act.at)
    if state == permit.state:
        return False
    if state == State.STOP_CALLED:
        facts.stop = Stop.objects.create(permit=permit, cause=StopCause.TEST, called_at=since)
    elif permit.state == State.ISSUED:
        end_issue(facts, permit.issue_ends or act.at, IssueEnd.WITHDRAWN)
        if state != State.STOPPED:
            end_stop(act, facts)  # nobody ever began under it
    put(permit, state, since)
    verb = "not_taken" if before == State.ISSUED and state != State.LAPSED else state
    said: dict[str, Any] = {"cause": "clock", "before": str(before), "after": str(state)}
    event = act.record(f"permit_{verb}", permit, **said)
    event.happened_at = since
    return True


def put(permit: Permit, state: State, since: datetime) -> None:
    """The one writer of a permit's state. Outside an issue nothing of one stands on it."""
    permit.state, permit.state_since = state, since
    if state not in UNDER_ISSUE:
        permit.issuer = permit.issue_ends = None
    if state in ENDED:
        permit.ended_at = since
    permit.save()


def end_issue(facts: Facts, at: datetime, how: IssueEnd) -> None:
    """The current issue ends; what was ticked before it is ticked anew before the next."""
    if facts.issue is not None:
        facts.issue.ended_at, facts.issue.how = at, how
        facts.issue.save()
        facts.issue = None
    if how in (IssueEnd.STOPPED, IssueEnd.WITHDRAWN):
        for each in facts.measures:
            each.ticked_at = each.ticked_by = None
            each.save()


def end_stop(act: OpenAct, facts: Facts) -> None:
    """The stop is over: what was stopped goes on, or ends."""
    if facts.stop is not None:
        facts.stop.ended_at, facts.stop.ended_by = act.at, act.actor
        facts.stop.save()
        facts.stop = None


def moved(act: OpenAct, facts: Facts, verb: Verb, state: State, **data: Any) -> Permit:
    """The permit moves: its state, its version, its event, and the work that relies on it."""
    permit = moved_unheard(act, facts, verb, state, **data)
    heard(act, permit)
    return permit


def moved_unheard(act: OpenAct, facts: Facts, verb: Verb, state: State, **data: Any) -> Permit:
    """The same where many move: the work that relies on them hears it once, by `all_heard`."""
    permit = facts.permit
    before = permit.state
    permit.version += 1
    put(permit, state, permit.state_since if before == state else _paper.when(act))
    act.record(f"permit_{verb}", permit, before=before, after=str(state), **data, **judged(facts))
    return permit


def changed(act: OpenAct, facts: Facts, verb: str, **data: Any) -> Permit:
    """Something of the permit changed, and not its state."""
    permit = facts.permit
    permit.version += 1
    permit.save()
    act.record(f"permit_{verb}", permit, **data, **judged(facts))
    return permit


def unasked(act: OpenAct, facts: Facts, verb: str, other: bool = True, **data: Any) -> Permit:
    """What was signed for was changed: it is a draft again, until somebody asks for it anew."""
    permit = facts.permit
    if not other or permit.state != State.REQUESTED:
        return changed(act, facts, verb, **data)
    permit.requested_by = None
    put(permit, State.DRAFT, act.at)
    changed(act, facts, verb, before=str(State.REQUESTED), after=str(State.DRAFT), **data)
    heard(act, permit)
    return permit


def judged(facts: Facts) -> dict[str, Any]:
    """Who was judged able to what for the act, as its event keeps it."""
    if not facts.judged:
        return {}
    once = [each for n, each in enumerate(facts.judged) if each not in facts.judged[:n]]
    return {"judged": once, "label": f"P-{facts.permit.number}"}


def heard(act: OpenAct, permit: Permit, more: Iterable[int] = ()) -> None:
    """Ask anew for the work that the permit is for, and what relies on it. more: other items."""
    linked = permit.links.filter(ended_at=None).values_list("item_id", flat=True)
    recheck(act=act, key=KEY, source_ids=[permit.pk], item_ids={*linked, *more})


def all_heard(act: OpenAct, permit_ids: Sequence[int]) -> None:
    """The same of many permits at once."""
    links = PermitItem.objects.filter(permit__in=permit_ids, ended_at=None)
    ids = set(links.values_list("item_id", flat=True))
    recheck(act=act, key=KEY, source_ids=permit_ids, item_ids=ids)


def sign(act: OpenAct, permit: Permit, part: Part) -> None:
    """Keep who signed, and as what."""
    Signature.objects.create(permit=permit, part=part, person=act.person, at=act.at, act=act.id)
