"""Counts, tables and the board."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from vinkey.gallery.kinds import Component, State, include
from vinkey.gallery.samples import ItemRow, Row
from vinkey.gallery.words import LONG
from work.states import Status
from work.templatetags import controls, gauges


def _stat(label: str, count: str, icon: str, tone: str = "", **more: str) -> Row:
    return Row(
        label=label,
        count=count,
        url=f"#{icon}",
        icon=icon,
        tone=tone,
        note=more.get("note", ""),
        change=more.get("change", ""),
    )


STATS = Component(
    "stats",
    "components/stats.html",
    (
        include(
            "stats",
            _("Normal, abnormal and none"),
            broad=True,
            stats=[
                _stat(
                    "In progress",
                    "23",
                    "circle-play",
                    change="+4 since 06:00",
                    note="9 people in the field now",
                ),
                _stat("Blocked", "9", "octagon-x", "stop", note="Oldest 6 d, W-0977 Utilities"),
                _stat("Stopped, waiting", "14", "circle-pause"),
                _stat("To accept", "12", "circle-check"),
                _stat("Overdue", "0", "clock-alert", "late"),
            ],
        ),
    ),
)
_COLUMNS = [
    Row(label="Choose", hidden=True, url="", direction="", end=False),
    Row(label="Number", url="#number", direction="", end=False),
    Row(label="What", url="#what", direction="ascending", end=False),
    Row(label="Status", url="", direction="", end=False),
    Row(label="Age", url="#age", direction="", end=True),
]
_BODY = (
    "{% for row in rows %}<tr>{% if bulk %}<td>"
    '<input type="checkbox" form="{{ bulk }}" name="row" value="{{ row.label }}" '
    'aria-label="Choose {{ row.label }}"{% if row.is_ready %} checked{% endif %}></td>{% endif %}'
    '<td>{% wno row.label "#w" %}</td><td class="title"><a href="#w">{{ row.what }}</a></td>'
    "<td>{% status_pill row.status %}</td>"
    '<td class="end soft nowrap">{{ row.age_since|age }}</td></tr>{% endfor %}'
)


def _rows() -> dict[str, Any]:
    return {
        "columns": _COLUMNS[1:],
        "rows": [
            ItemRow("W-0977", "Rebuild compressor K-102 stage 2", Status.WAITING),
            ItemRow("W-1044", "Swap steam trap ST-118", Status.PLANNED, is_ready=True),
            ItemRow("W-1061", LONG, Status.LIVE),
        ],
    }


TABLE = Component(
    "datatable",
    controls.datatable,
    (
        State(
            _("Normal, sorted by one column"),
            (
                '{% panel "t1" "Work" quiet=True %}{% datatable "Table of work" "Open work" '
                'columns css="dense cards" %}'
            )
            + _BODY
            + "{% enddatatable %}{% endpanel %}",
            _rows,
            True,
        ),
        State(
            _("Empty"),
            (
                '{% panel "t2" "Nothing" quiet=True %}{% include "components/empty.html" with '
                'name="inbox" title="Nothing fits these filters" %}{% endpanel %}'
            ),
        ),
    ),
)
BULK = Component(
    "bulk",
    "components/bulk.html",
    (
        State(
            _("Selected: the acts show with the first that is chosen"),
            '{% panel "t3" "Arrived incomplete" count=3 %}{% include "components/bulk.html" %}'
            '{% datatable "Table of what arrived" "Arrived incomplete" columns %}'
            + _BODY
            + "{% enddatatable %}{% endpanel %}",
            lambda: (
                _rows()
                | {
                    "columns": _COLUMNS,
                    "bulk": "bulk-a",
                    "id": "bulk-a",
                    "url": "#bulk",
                    "all": "All that fit: 81",
                    "many": "At most 200 at once, so that others may act in between.",
                    "acts": [
                        Row(label="Assign", value="assign", icon="user"),
                        Row(label="Set due", value="due", icon="calendar"),
                    ],
                }
            ),
            True,
        ),
    ),
)


def _area(
    name: str, load: int | None, counts: str, heats: str, stopped: int = 0, late: int = 0
) -> Row:
    cells = [
        Row(count=n, url="#c", tone="", heat=int(heat))
        for n, heat in zip(counts.split(), heats, strict=True)
    ]
    cells += [
        Row(count=str(stopped), url="#s", tone="stop", heat=0),
        Row(count=str(late), url="", tone="late", heat=0),
    ]
    return Row(
        name=name,
        url=f"#{name}" if load else "",
        load=load,
        stopped=stopped,
        late=late,
        cells=cells,
    )


HEAT = Component(
    "heat",
    "components/heat.html",
    (
        include(
            "heat",
            _("Normal, abnormal and none"),
            broad=True,
            most=28,
            columns=["Requested", "Planned", "In progress", "To accept", "Blocked", "Overdue"],
            areas=[
                _area("Packaging lines 1 to 4", 28, "4 6 9 5", "2344", 4, 2),
                _area("Utilities", 13, "3 2 3 1", "2221", 2, 0),
                _area(LONG, 7, "0 3 1 0", "0210", 0, 1),
            ],
        ),
    ),
)
PAGER = Component(
    "pager",
    "components/pager.html",
    (
        include(
            "pager",
            _("In the middle"),
            pager=Row(
                total_text="1,000+",
                first=51,
                last=100,
                previous_url="#1",
                next_url="#3",
                pages=[Row(number=n, url=f"#{n}", current=n == 2) for n in (1, 2, 3)],
            ),
        ),
        include(
            "pager",
            _("One page"),
            label="Pages of one",
            pager=Row(total_text="17", first=1, last=17, pages=[], previous_url="", next_url=""),
        ),
    ),
)
MORE = Component(
    "more",
    "components/more.html",
    (
        include(
            "more",
            _("The rest of a list that was cut"),
            more=Row(n=14, url=""),
            id="gallery",
            target="gallery",
        ),
    ),
)
LOAD = Component(
    "load_bar",
    gauges.load_bar,
    (
        State(
            _("How much, blocked and overdue"),
            (
                "<p>28, 4 blocked, 2 overdue {% load_bar 28 4 2 28 %}</p><p>7 {% load_bar 7 0 "
                "0 28 %}</p>"
            ),
        ),
    ),
)
METER = Component(
    "meter",
    gauges.meter,
    (State(_("A share"), "<p>5 of 9 {% meter 5 9 %}</p><p>0 of 9 {% meter 0 9 %}</p>"),),
)
LISTS = (STATS, TABLE, BULK, HEAT, PAGER, MORE, LOAD, METER)
