"""Versions of a type: written, tried, published, copied, and open items moved to them."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from work.admin import reach, type_editor, type_files, type_moving, type_trial
from work.admin.base import OwnOnly, SiteAdmin
from work.admin.steps import StepForm, step
from work.admin.types import version_url
from work.models import WorkItem, WorkTypeVersion
from work.permissions import visible
from work.reads.version_changes import what_changes
from work.reads.version_losses import mappings_lost, rules_lost
from work.services import types
from work.states import OPEN


class VersionAdmin(SiteAdmin):
    """One version of a type. A draft is written; what is published never changes.

    They are reached from the page of their type.
    """

    to_site = "type__site"
    changes = staticmethod(types.write_draft)
    list_display = ("type", "site", "number", "published_at", "published_by")
    list_filter = (("type__site", OwnOnly), ("type", OwnOnly))
    list_select_related = ("type__site", "published_by")
    ordering = ("type__name", "-number")
    actions_detail = ("try_out", "publish", "move_items", "copy", "file")

    @display(description=gettext_lazy("site"))
    def site(self, version: WorkTypeVersion) -> str:
        """Of which site its type is."""
        return str(version.type.site)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not a room of its own."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The editor, or what stands in a published version."""
        if object_id is None or not self.has_view_permission(request):
            raise PermissionDenied
        return type_editor.edit(self, request, object_id)

    def acts_of(self, request: HttpRequest, version: WorkTypeVersion) -> list[tuple[str, str]]:
        """What can be done with it, as links."""
        is_draft = version.published_at is None
        names = {
            "try_out": True,
            "publish": is_draft,
            "move_items": not is_draft,
            "copy": True,
            "file": True,
            "history": True,
        }
        titles = {
            name: getattr(getattr(self, name, None), "short_description", _("History"))
            for name in names
        }
        type_page = [(_("To the type"), _type_url(version))]
        may = self.has_change_permission(request, version)
        found = type_page + [
            (str(titles[name]), version_url(version.pk, name))
            for name, fits in names.items()
            if fits and (may or name in ("file", "history"))
        ]
        with_rules = f"{version_url(version.pk, 'file')}?rules"
        found.insert(-1, (_("To a file, with its rules"), with_rules))
        return found

    @action(description=gettext_lazy("Try it"), url_path="try", permissions=["change"])
    def try_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a real item would be asked under it. Nothing is written."""
        return type_trial.show(self, request, object_id)

    @action(description=gettext_lazy("Publish…"), url_path="publish", permissions=["change"])
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Look at what changes and what stays, then publish."""
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        who = reach.who(request)
        stay = WorkItem.objects.filter(visible(who), type=version.type_id, status__in=sorted(OPEN))

        class Seen(StepForm):
            seen = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=types.writing(version.pk)
            )

        def do(version: WorkTypeVersion, door: dict[str, Any], said: dict[str, Any]) -> str:
            types.publish(**door, version_id=version.pk, seen=said["seen"])
            return _("Published: new work is of version %(number)s.") % {"number": version.number}

        return step(
            self,
            request,
            object_id,
            title=_("Publish"),
            button=_("Publish"),
            form=Seen,
            do=do,
            template="work/admin/publish.html",
            more={
                "version": version,
                "compared": what_changes(version),
                "rules": rules_lost(version, who.at),
                "mappings": mappings_lost(version),
                "stay": stay.count(),
                "criteria": version.criteria.exists(),
            },
        )

    @action(description=gettext_lazy("Move open items"), url_path="move", permissions=["change"])
    def move_items(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Move the open items of the type to it, after a look at what that does to each."""
        return type_moving.move(self, request, object_id)

    @action(description=gettext_lazy("Copy to a new type"), url_path="copy", permissions=["change"])
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A new type whose first draft says what this version says."""

        class Named(StepForm):
            code = forms.CharField(label=_("Code"), max_length=20)
            name = forms.CharField(label=_("Name"), max_length=120)

        def do(version: WorkTypeVersion, door: dict[str, Any], said: dict[str, Any]) -> Any:
            made = types.copy_type(**door, version_id=version.pk, **said)
            return _("The type is made, with a draft to go on with."), version_url(made.pk)

        return step(
            self,
            request,
            object_id,
            title=_("Copy to a new type"),
            button=_("Copy"),
            text=_("Rules are not copied: they name the type that they are of."),
            form=Named,
            do=do,
        )

    @action(description=gettext_lazy("To a file"), url_path="file", permissions=["view"])
    def file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The version as a file, for another site or installation."""
        return type_files.give(self, request, object_id)


def _type_url(version: WorkTypeVersion) -> str:
    return reverse("admin:work_worktype_change", args=[version.type_id])
