"""How a site sets permits up: types with their routes and tests, substances with their limits."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permits.states import Family, MethodClass, Risk

_NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)


class Numbering(models.Model):
    """The last number given out at a site of one kind. Raised under the control of the site."""

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "kind"], name="permits_numbering_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.last}"


@pghistory.track()
class PermitSettings(models.Model):
    """What a site says of its permits. A site without a row has the defaults."""

    site = models.OneToOneField(
        "work.Site", models.PROTECT, related_name="+", verbose_name=_("site")
    )
    past_shift_minutes = models.PositiveSmallIntegerField(
        _("minutes that an issue may last past the issuer's shift"), default=30
    )

    class Meta:
        verbose_name = _("settings of permits")
        verbose_name_plural = _("settings of permits")
        constraints = [
            models.CheckConstraint(
                name="permits_settings_past_shift",
                condition=Q(past_shift_minutes__lte=120),
                violation_error_message=_("An issue ends two hours past the shift at the latest."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.site)


@pghistory.track()
class PermitType(models.Model):
    """A kind of permit: what it asks, and how it goes.

    questions: list of {key, text}, answered at the request; with {risks: {answer: risk}} where an
    answer asks for a risk at the least. controls: list of {hazard, energy, kind, text}, with which
    an assessment begins; with {risk} where the hazard asks for one. least_risk: of every permit of
    the type. isolation_class: the least class of each
    isolation that it uses. aftercare_minutes: 0 where none follows. apart: whether isolator and
    the one who tries are two.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+", verbose_name=_("site"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    questions = models.JSONField(_("questions"), default=list, blank=True)
    controls = models.JSONField(_("controls to begin with"), default=list, blank=True)
    bring_back_minutes = models.PositiveSmallIntegerField(
        _("minutes within which a new gas test brings it back"), default=60
    )
    aftercare_minutes = models.PositiveSmallIntegerField(_("minutes of after-care"), default=0)
    isolation_class = models.CharField(
        _("least class of isolation"), max_length=10, choices=MethodClass, blank=True
    )
    apart = models.BooleanField(_("isolator and the one who tries are two people"), default=True)
    longest_hours = models.PositiveSmallIntegerField(_("longest window in hours"), default=12)
    least_risk = models.CharField(
        _("least risk"), max_length=8, choices=Risk, default=Risk.LOW, db_default=Risk.LOW
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("permit type")
        verbose_name_plural = _("permit types")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="permits_type_code"),
            models.CheckConstraint(
                name="permits_type_aftercare",
                condition=Q(aftercare_minutes=0) | Q(aftercare_minutes__gte=30),
                violation_error_message=_("After-care lasts thirty minutes at least, or none."),
            ),
            models.CheckConstraint(name="permits_type_longest", condition=Q(longest_hours__gte=1)),
            models.CheckConstraint(
                name="permits_type_bring_back",
                condition=Q(bring_back_minutes__lte=120),
                violation_error_message=_("After two hours a permit is issued anew."),
            ),
        ]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class PermitRoute(models.Model):
    """Which signatures a permit of a type asks at a risk, and of how many people at the least.

    endorsed: always, and not only where a conflict asks for it.
    """

    type = models.ForeignKey(
        PermitType, models.PROTECT, related_name="routes", verbose_name=_("type")
    )
    risk = models.CharField(_("risk"), max_length=8, choices=Risk)
    people = models.PositiveSmallIntegerField(_("least number of people"), default=3)
    checked = models.BooleanField(_("is checked"), default=True)
    endorsed = models.BooleanField(_("is always endorsed"), default=False)

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering = ["type", "people", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["type", "risk"], name="permits_route_once"),
            models.CheckConstraint(
                name="permits_route_people",
                condition=Q(people__gte=2),
                violation_error_message=_("A permit is of two people at the least."),
            ),
            models.CheckConstraint(
                name="permits_route_people_most",
                condition=Q(people__lte=12),
                violation_error_message=_("A route asks twelve people at the most."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} · {self.get_risk_display()}"


@pghistory.track()
class Substance(models.Model):
    """What is tested for at a site, with its limits; a missing limit is none on that side."""

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+", verbose_name=_("site"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    family = models.CharField(_("tested as"), max_length=10, choices=Family)
    unit = models.CharField(_("unit"), max_length=20)
    low = models.DecimalField(_("at least"), max_digits=9, decimal_places=3, null=True, blank=True)
    high = models.DecimalField(_("at most"), max_digits=9, decimal_places=3, null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("substance")
        verbose_name_plural = _("substances")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="permits_substance_code"),
            models.CheckConstraint(
                name="permits_substance_limits",
                condition=(Q(low__isnull=False) | Q(high__isnull=False))
                & (Q(low=None) | Q(high=None) | Q(high__gt=F("low"))),
                violation_error_message=_(
                    "A substance has a limit, and the upper above the lower."
                ),
            ),
        ]
        triggers = [_NEVER_DELETED]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class TypeTest(models.Model):
    """A substance that permits of a type are tested for, and how long a test holds."""

    type = models.ForeignKey(
        PermitType, models.PROTECT, related_name="tests", verbose_name=_("type")
    )
    substance = models.ForeignKey(
        Substance, models.PROTECT, related_name="+", verbose_name=_("substance")
    )
    valid_minutes = models.PositiveSmallIntegerField(_("minutes that a test holds"), default=60)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("gas test of a type")
        verbose_name_plural = _("gas tests of a type")
        ordering = ["type", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["type", "substance"], name="permits_typetest_once"),
            models.CheckConstraint(
                name="permits_typetest_minutes", condition=Q(valid_minutes__gte=1)
            ),
            models.CheckConstraint(
                name="permits_typetest_longest",
                condition=Q(valid_minutes__lte=1440),
                violation_error_message=_("A gas test holds a day at the longest."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} · {self.substance}"
