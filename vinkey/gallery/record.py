"""What stands on the page of an item, a permit, a restart; and pages for the field."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from vinkey.gallery.around import around
from vinkey.gallery.item import full
from vinkey.gallery.kinds import Component, State, include
from vinkey.gallery.samples import ItemPage, Row, ago
from vinkey.gallery.words import LONG
from work.forms.parts import Line as LineForm
from work.states import Status


def _bare() -> dict[str, Any]:
    item = ItemPage(
        "W-1066",
        "Grease port missing",
        Status.REQUESTED,
        owner_text="",
        why="",
        executors_text="",
        next_step_by="",
        requested_by_text="",
    )
    return {"item": item}


def _part(name: str, of: str) -> Any:
    """Rows of the made-up item, without the acts on them, which stand in the gallery already."""

    def make() -> dict[str, Any]:
        rows = around()[name]
        for row in rows:
            row.acts = []
        return {of: rows, "item": Row(version=7)}

    return make


def _list(css: str, part: str, of: str, one: str) -> str:
    return (
        f'<ul class="{css} panel">{{% for {one} in {of} %}}'
        f'{{% include "components/{part}.html" %}}{{% endfor %}}</ul>'
    )


SEVEN = Component(
    "seven",
    "components/seven.html",
    (
        State(
            _("Everything answered, blocked"), '{% include "components/seven.html" %}', full, True
        ),
        State(_("Nothing answered yet"), '{% include "components/seven.html" %}', _bare, True),
    ),
)
BLOCKER = Component(
    "blocker",
    "components/blocker.html",
    (
        State(
            _("From its source, and raised by hand"),
            _list("reqs", "blocker", "rows", "blocker"),
            _part("blockers", "rows"),
            True,
        ),
    ),
)
REQUIREMENT = Component(
    "requirement",
    "components/requirement.html",
    (
        State(
            _("Met, not met, not known, waived"),
            _list("reqs", "requirement", "rows", "row"),
            _part("requirements", "rows"),
            True,
        ),
    ),
)
CRITERION = Component(
    "criterion",
    "components/criterion.html",
    (
        State(
            _("Open, judged"),
            _list("reqs", "criterion", "rows", "criterion"),
            _part("criteria", "rows"),
            True,
        ),
    ),
)
LINE = Component(
    "checklist_line",
    "components/checklist_line.html",
    (
        State(
            _("Answered, failed, open, held"),
            _list("checks", "checklist_line", "rows", "line"),
            _part("lines", "rows"),
            True,
        ),
    ),
)


def _asked(kind: str, **more: Any) -> dict[str, Any]:
    """A line that is asked now, with its form."""
    known = {"unit": "", "choices": [], "na_allowed": False, **more}
    line = Row(kind=kind, **known)
    key = f"answer-{kind}"
    form = LineForm(known=line, auto_id=f"act-{key}-%s")
    return {
        "line": line,
        "text": f"Guard in place ({kind})",
        "target": "gallery",
        "act": Row(key=key, url="#answer", seen=1, form=form),
    }


ANSWER = Component(
    "line_answer",
    "components/line_answer.html",
    tuple(
        State(
            name,
            '<ol class="checks"><li>{% include "components/line_answer.html" %}</li></ol>',
            made,
        )
        for name, made in (
            (_("Pass or fail"), lambda: _asked("pass_fail", na_allowed=True)),
            (_("A reading"), lambda: _asked("reading", unit="bar")),
            (_("A choice"), lambda: _asked("choice", choices=["Clean", "Dusty", "Wet"])),
            (_("In words"), lambda: _asked("text")),
            (_("A photo"), lambda: _asked("photo")),
        )
    ),
)
EVIDENCE = Component(
    "evidence",
    "components/evidence.html",
    (
        State(
            _("On file, missing, struck, long words"),
            '<div class="panel">{% include "components/evidence.html" %}</div>',
            lambda: {
                "item": Row(version=7),
                "missing": [Row(text="Dry cycle record")],
                "evidence": [
                    Row(
                        kind_text="Photo",
                        name=name,
                        who_text="Mara Okafor",
                        at=ago(hours=1),
                        url="#f",
                        preview_url="",
                        for_text="",
                        struck=struck,
                        struck_text="Struck: other line",
                        icon="image",
                        acts=[],
                    )
                    for name, struck in (("Torque sheet", False), ("Nozzle", True), (LONG, False))
                ],
            },
            True,
        ),
    ),
)
_MISSING = [
    Row(text="Answer lines 3 and 4", who="Daan de Wit", phone="2172", url="#checklist"),
    Row(text="Attach the dry cycle record", who="", url=""),
]
CLOSURE = Component(
    "closure",
    "components/closure.html",
    (
        include(
            "closure",
            _("Something is missing"),
            count=2,
            missing=_MISSING,
            met=[Row(text="Accepted by another than its completer")],
        ),
        include("closure", _("Nothing is missing"), count=0, missing=[]),
        include("closure", _("Ended"), ended="closed", note="Accepted by Jonas Lindqvist"),
        include(
            "closure",
            _("Too many: the rest is a link away"),
            count=19,
            missing=_MISSING,
            more=Row(n=17, url=""),
            target="gallery",
            id="gallery",
        ),
    ),
)
TRAIL = Component(
    "trail",
    "components/trail.html",
    (
        include(
            "trail",
            _("Normal, a late entry, a remark, many alike"),
            each_url="#before=",
            events=[
                Row(
                    at=ago(minutes=9),
                    icon="message-square",
                    who_text="Petra Nyström",
                    text="wrote",
                    said="Lock 14: @Mara Okafor, its holder is back at 14:10.",
                    named=["Mara Okafor"],
                    late=False,
                ),
                Row(
                    at=ago(hours=1),
                    icon="lock",
                    who_text="Mara Okafor",
                    text="start refused",
                    times_text="4 times",
                    times_before="9",
                    late=False,
                ),
                Row(
                    at=ago(days=1),
                    icon="circle-play",
                    who_text="Mara Okafor",
                    text="started",
                    late=True,
                ),
            ],
        ),
    ),
)
JUDGED = Component(
    "judged",
    "components/judged.html",
    (
        include(
            "judged",
            _("Able, and not, at a decision"),
            judged=[
                Row(
                    at=ago(hours=2),
                    label="P-318",
                    url="",
                    by_text="Mara Okafor",
                    refused=True,
                    people=[
                        Row(
                            name="Petra Nyström",
                            as_text="Gas tester",
                            asked=[
                                Row(
                                    what="Petra Nyström: Gas testing (GAS)",
                                    tone="go",
                                    state="Met",
                                    reason="",
                                    proof="Inst 2026/118",
                                    until=None,
                                ),
                                Row(
                                    what="Petra Nyström: inducted for Line 3",
                                    tone="stop",
                                    state="Not met",
                                    reason="The induction of Petra Nyström for Line 3 ended.",
                                    proof="",
                                    until=None,
                                ),
                            ],
                        )
                    ],
                )
            ],
        ),
    ),
)
AROUND = (
    *(SEVEN, BLOCKER, REQUIREMENT, CRITERION, LINE, ANSWER, EVIDENCE, CLOSURE, TRAIL),
    JUDGED,
)
