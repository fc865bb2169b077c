"""The box of an isolation: locks on it, tests that lift it for a while, checks."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from permits.models.cards import pair
from permits.models.isolations import Isolation

_NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
_APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
_PERSON = settings.AUTH_USER_MODEL


class PersonalLock(models.Model):
    """A lock on the box: a person's own, or the group lock that bridges the change of shift.

    on_at, off_at: as long as it is on, nothing of the isolation comes off. off_by: who took it
    off; another than the person only by the removal of an absent person's lock.
    """

    isolation = models.ForeignKey(Isolation, models.PROTECT, related_name="locks")
    person = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
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
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.isolation_id} {self.person_id}"


class LockRemoval(models.Model):
    """The lock of somebody gone is removed by two people, with three facts kept.

    away: how it was verified that the person is not on the site. tried: all that was done to
    reach the person. told_at: when the person was told of it, before work is begun again.
    """

    lock = models.OneToOneField(PersonalLock, models.PROTECT, related_name="removal")
    away = models.ForeignKey("work.Note", models.PROTECT, related_name="+")
    tried = models.ForeignKey("work.Note", models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    removed_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
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
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.lock_id} {self.asked_at}"


class TestSanction(models.Model):
    """An isolation is lifted at some points for a test, with the word of everybody behind it."""

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
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.isolation_id} {self.asked_at}"


class TestAgreement(models.Model):
    """Who had a lock on the box agrees to the test."""

    __test__ = False
    append_only = True

    sanction = models.ForeignKey(TestSanction, models.PROTECT, related_name="agreements")
    person = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sanction", "person"], name="permits_testagreement_once"
            ),
        ]
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
