"""What an act on chosen rows of the list asks: one answer for all of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from work.forms.fields import choice, moment
from work.reads.choices import SiteChoices


class Answer(forms.Form):
    """The answers of one act; `given` is what its service takes."""

    def __init__(self, *args: Any, choices: SiteChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "owner" in self.fields:
            owners = [("", _("Choose")), *choices.owners()]
            if not self.fields["owner"].required:
                owners[0] = ("", _("As it is"))
            self.fields["owner"].choices = owners  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What the service is told of it; what was left out stays as it is."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        kind, _colon, pk = said.pop("owner", "").partition(":")
        return {**said, f"owner_{kind}_id": int(pk)} if kind else said


class Owner(Answer):
    """Another owner."""

    owner = choice(gettext_lazy("Owner"), [])


class Plan(Answer):
    """Planned, with a time and an owner where these are given."""

    owner = choice(gettext_lazy("Owner"), [], required=False)
    planned_start = moment(gettext_lazy("Planned start"))
    planned_end = moment(gettext_lazy("Planned end"))


class Due(Answer):
    """When it is due, or that it is not due at any time."""

    due = moment(gettext_lazy("Due"))
    none = forms.BooleanField(label=gettext_lazy("Not due at any time"), required=False)

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        said = super().clean() or {}
        if "due" not in self.errors and bool(said.get("due")) == bool(said.get("none")):
            self.add_error("due", _("Give a time, or say that it is not due at any time."))
        return said

    def given(self) -> dict[str, Any]:
        """The time, or none."""
        return {"due": self.cleaned_data["due"]}
