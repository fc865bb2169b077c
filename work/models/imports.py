"""Imports: each run, the rows it staged, what was last read of each record, saved mappings."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImportState(models.TextChoices):
    """How far a run has come."""

    DRAFT = "draft", pgettext_lazy("import", "Not started")
    WAITING = "waiting", pgettext_lazy("import", "Waiting its turn")
    STAGING = "staging", pgettext_lazy("import", "Reading")
    LOADING = "loading", _("Loading")
    DONE = "done", _("Done")
    REFUSED = "refused", _("File refused")
    DROPPED = "dropped", _("Given up")
    FAILED = "failed", pgettext_lazy("import", "Failed")


# Runs of which files a worker has still to do something.
UNDER_WAY = (ImportState.WAITING, ImportState.STAGING, ImportState.LOADING)


class ImportPass(models.TextChoices):
    """What is done to a run just now."""

    STAGING = "staging", pgettext_lazy("import pass", "Reading the files")
    VALIDATING = "validate", pgettext_lazy("import pass", "Judging the rows")
    LOADING = "loading", pgettext_lazy("import pass", "Loading the records")


class ImportVerdict(models.TextChoices):
    """What a run found of one record."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("Same")
    CONFLICT = "conflict", _("In conflict")
    REFUSED = "refused", _("Refused")


class ImportPart(models.TextChoices):
    """What a staged row is: a record, or what belongs to one."""

    RECORD = "record", _("Record")
    LINK = "link", _("Link")
    LINE = "line", _("Checklist line")


class ImportRun(models.Model):
    """One run of an import: what was read, how far it came and what it found.

    fingerprint: of site, mapping and files; a run that was killed while loading is taken up again
    by the next run with the same one. uploaded: its files came by the page and lie with us until
    some days after its end; a worker takes it up. trial: the trial run that it loads. tries: how
    often a worker took it up. rows_done, rows_total: of the pass it is in; a total of 0 is unknown.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="imports")
    kind = models.CharField(_("kind"), max_length=60)
    system = models.CharField(_("source system"), max_length=40)
    mapping_name = models.CharField(_("mapping"), max_length=200)
    mapping_text = models.TextField()
    files = models.JSONField(_("files"), default=list)
    fingerprint = models.CharField(max_length=64)
    dry_run = models.BooleanField(_("tried only"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=ImportState)
    counts = models.JSONField(_("counts"), default=dict)
    fault = models.JSONField(_("file fault"), null=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    uploaded = models.BooleanField(_("by the page"), default=False, db_default=False)
    trial = models.ForeignKey("self", models.PROTECT, null=True, related_name="loads")
    version = models.PositiveIntegerField(default=1, db_default=1)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    at_pass = models.CharField(
        max_length=8, choices=ImportPass, blank=True, default="", db_default=""
    )
    rows_done = models.PositiveIntegerField(default=0, db_default=0)
    rows_total = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["site", "-id"], name="work_importrun_site"),
            models.Index(
                fields=["id"], name="work_importrun_waiting", condition=Q(state__in=UNDER_WAY)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mapping_name} {self.started_at:%Y-%m-%d %H:%M}"


class ImportRow(models.Model):
    """One staged row. Loaded rows are dropped with their run's end; those with a fault stay.

    key: of the record it is or belongs to. ref: what it refers to: a record's parent, the tag of a
    link, the key of a line. depth: of a record below the topmost of its tree. done: whether pass
    three has been there.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    part = models.CharField(max_length=6, choices=ImportPart)
    name = models.CharField(max_length=8)
    key = models.CharField(max_length=200)
    ref = models.CharField(max_length=200)
    file = models.CharField(max_length=200)
    line = models.PositiveIntegerField()
    data = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    refused = models.BooleanField(default=False)
    depth = models.PositiveIntegerField(default=0)
    verdict = models.CharField(max_length=8, choices=ImportVerdict, blank=True)
    done = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["run", "part", "key"], name="work_importrow_key"),
            models.Index(fields=["run", "part", "ref"], name="work_importrow_ref"),
            models.Index(
                fields=["run", "depth", "id"],
                name="work_importrow_left",
                condition=Q(part="record", done=False),
            ),
            models.Index(
                fields=["run", "id"], name="work_importrow_faulty", condition=~Q(faults=[])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.key}"


class ImportedRecord(models.Model):
    """What was last read of one record of a source, so that the next run knows who changed what.

    record_id: of the record that it became, where that does not say its source and key itself.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    system = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    base = models.JSONField(default=dict)
    record_id = models.BigIntegerField(null=True)
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "kind", "system", "key"], name="work_importedrecord_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.key}"


@pghistory.track()
class SavedMapping(models.Model):
    """A mapping that was written at a site, by name, to be chosen again. Runs keep their own copy.

    text: TOML, checked by the parser before it was saved.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    text = models.TextField()
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("mapping")
        verbose_name_plural = _("mappings")
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="work_savedmapping_name"),
        ]

    def __str__(self) -> str:
        return self.name
