"""One answer for many items that arrived incomplete."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from work.forms.fields import choice, text


class Mend(forms.Form):
    """What they are given, each only where it is missing."""

    owner = choice(gettext_lazy("Owner"), [], required=False)
    place = forms.CharField(
        label=gettext_lazy("Place"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("The code of the place."),
    )
    why = text(gettext_lazy("Why"), required=False)
    plan = forms.BooleanField(label=gettext_lazy("Plan them as well"), required=False)

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", _("Not said")), *owners]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Something is given, or there is nothing to do."""
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            raise forms.ValidationError(_("Give an owner, a place or a why, or plan them."))
        return data
