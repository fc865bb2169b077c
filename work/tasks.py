"""Periodic tasks: thin, idempotent, safe to run twice or to be killed half way."""

import logging

from celery import shared_task
from django.utils import timezone

from work.services import clock, rules, sheets
from work.services.import_ import queue, uploads

log = logging.getLogger(__name__)


@shared_task(acks_late=True, ignore_result=True)
def minute() -> int:
    """Each minute: lapses become blockers, rules begin and end, unconfirmed stops are told."""
    at = timezone.now()
    settled = clock.settle_due(at)
    rules.apply_begun(since=clock.last_beat("minute", at), at=at)
    settled += clock.tell_unconfirmed(at)
    clock.beat("minute", at)
    return settled


@shared_task(acks_late=True, ignore_result=True)
def reconcile() -> int:
    """Each night: compare what is stored with a recomputation; drift is an error to explain."""
    found = clock.reconcile(timezone.now())
    for drift in found:
        log.error("drift", extra={"drift": drift.__dict__})
    clock.beat("reconcile", timezone.now())
    return len(found)


@shared_task(acks_late=True, ignore_result=True)
def imports() -> int | None:
    """Every few seconds: carry out the import that has waited longest, if none is at work."""
    run = queue.take_up()
    return run.pk if run else None


@shared_task(acks_late=True, ignore_result=True)
def drop_uploads() -> int:
    """Each night: what was brought and nobody has needed for some days goes."""
    at = timezone.now()
    return uploads.drop_old(at) + sheets.drop_old(at)
