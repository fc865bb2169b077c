"""What the guards ask of the items on a board's cards: one query, however many cards.

Stored answers, as the page of an item reads them. For *start* and *resume* the requirements of the
start and the manual blockers, for *complete* the proof and the requirements of completion; no other
guard finds its facts here.
"""

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Case, F, JSONField, Model, OuterRef, Q, QuerySet, Value, When
from django.db.models.base import ModelState
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from work.models import (
    Blocker,
    ChecklistLine,
    Criterion,
    Evidence,
    ItemExecutor,
    Place,
    Prerequisite,
    WorkItem,
    WorkTypeVersion,
)
from work.prepared import Among, fill, given
from work.reads.kept import answer
from work.services import _owners
from work.services._facts import OVERLAY_FIELDS, Facts
from work.states import Gate, Mode, Status

_BEGINS = (Status.PLANNED, Status.WAITING)
# What permissions and guards look at; nothing is read of an item afterwards.
_ITEM = (
    "id",
    "site_id",
    "number",
    "status",
    "version",
    "values",
    "team_id",
    "owner_user_id",
    "owner_post_id",
    "place_id",
    "type_version_id",
    *OVERLAY_FIELDS,
)
_AROUND = ("place__path", "type_version__accept_role", "type_version__on_it_now")
_PREREQUISITE = (
    "id",
    "gate",
    "line_id",
    "mode",
    "one_time",
    "passed_at",
    "supplier",
    "params",
    "what",
    "answer",
    "reason",
    "clears",
    "url",
    "valid_until",
    "waived_at",
    "waiver_until",
)
_BLOCKER = ("id", "prerequisite_id", "what", "kind", "clears")
_LINE = ("id", "kind", "text", "answer", "disposition")
_CRITERION = ("id", "text", "evidence", "needed_at", "judged_at")
_EVIDENCE = ("id", "kind", "criterion_id", "line_id", "struck_at", "superseded_at")
_MOMENTS = {"valid_until", "waived_at", "waiver_until", "judged_at", "struck_at", "superseded_at"}
_MOMENTS |= {"passed_at"}


@dataclass(frozen=True, slots=True)
class Known:
    """An item with its place and type's version, what stands around it, and who executes it."""

    facts: Facts
    executor_ids: frozenset[int]

    @property
    def item(self) -> WorkItem:
        """The item itself."""
        return self.facts.item


def known(pks: Iterable[int]) -> dict[int, Known]:
    """What is known of these items, by their ids."""
    sql, params = _statement()
    return {row[0]: _known(row) for row in answer(sql, fill(params, {"ids": list(pks)}))}


@functools.cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """The items with their parts; put together once, because that takes longer than asking."""
    asked = Prerequisite.objects.filter(withdrawn_at=None).order_by("pk")
    start = asked.filter(gate=Gate.START, mode__in=[Mode.ENFORCE, Mode.WARN])
    complete = asked.filter(gate=Gate.COMPLETE, mode=Mode.ENFORCE)
    manual = Blocker.objects.filter(ended_at=None, prerequisite=None).order_by("since", "pk")
    lines = ChecklistLine.objects.filter(withdrawn_at=None)
    criteria = Criterion.objects.filter(withdrawn_at=None)
    parts = {
        "executor_ids": ArraySubquery(
            ItemExecutor.objects.filter(item=OuterRef("pk")).values("user_id")
        ),
        "owner_known": _owners.known(),
        "asked": Case(
            When(status__in=_BEGINS, then=_rows(start, _PREREQUISITE)),
            When(status=Status.LIVE, then=_rows(complete, _PREREQUISITE)),
            default=_NONE,
        ),
        "open_manual": _rows(manual, _BLOCKER, status__in=_BEGINS),
        "line_rows": _rows(lines, _LINE, status=Status.LIVE),
        "criterion_rows": _rows(criteria, _CRITERION, status=Status.LIVE),
        "evidence_rows": _rows(Evidence.objects.all(), _EVIDENCE, status=Status.LIVE),
    }
    found = WorkItem.objects.filter(Among(F("pk"), given("ids"))).order_by().annotate(**parts)
    return found.values_list(*_ITEM, *_AROUND, *parts).query.sql_with_params()


_NONE = Value([], output_field=ArrayField(JSONField()))


def _rows(found: QuerySet, names: Iterable[str], **only: Any) -> ArraySubquery | Case:
    """The parts of the item as objects, in the order of `found`; `only` for items like this."""
    columns = JSONObject(**{name: F(name) for name in names})
    rows = ArraySubquery(found.filter(item=OuterRef("pk")).values_list(columns, flat=True))
    return Case(When(Q(**only), then=rows), default=_NONE) if only else rows


def _known(row: tuple[Any, ...]) -> Known:
    plain, around, parts = row[: len(_ITEM)], row[len(_ITEM) : -7], row[-7:]
    executor_ids, owner, asked, manual, lines, criteria, evidence = parts
    item = _of(WorkItem, dict(zip(_ITEM, plain, strict=True)))
    item.values = json.loads(item.values)
    path, accept_role, on_it_now = around
    item.place = _of(Place, {"id": item.place_id, "path": path})
    version = {"id": item.type_version_id, "accept_role": accept_role, "on_it_now": on_it_now}
    item.type_version = _of(WorkTypeVersion, version)
    item.executor_ids, item.owner_known = executor_ids, json.loads(owner)
    facts = Facts(item, None)  # type: ignore[arg-type]  no supplier is asked here
    facts.prerequisites = [_made(Prerequisite, each) for each in asked]
    facts.blockers = [_made(Blocker, each) for each in manual]
    facts.lines = [_made(ChecklistLine, each) for each in lines]
    facts.criteria = [_made(Criterion, each) for each in criteria]
    facts.evidence = [_made(Evidence, each) for each in evidence]
    return Known(facts, frozenset(executor_ids))


def _made[M: Model](model: type[M], stored: str) -> M:
    row = json.loads(stored)
    for name in _MOMENTS & row.keys():
        row[name] = parse_datetime(row[name]) if row[name] else None
    return _of(model, row)


def _of[M: Model](model: type[M], known: dict[str, Any]) -> M:
    """A record that knows this and no more: a guard that asks more looks it up, as of any record
    whose columns were deferred. Made so, because Django's own way looks at all sixty of them."""
    made = model.__new__(model)
    made._state = ModelState()
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(known)
    return made
