"""Words and controls: button, choices, menu, status, flag, person, time."""

from django.utils.translation import gettext_lazy as _

from vinkey.gallery.kinds import Component, State, include
from vinkey.gallery.samples import Row, ago, ahead
from work.templatetags import cards, controls, vinkey

LONG = "Pressure relief valve of the second stage of the air compressor, north side of hall B"
_VIEWS = [
    Row(label="All open", url="#all", count="148", current=True),
    Row(label="Blocked", url="#stopped", count="19", current=False),
    Row(label="Overdue", url="#late", count="", current=False),
]
_MOVES = [
    Row(label="Complete", url="#complete", at_once=True, reasons=[], reason="", more=0),
    Row(label="Stop and wait", url="#wait", at_once=False, reasons=[], reason="", more=0),
    Row(
        label="Accept",
        url="#accept",
        at_once=True,
        reasons=[1, 2],
        more=1,
        reason="Dry cycle record is missing",
        who="",
    ),
]

BUTTON = Component(
    "button",
    controls.button,
    (
        State(
            _("Normal, with an icon, small"),
            (
                '{% button "Assign" %} {% button "Add evidence" icon="camera" %} {% button '
                '"Ask" kind="small" %}'
            ),
        ),
        State(
            _("Primary, one a page"),
            '<button class="btn primary" type="submit">{{ word }}</button>',
            lambda: {"word": "New work"},
        ),
        State(
            _("Quiet, and with an icon alone"),
            '{% button "Cancel" "#x" "quiet" %} {% button "More" "#x" "quiet icon" "ellipsis" %}',
        ),
        State(
            _("Cannot be taken back"), '{% button "Cancel W-1042" kind="danger" icon="trash-2" %}'
        ),
        State(
            _("Held, with its reason"),
            (
                '{% button "Start" held="why-button" %}<p class="tiny muted" '
                'id="why-button">Permit EP-231 is not in force.</p>'
            ),
        ),
        State(_("Focus"), '<span class="focused">{% button "Start" "#x" %}</span>'),
        State(_("Busy: asked, and not yet answered"), '{% button "Start" disabled=True %}'),
        State(
            _("Long words, as wide as there is"),
            "{% button word kind='wide' %}",
            lambda: {"word": LONG},
        ),
    ),
)
SEG = Component(
    "seg",
    "components/seg.html",
    (
        include(
            "seg",
            _("Normal, one chosen"),
            label="View as",
            items=[
                Row(label="Board", url="#board", icon="square-kanban", current=True),
                Row(label="List", url="#list", icon="list", current=False),
            ],
        ),
    ),
)
TABS = Component(
    "tabs",
    "components/tabs.html",
    (
        include("tabs", _("Normal, one chosen"), label="Views", items=_VIEWS),
        include(
            "tabs",
            _("Too many: scrolls in its own box"),
            label="More views",
            items=[
                Row(label=f"{LONG[:28]} {n}", url=f"#{n}", count="7", current=n == 2)
                for n in range(7)
            ],
        ),
    ),
)
MENU = Component(
    "menu",
    cards.menu,
    (
        State(
            _("Behind its button; what cannot be done says why"),
            '<form method="post" id="move" hidden>{% csrf_token %}</form>'
            '<form method="get" id="ask" hidden></form>'
            '<button class="btn" type="button" popovertarget="menu-W-1047">Move W-1047</button>'
            '{% menu "W-1047" moves %}',
            lambda: {"moves": _MOVES},
        ),
    ),
)
STATUS = Component(
    "status",
    vinkey.status_pill,
    (
        State(
            _("Neutral: shape and word"),
            '<p class="row roomy">{% for code in codes %}{% status_pill code %} {% endfor %}</p>',
            lambda: {
                "codes": ["requested", "planned", "live", "waiting", "done", "closed", "cancelled"]
            },
            True,
        ),
    ),
)
FLAG = Component(
    "flag",
    vinkey.flag,
    (
        State(
            _("Abnormal: hue, icon and word"),
            (
                '<p class="row">{% blocked 2 %} {% flag "late" "Overdue 3 d" %} {% flag "temp" '
                '"Override" %} {% flag "go" "YES, signed" %}</p>'
            ),
        ),
        State(
            _("Plain marks"),
            (
                '<p class="row">{% flag "calm" "Clear to start" "circle-check" %} {% flag '
                '"calm" "Safety-critical" "shield-alert" %} {% flag "calm" "Permit" '
                '"shield-check" %}</p>'
            ),
        ),
    ),
)
WHO = Component(
    "who",
    vinkey.who,
    (
        State(
            _("Person, post, nobody"),
            (
                '<p class="row roomy">{% who "Mara Okafor" %} {% who "Shift lead, Packaging" '
                '"post" %} {% who "" %}</p>'
            ),
        ),
        State(_("Long words"), '<p class="row one">{% who word %}</p>', lambda: {"word": LONG}),
    ),
)
TYPE = Component(
    "type",
    vinkey.type_mark,
    (
        State(
            _("Neutral: icon and word"),
            (
                '<p class="row roomy">{% type_mark "Maintenance" "wrench" %} {% type_mark '
                '"Cleaning" "spray-can" %} {% type_mark "Contractor job" "hard-hat" %} {% wno '
                '"W-1042" %} {% priority "1" %} {% priority "2" "2 soon" %}</p>'
            ),
        ),
    ),
)
DUE = Component(
    "due",
    vinkey.due,
    (
        State(
            _("Due, late, no date"),
            (
                '<p class="row roomy">{% due soon %} {% due late True %} {% due none %} {{ '
                "late|age }}</p>"
            ),
            lambda: {"soon": ahead(hours=3), "late": ago(days=3), "none": None},
        ),
    ),
)
ANSWER = Component(
    "answer",
    vinkey.answer,
    (
        State(
            _("What a source says"),
            (
                '<p class="row roomy">{% answer "met" %} {% answer "unmet" %} {% answer '
                '"unknown" %} {% answer "waived" %} {% answer "withdrawn" %}</p>'
            ),
        ),
    ),
)
WORDS = (STATUS, FLAG, TYPE, WHO, DUE, ANSWER)
CONTROLS = (BUTTON, SEG, TABS, MENU)
