"""What stands over the list besides filters: saved views, columns, ways to group."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from work.filters import Asked, Selection
from work.filters.columns import Column, offered
from work.permissions import Scope
from work.reads.views import Kept, View
from work.services.views import may_share

# So many saved views stand over the list; the others are a page away.
SHOWN = 10
# All open work, for whose list opens with something else.
ALL_OPEN = "?status=open"


def opening(request: HttpRequest, site: str, kept: Kept) -> str:
    """Where a list leads that was asked for without anything: the view it opens with, or ""."""
    return url_of(site, kept.default) if kept.default and not request.GET else ""


def url_of(site: str, view: View) -> str:
    """The list as a view asks it; the address says which view it was."""
    return reverse("work:item_list", args=[site]) + asked_by(view).url(view=str(view.pk))


def asked_by(view: View) -> Asked:
    """What a view asks for."""
    return Asked.of(QueryDict(view.query))


def over(selection: Selection, kept: Kept, shown: list[Column], who: Scope) -> dict[str, Any]:
    """The values for the head of the list."""
    site, asked = selection.context.site, selection.asked
    here = reverse("work:item_list", args=[site.slug])
    current = kept.view(asked.view)
    same = current is not None and asked.query() == asked_by(current).query()
    new = reverse("work:view_new", args=[site.slug]) + _with(asked.query())
    edit = reverse("work:view_edit", args=[site.slug, current.pk]) if current else ""
    may_change = current and (not current.shared or may_share(who, site.pk))
    return {
        "saved": _tabs(site.slug, kept, current),
        "view": current,
        "view_changed": bool(current and not same),
        "view_url": edit,
        # What cannot be asked at once cannot be kept.
        "change_url": edit + _with(asked.query())
        if may_change and not (same or asked.left)
        else "",
        "save_url": "" if same or asked.left else new,
        "views_url": reverse("work:view_list", args=[site.slug]),
        "clear_url": here + (ALL_OPEN if kept.default else ""),
        "choosable": [
            {"key": key, "label": label, "chosen": chosen}
            for key, label, chosen in offered(selection, shown)
        ],
        "columns_kept": bool(kept.columns),
        "chosen_hidden": _hidden(asked),
        "groups_by": _groups_by(selection),
    }


def _tabs(site: str, kept: Kept, current: View | None) -> list[dict[str, Any]]:
    """The first of them, and the one that is open."""
    first = kept.views[:SHOWN]
    if current and current not in first:
        first = [*first[:-1], current]
    return [
        {"label": view.name, "url": url_of(site, view), "count": "", "current": view == current}
        for view in first
    ]


def with_all_open(tabs: list[dict[str, Any]], kept: Kept) -> list[dict[str, Any]]:
    """The tab of all open work asks for it by name where the list opens with something else."""
    if kept.default and tabs:
        tabs[0]["url"] += ALL_OPEN
    return tabs


def _with(query: str) -> str:
    return f"?{query}" if query else ""


def _hidden(asked: Asked) -> list[dict[str, str]]:
    """Everything that the choice of columns leaves as it is."""
    query = QueryDict(asked.url().removeprefix("?"))
    return [
        {"name": name, "value": value}
        for name, values in query.lists()
        if name != "columns"
        for value in values
    ]


def _groups_by(selection: Selection) -> list[dict[str, Any]]:
    """The same as rows, and counted by what blocks them."""
    asked = selection.asked
    known = [("", _("Rows"), "list"), ("kind", _("By kind of block"), "layers")]
    if not selection.context.who.only_contractor(selection.context.site.pk):
        known.append(("clears", _("By who clears"), "users"))
    return [
        {"label": label, "icon": icon, "url": asked.url(group=key), "current": asked.group == key}
        for key, label, icon in known
    ]


def trouble_of_view(trouble: dict[str, str], view: View, edit_url: str) -> dict[str, str]:
    """Why a saved view cannot be shown, and the way to mend it."""
    text = _("The view “%(name)s” asks for something that is there no more.") % {"name": view.name}
    return trouble | {
        "text": f"{text} {trouble['text']}",
        "url": edit_url,
        "action": _("Change the view"),
    }
