"""The form of a saved view."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ViewForm(forms.Form):
    """Its name, and for whom it is. may_share: whether it can be shared from now on."""

    name = forms.CharField(label=_("Name"), max_length=80)
    share = forms.BooleanField(
        label=_("For everybody at the site"),
        required=False,
        help_text=_("Each sees in it what is theirs to see. Contractors are not shown it."),
    )
    first = forms.BooleanField(label=_("My list opens with it"), required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["share"]
