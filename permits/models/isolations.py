"""Isolations: the plant is cut off at points, so that people may work on it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from permits.isolation_states import OPEN, Energy, How, Kind, Method, State
from permits.models._relied_on import APART, ASKED, FREE, MOVED, TRIED
from permits.models._stands import POINT, POINT_DECLARES, USE
from permits.models.cards import IsolationCard, pair

_NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
_PERSON = settings.AUTH_USER_MODEL


class Isolation(models.Model):
    """A part of the plant cut off at points, with a box for the locks of who works behind it.

    number: I-88 at its site. other_tries: who tries a point is another than who applied it.
    owner: who answers for it; of an own isolation, the one person of whom it is. check_days: a
    long-term one is checked every so many days; checked_at: the last time, check_due: the next.
    drawn_by: who put other points in the place of those with which it was planned.
    placed_at: when its first point was applied. until: the end of the shift of an own isolation.
    energy: what became of the energy that stays behind the points, said anew after each applying;
    empty until it is said, null where it was tried before that was asked. notified: that who is
    affected was told, and who that is.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PLAN)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    state_since = models.DateTimeField(_("since"))
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(_("what is isolated"), max_length=250)
    place = models.ForeignKey("work.Place", models.PROTECT, related_name="+")
    asset = models.ForeignKey("work.Asset", models.PROTECT, null=True, blank=True, related_name="+")
    other_tries = models.BooleanField(_("another tries than who applied"), default=True)
    owner = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    check_days = models.PositiveSmallIntegerField(_("checked every … days"), null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    check_due = models.DateTimeField(null=True, blank=True)
    card = models.ForeignKey(
        IsolationCard, models.PROTECT, null=True, blank=True, related_name="isolations"
    )
    until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    drawn_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    approved_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    placed_at = models.DateTimeField(_("in place since"), null=True, blank=True)
    energy = models.CharField(
        _("stored energy"),
        max_length=8,
        choices=Energy,
        null=True,
        blank=True,
        default="",
        db_default="",
    )
    energy_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    energy_at = models.DateTimeField(null=True, blank=True)
    energy_note = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )
    notified_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    notified_at = models.DateTimeField(null=True, blank=True)
    notified_note = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("isolation")
        verbose_name_plural = _("isolations")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="permits_isolation_number"),
            models.CheckConstraint(
                name="permits_isolation_approver",
                condition=Q(approved_by=None)
                | Q(created_by=None)
                | Q(kind=Kind.OWN)
                | ~Q(approved_by=models.F("created_by")),
            ),
            models.CheckConstraint(
                name="permits_isolation_drawer",
                condition=Q(approved_by=None)
                | Q(drawn_by=None)
                | ~Q(approved_by=models.F("drawn_by")),
            ),
            models.CheckConstraint(
                name="permits_isolation_approved",
                condition=Q(state__in=[State.PLANNED, State.CANCELLED])
                | Q(approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="permits_isolation_energy",
                condition=Q(energy__in=Energy.values, energy_by__isnull=False)
                & Q(energy_at__isnull=False)
                | Q(energy="", energy_by=None, energy_at=None, energy_note=None)
                | Q(energy=None, energy_by=None, energy_at=None, energy_note=None),
            ),
            models.CheckConstraint(
                name="permits_isolation_notified",
                condition=Q(notified_by=None, notified_at=None, notified_note=None)
                | Q(notified_by__isnull=False, notified_at__isnull=False)
                & Q(notified_note__isnull=False),
            ),
            models.CheckConstraint(
                name="permits_isolation_own",
                condition=~Q(kind=Kind.OWN)
                | Q(
                    other_tries=False,
                    card__isnull=False,
                    owner__isnull=False,
                    until__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="permits_isolation_long_term",
                condition=~Q(kind=Kind.LONG_TERM)
                | (
                    Q(owner__isnull=False, check_days__gte=1, check_due__isnull=False)
                    & ~Q(reason="")
                ),
            ),
            models.CheckConstraint(
                name="permits_isolation_ended",
                condition=Q(state__in=sorted(OPEN), ended_at=None)
                | (~Q(state__in=sorted(OPEN)) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "placed_at", "id"],
                name="permits_isolation_open",
                condition=Q(ended_at=None),
            ),
            models.Index(
                fields=["site", "state"], name="permits_isolation_state", condition=Q(ended_at=None)
            ),
            models.Index(fields=["site", "-ended_at"], name="permits_isolation_ended_at"),
            models.Index(
                fields=["place"], name="permits_isolation_place", condition=Q(ended_at=None)
            ),
            models.Index(
                fields=["owner"], name="permits_isolation_owner", condition=Q(ended_at=None)
            ),
        ]
        triggers = [
            _NEVER_DELETED,
            pgtrigger.ReadOnly(name="other_tries_stands", fields=["other_tries"]),
            pgtrigger.ReadOnly(name="planner_stands", fields=["created_by"]),
            pgtrigger.ReadOnly(name="own_stands", fields=["card", "until"]),
            pgtrigger.Trigger(
                name="relied_on",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition('OLD."state" IS DISTINCT FROM NEW."state"'),
                func=MOVED,
            ),
            pgtrigger.Trigger(
                name="tried",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state="verified"),
                func=TRIED,
            ),
            pgtrigger.Trigger(
                name="energy_asked",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__energy__isnull=True),
                func=ASKED,
            ),
        ]

    def __str__(self) -> str:
        return f"I-{self.number} {self.title}"


