"""A mapping as text, and the name under which it is saved."""

from django import forms
from django.utils.translation import gettext_lazy as _


class Saved(forms.Form):
    """Under which name a mapping is kept for later."""

    name = forms.CharField(label=_("Name of the mapping"), max_length=200)
    save = forms.BooleanField(
        label=_("Save it at the site, to be chosen again"), required=False, initial=True
    )
    replace = forms.BooleanField(label=_("Replace the saved one of this name"), required=False)


class Toml(Saved):
    """The whole mapping, as it is read."""

    text = forms.CharField(
        label=_("Mapping as TOML"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"}),
    )
    field_order = ("text", "name", "save", "replace")
