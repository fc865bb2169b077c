"""Work and history as they stand, to look at alone: both are made on the pages of the work.

Their lists are long. Each is read along an index, filtered by what an index answers, and never
counted.
"""

import re
from typing import Any

from django.contrib.admin import SimpleListFilter, display
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.paginator import InfinitePaginator as Unending

from work import events
from work.admin import reach
from work.admin.base import SiteAdmin
from work.models import Event, Site, WorkItem, WorkType
from work.reads import item as items
from work.reads import set_up
from work.states import Status

# So many pages are turned; what lies further back is searched by its number.
_PAGES = 100
# So much of a title is looked for at least: with less of one word the whole table is read.
_LEAST = re.compile(r"\w{3}")


class InfinitePaginator(Unending):
    """Pages of what is never counted; the toolkit knows by this very name to say no number."""

    @cached_property
    def count(self) -> int:
        """As much as may be turned to."""
        return self.per_page * _PAGES


class _OwnChoice(SimpleListFilter):
    """By a column whose choices are those of the own sites, asked where they are kept."""

    column = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The rows with the choice; with none of those offered, all of them."""
        if self.value() in {str(key) for key, _label in self.lookup_choices}:
            return queryset.filter(**{self.column: self.value()})
        return queryset


class OfSite(_OwnChoice):
    """By an own site."""

    title, parameter_name, column = gettext_lazy("site"), "at", "site"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """The own sites."""
        sites = Site.objects.filter(pk__in=model_admin.sites(request))
        return list(sites.values_list("pk", "name"))


class OfType(_OwnChoice):
    """By a work type of an own site."""

    title, parameter_name, column = gettext_lazy("type"), "kind", "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """The types, with their site where there are several."""
        sites = model_admin.sites(request)
        types = WorkType.objects.filter(site__in=sites).select_related("site").order_by("code")
        several = len(sites) > 1
        return [
            (each.pk, f"{each.code} · {each.site.slug}" if several else each.code) for each in types
        ]


class OfStatus(_OwnChoice):
    """By status."""

    title, parameter_name, column = gettext_lazy("status"), "in", "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """All statuses."""
        return list(Status.choices)


class LookingBack(SiteAdmin):
    """Rows that nobody adds, changes or deletes here, of sites where the person has the role."""

    paginator = InfinitePaginator
    sortable_by = ()
    actions_detail = ()

    def sites(self, request: HttpRequest) -> frozenset[int]:
        """By a role there alone."""
        return reach.by_role(request)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Newest first."""
        return ("-pk",)


class WorkItemAdmin(LookingBack):
    """Work items."""

    fields = (
        "own_page",
        "site",
        "what",
        "why",
        "type",
        "place",
        "status",
        "status_since",
        "stage",
        "owner",
        "team",
        "priority",
        "safety_critical",
        "planned_start",
        "planned_end",
        "due",
        "values",
        "requested_by",
        "requested_at",
        "started_at",
        "done_at",
        "completed_by",
        "closed_at",
        "cancelled_at",
        "external_system",
        "external_key",
    )
    readonly_fields = ("own_page", "owner")
    list_display = ("label", "what", "status", "kind", "place", "owner", "priority", "requested_at")
    list_filter = (OfSite, OfStatus, OfType)
    list_select_related = ("type", "place", "owner_user", "owner_post")
    search_fields = ("number", "what")
    search_help_text = gettext_lazy("A number, or three letters of what it is about.")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Newest first: along the numbers of the one site, or as they came."""
        return ("-number",) if len(self.sites(request)) == 1 else ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """By number, or by what an index finds."""
        term = search_term.strip()
        number = items.number_of(term)
        if number is not None:
            return queryset.filter(number=number), False
        if not term:
            return queryset, False
        if not _LEAST.search(term) or "\x00" in term:
            return queryset.none(), False
        return queryset.filter(what__icontains=term), False

    @display(description=gettext_lazy("number"))
    def label(self, item: WorkItem) -> str:
        """As it is written."""
        return items.label(item.number)

    @display(description=gettext_lazy("type"))
    def kind(self, item: WorkItem) -> str:
        """The code of its type."""
        return item.type.code

    @display(description=gettext_lazy("owner"))
    def owner(self, item: WorkItem) -> str:
        """The person or post that owns it."""
        return str(item.owner_user or item.owner_post or "")

    @display(description=gettext_lazy("number"))
    def own_page(self, item: WorkItem) -> str:
        """The number, which leads to the item's own page."""
        return format_html(
            '<a href="{}" class="underline">{}</a>',
            items.url(item.site, item.number),
            items.label(item.number),
        )


class EventAdmin(LookingBack):
    """What was done and refused, at the own sites."""

    fields = ("happened_at", "recorded_at", "site", "who", "what", "about", "place", "on", "act")
    readonly_fields = ("who", "what", "about", "on")
    list_display = ("happened_at", "who", "what", "about", "on", "late")
    list_filter = (OfSite,)
    list_select_related = ("actor", "item__site")
    search_fields = ("item__number",)
    search_help_text = gettext_lazy("The number of a work item.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """What was done with the work of that number."""
        term = search_term.strip()
        if not term:
            return queryset, False
        number = items.number_of(term)
        if number is None:
            return queryset.none(), False
        work = WorkItem.objects.filter(site__in=self.sites(request), number=number)
        return queryset.filter(item__in=list(work.values_list("pk", flat=True))), False

    @display(description=gettext_lazy("who"))
    def who(self, event: Event) -> str:
        """The person; nobody, where it followed from something else."""
        return event.actor.name if event.actor else ""

    @display(description=gettext_lazy("what"))
    def what(self, event: Event) -> str:
        """In words."""
        return set_up.what(event)

    @display(description=gettext_lazy("about"))
    def about(self, event: Event) -> str:
        """The kind of record, and its page in the admin where it has one."""
        page = next(
            (
                model
                for model in self.admin_site._registry
                if events.label(model) == event.subject_type
            ),
            None,
        )
        if page is None:
            return event.subject_type.partition(".")[2]
        return _linked(page, event.subject_id)

    @display(description=gettext_lazy("work item"))
    def on(self, event: Event) -> str:
        """The work item, on its own page."""
        if event.item is None:
            return ""
        return format_html(
            '<a href="{}" class="underline">{}</a>',
            items.url(event.item.site, event.item.number),
            items.label(event.item.number),
        )

    @display(description="")
    def late(self, event: Event) -> str:
        """Whether it was said more than a quarter of an hour after."""
        return _("late entry") if events.is_late(event) else ""


def _linked(model: type[Model], pk: int) -> str:
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
    return format_html('<a href="{}" class="underline">{}</a>', url, str(model._meta.verbose_name))
