"""Verdicts, holds, lives, signatures and readings."""

from django.utils.translation import gettext_lazy as _

from vinkey.gallery.kinds import Component, State, include
from vinkey.gallery.samples import Row, act, reason
from vinkey.gallery.words import LONG
from work.templatetags import gauges

VERDICT = Component(
    "verdict",
    "components/verdict.html",
    (
        include(
            "verdict",
            _("No, signing is held"),
            broad=True,
            id="verdict-no",
            answer="no",
            seen=1,
            target="gallery",
            say="3 things hold it. 8 of 11 conditions are true.",
            sub="Checked 13:42, again on every change. If all clear as promised: about 15:40.",
            act=act(
                "sign",
                "Sign release",
                key="g-sign",
                allowed=False,
                reasons=[reason("3 things hold it.")],
            ),
        ),
        include(
            "verdict",
            _("Yes"),
            broad=True,
            id="verdict-yes",
            answer="yes",
            say="All 11 conditions are true.",
            seen=1,
            target="gallery",
            sub="Watched until 15:05.",
            act=act("sign", "Sign release", key="g-sign-yes"),
        ),
        include(
            "verdict",
            _("It cannot be said"),
            broad=True,
            id="verdict-unknown",
            answer="unknown",
            say="The lab does not answer since 13:38.",
            sub="10 of 11 conditions are true. Nobody signs what cannot be said.",
        ),
    ),
)
HOLDS = Component(
    "holds",
    "components/holds.html",
    (
        State(
            _("In the order in which they can be cleared"),
            '<div class="panel">{% include "components/holds.html" %}</div>',
            lambda: {
                "holds": [
                    Row(
                        title="Isolation is still on filler drive F-301",
                        url="#i",
                        number="ISO-88",
                        why="Lock 14 is not off; its holder is back at 14:10.",
                        who_text="Petra Nyström",
                        who_kind="person",
                        promised="Promised 14:20",
                        action="Open isolation",
                    ),
                    Row(
                        title=LONG,
                        url="",
                        number="W-1042",
                        why="5 of 9 checks done.",
                        who_text="",
                        who_kind="",
                        promised="",
                        action="",
                    ),
                ]
            },
            True,
        ),
    ),
)
STRIP = Component(
    "strip",
    "components/strip.html",
    (
        include(
            "strip",
            _("In the middle"),
            broad=True,
            label="Life of the permit",
            steps=[
                Row(label="Drafted", sub="Olga Brandt, Wed 15:10", state="was"),
                Row(label="Prepared", sub="Piet Claes, 12:35", state="was"),
                Row(label="To be issued", sub="since 13:10", state="now", icon="circle-pause"),
                Row(label="In force", sub="Planned 14:30 to 17:00", state="next"),
                Row(label="Handed back", sub="", state="next"),
                Row(label="Closed", sub="", state="next"),
            ],
        ),
    ),
)
SIGN = Component(
    "sign",
    "components/sign.html",
    (
        include(
            "sign", _("Signed"), role="Isolation authority", name="Emil Sato", signed="Today 12:18"
        ),
        include(
            "sign",
            _("Not signed yet"),
            role="Area owner",
            name="Piet Claes",
            sub="asked 13:10",
            seen=1,
            target="gallery",
            act=act("sign", "Sign", key="g-sign-open"),
        ),
        include("sign", _("Nobody is named"), role="Issuer", name="", sub="after the three above"),
        include(
            "sign",
            _("Signed, and no longer true"),
            role="Shift lead",
            name="Jonas Lindqvist",
            signed="Today 13:05",
            sub="changed since",
            late=True,
        ),
    ),
)
READING = Component(
    "reading",
    gauges.reading,
    (
        State(
            _("Within, and past a limit"),
            (
                '<p class="row roomy">{% reading "20.8" "%" %} {% reading "24" "ppm" "above 20 '
                'ppm" %}</p>'
            ),
        ),
    ),
)
BAND = Component(
    "band",
    gauges.band,
    (
        State(
            _("Within its limits"),
            "<p>20.8 %, normal 19.5 to 23.5</p>{% band 20.8 17 25 19.5 23.5 %}",
        ),
        State(
            _("Past a limit"),
            "<p>24 ppm, normal below 20</p>{% band 24 0 40 none 20 %}",
            lambda: {"none": None},
        ),
        State(_("Beyond the scale"), "<p>12 bar, normal 6.5 to 8.5</p>{% band 12 5 10 6.5 8.5 %}"),
    ),
)
DECIDED = (VERDICT, HOLDS, STRIP, SIGN)
READ = (READING, BAND)
