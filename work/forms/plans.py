"""Forms of planning: who owns and executes, and everything that may be edited."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from work.forms.acts import Act
from work.forms.fields import add_custom, choice, custom_values, moment, text
from work.states import (
    Priority,
)


class Owners(Act):
    """Owner and executors."""

    owner = choice(_("Owner"), [], required=False)
    executors = forms.MultipleChoiceField(label=_("Executors"), required=False, choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["owner"].choices = [("", _("Not said")), *self.known.owners()]
            self.fields["executors"].choices = self.known.people()
            self.fields["executors"].widget.attrs["size"] = 8


class Edit(Act):
    """The plain fields, the things and the custom fields of an item."""

    what = forms.CharField(label=_("What must happen"), max_length=250)
    why = text(_("Why"), required=False)
    place = forms.CharField(label=_("Place"), max_length=120, help_text=_("Its code."))
    assets = forms.CharField(
        label=_("Assets"),
        required=False,
        max_length=40_000,
        help_text=_("Their codes, with commas."),
    )
    places = forms.CharField(
        label=_("Places affected"),
        required=False,
        max_length=40_000,
        help_text=_("Their codes, with commas."),
    )
    priority = choice(_("Priority"), Priority.choices)
    safety_critical = forms.BooleanField(label=_("Safety-critical"), required=False)
    planned_start = moment(_("Planned start"))
    planned_end = moment(_("Planned end"))
    due = moment(_("Due"))
    team = choice(_("Team or company"), [], required=False)
    window = choice(_("Bound to the window"), [], required=False)
    parent = forms.CharField(label=_("Part of"), required=False, max_length=20)
    mandatory = forms.BooleanField(label=_("The parent waits for it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["team"].choices = [("", _("None")), *self.known.teams()]
            self.fields["window"].choices = [("", _("None")), *self.known.windows()]
            add_custom(self, self.known.custom_fields)

    def values(self) -> dict[str, Any]:
        """The custom values, by key."""
        return custom_values(self)


class Plan(Edit, Owners):
    """Take a request on: type, owner, executors and everything of `Edit`."""

    type = choice(_("Type of work"), [])
    field_order = ["type", "what", "why", "place", "owner", "executors"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Planning needs both.
        self.fields["owner"].required = self.fields["why"].required = True
        if self.known is not None:
            self.fields["type"].choices = self.known.types()
