"""Periodic tasks: thin, idempotent, safe to run twice or to be killed half way."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from documents.services import announcing, keeping, telling
from work.services import clock

_NAME = "documents"
# An act takes its moment before it waits for its site, and may be done only after a beat.
_MARGIN = timedelta(minutes=2)


@shared_task(acks_late=True, ignore_result=True)
def minute() -> int:
    """Each minute: what a change of a document did not come to at once is asked again, begun work
    keeps the revision in use of what it has come to ask, and is told of what came into use."""
    at = timezone.now()
    since = clock.last_beat(_NAME, at) - _MARGIN
    try:
        asked = telling.tell_rest(since=since, at=at)
    finally:
        told = keeping.keep_rest(at) + announcing.tell_rest(since=since, at=at)
    clock.beat(_NAME, at)
    return asked + told
