"""What happened to a document, newest first, in words."""

from typing import Any

from django.db.models import BigIntegerField, OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from documents.models import Document, Review
from documents.reads.visible import items
from work import events

SIZE = 30

# What follows a name.
_WORDS = {
    "created": (_("made it"), "circle-plus"),
    "changed": (_("changed what it is called, or whose it is"), "pencil"),
    "withdrawn": (_("took it out of use"), "circle-slash"),
    "looked_over": (_("looked it over"), "eye"),
    "applies": (_("said to which work it applies"), "link"),
    "applies_no_more": (_("ended an applicability"), "unlink"),
    "drafted": (_("began revision %(revision)s"), "file-plus"),
    "revision_changed": (_("changed revision %(revision)s"), "pencil"),
    "file_added": (_("added a file to revision %(revision)s"), "paperclip"),
    "file_removed": (_("took a file out of revision %(revision)s"), "eraser"),
    "sent_to_review": (_("sent revision %(revision)s to review"), "send"),
    "given_back": (_("gave revision %(revision)s back"), "undo-2"),
    "reviewed": (_("reviewed revision %(revision)s"), "clipboard-check"),
    "approved": (_("approved revision %(revision)s"), "badge-check"),
    "effective_set": (_("set when revision %(revision)s comes into force"), "calendar-check"),
    "revision_withdrawn": (_("withdrew revision %(revision)s"), "circle-slash"),
    "taken_over": (_("goes on with revision %(revision)s as its author"), "pencil"),
    "read_together": (_("read revision %(revision)s together with others"), "book-check"),
    "acknowledged": (_("read revision %(revision)s"), "book-check"),
}


def rows(document: Document, labels: dict[int, str], upto: int = SIZE) -> list[dict[str, Any]]:
    """The newest events of a document as components/trail.html takes them: one query.

    labels: of its revisions. Refused attempts are left out; they stand in the history.
    """
    history: Any = items().model._meta.get_field("history").related_model
    notes: Any = Review._meta.get_field("note").related_model
    note_id = Cast(KeyTextTransform("note", OuterRef("data")), BigIntegerField())
    found = (
        history.objects.filter(
            subject_type=events.label(Document), subject_id=document.pk, verb__in=list(_WORDS)
        )
        .select_related("actor")
        .annotate(said=Subquery(notes.objects.filter(pk=note_id).values("text")[:1]))
        .order_by("-pk")[:upto]
    )
    return [_row(event, labels) for event in found]


def _row(event: Any, labels: dict[int, str]) -> dict[str, Any]:
    text, icon = _WORDS[event.verb]
    revision = labels.get(event.data.get("revision", 0), "…")
    return {
        "at": event.happened_at,
        "icon": icon,
        "who_text": event.actor.name if event.actor else str(_("Vinkey")),
        "text": str(text) % {"revision": revision},
        "said": event.said or "",
        "late": events.is_late(event),
    }
