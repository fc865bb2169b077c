"""What the editor of a draft asks: settings, and the rows of each part as people write them.

Nothing is required by the forms: what a draft may say is the service's to tell, all at once.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.forms.models import fields_for_model
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from unfold.widgets import CHECKBOX_CLASSES

from work.admin.steps import StepForm, dress
from work.models import WorkTypeVersion
from work.services import types
from work.states import DECIDING, FieldKind, LineKind, RequiredAt, Status

SETTINGS = (
    "accept_role",
    "default_priority",
    "due_days",
    "stop_minutes",
    "sample_percent",
    "four_eyes",
    "takes_out",
    "on_it_now",
)
_HELP = {
    "accept_role": _("Empty: the supervisor, shift lead or area owner on duty accepts."),
    "due_days": _("Empty: work is due when somebody says so."),
    "stop_minutes": _("After so many minutes an unconfirmed stop is told to owner and shift lead."),
    "sample_percent": _("The share of work that another than its completer accepts."),
    "four_eyes": _("Whoever completed it never accepts it."),
    "takes_out": _("Hand-back is signed at acceptance."),
    "on_it_now": _("Who stands before it may say so and begin in one act."),
}
# Rows stand at 10, 20, 30…, so that one fits between two.
STEP = 10


class SettingsForm(StepForm):
    """The settings of a version; `seen` is the writing of the draft that this page shows."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for name, field in fields_for_model(WorkTypeVersion, fields=SETTINGS).items():
            field.help_text = _HELP.get(name, "")
            if name in types.LIMITS:
                field.validators.append(MaxValueValidator(types.LIMITS[name]))
            if name == "accept_role":
                field.choices = [each for each in field.choices if each[0] in ("", *DECIDING)]
            self.fields[name] = field
            dress(field)

    def said(self) -> dict[str, Any]:
        """The settings, as the service takes them."""
        return {name: self.cleaned_data[name] for name in SETTINGS}


def _text(label: Any, **given: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, **given)


def _choice(label: Any, choices: Iterable[Any], **given: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices, **given)


def _tick(label: Any) -> forms.BooleanField:
    widget = forms.CheckboxInput(attrs={"class": " ".join(CHECKBOX_CLASSES)})
    return forms.BooleanField(label=label, required=False, widget=widget)


class Lines(forms.CharField):
    """Several texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """A list as the lines that people read."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """The texts, without empty ones."""
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other texts were typed."""
        return (initial or []) != self.to_python(data)


class Limit(forms.CharField):
    """A limit of a reading, as it is typed."""

    def prepare_value(self, value: Any) -> Any:
        """A number without zeros that say nothing."""
        return format(value.normalize(), "f") if hasattr(value, "normalize") else value


class Row(forms.Form):
    """One row of a part.

    named: the field from which a key is made where none is given. across: what stands in its first
    line, with how many twelfths; below: what stands under it, some only for some kinds (style).
    """

    named = "text"
    across: tuple[tuple[str, int], ...] = ()
    below: tuple[str, ...] = ()

    key = _text(_("Key"))
    position = forms.IntegerField(label=_("Order"), required=False, min_value=0)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for name, field in self.fields.items():
            if not isinstance(field, forms.BooleanField):
                dress(field)
            # `maxlength` would cut what is pasted without a word.
            field.widget.attrs.pop("maxlength", None)
            if name == "choices":
                field.widget.attrs["rows"] = 3
        self.fields["key"].widget.attrs["placeholder"] = _("from the words")

    def first(self) -> list[tuple[forms.BoundField, int]]:
        """The fields of the first line, with their share of it."""
        return [(self[name], share) for name, share in self.across]

    def second(self) -> list[forms.BoundField]:
        """The fields below."""
        return [self[name] for name in self.below]

    def said(self) -> dict[str, Any]:
        """The row, as the service takes it."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("position", "DELETE")
        }


class FieldRow(Row):
    """A field of the type's own."""

    across = (
        ("label", 4),
        ("kind", 2),
        ("required_at", 2),
        ("key", 2),
        ("position", 1),
        ("DELETE", 1),
    )
    below = ("unit", "choices", "filterable", "column")

    named = "label"

    label = _text(_("Label"))
    kind = _choice(_("Kind"), FieldKind.choices, initial=FieldKind.TEXT)
    required_at = _choice(_("Required at"), [("", _("Never")), *RequiredAt.choices])
    unit = _text(_("Unit"))
    choices = Lines(label=_("Choices, one a line"), required=False)
    filterable = _tick(_("Filter"))
    column = _tick(_("Column"))


