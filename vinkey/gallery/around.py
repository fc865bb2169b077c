"""Everything that stands around one item, full."""

from typing import Any

from vinkey.gallery.forms import AnswerForm, CancelForm, EvidenceForm, NoteForm
from vinkey.gallery.samples import ItemRow, Row, act, ago, ahead
from work.states import Status


def around() -> dict[str, Any]:
    """Everything that stands around an item, full."""
    line = {
        "limits_text": "",
        "failed": False,
        "held_text": "",
        "disposition_text": "",
        "follow_up": None,
        "answer_text": "",
        "who_text": "",
        "at": None,
        "hold_point": False,
        "acts": [],
        "version": 1,
    }
    answer = act("answer", "Answer", key="answer-3", form=AnswerForm(auto_id="act-answer-3-%s"))
    answer.small = True
    waive = act("waive", "Waive", key="waive-2", form=CancelForm(auto_id="act-waive-2-%s"))
    clear = act("clear", "Clear", key="clear-2", page_url="/s/hvk/work/W-1042/clear/?of=2")
    blockers = [
        Row(
            kind_text="Isolation",
            what="Lock 14 is still on F-301",
            since=ago(hours=15),
            expected=ahead(hours=2),
            earlier=[ago(hours=3)],
            who_text="Petra Nyström",
            who_kind="person",
            who_phone="2115",
            reference="ISO-88",
            material_text="",
            derived=True,
            url="/s/hvk/isolations/88/",
            acts=[],
        ),
        Row(
            kind_text="Material",
            what="Valve kit",
            since=ago(days=2),
            expected=None,
            earlier=[],
            who_text="",
            who_kind="",
            reference="4500123",
            derived=False,
            url="",
            material_text="2 × VK-88",
            acts=[clear],
        ),
    ]
    return {
        "blockers": blockers,
        "blocking": blockers,
        "more": {"requirements": Row(n=3, url="/s/hvk/work/W-1042/?all=requirements")},
        "requirements": [
            Row(
                what="An executor is named",
                answer="met",
                reason_text="Daan de Wit",
                who_text="",
                url="",
                gate_text="before start",
                mode="enforce",
                mode_text="",
                valid_until=None,
                due_at=None,
                is_due=False,
                waived_text="",
                icon="user",
                acts=[],
            ),
            Row(
                what="Permit for electrical work",
                answer="unmet",
                reason_text="Not issued",
                who_text="permit issuer",
                who_kind="role",
                url="/s/hvk/permits/231/",
                gate_text="before start",
                mode="enforce",
                mode_text="",
                valid_until=None,
                due_at=ago(hours=2),
                is_due=True,
                waived_text="",
                icon="shield-check",
                acts=[waive],
            ),
            Row(
                what="SOP-L3-012 read",
                answer="unknown",
                reason_text="Source does not answer",
                who_text="",
                url="",
                gate_text="before acceptance",
                mode="warn",
                mode_text="Warn: asks why",
                valid_until=None,
                due_at=None,
                is_due=False,
                waived_text="",
                icon="file-text",
                acts=[],
            ),
            Row(
                what="Guard tested",
                answer="waived",
                reason_text="",
                who_text="",
                url="",
                gate_text="before start",
                mode="enforce",
                mode_text="",
                valid_until=ahead(hours=5),
                due_at=None,
                is_due=False,
                waived_text="by J. Lindqvist: tested yesterday",
                icon="",
                acts=[],
            ),
        ],
        "context_rows": [
            Row(label="Change", text="MOC-17 other guard switch", url="/s/hvk/changes/17/"),
            Row(label="Hazard", text="Hand entry at infeed", url=""),
        ],
        "criteria": [
            Row(
                text="Guards proven and one dry cycle run",
                state="open",
                state_text="Open",
                who_text="",
                note="",
                needs_evidence=True,
                acts=[],
            ),
            Row(
                text="Line side clear",
                state="judged",
                state_text="Judged",
                who_text="Mara Okafor",
                note="seen at 04:10",
                needs_evidence=False,
                acts=[],
            ),
        ],
        "done_text": "Accepted by the shift lead, Packaging, who is not the one who completed it",
        "lines_text": "2 of 4",
        "lines": [
            Row(
                number=1,
                text="Product path clean",
                answered=True,
                **{**line, "answer_text": "Pass", "who_text": "Mara Okafor", "at": ago(hours=1)},
            ),
            Row(
                number=2,
                text="Clamp torque",
                answered=True,
                **{
                    **line,
                    "failed": True,
                    "answer_text": "Fail, 18 Nm",
                    "at": ago(hours=1),
                    "who_text": "Mara Okafor",
                    "limits_text": "22 Nm ± 2",
                    "disposition_text": "Follow-up work",
                    "follow_up": Row(label="W-1070", url="/s/hvk/work/W-1070/"),
                },
            ),
            Row(
                number=3,
                text="Temperature of seal bar",
                answered=False,
                **{**line, "limits_text": "60–75 °C", "acts": [answer]},
            ),
            Row(
                number=4,
                text="Dry cycle",
                answered=False,
                **{**line, "hold_point": True, "held_text": "Held by ISO-88"},
            ),
        ],
        "evidence": [
            Row(
                kind_text="Photo",
                name="Torque sheet",
                who_text="Mara Okafor",
                at=ago(hours=1),
                url="/f/1/",
                preview_url="",
                for_text="",
                struck=False,
                struck_text="",
                icon="image",
                acts=[],
            ),
        ],
        "evidence_count": 1,
        "evidence_missing": [Row(text="Dry cycle record")],
        "evidence_act": act(
            "evidence", "Add evidence", has_file=True, form=EvidenceForm(auto_id="act-evidence-%s")
        ),
        "note_act": act("note", "Write a note", form=NoteForm(auto_id="act-note-%s")),
        "missing_count": 2,
        "missing": [
            Row(text="Answer lines 3 and 4", who="Daan de Wit", url="#checklist"),
            Row(text="Attach the dry cycle record", who="", url=""),
        ],
        "holds": [
            Row(
                kind_text="Restart",
                what="Line 3",
                url="/s/hvk/places/L3/",
                since=ago(hours=9),
                until_text="ends at acceptance",
                ended_at=None,
                acts=[],
            )
        ],
        "children": [ItemRow("W-1071", "Clean infeed", Status.DONE, mandatory=True)],
        "child_url": "/s/hvk/work/new/?parent=W-1042",
        "history": [
            Row(
                at=ago(minutes=20),
                icon="message-square",
                who_text="P. Nyström",
                text="wrote",
                said="Lock holder is back at 14:10.",
                late=False,
            ),
            Row(
                at=ago(hours=2),
                icon="circle-play",
                who_text="M. Okafor",
                text="started it",
                said="",
                late=True,
            ),
        ],
        "stretches": {"older_url": "?before=9", "newest_url": "", "each_url": "?before="},
        "panels": [
            Row(id="permits", title="Permits", count=1, url="/s/hvk/panels/permits/", html="")
        ],
        "refusal": None,
    }
