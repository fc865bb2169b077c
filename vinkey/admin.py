"""The admin's site: a place for configuration of ours, with one door and without side entrances.

No application registers here by being installed, so nothing of a library is shown. What belongs
here is registered by name.
"""

from allauth.account.decorators import secure_admin_login
from allauth.account.utils import get_next_redirect_url
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

import work.admin

# From any content type to its record, whoever may see it; and a page of Django's own password form.
_NOT_OURS = {"view_on_site", "password_change_done"}


class Site(UnfoldAdminSite):
    """Opened by staff that signed in at our sign-in page, with its lock-out and second step."""

    def __init__(self, name: str = "admin") -> None:
        """With the pages of our own applications, and those alone."""
        super().__init__(name)
        for model, page in work.admin.PAGES.items():
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

    def search(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """A page of results that is none is not found."""
        try:
            return super().search(request, extra_context)
        except (InvalidPage, ValueError):
            raise Http404 from None
