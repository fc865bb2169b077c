"""The vocabulary of permits. Imports nothing of ours.

`MOVES` is the only table of transitions: doors, buttons and tests read it. What time alone brings
(*lapsed*, *overdue*, a gas test that has run out) is read at a moment, in `standing`.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where a permit stands, as persons decided."""

    DRAFT = "draft", _("Draft")
    REQUESTED = "requested", _("Requested")
    CHECKED = "checked", _("Checked")
    ENDORSED = "endorsed", _("Endorsed")
    AUTHORISED = "authorised", pgettext_lazy("permit", "To issue")
    ISSUED = "issued", _("Issued, not taken")
    IN_FORCE = "in_force", _("In force")
    STOP_CALLED = "stop_called", _("Stop called")
    STOPPED = "stopped", _("Stopped")
    HANDED_BACK = "handed_back", _("Handed back")
    AFTERCARE = "aftercare", _("After-care")
    CLOSED = "closed", _("Closed")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")
    LAPSED = "lapsed", _("Lapsed")


ENDED = frozenset({State.CLOSED, State.REFUSED, State.CANCELLED, State.LAPSED})
OPEN = frozenset(set(State) - ENDED)
# Under a current issue: somebody at the place has it in hand.
UNDER_ISSUE = frozenset({State.ISSUED, State.IN_FORCE, State.STOP_CALLED})
# Asked for and not yet decided.
ASKED = frozenset({State.REQUESTED, State.CHECKED, State.ENDORSED})
# Authorised once, in whatever became of it.
AUTHORISED = frozenset(
    UNDER_ISSUE
    | {State.AUTHORISED, State.STOPPED, State.HANDED_BACK, State.AFTERCARE, State.CLOSED}
)


class Risk(TextChoices):
    """How dangerous the work is; the route of a permit follows it."""

    LOW = "low", pgettext_lazy("risk", "Low")
    NORMAL = "normal", pgettext_lazy("risk", "Normal")
    HIGH = "high", pgettext_lazy("risk", "High")


class Verb(TextChoices):
    """What a person does to a permit."""

    EDIT = "edit", pgettext_lazy("verb", "Change")
    NAME = "name", pgettext_lazy("verb", "Name the performing authority")
    ASSESS = "assess", pgettext_lazy("verb", "Complete the assessment")
    REQUEST = "request", pgettext_lazy("verb", "Ask for it")
    CHECK = "check", pgettext_lazy("verb", "Check")
    ENDORSE = "endorse", pgettext_lazy("verb", "Endorse")
    AUTHORISE = "authorise", pgettext_lazy("verb", "Authorise")
    REVERT = "revert", pgettext_lazy("verb", "Send back")
    REFUSE = "refuse", pgettext_lazy("verb", "Refuse")
    CANCEL = "cancel", pgettext_lazy("verb", "Cancel")
    TICK = "tick", pgettext_lazy("verb", "Tick")
    TEST = "test", pgettext_lazy("verb", "Record a gas test")
    ISSUE = "issue", pgettext_lazy("verb", "Issue")
    WITHDRAW = "withdraw", pgettext_lazy("verb", "Take the issue back")
    TAKE = "take", pgettext_lazy("verb", "Take")
    SIGN_ON = "sign_on", pgettext_lazy("verb", "Sign on")
    SIGN_OFF = "sign_off", pgettext_lazy("verb", "Sign off")
    CALL_STOP = "call_stop", pgettext_lazy("verb", "Stop")
    CONFIRM = "confirm", pgettext_lazy("verb", "Confirm that it is stopped")
    BRING_BACK = "bring_back", pgettext_lazy("verb", "Bring back")
    ACCEPT = "accept", pgettext_lazy("verb", "Come in as performing authority")
    TAKE_OVER = "take_over", pgettext_lazy("verb", "Take over")
    HAND_BACK = "hand_back", pgettext_lazy("verb", "Hand back")
    NAME_WATCHER = "name_watcher", pgettext_lazy("verb", "Name another watcher")
    FOLLOW_UP = "follow_up", pgettext_lazy("verb", "Name the follow-up")
    END_AFTERCARE = "end_aftercare", pgettext_lazy("verb", "End the after-care")
    CLOSE = "close", pgettext_lazy("verb", "Close")


_BEFORE_CHECK = frozenset({State.DRAFT, State.REQUESTED})
_ON_IT = frozenset({State.IN_FORCE, State.STOP_CALLED})

# From which states each verb may be done.
MOVES: dict[Verb, frozenset[State]] = {
    Verb.EDIT: _BEFORE_CHECK,
    Verb.NAME: frozenset({State.DRAFT, State.AUTHORISED, State.STOPPED} | ASKED),
    Verb.ASSESS: _BEFORE_CHECK,
    Verb.REQUEST: frozenset({State.DRAFT}),
    Verb.CHECK: frozenset({State.REQUESTED}),
    Verb.ENDORSE: frozenset({State.AUTHORISED, State.STOPPED} | ASKED | UNDER_ISSUE),
    Verb.AUTHORISE: ASKED,
    Verb.REVERT: ASKED,
    Verb.REFUSE: ASKED,
    Verb.CANCEL: frozenset({State.DRAFT, State.AUTHORISED, State.STOPPED} | ASKED),
    Verb.TICK: frozenset({State.AUTHORISED, State.STOPPED}),
    Verb.TEST: frozenset({State.AUTHORISED, State.ISSUED, State.STOPPED} | _ON_IT),
    Verb.ISSUE: frozenset({State.AUTHORISED}),
    Verb.WITHDRAW: frozenset({State.ISSUED}),
    Verb.TAKE: frozenset({State.ISSUED}),
    Verb.SIGN_ON: frozenset({State.IN_FORCE}),
    Verb.SIGN_OFF: frozenset(_ON_IT | {State.STOPPED}),
    Verb.CALL_STOP: UNDER_ISSUE,
    Verb.CONFIRM: _ON_IT,
    Verb.BRING_BACK: frozenset({State.STOPPED, State.STOP_CALLED}),
    Verb.ACCEPT: frozenset({State.IN_FORCE}),
    Verb.TAKE_OVER: frozenset({State.IN_FORCE}),
    Verb.HAND_BACK: frozenset({State.IN_FORCE, State.STOPPED}),
    Verb.NAME_WATCHER: frozenset({State.AFTERCARE}),
    Verb.FOLLOW_UP: frozenset({State.AFTERCARE, State.HANDED_BACK}),
    Verb.END_AFTERCARE: frozenset({State.AFTERCARE}),
    Verb.CLOSE: frozenset({State.HANDED_BACK}),
}


