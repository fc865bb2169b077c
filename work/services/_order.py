"""The order of what happened: nothing is said to have been done before what it follows.

Only what a person says is looked at; an act of which nothing was said happens at its own moment.
Forms know no seconds: what is said of the minute in which the earlier thing happened counts as
that very moment.
"""

from datetime import datetime

from work import events
from work.exceptions import Reason, Refused
from work.models import Blocker, Event, Window, WorkItem
from work.services.acts import OpenAct
from work.states import MOVES

# Events with which an item came to a status.
_CAME = [*map(str, MOVES), "request", "import"]


def after_last_move(act: OpenAct, item: WorkItem) -> None:
    """Refuse what is said to have happened before the item came to the status that it has."""
    if act.happened_at >= act.at:
        return
    own = Event.objects.filter(
        subject_type=events.label(WorkItem), subject_id=item.pk, verb__in=_CAME
    )
    since = own.order_by("-pk").values_list("happened_at", flat=True).first()
    if since is not None and not _follows(act, since):
        params = {"status": item.status, "since": since.isoformat()}
        raise Refused(Reason("before_its_status", params))


def after_raised(act: OpenAct, blocker: Blocker) -> None:
    """Refuse to end a blocker before it began."""
    if act.happened_at < act.at and not _follows(act, blocker.since):
        raise Refused(Reason("before_the_blocker", {"since": blocker.since.isoformat()}))


def after_opened(act: OpenAct, window: Window) -> None:
    """Refuse to close a window before it was opened."""
    since = window.opened_at
    if act.happened_at < act.at and since is not None and not _follows(act, since):
        raise Refused(Reason("before_the_opening", {"since": since.isoformat()}))


def _follows(act: OpenAct, since: datetime) -> bool:
    if act.happened_at < since.replace(second=0, microsecond=0):
        return False
    if act.happened_at < since:
        act.happened(since)
    return True
