"""The box of an isolation: locks on it, tests that lift it for a while, checks."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from permits.models._stands import OFF_BY
from permits.models.cards import pair
from permits.models.isolations import Isolation

_NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
_APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
_PERSON = settings.AUTH_USER_MODEL


class PersonalLock(models.Model):
    """A lock on the box: a person's own, or the group lock that bridges the change of shift.

    name: of one whom the site does not know. on_at, off_at: as long as it is on, nothing of the
    isolation comes off. off_by: who took it off; another than the person only for somebody without
    sign-in, or by the removal of an absent person's lock.
    """

    isolation = models.ForeignKey(Isolation, models.PROTECT, related_name="locks")
    person = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=150, blank=True, db_default="")
    group = models.BooleanField(default=False)
    on_at = models.DateTimeField()
    off_at = models.DateTimeField(null=True, blank=True)
    off_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["on_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["isolation", "person"],
                name="permits_personallock_once",
                condition=Q(off_at=None, group=False),
            ),
            ExclusionConstraint(
                name="permits_personallock_one_named",
                expressions=[
                    ("isolation", RangeOperators.EQUAL),
                    (Lower("name"), RangeOperators.EQUAL),
                ],
                condition=Q(off_at=None) & ~Q(name=""),
            ),
            models.CheckConstraint(
                name="permits_personallock_one_of",
                condition=Q(person__isnull=False, name="")
                | (Q(person=None, group=False) & ~Q(name="")),
            ),
            models.UniqueConstraint(
                fields=["isolation"],
                name="permits_personallock_one_group",
                condition=Q(off_at=None, group=True),
            ),
            models.CheckConstraint(name="permits_personallock_off", condition=pair("off")),
            models.CheckConstraint(
                name="permits_personallock_order",
                condition=Q(off_at=None) | Q(off_at__gte=F("on_at")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"], name="permits_personallock_person", condition=Q(off_at=None)
            ),
        ]
        triggers = [
            _NEVER_DELETED,
            pgtrigger.ReadOnly(
                name="lock_stands", fields=["isolation", "person", "name", "group", "on_at"]
            ),
            pgtrigger.Trigger(
                name="off_by_oneself",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=OFF_BY,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.isolation_id} {self.person_id or self.name}"

    @property
    def holder(self) -> str:
        """Whose it is, by name."""
        return self.name or str(self.person)


class LockRemoval(models.Model):
    """The lock of somebody gone is removed by two people, with three facts kept.

    away: how it was verified that the person is not on the site. tried: all that was done to
    reach the person. ended_at: it was asked in vain, as the person is back or the facts are old.
    told_at: when the person was told of it, before work is begun again; told_how: of one without
    sign-in, how that was done.
    """

    lock = models.ForeignKey(PersonalLock, models.PROTECT, related_name="removals")
    away = models.ForeignKey("work.Note", models.PROTECT, related_name="+")
    tried = models.ForeignKey("work.Note", models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    removed_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)
    told_how = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            ExclusionConstraint(
                name="permits_lockremoval_one",
                expressions=[("lock", RangeOperators.EQUAL)],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="permits_lockremoval_ended", condition=Q(ended_at=None) | Q(removed_at=None)
            ),
            models.CheckConstraint(name="permits_lockremoval_removed", condition=pair("removed")),
            models.CheckConstraint(name="permits_lockremoval_told", condition=pair("told")),
            models.CheckConstraint(
                name="permits_lockremoval_two_people",
                condition=Q(removed_by=None) | ~Q(removed_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="permits_lockremoval_told_after",
                condition=Q(told_at=None) | Q(removed_at__isnull=False),
            ),
        ]
        triggers = [
            _NEVER_DELETED,
            pgtrigger.ReadOnly(
                name="removal_stands", fields=["lock", "away", "tried", "asked_by", "asked_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lock_id} {self.asked_at}"


class TestSanction(models.Model):
    """An isolation is lifted at some points for a test, with the word of everybody behind it.

    ended_at: the test is over, or was withdrawn before it was sanctioned.
    """

    __test__ = False  # not a test itself

    isolation = models.ForeignKey(Isolation, models.PROTECT, related_name="sanctions")
    asked_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    why = models.ForeignKey("work.Note", models.PROTECT, related_name="+")
    sanctioned_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    sanctioned_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["isolation"],
                name="permits_testsanction_one_open",
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="permits_testsanction_sanctioned", condition=pair("sanctioned")
            ),
        ]
        triggers = [
            _NEVER_DELETED,
            pgtrigger.ReadOnly(
                name="sanction_stands", fields=["isolation", "asked_by", "asked_at", "why"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.isolation_id} {self.asked_at}"


class TestAgreement(models.Model):
    """Who had a lock on the box agrees to the test; anew after each time it was put on."""

    __test__ = False
    append_only = True

    sanction = models.ForeignKey(TestSanction, models.PROTECT, related_name="agreements")
    person = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.sanction_id} {self.person_id}"


class IsolationCheck(models.Model):
    """A long-term isolation was looked at, and every point was in place."""

    append_only = True

    isolation = models.ForeignKey(Isolation, models.PROTECT, related_name="checks")
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.isolation_id} {self.at}"
