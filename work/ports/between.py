"""What domains ask of one another, none of which knows another."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from work.exceptions import Reason
from work.ports.items import Answer, ItemContext
from work.states import AnswerState


@dataclass(frozen=True)
class Capacity:
    """As what a person takes part in something: "permits.gas_tester". title: lazily translated.

    A domain names what it asks for; who is able to is said by those at the port `conditions`.
    """

    key: str
    title: Any


@runtime_checkable
class Kind(Protocol):
    """Records of a domain on which others hang what they require: types of permits, documents."""

    key: str  # "permits.type"
    title: Any  # lazily translated

    def choices(self, site_id: int) -> list[tuple[str, str]]:
        """Their codes and names at a site."""
        ...

    def of_items(self, items: Sequence[ItemContext], at: datetime) -> dict[int, set[str]]:
        """The codes of those that concern each item. Flat in queries; none where none does."""
        ...


# The id of somebody who takes part and whom nobody here knows: who has nothing that is asked.
STRANGER = 0


@dataclass(frozen=True)
class Asked:
    """A record of another domain that an occasion names: what it must have, whoever asks else.

    kind, code: ("documents.document", "SOP-12"), ("competence.competence", "confined-space").
    people: ids of those of whom it is asked, where it is asked of people.
    """

    kind: str
    code: str
    people: tuple[int, ...] = ()


@dataclass(frozen=True)
class Occasion:
    """What a domain is about to let happen, in which other domains have a say.

    kind, code: of the record, as at `kinds` ("permits.type", "hot-work"). people: who takes part
    and as what, as pairs of user id and capacity; STRANGER among them. companies: ids of teams.
    until: till when it must be so; None: at that moment. asset_class_ids, type_ids: of the work
    that it is for. named: what is asked besides by name; whoever knows such a record answers with a
    condition of it, and where nobody does it is unknown.
    """

    kind: str
    code: str
    site_id: int
    place_path: str
    asset_class_ids: tuple[int, ...] = ()
    type_ids: tuple[int, ...] = ()
    item_ids: tuple[int, ...] = ()
    people: tuple[tuple[int, str], ...] = ()
    companies: tuple[int, ...] = ()
    until: datetime | None = None
    named: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class Condition:
    """One thing that must be so on an occasion, and whether it is. what: coded words of it.

    person_id, capacity: of whom it is asked, and as what, where it is asked of one.
    named: what of the occasion it answers.
    """

    what: Reason
    answer: Answer
    person_id: int | None = None
    named: Asked | None = None
    capacity: str = ""


def told(conditions: Iterable[Condition]) -> list[dict[str, Any]]:
    """What was asked of people and how it stood, as the event of a decision keeps it (`judged`)."""
    return [
        {
            "person": each.person_id,
            "as": each.capacity,
            "what": each.what.as_event(),
            "so": each.answer.state == AnswerState.MET,
            "reason": each.answer.reason.as_event()
            if each.answer.reason and each.answer.state != AnswerState.MET
            else {},
            "until": each.answer.valid_until.isoformat() if each.answer.valid_until else None,
        }
        for each in conditions
        if each.person_id is not None
    ]


def told_against(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """The same of a refusal: what was asked of people and was not so, where its reasons say it."""
    return [each for reason in reasons for each in _against(reason.as_json(), {})]


def _against(stored: dict[str, Any], what: dict[str, Any]) -> Iterator[dict[str, Any]]:
    params = stored.get("params") or {}
    inner = params.get("reasons") or [each for each in [params.get("reason")] if each]
    kind, pk = stored.get("about") or ("", None)
    if inner and all(isinstance(each, dict) for each in inner):
        for each in inner:
            yield from _against(each, params.get("what") or what)
    elif what and kind == "user":
        kept = {"what": Reason.from_json(what).as_event()}
        kept |= {"reason": Reason.from_json(stored).as_event()}
        yield {"person": pk, "as": "", "so": False, "until": None, **kept}


@runtime_checkable
class Conditions(Protocol):
    """What a domain asks of the occasions of others: fitness of people, documents in force."""

    key: str

    def of(self, occasions: Sequence[Occasion], at: datetime) -> list[list[Condition]]:
        """All that is asked, met or not: one list an occasion; flat in queries."""
        ...
