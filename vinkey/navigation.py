"""The admin's pages in groups, for its index, its side bar and its search."""

import functools
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import timezone
from django.utils.text import capfirst
from unfold.dataclasses import SearchResult

from work.admin.groups import GROUPS
from work.admin.parts import page_of

ICON = "settings"
# So many records of each page are found at once.
FOUND = 8

# Under which prefix addresses stand, and in which table.
type At = tuple[str, str]


class Entry(NamedTuple):
    """A page at the side; current where the person is on it, or on one of its records."""

    title: str
    icon: str
    url: str
    current: bool


class Group(NamedTuple):
    """Pages that stand together at the side."""

    title: str
    entries: tuple[Entry, ...]


def listed(page: ModelAdmin, request: HttpRequest, at: At) -> dict[str, Any] | None:
    """A page as the toolkit lists it; nothing where the person may do nothing on it.

    Each has a list and a page for a new record: an address that is not there is a fault of ours.
    """
    may = page.get_model_perms(request)
    if True not in may.values():
        return None
    said = page.opts
    stem = f"admin:{said.app_label}_{said.model_name}"
    sees = may["change"] or may["view"]
    return {
        "model": page.model,
        "name": capfirst(str(said.verbose_name_plural)),
        "object_name": said.object_name,
        "perms": may,
        "admin_url": address(f"{stem}_changelist", at) if sees else None,
        "add_url": address(f"{stem}_add", at) if may["add"] else None,
        "view_only": sees and not may["change"],
    }


def where() -> At:
    """Where the addresses of this request stand."""
    return get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF


@functools.cache
def address(name: str, at: At) -> str:
    """Of a page that is no record's: reversed once, as none changes while the process runs."""
    return reverse(name)


def grouped(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pages that a person may open, as the toolkit lists them, in our groups."""
    pages = {page["object_name"].lower(): page for app in apps for page in app["models"]}
    named = {name for _title, names in GROUPS for name in names}
    rest = [name for name in pages if name not in named]
    groups, at = [], where()
    for number, (title, names) in enumerate(GROUPS):
        last = number == len(GROUPS) - 1
        models = [
            pages[name] | {"icon": names.get(name, ICON)}
            for name in (*names, *(rest if last else ()))
            if name in pages
        ]
        if models:
            groups.append(
                {
                    "name": title,
                    "app_label": "work",
                    "app_url": address("admin:index", at),
                    "has_module_perms": True,
                    "models": models,
                }
            )
    return groups


def sidebar(site: AdminSite, request: HttpRequest) -> tuple[Group, ...]:
    """The groups at the side of every page: plain values, by which it is drawn once a process."""
    return tuple(
        Group(
            str(group["name"]),
            tuple(
                Entry(page["name"], page["icon"], url, url in request.path)
                for page in group["models"]
                if (url := page["admin_url"])
            ),
        )
        for group in site.get_app_list(request)
    )


def search(site: AdminSite, request: HttpRequest, term: str) -> list[SearchResult]:
    """Pages whose name has the term, and the first records of each that its list would find."""
    found, records = [], []
    for group in site.get_app_list(request):
        for page in group["models"]:
            name = str(page["name"])
            if term.lower() in name.lower():
                found.append(
                    SearchResult(name, str(group["name"]), page["admin_url"], page["icon"])
                )
            of = site.get_model_admin(page["model"])
            if not of.get_search_fields(request):
                continue
            rows, twice = of.get_search_results(request, of.get_queryset(request), term)
            records += [
                SearchResult(str(row), name, page_of(row), page["icon"])
                for row in (rows.distinct() if twice else rows)[:FOUND]
            ]
    return found + records


def zone(request: HttpRequest) -> str:
    """In which time zone the admin says and takes times."""
    return timezone.get_current_timezone_name()
