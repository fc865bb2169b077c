"""Periodic tasks: thin, idempotent, safe to run twice or to be killed half way."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from competence.services import _recheck
from work.services import clock

_NAME = "competence"
# An act takes its moment before it waits for its site, and may be done only after a beat.
_MARGIN = timedelta(minutes=2)


@shared_task(acks_late=True, ignore_result=True)
def minute() -> int:
    """Each minute: what an act on a rule did not come to at once is asked again."""
    at = timezone.now()
    asked = _recheck.ask_rest(since=clock.last_beat(_NAME, at) - _MARGIN, at=at)
    clock.beat(_NAME, at)
    return asked
