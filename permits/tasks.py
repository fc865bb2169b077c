"""Periodic tasks of permits: thin, idempotent, safe to run twice or to be killed half way."""

from celery import shared_task
from django.utils import timezone

from permits import packs
from permits.services import clock
from work.services import clock as beats


@shared_task(acks_late=True, ignore_result=True)
def minute() -> int:
    """Each minute: what the clock brought to permits is written; who must know is told."""
    at = timezone.now()
    settled = clock.settle_due(at)
    clock.tell_unconfirmed(beats.last_beat("permits", at), at)
    beats.beat("permits", at)
    return settled


@shared_task(acks_late=True, ignore_result=True)
def keep_packs() -> int:
    """Each half hour: what is held in hand when the system is away is kept as files."""
    return packs.keep_all(timezone.now())
