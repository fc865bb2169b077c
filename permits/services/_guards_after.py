"""What refuses the end of a permit: hand-back, after-care, closing; and what asks why."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from permits.services import _asked, _follow_up
from permits.services._apart import apart
from permits.services._facts import Facts
from permits.services._isolated import isolations_to_close
from permits.services._says import next_by, stands
from permits.states import State
from work.exceptions import Reason
from work.permissions import Scope

Given = Mapping[str, Any]


def hand_back(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    said = []
    if facts.overdue:
        said.append(stands(facts.permit, facts.at))
    if facts.on_it:
        by = next_by(facts.permit, State.IN_FORCE, facts.at)
        said.append(Reason("permits.people_on_it", {"count": len(facts.on_it)}, clears=by))
    if given is None:
        return said
    if not str(given.get("left") or "").strip():
        said.append(Reason("permits.condition_left_needed"))
    if given.get("complete") is None:
        said.append(Reason("permits.complete_or_not"))
    said += _follow_up.remaining_against(given)
    if facts.permit.type.aftercare_minutes:
        watcher = given.get("watcher_id")
        if watcher is None:
            said.append(Reason("permits.watcher_needed"))
        else:
            until = facts.at + timedelta(minutes=facts.permit.type.aftercare_minutes)
            said += _asked.against(facts, {"permits.watcher": watcher}, until)
    return said


def name(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """Who has begun and is ill or away is replaced, and it is kept why."""
    return why(facts, who, given) if facts.permit.begun_at is not None else []


def name_watcher(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if given is None:
        return []
    said, watcher = why(facts, who, given), given.get("watcher_id")
    if watcher is None:
        return [*said, Reason("permits.watcher_needed")]
    if watcher == facts.permit.watcher_id:
        said.append(Reason("permits.watches_already"))
    return said + _asked.against(facts, {"permits.watcher": watcher}, watched_until(facts))


def watched_until(facts: Facts) -> datetime:
    """Until when who is named now watches: all the minutes, as nobody may have watched so far."""
    anew = facts.at + timedelta(minutes=facts.permit.type.aftercare_minutes)
    return max(facts.permit.aftercare_until or anew, anew)


def end_aftercare(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    until = facts.permit.aftercare_until
    if until is not None and facts.at < until:
        return [Reason("permits.aftercare_lasts", {"until": until.isoformat()})]
    return []


def close(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    said = isolations_to_close(facts.isolations) + _follow_up.needed(facts)
    if who.user_id is not None:
        said += apart(facts, issuer=who.user_id)
    if given is not None and not str(given.get("inspected") or "").strip():
        said.append(Reason("permits.inspection_needed"))
    return said


def cancel(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if facts.state == State.STOPPED and facts.permit.begun_at is not None:
        return [stands(facts.permit, facts.at)]  # it is handed back
    return why(facts, who, given)


def why(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if given is not None and not str(given.get("why") or "").strip():
        return [Reason("reason_needed")]
    return []
