"""Roles of people: where, from and until. One is given and ended, never changed."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from work.admin.base import OwnOnly, SiteAdmin
from work.admin.filters import InForce
from work.admin.steps import StepForm, step
from work.models import Membership
from work.services import people


class RoleAdmin(SiteAdmin):
    """Who has which role, at a site or at a place and below it."""

    adds = staticmethod(people.grant_role)
    optional = ("starts",)
    fields = ("user", "site", "role", "place", "company", "starts", "ends")
    list_display = ("user", "role", "site", "place", "company", "starts", "ends")
    list_select_related = ("user", "site", "place", "company")
    list_filter = (("site", OwnOnly), "role", ("company", OwnOnly), InForce)
    search_fields = ("user__name", "user__username")
    autocomplete_fields = ("user", "place", "company")
    ordering = ("-starts", "-pk")
    actions_detail = ("end",)

    @action(description=gettext_lazy("End"), url_path="end", permissions=["view"])
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End a role, now or at a moment to come."""

        class Until(StepForm):
            ends = forms.SplitDateTimeField(
                required=False, label=_("until"), help_text=_("Empty: now.")
            )

        def do(row: Membership, door: dict[str, Any], said: dict[str, Any]) -> str:
            people.end_role(**door, membership_id=row.pk, ends=said["ends"])
            return _("The role ends. What its holder executes was asked anew.")

        return step(
            self,
            request,
            object_id,
            title=_("End a role"),
            button=_("End"),
            text=_(
                "Without a role the person reaches nothing there. With the last role at a site"
                " the duties there end too. A role that has not begun is withdrawn."
            ),
            form=Until,
            do=do,
        )
