"""Which requirements stand on an item: derived from rules and suppliers, and withdrawn again.

`derive` alone adds or withdraws derived rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from work import ports
from work.models import (
    Prerequisite,
    RequirementRule,
    WorkItem,
)
from work.ports import ItemContext, Requirement
from work.services import _reach
from work.services._facts import Facts, asks_another
from work.services.acts import OpenAct
from work.states import CONTROLLED, AnswerState, Gate, Mode

CHUNK = 500


@dataclass
class _Wanted:
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


# What of a row follows its rule or supplier when that changes.
_FOLLOWS = ("supplier", "kind", "what", "mode", "params", "one_time", "waivable_by", "lead")
# What of these says who is asked, and for what.
_ASKED = frozenset({"supplier", "params"})


def derive(act: OpenAct, facts: dict[int, Facts]) -> None:
    """Add and withdraw derived rows of items, as rules and suppliers are in force at the act."""
    asking = [each for each in facts.values() if each.item.status in CONTROLLED]
    wanted = wanted_on(asking, act.at)
    withdrawn = _withdrawn_rows(facts, wanted)
    new: list[Prerequisite] = []
    followed: list[Prerequisite] = []
    withdrawn_now: list[Prerequisite] = []
    for item_id, each in facts.items():
        standing = {(row.gate, row.line_id, row.origin): row for row in each.prerequisites}
        gone = [
            row
            for key, row in standing.items()
            if key not in wanted[item_id] and not row.origin.startswith("hand:")
        ]
        _withdraw(act, each, gone)
        withdrawn_now += gone
        for key, want in wanted[item_id].items():
            row = standing.get(key)
            if row is None and (item_id, *key) in withdrawn:
                each.prerequisites.append(_again(act, withdrawn[(item_id, *key)], want, each.item))
            elif row is None:
                new.append(_row(want, each.item, act.at))
            elif _follow(act, each.item, row, want):
                followed.append(row)
    Prerequisite.objects.bulk_update(withdrawn_now, ["withdrawn_at"], batch_size=CHUNK)
    Prerequisite.objects.bulk_update(
        followed, [*_FOLLOWS, "source_id", "waiver_until", "four_eyes"], batch_size=CHUNK
    )
    for row in Prerequisite.objects.bulk_create(new):
        facts[row.item_id].prerequisites.append(row)
    for each in facts.values():
        each.prerequisites.sort(key=lambda row: row.pk)
    set_due(facts.values())


def _withdrawn_rows(facts: dict[int, Facts], wanted: dict[int, dict]) -> dict[tuple, Prerequisite]:
    """Rows withdrawn earlier that are wanted again; asked for only where something is missing."""
    missing = {
        item_id
        for item_id, each in facts.items()
        if set(wanted[item_id])
        - {(row.gate, row.line_id, row.origin) for row in each.prerequisites}
    }
    if not missing:
        return {}
    rows = Prerequisite.objects.filter(item_id__in=missing, withdrawn_at__isnull=False)
    return {(row.item_id, row.gate, row.line_id, row.origin): row for row in rows}


def wanted_on(
    facts: Sequence[Facts], at: datetime, lines: Mapping[tuple, int] | None = None
) -> dict[int, dict[tuple, _Wanted]]:
    """The rows that should stand on each item, by gate, line and origin.

    lines: ids of the items' hold points by item and key, where they are not those that are stored.
    """
    wanted: dict[int, dict[tuple, _Wanted]] = defaultdict(dict)
    if not facts:
        return wanted
    known = _reach.not_ended({each.item.site_id for each in facts}, at)
    _reach.note_turns(facts, known, at)
    rules = [rule for rule in known if rule.starts <= at]
    items = [each.context for each in facts]
    needs = [
        (supplier.key, item_id, need)
        for supplier in ports.suppliers.all()
        for item_id, asked in supplier.required_for(items, at).items()
        for need in asked
    ]
    keys = {rule.line_key for rule in rules} | {need.line_key for _key, _item, need in needs}
    if lines is None:
        lines = _hold_lines(facts, keys - {""})
    for each in facts:
        for rule in rules:
            if _reach.applies(rule, each.context):
                line_id = lines.get((each.item.pk, rule.line_key)) if rule.line_key else None
                if rule.line_key and line_id is None:
                    continue
                want = _from_rule(rule, each.context, line_id)
                if rule.gate == Gate.START and each.foreseen(rule.starts):
                    each.begun[want.origin] = rule.starts
                wanted[each.item.pk][(want.gate, want.line_id, want.origin)] = want
    for key, item_id, need in needs:
        line_id = lines.get((item_id, need.line_key)) if need.line_key else None
        if (need.gate == Gate.HOLD_POINT) == (line_id is not None):
            want = _from_supplier(key, need, line_id)
            wanted[item_id][(want.gate, want.line_id, want.origin)] = want
    return wanted


def _hold_lines(facts: Sequence[Facts], keys: Collection[str]) -> dict[tuple, int]:
    """Checklist lines that are hold points, by item and key, where something is asked at one."""
    from work.models import ChecklistLine

    if not keys:
        return {}
    rows = ChecklistLine.objects.filter(
        item_id__in=[each.item.pk for each in facts],
        key__in=keys,
        hold_point=True,
        withdrawn_at=None,
    )
    return {(item_id, key): pk for item_id, key, pk in rows.values_list("item_id", "key", "pk")}


def _from_rule(rule: RequirementRule, context: ItemContext, line_id: int | None) -> _Wanted:
    return _Wanted(
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


def _from_supplier(key: str, need: Requirement, line_id: int | None) -> _Wanted:
    return _Wanted(
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


def _row(want: _Wanted, item: WorkItem, at: datetime) -> Prerequisite:
    return Prerequisite(site_id=item.site_id, item=item, created_at=at, **want.__dict__)


def foreseen(facts: Facts, at: datetime, lines: Mapping[str, int]) -> list[Prerequisite]:
    """The rows that would stand on an item with these hold points by key. Nothing is kept.

    As `derive` would leave them; those of an answer that counts no more are to be asked.
    """
    item = facts.item
    points = {(item.pk, key): pk for key, pk in lines.items()}
    wanted = wanted_on([facts], at, points)
    standing = {(row.gate, row.line_id, row.origin): row for row in facts.prerequisites}
    withdrawn = _withdrawn_rows({item.pk: facts}, wanted)
    rows = [row for row in facts.prerequisites if row.origin.startswith("hand:")]
    for key, want in wanted[item.pk].items():
        row = standing.get(key) or withdrawn.get((item.pk, *key)) or _row(want, item, at)
        _changed, other = _put(row, want)
        if other or key not in standing:
            _forget(row)
            row.waived_at = row.waiver_until = row.refused_at = None
        rows.append(row)
    return rows


def _follow(act: OpenAct, item: WorkItem, row: Prerequisite, want: _Wanted) -> bool:
    """Let a standing row follow its rule or supplier. A source found by an answer stays.

    Where another is asked, or for something else, it is another requirement: neither the source
    nor the answer nor the waiver of the earlier one counts for it. That another must accept stays.
    """
    changed, other = _put(row, want)
    if other:
        _forget(row)
        if row.waiver_until is not None and row.waiver_until > act.at:
            row.waiver_until = act.at
            act.record(
                "waiver_ended", item, item_id=item.pk, prerequisite=row.pk, cause="asked_otherwise"
            )
    return changed


def _put(row: Prerequisite, want: _Wanted) -> tuple[bool, bool]:
    """Let a row say what is wanted: whether anything changed, and whether another is asked."""
    changed = [name for name in _FOLLOWS if getattr(row, name) != getattr(want, name)]
    other = not _ASKED.isdisjoint(changed)
    if row.source_id != want.source_id and (other or want.source_id is not None):
        changed.append("source_id")
    if changed:
        row.four_eyes = row.four_eyes or asks_another(row)
    for name in changed:
        setattr(row, name, getattr(want, name))
    return bool(changed), other


def _again(act: OpenAct, row: Prerequisite, want: _Wanted, item: WorkItem) -> Prerequisite:
    """Let a withdrawn row stand again, unanswered and without its old waiver."""
    row.four_eyes = row.four_eyes or asks_another(row)
    for name, value in want.__dict__.items():
        setattr(row, name, value)
    row.item = item
    row.withdrawn_at = row.refused_at = row.due_at = None
    _forget(row)
    row.created_at = act.at
    row.waived_at = row.waived_by = row.waiver_until = row.waiver_note = None
    row.save()
    return row


def _withdraw(act: OpenAct, facts: Facts, rows: Sequence[Prerequisite]) -> None:
    """Withdraw rows in memory; the caller saves."""
    for row in rows:
        row.withdrawn_at = act.at
        facts.prerequisites.remove(row)
        act.record("requirement_withdrawn", facts.item, item_id=facts.item.pk, prerequisite=row.pk)


def forget(facts: Facts) -> None:
    """Take every answer as not heard yet, in memory: the caller asks before it is saved.

    While an item is requested or closed nobody asked, so that the last answers are of another time.
    """
    for row in facts.prerequisites:
        _forget(row)


def _forget(row: Prerequisite) -> None:
    row.answer, row.reason, row.valid_until = AnswerState.UNKNOWN, {}, None
    row.answered_at = None


def withdraw_all(act: OpenAct, facts: Facts, *, keep_by_hand: bool) -> None:
    """Withdraw the rows of an item that goes back to requested."""
    rows = [
        row for row in facts.prerequisites if not (keep_by_hand and row.origin.startswith("hand:"))
    ]
    _withdraw(act, facts, rows)
    Prerequisite.objects.bulk_update(rows, ["withdrawn_at"])


def set_due(several: Iterable[Facts]) -> None:
    """From when each unmet start requirement blocks: planned start less the lead, or a refusal."""
    changed = []
    for facts in several:
        start = facts.item.planned_start
        for row in facts.prerequisites:
            if row.gate != Gate.START:
                continue
            by_plan = start - _reach.lead_of(row.kind, row.lead) if start is not None else None
            due = min((each for each in (by_plan, row.refused_at) if each), default=None)
            if due != row.due_at:
                row.due_at = due
                changed.append(row)
    Prerequisite.objects.bulk_update(changed, ["due_at"], batch_size=CHUNK)
