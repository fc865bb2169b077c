"""What a rule touches, by status, in words."""

from typing import Any

from work.services.rules import Touches
from work.states import OPEN, Status


def in_words(found: Touches) -> dict[str, Any]:
    """A row for each status with something in it, and the totals."""
    columns = (found.reached, found.unmet, found.stopped, found.leaves)
    rows = [
        (status.label, [column.get(status, 0) for column in columns])
        for status in Status
        if status in OPEN and any(column.get(status, 0) for column in columns)
    ]
    return {"rows": rows, "totals": [sum(column.values()) for column in columns]}
