"""What a line and a criterion ask, in words, whether or not anything was answered yet."""

from typing import Any

from django.utils.translation import gettext as _

from work.models import ChecklistLine, TypeCriterion
from work.states import LineKind


def limits(line: ChecklistLine) -> str:
    """The limits of a reading, with the unit."""
    if line.kind != LineKind.READING:
        return ""
    low = f"{line.low.normalize():f}" if line.low is not None else ""
    high = f"{line.high.normalize():f}" if line.high is not None else ""
    if low and high:
        return f"{low}–{high} {line.unit}".strip()
    if low:
        return f"≥ {low} {line.unit}".strip()
    return f"≤ {high} {line.unit}".strip() if high else line.unit


def coming_criterion(asked: TypeCriterion) -> dict[str, Any]:
    """A criterion of the type, of work that is not planned yet."""
    return {
        "pk": None,
        "text": asked.text,
        "state": "open",
        "state_text": _("Of its type, when it is planned"),
        "who_text": "",
        "note": "",
        "needs_evidence": asked.evidence,
        "withdrawable": False,
        "acts": [],
    }
