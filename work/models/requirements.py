"""Rules, prerequisites and blockers: what must be true, and the intervals in which it was not."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from work.states import AnswerState, BlockerKind, Gate, Mode, Role


@pghistory.track()
class RequirementRule(models.Model):
    """What is required of items of a type, place subtree, asset class or flag, at which gate.

    Not versioned with the type: it is asked as in force at the gate, so a new safety rule reaches
    open items. supplier: key of the supplier that answers; params: what it is asked for (for
    `work.check`: the role; see the supplier). lead: how long before the planned start an unmet
    one blocks. waivable_by: the role that may waive, empty when nobody may.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="rules")
    key = models.SlugField(_("key"), max_length=60)
    what = models.CharField(_("what is required"), max_length=250)
    supplier = models.CharField(_("answered by"), max_length=60)
    params = models.JSONField(_("asked for"), default=dict, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=BlockerKind)
    gate = models.CharField(_("gate"), max_length=12, choices=Gate)
    line_key = models.SlugField(_("hold point"), max_length=40, blank=True)
    type = models.ForeignKey(
        "work.WorkType", models.PROTECT, null=True, blank=True, related_name="rules"
    )
    place = models.ForeignKey(
        "work.Place", models.PROTECT, null=True, blank=True, related_name="rules"
    )
    asset_class = models.ForeignKey(
        "work.AssetClass", models.PROTECT, null=True, blank=True, related_name="rules"
    )
    safety_critical_only = models.BooleanField(_("safety-critical items only"), default=False)
    one_time = models.BooleanField(_("checked once, at the start"), default=False)
    lead = models.DurationField(_("lead"), null=True, blank=True)
    waivable_by = models.CharField(_("waivable by"), max_length=24, choices=Role, blank=True)
    mode = models.CharField(_("mode"), max_length=8, choices=Mode, default=Mode.WATCH)
    starts = models.DateTimeField(_("in force from"))
    ends = models.DateTimeField(_("in force until"), null=True, blank=True)

    class Meta:
        verbose_name = _("requirement rule")
        verbose_name_plural = _("requirement rules")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["site", "key"], name="work_rule_key"),
            models.CheckConstraint(
                name="work_rule_window", condition=Q(ends=None) | Q(ends__gte=F("starts"))
            ),
            models.CheckConstraint(
                name="work_rule_hold_point",
                condition=Q(gate=Gate.HOLD_POINT) & ~Q(line_key="")
                | ~Q(gate=Gate.HOLD_POINT) & Q(line_key=""),
            ),
        ]

    def __str__(self) -> str:
        return self.what


