"""What is said over a page: refusals, news, questions, what is old."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from vinkey.gallery.forms import CancelForm
from vinkey.gallery.kinds import Component, State, include
from vinkey.gallery.samples import Row, act, ago, reason


class _Message(str):
    """Words with the level of their message."""

    level_tag = ""

    @classmethod
    def at(cls, level: str, words: str) -> "_Message":
        made = cls(words)
        made.level_tag = level
        return made


def _told(kind: str, **more: Any) -> Row:
    return Row(kind=kind, title="Start W-1042", reasons=[], **more)


_HELD = [reason("Permit EP-231 is not in force.", "permit issuer", "#permit")]
REFUSAL = Component(
    "refusal",
    "components/refusal.html",
    (
        include(
            "refusal",
            _("Refused by a rule"),
            id="h-refusal-1",
            refusal=Row(kind="refused", title="Start W-1042", reasons=_HELD),
        ),
        include(
            "refusal", _("Not this person's to do"), id="h-refusal-2", refusal=_told("forbidden")
        ),
        include(
            "refusal",
            _("Changed meanwhile; what was typed is kept"),
            id="h-refusal-3",
            refusal=_told("stale", typed=[Row(label="What exactly", text="Valve kit")]),
        ),
        include("refusal", _("Busy"), id="h-refusal-4", refusal=_told("busy")),
        include("refusal", _("Error in the form"), id="h-refusal-5", refusal=_told("invalid")),
    ),
)
MESSAGES = Component(
    "messages",
    "components/messages.html",
    (
        include(
            "messages",
            _("What the last act answered"),
            id="messages-shown",
            messages=[
                _Message.at("success", "W-1047 waits."),
                _Message.at("warning", "Late entry."),
                _Message.at("error", "The file could not be kept."),
            ],
        ),
    ),
)
NOTICES = Component(
    "notices",
    "components/notices.html",
    (
        include(
            "notices",
            _("Not seen yet"),
            notices=[
                Row(
                    pk=1,
                    label="W-1042",
                    what="Inspect line 3",
                    url="#n1",
                    text="Stopped: lock 14 is off",
                    at=ago(minutes=12),
                    seen_url="#seen",
                    grave=True,
                ),
                Row(
                    pk=2,
                    label="W-1047",
                    what="Floor cleaning, line 4",
                    url="#n2",
                    text="Petra Nyström named you in a note",
                    at=ago(hours=2),
                    seen_url="#seen",
                    grave=False,
                ),
            ],
        ),
    ),
)
STALE = Component(
    "stale",
    "components/stale.html",
    (
        include("stale", _("Normal"), at=ago(minutes=1)),
        include(
            "stale",
            _("The link is lost"),
            at=ago(minutes=9),
            lost=True,
            held="Signing is held until the link is back.",
        ),
    ),
)
DIALOG = Component(
    "dialog",
    "components/dialog.html",
    (
        State(
            _("Opened by its button"),
            (
                '<button class="btn" type="button" popovertarget="dialog-a">Accept '
                'W-1038</button>{% include "components/dialog.html" %}'
            ),
            lambda: {
                "id": "dialog-a",
                "title": "Accept W-1038 and close it?",
                "seen": 7,
                "target": "gallery",
                "stay": "Not yet",
                "text": (
                    "All 6 checks pass, 2 photos on file. Your name and the time go on the record."
                ),
                "act": act("accept", "Accept and close", key="g-accept", danger=False),
            },
        ),
        State(
            _("Cannot be taken back, asks why"),
            (
                '<button class="btn" type="button" popovertarget="dialog-b">Cancel '
                'W-1042</button>{% include "components/dialog.html" %}'
            ),
            lambda: {
                "id": "dialog-b",
                "title": "Cancel W-1042?",
                "seen": 7,
                "target": "gallery",
                "stay": "Keep it",
                "text": "What holds line 3 ends with it.",
                "act": act(
                    "cancel",
                    "Cancel the work",
                    key="g-dialog",
                    danger=True,
                    form=CancelForm(auto_id="act-dialog-%s"),
                ),
            },
        ),
    ),
)
TOAST = Component(
    "toasts",
    "components/_toasts.html",
    (
        State(
            _("Said once, until the next"),
            '<div class="toast">{% icon "check" %}W-1047 waits</div>',
        ),
        State(
            _("The server cannot be reached"),
            (
                '<div class="toast">{% icon "wifi-off" %}The server cannot be reached. What '
                "you typed is still here; sending it again does it once.</div>"
            ),
        ),
    ),
)
ANSWERS = (REFUSAL, MESSAGES, NOTICES, STALE, DIALOG, TOAST)
