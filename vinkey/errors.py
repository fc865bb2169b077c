"""Error pages; a page that cannot be rendered still answers, in plain words."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, *, template: str = "", **context) -> HttpResponse:
    name = f"errors/{template or status}.html"
    context |= {"status": status, "request_id": getattr(request, "request_id", "")}
    try:
        return HttpResponse(render_to_string(name, context, request), status=status)
    except TemplateDoesNotExist:
        words = HTTPStatus(status).phrase
        return HttpResponse(f"{status} {words}\n", status=status, content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request, but for its id: whatever broke must not break this too."""
    try:
        context = {"status": 500, "request_id": getattr(request, "request_id", "")}
        words = render_to_string("errors/500.html", context)
    except Exception:  # noqa: BLE001  the last resort has nothing below it
        return HttpResponse("500 Internal Server Error\n", status=500, content_type="text/plain")
    return HttpResponse(words, status=500)


def too_large(request: HttpRequest, megabytes: int) -> HttpResponse:
    """More was sent than any page takes; nothing of it was kept."""
    return _page(request, 413, megabytes=megabytes)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, template="csrf")


def too_many(request: HttpRequest) -> HttpResponse:
    """Too many tries within a minute; asked for by allauth."""
    return _page(request, 429, message=_("Too many attempts. Try again in a minute."))


def unavailable(request: HttpRequest) -> HttpResponse:
    """A part of the system is down; nothing was changed."""
    response = _page(request, 503)
    response.headers["Retry-After"] = "30"
    return response


def locked_out(request: HttpRequest, response=None, credentials=None) -> HttpResponse:
    """Too many wrong passwords for this name from this address."""
    return _page(request, 429, message=_("Too many failed attempts. Try again in 15 minutes."))
