"""Where a permit stands at a moment: what persons decided, and what time alone has brought since.

No task need have run: a gas test that has run out is a stop called, at its second.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from permits.states import State

OVERDUE = "overdue"
LABELS = {**{str(state): state.label for state in State}, OVERDUE: _("Overdue")}


@dataclass(frozen=True)
class Standing:
    """code: a state, or *overdue*. since: the second from which it is so."""

    code: str
    since: datetime

    @property
    def label(self) -> str:
        """What it is called."""
        return str(LABELS[self.code])


def state_at(permit, at: datetime) -> tuple[State, datetime]:
    """The state at a moment and since when: as the next act would store it first."""
    state, since = State(permit.state), permit.state_since
    if state == State.IN_FORCE and permit.tests_until is not None and permit.tests_until <= at:
        return State.STOP_CALLED, max(since, permit.tests_until)
    if state == State.ISSUED and permit.issue_ends <= at:
        state, since = not_taken(permit), permit.issue_ends
    if state == State.AUTHORISED and permit.ends <= at:
        return State.LAPSED, permit.ends
    return state, since


def not_taken(permit) -> State:
    """What becomes of an issue that nobody takes: to issue, or stopped as it was before."""
    return State.STOPPED if permit.begun_at is not None else State.AUTHORISED


def standing(permit, at: datetime) -> Standing:
    """Where it stands, with *overdue* where its time has ended while it was in force."""
    state, since = state_at(permit, at)
    if state == State.IN_FORCE and permit.issue_ends <= at:
        return Standing(OVERDUE, permit.issue_ends)
    return Standing(str(state), since)


def overdue(permit, at: datetime) -> bool:
    """Its time has ended, and nobody has said that it is stopped."""
    under_way = permit.state in (State.IN_FORCE, State.STOP_CALLED)
    return under_way and permit.issue_ends <= at


def holds_until(permit) -> datetime:
    """Until when a permit in force holds, if nobody does anything."""
    return min(filter(None, [permit.issue_ends, permit.tests_until]))


def lapsed(at: datetime) -> Q:
    """What is lapsed by the clock and not written yet: authorised, never taken, its time over."""
    never = Q(state=State.AUTHORISED) | Q(state=State.ISSUED, begun_at=None)
    return never & Q(ends__lte=at)


def not_taken_by(at: datetime) -> Q:
    """Issues that nobody took in their time, of permits under which nobody ever began."""
    return Q(state=State.ISSUED, begun_at=None, issue_ends__lte=at)


def with_standing(permits: QuerySet, at: datetime) -> QuerySet:
    """The same in SQL, as `stands`."""
    out = Q(state=State.IN_FORCE, tests_until__lte=at)
    late = Q(state=State.IN_FORCE, issue_ends__lte=at)
    not_taken = Q(state=State.ISSUED, issue_ends__lte=at)
    unissued = Q(state=State.AUTHORISED) | (not_taken & Q(begun_at=None))
    return permits.annotate(
        stands=Case(
            When(out, then=Value(str(State.STOP_CALLED))),
            When(late, then=Value(OVERDUE)),
            When(unissued & Q(ends__lte=at), then=Value(str(State.LAPSED))),
            When(unissued, then=Value(str(State.AUTHORISED))),
            When(not_taken, then=Value(str(State.STOPPED))),
            default=F("state"),
            output_field=CharField(),
        )
    )
