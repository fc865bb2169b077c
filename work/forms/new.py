"""The form that raises work: what and where are enough."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from work.forms.fields import add_custom, choice, custom_values, moment, text
from work.states import PlaceCondition, Priority, RequiredAt

# Below the first few questions, for who has the time.
_MORE = ("priority", "due", "safety_critical", "assets")


class NewWork(forms.Form):
    """Raise work. The fields of the type that was chosen are added; those that are asked of a
    request come with the first questions.

    may_leave: the type may be left to triage.
    """

    what = forms.CharField(label=_("What must happen"), max_length=250)
    place = forms.CharField(
        label=_("Where"),
        max_length=120,
        help_text=_("Its name or its code: of a place, or of an asset."),
    )
    photo = forms.FileField(label=_("Photo"), required=False)
    type = choice(_("Type of work"), [])
    why = text(_("Why"), required=False)
    priority = choice(_("Priority"), Priority.choices, required=False, empty=_("As the type says"))
    due = moment(_("Due"))
    safety_critical = forms.BooleanField(label=_("Safety-critical"), required=False)
    assets = forms.CharField(
        label=_("Assets"), required=False, max_length=500, help_text=_("Their codes, with commas.")
    )

    def __init__(
        self,
        *args: Any,
        types: Any,
        custom_fields: Any = (),
        may_leave: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["type"]
        kind.choices = [("", _("Leave it to triage")), *types] if may_leave else types
        kind.required = not may_leave
        self.fields["photo"].widget.attrs["accept"] = "image/*"
        add_custom(self, custom_fields)
        self._asked = [
            f"f.{each.key}" for each in custom_fields if each.required_at == RequiredAt.REQUEST
        ]
        for name in self._asked:
            self.fields[name].required = True

    def values(self) -> dict[str, Any]:
        """The custom values, by key."""
        return custom_values(self)

    @property
    def of_type(self) -> list[BoundField]:
        """What a request of this type must say."""
        return [self[name] for name in self._asked]

    @property
    def of_type_more(self) -> list[BoundField]:
        """What a request of this type may say besides."""
        own = [name for name in self.fields if name.startswith("f.") and name not in self._asked]
        return [self[name] for name in own]

    @property
    def more(self) -> list[BoundField]:
        """What may be said of any request besides."""
        return [self[name] for name in _MORE]


class PlaceStateForm(forms.Form):
    """The operating state of a place."""

    condition = choice(_("State"), PlaceCondition.choices)
    why = text(_("Why"), required=False)
