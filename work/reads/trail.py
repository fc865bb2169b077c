"""What happened to an item, newest first, in words."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BigIntegerField, Count, F, OuterRef, QuerySet, Subquery, Window
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, RowNumber
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from work import events
from work.exceptions import Reason
from work.models import Event, Note, WorkItem
from work.permissions import Scope
from work.prepared import given, prepared
from work.reasons import Names, once, say
from work.reasons.words import LABELS
from work.services._definition import definition

# What follows a name.
_WORDS = {
    "request": (_("asked for it"), "circle-plus"),
    "plan": (_("planned it"), "calendar-check"),
    "return": (_("returned it to requested"), "undo-2"),
    "start": (_("started it"), "circle-play"),
    "able_at_start": (_("judged who is able to carry it out"), "graduation-cap"),
    "wait": (_("stopped it, waiting"), "circle-pause"),
    "resume": (_("resumed it"), "circle-play"),
    "stop": (_("stopped and released it"), "circle-stop"),
    "complete": (_("completed it"), "circle-check"),
    "give_back": (_("gave it back"), "undo-2"),
    "accept": (_("accepted it"), "badge-check"),
    "reopen": (_("reopened it"), "rotate-ccw"),
    "outcome_reopened": (_("noted that work that it relied on was reopened"), "rotate-ccw"),
    "cancel": (_("cancelled it"), "circle-slash"),
    "edit": (_("changed it"), "pencil"),
    "assign": (_("named who"), "user"),
    "executors": (_("named the executors"), "users"),
    "version": (_("moved it to a newer version of its type"), "arrow-up"),
    "stage": (_("moved it to another stage"), "arrow-right"),
    "comment": (_("wrote"), "message-square"),
    "blocked": (_("opened a blocker"), "octagon-x"),
    "unblocked": (_("ended a blocker"), "circle-check"),
    "clears": (_("named another to clear a blocker"), "user"),
    "promised": (_("said when a blocker is cleared"), "clock"),
    "required": (_("added a requirement"), "clipboard-plus"),
    "requirement_withdrawn": (_("withdrew a requirement"), "clipboard-x"),
    "waived": (_("waived a requirement"), "shield-off"),
    "waiver_ended": (_("ended a waiver"), "shield"),
    "checked": (_("checked"), "clipboard-check"),
    "gate": (_("had the requirements asked"), "list-checks"),
    "refused": (_("was refused “%(verb)s”"), "ban"),
    "would_have_stopped": (_("went on where a rule on watch would have stopped it"), "eye"),
    "line": (_("answered a checklist line"), "list-checks"),
    "disposed": (_("said what becomes of a line"), "git-branch"),
    "evidence": (_("added evidence"), "paperclip"),
    "evidence_struck": (_("struck evidence"), "eraser"),
    "judged": (_("judged a criterion"), "gavel"),
    "criterion_added": (_("added a criterion"), "flag"),
    "criterion_withdrawn": (_("withdrew a criterion"), "flag-off"),
    "hold_placed": (_("placed a hold"), "lock"),
    "hold_ended": (_("ended a hold"), "lock-open"),
    "hold_returned": (_("brought a hold back"), "lock"),
    "loss_accepted": (_("accepted the loss"), "circle-minus"),
    "part_moved": (_("merged what it was part of: now part of other work"), "git-branch"),
    "stop_confirmed": (_("confirmed that it is stopped and safe"), "hand"),
    "stop_ask_withdrawn": (_("noted that nothing asks it to stop any more"), "circle-check"),
    "stop_told": (_("told owner and lead that the stop is not confirmed"), "bell"),
    "import": (_("imported it"), "download"),
    "import_changed": (_("an import changed it"), "download"),
    "closed_in_source": (_("found it closed in the source, open in the field"), "triangle-alert"),
}

# Of a requirement these follow from what its source says.
_DERIVED = frozenset({"blocked", "unblocked"})
# These follow from what became of something else.
_NOBODYS = frozenset({"stop_ask_withdrawn", "outcome_reopened", "able_at_start"})

# What a door does, where its name is no verb that people read.
_DOORS = {
    "add_criterion": _("Add a criterion"),
    "answer": _("Answer the checklist"),
    "attach": _("Add evidence"),
    "change": _("Edit"),
    "clear": _("Clear"),
    "comment": _("Write a note"),
    "confirm_stopped": _("Stopped and safe"),
    "end": _("End the hold"),
    "end_waiver": _("End the waiver"),
    "hand_over": _("Hand over"),
    "hand_over_blocker": _("Hand over"),
    "hand_over_execution": _("Hand over"),
    "move": _("Move it to a newer version of its type"),
    "on_it_now": _("On it now"),
    "place": _("Place a hold"),
    "promise": _("Say when"),
    "raise": _("Raise a blocker"),
    "stage": _("Next stage"),
    "withdraw_criterion": _("Withdraw"),
    "withdraw_requirement": _("Withdraw"),
}

SIZE = 30
# After every event.
_ANY = 2**63 - 1


@dataclass
class Trail:
    """A stretch of an item's history. older: the event before which the next one begins, if any."""

    events: list[Event]
    older: int | None = None


