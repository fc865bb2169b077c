"""The end of a permit: handed back, after-care, closed after the inspection."""

from datetime import timedelta
from typing import Any

from permits.models import Permit
from permits.services import _named
from permits.services._enter import changed, end_issue, end_stop, enter, heard, moved, sign
from permits.services._follow_up import made
from permits.services._guards_after import watched_until
from permits.services._paper import late, when
from permits.services._telling import tell
from permits.states import IssueEnd, Part, State, Verb
from work.services import OpenAct, door

_LEAST_WATCH = timedelta(minutes=30)


def _hand_back(
    act: OpenAct,
    *,
    permit_id: int,
    complete: bool | None = None,
    left: str = "",
    remaining: str = "",
    watcher_id: int | None = None,
    seen: int | None = None,
    signed: bool = False,
) -> Permit:
    """The performing authority hands it back: the work complete or not, and how it is left.

    remaining: what is left to do of what is not complete; it goes on as work of its own.
    watcher_id: who watches the after-care, where its type has any.
    """
    given = {"complete": complete, "left": left, "watcher_id": watcher_id, "signed": signed}
    given["remaining"] = remaining
    facts = enter(act, permit_id, Verb.HAND_BACK, seen, given)
    permit, to = facts.permit, State.HANDED_BACK
    end_stop(act, facts)
    end_issue(facts, when(act), IssueEnd.HANDED_BACK)
    permit.complete = complete
    if complete is False:
        permit.follow_up = made(act, permit, remaining.strip(), left)
        if permit.follow_up is None:
            tell(act, facts, "permits.told_no_follow_up", act.at)
    if permit.type.aftercare_minutes and watcher_id is not None:
        permit.watcher_id = _named.person(act, permit, watcher_id)
        until = when(act) + timedelta(minutes=permit.type.aftercare_minutes)
        # Who is named only now watches for a while yet, however long ago it was handed back.
        permit.aftercare_until = max(until, act.at + _LEAST_WATCH) if late(act) else until
        to = State.AFTERCARE
    note = act.note(left, "condition", subject=permit)
    sign(act, permit, Part.HANDED_BACK)
    data = {"complete": complete, "note": note.pk if note else None}
    data["follow_up"] = permit.follow_up_id
    return moved(act, facts, Verb.HAND_BACK, to, **data)


def _name_watcher(
    act: OpenAct,
    *,
    permit_id: int,
    watcher_id: int | None = None,
    why: str = "",
    seen: int | None = None,
) -> Permit:
    """Another watches the after-care: who was named is ill or away. The minutes begin anew."""
    given = {"watcher_id": watcher_id, "why": why}
    facts = enter(act, permit_id, Verb.NAME_WATCHER, seen, given)
    before = facts.permit.watcher_id
    facts.permit.watcher_id = _named.person(act, facts.permit, watcher_id or 0)
    until = facts.permit.aftercare_until = watched_until(facts)
    note = act.note(why, "watcher", subject=facts.permit)
    data: dict[str, Any] = {"user": watcher_id, "before": before, "note": note.pk if note else None}
    data["until"] = until.isoformat()
    changed(act, facts, "watcher_named", **data)
    heard(act, facts.permit)
    return facts.permit


def _end_aftercare(
    act: OpenAct, *, permit_id: int, left: str = "", seen: int | None = None, signed: bool = False
) -> Permit:
    """The named watcher signs that nothing was seen until the end."""
    facts = enter(act, permit_id, Verb.END_AFTERCARE, seen, {"signed": signed})
    note = act.note(left, "aftercare", subject=facts.permit)
    sign(act, facts.permit, Part.AFTERCARE)
    note_id = note.pk if note else None
    return moved(act, facts, Verb.END_AFTERCARE, State.HANDED_BACK, note=note_id)


def _close(
    act: OpenAct,
    *,
    permit_id: int,
    inspected: str = "",
    seen: int | None = None,
    signed: bool = False,
) -> Permit:
    """The issuer has inspected the place: what state it is in, stated."""
    given = {"inspected": inspected, "signed": signed}
    facts = enter(act, permit_id, Verb.CLOSE, seen, given)
    facts.permit.closed_by = act.person
    note = act.note(inspected, "inspection", subject=facts.permit)
    sign(act, facts.permit, Part.CLOSED)
    return moved(act, facts, Verb.CLOSE, State.CLOSED, note=note.pk if note else None)


hand_back = door(_hand_back)
name_watcher = door(_name_watcher)
end_aftercare = door(_end_aftercare)
close = door(_close)

__all__ = ["close", "end_aftercare", "hand_back", "name_watcher"]
