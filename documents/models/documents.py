"""A document, where it applies, and its periodic reviews."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from documents.states import DocumentKind, Verdict


@pghistory.track()
class Document(models.Model):
    """An approved way of working, or what shows it, with the team that answers for it.

    The code is unique at the site, however it is written. withdrawn_at: it is in use no more, and
    stays with its revisions as evidence. version counts what people changed of it.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+", verbose_name=_("site"))
    code = models.CharField(_("code"), max_length=60)
    title = models.CharField(_("title"), max_length=250)
    kind = models.CharField(_("kind"), max_length=12, choices=DocumentKind)
    owner = models.ForeignKey(
        "work.Team", models.PROTECT, related_name="+", verbose_name=_("owning team")
    )
    review_months = models.PositiveSmallIntegerField(
        _("months between reviews"), default=24, help_text=_("0: it is not reviewed by date.")
    )
    next_review = models.DateField(_("next review"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint("site", Lower("code"), name="documents_document_code"),
            models.CheckConstraint(
                name="documents_document_named", condition=~Q(code="") & ~Q(title="")
            ),
        ]
        indexes = [
            models.Index(fields=["site", "code"], name="documents_document_list"),
            models.Index(fields=["site", "owner", "code"], name="documents_document_owner"),
            models.Index(fields=["site", "kind", "code"], name="documents_document_kind"),
            models.Index(
                fields=["site", "next_review", "code"],
                name="documents_document_due",
                condition=Q(withdrawn_at=None),
            ),
            GinIndex(
                OpClass(Upper("title"), "gin_trgm_ops"),
                OpClass(Upper("code"), "gin_trgm_ops"),
                name="documents_document_words",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


@pghistory.track()
class Applicability(models.Model):
    """Work to which a document applies: all that is said of it must be so.

    kind_key, kind_code: records of another domain, as at the port `kinds` ("permits.type",
    "hot-work"). acknowledge: whoever carries it out has acknowledged the document. lead: how long
    before its planned start the work is blocked without it.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+", verbose_name=_("site"))
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="applies", verbose_name=_("document")
    )
    place = models.ForeignKey(
        "work.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("place and below"),
    )
    asset_class = models.ForeignKey(
        "work.AssetClass",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asset class"),
    )
    work_type = models.ForeignKey(
        "work.WorkType",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("work type"),
    )
    kind_key = models.CharField(max_length=60, blank=True)
    kind_code = models.CharField(max_length=120, blank=True)
    acknowledge = models.BooleanField(_("must be acknowledged"), default=False)
    lead = models.DurationField(_("asked before the start"), null=True, blank=True)
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("applicability")
        verbose_name_plural = _("applicabilities")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="documents_applicability_window",
                condition=Q(ends=None) | Q(ends__gte=F("starts")),
            ),
            models.CheckConstraint(
                name="documents_applicability_of_something",
                condition=Q(place__isnull=False)
                | Q(asset_class__isnull=False)
                | Q(work_type__isnull=False)
                | ~Q(kind_key=""),
            ),
            models.CheckConstraint(
                name="documents_applicability_kind",
                condition=Q(kind_key="", kind_code="") | (~Q(kind_key="") & ~Q(kind_code="")),
            ),
        ]
        indexes = [
            # One for each of the four ways in which it is looked for, narrowest first.
            models.Index(
                fields=["asset_class"], name="documents_applies_class", condition=Q(ends=None)
            ),
            models.Index(
                fields=["work_type"],
                name="documents_applies_type",
                condition=Q(ends=None, asset_class=None),
            ),
            models.Index(
                fields=["place"],
                name="documents_applies_place",
                condition=Q(ends=None, asset_class=None, work_type=None),
            ),
            models.Index(
                fields=["site", "kind_key", "kind_code"],
                name="documents_applies_kind",
                condition=Q(ends=None) & ~Q(kind_key=""),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.document_id} applies {self.pk}"


class Review(models.Model):
    """A periodic review and its verdict. Append-only."""

    append_only = True

    document = models.ForeignKey(Document, models.PROTECT, related_name="reviews")
    verdict = models.CharField(_("verdict"), max_length=14, choices=Verdict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.ForeignKey("work.Note", models.PROTECT, null=True, related_name="+")
    next_review = models.DateField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            # The few that asked for something.
            models.Index(
                fields=["document"],
                name="documents_review_asking",
                condition=~Q(verdict=Verdict.KEEP),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.verdict}"