def events_of(
    item: WorkItem, before: int | None = None, *, each: bool = False, size: int = SIZE
) -> Trail:
    """The newest events of an item, or those before one of them, with what was said.

    Refusals push nothing out: of those in the same stretch the newest of a person and a verb stands
    for all, with their number as `times`. each: every one for itself. Two queries; one with `each`.
    """
    upto = before or _ANY
    done = _done(each, size + 1, item=item.pk, before=upto)
    older = done[size - 1].pk if len(done) > size else None
    shown = done[:size]
    if not each:
        refused = _folded(item=item.pk, before=upto, after=older or 0)
        shown = sorted([*shown, *refused], key=lambda event: -event.pk)
    for event in shown:
        event.reasons = _reasons(event, item)  # type: ignore[attr-defined]
    return Trail(shown, older)


@prepared
def _done(each: bool, size: int) -> QuerySet[Event]:
    """The newest events of an item below one; the refusals among them only with `each`."""
    found = _said_of(Event.objects.filter(item=given("item"), pk__lt=given("before")))
    return (found if each else found.exclude(verb="refused")).order_by("-pk")[:size]


def _said_of(rows: QuerySet[Event]) -> QuerySet[Event]:
    note_id = Cast(KeyTextTransform("note", OuterRef("data")), BigIntegerField())
    note = Note.objects.filter(pk=note_id)
    return rows.select_related("actor").annotate(
        said=Subquery(note.values("text")[:1]), mentions=Subquery(note.values("mentions")[:1])
    )


@prepared
def _folded() -> QuerySet[Event]:
    """Of the refusals of an item between two events the newest of a person and a verb."""
    same = [F("actor"), KeyTextTransform("door", "data")]
    between = {"pk__gt": given("after"), "pk__lt": given("before")}
    refused = _said_of(Event.objects.filter(item=given("item"), verb="refused", **between))
    return (
        refused.order_by("-pk")
        .annotate(
            times=Window(Count("pk"), partition_by=same),
            nth=Window(RowNumber(), partition_by=same, order_by=F("pk").desc()),
        )
        .filter(nth=1)
    )


def reasons(shown: list[Event]) -> list[Reason]:
    """The reasons of the refusals among these events, and other work that they name."""
    return [each for event in shown for each in event.reasons]  # type: ignore[attr-defined]


def mentioned(shown: list[Event]) -> list[tuple[str, int]]:
    """The people who are named in what was said, as `Names` takes them."""
    return [("user", pk) for event in shown for pk in event.mentions or ()]  # type: ignore[attr-defined]


def _reasons(event: Event, item: WorkItem) -> list[Reason]:
    """Why it was refused; a field is called by its label as the item's type has it now."""
    if event.verb == "outcome_reopened":
        return [Reason("relied_on", {"items": [event.data["item"]]})]
    if event.verb != "refused":
        return []
    said = [Reason.from_json(each) for each in event.data.get("reasons", [])]
    labels = {each.key: each.label for each in definition(item.type_version_id).fields}
    return [
        replace(each, params={"label": labels.get(key, key), **each.params})
        if (key := each.params.get("key"))
        else each
        for each in said
    ]


def rows(shown: list[Event], who: Scope, names: Names) -> list[dict[str, Any]]:
    """Events in words, for this reader."""
    return [_row(event, who, names) for event in shown]


def words(event: Event) -> tuple[str, str]:
    """What was done, in words, and its icon."""
    said, icon = _WORDS.get(event.verb, (event.verb.replace("_", " "), "circle"))
    return str(said) % {"verb": _verb(event)} if event.verb == "refused" else str(said), icon


def _row(event: Event, who: Scope, names: Names) -> dict[str, Any]:
    text, icon = words(event)
    said = event.said or ""  # type: ignore[attr-defined]
    times = getattr(event, "times", 1)
    if event.reasons:  # type: ignore[attr-defined]
        refusal = once(event.reasons, names)  # type: ignore[attr-defined]
        said = " ".join(each.text for each in say(refusal, who, names))
    return {
        "at": event.happened_at,
        "icon": icon,
        "who_text": _who(event, names),
        "text": text,
        "said": said,
        "named": _names(event, names),
        "times_text": ngettext("%(n)s time", "%(n)s times", times) % {"n": times}
        if times > 1
        else "",
        "times_before": str(event.pk + 1),
        "late": events.is_late(event),
    }


def _names(event: Event, names: Names) -> list[str]:
    """Who is named in what was said, as they are called now."""
    found = (names.named("user", pk) for pk in event.mentions or ())  # type: ignore[attr-defined]
    return [each.name for each in found if each]


def _verb(event: Event) -> str:
    """What somebody was refused: the act that its door does, in words."""
    name = str(event.data.get("door", "")).rpartition(".")[2].strip("_")
    return str(_DOORS.get(name) or LABELS["verb"].get(name) or name.replace("_", " "))


def _who(event: Event, names: Names) -> str:
    """Who did it. What a source brought about is nobody's: whoever moved that may be a stranger."""
    derived = event.verb in _DERIVED and event.data.get("prerequisite") is not None
    if derived or event.verb in _NOBODYS or event.actor is None:
        return str(_("Vinkey"))
    return names.of(event.actor)
