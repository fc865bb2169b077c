"""The work item: one accountable owner, one status, and what stands around it."""

from datetime import datetime

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from work.models.item_indexes import INDEXES
from work.models.readings import WorkItemQuerySet
from work.states import OPEN, OWNED, Priority, SourceKind, Status

_OPEN = sorted(OPEN)
_OWNED = sorted(OWNED)

# The last guard of closure, for SQL that goes past the services too: no open blocker, and a
# standing acceptance. `complete` may be done under an open blocker; `accept` may not.
_CLOSE_GUARD = """
    IF EXISTS (SELECT 1 FROM work_workitem i WHERE i.id = NEW.id AND i.status = 'closed') THEN
        IF EXISTS (
            SELECT 1 FROM work_blocker b WHERE b.item_id = NEW.id AND b.ended_at IS NULL
        ) THEN
            RAISE EXCEPTION 'a blocked item cannot be closed' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM work_acceptance a WHERE a.item_id = NEW.id AND a.struck_at IS NULL
        ) THEN
            RAISE EXCEPTION 'an item is closed by acceptance' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
"""


@pghistory.track(
    exclude=["unmet_start", "open_blockers", "ready", "blocked", "ready_until", "blocked_from"],
    # Of what was kept before there was such a column nobody knows it.
    attrs={"status_since": models.DateTimeField(null=True)},
)
class WorkItem(models.Model):
    """Something the site must get done in the field.

    `version` counts changes of the item's own fields and status by people. `unmet_start`,
    `open_blockers`, `ready_until` and `blocked_from` are written by `services/_overlay.py` alone
    and are read through the queryset. `status_since` is written with the status, by
    `services/_moves.py` and when an item is made.
    """

    site = models.ForeignKey(
        "work.Site", models.PROTECT, related_name="items", verbose_name=_("site")
    )
    number = models.PositiveBigIntegerField(_("number"))
    type = models.ForeignKey(
        "work.WorkType", models.PROTECT, related_name="items", verbose_name=_("work type")
    )
    type_version = models.ForeignKey("work.WorkTypeVersion", models.PROTECT, related_name="items")
    what = models.CharField(_("what"), max_length=250)
    why = models.TextField(_("why"), blank=True)
    place = models.ForeignKey(
        "work.Place", models.PROTECT, related_name="items", verbose_name=_("place")
    )
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.REQUESTED, editable=False
    )
    status_since = models.DateTimeField(_("in this status since"), db_default=Now(), editable=False)
    stage = models.CharField(_("stage"), max_length=40, blank=True, editable=False)
    owner_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="owned_items"
    )
    owner_post = models.ForeignKey(
        "work.Post", models.PROTECT, null=True, blank=True, related_name="owned_items"
    )
    team = models.ForeignKey(
        "work.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("team"),
    )
    priority = models.CharField(_("priority"), max_length=1, choices=Priority, default=Priority.P3)
    safety_critical = models.BooleanField(_("safety-critical"), default=False)
    planned_start = models.DateTimeField(_("planned start"), null=True, blank=True)
    planned_end = models.DateTimeField(_("planned end"), null=True, blank=True)
    window = models.ForeignKey(
        "work.Window", models.PROTECT, null=True, blank=True, related_name="items"
    )
    due = models.DateTimeField(_("due"), null=True, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    mandatory = models.BooleanField(_("parent waits for it"), default=False)
    values = models.JSONField(_("fields"), default=dict, blank=True)

    source_kind = models.CharField(
        _("source"), max_length=10, choices=SourceKind, default=SourceKind.PERSON
    )
    source_item = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="caused"
    )
    external_system = models.CharField(_("source system"), max_length=40, blank=True)
    external_key = models.CharField(_("key in the source"), max_length=200, blank=True)
    source_words = models.JSONField(_("the source's own words"), default=dict, blank=True)
    incomplete = models.JSONField(_("arrived incomplete"), default=list, blank=True)
    closed_in_source_at = models.DateTimeField(null=True, blank=True, editable=False)

    version = models.PositiveIntegerField(default=1, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("requested by"),
    )
    requested_at = models.DateTimeField(_("requested"), editable=False)
    planned_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    waiting_since = models.DateTimeField(null=True, editable=False)
    condition_left = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, related_name="+", editable=False
    )
    stop_asked_at = models.DateTimeField(null=True, editable=False)
    stop_told_at = models.DateTimeField(null=True, editable=False)
    done_at = models.DateTimeField(_("completed"), null=True, editable=False)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("completed by"),
    )
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)
    survivor = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged", editable=False
    )
    loss_accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    loss_accepted_at = models.DateTimeField(null=True, editable=False)

    unmet_start = models.PositiveIntegerField(default=0, editable=False)
    open_blockers = models.PositiveIntegerField(default=0, editable=False)
    ready = models.GeneratedField(
        expression=Q(status=Status.PLANNED, unmet_start=0, open_blockers=0),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    blocked = models.GeneratedField(
        expression=Q(status__in=_OPEN, open_blockers__gt=0),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    ready_until = models.DateTimeField(null=True, editable=False)
    blocked_from = models.DateTimeField(null=True, editable=False)

    assets = models.ManyToManyField("work.Asset", through="work.ItemAsset", related_name="items")
    places = models.ManyToManyField(
        "work.Place", through="work.ItemPlace", related_name="touching_items"
    )
    executors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="work.ItemExecutor",
        through_fields=("item", "user"),
        related_name="executed_items",
    )

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="work_item_number"),
            models.UniqueConstraint(
                fields=["site", "external_system", "external_key"],
                condition=~Q(external_key=""),
                name="work_item_external",
            ),
            models.CheckConstraint(
                name="work_item_one_owner",
                condition=Q(owner_user=None) | Q(owner_post=None),
            ),
            models.CheckConstraint(
                name="work_item_owned",
                condition=~Q(status__in=_OWNED)
                | Q(owner_user__isnull=False)
                | Q(owner_post__isnull=False),
                violation_error_message=_("Open work past requested has one owner."),
            ),
            models.CheckConstraint(
                name="work_item_closed_unblocked",
                condition=~Q(status=Status.CLOSED) | Q(open_blockers=0),
                violation_error_message=_("A blocked item cannot be closed."),
            ),
            models.CheckConstraint(
                name="work_item_times",
                condition=(~Q(status=Status.LIVE) | Q(started_at__isnull=False))
                & (~Q(status=Status.WAITING) | Q(condition_left__isnull=False))
                & (~Q(status=Status.DONE) | Q(done_at__isnull=False, completed_by__isnull=False))
                & (~Q(status=Status.CLOSED) | Q(closed_at__isnull=False))
                & (~Q(status=Status.CANCELLED) | Q(cancelled_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="work_item_planned_order",
                condition=Q(planned_end=None)
                | Q(planned_start=None)
                | Q(planned_end__gte=F("planned_start")),
            ),
            models.CheckConstraint(
                name="work_item_not_its_parent", condition=Q(parent=None) | ~Q(parent=F("id"))
            ),
        ]
        indexes = INDEXES
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="closed_by_acceptance",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),
                timing=pgtrigger.Deferred,
                func=_CLOSE_GUARD,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.what}"

    def is_blocked(self, at: datetime) -> bool:
        """Whether the next step cannot be taken at `at`."""
        if self.status not in OPEN:
            return False
        return self.open_blockers > 0 or (self.blocked_from is not None and self.blocked_from <= at)

    def is_ready(self, at: datetime) -> bool:
        """Whether a planned item is clear to start at `at`."""
        return (
            self.status == Status.PLANNED
            and self.unmet_start == 0
            and not self.is_blocked(at)
            and (self.ready_until is None or self.ready_until > at)
        )


class ItemPlace(models.Model):
    """A further place that an item touches or affects, beside the place where it is done."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="item_places")
    place = models.ForeignKey("work.Place", models.PROTECT, related_name="item_places")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "place"], name="work_itemplace_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} – {self.place_id}"


class ItemAsset(models.Model):
    """A thing that an item is about."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="item_assets")
    asset = models.ForeignKey("work.Asset", models.PROTECT, related_name="item_assets")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "asset"], name="work_itemasset_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} – {self.asset_id}"


class ItemExecutor(models.Model):
    """A person named to carry an item out. Executors are people, and never by that its owner."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="item_executors")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="item_executors"
    )
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "user"], name="work_itemexecutor_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} – {self.user_id}"
