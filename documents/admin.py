"""The register of documents, and to which work each applies, as a site sets it up."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from documents.models import Applicability, Document
from documents.services import applying, documents
from work.admin.base import OwnOnly, SiteAdmin
from work.admin.steps import step


class DocumentAdmin(SiteAdmin):
    """What documents are called, whose they are, and when they are looked over."""

    adds = staticmethod(documents.create)
    changes = staticmethod(documents.edit)
    known_as = "document_id"
    fixed = ("site", "code")
    fields = ("site", "code", "title", "kind", "owner", "review_months", "next_review")
    list_display = ("code", "title", "kind", "owner", "next_review", "withdrawn_at")
    list_select_related = ("owner",)
    list_filter = (("site", OwnOnly), "kind", ("owner", OwnOnly))
    search_fields = ("code", "title")
    autocomplete_fields = ("owner",)
    ordering = ("code",)


class ApplicabilityAdmin(SiteAdmin):
    """To which work a document applies: all that is said must be so. It ends and never changes."""

    adds = staticmethod(applying.apply_to)
    fields = (
        *("document", "place", "work_type", "asset_class", "kind_key", "kind_code"),
        *("acknowledge", "lead"),
    )
    list_display = ("document", "place", "work_type", "asset_class", "kind_code", "starts", "ends")
    list_select_related = ("document", "place", "work_type", "asset_class")
    list_filter = (("site", OwnOnly), "acknowledge")
    search_fields = ("document__code", "document__title")
    autocomplete_fields = ("document", "place")
    ordering = ("pk",)
    actions_detail = ("end",)

    def asks(self, request: HttpRequest) -> dict[str, forms.Field]:
        """The kind of a record of another domain, as the domains name them."""
        kinds = [(each.key, str(each.title)) for each in applying.of_others()]
        return {
            "kind_key": forms.ChoiceField(
                choices=[("", _("None")), *kinds], label=_("kind of record"), required=False
            ),
        }

    @action(description=gettext_lazy("End"), url_path="end", permissions=["view"])
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let it apply no more."""

        def do(row: Applicability, door: dict[str, Any], said: dict[str, Any]) -> str:
            applying.apply_no_more(**door, applicability_id=row.pk)
            return _("It applies to that no more.")

        return step(
            self,
            request,
            object_id,
            title=_("End"),
            button=_("End"),
            text=_("It stays in the list, with when it ended."),
            do=do,
        )


PAGES = {Document: DocumentAdmin, Applicability: ApplicabilityAdmin}
