"""What a domain lets be imported by a mapping: its fields, what is here of it, and how it is kept.

The import reads, converts and compares; the domain alone writes. What a person must do (verify,
approve, take back) is none of its fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from work.exceptions import Reason


class Holds(StrEnum):
    """What a field holds, and in which form the domain is given it."""

    TEXT = "text"
    CODE = "code"  # one of its choices
    DAY = "day"  # an ISO date
    MOMENT = "moment"  # an ISO time in UTC
    YES_NO = "yes_no"
    NUMBER = "number"  # whole, not below nought
    PERSON = "person"  # an id; said by sign-in name, badge, or key of the same source
    PLACE = "place"  # an id; said by code, or by key of the same source
    TEAM = "team"  # an id; said by code


@dataclass(frozen=True)
class ImportField:
    """A field that a mapping may fill. title: lazily translated.

    once: it is read when the record is made, and never again.
    """

    title: Any
    holds: Holds = Holds.TEXT
    needed: bool = False
    length: int = 250
    choices: tuple[str, ...] = ()
    once: bool = False


@dataclass(frozen=True)
class Arrived:
    """One record as the source says it: values by field, None where it says nothing."""

    key: str
    system: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """One record as it stands here: values in the form of `Arrived`.

    kept: why an import changes nothing of it any more.
    """

    id: int
    values: Mapping[str, Any]
    kept: Reason | None = None


@dataclass(frozen=True)
class Misfit:
    """Why a record is not taken, and the field that it is about; "" for the record as a whole."""

    field: str
    reason: Reason


class NotTaken(Exception):
    """An importer does not take what it was given; what it wrote is taken back."""

    def __init__(self, *misfits: Misfit) -> None:
        self.misfits = misfits
        super().__init__(*misfits)


@dataclass
class Made:
    """What became of new records, by key: the id of each, or why it was not taken."""

    ids: dict[str, int] = field(default_factory=dict)
    misfits: dict[str, list[Misfit]] = field(default_factory=dict)


@runtime_checkable
class Importer(Protocol):
    """Records of a domain that can be imported. All is asked for a chunk at once, flat in queries.

    `act` holds the site, and its actor may import there; a trial is an act that is taken back.
    by_person: its records name who brought them, so that the system brings none.
    """

    key: str  # "documents.register"
    title: Any  # lazily translated
    fields: Mapping[str, ImportField]
    by_person: bool

    def find(self, site_id: int, arrived: Sequence[Arrived]) -> dict[str, int]:
        """Those that are here though they were never read from this source: ids by key."""
        ...

    def standing(self, site_id: int, ids: Sequence[int]) -> dict[int, Standing]:
        """How those with these ids stand here."""
        ...

    def create(self, act: Any, site_id: int, arrived: Sequence[Arrived]) -> Made:
        """Keep new records; what is not taken leaves nothing behind."""
        ...

    def change(self, act: Any, site_id: int, pk: int, values: Mapping[str, Any]) -> None:
        """Write these values to one. Raises NotTaken or Refused, and then nothing is written."""
        ...
