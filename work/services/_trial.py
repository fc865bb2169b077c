"""A version, draft or not, tried on a real item: what it would be asked. Nothing is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from work.exceptions import Reason, Unknown
from work.models import ChecklistLine, Criterion, Prerequisite, TypeStage, WorkItem, WorkTypeVersion
from work.permissions import Scope, sees
from work.prepared import by_key
from work.services import _asking, _overlay
from work.services._configure import check_may
from work.services._definition import definition
from work.services._facts import Facts, load, proof
from work.services._foreseen import foreseen
from work.services._merge import Fate, Merge, Part, follow, merge_all
from work.services._proof_rows import row_of
from work.services.guards import four_eyes, refusals
from work.states import MOVES, RequiredAt, Verb


@dataclass(frozen=True)
class Asked:
    """A requirement that would stand. line: key of its hold point. rule_id: None of a supplier's.

    holds: met, or validly waived, at the moment of the trial.
    """

    gate: str
    line: str
    what: Reason
    kind: str
    supplier: str
    mode: str
    answer: str
    reason: Reason | None
    rule_id: int | None
    holds: bool


@dataclass(frozen=True)
class Trial:
    """What an item would be asked under a version.

    values: those kept; dropped: for each other one why. missing: fields without a value, by the
    step that requires them. stages: those of its status; stage: the one it would be in.
    refusals: of each verb that leads away from its status, what would refuse it now.
    """

    version: WorkTypeVersion
    item: WorkItem
    values: dict[str, Any]
    dropped: tuple[Reason, ...]
    missing: dict[str, list[Reason]]
    stages: tuple[TypeStage, ...]
    stage: str
    criteria: tuple[Part, ...]
    lines: tuple[Part, ...]
    requirements: tuple[Asked, ...]
    refusals: dict[Verb, list[Reason]]
    four_eyes: bool


def try_version(who: Scope, *, version_id: int, item_id: int, at: datetime) -> Trial:
    """Try a version of any type of the item's site. Unknown, or Forbidden to all but who may
    set the site up; suppliers are asked now, and what they say is not kept.
    """
    version = by_key(WorkTypeVersion, version_id, "type")
    known = WorkItem.objects.select_related("site", "place", "type", "type_version")
    item = known.filter(pk=item_id).first()
    if version is None or item is None or version.type.site_id != item.site_id:
        raise Unknown
    if not sees(who, item):
        raise Unknown
    check_may(who, item.site_id)
    merged = merge_all([item], definition(version_id))[item.pk]
    facts = _under(load([item])[item.pk], merged)
    lines = {line.key: line.pk for line in facts.lines if line.hold_point}
    facts.prerequisites = foreseen(facts, at, lines)
    _asking.heard({item.pk: facts}, at)
    return _trial(facts, merged, at)


def _under(facts: Facts, merged: Merge) -> Facts:
    """The facts as they would be under the version, in memory alone.

    What would be made anew has negative keys, so that requirements find their hold points.
    """
    item, version = facts.item, merged.known.version
    proof(facts)
    facts.criteria = _rows(item, Criterion, merged.criteria)
    facts.lines = _rows(item, ChecklistLine, merged.lines)
    facts.tried = merged.known
    item.type, item.type_version = version.type, version
    item.values, item.stage = merged.values, merged.stage
    facts.context = replace(
        facts.context,
        type_id=version.type_id,
        type_code=version.type.code,
        version_id=version.pk,
        values=merged.values,
    )
    return facts


def _rows(item: WorkItem, model: Any, parts: Iterable[Part]) -> list:
    rows = []
    for count, part in enumerate(parts, 1):
        if part.fate in (Fate.NEW, Fate.AGAIN):
            made = row_of(model, item, part.asked)
            made.pk = -count
            rows.append(made)
        elif part.fate != Fate.WITHDRAWN:
            if part.fate == Fate.KEPT:
                follow(part)
            rows.append(part.row)
    return sorted(rows, key=lambda row: (row.position, row.pk < 0, abs(row.pk)))


def _trial(facts: Facts, merged: Merge, at: datetime) -> Trial:
    item, known = facts.item, merged.known
    keys = {line.pk: line.key for line in facts.lines}
    standing = {row.pk for row in facts.prerequisites if row.pk}
    facts.blockers = [each for each in facts.blockers if each.prerequisite_id in {None, *standing}]
    verbs = [verb for verb, move in MOVES.items() if item.status in move.sources]
    return Trial(
        version=known.version,
        item=item,
        values=merged.values,
        dropped=merged.dropped,
        missing=_missing(facts),
        stages=tuple(each for each in known.stages if each.status == item.status),
        stage=merged.stage,
        criteria=merged.criteria,
        lines=merged.lines,
        requirements=tuple(_asked(facts, row, keys, at) for row in facts.prerequisites),
        refusals={verb: _without_new(refusals(facts, verb, at)) for verb in verbs},
        four_eyes=four_eyes(facts),
    )


def _missing(facts: Facts) -> dict[str, list[Reason]]:
    missing: dict[str, list[Reason]] = {}
    for step in RequiredAt:
        reasons = [
            Reason("field_missing", {"key": each.key, "label": each.label})
            for each in facts.definition.fields
            if each.required_at == step and facts.item.values.get(each.key) in (None, "")
        ]
        if reasons:
            missing[str(step)] = reasons
    return missing


def _asked(facts: Facts, row: Prerequisite, keys: Mapping[int, str], at: datetime) -> Asked:
    return Asked(
        gate=row.gate,
        line=keys[row.line_id] if row.line_id is not None else "",
        what=Reason.from_json(row.what),
        kind=row.kind,
        supplier=row.supplier,
        mode=row.mode,
        answer=row.answer,
        reason=Reason.from_json(row.reason) if row.reason else None,
        rule_id=row.rule_id,
        holds=_overlay.holds_until(row, at, facts.item.status) is not None,
    )


def _without_new(reasons: list[Reason]) -> list[Reason]:
    """The reasons; of what is not there yet no page can show where it stands."""
    return [
        replace(each, about=None) if each.about and (each.about[1] or -1) < 0 else each
        for each in reasons
    ]
