"""What a page of the gallery is: a template, and a way to make its context."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.ui.stand_ins import Row

USER = Row(
    is_authenticated=True,
    is_staff=True,
    get_full_name="Jonas Lindqvist",
    get_username="shiftlead",
    theme="",
)


@dataclass(frozen=True)
class Page:
    template: str
    make: Callable[[], dict[str, Any]]

    def context(self) -> dict[str, Any]:
        """Fresh at each call: forms and rows must not travel between tests."""
        return {"user": USER, "duty_text": "Shift lead, Packaging", **self.make()}
