"""The task risk assessment of a permit: its hazards, and the measures against each."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from permits.models.permits import Permit
from permits.states import MeasureKind

_NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
_PERSON = settings.AUTH_USER_MODEL


class Hazard(models.Model):
    """What can hurt somebody at this job, and the energy or source it comes from."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="hazards")
    text = models.CharField(_("hazard"), max_length=250)
    energy = models.CharField(_("energy or source"), max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return self.text


class Measure(models.Model):
    """What is done against a hazard. It is ticked before each issue; a stop takes the tick away.

    needs: what its kind asks for, as {"document": "SOP-12"}, {"competence": "confined-space"} or
    {"isolation": 88}.
    """

    hazard = models.ForeignKey(Hazard, models.PROTECT, related_name="measures")
    kind = models.CharField(_("kind"), max_length=12, choices=MeasureKind)
    text = models.CharField(_("measure"), max_length=250)
    needs = models.JSONField(default=dict, blank=True)
    ticked_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    ticked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="permits_measure_ticked",
                condition=Q(ticked_by=None, ticked_at=None)
                | Q(ticked_by__isnull=False, ticked_at__isnull=False),
            ),
        ]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return self.text
