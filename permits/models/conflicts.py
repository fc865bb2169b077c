"""Which activities do not go together, and where two that do not were found too near."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from permits.models.permits import Permit
from permits.states import Reach, Verdict

_PERSON = settings.AUTH_USER_MODEL


@pghistory.track()
class ActivityRule(models.Model):
    """Work under a type of permit, and another activity near it at the same time.

    other_type, work_type: the other activity, under a permit or as a type of work; one of them.
    condition: what whoever does the other must know.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+", verbose_name=_("site"))
    type = models.ForeignKey(
        "permits.PermitType",
        models.PROTECT,
        related_name="activity_rules",
        verbose_name=_("permit type"),
    )
    other_type = models.ForeignKey(
        "permits.PermitType",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("beside a permit of the type"),
    )
    work_type = models.ForeignKey(
        "work.WorkType",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("beside work of the type"),
    )
    reach = models.CharField(_("how near"), max_length=12, choices=Reach)
    verdict = models.CharField(_("what follows"), max_length=8, choices=Verdict)
    condition = models.CharField(_("condition"), max_length=250, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("rule of activities")
        verbose_name_plural = _("rules of activities")
        ordering = ["type", "pk"]
        constraints = [
            models.CheckConstraint(
                name="permits_activityrule_one_other",
                condition=Q(other_type__isnull=False, work_type=None)
                | Q(other_type=None, work_type__isnull=False),
                violation_error_message=_("Name a permit type or a type of work, one of them."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} · {self.other_type or self.work_type}"

    @property
    def other(self) -> str:
        """What the other activity is called."""
        return str(self.other_type or self.work_type)


class Conflict(models.Model):
    """Another activity was found too near a permit's: endorsed by name, or gone again.

    starts, ends, place: when and where the other was to be; an endorsement counts for no more.
    """

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="conflicts")
    rule = models.ForeignKey(ActivityRule, models.PROTECT, related_name="+")
    other = models.ForeignKey(Permit, models.PROTECT, null=True, blank=True, related_name="+")
    item = models.ForeignKey(
        "work.WorkItem", models.PROTECT, null=True, blank=True, related_name="+"
    )
    found_at = models.DateTimeField()
    starts = models.DateTimeField(null=True, blank=True)
    ends = models.DateTimeField(null=True, blank=True)
    place = models.ForeignKey("work.Place", models.PROTECT, null=True, blank=True, related_name="+")
    endorsed_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    endorsed_at = models.DateTimeField(null=True, blank=True)
    note = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["permit", "rule", "other", "item"],
                name="permits_conflict_once",
                condition=Q(ended_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="permits_conflict_one_other",
                condition=Q(other__isnull=False, item=None) | Q(other=None, item__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.permit_id} {self.rule_id}"
