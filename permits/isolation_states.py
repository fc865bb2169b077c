"""The vocabulary of isolations. Imports nothing of ours but the classes that permits ask for.

`MOVES` is the only table of transitions: doors, buttons and tests read it.
"""

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from permits.states import MethodClass


class Kind(TextChoices):
    """What sort of isolation it is."""

    PLAN = "plan", _("By plan")
    OWN = "own", _("Own isolation")
    LONG_TERM = "long_term", _("Long-term")


class State(TextChoices):
    """Where an isolation stands."""

    PLANNED = "planned", pgettext_lazy("isolation", "Planned")
    APPROVED = "approved", pgettext_lazy("isolation", "Approved, not in place")
    APPLIED = "applied", pgettext_lazy("isolation", "In place, not tried")
    VERIFIED = "verified", pgettext_lazy("isolation", "In place and tried")
    IN_TEST = "in_test", pgettext_lazy("isolation", "Lifted for a test")
    RELEASE = "release", pgettext_lazy("isolation", "To remove")
    REMOVED = "removed", pgettext_lazy("isolation", "Removed")
    CLOSED = "closed", pgettext_lazy("isolation", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("isolation", "Cancelled")


ENDED = frozenset({State.CLOSED, State.CANCELLED})
OPEN = frozenset(set(State) - ENDED)
# Something of it may be locked, so that the plant is not as it runs.
IN_PLACE = frozenset({State.APPROVED, State.APPLIED, State.VERIFIED, State.IN_TEST, State.RELEASE})


class Verb(TextChoices):
    """What a person does to an isolation."""

    EDIT = "edit", pgettext_lazy("verb", "Change")
    APPROVE = "approve", pgettext_lazy("verb", "Approve")
    CANCEL = "cancel", pgettext_lazy("verb", "Cancel")
    USE = "use", pgettext_lazy("verb", "Use for work or a permit")
    LEAVE = "leave", pgettext_lazy("verb", "Use no longer")
    APPLY = "apply", pgettext_lazy("verb", "Apply")
    LOCK = "lock", pgettext_lazy("verb", "Lock")
    ENERGY = "energy", pgettext_lazy("verb", "Say what became of stored energy")
    NOTIFY = "notify", pgettext_lazy("verb", "Say who was told")
    TRY = "try", pgettext_lazy("verb", "Try")
    REPORT = "report", pgettext_lazy("verb", "Say that it is not in place")
    LOCK_ON = "lock_on", pgettext_lazy("verb", "Put my lock on the box")
    LOCK_OFF = "lock_off", pgettext_lazy("verb", "Take my lock off the box")
    GROUP_ON = "group_on", pgettext_lazy("verb", "Put the group lock on")
    GROUP_OFF = "group_off", pgettext_lazy("verb", "Take the group lock off")
    ABSENT = "absent", pgettext_lazy("verb", "Remove the lock of somebody gone")
    ASK_TEST = "ask_test", pgettext_lazy("verb", "Ask to test")
    AGREE_TEST = "agree_test", pgettext_lazy("verb", "Agree to the test")
    WITHDRAW_TEST = "withdraw_test", pgettext_lazy("verb", "Withdraw the test")
    SANCTION = "sanction", pgettext_lazy("verb", "Sanction the test")
    LIFT = "lift", pgettext_lazy("verb", "Lift for the test")
    END_TEST = "end_test", pgettext_lazy("verb", "End the test")
    CARRY_ON = "carry_on", pgettext_lazy("verb", "Leave in place for long")
    CHECK = "check", pgettext_lazy("verb", "Check")
    RELEASE = "release", pgettext_lazy("verb", "Ask to remove")
    KEEP = "keep", pgettext_lazy("verb", "Leave in place after all")
    REMOVE = "remove", pgettext_lazy("verb", "Remove")
    CLOSE = "close", pgettext_lazy("verb", "Close")


_HELD = frozenset({State.APPLIED, State.VERIFIED})
_ON_BOX = frozenset(IN_PLACE - {State.APPROVED})

# From which states each verb may be done.
MOVES: dict[Verb, frozenset[State]] = {
    Verb.EDIT: frozenset({State.PLANNED}),
    Verb.APPROVE: frozenset({State.PLANNED}),
    Verb.CANCEL: frozenset({State.PLANNED, State.APPROVED}),
    Verb.USE: frozenset({State.PLANNED, State.APPROVED} | _HELD),
    Verb.LEAVE: frozenset(State),
    Verb.APPLY: frozenset({State.APPROVED, State.IN_TEST}),
    Verb.LOCK: frozenset({State.APPROVED, State.IN_TEST}),
    Verb.ENERGY: frozenset({State.APPLIED}),
    Verb.NOTIFY: frozenset({State.APPROVED, State.APPLIED}),
    Verb.TRY: frozenset({State.APPLIED}),
    Verb.REPORT: frozenset(IN_PLACE - {State.RELEASE}),
    Verb.LOCK_ON: frozenset({State.VERIFIED}),
    Verb.LOCK_OFF: _ON_BOX | {State.APPROVED},
    Verb.GROUP_ON: _HELD,
    Verb.GROUP_OFF: _ON_BOX | {State.APPROVED},
    Verb.ABSENT: _ON_BOX | {State.APPROVED},
    Verb.ASK_TEST: frozenset({State.VERIFIED}),
    Verb.AGREE_TEST: frozenset({State.VERIFIED}),
    Verb.WITHDRAW_TEST: frozenset({State.APPROVED} | _HELD),
    Verb.SANCTION: _HELD,
    Verb.LIFT: frozenset({State.IN_TEST}),
    Verb.END_TEST: frozenset({State.IN_TEST}),
    # Also while a point is away, so that another answers for what nobody can close.
    Verb.CARRY_ON: frozenset({State.APPROVED, State.IN_TEST} | _HELD),
    Verb.CHECK: _HELD,
    Verb.RELEASE: frozenset({State.APPROVED} | _HELD),
    Verb.KEEP: frozenset({State.RELEASE}),
    Verb.REMOVE: frozenset({State.RELEASE}),
    Verb.CLOSE: frozenset({State.REMOVED}),
}

# What is done by who is able to isolate.
BY_ISOLATORS = frozenset({Verb.APPLY, Verb.LOCK, Verb.ENERGY, Verb.TRY, Verb.LIFT, Verb.REMOVE})


class Method(TextChoices):
    """How a point is isolated: process methods, and the three of electricity."""

    POSITIVE = "positive", _("Positive: spade, blank or removed spool")
    PROVED = "proved", _("Proved: block and bleed, shown to hold")
    VALVE = "valve", _("Valve only")
    PROVED_DEAD = "proved_dead", _("Disconnected, locked and proved dead")
    LOCKED = "locked", _("Disconnected and locked")
    DISCONNECTED = "disconnected", _("Disconnected")


# The class that each method is worth, so that one least class is asked of plant and electricity.
CLASS_OF = {
    Method.POSITIVE: MethodClass.POSITIVE,
    Method.PROVED: MethodClass.PROVED,
    Method.VALVE: MethodClass.VALVE,
    Method.PROVED_DEAD: MethodClass.POSITIVE,
    Method.LOCKED: MethodClass.PROVED,
    Method.DISCONNECTED: MethodClass.VALVE,
}
_ORDER = list(MethodClass)


def class_of(methods: Iterable[str]) -> MethodClass:
    """The class of an isolation is that of its weakest point; none where there is no point."""
    classes = [CLASS_OF[Method(each)] for each in methods]
    return min(classes, key=_ORDER.index, default=MethodClass.NONE)


def below(have: str, need: str) -> bool:
    """Whether a class is weaker than the one that is asked."""
    return _ORDER.index(MethodClass(have)) < _ORDER.index(MethodClass(need))


class Energy(TextChoices):
    """What became of the energy that stays behind the points of an isolation."""

    RELIEVED = "relieved", pgettext_lazy("energy", "Relieved")
    BLOCKED = "blocked", pgettext_lazy("energy", "Blocked or held")
    NONE = "none", pgettext_lazy("energy", "None is stored")


class How(TextChoices):
    """How work or a permit hangs together with an isolation."""

    PROTECTED = "protected", _("Is protected by it")
    ISOLATING = "isolating", _("Is the work of isolating")
    AFTER = "after", _("Begins once it is removed")
