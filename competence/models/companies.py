"""Contractor companies at a site: their approval, their papers, the people they bring."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from competence.states import CompanyState, PaperKind

_NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
# Who added it is one of a pair that may never be one person.
_ADDED_BY = pgtrigger.ReadOnly(name="added_by_stands", fields=["added_by"])
# So is who submitted: another does so at a later moment, and before it is approved.
_SUBMITTED_BY = pgtrigger.Protect(
    name="submitted_by_stands",
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition(
        "OLD.submitted_by_id <> NEW.submitted_by_id AND (NEW.submitted_at < OLD.submitted_at"
        " OR OLD.approved_by_id IS DISTINCT FROM NEW.approved_by_id)"
    ),
)


def _person(**more: object) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **more)


class Company(models.Model):
    """A company as a site lets it work: for what, where, until when.

    type_ids: the types of work it may carry out; none: whatever work_scope says. until: the
    approval ends at that second, and with it all that its people may do here. foremen: who of its
    people acts for it; none: none of them does.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    team = models.OneToOneField("work.Team", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=CompanyState, default=CompanyState.INVITED)
    work_scope = models.TextField(_("approved for"), blank=True)
    type_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    foremen = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    place = models.ForeignKey("work.Place", models.PROTECT, null=True, blank=True, related_name="+")
    until = models.DateTimeField(_("approved until"), null=True, blank=True)
    invited_by = _person()
    invited_at = models.DateTimeField()
    submitted_by = _person(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = _person(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    suspended_by = _person(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_why = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["site", "until"], name="competence_company_site"),
        ]
        constraints = [
            models.CheckConstraint(
                name="competence_company_approved",
                condition=~Q(state=CompanyState.APPROVED)
                | (
                    Q(until__isnull=False, approved_by__isnull=False, approved_at__isnull=False)
                    & Q(submitted_by__isnull=False, submitted_at__isnull=False)
                    & ~Q(work_scope="")
                ),
            ),
            models.CheckConstraint(
                name="competence_company_other",
                condition=Q(approved_by=None) | ~Q(approved_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="competence_company_suspended",
                condition=Q(state=CompanyState.SUSPENDED, suspended_at__isnull=False)
                | (~Q(state=CompanyState.SUSPENDED) & Q(suspended_at=None)),
            ),
        ]
        triggers = [_NEVER_DELETED, _SUBMITTED_BY]

    def __str__(self) -> str:
        return str(self.team)


class CompanyPaper(models.Model):
    """What a company shows of itself, until when; it counts once another has verified it."""

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=12, choices=PaperKind)
    reference = models.CharField(_("issuer and number"), max_length=250, blank=True)
    blob = models.ForeignKey("work.Blob", models.PROTECT, null=True, blank=True, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField(_("valid until"))
    added_by = _person()
    added_at = models.DateTimeField()
    verified_by = _person(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    struck_by = _person(null=True, blank=True)
    struck_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("paper of a company")
        verbose_name_plural = _("papers of companies")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["site", "until"],
                name="competence_paper_ends",
                condition=Q(struck_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="competence_paper_other",
                condition=Q(verified_by=None, verified_at=None)
                | (
                    Q(verified_by__isnull=False, verified_at__isnull=False)
                    & ~Q(verified_by=F("added_by"))
                ),
            ),
            models.CheckConstraint(
                name="competence_paper_proof", condition=~Q(reference="") | Q(blob__isnull=False)
            ),
        ]
        triggers = [_NEVER_DELETED, _ADDED_BY]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.company}"


class Newcomer(models.Model):
    """Somebody whom a company wants to bring: known to the site once another lets the person in."""

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, models.PROTECT, related_name="newcomers")
    name = models.CharField(_("name"), max_length=150)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    badge = models.CharField(_("badge"), max_length=40, blank=True)
    added_by = _person()
    added_at = models.DateTimeField()
    person = _person(null=True, blank=True)
    answered_by = _person(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    note = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("newcomer")
        verbose_name_plural = _("newcomers")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["company"],
                name="competence_newcomer_waits",
                condition=Q(answered_at=None),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="competence_newcomer_other",
                condition=Q(answered_by=None, answered_at=None, person=None)
                | (
                    Q(answered_by__isnull=False, answered_at__isnull=False)
                    & ~Q(answered_by=F("added_by"))
                ),
            )
        ]
        triggers = [_NEVER_DELETED, _ADDED_BY]

    def __str__(self) -> str:
        return self.name
