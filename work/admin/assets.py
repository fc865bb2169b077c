"""Things: what they are, how they stand, where they are and where they were."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.admin import display
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from work.admin.base import OwnOnly, SiteAdmin
from work.admin.forms import ActForm
from work.admin.parts import SHOWN, Part, cut, moment, page_of
from work.admin.steps import StepForm, dress, step
from work.forms.fields import add_custom, custom_values
from work.models import Asset, AssetLocation, Place
from work.services import assets
from work.states import FieldKind


class AssetAdmin(SiteAdmin):
    """The things of a site. Where one is, how it stands and its own values have pages."""

    adds = staticmethod(assets.create)
    changes = staticmethod(assets.change)
    known_as = "asset_id"
    overtakes = True
    fixed = ("site", "asset_class", "code")
    readonly_fields = ("stands",)
    fields = ("site", "asset_class", "code", "name", "serial", "owner_team", "stands")
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "site",
                    "asset_class",
                    "code",
                    "name",
                    "serial",
                    "owner_team",
                    "place",
                    "container",
                )
            },
        ),
    )
    list_display = ("code", "name", "asset_class", "stands", "is_at", "serial", "owner_team")
    list_filter = (("site", OwnOnly), ("asset_class", OwnOnly), ("owner_team", OwnOnly))
    list_select_related = ("asset_class", "owner_team")
    search_fields = ("code", "name", "serial")
    autocomplete_fields = ("asset_class", "owner_team")
    ordering = ("code", "pk")
    actions_detail = ("move", "status", "own_values")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With where each is now."""
        now = AssetLocation.objects.filter(ends=None).select_related("place", "container")
        return (
            super()
            .get_queryset(request)
            .select_related("asset_class")
            .prefetch_related(Prefetch("locations", now, to_attr="now"))
        )

    @display(description=gettext_lazy("status"), ordering="status")
    def stands(self, asset: Asset) -> str:
        """The status, in the words of its class."""
        labels = {each["key"]: each["label"] for each in asset.asset_class.statuses}
        return labels.get(asset.status, asset.status)

    @display(description=gettext_lazy("where"))
    def is_at(self, asset: Asset) -> str:
        """The place or the thing that it is in."""
        now = asset.now  # type: ignore[attr-defined]
        return str(now[0].place or now[0].container) if now else ""

    def asks(self, request: HttpRequest) -> dict[str, forms.Field]:
        """Where a new thing is."""
        return self._where(request)

    def _where(self, request: HttpRequest) -> dict[str, forms.Field]:
        return {
            "place": self.pick(
                request, Place, (AssetLocation, "place"), required=False, label=_("at the place")
            ),
            "container": self.pick(
                request,
                Asset,
                (AssetLocation, "container"),
                required=False,
                label=_("or in another asset"),
            ),
        }

    def add(self, request: HttpRequest, form: ActForm) -> Asset:
        """Add a thing."""
        names = [name for name in form.fields if name not in ("act", "seen", "asset_class")]
        kind = form.cleaned_data["asset_class"]
        return assets.create(**self.door(request, form), class_id=kind.pk, **form.arguments(names))

    def parts(self, request: HttpRequest, obj: Asset) -> list[Part]:
        """The own values, and where it was."""
        return [_values(obj), _locations(obj)]

    @action(description=gettext_lazy("Move"), url_path="move", permissions=["change"])
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put it at a place, or in another thing."""
        asset = self.get_object(request, object_id)
        now = asset.now[0] if asset is not None and asset.now else None  # type: ignore[attr-defined]
        asked = {
            **self._where(request),
            # By which it is seen that somebody else moved it meanwhile.
            "seen": forms.IntegerField(
                widget=forms.HiddenInput, initial=now.pk if now else 0, required=False
            ),
        }

        def do(row: Asset, door: dict[str, Any], said: dict[str, Any]) -> str:
            place, container = said["place"], said["container"]
            assets.move(
                **door,
                asset_id=row.pk,
                place_id=place.pk if place else None,
                container_id=container.pk if container else None,
                seen=said["seen"],
            )
            return _("Moved. Where it was stays in its history.")

        return step(
            self,
            request,
            object_id,
            title=_("Move an asset"),
            button=_("Move"),
            text=_("It is now at: %(where)s") % {"where": self.is_at(asset)} if now else "",
            form=type("Where", (StepForm,), asked),
            do=do,
        )

    @action(description=gettext_lazy("Status"), url_path="status", permissions=["change"])
    def status(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say how it stands, and why."""
        asset = self.get_object(request, object_id)
        kinds = asset.asset_class.statuses if asset is not None else []

        class Stands(StepForm):
            status = forms.ChoiceField(
                choices=[(each["key"], each["label"]) for each in kinds],
                label=_("status"),
                initial=asset.status if asset is not None else None,
            )
            why = forms.CharField(required=False, max_length=5000, label=_("why"))
            seen = forms.CharField(
                widget=forms.HiddenInput,
                required=False,
                initial=asset.status if asset is not None else None,
            )

        def do(row: Asset, door: dict[str, Any], said: dict[str, Any]) -> str:
            assets.set_status(**door, asset_id=row.pk, **said)
            return _("Said.")

        return step(
            self, request, object_id, title=_("Status"), button=_("Say"), form=Stands, do=do
        )

    @action(description=gettext_lazy("Own values"), url_path="values", permissions=["change"])
    def own_values(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Fill in the fields of its class."""
        asset = self.get_object(request, object_id)

        class Values(StepForm):
            # By which it is seen that somebody else filled in others meanwhile.
            seen = forms.JSONField(
                widget=forms.HiddenInput,
                required=False,
                initial=asset.values if asset is not None else None,
            )

            def __init__(self, *args: Any, **given: Any) -> None:
                super().__init__(*args, **given)
                rows = asset.asset_class.fields if asset is not None else []
                add_custom(self, [SimpleNamespace(unit="", choices=(), **row) for row in rows])
                for row in rows:
                    field = self.fields[f"f.{row['key']}"]
                    field.initial = _shown(row["kind"], asset.values.get(row["key"]))
                    dress(field)

            def clean(self) -> dict[str, Any]:
                said = super().clean() or {}
                kept = {key: value for key, value in said.items() if not key.startswith("f.")}
                return kept | {"values": custom_values(self)}

        def do(row: Asset, door: dict[str, Any], said: dict[str, Any]) -> str:
            was = {} if said["seen"] is None else {"values": said["seen"]}
            assets.change(**door, asset_id=row.pk, values=said["values"], was=was)
            return _("Kept.")

        return step(
            self,
            request,
            object_id,
            title=_("Own values"),
            button=_("Keep"),
            text=_("These fields are those of its class."),
            form=Values,
            do=do,
        )


def _shown(kind: str, value: Any) -> Any:
    """A stored value as its field in a form holds it."""
    if kind == FieldKind.MOMENT and value:
        return parse_datetime(value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _values(asset: Asset) -> Part:
    rows = [
        [(each["label"], ""), (str(asset.values[each["key"]]), "")]
        for each in asset.asset_class.fields
        if each["key"] in asset.values
    ]
    return Part(
        title=_("Own values"),
        head=(_("field"), _("value")),
        rows=rows,
        empty=_("Nothing is filled in."),
    )


def _locations(asset: Asset) -> Part:
    rows = asset.locations.select_related("place", "container").order_by("-starts", "-pk")
    shown, _more = cut(rows[: SHOWN + 1], "")
    return Part(
        title=_("Where it is and was"),
        head=(_("where"), _("from"), _("until")),
        rows=[
            [
                (str(row.place or row.container), page_of(row.place or row.container)),
                (moment(row.starts), ""),
                (moment(row.ends), ""),
            ]
            for row in shown
        ],
        empty=_("Nobody has said where it is."),
    )
