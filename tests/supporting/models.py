"""A ticket: somebody must have issued it, for an item, before that item starts."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import TextChoices


class State(TextChoices):
    OPEN = "open"
    VALID = "valid"
    LAPSED = "lapsed"


class Ticket(models.Model):
    """item: the work it permits, which may be named later. after: work that it waits for itself.

    bars: a person who may not work while the ticket is open.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    item = models.ForeignKey("work.WorkItem", models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey("work.WorkItem", models.PROTECT, null=True, related_name="+")
    bars = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    valid_until = models.DateTimeField(null=True)
    outcome = models.JSONField(default=list)

    class Meta:
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"ticket {self.pk}"
