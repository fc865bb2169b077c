"""A permit, the work that it is for, and who and where it names."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from permits.models._sides import SIGNED_APART
from permits.states import AUTHORISED, OPEN, UNDER_ISSUE, Risk, State

_NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
_PERSON = settings.AUTH_USER_MODEL
# Nobody works behind an isolation that was not tried, or that who applied it tried himself where
# the type asks another.
_BEHIND = """
    IF EXISTS (
        SELECT 1 FROM permits_isolationuse u
          JOIN permits_isolation i ON i.id = u.isolation_id
          JOIN permits_permittype t ON t.id = NEW.type_id
         WHERE u.permit_id = NEW.id AND u.ended_at IS NULL
           AND (i.state <> 'verified' OR (t.apart AND NOT i.other_tries))
    ) OR (
        (SELECT isolation_class <> '' FROM permits_permittype t WHERE t.id = NEW.type_id)
        AND NOT EXISTS (
            SELECT 1 FROM permits_isolationuse u
             WHERE u.permit_id = NEW.id AND u.ended_at IS NULL
        )
    ) THEN
        RAISE EXCEPTION 'permit % goes on behind no tried isolation', NEW.id
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
"""


def _apart(one: str, other: str) -> Q:
    """Two columns of people that are never one person."""
    return Q(**{one: None}) | Q(**{other: None}) | ~Q(**{one: F(other)})


class Permit(models.Model):
    """What the plant says before dangerous work: what, where, how, by whom, from when until when.

    number: P-318 at its site. state: what persons decided. issuer, issue_ends: of the current
    issue, empty where there is none. tests_until: when the first of the gas tests that it asks
    runs out; empty where it asks none or has none. begun_at: when it was first taken.
    sample_points: where gas is tested.
    follow_up: the work in which goes on what was handed back incomplete.
    answers: to the questions of its type, by key. assessed_at: its task risk assessment is whole.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField(_("number"))
    type = models.ForeignKey("permits.PermitType", models.PROTECT, related_name="permits")
    risk = models.CharField(_("risk"), max_length=8, choices=Risk, default=Risk.NORMAL)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    state_since = models.DateTimeField(_("since"))
    version = models.PositiveIntegerField(default=1)

    what = models.CharField(_("what is done"), max_length=250)
    place = models.ForeignKey("work.Place", models.PROTECT, related_name="+")
    where_exactly = models.CharField(_("where exactly"), max_length=250, blank=True)
    method = models.TextField(_("method"), blank=True)
    tools = models.TextField(_("tools"), blank=True)
    condition = models.TextField(_("condition of the plant that is expected"), blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    sample_points = models.JSONField(_("where gas is tested"), default=list, blank=True)
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"))
    team = models.ForeignKey("work.Team", models.PROTECT, null=True, blank=True, related_name="+")
    performing_authority = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    copied_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    created_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    assessed_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    assessed_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    endorsed_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    authorised_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+"
    )
    issuer = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    issue_ends = models.DateTimeField(null=True, blank=True)
    tests_until = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    complete = models.BooleanField(_("handed back complete"), null=True, blank=True)
    follow_up = models.ForeignKey(
        "work.WorkItem", models.PROTECT, null=True, blank=True, related_name="+"
    )
    watcher = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    aftercare_until = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("permit")
        verbose_name_plural = _("permits")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="permits_permit_number"),
            models.CheckConstraint(name="permits_permit_window", condition=Q(ends__gt=F("starts"))),
            # Separation of duties: whoever writes, by whatever way.
            models.CheckConstraint(
                name="permits_permit_performer_issuer",
                condition=_apart("performing_authority", "issuer"),
            ),
            models.CheckConstraint(
                name="permits_permit_performer_authoriser",
                condition=_apart("performing_authority", "authorised_by"),
            ),
            models.CheckConstraint(
                name="permits_permit_performer_closer",
                condition=_apart("performing_authority", "closed_by"),
            ),
            models.CheckConstraint(
                name="permits_permit_checker_authoriser",
                condition=_apart("checked_by", "authorised_by"),
            ),
            models.CheckConstraint(
                name="permits_permit_authorised",
                condition=~Q(state__in=sorted(AUTHORISED)) | Q(authorised_by__isnull=False),
            ),
            models.CheckConstraint(
                name="permits_permit_under_issue",
                condition=Q(
                    state__in=sorted(UNDER_ISSUE),
                    issuer__isnull=False,
                    issue_ends__isnull=False,
                    performing_authority__isnull=False,
                )
                | (~Q(state__in=sorted(UNDER_ISSUE)) & Q(issuer=None, issue_ends=None)),
            ),
            models.CheckConstraint(
                name="permits_permit_issue_within",
                condition=Q(issue_ends=None) | Q(issue_ends__lte=F("ends")),
            ),
            models.CheckConstraint(
                name="permits_permit_closed",
                condition=~Q(state=State.CLOSED) | Q(closed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="permits_permit_ended",
                condition=Q(state__in=sorted(OPEN), ended_at=None)
                | (~Q(state__in=sorted(OPEN)) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "state", "-id"],
                name="permits_permit_open",
                condition=Q(ended_at=None),
            ),
            models.Index(fields=["place"], name="permits_permit_place", condition=Q(ended_at=None)),
            models.Index(fields=["site", "-ended_at"], name="permits_permit_ended_at"),
            models.Index(
                fields=["site", "type", "-ended_at"],
                name="permits_permit_ended_of_type",
                condition=Q(ended_at__isnull=False),
            ),
            models.Index(
                fields=["performing_authority"],
                name="permits_permit_performer",
                condition=Q(ended_at=None),
            ),
            models.Index(
                fields=["site", "issue_ends"],
                name="permits_permit_issue_ends",
                condition=Q(issue_ends__isnull=False),
            ),
            GinIndex(OpClass(Upper("what"), name="gin_trgm_ops"), name="permits_permit_what_trgm"),
            models.Index(
                fields=["site", "tests_until"],
                name="permits_permit_tests_until",
                condition=Q(issue_ends__isnull=False, tests_until__isnull=False),
            ),
        ]
        triggers = [
            _NEVER_DELETED,
            pgtrigger.Trigger(
                name="behind_isolation",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # What asks more since binds at the next step: the doors say it in words.
                condition=pgtrigger.Q(new__state__in=["issued", "in_force"])
                & pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
                func=_BEHIND,
            ),
            pgtrigger.Trigger(
                name="signed_apart",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    *("performing_authority", "checked_by", "authorised_by", "issuer", "closed_by")
                ),
                func=SIGNED_APART,
            ),
        ]

    def __str__(self) -> str:
        return f"P-{self.number} {self.what}"


