"""What a rule touches, or would: the open work it reaches, and where it would not be met now."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q

from work.models import (
    ChecklistLine,
    ItemAsset,
    Place,
    Prerequisite,
    RequirementRule,
    TypeLine,
    WorkItem,
)
from work.permissions import Scope, visible
from work.services import _asking
from work.services._contexts import contexts
from work.services._facts import Facts
from work.services._foreseen import under
from work.services._overlay import holds_until
from work.states import CONTROLLED, OPEN, Gate, LineAnswer, Mode, Status


@dataclass(frozen=True)
class Touches:
    """Of the reader's open items by status. reached: those that the rule asks something of; of
    requested ones once they are planned. unmet: where it is not met now; stopped: those of them
    that it would refuse or block, as it is enforced there and its gate is still before them.
    leaves: where it stands now and would no more.
    """

    reached: Mapping[str, int] = field(default_factory=dict)
    unmet: Mapping[str, int] = field(default_factory=dict)
    stopped: Mapping[str, int] = field(default_factory=dict)
    leaves: Mapping[str, int] = field(default_factory=dict)


def reaches(rule: RequirementRule) -> Q:
    """The items that a rule is about, whatever its gate."""
    wanted = Q(site_id=rule.site_id)
    if rule.type_id is not None:
        wanted &= Q(type_id=rule.type_id)
    if rule.place_id is not None:
        path = Place.objects.values_list("path", flat=True).get(pk=rule.place_id)
        wanted &= Q(place__path__startswith=path)
    if rule.asset_class_id is not None:
        things = ItemAsset.objects.filter(asset__asset_class=rule.asset_class_id)
        wanted &= Q(pk__in=things.values("item"))
    if rule.safety_critical_only:
        wanted &= Q(safety_critical=True)
    return wanted


def touches(who: Scope, rule: RequirementRule, at: datetime) -> Touches:
    """What a rule touches as it is given, saved or not: one call of its supplier."""
    over = rule.ends is not None and rule.ends <= at
    items = [] if over else _items(who, reaches(rule))
    lines = _lines(rule, items)
    reached = [item for item in items if lines is None or item.pk in lines]
    rows = _rows(rule)
    asked = _asked(rule, [each for each in reached if each.status in CONTROLLED], lines, rows, at)
    _asking.heard(asked, at)
    unmet = [
        (each.item, row.mode)
        for each in asked.values()
        for row in each.prerequisites
        if holds_until(row, at, each.item.status) is None
    ]
    behind = _behind(rule, [item for item, mode in unmet if mode == Mode.ENFORCE])
    stopped = [item for item, mode in unmet if mode == Mode.ENFORCE and item.pk not in behind]
    stands = {item_id for item_id, row in rows.items() if row.withdrawn_at is None}
    left = _items(who, Q(pk__in=stands - set(asked), status__in=sorted(CONTROLLED)))
    return Touches(
        reached=Counter(item.status for item in reached),
        unmet=Counter(item.status for item, _mode in unmet),
        stopped=Counter(item.status for item in stopped),
        leaves=Counter(item.status for item in left),
    )


def _items(who: Scope, wanted: Q) -> list[WorkItem]:
    rows = WorkItem.objects.filter(wanted, visible(who), status__in=sorted(OPEN))
    return list(rows.select_related("place", "type").order_by("pk"))


def _lines(rule: RequirementRule, items: Sequence[WorkItem]) -> dict[int, int | None] | None:
    """The hold point of the rule by item; None where the rule asks at no hold point.

    A requested item has none yet: it will have that of its version.
    """
    if rule.gate != Gate.HOLD_POINT:
        return None
    of_version = TypeLine.objects.filter(
        version__in={item.type_version_id for item in items}, key=rule.line_key, hold_point=True
    )
    coming = set(of_version.values_list("version_id", flat=True))
    found: dict[int, int | None] = {
        item.pk: None
        for item in items
        if item.status not in CONTROLLED and item.type_version_id in coming
    }
    standing = ChecklistLine.objects.filter(
        item__in=[item.pk for item in items if item.status in CONTROLLED],
        key=rule.line_key,
        hold_point=True,
        withdrawn_at=None,
    )
    return found | dict(standing.values_list("item_id", "pk"))


def _behind(rule: RequirementRule, items: Sequence[WorkItem]) -> set[int]:
    """Ids of the items that have the gate of the rule behind them: it stops nothing there."""
    if rule.gate == Gate.CLOSE:
        return set()
    complete = {item.pk for item in items if item.status == Status.DONE}
    if rule.gate != Gate.HOLD_POINT:
        return complete
    passed = ChecklistLine.objects.filter(
        item__in=[item.pk for item in items], key=rule.line_key, withdrawn_at=None
    ).exclude(answer__in=["", LineAnswer.FAIL, LineAnswer.COULD_NOT], disposition="")
    return complete | set(passed.values_list("item_id", flat=True))


def _rows(rule: RequirementRule) -> dict[int, Prerequisite]:
    """The rows of a rule by item, those that stand before those that were withdrawn."""
    if rule.pk is None:
        return {}
    rows = Prerequisite.objects.filter(rule=rule, item__status__in=sorted(OPEN))
    return {row.item_id: row for row in rows.order_by(F("withdrawn_at").asc(nulls_last=True))[::-1]}


def _asked(
    rule: RequirementRule,
    items: Sequence[WorkItem],
    lines: Mapping[int, int | None] | None,
    rows: Mapping[int, Prerequisite],
    at: datetime,
) -> dict[int, Facts]:
    known = contexts(items)
    asked = {}
    for item in items:
        line_id = lines[item.pk] if lines is not None else None
        row = under(rule, item, known[item.pk], line_id, rows.get(item.pk), at)
        asked[item.pk] = Facts(item, known[item.pk], [row])
    return asked
