"""Rows of lists, boards and places: one query, every overlay read at one moment.

What is read of an item is put together once a process: with twenty columns of their own that takes
longer than asking. Which items, and in what order, is put together each time.
"""

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db.models import (
    Case,
    CharField,
    F,
    Func,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.fields.json import JSONField
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import get_language

from work.exceptions import Reason
from work.models import (
    Blocker,
    Hold,
    Place,
    Post,
    Prerequisite,
    Team,
    User,
    WorkItem,
    WorkType,
)
from work.models.readings import blocked_at, overdue_at, ready_at, unconfirmed_at
from work.permissions import Scope
from work.prepared import fill, given
from work.reads import row_people
from work.reads.kept import answer
from work.reads.lapses import unmet_and_due
from work.states import ENDED, BlockerKind, Priority, Status


class PlaceName(NamedTuple):
    """The place of a row."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Block:
    """What blocks a card, in its code, and who clears it; why: the answer that stands behind it."""

    what: Reason
    clears: tuple[str, Any] | None
    why: Reason | None


@dataclass(slots=True)
class ItemRow:
    """An item as lists and boards draw it; never a model, so that nothing is read by the way.

    Who carries it out is named as the reader reads people.
    """

    pk: int
    number: int
    what: str
    status: str
    version: int
    type_id: int
    type_label: str
    type_icon: str
    place: PlaceName
    owner_text: str
    owner_kind: str
    priority: str
    safety_critical: bool
    due: datetime | None
    planned_start: datetime | None
    waiting_since: datetime | None
    age_since: datetime
    values: dict[str, Any]
    open_blockers: int
    is_blocked: bool
    is_ready: bool
    is_overdue: bool
    unconfirmed_minutes: int | None
    has_permit: bool
    stage: str = ""
    stage_text: str = ""
    stages: tuple[tuple[str, str], ...] = ()
    executors_text: str = ""
    block: Block | None = None
    block_text: str = ""
    team_text: str = ""
    planned_end: datetime | None = None
    kinds: tuple[str, ...] = ()
    holds: list[str] = field(default_factory=list)
    next_text: str = ""
    next_by: str = ""
    moves: list[Any] = field(default_factory=list)
    drawn: dict[bool, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The number as people write it."""
        return f"W-{self.number}"

    @property
    def is_ended(self) -> bool:
        """Whether it is closed or cancelled: it ages no more, and needs no owner."""
        return self.status in ENDED

    def get_status_display(self) -> str:
        """The status in the reader's language."""
        return _label(Status, self.status, get_language())

    def get_priority_display(self) -> str:
        """The priority in the reader's language."""
        return _label(Priority, self.priority, get_language())


@functools.cache
def _label(kind: type[TextChoices], value: str, language: str | None) -> str:
    return str(kind(value).label)


_PLAIN = (
    "pk",
    "number",
    "what",
    "status",
    "type_id",
    "priority",
    "safety_critical",
    "due",
    "planned_start",
    "waiting_since",
    "requested_at",
    "values",
    "stage",
    "open_blockers",
    "stop_asked_at",
    "blocked_from",
    "version",
)


# Names are looked up for the rows that are shown, after they were ordered and cut: a join would be
# made for every row that fits.
_NAMES: dict[str, tuple[type[Model], str, str]] = {
    "_type_name": (WorkType, "type_id", "name"),
    "_type_icon": (WorkType, "type_id", "icon"),
    "_place_code": (Place, "place_id", "code"),
    "_place_name": (Place, "place_id", "name"),
    "_user_name": (User, "owner_user_id", "name"),
    "_post_name": (Post, "owner_post_id", "name"),
}
_READ = (*_NAMES, "_blocked", "_ready", "_overdue", "_unconfirmed", "_permit")
_FIRST = (*_PLAIN, *_READ)
_ITEMS = f'"{WorkItem._meta.db_table}"'


def _named(model: type[Model], key: str, column: str) -> Subquery:
    return Subquery(model._default_manager.filter(pk=OuterRef(key)).order_by().values(column)[:1])


def _kinds(at: datetime) -> Func:
    """The kinds of what blocks it, those that no task has written yet too."""
    known = Blocker.objects.filter(item=OuterRef("pk"), ended_at=None).order_by()
    lapsed = Prerequisite.objects.filter(
        unmet_and_due(at), item=OuterRef("pk"), item__blocked_from__lte=at
    ).order_by()
    kinds = (ArraySubquery(rows.values("kind")) for rows in (known, lapsed))
    return Func(*kinds, function="array_cat", output_field=ArrayField(CharField()))


# What is read for the columns that somebody chose besides, and how a row keeps it.
MORE: dict[str, Callable[[datetime, bool], Any]] = {
    "executor": lambda _at, guests: row_people.executors(guests),
    "team": lambda _at, _guests: _named(Team, "team_id", "name"),
    "kind": lambda at, _guests: _kinds(at),
    "planned_end": lambda _at, _guests: F("planned_end"),
}


def _keep(row: "ItemRow", name: str, value: Any, named: row_people.Named) -> None:
    match name:
        case "executor":
            row.executors_text = named(value)
        case "team":
            row.team_text = value or ""
        case "kind":
            row.kinds = tuple(sorted(set(value or ())))
        case "planned_end":
            row.planned_end = value


def load(
    items: QuerySet[WorkItem],
    at: datetime,
    who: Scope,
    *,
    cards: bool = False,
    more: Sequence[str] = (),
) -> list[ItemRow]:
    """Rows of `items`, which are filtered, ordered and cut, in the words of a reader: one query.

    cards: also who carries it out, what blocks it (in its code) and what it holds. more: what else,
    as `MORE` names it.
    """
    try:
        sql, params = statement(items, at, who, cards=cards, more=more)
    except EmptyResultSet:
        return []
    found = answer(sql, params)
    if not row_people.may_be_guest(who):
        return [_read(values, at, cards, more, ", ".join) for values in found]
    named_at = row_people.named_at(who)
    return [_read(rest, at, cards, more, named_at(site_id, path)) for *rest, site_id, path in found]


def statement(
    items: QuerySet[WorkItem],
    at: datetime,
    who: Scope,
    *,
    cards: bool = False,
    more: Sequence[str] = (),
) -> tuple[str, list[Any]]:
    """What `load` asks of the database."""
    columns, of_columns = _columns(cards, tuple(more), row_people.may_be_guest(who))
    cut, params = items.values_list("pk").query.sql_with_params()
    numbered = f"SELECT row_number() OVER () AS n, id FROM ({cut}) AS found (id)"
    return (
        f"{columns} JOIN ({numbered}) AS cut ON cut.id = {_ITEMS}.id ORDER BY cut.n",
        [*fill(of_columns, {"at": at}), *params],
    )


@functools.lru_cache(maxsize=64)
def _columns(cards: bool, more: tuple[str, ...], guests: bool) -> tuple[str, tuple[Any, ...]]:
    """The statement up to its table."""
    items = WorkItem.objects.all()
    return _query(items, given("at"), cards, more, guests).query.sql_with_params()


def _query(
    items: QuerySet[WorkItem], at: Any, cards: bool, more: Sequence[str], guests: bool
) -> QuerySet:
    read: dict[str, Any] = {
        **{name: _named(*where) for name, where in _NAMES.items()},
        "_blocked": blocked_at(at),
        "_ready": ready_at(at),
        "_overdue": overdue_at(at),
        "_unconfirmed": unconfirmed_at(at),
        # A scalar, not EXISTS: that one is answered by reading all prerequisites of the site once.
        "_permit": Subquery(
            Prerequisite.objects.filter(
                item=OuterRef("pk"), kind=BlockerKind.PERMIT, withdrawn_at=None
            )
            .order_by()
            .values(known=Value(True))[:1]
        ),
    }
    if cards:
        people = row_people.executors(guests)
        read |= {"_executors": people, "_block": _block(at), "_holds": _holds()}
    read |= {f"_more_{name}": MORE[name](at, guests) for name in more}
    if guests:
        read |= row_people.where()
    return items.order_by().annotate(**read).values_list(*_PLAIN, *read)


def _block(at: datetime) -> Case:
    """What the oldest open blocker says; where no task has run yet, what the lapse says."""
    blocker = Blocker.objects.filter(item=OuterRef("pk"), ended_at=None).order_by("since", "pk")
    lapse = Prerequisite.objects.filter(unmet_and_due(at), item=OuterRef("pk")).order_by("pk")
    said = {"what": F("what"), "clears": F("clears")}
    raised = JSONObject(**said, why=F("prerequisite__reason"))
    lapsed = JSONObject(**said, why=F("reason"))
    what = Coalesce(
        Subquery(blocker.values_list(raised, flat=True)[:1]),
        Subquery(lapse.values_list(lapsed, flat=True)[:1]),
    )
    return Case(
        When(blocked_at(at), then=what), default=Value(None), output_field=JSONField(null=True)
    )


def _holds() -> ArraySubquery:
    """The names of the places and things whose hold by the item stands."""
    standing = Hold.objects.filter(item=OuterRef("pk"), ended_at=None).order_by("placed_at", "pk")
    name = Coalesce("place__name", "asset__name")
    return ArraySubquery(standing.values_list(name, flat=True))


def _read(
    values: Sequence[Any],
    at: datetime,
    cards: bool,
    more: Sequence[str],
    named: row_people.Named,
) -> ItemRow:
    row, rest = _row(values, at), values[len(_FIRST) :]
    if cards:
        executors, block, holds, *rest = rest
        row.holds = [*holds]
        row.executors_text = named(executors)
        row.block = _blocking(json.loads(block)) if block else None
    for name, value in zip(more, rest, strict=True):
        _keep(row, name, value, named)
    return row


def _blocking(stored: dict[str, Any]) -> Block:
    kind, _colon, key = stored["clears"].partition(":")
    why = Reason.from_json(stored["why"]) if stored["why"] else None
    return Block(Reason.from_json(stored["what"]), (kind, key) if key else None, why)


def _row(values: Sequence[Any], at: datetime) -> ItemRow:
    plain = dict(zip(_FIRST, values, strict=False))
    since = plain["stop_asked_at"] or plain["blocked_from"]
    minutes = int((at - since).total_seconds() // 60) if plain["_unconfirmed"] else None
    return ItemRow(
        pk=plain["pk"],
        number=plain["number"],
        what=plain["what"],
        status=plain["status"],
        version=plain["version"],
        type_id=plain["type_id"],
        type_label=plain["_type_name"],
        type_icon=plain["_type_icon"],
        place=PlaceName(plain["_place_code"], plain["_place_name"]),
        owner_text=plain["_user_name"] or plain["_post_name"] or "",
        owner_kind="person" if plain["_user_name"] else "post",
        priority=plain["priority"],
        safety_critical=plain["safety_critical"],
        due=plain["due"],
        planned_start=plain["planned_start"],
        waiting_since=plain["waiting_since"],
        age_since=plain["requested_at"],
        values=json.loads(plain["values"]),
        stage=plain["stage"],
        open_blockers=plain["open_blockers"],
        is_blocked=bool(plain["_blocked"]),
        is_ready=bool(plain["_ready"]),
        is_overdue=bool(plain["_overdue"]),
        unconfirmed_minutes=minutes,
        has_permit=bool(plain["_permit"]),
    )


def newest(items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """By number, the newest first."""
    return items.order_by(F("number").desc())