@pghistory.track()
class RuleMode(models.Model):
    """The mode of a rule at a place and below, where it differs from the rule's own."""

    rule = models.ForeignKey(RequirementRule, models.PROTECT, related_name="modes")
    place = models.ForeignKey("work.Place", models.PROTECT, related_name="rule_modes")
    mode = models.CharField(_("mode"), max_length=8, choices=Mode)

    class Meta:
        verbose_name = _("mode of a rule at a place")
        verbose_name_plural = _("modes of rules at places")
        constraints = [
            models.UniqueConstraint(fields=["rule", "place"], name="work_rulemode_place"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.place}: {self.mode}"


class Prerequisite(models.Model):
    """Something that must be true of an item at a gate, with the answer last heard.

    origin: what asked for it, as "rule:12", "supplier:work.executor" or "hand:<uuid>". what and
    reason: coded (`Reason.as_json`). clears: who clears it, as "role:planner", "user:5",
    "post:2", "team:3" or "". Stored for reading; asked again for deciding. passed_at: when what is
    checked once passed at the start, met or waived. four_eyes: before it was changed to what it
    asks now, it asked for another accepter than the completer.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    item = models.ForeignKey("work.WorkItem", models.PROTECT, related_name="prerequisites")
    gate = models.CharField(max_length=12, choices=Gate)
    line = models.ForeignKey(
        "work.ChecklistLine",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="prerequisites",
    )
    origin = models.CharField(max_length=120)
    rule = models.ForeignKey(
        RequirementRule, models.PROTECT, null=True, blank=True, related_name="prerequisites"
    )
    supplier = models.CharField(max_length=60)
    source_id = models.BigIntegerField(null=True, blank=True)
    params = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=12, choices=BlockerKind)
    what = models.JSONField(default=dict)
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.ENFORCE)
    one_time = models.BooleanField(default=False)
    waivable_by = models.CharField(max_length=24, choices=Role, blank=True)
    lead = models.DurationField(null=True, blank=True)

    answer = models.CharField(max_length=8, choices=AnswerState, default=AnswerState.UNKNOWN)
    reason = models.JSONField(default=dict, blank=True)
    clears = models.CharField(max_length=60, blank=True)
    url = models.CharField(max_length=200, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    due_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    passed_at = models.DateTimeField(null=True, blank=True)

    four_eyes = models.BooleanField(default=False, db_default=False)

    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    waived_at = models.DateTimeField(null=True, blank=True)
    waiver_until = models.DateTimeField(null=True, blank=True)
    waiver_note = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "gate", "line", "origin"],
                nulls_distinct=False,
                name="work_prerequisite_origin",
            ),
            models.CheckConstraint(
                name="work_prerequisite_line",
                condition=Q(gate=Gate.HOLD_POINT, line__isnull=False)
                | (~Q(gate=Gate.HOLD_POINT) & Q(line__isnull=True)),
            ),
            models.CheckConstraint(
                name="work_prerequisite_waiver",
                condition=Q(waived_at=None, waiver_until=None, waived_by=None)
                | Q(
                    waived_at__isnull=False,
                    waiver_until__isnull=False,
                    waived_by__isnull=False,
                    waiver_note__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["supplier", "source_id"],
                name="work_prerequisite_source",
                condition=Q(withdrawn_at=None),
            ),
            models.Index(
                fields=["valid_until"],
                name="work_prerequisite_until",
                condition=Q(withdrawn_at=None, valid_until__isnull=False),
            ),
            models.Index(
                fields=["rule"],
                name="work_prerequisite_rule",
                condition=Q(withdrawn_at=None, rule__isnull=False),
            ),
            models.Index(
                fields=["site", "clears"],
                name="work_prerequisite_clears",
                condition=Q(withdrawn_at=None) & ~Q(answer=AnswerState.MET),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="four_eyes_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__four_eyes=True, new__four_eyes=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.gate} {self.origin}"


class Blocker(models.Model):
    """The interval in which the next step could not be taken.

    A derived one has its prerequisite and ends when its source answers met, its requirement is
    waived or withdrawn, or its item is cancelled. A manual one is cleared by a person with a word.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    item = models.ForeignKey("work.WorkItem", models.PROTECT, related_name="blockers")
    prerequisite = models.ForeignKey(
        Prerequisite, models.PROTECT, null=True, blank=True, related_name="blockers"
    )
    kind = models.CharField(max_length=12, choices=BlockerKind)
    what = models.JSONField(default=dict)
    clears = models.CharField(max_length=60, blank=True)
    since = models.DateTimeField()
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField()
    expected = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    part = models.CharField(max_length=120, blank=True)
    quantity = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_cause = models.CharField(max_length=12, blank=True)
    end_note = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["prerequisite"],
                condition=Q(ended_at=None),
                name="work_blocker_one_open",
            ),
            models.CheckConstraint(
                name="work_blocker_ended",
                condition=Q(ended_at=None, end_cause="")
                | (Q(ended_at__isnull=False) & ~Q(end_cause="")),
            ),
            models.CheckConstraint(
                name="work_blocker_manual_by_name",
                condition=Q(prerequisite__isnull=False) | Q(raised_by__isnull=False),
            ),
            models.CheckConstraint(
                name="work_blocker_interval",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "kind"], name="work_blocker_open_kind", condition=Q(ended_at=None)
            ),
            models.Index(
                fields=["site", "clears"],
                name="work_blocker_open_clears",
                condition=Q(ended_at=None),
            ),
            models.Index(fields=["site", "since"], name="work_blocker_since"),
            # What has blocked in the last days, and for how long.
            models.Index(
                fields=["site", "ended_at"],
                name="work_blocker_ended",
                condition=Q(ended_at__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.item_id} {self.kind}"

    @property
    def called(self) -> bool:
        """Whether a domain called it, so that work stops; not somebody in own words."""
        return self.prerequisite_id is None and self.what.get("code", "typed") != "typed"


class BlockerPromise(models.Model):
    """One promise of when a blocker will be cleared. Each earlier one is kept."""

    append_only = True

    blocker = models.ForeignKey(Blocker, models.PROTECT, related_name="promises")
    expected = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["-said_at", "-pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} {self.expected}"


class NamedCheck(models.Model):
    """A check that a rule asks of a named role, with its verdict. The latest one counts."""

    append_only = True

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    item = models.ForeignKey("work.WorkItem", models.PROTECT, related_name="named_checks")
    prerequisite = models.ForeignKey(Prerequisite, models.PROTECT, related_name="checks")
    role = models.CharField(max_length=24, choices=Role)
    passed = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    note = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["prerequisite", "-id"], name="work_namedcheck_latest"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.prerequisite_id} {self.passed}"
