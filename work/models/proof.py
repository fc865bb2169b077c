"""Checklists, criteria, evidence, acceptance and corrective actions: what shows that it is done."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from work.states import (
    AcceptanceKind,
    Disposition,
    EvidenceKind,
    LineAnswer,
    LineKind,
    RequiredAt,
    Role,
)


@pghistory.track()
class ChecklistLine(models.Model):
    """One line of an item's checklist with its answer. Each line has its own version.

    withdrawn_at: the item went on as another type; it is asked no more and keeps its answer.
    """

    item = models.ForeignKey("work.WorkItem", models.PROTECT, related_name="lines")
    key = models.CharField(max_length=200)
    text = models.CharField(max_length=500)
    kind = models.CharField(max_length=12, choices=LineKind)
    unit = models.CharField(max_length=20, blank=True)
    low = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    choices = models.JSONField(default=list, blank=True)
    hold_point = models.BooleanField(default=False)
    na_allowed = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    source_words = models.JSONField(default=dict, blank=True)

    answer = models.CharField(max_length=16, choices=LineAnswer, blank=True)
    value = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    said = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    disposition = models.CharField(max_length=16, choices=Disposition, blank=True)
    disposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    disposed_at = models.DateTimeField(null=True, blank=True)
    follow_up = models.ForeignKey(
        "work.WorkItem", models.PROTECT, null=True, blank=True, related_name="raised_by_lines"
    )
    version = models.PositiveIntegerField(default=1)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "key"], condition=Q(withdrawn_at=None), name="work_line_key"
            ),
            models.CheckConstraint(
                name="work_line_answered",
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="work_line_follow_up",
                condition=~Q(disposition=Disposition.FOLLOW_UP) | Q(follow_up__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.text

    @property
    def needs_disposition(self) -> bool:
        """Whether the answer is failed or impossible and nobody has said what becomes of it."""
        weak = self.answer in (LineAnswer.FAIL, LineAnswer.COULD_NOT)
        return weak and not self.disposition


@pghistory.track()
class Criterion(models.Model):
    """What must be true before acceptance: proven by evidence or judged by name.

    withdrawn_at: taken back by hand, or the item went on as another type.
    """

    item = models.ForeignKey("work.WorkItem", models.PROTECT, related_name="criteria")
    key = models.CharField(max_length=60)
    text = models.CharField(max_length=250)
    evidence = models.BooleanField(default=False)
    quality = models.BooleanField(default=False)
    needed_at = models.CharField(max_length=10, choices=RequiredAt, default=RequiredAt.CLOSE)
    position = models.PositiveSmallIntegerField(default=0)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    judged_at = models.DateTimeField(null=True, blank=True)
    judgement = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "key"], condition=Q(withdrawn_at=None), name="work_criterion_key"
            ),
            models.CheckConstraint(
                name="work_criterion_judged",
                condition=Q(judged_by=None, judged_at=None, judgement=None)
                | Q(judged_by__isnull=False, judged_at__isnull=False, judgement__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Blob(models.Model):
    """The content of a file, addressed by its sha256 and written before this row."""

    append_only = True

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.sha256


class Evidence(models.Model):
    """One proof: file, photo, reading, signature or linked record. Struck, never deleted.

    superseded_at: the item was reopened after; it stays as it was and proves nothing more.
    """

    item = models.ForeignKey("work.WorkItem", models.PROTECT, related_name="evidence")
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, null=True, blank=True, related_name="evidence_rows"
    )
    line = models.ForeignKey(
        ChecklistLine, models.PROTECT, null=True, blank=True, related_name="evidence_rows"
    )
    kind = models.CharField(max_length=10, choices=EvidenceKind)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    value = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    said = models.TextField(blank=True)
    record_key = models.CharField(max_length=60, blank=True)
    record_id = models.BigIntegerField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    strike_note = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="work_evidence_content",
                condition=(~Q(kind__in=[EvidenceKind.FILE, EvidenceKind.PHOTO]))
                | Q(blob__isnull=False),
            ),
            models.CheckConstraint(
                name="work_evidence_struck",
                condition=Q(struck_at=None, struck_by=None)
                | Q(struck_at__isnull=False, struck_by__isnull=False, strike_note__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.item_id} {self.kind} {self.name}"

    @property
    def stands(self) -> bool:
        """Whether it still proves something."""
        return self.struck_at is None and self.superseded_at is None


class Acceptance(models.Model):
    """The outcome was accepted. Struck by a reopening, never deleted.

    kind *source*: accepted in the system it was imported from; nothing more is claimed.
    """

    item = models.ForeignKey("work.WorkItem", models.PROTECT, related_name="acceptances")
    kind = models.CharField(max_length=8, choices=AcceptanceKind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=24, choices=Role, blank=True)
    post = models.ForeignKey("work.Post", models.PROTECT, null=True, blank=True, related_name="+")
    handback = models.BooleanField(default=False)
    note = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(struck_at=None), name="work_acceptance_one"
            ),
            models.CheckConstraint(
                name="work_acceptance_by_name",
                condition=Q(kind=AcceptanceKind.SOURCE, by=None)
                | Q(kind=AcceptanceKind.PERSON, by__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.item_id} {self.kind}"


class CorrectiveAction(models.Model):
    """A record of a domain caused this item, in a role, and waits for its outcome.

    source_key: the key under which the domain's `SourceListener` is registered.
    """

    source_key = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    item = models.ForeignKey("work.WorkItem", models.PROTECT, related_name="causes")
    role = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    loss_accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    loss_accepted_at = models.DateTimeField(null=True, blank=True)
    loss_note = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_key", "source_id", "item"], name="work_corrective_once"
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.source_key} {self.source_id} → {self.item_id}"
