"""Holds on the operation, and the windows to which work may be bound."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from work.states import HoldKind


@pghistory.track()
class Hold(models.Model):
    """A record holds something of the operation. It blocks nothing by itself: readiness reads it.

    until_accepted: it ends when its item is accepted, and comes back when that is reopened;
    otherwise it ends by a named decision.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="holds")
    item = models.ForeignKey(
        "work.WorkItem", models.PROTECT, null=True, blank=True, related_name="holds"
    )
    source_key = models.CharField(max_length=60, blank=True)
    source_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(_("holds"), max_length=10, choices=HoldKind)
    place = models.ForeignKey(
        "work.Place", models.PROTECT, null=True, blank=True, related_name="holds"
    )
    asset = models.ForeignKey(
        "work.Asset", models.PROTECT, null=True, blank=True, related_name="holds"
    )
    until_accepted = models.BooleanField(_("ends at acceptance"), default=True)
    note = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True, related_name="+")
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    placed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_cause = models.CharField(max_length=12, blank=True)
    end_note = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["placed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="work_hold_subject",
                condition=Q(place__isnull=False) | Q(asset__isnull=False),
            ),
            models.CheckConstraint(
                name="work_hold_holder",
                condition=Q(item__isnull=False) | ~Q(source_key=""),
            ),
        ]
        indexes = [
            models.Index(fields=["place"], name="work_hold_place_open", condition=Q(ended_at=None)),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.place or self.asset}"


@pghistory.track()
class Window(models.Model):
    """A production window at a place: opened and closed by name, never by the clock."""

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="windows")
    place = models.ForeignKey("work.Place", models.PROTECT, related_name="windows")
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    planned_from = models.DateTimeField(_("planned from"))
    planned_to = models.DateTimeField(_("planned to"))
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("window")
        verbose_name_plural = _("windows")
        ordering = ["planned_from", "pk"]
        constraints = [
            models.CheckConstraint(
                name="work_window_order", condition=Q(planned_to__gt=F("planned_from"))
            ),
            models.CheckConstraint(
                name="work_window_opened_first",
                condition=Q(closed_at=None) | Q(opened_at__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether somebody opened it and nobody has closed it."""
        return self.opened_at is not None and self.closed_at is None
