"""Fields that the forms share, and a type's own fields."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.choices import BaseChoiceIterator
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from work.templatetags.markup import join, put

_MOMENT = "%Y-%m-%dT%H:%M"


def text(label: Any, *, required: bool = True, rows: int = 2, hint: Any = "") -> forms.CharField:
    """A field for words."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=5000,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class SiteMoment(forms.DateTimeField):
    """A moment in the site's zone: a repeated time is its first, a skipped one moves forward."""

    def to_python(self, value: Any) -> datetime | None:
        """The moment in UTC, within the years that people plan for."""
        if value in self.empty_values or isinstance(value, datetime):
            return value or None
        try:
            typed = parse_datetime(str(value).strip())
        except ValueError:
            typed = None
        if typed is None or not 1900 <= typed.year <= 2199:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if timezone.is_naive(typed):
            typed = typed.replace(tzinfo=timezone.get_current_timezone())
        return typed.astimezone(UTC)


def moment(label: Any, *, required: bool = False, hint: Any = "") -> forms.DateTimeField:
    """A field for a date and time, in the site's zone."""
    return SiteMoment(
        label=label,
        required=required,
        help_text=hint,
        widget=forms.DateTimeInput(format=_MOMENT, attrs={"type": "datetime-local"}),
    )


class Choices(BaseChoiceIterator):
    """Hundreds of choices of values and words, for the forms of many pages: each is drawn once.

    first: what stands for none of them, where that may be chosen.
    """

    def __init__(self, rows: Iterable[tuple[Any, Any]], first: Any = None) -> None:
        empty = [] if first is None else [("", str(first))]
        self.rows = (*empty, *((str(value), str(label)) for value, label in rows))
        self._first = SafeString("")

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.rows)

    def drawn(self, chosen: Sequence[str]) -> SafeString:
        """As options: kept while none is chosen, drawn for itself where one is."""
        if any(chosen):
            return self._draw(chosen)
        self._first = self._first or self._draw([""])
        return self._first

    def _draw(self, chosen: Sequence[str]) -> SafeString:
        return join(
            put(
                '<option value="{}"{}>{}</option>\n',
                value,
                SafeString(" selected") if value in chosen else "",
                label,
            )
            for value, label in self.rows
        )


class Chooser(forms.Select):
    """A control to choose one; of `Choices` it has them drawn once."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """With `drawn`, its options as they are."""
        if not isinstance(self.choices, Choices):
            return super().get_context(name, value, attrs)
        context = forms.Widget.get_context(self, name, value, attrs)
        context["widget"]["drawn"] = self.choices.drawn(self.format_value(value))
        return context


def choice(
    label: Any, choices: Any, *, required: bool = True, empty: Any = None
) -> forms.ChoiceField:
    """A field to choose one; an empty first choice where `empty` is given or it is not required."""
    first = [] if required and empty is None else [("", empty or _("Not said"))]
    return forms.ChoiceField(
        label=label, required=required, choices=[*first, *choices], widget=Chooser
    )


def add_custom(form: forms.Form, fields: Any) -> None:
    """Add a type's own fields to a form, as `f.<key>`."""
    for each in fields:
        label = f"{each.label} ({each.unit})" if each.unit else each.label
        name = f"f.{each.key}"
        match each.kind:
            case "number":
                field: forms.Field = forms.DecimalField(label=label, required=False)
            case "yes_no":
                field = choice(label, [("yes", _("Yes")), ("no", _("No"))], required=False)
            case "choice":
                field = choice(label, [(each, each) for each in each.choices], required=False)
            case "date":
                field = forms.DateField(
                    label=label, required=False, widget=forms.DateInput(attrs={"type": "date"})
                )
            case "moment":
                field = moment(label)
            case "long_text":
                field = text(label, required=False)
            case _:
                field = forms.CharField(label=label, required=False, max_length=500)
        form.fields[name] = field


def custom_values(form: forms.Form) -> dict[str, Any]:
    """The values of a type's own fields, by key; an emptied one as None."""
    return {
        name.removeprefix("f."): value if value not in ("", None) else None
        for name, value in form.cleaned_data.items()
        if name.startswith("f.")
    }
