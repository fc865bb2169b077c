"""Sites, and the types of work that come along for them."""

from typing import Any

from django import forms
from django.db.models import ForeignKey, Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from work.admin.base import SiteAdmin
from work.admin.steps import StepForm, step
from work.models import Site, WorkType
from work.services import places, shipped


class SitesAdmin(SiteAdmin):
    """Sites. A new one is opened by a superuser."""

    to_site = ""
    adds = staticmethod(places.create_site)
    changes = staticmethod(places.change_site)
    known_as = "site_id"
    overtakes = True
    fixed = ("slug", "time_zone")
    list_display = ("name", "slug", "time_zone", "language")
    fields = ("name", "slug", "time_zone", "language", "triage_type")
    search_fields = ("name", "slug")
    actions_detail = ("take_types",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """A new site has no types yet, to leave a request to."""
        return [name for name in self.fields if obj is not None or name != "triage_type"]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        """Types in use at this very site."""
        match = request.resolver_match
        pk = match.kwargs.get("object_id", "") if match else ""
        here = int(pk) if pk.isdecimal() and len(pk) < 19 else None
        kwargs["queryset"] = WorkType.objects.filter(site=here, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Superusers alone."""
        return bool(getattr(request.user, "is_superuser", False))

    @action(
        description=gettext_lazy("Take types of work"),
        url_path="take-types",
        permissions=["change"],
    )
    def take_types(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the site types of work that come with the product and that it does not have yet."""
        known = object_id if object_id.isdecimal() and len(object_id) < 19 else None
        has = set(WorkType.objects.filter(site=known).values_list("code", flat=True))
        every = [(each.code, each.name) for each in shipped.known()]
        left = [(code, name) for code, name in every if code not in has]

        class Which(StepForm):
            codes = forms.MultipleChoiceField(
                label=_("Types"),
                # What was taken meanwhile may be sent again, and is left as it is.
                choices=left if request.method == "GET" else every,
                initial=[code for code, _name in left],
                widget=UnfoldAdminCheckboxSelectMultipleWidget,
            )

        def do(site: Site, door: dict[str, Any], said: dict[str, Any]) -> str:
            given = len(shipped.give(**door, site_id=site.pk, codes=said["codes"]))
            return ngettext(
                "%(count)s type was given to the site.",
                "%(count)s types were given to the site.",
                given,
            ) % {"count": given}

        return step(
            self,
            request,
            object_id,
            title=_("Types of work that come along"),
            button=_("Take them"),
            text=_(
                "Each is published as its first version, and from then on the site's own. Types"
                " that the site has already are left as they are."
            )
            if left
            else _("The site has all the types that come along."),
            form=Which if left else StepForm,
            do=do if left else _nothing,
        )


def _nothing(site: Site, door: dict[str, Any], said: dict[str, Any]) -> str:
    """There was none left to take."""
    return _("The site has all the types that come along.")
