"""What the core asks of work, and whom it tells: suppliers, fitness, listeners."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from work.exceptions import Reason
from work.states import AnswerState, BlockerKind, Gate


@dataclass(frozen=True)
class Source:
    """What a prerequisite points at: a record of the supplier, or none yet, and what is asked.

    key: the supplier's key. id: its record, None while it does not exist. params: JSON values as
    the rule, the requirement or the person gave them (kept hashable as sorted pairs).
    """

    key: str
    id: int | None = None
    params: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, key: str, id: int | None, params: Mapping[str, Any]) -> "Source":
        """A source from the JSON stored on a prerequisite."""
        return cls(key, id, tuple(sorted((name, _frozen(value)) for name, value in params.items())))

    def param(self, name: str, default: Any = None) -> Any:
        """One of the params."""
        return dict(self.params).get(name, default)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value


@dataclass(frozen=True)
class ItemContext:
    """An item as suppliers see it, loaded once an act. Times are aware, UTC."""

    id: int
    site_id: int
    number: int
    status: str
    type_id: int
    type_code: str
    version_id: int
    place_id: int
    place_path: str
    place_ids: tuple[int, ...]
    asset_ids: tuple[int, ...]
    asset_class_ids: tuple[int, ...]
    owner_user_id: int | None
    owner_post_id: int | None
    team_id: int | None
    executor_ids: tuple[int, ...]
    planned_start: datetime | None
    planned_end: datetime | None
    window_id: int | None
    safety_critical: bool
    parent_id: int | None
    values: Mapping[str, Any] = field(hash=False, compare=False, default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A supplier's answer. Unknown counts as unmet and says so.

    valid_until: until when the answer holds. Of one that is not met: when to ask again, because
    time alone may meet it.
    reason, clears: of one that is met until a moment, why it will not be so from then on, and who
    clears that: told from that second, with no task run.
    source_id: the record that was found, where the prerequisite had none yet.
    """

    state: AnswerState
    reason: Reason | None = None
    clears: tuple[str, Any] | None = None
    url: str = ""
    valid_until: datetime | None = None
    source_id: int | None = None

    @classmethod
    def met(cls, **more: Any) -> "Answer":
        """The requirement is met."""
        return cls(AnswerState.MET, **more)

    @classmethod
    def unmet(cls, reason: Reason, **more: Any) -> "Answer":
        """The requirement is not met, because of `reason`."""
        return cls(AnswerState.UNMET, reason, **more)

    @classmethod
    def unknown(cls, reason: Reason, **more: Any) -> "Answer":
        """Nobody can say; counts as unmet."""
        return cls(AnswerState.UNKNOWN, reason, **more)


@dataclass(frozen=True)
class Requirement:
    """What a supplier itself asks of an item at a gate. `key` is stable for ever within it."""

    key: str
    gate: Gate
    kind: BlockerKind
    what: Reason
    source_id: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    line_key: str = ""
    lead: timedelta | None = None
    one_time: bool = False
    waivable_by: str = ""


@runtime_checkable
class Supplier(Protocol):
    """Answers requirements of one kind. `key` is stable for ever: "permits.permit"."""

    key: str
    # Whether an item that had such a requirement is accepted by another than its completer.
    four_eyes: bool

    def answers(self, pairs: Sequence[tuple[Source, ItemContext]], at: datetime) -> list[Answer]:
        """One answer a pair, in order; at most three queries whatever the length."""
        ...

    def required_for(
        self, items: Sequence[ItemContext], at: datetime
    ) -> dict[int, list[Requirement]]:
        """What this supplier asks of each item by itself, beside the rules. Flat in queries."""
        ...

    def waits_for(self, sources: Sequence[Source]) -> dict[Source, list[Source]]:
        """What each source itself waits for, so that a ring is refused when it would be made."""
        ...


@dataclass(frozen=True)
class Param:
    """One thing that a rule says to its supplier. kind: "role", "choice", "text" or "yes_no".

    label, and the words of the choices, are lazily translated.
    """

    name: str
    label: Any
    kind: str = "text"
    choices: tuple[tuple[str, Any], ...] = ()
    required: bool = True


@dataclass(frozen=True)
class Askable:
    """A supplier that a rule may name, in words. key: the supplier's; params: what a rule says.

    A supplier that answers for records which a rule cannot name has none.
    """

    key: str
    title: Any
    params: tuple[Param, ...] = ()


@dataclass(frozen=True)
class Fit:
    """Whether a person is fit: no reasons against it, and until when that holds.

    until, where there are reasons: when to ask again, because time alone may end them.
    then, where there are none: what stands against the person from `until` on, told from that
    second with no task run.
    """

    reasons: tuple[Reason, ...] = ()
    until: datetime | None = None
    then: tuple[Reason, ...] = ()


@runtime_checkable
class Fitness(Protocol):
    """Says whether people are fit for an item during a time."""

    key: str

    def fit(
        self,
        pairs: Sequence[tuple[int, ItemContext]],
        at: datetime,
        until: Mapping[int, datetime],
    ) -> list[Fit]:
        """One answer a (person id, item) pair, in order; flat in queries whatever the length.

        until: the planned end of each person's shift, absent for who is in none.
        """
        ...


@dataclass(frozen=True)
class ItemChange:
    """What changed of an item in an act: any of place, window, executors, assets, type, status…

    status_before: empty of an item that was requested in this act. asked: keys of the suppliers
    that answer its requirements, and context: the item as they were asked about it, where its
    fields or status changed by an act on the item itself.
    """

    item_id: int
    what: frozenset[str]
    status_before: str
    status_after: str
    asked: frozenset[str] = frozenset()
    context: ItemContext | None = None


@runtime_checkable
class ItemListener(Protocol):
    """Told in the same transaction; may change its own records and recheck; cannot refuse.

    What one did that tries to refuse is taken back and logged; the act goes on without it. Any
    other fault takes the act with it.
    """

    key: str

    def items_changed(self, changes: Sequence[ItemChange], act: Any) -> None:
        """React to changed items. `act` is the open act."""
        ...


@runtime_checkable
class PlaceListener(Protocol):
    """Told in the same transaction that places lie otherwise, or by an act after an import; may
    change its own records. Told twice it does the same.

    It refuses nothing: what a site sets up stands, whatever follows from it.
    """

    key: str

    def places_changed(self, site_id: int, paths: Collection[str], act: Any) -> None:
        """A place of the site was hung elsewhere, or two came to concern each other, or no more.

        paths: of that place, or of the two, as they are now.
        """
        ...


@runtime_checkable
class SourceListener(Protocol):
    """The record that caused an item learns of its outcome. `key` is the cause's source_key."""

    key: str

    def outcome(self, source_id: int, item_id: int, what: str, act: Any) -> None:
        """what: accepted, reopened or cancelled."""
        ...

    def url(self, source_id: int) -> str:
        """Where the record stands; empty when it has no page."""
        ...
