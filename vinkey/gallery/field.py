"""Pages for the field: one column, gloves on, a link that comes and goes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from vinkey.gallery.around import around
from vinkey.gallery.kinds import Component, State, include
from vinkey.gallery.samples import Row
from vinkey.gallery.words import LONG

_SCALE = {"least": 5, "most": 10, "low": 6.5, "high": 8.5, "normal": "6.5 to 8.5 bar"}
TOP = Component(
    "field_top",
    "components/field_top.html",
    (
        include(
            "field_top",
            _("Normal"),
            back_url="#mine",
            back="Back to my work",
            title="W-1042",
            links=[Row(label="Scan a tag", url="#scan", icon="qr-code")],
        ),
        include(
            "field_top",
            _("Long words"),
            back_url="#round",
            back="Leave the round",
            title=LONG,
            sub="W-1049, reading 8 of 14",
        ),
    ),
)
SYNC = Component(
    "sync",
    "components/sync.html",
    (
        include("sync", _("Arrived"), state="sent", text="Everything has arrived."),
        include(
            "sync",
            _("Waiting for the link"),
            state="waiting",
            text="No signal. 2 answers are kept on this phone.",
        ),
        include(
            "sync",
            _("Refused when it arrived"),
            state="refused",
            text="1 answer was refused. Look at it.",
        ),
    ),
)
DOTS = Component(
    "dots",
    "components/dots.html",
    (
        include(
            "dots",
            _("In the middle, one past its limit"),
            label="7 of 14 done, 1 past its limit",
            steps=["was"] * 4 + ["stop"] + ["was"] * 2 + ["now"] + ["next"] * 6,
        ),
    ),
)
ENTRY = Component(
    "entry",
    "components/entry.html",
    (
        State(
            _("Empty"),
            '{% include "components/entry.html" %}',
            lambda: {
                "id": "entry-a",
                "name": "value",
                "label": "Reading in bar",
                "unit": "bar",
                "step": "0.1",
            },
        ),
        State(
            _("Past a limit"),
            '{% include "components/entry.html" %}',
            lambda: {
                "id": "entry-b",
                "name": "value",
                "label": "Reading in bar",
                "unit": "bar",
                "value": "8.9",
                "step": "0.1",
                "outside": "0.4 bar above the limit",
                "limits": "limits-a",
            },
        ),
        State(
            _("Without steps"),
            '{% include "components/entry.html" %}',
            lambda: {
                "id": "entry-c",
                "name": "value",
                "label": "Counter, in hours",
                "unit": "h",
                "value": "12045",
            },
        ),
    ),
)
LIMITS = Component(
    "limits",
    "components/limits.html",
    (
        include(
            "limits",
            _("Past a limit"),
            id="limits-a",
            value=8.9,
            last=["8.1", "8.2", "8.0"],
            **_SCALE,
        ),
        include("limits", _("Within its limits"), id="limits-b", value=7.1, **_SCALE),
    ),
)
BAR = Component(
    "bar",
    "components/bar.html",
    (
        include(
            "bar",
            _("Normal"),
            act=Row(label="Save and next: TT-104", url="", form="", held=""),
            beside=Row(label="Previous reading", url="#back", icon="chevron-left", quiet=True),
        ),
        include(
            "bar",
            _("Held, with its reason"),
            why="Permit EP-231 is not in force.",
            act=Row(label="Start", url="", form="", held="why-bar"),
            beside=Row(label="Raise blocker", url="#blocker", icon="octagon-x", quiet=False),
        ),
    ),
)


class _Seen(forms.Form):
    seen = forms.MultipleChoiceField(
        label="What you see",
        choices=[
            ("lift", "Relief valve lifting"),
            ("noise", "Unusual noise"),
            ("heat", "Hot to touch"),
            ("none", "Nothing else"),
        ],
        widget=forms.CheckboxSelectMultiple,
    )


_ROUND = (
    '<div class="m touch">{% include "components/field_top.html" with title="Utilities round" %}'
    '{% include "components/dots.html" %}<div class="m-main"><div>'
    '<span class="type small">{% icon "map-pin" %}Utilities, air station</span>'
    '<p class="title">PT-102 discharge pressure</p>'
    '<p class="soft">Compressor K-102, gauge on stage 2, left side</p></div>'
    '{% include "components/entry.html" with id="entry-m" %}'
    '{% include "components/limits.html" with id="limits-m" value=8.9 %}'
    '{% note "stop" %}<b>0.4 bar above the limit.</b> Look again at the gauge. If it is right, say '
    "what you see and take a photo.{% endnote %}{% field form.seen %}"
    '{% button "Take a photo" kind="wide photo" icon="camera" %}</div>'
    '{% include "components/bar.html" %}</div>'
)
_ITEM = (
    '<div class="m touch">{% include "components/field_top.html" with title="W-1042" %}'
    '{% include "components/sync.html" %}<div class="m-main">'
    '<div>{% type_mark "Inspection" "search-check" %}<p class="title">Inspect line '
    "3 before restart</p>"
    '<p class="row">{% status_pill "live" %} {% blocked 1 %} <span class="push '
    'soft">Due 16:00</span>'
    '</p></div><a class="panel place-link" href="#place">{% icon "map-pin" %}'
    '<span><b>Filler F-301, line 3</b><br><span class="soft small">Hall B, level 0</span></span>'
    '{% icon "chevron-right" %}</a>{% panel "m-checks" "Checklist" count="2 of 4" '
    '%}<ol class="checks">'
    '{% for line in lines %}{% include "components/checklist_line.html" %}{% '
    "endfor %}</ol>{% endpanel %}"
    '</div>{% include "components/bar.html" %}</div>'
)


def _round() -> dict:
    return {
        **_SCALE,
        "back_url": "#out",
        "back": "Leave the round",
        "sub": "W-1049, reading 8 of 14",
        "name": "value",
        "unit": "bar",
        "value": "8.9",
        "step": "0.1",
        "outside": "0.4 bar above the limit",
        "limits": "limits-m",
        "steps": ["was"] * 7 + ["now"] + ["next"] * 6,
        "label": "7 of 14 readings done, in bar",
        "last": ["8.1", "8.2", "8.0"],
        "form": _Seen({"seen": ["noise"]}, auto_id="m-%s"),
        "act": Row(label="Save and next: TT-104", url="", form="", held=""),
        "beside": Row(label="Previous reading", url="#back", icon="chevron-left", quiet=True),
    }


def _item() -> dict:
    lines = around()["lines"]
    for line in lines:
        line.acts, line.pk = [], f"m-{line.number}"
    return {
        "lines": lines,
        "back_url": "#mine",
        "back": "Back to my work",
        "state": "waiting",
        "text": "No signal. 2 answers are kept on this phone.",
        "act": Row(label="Answer line 3", url="#3", form="", held=""),
        "beside": Row(label="Raise blocker", url="#blocker", icon="octagon-x", quiet=False),
    }


PAGE = Component(
    "field_page",
    "components/bar.html",
    (
        State(_("A reading past its limit"), _ROUND, _round),
        State(_("Work, with what is kept on the phone"), _ITEM, _item),
    ),
)
FIELD_PAGES = (TOP, SYNC, DOTS, ENTRY, LIMITS, BAR, PAGE)
