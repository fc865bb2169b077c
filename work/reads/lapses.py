"""What lapsed or fell due although no task has turned it into a blocker yet."""

from datetime import datetime

from django.db.models import Q

from work.states import UNDER_WAY, AnswerState, Gate, Mode, Status

_ASKED = sorted({Status.PLANNED, *UNDER_WAY})


def unmet_and_due(at: datetime) -> Q:
    """Prerequisites that block their item at `at`: start, enforced, due, and not held or waived.

    The same as the writer of the overlay says (`services/_overlay.py`); a test compares the two.
    """
    met = Q(answer=AnswerState.MET) & (
        Q(valid_until=None) | Q(valid_until__gt=at) | Q(one_time=True, item__status__in=UNDER_WAY)
    )
    waived = Q(waived_at__isnull=False, waiver_until__gt=at)
    due = Q(item__status__in=UNDER_WAY) | Q(due_at__lte=at)
    return (
        Q(gate=Gate.START, mode=Mode.ENFORCE, withdrawn_at=None, item__status__in=_ASKED)
        & due
        & ~met
        & ~waived
    )