class StageRow(Row):
    """A stage inside a status."""

    across = (("label", 5), ("status", 3), ("key", 2), ("position", 1), ("DELETE", 1))

    named = "label"

    label = _text(_("Label"))
    status = _choice(_("Inside status"), Status.choices, initial=Status.LIVE)


class CriterionRow(Row):
    """What must be true for acceptance."""

    across = (("text", 6), ("needed_at", 2), ("key", 2), ("position", 1), ("DELETE", 1))
    below = ("evidence", "quality")

    text = _text(_("What must be true"))
    needed_at = _choice(
        _("Needed at"),
        [each for each in RequiredAt.choices if each[0] in (RequiredAt.COMPLETE, RequiredAt.CLOSE)],
        initial=RequiredAt.CLOSE,
    )
    evidence = _tick(_("Needs evidence"))
    quality = _tick(_("Quality"))


class LineRow(Row):
    """A line of the checklist."""

    across = (("text", 6), ("kind", 2), ("key", 2), ("position", 1), ("DELETE", 1))
    below = ("unit", "low", "high", "choices", "hold_point", "na_allowed")

    text = _text(_("Question"))
    kind = _choice(_("Kind"), LineKind.choices, initial=LineKind.PASS_FAIL)
    unit = _text(_("Unit"))
    low = Limit(label=_("Low limit"), required=False)
    high = Limit(label=_("High limit"), required=False)
    choices = Lines(label=_("Choices, one a line"), required=False)
    hold_point = _tick(_("Hold point"))
    na_allowed = _tick(_("May be not applicable"))


# What a key is made from where the words have no letter that a key may have.
_KEYS = {"fields": "field", "stages": "stage", "criteria": "criterion", "lines": "line"}

ROWS: dict[str, type[Row]] = {
    "fields": FieldRow,
    "stages": StageRow,
    "criteria": CriterionRow,
    "lines": LineRow,
}


class Rows(forms.BaseFormSet):
    """The rows of one part: ordered by their number, removed by a box, made by filling one in."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """The box that removes a row, in the admin's dress."""
        super().add_fields(form, index)
        form.fields["DELETE"] = _tick(_("Remove"))

    def kept(self) -> list[Row]:
        """The rows that say something and stay, in their order."""
        rows = [
            form
            for form in self.forms
            if (form.has_changed() or form in self.initial_forms)
            and not form.cleaned_data.get("DELETE")
        ]

        def place(form: Row) -> float:
            number = form.cleaned_data.get("position")
            return float("inf") if number is None else number

        return sorted(rows, key=place)

    def is_spare(self, form: Row) -> bool:
        """Whether it is a row to be filled in, and was not."""
        return form not in self.initial_forms and not form.has_changed()


def rows_of(part: str, extra: int) -> type[Rows]:
    """The formset of a part."""
    return forms.formset_factory(
        ROWS[part],
        formset=Rows,
        extra=extra,
        can_delete=True,
        max_num=types.MOST[part],
        absolute_max=types.MOST[part] + 50,
    )


def with_keys(part: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with a key: one that was not given is made from its words."""
    named = ROWS[part].named
    made = [dict(row) for row in rows]
    taken = {row["key"] for row in made if row["key"]}
    for row in made:
        if row["key"]:
            continue
        key = first = slugify(row[named])[:36].strip("-_") or (row[named] and _KEYS[part])
        count = 2
        while key and key in taken:
            key, count = f"{first}-{count}", count + 1
        taken.add(key)
        row["key"] = key
    return made
