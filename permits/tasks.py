"""Periodic tasks of permits: thin, idempotent, safe to run twice or to be killed half way."""

from celery import shared_task
from django.utils import timezone

from permits.services import clock


@shared_task(acks_late=True, ignore_result=True)
def minute() -> int:
    """Each minute: what the clock brought to permits is written; who must know is told."""
    return clock.settle_due(timezone.now())
