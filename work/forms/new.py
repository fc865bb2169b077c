"""The form that raises work: what and where are enough."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from work.forms.fields import add_custom, choice, custom_values, moment, text
from work.states import PlaceCondition, Priority


class NewWork(forms.Form):
    """Raise work. The type's own fields are added where a type is chosen in the address."""

    what = forms.CharField(label=_("What must happen"), max_length=250)
    place = forms.CharField(label=_("Where"), max_length=120, help_text=_("The code of the place."))
    type = choice(_("Type of work"), [])
    why = text(_("Why"), required=False)
    priority = choice(_("Priority"), Priority.choices, required=False, empty=_("As the type says"))
    due = moment(_("Due"))
    safety_critical = forms.BooleanField(label=_("Safety-critical"), required=False)
    assets = forms.CharField(
        label=_("Assets"), required=False, max_length=500, help_text=_("Their codes, with commas.")
    )

    def __init__(self, *args: Any, types: Any, custom_fields: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = types  # type: ignore[attr-defined]
        add_custom(self, custom_fields)

    def values(self) -> dict[str, Any]:
        """The custom values, by key."""
        return custom_values(self)


class PlaceStateForm(forms.Form):
    """The operating state of a place."""

    condition = choice(_("State"), PlaceCondition.choices)
    why = text(_("Why"), required=False)
