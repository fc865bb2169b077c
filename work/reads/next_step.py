"""Who takes the next step of an item, and which: derived, never stored."""

from django.utils.translation import gettext as _

from work.states import ENDED, Status, Verb

# What the next step is in each status, where nothing blocks it.
_VERBS = {
    Status.REQUESTED: Verb.PLAN,
    Status.PLANNED: Verb.START,
    Status.LIVE: Verb.COMPLETE,
    Status.WAITING: Verb.RESUME,
    Status.DONE: Verb.ACCEPT,
}
_EXECUTED = (Status.PLANNED, Status.LIVE, Status.WAITING)


def next_step(status: str, blocked: bool) -> str:
    """The next step in words; nothing where it is ended."""
    if status in ENDED:
        return ""
    return _("Clear what blocks it") if blocked else str(_VERBS[Status(status)].label)


def next_by(status: str, blocked: bool, *, clears: str, executors: str, owner: str) -> str:
    """By whom: who clears it, who carries it out, else its owner; names as they are shown."""
    if status in ENDED:
        return ""
    if blocked:
        return clears or owner
    if status == Status.REQUESTED:
        return _("Planner")
    return executors if status in _EXECUTED and executors else owner
