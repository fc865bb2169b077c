"""What the guards ask of the items on a board's cards: one query, however many cards.

Stored answers, as the page of an item reads them. For *start* and *resume* the requirements of the
start and the manual blockers, for *complete* the proof and the requirements of completion; no other
guard finds its facts here.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Case, F, JSONField, Model, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from work.models import (
    Blocker,
    ChecklistLine,
    Criterion,
    Evidence,
    ItemExecutor,
    Prerequisite,
    WorkItem,
)
from work.services import _owners
from work.services._facts import OVERLAY_FIELDS, Facts
from work.states import Gate, Mode, Status

_BEGINS = (Status.PLANNED, Status.WAITING)
# What permissions and guards look at; nothing is read of an item afterwards.
_ITEM = (
    "site_id",
    "number",
    "status",
    "version",
    "values",
    "team_id",
    "owner_user_id",
    "owner_post_id",
    "place__path",
    "type_version__accept_role",
    "type_version__on_it_now",
)
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
    return {item.pk: _known(item) for item in _items().filter(pk__in=list(pks))}


@functools.cache
def _items() -> QuerySet[WorkItem]:
    """The items with their parts; put together once, because that takes longer than asking."""
    asked = Prerequisite.objects.filter(withdrawn_at=None).order_by("pk")
    start = asked.filter(gate=Gate.START, mode__in=[Mode.ENFORCE, Mode.WARN])
    complete = asked.filter(gate=Gate.COMPLETE, mode=Mode.ENFORCE)
    manual = Blocker.objects.filter(ended_at=None, prerequisite=None).order_by("since", "pk")
    lines = ChecklistLine.objects.filter(withdrawn_at=None)
    criteria = Criterion.objects.filter(withdrawn_at=None)
    return (
        WorkItem.objects.select_related("place", "type_version")
        .only(*_ITEM, *OVERLAY_FIELDS)
        .annotate(
            executor_ids=ArraySubquery(
                ItemExecutor.objects.filter(item=OuterRef("pk")).values("user_id")
            ),
            asked=Case(
                When(status__in=_BEGINS, then=_rows(start, _PREREQUISITE)),
                When(status=Status.LIVE, then=_rows(complete, _PREREQUISITE)),
                default=_NONE,
            ),
            owner_known=_owners.known(),
            open_manual=_rows(manual, _BLOCKER, status__in=_BEGINS),
            line_rows=_rows(lines, _LINE, status=Status.LIVE),
            criterion_rows=_rows(criteria, _CRITERION, status=Status.LIVE),
            evidence_rows=_rows(Evidence.objects.all(), _EVIDENCE, status=Status.LIVE),
        )
    )


_NONE = Value([], output_field=ArrayField(JSONField()))


def _rows(found: QuerySet, names: Iterable[str], **only: Any) -> ArraySubquery | Case:
    """The parts of the item as objects, in the order of `found`; `only` for items like this."""
    columns = JSONObject(**{name: F(name) for name in names})
    rows = ArraySubquery(found.filter(item=OuterRef("pk")).values_list(columns, flat=True))
    return Case(When(Q(**only), then=rows), default=_NONE) if only else rows


def _known(item: Any) -> Known:
    facts = Facts(item, None)  # type: ignore[arg-type]  no supplier is asked here
    facts.prerequisites = [_made(Prerequisite, row) for row in item.asked]
    facts.blockers = [_made(Blocker, row) for row in item.open_manual]
    facts.lines = [_made(ChecklistLine, row) for row in item.line_rows]
    facts.criteria = [_made(Criterion, row) for row in item.criterion_rows]
    facts.evidence = [_made(Evidence, row) for row in item.evidence_rows]
    return Known(facts, frozenset(item.executor_ids))


def _made[M: Model](model: type[M], row: dict[str, Any]) -> M:
    """The row as a record that knows what it was not given: a guard that asks more looks it up."""
    row = row | {name: parse_datetime(row[name]) for name in _MOMENTS & set(row) if row[name]}
    names = [each.attname for each in model._meta.concrete_fields if each.attname in row]
    return model.from_db(DEFAULT_DB_ALIAS, names, [row[name] for name in names])
