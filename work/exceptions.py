"""Why an act did not happen. Imports nothing of ours.

A `Reason` holds no sentence: words come at rendering, in the reader's language and within what the
reader may see (`work.reasons`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

# Parameters that are codes or times by their name; numbers are kept whatever they are called.
_CODED = frozenset(
    ["answer", "key", "kind", "mode", "role", "roles", "since", "stage", "status", "supplier"]
    + ["until", "verb"]
)
_CODE = re.compile(r"[\w.:+-]{1,60}")


@dataclass(frozen=True)
class Reason:
    """One coded reason.

    code: key of the sentence in `work.reasons`. params: values for it, JSON only.
    about: what it speaks of, as ("item", 12) or ("place", 3); who may not see it reads the general
    sentence. clears: who can clear it, as ("role", "shift_lead"), ("user", 5), ("post", 2),
    ("verb", "plan") or None.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    about: tuple[str, int] | None = None
    clears: tuple[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """The reason as it is stored on a prerequisite."""
        stored: dict[str, Any] = {"code": self.code}
        if self.params:
            stored["params"] = dict(self.params)
        if self.about:
            stored["about"] = list(self.about)
        if self.clears:
            stored["clears"] = list(self.clears)
        return stored

    def as_event(self) -> dict[str, Any]:
        """The reason as history keeps it: codes, ids, numbers and times, no sentence and no name.

        The words are taken at rendering from what it is about.
        """
        kept = {name: _kept(name, value) for name, value in self.params.items()}
        params = {name: value for name, value in kept.items() if value is not None}
        return replace(self, params=params).as_json()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Reason":
        """The reason that `as_json` stored."""
        about, clears = stored.get("about"), stored.get("clears")
        return cls(
            stored["code"],
            stored.get("params", {}),
            (about[0], about[1]) if about else None,
            (clears[0], clears[1]) if clears else None,
        )


def _kept(name: str, value: Any) -> Any:
    """One parameter as history keeps it; None where it says something in words."""
    if isinstance(value, Mapping):
        return Reason.from_json(value).as_event() if "code" in value else None
    if isinstance(value, list | tuple):
        return [kept for kept in (_kept(name, each) for each in value) if kept is not None]
    if isinstance(value, str):
        return value if name in _CODED and _CODE.fullmatch(value) else None
    return value


class NotDone(Exception):
    """Base of every answer that is not *done*; nothing was changed."""


class Refused(NotDone):
    """A rule refuses the act (422). Leaves one event."""

    def __init__(self, reasons: Sequence[Reason] | Reason) -> None:
        self.reasons: list[Reason] = [reasons] if isinstance(reasons, Reason) else list(reasons)
        super().__init__(", ".join(reason.code for reason in self.reasons))


class Forbidden(NotDone):
    """The actor knows the thing and may not do this to it (403). Leaves one event."""

    def __init__(self, reason: Reason) -> None:
        self.reasons = [reason]
        super().__init__(reason.code)


class Stale(NotDone):
    """The actor saw an older version (409)."""

    def __init__(self, seen: int | None, current: int) -> None:
        self.seen, self.current = seen, current
        self.reasons = [Reason("stale", {"seen": seen, "current": current})]
        super().__init__(f"seen {seen}, current {current}")


class Busy(NotDone):
    """Another act holds the site; nothing was changed, try again (503)."""

    def __init__(self) -> None:
        self.reasons = [Reason("busy")]
        super().__init__("busy")


class Unknown(NotDone):
    """No such thing, or not yours to know (404)."""

    def __init__(self) -> None:
        self.reasons = [Reason("unknown")]
        super().__init__("unknown")
