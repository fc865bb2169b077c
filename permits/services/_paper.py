"""Entry from paper: what happened while the system was away is written afterwards.

It is marked as that, with who wrote it; nothing is permitted backwards.
"""

from datetime import datetime, timedelta
from typing import Any

from permits.states import StopCause, Verb
from work.exceptions import Reason

LATE = timedelta(minutes=15)
# The clock calls these by itself, so that somebody may have stopped before it did.
_BY_CLOCK = frozenset({StopCause.TEST, StopCause.OVERDUE})
# What may be entered afterwards: it makes nothing safer to go on with than it was.
PAPER = frozenset(
    {Verb.CALL_STOP, Verb.CONFIRM, Verb.HAND_BACK, Verb.TEST, Verb.SIGN_ON, Verb.SIGN_OFF}
)


def late(act: Any) -> bool:
    """Whether an act is written so long after it happened that it comes from paper."""
    return bool(act.happened_at < act.at - LATE)


def when(act: Any) -> datetime:
    """The moment that stands on what an act makes: of paper the one that is said there."""
    return act.happened_at if late(act) else act.at


def against(act: Any, facts: Any, verb: Verb) -> list[Reason]:
    """Why it is not entered from paper; nothing where it does not come from there."""
    if not late(act):
        return []
    if verb not in PAPER:
        return [Reason("permits.not_from_paper")]
    since = _since(facts, verb)
    if since is None:
        return [Reason("permits.paper_untaken")]
    if not follows(act, since):
        return [Reason("permits.paper_before", {"since": since.isoformat()})]
    return []


def follows(act: Any, since: datetime) -> bool:
    """Whether it is not of before a moment; what is said of that very minute counts as it."""
    if act.happened_at < since.replace(second=0, microsecond=0):
        return False
    if act.happened_at < since:
        act.happened_at = since
    return True


def _since(facts: Any, verb: Verb) -> datetime | None:
    """Since when it could have happened: the permit was taken, people came on, it was stopped."""
    taken = facts.permit.issues.filter(taken_at__isnull=False).order_by("-pk")
    begun = taken.values_list("taken_at", flat=True).first()
    if begun is None:
        return None
    moments = [begun]
    if verb in (Verb.CONFIRM, Verb.HAND_BACK):
        moments += [each.on_at for each in facts.on_it]
    stop = facts.stop
    if verb == Verb.HAND_BACK and stop is not None and stop.confirmed_at:
        moments.append(stop.confirmed_at)
    if verb == Verb.CONFIRM and stop is not None and stop.cause not in _BY_CLOCK:
        moments.append(stop.called_at)  # a slip of before the call is no answer to it
    return max(moments)


def mark(act: Any, facts: Any, verb: Verb) -> None:
    """Say in the history that it comes from paper, and who wrote it."""
    if late(act):
        act.record("permit_from_paper", facts.permit, verb=str(verb))
