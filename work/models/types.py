"""Work types and their versions. A published version never changes; items keep theirs."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from work.states import FieldKind, LineKind, Priority, RequiredAt, Role, Status

# A row neither comes to a published version nor leaves it: on insert OLD is null, on delete NEW.
_FROZEN = """
    SELECT max(v.published_at) INTO frozen FROM work_worktypeversion v
        WHERE v.id IN (OLD.version_id, NEW.version_id);
    IF frozen IS NOT NULL THEN
        RAISE EXCEPTION 'a published version of a work type never changes'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


def _frozen_with_version() -> pgtrigger.Trigger:
    """A trigger that refuses changes to parts of a published version."""
    return pgtrigger.Trigger(
        name="frozen_with_version",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("frozen", "timestamptz")],
        func=_FROZEN,
    )


@pghistory.track()
class WorkType(models.Model):
    """A kind of work at a site: its code, its category and its versions."""

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="work_types")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    category = models.CharField(_("category"), max_length=60, blank=True)
    icon = models.CharField(_("icon"), max_length=40, default="clipboard")
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("work type")
        verbose_name_plural = _("work types")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="work_worktype_code"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class WorkTypeVersion(models.Model):
    """One version of a type: a draft until it is published, then immutable.

    accept_role: the role that accepts, where the type names one. sample_percent: share of items
    whose accepter must be another than the completer although nothing else asks for it.
    takes_out: the type takes equipment out of use, so that hand-back is signed at acceptance.
    stop_minutes: minutes after which an unconfirmed stop is told to owner and shift lead.
    """

    type = models.ForeignKey(WorkType, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    accept_role = models.CharField(_("accepted by role"), max_length=24, choices=Role, blank=True)
    four_eyes = models.BooleanField(_("always accepted by another"), default=False)
    sample_percent = models.PositiveSmallIntegerField(_("sampled, percent"), default=0)
    takes_out = models.BooleanField(_("takes equipment out of use"), default=False)
    on_it_now = models.BooleanField(_("operators may say: on it now"), default=False)
    default_priority = models.CharField(
        _("default priority"), max_length=1, choices=Priority, default=Priority.P3
    )
    due_days = models.PositiveSmallIntegerField(_("due after days"), null=True, blank=True)
    stop_minutes = models.PositiveSmallIntegerField(_("stop unconfirmed, minutes"), default=10)

    class Meta:
        verbose_name = _("version of a work type")
        verbose_name_plural = _("versions of work types")
        ordering = ["type", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["type", "number"], name="work_typeversion_number"),
            models.UniqueConstraint(
                fields=["type"], condition=Q(published_at=None), name="work_typeversion_one_draft"
            ),
            models.CheckConstraint(
                name="work_typeversion_sample", condition=Q(sample_percent__lte=100)
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} v{self.number}"


class TypeField(models.Model):
    """A custom field of a version. The key is stable over versions."""

    version = models.ForeignKey(WorkTypeVersion, models.CASCADE, related_name="fields")
    key = models.SlugField(_("key"), max_length=40)
    label = models.CharField(_("label"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=FieldKind)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    required_at = models.CharField(_("required at"), max_length=10, choices=RequiredAt, blank=True)
    filterable = models.BooleanField(_("filter"), default=False)
    column = models.BooleanField(_("column"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="work_typefield_key"),
        ]
        triggers = [_frozen_with_version()]

    def __str__(self) -> str:
        return self.label


class TypeStage(models.Model):
    """A stage of a type inside one status: loading, sealed, on the road."""

    version = models.ForeignKey(WorkTypeVersion, models.CASCADE, related_name="stages")
    key = models.SlugField(_("key"), max_length=40)
    label = models.CharField(_("label"), max_length=120)
    status = models.CharField(_("status"), max_length=12, choices=Status)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="work_typestage_key"),
        ]
        triggers = [_frozen_with_version()]

    def __str__(self) -> str:
        return self.label


class TypeCriterion(models.Model):
    """A default acceptance criterion. `evidence`: proven by evidence, else judged by name."""

    version = models.ForeignKey(WorkTypeVersion, models.CASCADE, related_name="criteria")
    key = models.SlugField(_("key"), max_length=40)
    text = models.CharField(_("what must be true"), max_length=250)
    evidence = models.BooleanField(_("needs evidence"), default=False)
    needed_at = models.CharField(
        _("needed at"), max_length=10, choices=RequiredAt, default=RequiredAt.CLOSE
    )
    quality = models.BooleanField(_("quality criterion"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="work_typecriterion_key"),
            models.CheckConstraint(
                name="work_typecriterion_needed_at",
                condition=Q(needed_at__in=[RequiredAt.COMPLETE, RequiredAt.CLOSE]),
            ),
        ]
        triggers = [_frozen_with_version()]

    def __str__(self) -> str:
        return self.text


class TypeLine(models.Model):
    """A line of the type's checklist."""

    version = models.ForeignKey(WorkTypeVersion, models.CASCADE, related_name="lines")
    key = models.SlugField(_("key"), max_length=40)
    text = models.CharField(_("question"), max_length=250)
    kind = models.CharField(_("kind"), max_length=12, choices=LineKind)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    low = models.DecimalField(
        _("low limit"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    high = models.DecimalField(
        _("high limit"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    choices = models.JSONField(_("choices"), default=list, blank=True)
    hold_point = models.BooleanField(_("hold point"), default=False)
    na_allowed = models.BooleanField(_("may be not applicable"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="work_typeline_key"),
        ]
        triggers = [_frozen_with_version()]

    def __str__(self) -> str:
        return self.text