class PermitItem(models.Model):
    """A work item for which a permit is, and which part of the work it covers.

    ended_at: the link was taken off before the permit was authorised.
    """

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="links")
    item = models.ForeignKey("work.WorkItem", models.PROTECT, related_name="+")
    scope = models.CharField(_("what of it"), max_length=250, blank=True)
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["permit", "item"],
                name="permits_permititem_once",
                condition=Q(ended_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["item"], name="permits_permititem_item", condition=Q(ended_at=None)
            ),
        ]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.permit} · {self.item_id}"


class PermitPlace(models.Model):
    """A place besides its own that a permit's work affects."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="affected")
    place = models.ForeignKey("work.Place", models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["permit", "place"],
                name="permits_permitplace_once",
                condition=Q(ended_at=None),
            ),
        ]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.permit} · {self.place}"


class PermitPerson(models.Model):
    """Who is named to work under a permit: a person, or the name of one without sign-in."""

    permit = models.ForeignKey(Permit, models.PROTECT, related_name="people")
    person = models.ForeignKey(_PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="permits_permitperson_one_of",
                condition=Q(person__isnull=False, name="") | (Q(person=None) & ~Q(name="")),
            ),
            models.UniqueConstraint(
                fields=["permit", "person", "name"],
                name="permits_permitperson_once",
                condition=Q(ended_at=None),
                nulls_distinct=False,
            ),
            ExclusionConstraint(
                name="permits_permitperson_named_once",
                expressions=[
                    ("permit", RangeOperators.EQUAL),
                    (Lower("name"), RangeOperators.EQUAL),
                ],
                condition=Q(ended_at=None) & ~Q(name=""),
            ),
        ]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return self.name or str(self.person)
