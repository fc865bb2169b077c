"""Periodic tasks: thin, idempotent, safe to run twice or to be killed half way."""

from celery import shared_task
from django.utils import timezone

from documents.services.telling import tell_rest
from work.services import clock

_NAME = "documents"


@shared_task(acks_late=True, ignore_result=True)
def minute() -> int:
    """Each minute: work that a change of a document did not come to at once is asked again."""
    at = timezone.now()
    told = tell_rest(since=clock.last_beat(_NAME, at), at=at)
    clock.beat(_NAME, at)
    return told
