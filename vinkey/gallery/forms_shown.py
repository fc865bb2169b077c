"""Forms, and what narrows a list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vinkey.gallery.forms import CancelForm, NewForm, WaitForm
from vinkey.gallery.kinds import Component, State, include
from vinkey.gallery.samples import Row, act, reason
from vinkey.gallery.words import LONG
from work.templatetags import vinkey


class _Rows(forms.Form):
    """A row of each kind."""

    where = forms.CharField(label="Where", help_text="Code or name of a place")
    type = forms.ChoiceField(label="Type", choices=[("", "Not chosen"), ("MNT", "Maintenance")])
    why = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    answer = forms.ChoiceField(
        label="Answer", choices=[("pass", "Pass"), ("fail", "Fail")], widget=forms.RadioSelect
    )
    seen = forms.MultipleChoiceField(
        label="What you see",
        choices=[("noise", "Unusual noise"), ("heat", "Hot to touch")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    safe = forms.BooleanField(label="Stopped and safe")
    file = forms.FileField(label="Photo or file", required=False)
    teams = forms.MultipleChoiceField(
        label="Teams", choices=[("a", "Mechanics"), ("b", "Electricians")], required=False
    )
    number = forms.CharField(label="Number elsewhere", disabled=True, initial="4500123")


def _form(auto_id: str, kind: type[forms.Form] = _Rows, data: Any = None) -> forms.Form:
    form = kind(data, auto_id=f"{auto_id}-%s")
    if data is not None:
        form.is_valid()
    return form


def _one(name: str, auto_id: str, **more: Any) -> dict[str, Any]:
    return {"bound": _form(auto_id, **more)[name]}


_ROWS = '<form class="form" method="post">{% csrf_token %}{% form_rows form %}</form>'
FIELD = Component(
    "field",
    vinkey.field,
    (
        State(_("Normal, with a hint"), "{% field bound %}", lambda: _one("where", "f1")),
        State(_("Chosen from a list"), "{% field bound %}", lambda: _one("type", "f2")),
        State(
            _("Selected, several may be"),
            "{% field bound %}",
            lambda: _one("seen", "f3", data={"seen": ["noise"]}),
        ),
        State(
            _("A check box"), "{% field bound %}", lambda: _one("safe", "f4", data={"safe": "on"})
        ),
        State(
            _("Disabled: comes from elsewhere"), "{% field bound %}", lambda: _one("number", "f5")
        ),
        State(_("Error"), "{% field bound %}", lambda: _one("where", "f6", data={})),
        State(
            _("Focus"), '<div class="focused">{% field bound %}</div>', lambda: _one("where", "f7")
        ),
        State(
            _("Long words"), "{% field bound %}", lambda: _one("why", "f8", data={"why": LONG * 3})
        ),
    ),
)
FORM = Component(
    "form",
    vinkey.form_rows,
    (
        State(_("Every kind of row"), _ROWS, lambda: {"form": _form("g1")}),
        State(
            _("Error: what is missing, at the top and at its row"),
            _ROWS,
            lambda: {"form": _form("g2", NewForm, {"what": "Grease port missing on CV-412"})},
        ),
    ),
)
FIND = Component(
    "find",
    "components/find.html",
    (
        include("find", _("Normal"), id="find-a", label="Find work by number or word"),
        include(
            "find", _("With what was searched"), id="find-b", label="Code of a place", value="L3"
        ),
    ),
)
CHIPS = Component(
    "chips",
    "components/chips.html",
    (
        State(
            _("Selected"),
            '<div class="filters">{% include "components/chips.html" %}</div>',
            lambda: {
                "clear_url": "#none",
                "chips": [
                    Row(label="Status", value="In progress", remove_url="#a"),
                    Row(label="Due", value="before 28 November", remove_url="#b"),
                ],
            },
        ),
        State(
            _("Long words"),
            '<div class="filters">{% include "components/chips.html" %}</div>',
            lambda: {"chips": [Row(label="Place", value=LONG, remove_url="#c")]},
        ),
    ),
)
_REASONS = [
    reason("Permit EP-231 is not in force.", "permit issuer", "#permit"),
    reason("Nobody is named to do it.", "planner"),
]
ACT = Component(
    "act",
    "components/act.html",
    (
        include(
            "act",
            _("Done at once"),
            seen=7,
            target="gallery",
            act=act("complete", "Complete", key="g-complete"),
        ),
        include(
            "act",
            _("Asks first"),
            seen=7,
            target="gallery",
            act=act("wait", "Stop and wait", key="g-wait", form=WaitForm(auto_id="act-g-wait-%s")),
        ),
        include(
            "act",
            _("Has a page of its own"),
            seen=7,
            target="gallery",
            act=act("plan", "Plan", key="g-plan", page_url="#plan"),
        ),
        include(
            "act",
            _("Held, with reasons and who clears them"),
            seen=7,
            target="gallery",
            act=act(
                "start", "Start", key="g-start", allowed=False, reasons=_REASONS, more_reasons=4
            ),
        ),
        include(
            "act",
            _("Cannot be taken back"),
            seen=7,
            target="gallery",
            open=True,
            act=act(
                "cancel",
                "Cancel",
                key="g-cancel",
                danger=True,
                form=CancelForm(auto_id="act-g-cancel-%s"),
            ),
        ),
    ),
)
PART_ACTS = Component(
    "part_acts",
    "components/part_acts.html",
    (
        include(
            "part_acts",
            _("Beside one another in a row"),
            seen=7,
            target="gallery",
            acts=[
                act("clear", "Clear", key="g-clear", page_url="#clear"),
                act("promise", "Say when", key="g-promise", page_url="#promise"),
            ],
        ),
    ),
)
FORMS = (FIELD, FORM, FIND, CHIPS, ACT, PART_ACTS)
