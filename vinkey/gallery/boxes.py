"""Boxes, what is said in them, and what is said over a page."""

from django.utils.translation import gettext_lazy as _

from vinkey.gallery.kinds import Component, State, include
from vinkey.gallery.samples import Row, act, reason
from vinkey.gallery.words import LONG
from work.templatetags import controls

_BODY = '<p class="body">Lock 14 is still on F-301.</p>'
PANEL = Component(
    "panel",
    controls.panel,
    (
        State(
            _("Normal, counted, with a way on"),
            '{% button "Add" "#x" "small" as more %}'
            f'{{% panel "p1" "Evidence" count="2 of 4" aside=more %}}{_BODY}{{% endpanel %}}',
        ),
        State(
            _("Empty"),
            (
                '{% panel "p2" "Holds" %}{% include "components/empty.html" with name="check" '
                'title="Nothing holds it" %}{% endpanel %}'
            ),
        ),
        State(
            _("Loading: the old answer stays, dimmed"),
            f'{{% panel "p3" "Permits in force" css="htmx-request" %}}{_BODY}{{% endpanel %}}',
        ),
        State(
            _("Long words"),
            '{% panel "p4" word aside=word %}<p class="body">{{ word }}</p>{% endpanel %}',
            lambda: {"word": LONG},
        ),
    ),
)
DOMAIN = Component(
    "domain_panel",
    "components/domain_panel.html",
    (
        include(
            "domain_panel",
            _("Came with the page"),
            panel=Row(
                id="g1", title="People inside", count=2, url="", html="Mara Okafor, Daan de Wit"
            ),
        ),
        include(
            "domain_panel",
            _("Comes when it is seen"),
            panel=Row(id="g2", title="Permits", count=None, url="#panel", html=""),
        ),
    ),
)
_PART = '<span class="sub">since Today 06:15</span>{% include "components/part_acts.html" %}'
ROW = Component(
    "row",
    controls.row,
    (
        State(
            _("Normal, with what can be done"),
            '<ul class="rows panel">{% status_pill "waiting" as end %}'
            "{% row title url number=number sub=sub end=end %}" + _PART + "{% endrow %}"
            '{% row title icon="hand" sub=sub end="In service" %}{% endrow %}</ul>',
            lambda: {
                "number": "W-1042",
                "url": "#w",
                "title": "Inspect line 3 before restart",
                "sub": "Mara Okafor",
                "seen": 7,
                "acts": [act("seen", "Say when", key="g-say", page_url="#say")],
            },
        ),
        State(
            _("Long words"),
            '<ul class="rows panel">{% blocked 2 as end %}'
            '{% row title "#long" icon="factory" sub=title end=end %}{% endrow %}</ul>',
            lambda: {"title": LONG},
        ),
    ),
)
FACTS = Component(
    "facts",
    "components/facts.html",
    (
        include(
            "facts",
            _("Normal"),
            rows=[
                Row(label="State", text="Stopped, isolated", url=""),
                Row(label="Reason", text="MOC-17 nozzle set", url="#moc"),
            ],
        ),
        include("facts", _("Long words"), rows=[Row(label="Reason of stop", text=LONG, url="")]),
    ),
)
NOTE = Component(
    "note",
    controls.note,
    (
        State(_("Neutral"), "{% note %}Written down.{% endnote %}"),
        State(
            _("Blocked"),
            '{% note "stop" %}<b>Carry this first.</b> Line 3 may not restart.{% endnote %}',
        ),
        State(
            _("Late"), '{% note "late" icon="clipboard-list" %}What you typed is kept.{% endnote %}'
        ),
        State(_("Temporary"), '{% note "temp" %}Override of LSH-204 until 14:00.{% endnote %}'),
        State(_("Signed"), '{% note "go" %}Line 4 may restart, signed 13:05.{% endnote %}'),
        State(
            _("Long words"), '{% note "stop" %}{{ word }}{% endnote %}', lambda: {"word": LONG * 3}
        ),
    ),
)
REASONS = Component(
    "reasons",
    "components/reasons.html",
    (
        include(
            "reasons",
            _("Why, and who clears it"),
            reasons=[
                reason("Permit EP-231 is not in force.", "permit issuer", "#permit"),
                reason("Nobody is named to do it.", "planner"),
            ],
        ),
    ),
)
EMPTY = Component(
    "empty",
    "components/empty.html",
    (
        include(
            "empty",
            _("Empty"),
            name="inbox",
            title="No blocked work in Warehouse",
            text="Last block cleared yesterday 16:20.",
            url="#all",
            action="Show the whole site",
        ),
        include(
            "empty",
            _("Too many"),
            name="layers",
            title="Too many to look through",
            text="Ended work with these filters is looked through for a year at most.",
            url="#less",
            action="Ask the last 90 days",
        ),
        include(
            "empty",
            _("Refused"),
            name="circle-x",
            title="These filters cannot be answered",
            text="“x” is not understood as Place.",
            url="#clear",
            action="Clear filters",
        ),
        include(
            "empty",
            _("Busy"),
            name="hourglass",
            title="The site is busy",
            text="Nothing was changed; try again.",
        ),
        include(
            "empty",
            _("Error"),
            name="triangle-alert",
            title="This could not be read",
            text="The source does not answer since 13:38.",
            url="#again",
            action="Try again",
        ),
    ),
)
BOXES = (PANEL, DOMAIN, ROW, FACTS, NOTE, REASONS, EMPTY)
