"""Controls that are drawn without a template come out as Django draws them."""

import datetime as dt

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from vinkey.controls import Renderer
from work.pages import Choices, choice

_HOSTILE = "\"><script>'&"
_GROUPS = [("", "–"), ("Posts", [("post:1", _HOSTILE), ("post:2", "Lead")]), ("user:3", "Å")]


class Every(forms.Form):
    """One of each that is drawn so, and two that are not."""

    text = forms.CharField(max_length=9, help_text="Short")
    long = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "data-x": _HOSTILE}))
    secret = forms.CharField(widget=forms.PasswordInput, required=False)
    mail = forms.EmailField()
    address = forms.URLField(assume_scheme="https")
    number = forms.DecimalField(min_value=0, step_size=0.5)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    at = forms.DateTimeField(widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M"))
    file = forms.FileField(widget=forms.FileInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    one = forms.ChoiceField(choices=_GROUPS, disabled=True)
    some = forms.TypedChoiceField(choices=[(1, "One"), (2, "Two")], required=False)
    many = forms.MultipleChoiceField(choices=_GROUPS)
    check = forms.BooleanField()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {
            "text": _HOSTILE,
            "long": f"\n{_HOSTILE}",
            "number": "1.5",
            "one": "post:1",
            "some": "2",
            "many": ["user:3"],
        },
    ],
)
def test_the_same_as_by_templates(given):
    began = {"at": dt.datetime(2026, 11, 24, 4, 0, tzinfo=dt.UTC), "number": 0, "some": 1}
    drawn = []
    for renderer in (Renderer(), DjangoTemplates()):
        form = Every(given or None, initial=began, renderer=renderer)
        drawn.append({field.name: " ".join(str(field).split()) for field in form})
    ours, django = drawn
    for name, html in django.items():
        assert ours[name].replace("> <", "><") == html.replace("> <", "><"), name
    assert "<script>" not in "".join(ours.values())


_MANY = [(1, _HOSTILE), (2, "Lead"), (30, "Å")]


@pytest.mark.parametrize("first", [None, "Choose"])
@pytest.mark.parametrize("typed", [None, "", "2", "30", "x", _HOSTILE])
def test_many_choices_come_out_the_same_each_time(first, typed):
    """Whatever was chosen in a form, the next one begins with nothing chosen."""

    class Plain(forms.Form):
        one = choice("One", [] if first is None else [("", first)])

    many = Choices(_MANY, first=first)
    for given in (None, typed, None):
        ours, django = (
            Plain(None if given is None else {"one": given}, renderer=renderer)
            for renderer in (Renderer(), DjangoTemplates())
        )
        ours.fields["one"].choices = many
        django.fields["one"].choices = [*django.fields["one"].choices, *_MANY]
        drawn = [" ".join(str(each["one"]).split()) for each in (ours, django)]
        assert drawn[0].replace("> <", "><") == drawn[1].replace("> <", "><")
        assert ours.is_valid() == django.is_valid()
        assert list(ours["one"].subwidgets)
