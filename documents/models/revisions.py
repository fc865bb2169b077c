"""Revisions of a document, their files, who read them, and under which one work began."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from documents.states import Bearing, Phase, RevisionState

_BY_AUTHOR = """
    IF NOT EXISTS (
        SELECT 1 FROM documents_revision r
         WHERE r.id = NEW.revision_id AND r.state = 'draft' AND r.author_id = NEW.added_by_id
    ) THEN
        RAISE EXCEPTION 'not by the author of draft %', NEW.revision_id USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
"""


class Revision(models.Model):
    """One revision: written, reviewed, approved, and in use within its range.

    effective: from when until when it is the one in use; none until a date is set, and of a
    document at most one at any second. bearing: what it means for work that began under an earlier
    one. reread: whoever acknowledged an earlier one reads this too. key_lines: what is to be read
    and signed. stopped_work: it was withdrawn so that work under way stops. why: what was changed.
    wrote: ids of who was its author before.
    """

    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="revisions")
    label = models.CharField(_("revision"), max_length=20)
    state = models.CharField(max_length=10, choices=RevisionState, default=RevisionState.DRAFT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    wrote = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    why = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True, related_name="+")
    effective = DateTimeRangeField(null=True, blank=True)
    bearing = models.CharField(max_length=10, choices=Bearing, default=Bearing.NOTICE)
    reread = models.BooleanField(default=True)
    key_lines = models.JSONField(default=list, blank=True)
    stopped_work = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint("document", Lower("label"), name="documents_revision_label"),
            models.CheckConstraint(
                name="documents_revision_approver",
                condition=Q(approver=None) | ~Q(approver=F("author")),
            ),
            models.CheckConstraint(
                name="documents_revision_reviewer",
                condition=Q(reviewer=None) | ~Q(reviewer=F("author")),
            ),
            models.CheckConstraint(
                name="documents_revision_wrote",
                condition=~Q(wrote__contains=[F("approver")]) & ~Q(wrote__contains=[F("reviewer")]),
            ),
            models.CheckConstraint(
                name="documents_revision_approved",
                condition=~Q(state=RevisionState.APPROVED)
                | Q(reviewer__isnull=False, approver__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="documents_revision_effective",
                condition=Q(effective=None)
                | Q(
                    approver__isnull=False,
                    effective__isempty=False,
                    effective__lower_inf=False,
                    effective__lower_inc=True,
                    effective__upper_inc=False,
                ),
            ),
            models.CheckConstraint(
                name="documents_revision_withdrawn",
                condition=Q(state=RevisionState.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(state=RevisionState.WITHDRAWN) & Q(withdrawn_at=None)),
            ),
            ExclusionConstraint(
                name="documents_revision_one_effective",
                expressions=[
                    ("document", RangeOperators.EQUAL),
                    ("effective", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(
                fields=["document"],
                name="documents_revision_in_work",
                condition=Q(state__in=[RevisionState.DRAFT, RevisionState.REVIEW]),
            ),
            # What comes into use by the clock alone.
            models.Index(
                "effective__startswith",
                name="documents_revision_begins",
                condition=~Q(effective=None),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            # Whoever wrote it neither reviews nor approves it: so that stands.
            pgtrigger.Protect(
                name="author_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NOT (NEW.wrote @> OLD.wrote) OR (OLD.author_id IS DISTINCT FROM NEW.author_id"
                    " AND (OLD.state <> 'draft' OR NOT (NEW.wrote @> ARRAY[OLD.author_id])))"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.label}"

    @property
    def begins(self) -> datetime | None:
        """From when it is the one in use, where a date is set."""
        return self.effective.lower if self.effective is not None else None

    @property
    def ends(self) -> datetime | None:
        """Until when, where another takes its place or it was withdrawn."""
        return self.effective.upper if self.effective is not None else None

    def is_effective(self, at: datetime) -> bool:
        """Whether it is the one in use at a moment."""
        return (
            self.begins is not None and self.begins <= at and (self.ends is None or at < self.ends)
        )

    def phase(self, at: datetime) -> Phase:
        """How it stands at a moment."""
        if self.is_effective(at):
            return Phase.EFFECTIVE
        if self.state != RevisionState.APPROVED:
            return Phase(self.state)
        if self.begins is None:
            return Phase.APPROVED
        return Phase.PLANNED if at < self.begins else Phase.SUPERSEDED


class RevisionFile(models.Model):
    """A file of a revision, by the checksum of its content. Taken out while it is a draft only."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="files")
    blob = models.ForeignKey("work.Blob", models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="added_by_stands", fields=["revision", "blob", "added_by"]),
            # Its author alone puts anything into a draft.
            pgtrigger.Trigger(
                name="added_by_author",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_BY_AUTHOR,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Acknowledgement(models.Model):
    """Somebody has read a revision, and signed the lines that it asks to sign. Append-only.

    together_with: who read it with somebody who does not sign in, and signed that; else None.
    """

    append_only = True

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="acknowledgements")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lines = models.JSONField(default=list)
    together_with = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="documents_acknowledgement_other",
                condition=Q(together_with=None) | ~Q(together_with=F("user")),
            ),
            models.UniqueConstraint(
                fields=["revision", "user"], name="documents_acknowledgement_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.user_id}"


class ItemRevision(models.Model):
    """The revision of a document under which an item began. It stands until the item is released.

    An item that starts anew starts under the revision that is effective then.
    """

    item = models.ForeignKey("work.WorkItem", models.PROTECT, related_name="+")
    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="+")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "document"],
                condition=Q(ended_at=None),
                name="documents_itemrevision_one",
            ),
        ]
        indexes = [
            models.Index(
                fields=["document", "item"],
                name="documents_itemrevision_doc",
                condition=Q(ended_at=None),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.item_id} {self.revision_id}"
