"""What people have: records with their proof, exemptions, inductions."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from competence.models.competences import Competence
from competence.states import RecordState

_NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
# Who recorded it, and of whom it is, stand once there is proof that another is to verify.
_RECORDED_BY = pgtrigger.Protect(
    name="recorded_by_stands",
    operation=pgtrigger.Update,
    condition=~pgtrigger.Q(old__state=RecordState.PLANNED)
    & (
        pgtrigger.Q(old__recorded_by__df=pgtrigger.F("new__recorded_by"))
        | pgtrigger.Q(old__person__df=pgtrigger.F("new__person"))
    ),
)


def _person(**more: object) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **more)


class Record(models.Model):
    """That a person has a competence: planned, obtained with proof, verified by another, revoked.

    valid_until: the end of its last day at the site; None: it does not end. The proof is a file,
    or words that say where it stands (issuer, number).
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="competence_records"
    )
    competence = models.ForeignKey(Competence, models.PROTECT, related_name="records")
    level = models.PositiveSmallIntegerField(_("level"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=RecordState)
    planned_on = models.DateField(_("planned on"), null=True, blank=True)
    obtained_on = models.DateField(_("obtained on"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    reference = models.CharField(_("issuer and number"), max_length=250, blank=True)
    blob = models.ForeignKey("work.Blob", models.PROTECT, null=True, blank=True, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    note = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = _person()
    recorded_at = models.DateTimeField()
    verified_by = _person(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    revoked_by = _person(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("competence record")
        verbose_name_plural = _("competence records")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["person", "site"], name="competence_record_person"),
            models.Index(
                fields=["competence", "person"],
                include=["state", "valid_until"],
                name="competence_record_who",
            ),
            # What runs out in the next days, and what waits to be verified.
            models.Index(
                fields=["site", "valid_until"],
                include=["person", "competence"],
                name="competence_record_ends",
                condition=Q(state=RecordState.VERIFIED, valid_until__isnull=False),
            ),
            models.Index(
                fields=["site", "id"],
                name="competence_record_waits",
                condition=Q(state=RecordState.OBTAINED),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="competence_record_other",
                condition=Q(verified_by=None)
                | (~Q(verified_by=F("person")) & ~Q(verified_by=F("recorded_by"))),
                violation_error_message=_("Another than the person and the recorder verifies."),
            ),
            models.CheckConstraint(
                name="competence_record_verified",
                condition=Q(state=RecordState.REVOKED)
                | Q(
                    state=RecordState.VERIFIED, verified_by__isnull=False, verified_at__isnull=False
                )
                | Q(
                    state__in=[RecordState.PLANNED, RecordState.OBTAINED],
                    verified_by=None,
                    verified_at=None,
                ),
            ),
            models.CheckConstraint(
                name="competence_record_obtained",
                condition=~Q(state__in=[RecordState.OBTAINED, RecordState.VERIFIED])
                | (Q(obtained_on__isnull=False) & (~Q(reference="") | Q(blob__isnull=False))),
            ),
            models.CheckConstraint(
                name="competence_record_revoked",
                condition=Q(state=RecordState.REVOKED, revoked_at__isnull=False)
                | (~Q(state=RecordState.REVOKED) & Q(revoked_at=None, revoked_by=None)),
            ),
        ]
        triggers = [_NEVER_DELETED, _RECORDED_BY]

    def __str__(self) -> str:
        return f"{self.competence} · {self.person}"


class Exemption(models.Model):
    """A competence is not asked of a person until a moment: said by another, who says why."""

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="competence_exemptions"
    )
    competence = models.ForeignKey(Competence, models.PROTECT, related_name="exemptions")
    until = models.DateTimeField(_("until"))
    note = models.ForeignKey("work.Note", models.PROTECT, related_name="+")
    by = _person()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["person", "site"], name="competence_exemption_person"),
            models.Index(
                fields=["site", "until"],
                name="competence_exemption_ends",
                condition=Q(ended_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="competence_exemption_other", condition=~Q(by=F("person"))),
            models.CheckConstraint(
                name="competence_exemption_window", condition=Q(until__gt=F("at"))
            ),
        ]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.competence} · {self.person}"


class Induction(models.Model):
    """A person was told what holds at a site or area, by another, until a moment."""

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="inductions")
    place = models.ForeignKey("work.Place", models.PROTECT, related_name="+")
    done_on = models.DateField(_("done on"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    by = _person()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("induction")
        verbose_name_plural = _("inductions")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["person", "site"], name="competence_induction_person"),
            models.Index(
                fields=["site", "until"],
                name="competence_induction_ends",
                condition=Q(ended_at=None, until__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="competence_induction_other", condition=~Q(by=F("person")))
        ]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.place} · {self.person}"
