"""The admin's site: a place for configuration of ours, with one door and without side entrances.

No application registers here by being installed, so nothing of a library is shown. What belongs
here is registered by name.
"""

import time
from collections.abc import Callable
from functools import update_wrapper
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.decorators import secure_admin_login
from allauth.account.utils import get_next_redirect_url
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

import competence.admin
import documents.admin
import permits.admin
import work.admin
from vinkey import navigation
from work.admin import reach

# From any content type to its record, whoever may see it; and a page of Django's own password form.
_NOT_OURS = {"view_on_site", "password_change_done"}


class _Autocomplete(AutocompleteJsonView):
    """Finds what a field may name; what is no field of a record names nothing."""

    def process_request(self, request: HttpRequest) -> tuple:
        """With a field that leads from its record to another."""
        found = super().process_request(request)
        if not hasattr(found[2], "get_limit_choices_to"):
            raise PermissionDenied
        return found

    def get_queryset(self) -> QuerySet:
        """Of the own rows those that may still be named."""
        return self.model_admin.offered(super().get_queryset())


class Site(UnfoldAdminSite):
    """Opened by staff that signed in at our sign-in page, with its lock-out and second step."""

    def __init__(self, name: str = "admin") -> None:
        """With the pages of our own applications, and those alone."""
        super().__init__(name)
        domains = (documents.admin, competence.admin, permits.admin)
        for pages in (work.admin.PAGES, *(each.PAGES for each in domains)):
            for model, page in pages.items():
                self.register(model, page)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Without the addresses that would pass by our own pages."""
        return [url for url in super().get_urls() if getattr(url, "name", None) not in _NOT_OURS]

    @method_decorator(never_cache)
    @method_decorator(secure_admin_login)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Who comes as far is signed in; nobody becomes somebody else by a form of the admin."""
        return redirect(get_next_redirect_url(request) or "admin:index")

    def password_change(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        """There is one page for it."""
        return redirect("account_change_password")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Times are said and taken in the zone of the own sites; rendered in it too.

        What the database cannot even look for is asked of it by no address.
        """

        def zoned(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
            if any("\x00" in text for _name, texts in request.GET.lists() for text in texts):
                raise BadRequest
            with timezone.override(ZoneInfo(reach.zone(request))):
                answer = view(request, *args, **given)
                if not getattr(answer, "is_rendered", True):
                    answer.render()
                return answer

        return super().admin_view(update_wrapper(zoned, view), cacheable)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """The pages in our groups, put together once a request: heads and the side ask for them."""
        if app_label:
            return navigation.grouped(super().get_app_list(request, app_label))
        if not hasattr(request, "pages_of_admin"):
            request.pages_of_admin = navigation.grouped(super().get_app_list(request))
        return request.pages_of_admin

    def _build_app_dict(self, request: HttpRequest, label: str | None = None) -> dict[str, Any]:
        """The pages as the toolkit's own lists them, by their application.

        No address is reversed again for each page, and no name translated for each comparison.
        """
        found: dict[str, Any] = {}
        at = navigation.where()
        for model, page in self._registry.items():
            app = model._meta.app_label
            if (label and app != label) or not page.has_module_permission(request):
                continue
            if shown := navigation.listed(page, request, at):
                if app not in found:
                    found[app] = {"name": model._meta.app_config.verbose_name, "models": []}
                found[app]["models"].append(shown)
        return found

    def get_sidebar_list(self, request: HttpRequest) -> tuple[navigation.Group, ...]:
        """Our groups as they are: the toolkit would copy them and look into each for callbacks.

        What its setting says of navigation counts for nothing.
        """
        return navigation.sidebar(self, request)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """What a field finds by typing, among the own rows."""
        return _Autocomplete.as_view(admin_site=self)(request)

    def search(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Pages by their name, and own records by what their own lists search in."""
        if request.GET.get("page", "1") != "1":
            raise Http404
        term = request.GET.get("s", "").strip()
        if not term:
            return HttpResponse()
        began = time.perf_counter()
        found = navigation.search(self, request, term)
        values = {
            "search_term": term,
            "page_obj": Paginator(found, max(len(found), 1)),
            "results": Paginator(found, max(len(found), 1)).page(1),
            "page_counter": 0,
            "execution_time": time.perf_counter() - began,
        }
        headers = {"HX-Trigger": "search"}
        return TemplateResponse(
            request, "unfold/helpers/command_results.html", values, headers=headers
        )
