"""Places of a site, and which of these concern each other."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from work.admin.base import OwnOnly, SiteAdmin
from work.admin.forms import ActForm
from work.admin.parts import SHOWN, Part, adding, cut, listing, moment, page_of
from work.admin.steps import StepForm, step
from work.models import Place, PlaceNeighbour
from work.services import places


class PlaceAdmin(SiteAdmin):
    """The places of a site. Where one hangs is changed by *Move*."""

    adds = staticmethod(places.create_place)
    changes = staticmethod(places.change_place)
    known_as = "place_id"
    overtakes = True
    fixed = ("site", "code")
    fields = ("site", "code", "name", "kind", "owner_team", "is_active")
    add_fieldsets = ((None, {"fields": ("site", "parent", "code", "name", "kind", "owner_team")}),)
    list_display = ("code", "name", "kind", "owner_team", "is_active")
    list_filter = (("site", OwnOnly), "kind", "is_active")
    list_select_related = ("owner_team",)
    search_fields = ("code", "name")
    ordering = ("path",)
    autocomplete_fields = ("owner_team",)
    actions_detail = ("move",)

    def asks(self, request: HttpRequest) -> dict[str, forms.Field]:
        """Below which place a new one stands."""
        return {"parent": self._below(request)}

    def _below(self, request: HttpRequest) -> forms.ModelChoiceField:
        return self.pick(
            request,
            Place,
            (PlaceNeighbour, "first"),
            required=False,
            label=_("below"),
            help_text=_("Empty: it is a root of the site's tree."),
        )

    def parts(self, request: HttpRequest, obj: Place) -> list[Part]:
        """Which places it concerns, now and before."""
        both = PlaceNeighbour.objects.filter(Q(first=obj) | Q(second=obj))
        rows = both.select_related("first", "second").order_by("-ended_at", "-pk")
        shown, more = cut(rows[: SHOWN + 1], listing(PlaceNeighbour, q=obj.code))
        return [
            Part(
                title=_("Neighbours"),
                head=(_("place"), _("kind"), _("until")),
                rows=[
                    [
                        (str(row.second if row.first_id == obj.pk else row.first), page_of(row)),
                        (row.get_kind_display(), ""),
                        (moment(row.ended_at), ""),
                    ]
                    for row in shown
                ],
                empty=_("It concerns no other place."),
                add=(adding(PlaceNeighbour, first=obj.pk), _("Add a neighbour")),
                more=more,
            )
        ]

    @action(description=gettext_lazy("Move"), url_path="move", permissions=["change"])
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hang the place elsewhere, with all below it."""

        class Where(StepForm):
            parent = self._below(request)

        def do(place: Place, door: dict[str, Any], said: dict[str, Any]) -> str:
            parent = said["parent"]
            places.move_place(**door, place_id=place.pk, parent_id=parent.pk if parent else None)
            return _("Moved. What is required of the open work there was asked anew.")

        return step(
            self,
            request,
            object_id,
            title=_("Move a place"),
            button=_("Move"),
            text=_("Everything below it moves along; roles and rules reach by place."),
            form=Where,
            do=do,
        )


class NeighbourAdmin(SiteAdmin):
    """Which places concern each other."""

    to_site = "first__site"
    adds = staticmethod(places.add_neighbour)
    fields = ("first", "second", "kind")
    list_display = ("first", "kind", "second", "ended_at")
    list_select_related = ("first", "second")
    list_filter = (("first__site", OwnOnly), "kind")
    search_fields = ("first__code", "first__name", "second__code", "second__name")
    autocomplete_fields = ("first", "second")
    ordering = ("-pk",)
    actions_detail = ("end",)

    def add(self, request: HttpRequest, form: ActForm) -> PlaceNeighbour:
        """Say that two places concern each other."""
        said = form.cleaned_data
        return places.add_neighbour(
            **self.door(request, form),
            place_id=said["first"].pk,
            other_id=said["second"].pk,
            kind=said["kind"],
        )

    @action(description=gettext_lazy("End"), url_path="end", permissions=["view"])
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that two places no longer concern each other."""

        def do(row: PlaceNeighbour, door: dict[str, Any], said: dict[str, Any]) -> str:
            places.end_neighbour(**door, neighbour_id=row.pk)
            return _("They concern each other no longer.")

        return step(
            self,
            request,
            object_id,
            title=_("End"),
            button=_("End"),
            text=_("It stays in the list, with when it ended."),
            do=do,
        )