class IsolationPoint(models.Model):
    """One point: what is put in which position, how strong that is, and who did and saw it.

    applied, locked, tried: what holds now; a point that is lifted or not found in place begins
    anew, and the events keep what was. reported: somebody found it not in place. position_after:
    in which position it was left when it was removed.
    """

    isolation = models.ForeignKey(Isolation, models.PROTECT, related_name="points")
    sequence = models.PositiveSmallIntegerField(_("order"))
    tag = models.CharField(_("point"), max_length=120)
    method = models.CharField(_("method"), max_length=12, choices=Method)
    position = models.CharField(_("position"), max_length=60)
    lock = models.CharField(_("lock"), max_length=40, blank=True)
    applied_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    locked_at = models.DateTimeField(null=True, blank=True)
    tried_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    tried_at = models.DateTimeField(null=True, blank=True)
    reported_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reported_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    position_after = models.CharField(_("position after"), max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["sequence", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["isolation", "sequence"],
                name="permits_isolationpoint_order",
                condition=Q(ended_at=None),
            ),
            *(
                models.CheckConstraint(name=f"permits_isolationpoint_{name}", condition=pair(name))
                for name in ("applied", "locked", "tried", "reported", "removed")
            ),
            models.CheckConstraint(
                name="permits_isolationpoint_locked_after",
                condition=Q(locked_at=None)
                | (
                    Q(applied_at__isnull=False, locked_at__gte=models.F("applied_at")) & ~Q(lock="")
                ),
            ),
            models.CheckConstraint(
                name="permits_isolationpoint_tried_after",
                condition=Q(tried_at=None)
                | Q(locked_at__isnull=False, tried_at__gte=models.F("locked_at")),
            ),
            models.CheckConstraint(
                name="permits_isolationpoint_position_after",
                condition=Q(removed_at=None, position_after="")
                | (Q(removed_at__isnull=False) & ~Q(position_after="")),
            ),
        ]
        triggers = [
            _NEVER_DELETED,
            pgtrigger.Trigger(
                name="tried_by_another",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=APART,
            ),
            pgtrigger.Trigger(
                name="nobody_relies",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__removed_at__isnull=True, new__removed_at__isnull=False),
                func=FREE,
            ),
            pgtrigger.ReadOnly(
                name="point_stands",
                fields=["isolation", "sequence", "tag", "method", "position"],
            ),
            pgtrigger.Trigger(
                name="holds",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=POINT_DECLARES,
                func=POINT,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.tag}"

    @property
    def in_place(self) -> bool:
        """Applied and locked, and nobody has found it otherwise."""
        return self.locked_at is not None and self.removed_at is None and self.reported_at is None


class IsolationUse(models.Model):
    """A permit or a work item hangs together with an isolation; how says in what way."""

    isolation = models.ForeignKey(Isolation, models.PROTECT, related_name="uses")
    permit = models.ForeignKey(
        "permits.Permit", models.PROTECT, null=True, blank=True, related_name="isolation_uses"
    )
    item = models.ForeignKey(
        "work.WorkItem", models.PROTECT, null=True, blank=True, related_name="+"
    )
    how = models.CharField(_("how"), max_length=10, choices=How, default=How.PROTECTED)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="permits_isolationuse_one_of",
                condition=Q(permit=None, item__isnull=False)
                | Q(permit__isnull=False, item=None, how=How.PROTECTED),
            ),
            models.UniqueConstraint(
                fields=["isolation", "permit", "item"],
                name="permits_isolationuse_once",
                condition=Q(ended_at=None),
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(
                fields=["item"], name="permits_isolationuse_item", condition=Q(ended_at=None)
            ),
            models.Index(
                fields=["permit"], name="permits_isolationuse_permit", condition=Q(ended_at=None)
            ),
        ]
        triggers = [
            _NEVER_DELETED,
            pgtrigger.ReadOnly(
                name="use_stands", fields=["isolation", "permit", "item", "how", "since"]
            ),
            pgtrigger.Trigger(
                name="left_by_nobody_behind",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=USE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.isolation_id} {self.permit_id or self.item_id}"
