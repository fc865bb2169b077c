"""The page on which somebody chooses a password, by the link that an administrator handed on."""

from allauth.core.ratelimit import consume_or_429
from axes.utils import reset
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from vinkey import errors
from vinkey.account import client_name
from work.exceptions import Busy, Reason, Refused
from work.models import User
from work.reasons import text
from work.services import sign_in


class Choice(forms.Form):
    """The password, twice. key: the word of the link. name: for who keeps passwords."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=gettext_lazy("Sign-in name"),
        disabled=True,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("Password, again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, person: User, *args, **given) -> None:
        super().__init__(*args, **given)
        self.person = person
        self.fields["name"].initial = person.username
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict:
        said = super().clean() or {}
        word = said.get("password", "")
        if word and "again" in said and word != said["again"]:
            self.add_error("again", _("These are two different passwords."))
        elif word:
            try:
                validate_password(word, self.person)
            except ValidationError as error:
                self.add_error("password", error)
        return said


@never_cache
@sensitive_post_parameters()
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest) -> HttpResponse:
    """Whatever is wrong with a link is one answer; its word leaves the page with no request.

    Looking uses nothing up: what looks at links before people do would. Who has chosen signs in on
    the usual page, with its second step.
    """
    if too_many := consume_or_429(request, action="reset_password_from_key", limit_get=True):
        return too_many
    sent = request.POST if request.method == "POST" else request.GET
    key = sent.get("key", "")
    person = sign_in.whose(key, timezone.now())
    if person is None:
        return _page(request, None, 404)
    form = Choice(person, request.POST if request.method == "POST" else None, initial={"key": key})
    if request.method != "POST":
        return _page(request, form, 200)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        sign_in.choose(actor=person, key=key, password=form.cleaned_data["password"])
    except Refused:
        return _page(request, None, 404)  # it was used at the same moment
    except Busy:
        return errors.unavailable(request)
    # Whoever is signed in here may be another; and wrong passwords of before lock nobody out.
    logout(request)
    reset(username=client_name(request, {"username": person.username}))
    messages.success(request, _("Your password is chosen. Sign in with it."))
    return redirect("account_login")


def _page(request: HttpRequest, form: Choice | None, status: int) -> HttpResponse:
    """Its address is told to nobody, also not to ourselves. (Without any referrer a browser says of
    a form no more where it comes from, and the form is refused.)"""
    values = {"form": form, "refusal": text(Reason("link_used"))}
    answer = render(request, "account/choose_password.html", values, status=status)
    answer["Referrer-Policy"] = "strict-origin"
    return answer
