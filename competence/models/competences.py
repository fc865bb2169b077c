"""What people can be asked to have, and by what it is asked."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from competence.states import Asks, Kind


@pghistory.track()
class Competence(models.Model):
    """A skill, training, certificate or practical verification of a site.

    levels: the words of a skill's levels, from the lowest; a level is their number from 1. months:
    how long a record lasts where it says nothing itself; None: for ever.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+", verbose_name=_("site"))
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    levels = models.JSONField(_("levels"), default=list, blank=True)
    months = models.PositiveSmallIntegerField(_("valid for months"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("competence")
        verbose_name_plural = _("competences")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="competence_code"),
            models.CheckConstraint(
                name="competence_levels", condition=Q(levels=[]) | Q(kind=Kind.SKILL)
            ),
            models.CheckConstraint(
                name="competence_months", condition=Q(months=None) | Q(months__gt=0)
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@pghistory.track()
class Rule(models.Model):
    """What is asked of people, and where: all that it names must be so at once.

    type, place (and below it), asset_class: of the work. capacity: as what a person takes part
    ("permits.gas_tester"). kind, code: a record of another domain, as at the port `kinds`
    ("permits.type", "hot-work"). team: of that company's people alone. supervised: it may be done
    without by who works beside a fit executor. verification: what must be verified in practice
    besides. everybody: an induction is asked of the site's own people too.
    """

    site = models.ForeignKey("work.Site", models.PROTECT, related_name="+", verbose_name=_("site"))
    asks = models.CharField(_("asks for"), max_length=12, choices=Asks, default=Asks.COMPETENCE)
    competence = models.ForeignKey(
        Competence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("competence"),
    )
    level = models.PositiveSmallIntegerField(_("least level"), null=True, blank=True)
    verification = models.ForeignKey(
        Competence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("verified in practice"),
    )
    supervised = models.BooleanField(_("may work under supervision"), default=False)
    everybody = models.BooleanField(_("of the site's own people too"), default=False)
    type = models.ForeignKey(
        "work.WorkType",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("work type"),
    )
    place = models.ForeignKey(
        "work.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("place"),
    )
    asset_class = models.ForeignKey(
        "work.AssetClass",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asset class"),
    )
    capacity = models.CharField(_("of who takes part as"), max_length=60, blank=True)
    kind = models.CharField(_("kind of record"), max_length=60, blank=True)
    code = models.CharField(_("its code"), max_length=120, blank=True)
    team = models.ForeignKey(
        "work.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("company"),
    )
    starts = models.DateTimeField(_("in force from"))
    ends = models.DateTimeField(_("in force until"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["pk"]
        indexes = [models.Index(fields=["site"], name="competence_rule_site")]
        constraints = [
            models.CheckConstraint(
                name="competence_rule_window", condition=Q(ends=None) | Q(ends__gte=F("starts"))
            ),
            models.CheckConstraint(
                name="competence_rule_asks",
                condition=Q(asks=Asks.COMPETENCE, competence__isnull=False)
                | Q(asks=Asks.INDUCTION, competence=None, place__isnull=False)
                | Q(asks=Asks.APPROVAL, competence=None),
            ),
            models.CheckConstraint(
                name="competence_rule_of_competence",
                condition=Q(asks=Asks.COMPETENCE)
                | Q(level=None, verification=None, supervised=False, capacity="", kind=""),
            ),
            models.CheckConstraint(
                name="competence_rule_kind_code",
                condition=Q(kind="", code="") | (~Q(kind="") & ~Q(code="")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.competence or self.get_asks_display())
