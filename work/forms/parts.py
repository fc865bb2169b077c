"""Forms of acts on a part of an item: blockers, requirements, lines, proof, holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from work.forms.acts import Act, WhyNeeded
from work.forms.fields import choice, moment, text
from work.states import (
    Disposition,
    EvidenceKind,
    Gate,
    HoldKind,
    LineAnswer,
    LineKind,
    Role,
)


class Promise(Act):
    """When a blocker is expected to be cleared."""

    expected = moment(_("Expected"), required=True)


class Waive(WhyNeeded):
    """Waive a requirement until a moment."""

    until = moment(_("Until"), required=True)


class Check(Act):
    """A named check: passed or not."""

    passed = choice(
        _("Verdict"), [("yes", _("Passed")), ("no", _("Did not pass"))], empty=_("Choose")
    )
    valid_until = moment(_("Holds until"))
    remark = text(_("Remark"), required=False)


class Line(Act):
    """The answer to a checklist line, as its kind asks."""

    answer = choice(_("Answer"), [])
    value = forms.CharField(label=_("Reading"), required=False, max_length=30)
    said = text(_("Remark, or why it could not"), required=False, rows=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = self.known
        if line is None:
            return
        answers = [
            (LineAnswer.PASS, LineAnswer.PASS.label),
            (LineAnswer.FAIL, LineAnswer.FAIL.label),
        ]
        if line.kind == LineKind.READING:
            answers = [("pass", _("The reading"))]
            self.fields["value"].label = _("Reading, %(unit)s") % {"unit": line.unit or "–"}
            self.fields["value"].widget.attrs["inputmode"] = "decimal"
        else:
            del self.fields["value"]
        if line.kind == LineKind.CHOICE:
            self.fields["said"] = forms.CharField(
                label=_("Choice"),
                required=False,
                widget=forms.Select(choices=[("", "–")] + [(c, c) for c in line.choices]),
            )
        elif line.kind == LineKind.TEXT:
            self.fields["said"].label = _("Answer in words")
        elif line.kind == LineKind.PHOTO:
            self.fields["photo"] = forms.FileField(label=_("Photo"), required=False)
            self.fields["photo"].widget.attrs["accept"] = "image/*"
        answers.append((LineAnswer.COULD_NOT, LineAnswer.COULD_NOT.label))
        if line.na_allowed:
            answers.append((LineAnswer.NOT_APPLICABLE, LineAnswer.NOT_APPLICABLE.label))
        if line.kind != LineKind.READING:
            # Nothing is answered by having been left as it stood.
            answers.insert(0, ("", _("Choose")))
        self.fields["answer"].choices = answers
        if line.kind == LineKind.CHOICE:
            self.fields["why_not"] = text(_("Why it could not"), required=False, rows=1)

    def clean(self) -> dict[str, Any]:
        """*Could not* on a choice line takes its reason from its own field."""
        data = super().clean() or {}
        if data.get("answer") == LineAnswer.COULD_NOT and data.get("why_not"):
            data["said"] = data["why_not"]
        return data


class Dispose(Act):
    """What becomes of a failed or impossible line."""

    disposition = choice(_("What becomes of it"), Disposition.choices, empty=_("Choose"))
    word = text(_("What was found or done"))
    what = forms.CharField(
        label=_("Follow-up work"), required=False, max_length=250, help_text=_("What must happen.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None and not self.known.may_accept_as_is:
            self.fields["disposition"].choices = [
                each
                for each in self.fields["disposition"].choices
                if each[0] != Disposition.ACCEPTED_AS_IS
            ]
            self.fields["disposition"].help_text = _("As it is: a lead or area owner accepts that.")

    def clean(self) -> dict[str, Any]:
        """Follow-up work that was named is not dropped for another choice."""
        data = super().clean() or {}
        if data.get("what") and data.get("disposition") not in ("", None, Disposition.FOLLOW_UP):
            self.add_error("what", _("Only with “Follow-up work”: choose that, or leave it empty."))
        return data


class Evidence(Act):
    """Add evidence: a file, a photo, a reading or a signature, for a criterion or a line."""

    photo = forms.FileField(
        label=_("Take a photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    file = forms.FileField(
        label=_("Choose a file or photo"), required=False, widget=forms.FileInput()
    )
    value = forms.DecimalField(label=_("Reading"), required=False, max_digits=16, decimal_places=4)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=20)
    said = text(_("In words"), required=False, rows=1)
    shows = choice(_("Shows"), [], required=False, empty=_("The item as a whole"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is not None:
            self.fields["shows"].choices = [
                *self.fields["shows"].choices,
                *self.known.provable,
            ]

    def clean(self) -> dict[str, Any]:
        """Something must be there; a photo that was taken is a file like one that was chosen."""
        data = super().clean() or {}
        if data.get("file") and data.get("photo"):
            raise forms.ValidationError(_("One at a time: add the photo first, then the file."))
        data["file"] = data.get("file") or data.get("photo")
        if not (data.get("file") or data.get("value") is not None or data.get("said")):
            raise forms.ValidationError(_("Add a file, a reading or words."))
        return data

    def kind(self, *, is_image: bool) -> str:
        """The kind of evidence that was given; is_image: whether the file's content is one."""
        data = self.cleaned_data
        if data.get("file"):
            return EvidenceKind.PHOTO if is_image else EvidenceKind.FILE
        return EvidenceKind.READING if data.get("value") is not None else EvidenceKind.SIGNATURE


class Criterion(Act):
    """One more thing that must be true."""

    text = forms.CharField(label=_("What must be true"), max_length=250)
    evidence = forms.BooleanField(label=_("Needs evidence"), required=False)
    quality = forms.BooleanField(label=_("Quality criterion"), required=False)


class Require(Act):
    """A prerequisite by hand: other work first, or a named check."""

    supplier = choice(
        _("What"), [("work.item", _("Other work first")), ("work.check", _("A named check"))]
    )
    gate = choice(_("When"), Gate.choices)
    line = choice(_("Hold point"), [], required=False)
    lead = forms.IntegerField(
        label=_("Hours before the planned start from which it blocks"),
        required=False,
        min_value=0,
        max_value=24 * 365,
    )
    number = forms.CharField(label=_("Number of the other work"), required=False, max_length=20)
    role = choice(_("Checked by"), Role.choices, required=False)
    what = forms.CharField(label=_("What is checked"), required=False, max_length=250)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = self.known.hold_points if self.known is not None else []
        if lines:
            self.fields["line"].choices = [("", _("None")), *lines]
            return
        del self.fields["line"]
        gates = [each for each in Gate.choices if each[0] != Gate.HOLD_POINT]
        self.fields["gate"].choices = gates

    def clean(self) -> dict[str, Any]:
        """Each kind with what it needs."""
        data = super().clean() or {}
        if data.get("supplier") == "work.item" and not data.get("number"):
            self.add_error("number", _("Name the other work."))
        if data.get("supplier") == "work.check" and not (data.get("role") and data.get("what")):
            self.add_error("role", _("Say what is checked, and by whom."))
        if (data.get("gate") == Gate.HOLD_POINT) != bool(data.get("line")):
            self.add_error("line" if "line" in self.fields else "gate", _("Name the hold point."))
        return data


class Hold(Act):
    """Hold a place or a thing until the item is accepted, or until a decision."""

    kind = choice(_("Holds"), HoldKind.choices)
    place = forms.CharField(
        label=_("Place"), required=False, max_length=120, help_text=_("Its code; empty: here.")
    )
    decided = forms.BooleanField(label=_("Ends by a decision, not at acceptance"), required=False)
    why = text(_("Why"), required=False)
