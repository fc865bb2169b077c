"""Sign-in: nobody makes an account for himself; who tries is known by name and by address."""

import contextlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from redis import RedisError

from vinkey.profile import home_of, put_on_device


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The site that the person chose to begin with, or the list of the person's sites."""
        person: Any = request.user
        return home_of(person) or super().get_login_redirect_url(request)

    def post_login(self, request: HttpRequest, user: Any, **given: Any) -> HttpResponse:
        """The device on which somebody signs in shows what that person prefers."""
        response = super().post_login(request, user, **given)
        put_on_device(response, user)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Counts the tries at a name from everywhere; where they cannot be counted, axes still
        counts those from one address, in the database."""
        with contextlib.suppress(RedisError):
            super().pre_authenticate(request, **credentials)


def client_name(request: HttpRequest, credentials: dict | None) -> str:
    """The name that is counted when a password is wrong, however it is spelled."""
    known = credentials or {}
    typed = request.POST.get("login", "") if request is not None else ""
    return (known.get("username") or known.get("login") or typed).strip().casefold()


def client_address(request: HttpRequest) -> str:
    """The caller's address: the connection's, or what the last of our own proxies wrote down."""
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    said = request.headers.get("X-Forwarded-For", "").split(",")
    forwarded = [part.strip() for part in said if part.strip()]
    if trusted and len(forwarded) >= trusted:
        return forwarded[-trusted]
    return request.META.get("REMOTE_ADDR", "")
