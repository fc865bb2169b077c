"""Events, notes, acts, notices and heartbeats: what happened, and that it happened once."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete


class Event(models.Model):
    """One thing that happened, of any domain. Append-only: no change, no deletion.

    data holds codes and ids, never sentences or names. happened_at is what the person says;
    recorded_at is the `at` of the act.
    """

    append_only = True

    site = models.ForeignKey(
        "work.Site", models.PROTECT, null=True, related_name="+", verbose_name=_("site")
    )
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    item = models.ForeignKey(
        "work.WorkItem",
        models.PROTECT,
        null=True,
        related_name="history",
        verbose_name=_("work item"),
    )
    place = models.ForeignKey(
        "work.Place", models.PROTECT, null=True, related_name="+", verbose_name=_("place")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    verb = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    act = models.UUIDField(_("act"), null=True)
    happened_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("history")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["item", "-id"], name="work_event_item"),
            models.Index(fields=["site", "-id"], name="work_event_site"),
            models.Index(fields=["subject_type", "subject_id", "-id"], name="work_event_subject"),
            models.Index(fields=["act"], name="work_event_act"),
            # What rules would have stopped in the last days.
            models.Index(
                fields=["site", "recorded_at"], name="work_event_gate", condition=Q(verb="gate")
            ),
            # Of whom it was judged, at decisions, who is able to what.
            GinIndex(
                OpClass(KeyTransform("judged", "data"), name="jsonb_path_ops"),
                name="work_event_judged",
                condition=Q(data__has_key="judged"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"


class Note(models.Model):
    """Words that a person typed: a comment, a reason, a condition left. Append-only."""

    append_only = True

    site = models.ForeignKey("work.Site", models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey("work.WorkItem", models.PROTECT, null=True, related_name="notes")
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, default="comment")
    text = models.TextField(_("text"))
    mentions = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["item", "id"], name="work_note_item")]
        triggers = [pgtrigger.Protect(name="append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return self.text[:60]


class Act(models.Model):
    """An act that was done, by the id born with its form: sent again, it returns this result."""

    append_only = True

    id = models.UUIDField(primary_key=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    door = models.CharField(max_length=60)
    at = models.DateTimeField()
    result = models.JSONField(default=dict)

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.door} {self.id}"


class Notice(models.Model):
    """Something a person must be told, until it is seen."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    item = models.ForeignKey("work.WorkItem", models.PROTECT, null=True, related_name="notices")
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "item", "code", "at"], name="work_notice_once"),
        ]
        indexes = [
            models.Index(
                fields=["user", "-at"],
                name="work_notice_unseen",
                condition=models.Q(seen_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.code}"


class Heartbeat(models.Model):
    """When a periodic task last finished; and of which moment a demo is begun, and is loaded."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
