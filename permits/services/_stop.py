"""A stop is called, by whomever and whatever."""

from permits.models import Stop
from permits.services._enter import end_stop, moved, moved_unheard
from permits.services._facts import Facts
from permits.services._paper import when
from permits.services._telling import tell
from permits.states import State, StopCause, Verb
from work.services import OpenAct

_BY_PEOPLE = {StopCause.PERSON, StopCause.HERE, StopCause.ALL}


def call(
    act: OpenAct, facts: Facts, cause: StopCause, why: str = "", *, hears: bool = True
) -> None:
    """The stop is called; until somebody there confirms it, it shows *not confirmed*.

    A stop that a gas test called becomes one of whoever calls after it; a call is never lost.
    hears: not where many are called at once, of which the work hears at the end.
    """
    note = act.note(why, "stop", subject=facts.permit)
    if facts.stop is not None and facts.stop.confirmed_at is not None:
        end_stop(act, facts)  # it is of before the issue that stops now
    if facts.stop is None or facts.stop.cause == StopCause.TEST != cause:
        facts.stop = facts.stop or Stop(permit=facts.permit)
        facts.stop.cause, facts.stop.called_at = cause, when(act)
        facts.stop.called_by = act.actor if cause in _BY_PEOPLE else None
    facts.stop.note = facts.stop.note or note
    facts.stop.save()
    move = moved if hears else moved_unheard
    move(act, facts, Verb.CALL_STOP, State.STOP_CALLED, cause=str(cause))
    tell(act, facts, "permits.told_stop", act.at)
