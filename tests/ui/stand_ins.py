"""The made-up rows of the gallery, and what only sign-in pages need besides."""

from django import forms
from django.utils import timezone

from vinkey.gallery.forms import (
    AnswerForm,
    CancelForm,
    EvidenceForm,
    FilterForm,
    NoteForm,
    WaitForm,
)
from vinkey.gallery.samples import (
    SITE,
    ActRow,
    ItemPage,
    ItemRow,
    Row,
    act,
    ago,
    ahead,
    place,
    reason,
)

NOW = timezone.now()


class LoginForm(forms.Form):
    login = forms.CharField(label="Sign-in name")
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    secret = "JBSWY3DPEHPK3PXP"
    code = forms.CharField(label="Code")


__all__ = [
    "NOW", "SITE", "ActRow", "AnswerForm", "CancelForm", "CodeForm", "EvidenceForm", "FilterForm",
    "ItemPage", "ItemRow", "LoginForm", "NoteForm", "Row", "WaitForm", "act", "ago",
    "ahead", "place", "reason",
]  # fmt: skip
