"""A permit is decided on: checked, endorsed, authorised; sent back, refused, cancelled."""

from datetime import datetime

from permits.models import Permit
from permits.services import _conflicts
from permits.services._enter import changed, end_stop, enter, moved, sign
from permits.states import ASKED, Part, State, Verb
from work.services import OpenAct, door


def _check(
    act: OpenAct, *, permit_id: int, seen: int | None = None, signed: bool = False
) -> Permit:
    """The area has looked at it: place, method, assessment, what else goes on there."""
    facts = enter(act, permit_id, Verb.CHECK, seen, {"signed": signed})
    facts.permit.checked_by = act.person
    sign(act, facts.permit, Part.CHECKED)
    _conflicts.renew(act, facts.permit, _conflicts.of(facts.permit, act.at))
    return moved(act, facts, Verb.CHECK, State.CHECKED)


def _endorse(
    act: OpenAct,
    *,
    permit_id: int,
    conditions: str = "",
    until: datetime | None = None,
    seen: int | None = None,
    signed: bool = False,
) -> Permit:
    """Other activity near it is known, and it may go on; on which conditions.

    until: its window ends sooner, before what it cannot be beside begins.
    """
    facts = enter(act, permit_id, Verb.ENDORSE, seen, {"signed": signed, "until": until})
    permit = facts.permit
    permit.endorsed_by = act.person
    if until is not None:
        permit.ends = min(permit.ends, until)
    note = act.note(conditions, "endorsement", subject=permit)
    said = {"endorsed_by": act.person, "endorsed_at": act.at, "note": note}
    _conflicts.renew(act, permit, _conflicts.of(permit, act.at), **said)
    sign(act, permit, Part.ENDORSED)
    data = {"note": note.pk if note else None, "until": permit.ends.isoformat()}
    if facts.state not in ASKED:
        return changed(act, facts, "endorsed", **data)
    return moved(act, facts, Verb.ENDORSE, State.ENDORSED, **data)


def _authorise(
    act: OpenAct, *, permit_id: int, seen: int | None = None, signed: bool = False
) -> Permit:
    """It may be done, in this window. Authorising is not issuing."""
    facts = enter(act, permit_id, Verb.AUTHORISE, seen, {"signed": signed})
    facts.permit.authorised_by = act.person
    sign(act, facts.permit, Part.AUTHORISED)
    return moved(act, facts, Verb.AUTHORISE, State.AUTHORISED)


# What a step back undoes. Who signed stands among the signatures all the same.
_BACK = {
    State.REQUESTED: (State.DRAFT, "requested_by"),
    State.CHECKED: (State.REQUESTED, "checked_by"),
    State.ENDORSED: (State.CHECKED, "endorsed_by"),
}


def _revert(act: OpenAct, *, permit_id: int, why: str = "", seen: int | None = None) -> Permit:
    """Send it one step back, with what is missing."""
    facts = enter(act, permit_id, Verb.REVERT, seen, {"why": why})
    to, column = _BACK[facts.state]
    if facts.state == State.ENDORSED and facts.permit.checked_by_id is None:
        to = State.REQUESTED
    setattr(facts.permit, column, None)
    note = act.note(why, "reverted", subject=facts.permit)
    return moved(act, facts, Verb.REVERT, to, note=note.pk if note else None)


def _refuse(act: OpenAct, *, permit_id: int, why: str = "", seen: int | None = None) -> Permit:
    """It will not be permitted."""
    facts = enter(act, permit_id, Verb.REFUSE, seen, {"why": why})
    note = act.note(why, "refused", subject=facts.permit)
    return moved(act, facts, Verb.REFUSE, State.REFUSED, note=note.pk if note else None)


def _cancel(act: OpenAct, *, permit_id: int, why: str = "", seen: int | None = None) -> Permit:
    """It is not needed any more. What was in force is handed back, never cancelled."""
    facts = enter(act, permit_id, Verb.CANCEL, seen, {"why": why})
    end_stop(act, facts)
    note = act.note(why, "cancelled", subject=facts.permit)
    return moved(act, facts, Verb.CANCEL, State.CANCELLED, note=note.pk if note else None)


check = door(_check)
endorse = door(_endorse)
authorise = door(_authorise)
revert = door(_revert)
refuse = door(_refuse)
cancel = door(_cancel)

__all__ = ["authorise", "cancel", "check", "endorse", "refuse", "revert"]
