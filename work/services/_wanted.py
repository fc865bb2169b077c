"""Which requirements should stand on items: what rules in force and suppliers ask of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db.models import F, QuerySet

from work import ports
from work.models import ChecklistLine, Prerequisite, RequirementRule, WorkItem
from work.ports import ItemContext, Requirement
from work.prepared import Among, given, prepared
from work.services import _reach
from work.services._facts import Facts
from work.services._guarded import guarded_each
from work.states import BlockerKind, Gate, Mode, Status

# Answers for what a supplier asks that could not say so: not known, until it can.
UNHEARD = "work.unheard"


@dataclass
class Wanted:
    """One row that should stand on an item."""

    gate: str
    line_id: int | None
    origin: str
    supplier: str
    kind: str
    what: dict
    mode: str = Mode.ENFORCE
    source_id: int | None = None
    params: dict = field(default_factory=dict)
    rule_id: int | None = None
    one_time: bool = False
    waivable_by: str = ""
    lead: timedelta | None = None


def wanted_on(
    facts: Sequence[Facts], at: datetime, lines: Mapping[tuple, int] | None = None
) -> dict[int, dict[tuple, Wanted]]:
    """The rows that should stand on each item, by gate, line and origin.

    lines: ids of the items' hold points by item and key, where they are not those that are stored.
    """
    wanted: dict[int, dict[tuple, Wanted]] = defaultdict(dict)
    if not facts:
        return wanted
    known = _reach.not_ended({each.item.site_id for each in facts}, at)
    _reach.note_turns(facts, known, at)
    rules = [rule for rule in known if rule.starts <= at]
    items = [each.context for each in facts]
    needs, failed = _needs(items, at)
    keys = {rule.line_key for rule in rules} | {need.line_key for _key, _item, need in needs}
    if lines is None:
        lines = _hold_lines(facts, keys - {""})
    for each in facts:
        each.failed = failed
        if each.item.status == Status.PLANNED:
            for key in failed:
                want = _unheard(key)
                wanted[each.item.pk][(want.gate, None, want.origin)] = want
        for rule in rules:
            if _reach.applies(rule, each.context):
                line_id = lines.get((each.item.pk, rule.line_key)) if rule.line_key else None
                if rule.line_key and line_id is None:
                    continue
                want = from_rule(rule, each.context, line_id)
                if rule.gate == Gate.START and each.foreseen(rule.starts):
                    each.begun[want.origin] = rule.starts
                wanted[each.item.pk][(want.gate, want.line_id, want.origin)] = want
    for key, item_id, need in needs:
        line_id = lines.get((item_id, need.line_key)) if need.line_key else None
        if (need.gate == Gate.HOLD_POINT) == (line_id is not None):
            want = _from_supplier(key, need, line_id)
            wanted[item_id][(want.gate, want.line_id, want.origin)] = want
    return wanted


def _needs(
    items: Sequence[ItemContext], at: datetime
) -> tuple[list[tuple[str, int, Requirement]], set[str]]:
    """What the suppliers ask by themselves, and the keys of those that failed."""
    asked = guarded_each(
        {each.key: partial(each.required_for, items, at) for each in ports.suppliers.all()}
    )
    needs = [
        (key, pk, need)
        for key, by_item in asked.items()
        for pk, each in (by_item or {}).items()
        for need in each
    ]
    return needs, {key for key, by_item in asked.items() if by_item is None}


def _hold_lines(facts: Sequence[Facts], keys: Collection[str]) -> dict[tuple, int]:
    """Checklist lines that are hold points, by item and key, where something is asked at one."""
    if not keys:
        return {}
    rows = _holding(items=[each.item.pk for each in facts], keys=sorted(keys))
    return {(row.item_id, row.key): row.pk for row in rows}


@prepared
def _holding() -> QuerySet[ChecklistLine]:
    """The hold points of some items that have one of some keys."""
    lines = ChecklistLine.objects.filter(
        Among(F("item_id"), given("items")),
        Among(F("key"), given("keys")),
        hold_point=True,
        withdrawn_at=None,
    )
    return lines.only("item_id", "key")


def from_rule(rule: RequirementRule, context: ItemContext, line_id: int | None) -> Wanted:
    """The row that a rule asks for on an item."""
    return Wanted(
        gate=rule.gate,
        line_id=line_id,
        origin=f"rule:{rule.pk}",
        supplier=rule.supplier,
        kind=rule.kind,
        what={"code": "typed", "params": {"text": rule.what}},
        mode=_reach.mode_at(rule, context.place_path),
        params=rule.params,
        rule_id=rule.pk,
        one_time=rule.one_time,
        waivable_by=rule.waivable_by,
        lead=rule.lead,
    )


def _from_supplier(key: str, need: Requirement, line_id: int | None) -> Wanted:
    return Wanted(
        gate=need.gate,
        line_id=line_id,
        origin=f"supplier:{key}:{need.key}",
        supplier=key,
        kind=need.kind,
        what=need.what.as_json(),
        source_id=need.source_id,
        params=dict(need.params),
        one_time=need.one_time,
        waivable_by=need.waivable_by,
        lead=need.lead,
    )


def _unheard(key: str) -> Wanted:
    """Planned work is not ready while a supplier cannot say what it asks of the start."""
    return Wanted(
        gate=Gate.START,
        line_id=None,
        origin=f"unheard:{key}",
        supplier=UNHEARD,
        kind=BlockerKind.OTHER,
        what={"code": "need.unheard", "params": {"supplier": key}},
        params={"supplier": key},
    )


def row_of(want: Wanted, item: WorkItem, at: datetime) -> Prerequisite:
    """The row itself, not saved yet."""
    return Prerequisite(site_id=item.site_id, item=item, created_at=at, **want.__dict__)