# What is done with the password asked again.
SIGNED = frozenset(
    {
        Verb.REQUEST,
        Verb.CHECK,
        Verb.ENDORSE,
        Verb.AUTHORISE,
        Verb.ISSUE,
        Verb.TAKE,
        Verb.CONFIRM,
        Verb.BRING_BACK,
        Verb.ACCEPT,
        Verb.TAKE_OVER,
        Verb.HAND_BACK,
        Verb.END_AFTERCARE,
        Verb.CLOSE,
    }
)


class MeasureKind(TextChoices):
    """What a measure depends on; each kind is asked in its own way."""

    ISOLATION = "isolation", _("Isolation")
    GAS_TEST = "gas_test", _("Gas test")
    BARRIER = "barrier", _("Barrier")
    DOCUMENT = "document", _("Document")
    COMPETENCE = "competence", _("Competence")
    FIELD_CHECK = "field_check", _("Check in the field")
    OTHER = "other", _("Other")


class Family(TextChoices):
    """Sorts of substances, in the order in which they are tested."""

    OXYGEN = "oxygen", _("Oxygen")
    FLAMMABLE = "flammable", _("Flammable")
    TOXIC = "toxic", _("Toxic")


class MethodClass(TextChoices):
    """How strong an isolation is; the order is from the weakest to the strongest."""

    NONE = "", _("None asked")
    VALVE = "valve", _("Valve only")
    PROVED = "proved", _("Proved")
    POSITIVE = "positive", _("Positive")


class Reach(TextChoices):
    """How near two activities are for a rule to speak of them."""

    SAME = "same", _("at the same place")
    WITHIN = "within", _("at the same place, or one within the other")
    NEXT_TO = "next_to", _("next to it")
    ABOVE_BELOW = "above_below", _("above or below it")
    SAME_AIR = "same_air", _("in the same air")
    SAME_DRAIN = "same_drain", _("on the same drain or header")
    ASSET = "asset", _("on the same thing")
    ISOLATION = "isolation", _("behind the same isolation")


class Verdict(TextChoices):
    """What follows where two activities are too near."""

    STOP = "stop", _("Stop")
    ENDORSE = "endorse", _("Endorse")
    INFORM = "inform", _("Inform")


class Part(TextChoices):
    """As what somebody signed on a permit."""

    REQUESTED = "requested", _("Asked for")
    CHECKED = "checked", _("Checked")
    ENDORSED = "endorsed", _("Endorsed")
    AUTHORISED = "authorised", _("Authorised")
    ISSUED = "issued", _("Issued")
    TAKEN = "taken", _("Taken")
    STOPPED = "stopped", _("Stopped")
    BROUGHT_BACK = "brought_back", _("Brought back")
    TAKEOVER_ISSUER = "takeover_issuer", _("Taken over as issuer")
    TAKEOVER_PERFORMER = "takeover_performer", _("Taken over as performing authority")
    HANDED_BACK = "handed_back", _("Handed back")
    AFTERCARE = "aftercare", _("After-care ended")
    CLOSED = "closed", _("Closed")


# Who carried the work out, and who stood against him: never one person on one permit.
PERFORMING = frozenset({Part.TAKEN, Part.TAKEOVER_PERFORMER, Part.HANDED_BACK})
ISSUING = frozenset({Part.ISSUED, Part.BROUGHT_BACK, Part.TAKEOVER_ISSUER, Part.CLOSED})
AGAINST = frozenset(ISSUING | {Part.AUTHORISED})
# Parts at the place, of which a route asks that different people have them. Who decided before
# stands on the permit itself, and who comes in does once the work is theirs.
COUNTED = frozenset((PERFORMING | ISSUING) - {Part.TAKEOVER_PERFORMER})


class IssueEnd(TextChoices):
    """How an issue ended."""

    STOPPED = "stopped", _("Stopped")
    HANDED_BACK = "handed_back", _("Handed back")
    TAKEN_OVER = "taken_over", _("Taken over")
    WITHDRAWN = "withdrawn", _("Taken back before it was taken")


class StopCause(TextChoices):
    """Who or what called a stop."""

    PERSON = "person", _("Somebody who saw it")
    HERE = "here", _("Stop work here")
    ALL = "all", _("Stop all")
    TEST = "test", _("Gas test run out")
    LIMITS = "limits", _("Gas out of limits")
    CONFLICT = "conflict", _("Other work too near")
    OVERDUE = "overdue", _("Its time ended")
    ISOLATION = "isolation", _("An isolation is not in place")
