"""Controls that are drawn without a template come out as Django draws them."""

import datetime as dt

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from vinkey.controls import Renderer

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
