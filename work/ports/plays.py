"""A domain's part in the demo of a site: played through its own doors, among everything else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable


class Stage(Protocol):
    """The site of a demo while it is made: what there is, by the key that its data have for it.

    named: ids of the work that has a key, as far as it was asked for by then; a demo that is cut
    down to some of its work has but some of it. before: when the site was set up.
    """

    site: Any
    at: datetime
    before: datetime
    people: Mapping[str, Any]
    places: Mapping[str, int]
    teams: Mapping[str, int]
    types: Mapping[str, int]
    named: Mapping[str, int]

    def when(self, said: Any) -> datetime:
        """A moment, as the data say it: a number of shifts, or (working day, hour)."""
        ...

    def crew(self, part: str) -> list[str]:
        """Who plays a part in each crew: "op-r", "te", "lead-p"."""
        ...

    def plays(self, part: str, place: str, at: datetime) -> str:
        """Who plays a part at a place at a moment; any other word is a person's own key."""
        ...

    def who(self, key: str, at: datetime) -> dict[str, Any]:
        """What every door takes of who does the next act and when; "" is the system."""
        ...

    def together(
        self, key: str, at: datetime, service: Callable[..., Any], rows: Sequence[Mapping[str, Any]]
    ) -> list[int]:
        """Many acts of one kind as one: the ids of what was made."""
        ...


@runtime_checkable
class Play(Protocol):
    """What happens in a domain at the sites of the demo."""

    key: str

    def acts(self, stage: Stage) -> Iterable[tuple[datetime, Callable[[], object]]]:
        """Each act with its moment; they are done in the order of time. None at a strange site."""
        ...
