"""Types of work: what they are called, their versions, where they are used."""

from typing import Any

from django import forms
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.decorators import action, display

from work.admin import reach, type_files
from work.admin.base import OwnOnly, SiteAdmin
from work.admin.forms import ActForm
from work.admin.steps import StepForm, step
from work.exceptions import Unknown
from work.models import WorkItem, WorkType, WorkTypeVersion
from work.reads.type_use import where_used
from work.services import types
from work.states import OPEN

_ICONS = (
    ("clipboard", gettext_lazy("Clipboard")),
    ("clipboard-list", gettext_lazy("List")),
    ("clipboard-check", gettext_lazy("Clipboard with a tick")),
    ("list-checks", gettext_lazy("Checklist")),
    ("wrench", gettext_lazy("Wrench")),
    ("hard-hat", gettext_lazy("Hard hat")),
    ("truck", gettext_lazy("Lorry")),
    ("package", gettext_lazy("Parcel")),
    ("factory", gettext_lazy("Factory")),
    ("route", gettext_lazy("Route")),
    ("search-check", gettext_lazy("Magnifier")),
    ("spray-can", gettext_lazy("Spray can")),
    ("lock", gettext_lazy("Lock")),
    ("key-round", gettext_lazy("Key")),
    ("shield-check", gettext_lazy("Shield")),
    ("triangle-alert", gettext_lazy("Warning triangle")),
    ("power", gettext_lazy("Power switch")),
    ("activity", gettext_lazy("Heartbeat")),
    ("play", pgettext_lazy("icon", "Start")),
    ("refresh-ccw", gettext_lazy("Arrows in a circle")),
    ("badge-check", gettext_lazy("Seal")),
    ("flag", gettext_lazy("Flag")),
    ("map-pin", gettext_lazy("Pin")),
    ("camera", gettext_lazy("Camera")),
)


class TypeForm(ActForm):
    """A type: its icon is one of those that pages can draw."""

    icon = forms.ChoiceField(label=gettext_lazy("Icon"), choices=_ICONS, initial="clipboard")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        field = self.fields.get("icon")
        now = self.instance.icon if self.instance.pk else ""
        if field is not None and now and now not in dict(_ICONS):
            field.choices = [(now, now), *_ICONS]  # type: ignore[attr-defined]


class TypeAdmin(SiteAdmin):
    """The types of work of a site. What one asks stands in its versions."""

    adds = staticmethod(types.create_type)
    changes = staticmethod(types.change_type)
    known_as = "type_id"
    fixed = ("site", "code")
    form = TypeForm
    fields = ("site", "code", "name", "category", "icon", "is_active")
    add_fieldsets = ((None, {"fields": ("site", "code", "name", "category", "icon")}),)
    list_display = (
        "name",
        "code",
        "site",
        "category",
        "current",
        "draft",
        "open_items",
        "is_active",
    )
    list_select_related = ("site",)
    list_filter = (("site", OwnOnly), "category", "is_active")
    search_fields = ("code", "name", "category")
    ordering = ("name", "pk")
    actions_list = ("take_file",)
    actions_detail = ("begin_draft",)
    change_form_outer_after_template = "work/admin/type_use.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkType]:
        """With what the list says of each, in the one query."""
        versions = WorkTypeVersion.objects.filter(type=OuterRef("pk"))
        published = versions.filter(published_at__isnull=False).order_by("-number")
        work = WorkItem.objects.filter(type=OuterRef("pk"), status__in=sorted(OPEN)).order_by()
        counted = work.values("type").annotate(n=Count("pk")).values("n")
        return (
            super()
            .get_queryset(request)
            .annotate(
                published_number=Subquery(published.values("number")[:1]),
                has_draft=Exists(versions.filter(published_at=None)),
                open_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
            )
        )

    @display(description=gettext_lazy("current version"))
    def current(self, kind: WorkType) -> str:
        """The number of the newest published version."""
        number = kind.published_number  # type: ignore[attr-defined]
        return str(number) if number else _("none yet")

    @display(description=gettext_lazy("draft"))
    def draft(self, kind: WorkType) -> str:
        """Whether a next version is being written."""
        return _("being written") if kind.has_draft else ""  # type: ignore[attr-defined]

    @display(description=gettext_lazy("open items"))
    def open_items(self, kind: WorkType) -> int:
        """How much open work is of it."""
        return kind.open_count  # type: ignore[attr-defined]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With its versions, and where it is used."""
        more = dict(extra_context or {})
        kind = self.get_object(request, object_id) if object_id else None
        if kind is not None:
            more |= use_of(request, kind)
        return super().changeform_view(request, object_id, form_url, more)

    def response_post_save_add(self, request: HttpRequest, obj: WorkType) -> HttpResponse:
        """A new type has no version yet: that is begun on its page."""
        return HttpResponseRedirect(reverse("admin:work_worktype_change", args=[obj.pk]))

    @action(
        description=gettext_lazy("Begin a draft"), url_path="begin-draft", permissions=["change"]
    )
    def begin_draft(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Begin the next version: from one that there is, or empty."""
        rows = WorkTypeVersion.objects.filter(type=object_id, published_at__isnull=False)
        known = [
            (str(pk), _("Version %(number)s") % {"number": number})
            for pk, number in rows.order_by("-number").values_list("pk", "number")
        ]

        class From(StepForm):
            source = forms.ChoiceField(
                label=_("Begin with"),
                choices=[*known, ("", _("Nothing"))],
                required=False,
                initial=known[0][0] if known else "",
            )

        def do(kind: WorkType, door: dict[str, Any], said: dict[str, Any]) -> tuple[str, str]:
            if said["source"]:
                made = types.copy_version(**door, version_id=int(said["source"]))
            else:
                made = types.create_draft(**door, type_id=kind.pk)
            return _("The draft is begun."), version_url(made.pk)

        return step(
            self,
            request,
            object_id,
            title=_("Begin a draft"),
            button=_("Begin"),
            text=_("New work stays on the published version until the draft is published."),
            form=From,
            do=do,
        )

    @action(
        description=gettext_lazy("Take a type from a file"),
        url_path="take-file",
        permissions=["add"],
    )
    def take_file(self, request: HttpRequest) -> HttpResponse:
        """A draft from a file, after a look at what that would change."""
        return type_files.take(self, request)


def version_url(version_id: int, what: str = "change") -> str:
    """A page of a version."""
    return reverse(f"admin:work_worktypeversion_{what}", args=[version_id])


def use_of(request: HttpRequest, kind: WorkType) -> dict[str, Any]:
    """Its versions and rules; how much work keeps each, where the reader has a role at its site."""
    versions: list[tuple[Any, int | None, int | None]]
    try:
        use = where_used(reach.who(request), kind.pk)
    except Unknown:
        use = None
        rows = kind.versions.select_related("published_by").order_by("-number")
        versions = [(version, None, None) for version in rows]
    else:
        versions = [(each.version, each.open, each.ended) for each in use.versions]
    return {
        "use": use,
        "versions": versions,
        "rules": use.rules if use else kind.rules.select_related("place").order_by("key"),
    }
