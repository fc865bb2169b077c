"""One item as its page gets it, with what can be done to it."""

from typing import Any

from vinkey.gallery.around import around
from vinkey.gallery.forms import CancelForm, WaitForm
from vinkey.gallery.samples import SITE, ItemPage, Row, act, ago, ahead, place, reason
from work.states import Status


def acts() -> list[Any]:
    return [
        act("complete", "Complete", primary=True),
        act("wait", "Stop and wait", form=WaitForm(auto_id="act-wait-%s")),
        act(
            "start",
            "Start",
            allowed=False,
            reasons=[
                reason("Permit EP-231 is not in force.", "permit issuer", "/s/hvk/permits/231/"),
                reason("Nobody is named to do it.", "planner"),
            ],
            more_reasons=4,
        ),
        act("cancel", "Cancel", form=CancelForm(auto_id="act-cancel-%s"), danger=True),
    ]


def full() -> dict[str, Any]:
    item = ItemPage(
        "W-1042",
        "Inspect line 3 before restart",
        Status.LIVE,
        type_label="Inspection",
        type_icon="search-check",
        safety_critical=True,
        has_permit=True,
        is_blocked=True,
        open_blockers=2,
        unconfirmed_minutes=12,
        due=ahead(hours=9),
        planned_start=ago(hours=1),
        planned_end=ahead(hours=3),
        window_text="Window: Night stop, open",
        owner_kind="post",
        owner_text="Shift lead, Packaging",
        owner_note="now Jonas Lindqvist",
        executors=[
            Row(name="Daan de Wit", company="", note="fit until 22:00", url=""),
            Row(name="Ana Silva", company="LasTeam", note="", url=""),
        ],
        assets=[Row(name="Filler", code="FIL-3", url="/s/hvk/assets/FIL-3/")],
        other_places=[place("Line 4", "L4")],
        parent=Row(label="W-1000", what="Restart line 3", url="/s/hvk/work/W-1000/"),
        fields=[Row(label="Reason of stop", text="Guard trip")],
        external_text="SAP 4500123",
        source_text="Follow-up of W-0990",
        source_url="/s/hvk/work/W-0990/",
    )
    bar = Row(
        act=Row(label="Complete", url="", form="act-complete", held=""),
        beside=Row(label="Raise a blocker", url="#blocker", icon="octagon-x", quiet=False),
        why="",
    )
    return {"site": SITE, "item": item, "acts": acts(), "bar": bar, **around()}
