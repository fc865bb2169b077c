"""What every request passes: an id for the logs, the policy by path, sign-in, private answers."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware, get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from redis import RedisError

from vinkey import errors
from vinkey.logs import current_request_id
from work.services.import_ import uploads
from work.views import _kept

type View = Callable[[HttpRequest], HttpResponse]

_log = logging.getLogger("vinkey.request")
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_FORM = 1024**2  # what stands around the files of a form
_QUIET = ("/static/", "/healthz/", "/readyz/")


def request_id(get_response: View) -> View:
    """Take the caller's X-Request-ID when it is harmless, or make one; one log line a request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        known = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = known
        token = current_request_id.set(known)
        began = time.perf_counter()
        try:
            response = get_response(request)
            response.headers["X-Request-ID"] = known
            if not request.path.startswith(_QUIET):
                _log.info(
                    "%s %s %s",
                    request.method,
                    request.path,
                    response.status_code,
                    extra={
                        "method": request.method,
                        "path": request.path,
                        "status": response.status_code,
                        "ms": round((time.perf_counter() - began) * 1000, 1),
                    },
                )
            return response
        finally:
            current_request_id.reset(token)

    return middleware


class ContentSecurityPolicy(ContentSecurityPolicyMiddleware):
    """One strict policy; under /admin/ alone, what the admin's toolkit needs."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path.startswith("/admin/") and not hasattr(response, "_csp_config"):
            response._csp_config = settings.ADMIN_CSP
        return super().process_response(request, response)


def private_pages(get_response: View) -> View:
    """Pages hold people and sites: no shared cache keeps them; what we do not use is off."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
        )
        patch_vary_headers(response, ["HX-Request"])
        return response

    return middleware


def bodies(get_response: View) -> View:
    """What says that it is larger than any file we take is refused before any of it is read.

    Without a length there is no body: the server says so.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if said.isdigit() and int(said) > uploads.MAX_BYTES + _FORM:
            return errors.too_large(request, uploads.MAX_BYTES // 1024**2)
        return get_response(request)

    return middleware


class Sessions(SessionMiddleware):
    """A page that keeps itself up to date (static/js/live.js) does not use its session."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.session.only_looks = "X-Live" in request.headers


class CountersDown:
    """What counts its tries in Valkey waits until that is back: a code is not guessed uncounted."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, RedisError):
            return None
        _log.warning("Valkey is down: %s", type(exception).__name__)
        return errors.unavailable(request)


class LoginRequired(LoginRequiredMiddleware):
    """Signed out: to the login page; htmx is told to go there as a whole page, and back after.

    What was typed into a form of the work is kept, and back is then the page of that form.
    """

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is None and getattr(view_func, "login_required", True):
            # Known by now: nobody looks for the user through a lazy object a hundred times.
            request.user = get_user(request)
        return refused

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        _kept.remember(request, response, secure=settings.SESSION_COOKIE_SECURE)
        return response

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponse:
        ours = request.method == "POST" and request.resolver_match.namespace == "work"
        kept = ours and _kept.keep(request)
        response = super().handle_no_permission(request, view_func)
        if not request.htmx:
            return response
        back = request.get_full_path() if kept else request.htmx.current_url_abs_path or "/"
        answer = HttpResponse(status=200)
        answer["HX-Redirect"] = f"{self.login_path(view_func)}?{urlencode({'next': back})}"
        return answer

    def login_path(self, view_func) -> str:
        from django.shortcuts import resolve_url

        return resolve_url(self.get_login_url(view_func))
