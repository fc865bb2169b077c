"""Cards: what one person may isolate alone."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

_NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
_PERSON = settings.AUTH_USER_MODEL


def pair(name: str) -> Q:
    """A moment and who, both or neither."""
    by, at = f"{name}_by", f"{name}_at"
    return Q(**{by: None, at: None}) | Q(**{f"{by}__isnull": False, f"{at}__isnull": False})


class IsolationCard(models.Model):
    """What one person may isolate alone: a machine, its points, approved by name until a day.

    points: list of {tag, method, position}, in the order in which they are applied.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    place = models.ForeignKey("work.Place", models.PROTECT, related_name="+")
    asset = models.ForeignKey("work.Asset", models.PROTECT, null=True, blank=True, related_name="+")
    points = models.JSONField(_("points"), default=list)
    drawn_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(_("approved until"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("isolation card")
        verbose_name_plural = _("isolation cards")
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(name="permits_card_approved", condition=pair("approved")),
            models.CheckConstraint(
                name="permits_card_until",
                condition=Q(approved_at=None, until=None)
                | Q(approved_at__isnull=False, until__gt=models.F("approved_at")),
            ),
            models.CheckConstraint(
                name="permits_card_two_people",
                condition=Q(approved_by=None)
                | Q(drawn_by=None)
                | ~Q(approved_by=models.F("drawn_by")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "title"], name="permits_card_site", condition=Q(ended_at=None)
            ),
        ]
        triggers = [
            _NEVER_DELETED,
            pgtrigger.ReadOnly(
                name="card_stands", fields=["site", "place", "asset", "points", "drawn_by"]
            ),
        ]

    def __str__(self) -> str:
        return self.title
