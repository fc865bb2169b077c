"""What lies under the thumb on the page of a permit: the next thing to do, the stop beside it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from permits.states import Verb

# Who works under it has no step of the permit's, but comes on and goes.
_NEXT = "on"
# What is there is ticked first.
_TICKED = (Verb.ISSUE, Verb.BRING_BACK)


def of(
    step: Verb | None, acts: Iterable[tuple[Verb, dict[str, Any]]], stops: Sequence[dict[str, Any]]
) -> dict[str, Any] | None:
    """As components/bar.html draws it; None where nothing is this reader's to do.

    acts: with the verb of each; stops: the acts that stand above all else.
    """
    rows = list(acts)
    first = next((row for verb, row in rows if verb == step), None)
    first = first or next((row for _verb, row in rows if row["verb"] == _NEXT), None)
    if first is not None and not first["allowed"] and step in _TICKED:
        ticking = (row for verb, row in rows if verb == Verb.TICK and row["allowed"])
        first = next(ticking, first)
    stop = next((row for row in stops if row["verb"] == "stop"), None)
    beside = stop and {
        "label": stop["label"],
        "form": f"act-{stop['key']}",
        "icon": "octagon-x",
        "kind": "danger",
    }
    if first is None:
        return {"act": None, "beside": beside, "why": ""} if beside else None
    held, filled = not first["allowed"], first.get("form")
    asks = not held and filled is not None and bool(filled.visible_fields())
    act = {
        "label": first["label"],
        # Its form is filled in before it is sent: it lies folded under its words.
        "url": f"#ask-{first['key']}" if asks else "",
        "form": "" if asks else f"act-{first['key']}",
        "held": "why-bar" if held else "",
    }
    why = first["reasons"][0]["text"] if held and first["reasons"] else ""
    return {"act": act, "beside": beside, "why": why or (_("Not possible now.") if held else "")}
