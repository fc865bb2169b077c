"""Sites, the place tree with neighbours and states, asset classes and assets."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from work.states import NeighbourKind, PlaceCondition, PlaceKind


@pghistory.track()
class Site(models.Model):
    """One industrial site: the unit of separation, numbering and time zone."""

    slug = models.SlugField(_("short name"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    language = models.CharField(_("language of its texts"), max_length=8, default="en")
    triage_type = models.ForeignKey(
        "work.WorkType",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("type of a request whose type was left open"),
        help_text=_("Who plans it says what it is. Without one each request names its type."),
    )

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SiteCounter(models.Model):
    """The last work number given out at a site. One row a site, raised inside the act."""

    site = models.OneToOneField(Site, models.PROTECT, primary_key=True, related_name="counter")
    last_number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="work_sitecounter_positive", condition=Q(last_number__gte=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.site_id}: {self.last_number}"


@pghistory.track(exclude=["numchild"])
class Place(MP_Node):
    """A node of a site's tree: area, line, unit, functional location (ISA-95, ISO 14224).

    The code is unique in the site. The owning team is inherited from the nearest place above
    that names one.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="places", verbose_name=_("site"))
    code = models.CharField(_("code"), max_length=120)
    name = models.CharField(_("name"), max_length=250)
    kind = models.CharField(_("kind"), max_length=24, choices=PlaceKind)
    owner_team = models.ForeignKey(
        "work.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_places",
        verbose_name=_("owning team"),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    external_system = models.CharField(max_length=40, blank=True)
    external_key = models.CharField(max_length=200, blank=True)
    source_words = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="work_place_code"),
            models.UniqueConstraint(
                fields=["site", "external_system", "external_key"],
                condition=~Q(external_key=""),
                name="work_place_external",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@pghistory.track()
class PlaceNeighbour(models.Model):
    """Two places that concern each other; stored once, with the smaller id first."""

    first = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("place"))
    second = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name=_("concerns the place")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=NeighbourKind)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("neighbour")
        verbose_name_plural = _("neighbours")
        constraints = [
            models.CheckConstraint(
                name="work_placeneighbour_order", condition=Q(first__lt=F("second"))
            ),
            models.UniqueConstraint(
                fields=["first", "second", "kind"],
                condition=Q(ended_at=None),
                name="work_placeneighbour_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.second}"


class PlaceState(models.Model):
    """The operating state of a place since a moment; the rows are its history."""

    append_only = True

    place = models.ForeignKey(Place, models.PROTECT, related_name="states")
    condition = models.CharField(_("state"), max_length=12, choices=PlaceCondition)
    since = models.DateTimeField(_("since"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    note = models.ForeignKey("work.Note", models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["-since", "-pk"]
        indexes = [models.Index(fields=["place", "-since", "-id"], name="work_placestate_place")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.condition}"


@pghistory.track()
class AssetClass(models.Model):
    """A class of things, with its own fields and its own statuses.

    fields: list of {key, label, kind}. statuses: list of {key, label, ready: bool}: whether a thing
    that stands so is ready for use. It stops no work by itself: what is broken is also repaired.
    """

    site = models.ForeignKey(
        Site, models.PROTECT, related_name="asset_classes", verbose_name=_("site")
    )
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    fields = models.JSONField(_("fields"), default=list, blank=True)
    statuses = models.JSONField(_("statuses"), default=list, blank=True)

    class Meta:
        verbose_name = _("asset class")
        verbose_name_plural = _("asset classes")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="work_assetclass_code"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Asset(models.Model):
    """A thing with a serial number: pump, tool, vehicle, container, batch."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="assets", verbose_name=_("site"))
    asset_class = models.ForeignKey(
        AssetClass, models.PROTECT, related_name="assets", verbose_name=_("asset class")
    )
    code = models.CharField(_("code"), max_length=120)
    name = models.CharField(_("name"), max_length=250)
    serial = models.CharField(_("serial number"), max_length=120, blank=True)
    status = models.CharField(_("status"), max_length=40, blank=True)
    values = models.JSONField(_("values"), default=dict, blank=True)
    owner_team = models.ForeignKey(
        "work.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_assets",
        verbose_name=_("owning team"),
    )
    external_system = models.CharField(max_length=40, blank=True)
    external_key = models.CharField(max_length=200, blank=True)
    source_words = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="work_asset_code"),
            models.UniqueConstraint(
                fields=["site", "external_system", "external_key"],
                condition=~Q(external_key=""),
                name="work_asset_external",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AssetLocation(models.Model):
    """Where a thing is, or what contains it, from and until: a history of its own."""

    asset = models.ForeignKey(
        Asset, models.PROTECT, related_name="locations", verbose_name=_("asset")
    )
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="asset_locations",
        verbose_name=_("place"),
    )
    container = models.ForeignKey(
        Asset,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contents",
        verbose_name=_("in the asset"),
    )
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["-starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["asset"], condition=Q(ends=None), name="work_assetlocation_one_now"
            ),
            models.CheckConstraint(
                name="work_assetlocation_one_of",
                condition=Q(place__isnull=False, container__isnull=True)
                | Q(place__isnull=True, container__isnull=False),
            ),
            models.CheckConstraint(
                name="work_assetlocation_window",
                condition=Q(ends=None) | Q(ends__gte=F("starts")),
            ),
            models.CheckConstraint(
                name="work_assetlocation_not_itself", condition=~Q(container=F("asset"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset}: {self.place or self.container}"
