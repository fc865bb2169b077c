"""At the place: measures ticked, the permit issued, taken, taken over at the change of shift."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from permits.models import Issue, Permit
from permits.services import _conflicts, _named, beside
from permits.services._enter import changed, end_issue, end_stop, enter, moved, sign
from permits.services._facts import Facts
from permits.services._issue_end import latest_end
from permits.standing import not_taken
from permits.states import IssueEnd, Part, State, Verb
from work.exceptions import Unknown
from work.services import OpenAct, door


def _tick(
    act: OpenAct, *, permit_id: int, measure_ids: Iterable[int], seen: int | None = None
) -> Permit:
    """The issuer has seen that these measures are there."""
    facts = enter(act, permit_id, Verb.TICK, seen)
    wanted = set(measure_ids)
    rows = [each for each in facts.measures if each.pk in wanted]
    if len(rows) != len(wanted):
        raise Unknown
    for each in rows:
        each.ticked_at, each.ticked_by = act.at, act.person
        each.save()
    act.record("permit_ticked", facts.permit, measures=sorted(wanted))
    return facts.permit


def _issue(
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
    """Give the permit out, after the look at the job. ends: by default as late as it may be.

    scanned: the code of the place was read; else why not. despite: why it is issued although all
    was stopped there and that is not confirmed of each.
    """
    said: dict[str, Any] = {"scanned": scanned, "why": why, "despite": despite}
    facts = enter(act, permit_id, Verb.ISSUE, seen, {"ends": ends, "signed": signed, **said})
    return give_out(act, facts, Verb.ISSUE, ends, **said)


def give_out(
    act: OpenAct,
    facts: Facts,
    verb: Verb,
    ends: datetime | None,
    *,
    scanned: bool,
    why: str,
    despite: str = "",
) -> Permit:
    """Make the issue; nobody works before it is taken."""
    permit = facts.permit
    note = _why(act, permit, scanned, why)
    word = act.note(despite, "despite", subject=permit) if facts.all_stopped else None
    _conflicts.renew(act, permit, _conflicts.of(permit, act.at, ends=permit.ends))
    permit.issue_ends = ends or latest_end(facts, act.person.pk) or permit.ends
    permit.issuer = act.person
    facts.issue = Issue.objects.create(
        permit=permit,
        issuer=act.person,
        taker_id=permit.performing_authority_id or 0,
        issued_at=act.at,
        ends=permit.issue_ends,
        issuer_scanned=scanned,
        issuer_note=note,
    )
    sign(act, permit, Part.ISSUED if verb == Verb.ISSUE else Part.BROUGHT_BACK)
    until = permit.issue_ends.isoformat()
    more = {"despite": word.pk} if word else {}
    moved(act, facts, verb, State.ISSUED, issue=facts.issue.pk, until=until, **more)
    beside.given_out(act, permit, begins=True)
    return permit


def _withdraw(act: OpenAct, *, permit_id: int, seen: int | None = None) -> Permit:
    """Take the issue back before anybody took it."""
    facts = enter(act, permit_id, Verb.WITHDRAW, seen)
    end_issue(facts, act.at, IssueEnd.WITHDRAWN)
    state = not_taken(facts.permit)
    if state == State.AUTHORISED:
        end_stop(act, facts)  # nobody ever began under it
    return moved(act, facts, Verb.WITHDRAW, state)


def _take(
    act: OpenAct,
    *,
    permit_id: int,
    scanned: bool = False,
    why: str = "",
    seen: int | None = None,
    signed: bool = False,
) -> Permit:
    """The performing authority takes it, after the same look at the job: it is in force."""
    given = {"scanned": scanned, "why": why, "signed": signed}
    facts = enter(act, permit_id, Verb.TAKE, seen, given)
    permit, issue = facts.permit, _open(facts)
    issue.taken_at, issue.taker_scanned = act.at, scanned
    issue.taker_note = _why(act, permit, scanned, why)
    issue.save()
    end_stop(act, facts)
    permit.begun_at = permit.begun_at or act.at
    permit.tests_until = facts.tests_until()
    sign(act, permit, Part.TAKEN)
    moved(act, facts, Verb.TAKE, State.IN_FORCE, issue=issue.pk)
    beside.given_out(act, permit)
    return permit


def _why(act: OpenAct, permit: Permit, scanned: bool, why: str) -> Any:
    """Why the label of the place was not read, where it was not."""
    return None if scanned else act.note(why, "look", subject=permit)


def _open(facts: Facts) -> Issue:
    if facts.issue is None:
        raise Unknown
    return facts.issue


# --- the change of shift --------------------------------------------------------------------------


def _accept(
    act: OpenAct,
    *,
    permit_id: int,
    scanned: bool = False,
    why: str = "",
    seen: int | None = None,
    signed: bool = False,
) -> Permit:
    """Who comes in as performing authority accepts, after the same look at the job.

    In force once an issuer takes over too.
    """
    given = {"scanned": scanned, "why": why, "signed": signed}
    facts = enter(act, permit_id, Verb.ACCEPT, seen, given)
    issue = _open(facts)
    issue.next_taker, issue.next_taker_at, issue.next_taker_scanned = act.person, act.at, scanned
    issue.next_taker_note = _why(act, facts.permit, scanned, why)
    issue.save()
    sign(act, facts.permit, Part.TAKEOVER_PERFORMER)
    return changed(act, facts, "takeover_accepted", issue=issue.pk)


def _take_over(
    act: OpenAct,
    *,
    permit_id: int,
    ends: datetime | None = None,
    scanned: bool = False,
    why: str = "",
    seen: int | None = None,
    signed: bool = False,
) -> Permit:
    """The incoming issuer accepts after the look: the permit goes on without a stop, to a new end.

    Who accepted shortly before to come in as performing authority does so with it; never past
    what is authorised.
    """
    given = {"ends": ends, "scanned": scanned, "why": why, "signed": signed}
    facts = enter(act, permit_id, Verb.TAKE_OVER, seen, given)
    permit, before, coming = facts.permit, _open(facts), facts.coming
    end_issue(facts, act.at, IssueEnd.TAKEN_OVER)
    taker_id = _named.person(act, permit, coming or before.taker_id)
    permit.performing_authority_id = taker_id
    permit.issuer = act.person
    permit.issue_ends = ends or latest_end(facts, act.person.pk) or permit.ends
    _conflicts.renew(act, permit, _conflicts.of(permit, act.at, ends=permit.ends))
    facts.issue = Issue.objects.create(
        permit=permit,
        issuer=act.person,
        taker_id=taker_id,
        issued_at=act.at,
        ends=permit.issue_ends,
        issuer_scanned=scanned,
        issuer_note=_why(act, permit, scanned, why),
        taken_at=act.at,
        taker_scanned=before.next_taker_scanned if coming else before.taker_scanned,
        taker_note=before.next_taker_note if coming else before.taker_note,
    )
    permit.tests_until = facts.tests_until()
    sign(act, permit, Part.TAKEOVER_ISSUER)
    data: dict[str, Any] = {"issue": facts.issue.pk, "performer": taker_id}
    moved(act, facts, Verb.TAKE_OVER, State.IN_FORCE, **data)
    beside.given_out(act, permit)
    return permit


tick = door(_tick)
issue = door(_issue)
withdraw = door(_withdraw)
take = door(_take)
accept = door(_accept)
take_over = door(_take_over)

__all__ = ["accept", "issue", "take", "take_over", "tick", "withdraw"]
