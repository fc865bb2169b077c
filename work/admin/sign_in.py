"""How a person signs in: a name and a password that is typed twice and shown to nobody."""

from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminPasswordWidget

from work.admin.base import SiteAdmin
from work.admin.steps import StepForm, step
from work.models import User
from work.services import sign_in


def give(page: SiteAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Ask for a sign-in name and a password, twice, and give them."""
    person = page.get_object(request, unquote(object_id))

    class Given(StepForm):
        username = forms.CharField(
            max_length=150,
            label=_("sign-in name"),
            initial=person.username if person is not None else None,
        )
        password = _password(_("password"), password_validators_help_text_html())
        again = _password(_("password, again"))

        def clean(self) -> dict[str, Any]:
            said = super().clean() or {}
            word = said.get("password", "")
            if word and word != said.get("again"):
                self.add_error("again", _("These are two different passwords."))
            elif word:
                try:
                    validate_password(word, person)
                except forms.ValidationError as error:
                    self.add_error("password", error)
            return said

    def do(row: User, door: dict[str, Any], said: dict[str, Any]) -> str:
        sign_in.give(**door, user_id=row.pk, username=said["username"], password=said["password"])
        return _("Given. Tell the person, who may change the password on the own account page.")

    return step(
        page,
        request,
        object_id,
        title=_("Sign-in"),
        button=_("Give"),
        text=_("Let the person type the password here, or tell it. It is shown to nobody."),
        form=Given,
        do=do,
    )


def _password(label: str, said: str = "") -> forms.CharField:
    return forms.CharField(
        max_length=128,
        strip=False,
        label=label,
        help_text=said,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )


def take(page: SiteAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Take the sign-in away; the person stays known."""

    def do(row: User, door: dict[str, Any], said: dict[str, Any]) -> str:
        sign_in.take(**door, user_id=row.pk)
        return _("The person signs in no longer.")

    return step(
        page,
        request,
        object_id,
        title=_("Take the sign-in away"),
        button=_("Take it away"),
        text=_("The person stays known, with every role, and may still be named for work."),
        danger=True,
        do=do,
    )
