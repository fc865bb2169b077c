"""The admin's pages in groups, for its index, its side bar and its search."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from unfold.dataclasses import SearchResult

from work.admin.groups import GROUPS
from work.admin.parts import page_of

ICON = "settings"
# So many records of each page are found at once.
FOUND = 8


def grouped(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pages that a person may open, as the toolkit lists them, in our groups."""
    pages = {page["object_name"].lower(): page for app in apps for page in app["models"]}
    named = {name for _title, names in GROUPS for name in names}
    rest = [name for name in pages if name not in named]
    groups = []
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
                    "app_url": reverse("admin:index"),
                    "has_module_perms": True,
                    "models": models,
                }
            )
    return groups


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups at the side of every page."""
    return [
        {
            "title": group["name"],
            "items": [
                {"title": page["name"], "icon": page["icon"], "link": page["admin_url"]}
                for page in group["models"]
            ],
        }
        for group in admin.site.get_app_list(request)
    ]


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
