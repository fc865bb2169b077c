"""What happens at the place: issues, who is on it, stops, gas tests; and who signed what."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from permits.models._sides import PARTIES
from permits.models.permits import Permit
from permits.states import AGAINST, PERFORMING, IssueEnd, Part, StopCause

_NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
_APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
_PERSON = settings.AUTH_USER_MODEL
# On one permit nobody stands on both sides, in whatever order the two signed.
_SIDES = {
    "permits_signature_performer_apart": (PERFORMING, AGAINST),
    "permits_signature_checker_apart": ({Part.CHECKED}, {Part.AUTHORISED}),
}


def _side(one: frozenset[str] | set[str], other: frozenset[str] | set[str]) -> Case:
    return Case(
        When(part__in=sorted(one), then=Value(1)),
        When(part__in=sorted(other), then=Value(2)),
        default=Value(0),
        output_field=models.IntegerField(),
    )


class Signature(models.Model):
    """Somebody signed for something on a permit, with the password asked again."""

    append_only = True

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="signatures")
    part = models.CharField(_("as"), max_length=20, choices=Part)
    person = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    act = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            ExclusionConstraint(
                name=name,
                expressions=[
                    ("permit", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (_side(one, other), RangeOperators.NOT_EQUAL),
                ],
                condition=Q(part__in=sorted(one | other)),
            )
            for name, (one, other) in _SIDES.items()
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.permit_id} {self.part} {self.person_id}"


class Issue(models.Model):
    """A permit is given out at the place, by one person to another, until an end.

    issuer_scanned, taker_scanned: each read the label of the place; else the note says why not.
    next_taker: who will take the work over, and has said so after the same look.
    """

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="issues")
    issuer = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    taker = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    ends = models.DateTimeField()
    issuer_scanned = models.BooleanField(default=False)
    issuer_note = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    taker_scanned = models.BooleanField(default=False)
    taker_note = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )
    next_taker = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    next_taker_at = models.DateTimeField(null=True, blank=True)
    next_taker_scanned = models.BooleanField(default=False, db_default=False)
    next_taker_note = models.ForeignKey(
        "work.Note", models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    how = models.CharField(max_length=12, choices=IssueEnd, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["permit"], name="permits_issue_one_open", condition=Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="permits_issue_two_people", condition=~Q(issuer=F("taker"))
            ),
            models.CheckConstraint(
                name="permits_issue_window", condition=Q(ends__gt=F("issued_at"))
            ),
            models.CheckConstraint(
                name="permits_issue_ended",
                condition=Q(ended_at=None, how="") | (Q(ended_at__isnull=False) & ~Q(how="")),
            ),
        ]
        triggers = [
            _NEVER_DELETED,
            pgtrigger.Trigger(
                name="parties_apart",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=PARTIES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.permit_id} {self.issued_at}"


class Presence(models.Model):
    """Somebody is on a permit since a moment; a person, or the name of one without sign-in."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="presences")
    person = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=150, blank=True)
    on_at = models.DateTimeField()
    on_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    off_at = models.DateTimeField(null=True, blank=True)
    off_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["on_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="permits_presence_one_of",
                condition=Q(person__isnull=False, name="") | (Q(person=None) & ~Q(name="")),
            ),
            models.UniqueConstraint(
                fields=["permit", "person", "name"],
                name="permits_presence_once",
                condition=Q(off_at=None),
                nulls_distinct=False,
            ),
            ExclusionConstraint(
                name="permits_presence_named_once",
                expressions=[
                    ("permit", RangeOperators.EQUAL),
                    (Lower("name"), RangeOperators.EQUAL),
                ],
                condition=Q(off_at=None) & ~Q(name=""),
            ),
            models.CheckConstraint(
                name="permits_presence_order", condition=Q(off_at=None) | Q(off_at__gte=F("on_at"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"], name="permits_presence_person", condition=Q(off_at=None)
            ),
        ]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return self.name or str(self.person)


class Stop(models.Model):
    """A stop of a permit: called, then confirmed by who stands there, then brought back or not.

    called_by: empty where the system called it. note: the reason, said afterwards. left: the
    condition in which the plant was left.
    """

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="stops")
    cause = models.CharField(max_length=10, choices=StopCause)
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    left = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["permit"], name="permits_stop_one_open", condition=Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="permits_stop_confirmed",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["called_at"],
                name="permits_stop_unconfirmed",
                condition=Q(confirmed_at=None, ended_at=None),
            ),
        ]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.permit_id} {self.cause} {self.called_at}"


class GasTest(models.Model):
    """One reading of one substance at a sample point, with the limits that held then.

    scanned: the tester read the label of the place; else the note says why not.
    """

    append_only = True

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="gas_tests")
    point = models.CharField(_("sample point"), max_length=80)
    substance = models.ForeignKey("permits.Substance", models.PROTECT, related_name="+")
    value = models.DecimalField(_("value"), max_digits=9, decimal_places=3)
    unit = models.CharField(_("unit"), max_length=20)
    low = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    high = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    within = models.BooleanField()
    instrument = models.CharField(_("instrument"), max_length=80)
    calibrated_until = models.DateField(_("calibrated until"))
    tester = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(_("taken"))
    valid_until = models.DateTimeField(_("valid until"))
    scanned = models.BooleanField(default=False, db_default=False)
    note = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="permits_gastest_valid", condition=Q(valid_until__gt=F("taken_at"))
            ),
            models.CheckConstraint(
                name="permits_gastest_order", condition=Q(recorded_at__gte=F("taken_at"))
            ),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.permit_id} {self.point} {self.value}"
