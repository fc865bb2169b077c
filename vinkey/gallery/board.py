"""The board: columns with their cards, lanes over it."""

from django.utils.translation import gettext_lazy as _

from vinkey.gallery.kinds import Component, State
from vinkey.gallery.samples import SITE, ItemRow, Row, ago, ahead
from vinkey.gallery.words import LONG
from work.states import Status


def _cards() -> list[ItemRow]:
    moves = [
        Row(
            label="Complete",
            url="#r",
            at_once=True,
            reasons=[1],
            reason="Lock 14 is on F-301",
            who="HSE",
            more=0,
        ),
        Row(label="Stop and wait", url="#w", at_once=False, reasons=[]),
    ]
    return [
        ItemRow(
            "W-1066",
            "Grease port missing on CV-412",
            Status.REQUESTED,
            owner_text="",
            next_text="Plan",
            next_by="Planner",
        ),
        ItemRow(
            "W-1055",
            "Start changeover to 500 ml",
            is_ready=True,
            due=ahead(hours=4),
            owner_kind="post",
            owner_text="Shift lead, Packaging",
            priority="1",
        ),
        ItemRow(
            "W-1042",
            "Inspect line 3 before restart",
            Status.LIVE,
            is_blocked=True,
            open_blockers=3,
            block_text="Lock 14 is still on F-301",
            safety_critical=True,
            has_permit=True,
            due=ago(days=2),
            is_overdue=True,
            moves=moves,
            unconfirmed_minutes=12,
            stage_text="In test",
            holds=["Line 3"],
            next_text="Clear it",
            next_by="HSE",
        ),
        ItemRow("W-1070", LONG, Status.DONE, owner_text=LONG, executors_text=LONG),
    ]


def _columns(lane: str) -> list[Row]:
    found, rows = [], _cards() if lane == "a" else _cards()[:1]
    for row in rows:
        row.label += "" if lane == "a" else "-2"
    for status in (Status.REQUESTED, Status.PLANNED, Status.LIVE, Status.WAITING, Status.DONE):
        held = [row for row in rows if row.status == status]
        found.append(
            Row(
                code=f"{status}-{lane}",
                status=str(status),
                label=str(status.label),
                items=held,
                groups=[{"label": "", "items": held}],
                count=str(len(held)),
                more_url="#more" if held and status == Status.LIVE else "",
                more="19",
            )
        )
    return found


def _staged() -> Row:
    card = ItemRow("W-1081", "Load bay 2", Status.LIVE, stage_text="Sealed", type_icon="truck")
    groups = [
        {"key": "loading", "label": "Loading", "items": [], "count": "0"},
        {"key": "sealed", "label": "Sealed", "items": [card], "count": "1"},
    ]
    return Row(
        code="live-staged",
        status="live",
        label=f"{Status.LIVE.label} (2)",
        items=[card],
        groups=groups,
        staged=True,
        count="1",
    )


CARD = Component(
    "card",
    "components/column.html",
    (
        State(
            _("Columns with cards: normal, clear to start, blocked, long words, none"),
            (
                '{% include "components/_card_icons.html" %}'
                '<div class="board" tabindex="0" role="region" aria-label="Board">{% for '
                'column in columns %}{% include "components/column.html" %}{% endfor %}</div>'
            ),
            lambda: {"site": SITE, "columns": _columns("a")},
            True,
        ),
        State(
            _("Under the stages of one type; the head of a column over lanes"),
            (
                '<div class="board">{% include "components/column.html" %}'
                '{% include "components/column.html" with head=True %}'
                '{% include "components/_closed_column.html" %}</div>'
            ),
            lambda: {
                "site": SITE,
                "column": _staged(),
                "closed": Row(count="17", url="#closed"),
            },
            True,
        ),
    ),
)
LANE = Component(
    "lane",
    "components/lane.html",
    (
        State(
            _("Open, and folded"),
            (
                '<div class="lanes">{% for lane in lanes %}{% include "components/lane.html" '
                "%}{% endfor %}</div>"
            ),
            lambda: {
                "site": SITE,
                "lanes": [
                    Row(
                        id="tanks",
                        name="Tank farm",
                        count="7",
                        blocked=1,
                        open=True,
                        url="",
                        columns=_columns("tanks"),
                    ),
                    Row(
                        id="other",
                        name=f"{LONG}, and the bays beside it",
                        count="12",
                        blocked=0,
                        open=False,
                        url="#open",
                        columns=[],
                    ),
                ],
            },
            True,
        ),
    ),
)
BOARD = (CARD, LANE)
