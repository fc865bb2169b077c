"""The page about oneself: what is known of the person, what the person prefers, and signing out
elsewhere.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from vinkey import sessions
from work.exceptions import NotDone
from work.models import Site, User
from work.permissions import scope
from work.reads import person as read
from work.services import preferences

YEAR = 365 * 24 * 3600


class Preferences(forms.Form):
    """How the pages speak and look, on every device on which the person signs in."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"),
        required=False,
        choices=[
            ("", gettext_lazy("Theme of this device")),
            ("light", gettext_lazy("Light")),
            ("dark", gettext_lazy("Dark")),
        ],
    )

    home = forms.ChoiceField(label=gettext_lazy("Site after signing in"), required=False)

    def __init__(self, *args: Any, sites: Mapping[str, str], **given: Any) -> None:
        super().__init__(*args, **given)
        homes = [("", _("The list of my sites")), *sites.items()]
        self.fields["home"].choices = homes  # type: ignore[attr-defined]
        languages = [("", _("Language of this device")), *settings.LANGUAGES]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I may, and what I prefer; POST keeps the preferences."""
    person: Any = request.user
    known = read.about(person.pk, timezone.now())
    form = Preferences(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(person, name) for name in ("language", "theme", "home")},
        sites={role["slug"]: role["site"] for role in known["roles"]},
    )
    act = _act(request)
    if request.method == "POST" and form.is_valid() and act is None:
        form.add_error(None, _("This could not be kept just now. Send it again."))
    elif request.method == "POST" and form.is_valid():
        try:
            kept = preferences.prefer(
                actor=person,
                act=act,
                languages=tuple(code for code, _name in settings.LANGUAGES),
                **form.cleaned_data,
            )
        except NotDone:
            form.add_error(None, _("This could not be kept just now. Send it again."))
        else:
            with translation.override(kept.language or translation.get_language()):
                messages.success(request, _("Your preferences are kept."))
            response = redirect("account_profile")
            response.status_code = 303
            put_on_device(response, kept, forget=True)
            return response
    values = {
        "form": form,
        "person": person,
        "second_step": is_mfa_enabled(person),
        **known,
    }
    status = 422 if form.is_bound else 200
    return render(request, "account/profile.html", values, status=status)


def _act(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        return None


@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End every other sign-in of this person, on whatever device."""
    ended = sessions.end_others(request.user.pk, request.session.session_key)
    said = ngettext("%(n)s other sign-in was ended.", "%(n)s other sign-ins were ended.", ended)
    messages.success(request, said % {"n": ended} if ended else _("You are signed in here alone."))
    response = redirect("account_profile")
    response.status_code = 303
    return response


def home_of(person: User) -> str:
    """The page that comes after signing in: of the site that was chosen, while it is theirs."""
    found = Site.objects.filter(
        slug=person.home, pk__in=scope(person, timezone.now()).site_ids()
    ).exists()
    return reverse("work:site_picture", args=[person.home]) if person.home and found else ""


def put_on_device(response: HttpResponse, person: User, *, forget: bool = False) -> None:
    """Let this device show what the person prefers; forget: also that there is no preference."""
    cookies: Mapping[str, str] = {
        settings.LANGUAGE_COOKIE_NAME: person.language,
        "theme": person.theme,
    }
    for name, value in cookies.items():
        if value:
            response.set_cookie(
                name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        elif forget:
            response.delete_cookie(name, samesite="Lax")
