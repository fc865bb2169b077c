"""Ends of days as people say them: what ends at midnight holds up to and including a day."""

from datetime import date, datetime, time, timedelta

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def last_day(until: datetime | None) -> date | None:
    """The last day on which it holds, where it ends at a midnight of the site; else None."""
    local = timezone.localtime(until) if until else None
    return local.date() - timedelta(days=1) if local and local.time() == time() else None
