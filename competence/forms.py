"""The forms of competence: they read what was typed; the services decide."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from competence.states import Kind, PaperKind
from work.pages import Act, choice, moment, text


def day(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    """A field for a day."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _reference() -> forms.CharField:
    return forms.CharField(label=_("Issuer and number"), required=False, max_length=250)


def _file() -> forms.FileField:
    return forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("A picture, PDF or plain text that proves it; or say who issued it."),
    )


def several(label: Any, *, hint: Any = "") -> forms.MultipleChoiceField:
    """A field for any number of what the page knows."""
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        help_text=hint,
        choices=[],
        widget=forms.CheckboxSelectMultiple,
    )


class Why(Act):
    """An act that asks for a reason."""

    why = text(_("Why"))


class OfCompetence(Act):
    """An act about one of the competences that the page knows, and its level."""

    competence = choice(_("Competence"), [])
    level = forms.IntegerField(
        label=_("Level"), required=False, min_value=1, help_text=_("Of a skill that has levels.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["competence"].choices = self.known.competences


class Plan(OfCompetence):
    """That somebody is to obtain something."""

    planned_on = day(_("On which day"))
    note = text(_("Remark"), required=False, rows=1)


class Obtained(Act):
    """That it was obtained, with what proves it."""

    obtained_on = day(_("Obtained on"))
    valid_on = day(
        _("Valid up to and including"),
        required=False,
        hint=_("Empty: as long as the competence says."),
    )
    reference = _reference()
    file = _file()


class NewRecord(OfCompetence, Obtained):
    """A record that was not planned."""

    note = text(_("Remark"), required=False, rows=1)
    field_order = ["competence", "level", "obtained_on", "valid_on", "reference", "file", "note"]


class Induct(Act):
    """That somebody was inducted at a place."""

    place = choice(_("Place"), [])
    done_on = day(_("Done on"))
    valid_on = day(_("Valid up to and including"), required=False, hint=_("Empty: without an end."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["place"].choices = self.known.places


class Exempt(OfCompetence):
    """That a competence is not asked of somebody for a while."""

    until = moment(_("Until"), required=True)
    why = text(_("Why"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["level"]


class Invite(Act):
    """A company to be invited."""

    team = choice(_("Company"), [])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["team"].choices = self.known


class Paper(Act):
    """A paper of a company."""

    kind = choice(_("Kind of paper"), PaperKind.choices)
    valid_on = day(_("Valid up to and including"))
    reference = _reference()
    file = _file()


class Approve(Act):
    """What a company is approved for, where, until when."""

    work_scope = text(_("Approved for"))
    types = several(_("Types of work"), hint=_("It carries out work of these types alone."))
    any_type = forms.BooleanField(label=_("Any type of work"), required=False)
    place = choice(_("Where"), [], required=False, empty=_("The whole site"))
    valid_on = day(_("Valid up to and including"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["place"].choices = [*self.fields["place"].choices, *self.known.places]
            self.fields["types"].choices = self.known.types
            self.initial.setdefault("work_scope", self.known.company.work_scope)
            self.initial.setdefault("types", self.known.company.type_ids)
            said = self.known.company.approved_at is not None
            self.initial.setdefault("any_type", said and not self.known.company.type_ids)


class NameForemen(Act):
    """Who of a company's people acts for it."""

    people = several(_("Acts for the company"), hint=_("Nobody else of it does."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["people"].choices = self.known.people
            self.initial.setdefault("people", self.known.company.foremen)


class Bring(Act):
    """A person whom a company wants to bring."""

    name = forms.CharField(label=_("Name"), max_length=150)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    badge = forms.CharField(label=_("Badge"), max_length=40, required=False)


class Narrow(forms.Form):
    """How the matrix is narrowed."""

    kind = choice(_("Kind"), Kind.choices, required=False, empty=_("All kinds"))
    team = choice(_("Crew or company"), [], required=False, empty=_("Everybody"))
    place = choice(_("With a role at"), [], required=False, empty=_("The whole site"))


class Expected(forms.Form):
    """How the gate list is narrowed."""

    q = forms.CharField(label=_("Name"), required=False, max_length=80)
    company = choice(_("Company (people expected)"), [], required=False, empty=_("All companies"))


def last_moment(last: date | None, zone: str) -> Any:
    """The end of a day that was typed as the last one; None where nothing was."""
    from competence.services._enter import end_of_day

    return end_of_day(last, zone) if last is not None else None
