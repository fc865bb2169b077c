"""What happened to a permit, newest first, in words."""

from typing import Any

from django.db.models import BigIntegerField, OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from permits.models import Permit, PermitItem, Stop
from permits.reads.names import Name
from permits.states import Verb
from work import events

SIZE = 50

# What follows a name.
_WORDS = {
    "permit_begun": (_("began it"), "circle-plus"),
    "permit_changed": (_("changed it"), "pencil"),
    "permit_performer_named": (_("named who performs it"), "user"),
    "permit_linked": (_("linked work"), "link"),
    "permit_unlinked": (_("took work off it"), "unlink"),
    "permit_assessed": (_("completed the assessment"), "list-checks"),
    "permit_request": (_("asked for it"), "circle-plus"),
    "permit_check": (_("checked it"), "clipboard-check"),
    "permit_endorse": (_("endorsed it"), "badge-check"),
    "permit_endorsed": (_("endorsed what is near"), "badge-check"),
    "permit_conflict_found": (_("found other activity near"), "triangle-alert"),
    "permit_authorise": (_("authorised it"), "badge-check"),
    "permit_revert": (_("sent it back"), "undo-2"),
    "permit_refuse": (_("refused it"), "ban"),
    "permit_cancel": (_("cancelled it"), "circle-slash"),
    "permit_ticked": (_("ticked measures at the place"), "list-checks"),
    "permit_tested": (_("recorded a gas test"), "gauge"),
    "permit_issue": (_("issued it at the place"), "shield-check"),
    "permit_withdraw": (_("took the issue back"), "undo-2"),
    "permit_take": (_("took it"), "circle-play"),
    "permit_signed_on": (_("signed somebody on"), "hard-hat"),
    "permit_signed_off": (_("signed somebody off"), "hard-hat"),
    "permit_call_stop": (_("called a stop"), "octagon-x"),
    "permit_stop_explained": (_("said why it was stopped"), "message-square"),
    "permit_stop_called": (_("called a stop: a gas test ran out"), "octagon-x"),
    "permit_confirm": (_("confirmed that it is stopped and people are out"), "hand"),
    "permit_bring_back": (_("brought it back"), "circle-play"),
    "permit_takeover_accepted": (_("came in as performing authority"), "user"),
    "permit_take_over": (_("took it over as issuer"), "user"),
    "permit_told": (_("told who must know"), "bell"),
    "permit_hand_back": (_("handed it back"), "undo-2"),
    "permit_follow_up": (_("named the follow-up"), "link"),
    "permit_watcher_named": (_("named another watcher"), "user"),
    "permit_end_aftercare": (_("ended the after-care"), "eye"),
    "permit_close": (_("closed it"), "circle-check"),
    "permit_lapsed": (_("let it lapse: it was never issued"), "clock"),
    "permit_not_taken": (_("ended the issue that nobody took"), "clock"),
    "permit_from_paper": (_("wrote from paper: %(verb)s"), "clipboard-plus"),
}


def rows(permit: Permit, name: Name, upto: int = SIZE) -> list[dict[str, Any]]:
    """The newest events as components/trail.html takes them, with who as `name` says: one query.

    Refused attempts are left out; they stand in the history of the site.
    """
    items: Any = PermitItem._meta.get_field("item").related_model
    history: Any = items._meta.get_field("history").related_model
    notes: Any = Stop._meta.get_field("note").related_model
    note_id = Cast(KeyTextTransform("note", OuterRef("data")), BigIntegerField())
    found = (
        history.objects.filter(
            subject_type=events.label(Permit), subject_id=permit.pk, verb__in=list(_WORDS)
        )
        .select_related("actor")
        .annotate(said=Subquery(notes.objects.filter(pk=note_id).values("text")[:1]))
        .order_by("-pk")[:upto]
    )
    return [_row(event, name) for event in found]


def _row(event: Any, name: Name) -> dict[str, Any]:
    text, icon = _WORDS[event.verb]
    verb = event.data.get("verb", "")
    what = Verb(verb).label if verb in Verb else ""
    return {
        "at": event.happened_at,
        "icon": icon,
        "who_text": name(event.actor) if event.actor else str(_("Vinkey")),
        "text": str(text) % {"verb": what} if event.verb == "permit_from_paper" else str(text),
        "said": event.said or "",
        "late": events.is_late(event),
    }
