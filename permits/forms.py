"""What is asked before something is done to a permit. `known` is the permit's facts."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from permits.models import Permit
from permits.reads.people import named
from permits.services._after_stop import unconfirmed
from permits.services._facts import Facts
from permits.states import MeasureKind, Risk

# What the code on the label of a place says: the address of its page.
_LABEL = re.compile(r"https?://[^/\s]+/s/([^/]+)/places/([^/?#]+)/?(?:[?#].*)?$")


_MOST_POINTS = 12
team_of: Any = Permit._meta.get_field("team").related_model


class Moment(forms.DateTimeField):
    """A moment in the site's zone: a repeated time is its first; one that is skipped is none."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        """The moment in UTC."""
        if value in self.empty_values or isinstance(value, datetime):
            return value or None
        try:
            typed = parse_datetime(str(value).strip())
        except ValueError:
            typed = None
        if typed is None or not 1900 <= typed.year <= 2199:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if timezone.is_aware(typed):
            return typed.astimezone(UTC)
        moment = at_home(typed)
        if moment.astimezone(timezone.get_current_timezone()).replace(tzinfo=None) != typed:
            raise forms.ValidationError(
                _now("There was no such time: the clock was put forward over it."), code="skipped"
            )
        return moment


def at_home(typed: datetime, fold: int = 0) -> datetime:
    """The moment at which the clock of the site showed it. fold: 1 for the second time it did."""
    zone = timezone.get_current_timezone()
    return typed.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def words(label: Any, *, required: bool = True, longest: int = 2000, hint: Any = "") -> Any:
    """A field for words of more than a line."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class Form(forms.Form):
    """A form that knows the permit it is about."""

    def __init__(self, *args: Any, known: Facts | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    def person(self, name: str) -> int | None:
        """The id of the person whose name stands in a field; an error where that is nobody."""
        typed = self.cleaned_data.get(name, "")
        if not typed or self.known is None:
            return None
        permit = self.known.permit
        found = named(permit.site_id, permit.team_id, typed, self.known.at)
        if found is None:
            self.add_error(name, _now("Nobody of that name may do this here, or more than one."))
        return found


class Why(Form):
    why = words(_("Why"))


class Endorse(Form):
    conditions = words(_("On which conditions"), required=False)
    until = Moment(
        label=_("It ends sooner"),
        required=False,
        help_text=_("Before what it cannot be beside begins."),
    )


class Name(Form):
    name = forms.CharField(label=_("Name of the performing authority"), max_length=150)
    why = words(_("Why another"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known and self.known.permit.begun_at is None:
            del self.fields["why"]

    def clean(self) -> None:
        self.cleaned_data["person_id"] = self.person("name")


class Hazard(Form):
    text = forms.CharField(label=_("What can hurt somebody"), max_length=250)
    energy = forms.CharField(label=_("Energy or source"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind of measure"), choices=MeasureKind)
    measure = forms.CharField(label=_("What is done against it"), max_length=250)
    needs = forms.CharField(label=_("Which document or competence"), max_length=60, required=False)


class Measure(Form):
    kind = forms.ChoiceField(label=_("Kind of measure"), choices=MeasureKind)
    measure = forms.CharField(label=_("What is done against it"), max_length=250)
    needs = forms.CharField(label=_("Which document or competence"), max_length=60, required=False)


class Link(Form):
    number = forms.CharField(label=_("Number of the work"), max_length=20)
    scope = forms.CharField(
        label=_("What of it this permit covers"), max_length=250, required=False
    )


class Tick(Form):
    measures = forms.MultipleChoiceField(
        label=_("Seen at the place"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["measures"]
        field.choices = [
            (str(each.pk), each.text)
            for each in (self.known.measures if self.known else [])
            if each.ticked_at is None
        ]


class Look(Form):
    """The joint look at the job: the label of the place, or why it was not read.

    What stands on the label may be typed from anywhere: it counts as read by its address alone.
    """

    code = forms.CharField(
        label=_("Label of the place"),
        max_length=500,
        required=False,
        help_text=_("Scan it; where its code is typed, say why."),
    )
    why = forms.CharField(label=_("Why it was not scanned"), max_length=250, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known:
            said = {
                "label": _("Scan"),
                "site": self.known.permit.site.slug,
                "other": _("This label is of another site."),
                "none": _("The camera could not be opened. Say why it was not scanned."),
                "close": _("Close"),
            }
            attrs = {f"data-scan-{name}": str(text) for name, text in said.items()}
            self.fields["code"].widget.attrs |= attrs | {"data-scan-here": "whole"}

    def clean(self) -> None:
        read = self.cleaned_data.get("code", "").strip()
        place = self.known.permit.place.code if self.known else ""
        label = _LABEL.match(read)
        of_site = label is None or label[1] == (self.known and self.known.permit.site.slug)
        code = unquote(label[2]) if label else read
        self.cleaned_data["scanned"] = False
        if not read:
            return
        if not of_site or code.casefold() != place.casefold():
            self.add_error("code", _now("This is not the label of the permit's place."))
        elif label:
            self.cleaned_data["scanned"] = True
        elif not self.cleaned_data.get("why", "").strip():
            self.add_error("why", _now("Say why the label was not scanned."))


class GasTest(Look):
    """A reading of each substance at each sample point; what is left empty was not tested."""

    instrument = forms.CharField(label=_("Instrument"), max_length=80)
    calibrated_until = forms.DateField(
        label=_("Calibrated until"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rows = list(enumerate(self.known.asked())) if self.known else []
        for at, (point, each) in self._rows:
            of = each.substance
            self.fields[f"value-{at}"] = forms.DecimalField(
                label=f"{of.name} ({of.unit}) · {point}",
                required=False,
                max_digits=9,
                decimal_places=3,
            )
        rows = [f"value-{at}" for at, _row in self._rows]
        self.order_fields([*rows, "instrument", "calibrated_until"])

    def readings(self) -> list[dict[str, Any]]:
        """What was read, as the door takes it."""
        read: list[tuple[str, int, Decimal | None]] = [
            (point, each.substance_id, self.cleaned_data.get(f"value-{at}"))
            for at, (point, each) in self._rows
        ]
        return [
            {"point": point, "substance_id": pk, "value": value}
            for point, pk, value in read
            if value is not None
        ]

    def clean(self) -> None:
        super().clean()
        self.cleaned_data["readings"] = self.readings()


class Issue(Look):
    ends = Moment(
        label=_("Until"), required=False, help_text=_("Left empty: as late as it may be.")
    )
    despite = words(
        _("Why it is issued all the same"),
        hint=_("All was stopped here, and nobody has confirmed that of every permit."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known is None or not unconfirmed(self.known):
            del self.fields["despite"]


class SignOn(Form):
    name = forms.CharField(label=_("Name"), max_length=150)


class Confirm(Form):
    people_out = forms.BooleanField(label=_("The work is stopped, and the people are out"))
    left = words(_("Condition in which it is left"))


class HandBack(Form):
    complete = forms.ChoiceField(
        label=_("The work is"),
        choices=[("yes", _("complete")), ("no", _("not complete"))],
        widget=forms.RadioSelect,
    )
    left = words(_("Condition in which it is left"))
    remaining = words(
        _("What is left to do"),
        required=False,
        hint=_("Where it is not complete: it goes on as new work, which is made with this."),
    )
    watcher = forms.CharField(label=_("Who watches the after-care"), max_length=150, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.known and not self.known.permit.type.aftercare_minutes:
            del self.fields["watcher"]

    def clean(self) -> None:
        self.cleaned_data["watcher_id"] = self.person("watcher")
        if self.cleaned_data.get("complete") == "no" and not self.cleaned_data.get("remaining"):
            self.add_error("remaining", _now("Say what is left to do."))


class FollowUp(Form):
    number = forms.CharField(label=_("Number of the work"), max_length=20)


class Watcher(Form):
    watcher = forms.CharField(label=_("Who watches the after-care"), max_length=150)
    why = words(_("Why another"))

    def clean(self) -> None:
        self.cleaned_data["watcher_id"] = self.person("watcher")


class EndAftercare(Form):
    left = words(_("What was seen"), required=False)


class Close(Form):
    inspected = words(_("What the inspection of the place found"))


class Stop(forms.Form):
    """Stop all work at a place, or at the whole site. No stop waits for its reason to be short."""

    place = forms.CharField(label=_("Code of the place"), max_length=250, required=False)
    why = forms.CharField(
        label=_("Why"), required=False, widget=forms.TextInput(attrs={"maxlength": 250})
    )

    def clean_why(self) -> str:
        return str(self.cleaned_data["why"])[:250]


class Copy(Form):
    starts = Moment(label=_("From"))
    ends = Moment(label=_("Until"))


class Request(forms.Form):
    """What a permit is asked for. kind: its type, whose questions are asked."""

    what = forms.CharField(label=_("What is done"), max_length=250)
    place = forms.CharField(label=_("Code of the place"), max_length=120)
    where_exactly = forms.CharField(label=_("Where exactly"), max_length=250)
    method = words(_("How it is done"))
    tools = words(_("With which tools"))
    condition = words(_("Condition of the plant that is expected"))
    risk = forms.ChoiceField(label=_("Risk"), choices=Risk, initial=Risk.NORMAL)
    starts = Moment(label=_("From"))
    ends = Moment(label=_("Until"))
    items = forms.CharField(
        label=_("For which work"), max_length=200, required=False, help_text=_("Its number.")
    )
    scope = forms.CharField(label=_("What of that work it covers"), max_length=250, required=False)
    team = forms.ModelChoiceField(
        label=_("Company or team"), queryset=None, required=False, to_field_name="code"
    )
    performer = forms.CharField(label=_("Performing authority"), max_length=150, required=False)
    people = words(
        _("Who works under it"), required=False, hint=_("A name a line. No sign-in is needed.")
    )
    affected = forms.CharField(
        label=_("Other places that it affects"),
        max_length=250,
        required=False,
        help_text=_("Their codes, with commas."),
    )

    def __init__(self, *args: Any, kind: Any, who: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        team: Any = self.fields["team"]
        team.queryset = team_of.objects.filter(site=kind.site_id, is_active=True)
        if who is not None and who.only_contractor(kind.site_id):
            team.queryset = team.queryset.filter(pk__in=who.companies(kind.site_id))
        for each in kind.questions:
            self.fields[f"q-{each['key']}"] = forms.CharField(label=each["text"], max_length=500)
        if kind.tests.filter(is_active=True).exists():
            self.fields["sample_points"] = words(
                _("Where gas is tested"), hint=_("A sample point a line.")
            )

    def clean_sample_points(self) -> str:
        """All of them, or an error: none is left untested because it was one too many."""
        typed = str(self.cleaned_data["sample_points"])
        if len(lines(typed)) > _MOST_POINTS:
            raise forms.ValidationError(
                _now("Gas is tested at %(count)s points at most.") % {"count": _MOST_POINTS}
            )
        return typed

    def said(self) -> dict[str, Any]:
        """What goes to the door as it is."""
        names = ("what", "where_exactly", "method", "tools", "condition", "risk", "starts", "ends")
        return {
            **{name: self.cleaned_data[name] for name in names},
            "answers": {
                each["key"]: self.cleaned_data[f"q-{each['key']}"] for each in self.kind.questions
            },
            "sample_points": lines(self.cleaned_data.get("sample_points", "")),
        }


def lines(text: str) -> list[str]:
    """The lines of a text in which something stands, each once."""
    return list(dict.fromkeys(each.strip()[:80] for each in text.splitlines() if each.strip()))
