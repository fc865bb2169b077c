"""How an act that was not done is answered: one table for every page."""

from collections.abc import Mapping, Sequence
from typing import Any

from work.exceptions import Busy, Forbidden, NotDone, Reason, Refused, Stale
from work.permissions import Scope
from work.reasons import Names, once, say
from work.reasons.guests import Guest

# Its status, and what components/refusal.html calls it.
ANSWERS: Mapping[type[NotDone], tuple[int, str]] = {
    Refused: (422, "refused"),
    Forbidden: (403, "forbidden"),
    Stale: (409, "stale"),
    Busy: (503, "busy"),
}
# A form with something missing in it never came to a door.
INVALID = (422, "invalid")
INCOMPLETE: Mapping[str, Any] = {"kind": INVALID[1], "reasons": []}

# No version is this one: a door that is given it does nothing, and refuses who may not first.
NEVER = -1


def answer_of(error: NotDone) -> tuple[int, str]:
    """The status and the kind of a refusal; what is Unknown is a 404, which its view raises."""
    return ANSWERS[type(error)]


def refusal(error: NotDone, who: Scope, guest: Guest | None = None) -> dict[str, Any]:
    """What components/refusal.html says, where no page of an item stands behind it.

    guest: where the reader reads people as one.
    """
    names = Names(error.reasons, who, guest=guest)
    return {"kind": answer_of(error)[1], "reasons": worded(error.reasons, who, names)}


def worded(
    reasons: Sequence[Reason],
    who: Scope,
    names: Names | None = None,
    guest: Guest | None = None,
) -> list[dict[str, str]]:
    """Reasons as components/reasons.html takes them; names: where they were looked up already."""
    names = names or Names(reasons, who, guest=guest)
    return [
        {"text": said.text, "who": said.who, "phone": said.phone, "url": said.url}
        for said in say(once(reasons, names), who, names)
    ]
