"""What is asked before something is done to an isolation. `known` is the isolation's facts."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from permits.forms import words
from permits.isolation_states import Energy as States
from permits.isolation_states import How, Method
from permits.reads.people import named
from permits.services._isolation_facts import Facts

ROWS = 10


class Form(forms.Form):
    """A form that knows the isolation it is about."""

    def __init__(self, *args: Any, known: Facts | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.points = list(known.points) if known else []


class Why(Form):
    why = words(_("Why"))


class Report(Form):
    why = words(_("What is seen"), required=False)


class Energy(Form):
    energy = forms.ChoiceField(
        label=_("Stored energy: springs, pressure, charge, weight, heat"),
        choices=States.choices,
        widget=forms.RadioSelect,
    )
    how = words(
        _("How, or why there is none"),
        required=False,
        hint=_("Left empty only where none is stored."),
    )

    def clean(self) -> None:
        said = self.cleaned_data
        if said.get("energy") not in (None, States.NONE) and not said.get("how"):
            self.add_error("how", _now("Say how it was relieved or blocked."))


class Notify(Form):
    told = words(_("Who is affected, and was told"), longest=500)


class Try(Energy, Notify):
    """Own isolation: what must be said before it is tried is said with it, where it is not yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        isolation = self.known.isolation if self.known else None
        if isolation is not None and isolation.energy != "":
            del self.fields["energy"], self.fields["how"]
        if isolation is not None and (isolation.energy is None or isolation.notified_at):
            del self.fields["told"]


class Out(Form):
    people_out = forms.BooleanField(label=_("The people are out"))
    tools_out = forms.BooleanField(label=_("The tools are out"))


class Position(Form):
    position = forms.CharField(label=_("Position now"), max_length=60)


class Absent(Form):
    away = words(_("How it was verified that the person is not on the site"))
    tried = words(_("What was done to reach the person"))


class Told(Form):
    how = words(_("How the person was told"))


class For(Form):
    name = forms.CharField(
        label=_("Whose lock"),
        max_length=150,
        help_text=_("Somebody without sign-in, by name or badge."),
    )


class Use(Form):
    number = forms.CharField(
        label=_("Number of the permit or the work"),
        max_length=20,
        help_text=_("As P-318 or W-1042."),
    )
    how = forms.ChoiceField(label=_("The work"), choices=How, initial=How.PROTECTED)


class CarryOn(Form):
    owner = forms.CharField(label=_("Who answers for it"), max_length=150)
    why = words(_("Why it stays in place"), longest=500)
    check_days = forms.IntegerField(
        label=_("Checked every how many days"), min_value=1, max_value=365, initial=7
    )

    def clean(self) -> None:
        typed = self.cleaned_data.get("owner", "")
        if typed and self.known:
            found = named(self.known.isolation.site_id, None, typed, self.known.at)
            if found is None:
                self.add_error("owner", _now("Nobody of that name works here, or more than one."))
            self.cleaned_data["owner_id"] = found


class _Points(Form):
    """A text for some of the points, in order; what is left empty is not done."""

    label = "{sequence} {tag}"
    longest = 40
    required = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for point in self.wanted():
            self.fields[f"point-{point.pk}"] = forms.CharField(
                label=f"{point.sequence}. {point.tag} · {self.beside(point)}",
                max_length=self.longest,
                required=self.required,
            )

    def wanted(self) -> list[Any]:
        """The points of which it asks."""
        raise NotImplementedError

    def beside(self, point: Any) -> Any:
        """What is asked of a point."""
        raise NotImplementedError

    def clean(self) -> None:
        typed = [(each.pk, self.cleaned_data.get(f"point-{each.pk}")) for each in self.wanted()]
        self.cleaned_data["points"] = [(pk, text) for pk, text in typed if text]


class Apply(_Points):
    """The number of the lock of each point that is applied now."""

    def wanted(self) -> list[Any]:
        return [each for each in self.points if each.applied_at is None or each.reported_at]

    def beside(self, point: Any) -> Any:
        return _now("%(position)s · number of its lock") % {"position": point.position}


class Lock(Apply):
    """The number of the lock of each point that is applied and not locked."""

    def wanted(self) -> list[Any]:
        return [each for each in self.points if each.applied_at and each.locked_at is None]


class Remove(_Points):
    """The position in which each point is left, the last one first."""

    longest = 60

    def wanted(self) -> list[Any]:
        left = [each for each in self.points if each.applied_at and each.removed_at is None]
        return list(reversed(left))

    def beside(self, point: Any) -> Any:
        return _now("position in which it is left")


class Finish(Remove):
    """All of an own isolation at once."""

    required = True
    people_out = forms.BooleanField(label=_("The people are out"))
    tools_out = forms.BooleanField(label=_("The tools are out"))


class Plan(forms.Form):
    """An isolation with its points, a row each."""

    title = forms.CharField(label=_("What is isolated"), max_length=250)
    place = forms.CharField(label=_("Code of the place"), max_length=120)
    owner = forms.CharField(
        label=_("Who answers for it"),
        max_length=150,
        required=False,
        help_text=_("Left empty: you."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)
    apart = forms.BooleanField(
        label=_("Another tries than who applied it"), required=False, initial=True
    )
    fixed = ("title", "place", "owner", "reason", "apart")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(ROWS):
            labels = {
                "tag": _now("Point %(row)s") % {"row": row + 1},
                "method": _now("Method"),
                "position": _now("Position"),
            }
            self.fields[f"tag-{row}"] = forms.CharField(
                label=labels["tag"], max_length=120, required=False
            )
            self.fields[f"method-{row}"] = forms.ChoiceField(
                label=labels["method"],
                choices=[("", "–"), *Method.choices],
                required=False,
            )
            self.fields[f"position-{row}"] = forms.CharField(
                label=labels["position"], max_length=60, required=False
            )

    def head(self) -> list[Any]:
        """The fields above the points."""
        return [self[name] for name in self.fixed if name in self.fields]

    def rows(self) -> list[list[Any]]:
        """The fields of each point."""
        names = ("tag", "method", "position")
        return [[self[f"{name}-{row}"] for name in names] for row in range(ROWS)]

    def points(self) -> list[dict[str, str]]:
        """What was typed of them, as the door takes it; a row that is empty is none."""
        names = ("tag", "method", "position")
        typed = [
            {name: self.cleaned_data.get(f"{name}-{row}", "") for name in names}
            for row in range(ROWS)
        ]
        return [each for each in typed if any(each.values())]


class Card(Plan):
    """A card for own isolation."""

    fixed = ("title", "place")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("owner", "reason", "apart"):
            del self.fields[name]


class Begin(Form):
    number = forms.CharField(
        label=_("Your work behind it"),
        max_length=20,
        required=False,
        help_text=_("Its number, as W-1042."),
    )


class Approve(Form):
    until = forms.DateField(
        label=_("Approved until"), widget=forms.DateInput(attrs={"type": "date"})
    )
