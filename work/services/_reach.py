"""Which rules reach an item: those in force, and those that come into force by the clock."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import F, Q, QuerySet

from work.models import RequirementRule, RuleMode
from work.ports import ItemContext
from work.prepared import Among, given, prepared
from work.services._facts import Facts
from work.states import BlockerKind, Gate, Mode

# How long before the planned start an unmet requirement blocks, by kind, where a rule says nothing.
LEADS = {
    BlockerKind.MATERIAL: timedelta(days=7),
    BlockerKind.DOCUMENT: timedelta(days=2),
    BlockerKind.COMPETENCE: timedelta(days=2),
    BlockerKind.PERMIT: timedelta(hours=2),
    BlockerKind.ISOLATION: timedelta(hours=2),
}


def not_ended(
    site_ids: Iterable[int], at: datetime, *, coming: bool = False
) -> list[RequirementRule]:
    """The rules of sites that are in force at `at` or will be; or those alone that will be."""
    rules = _not_ended(coming, sites=list(site_ids), at=at)
    modes: dict[int, list[RuleMode]] = defaultdict(list)
    for each in _modes(rules=[rule.pk for rule in rules]) if rules else ():
        modes[each.rule_id].append(each)
    for rule in rules:
        # As prefetching would, whose statements are put together anew each time: a list, to be
        # gone through and no more.
        cast(Any, rule)._prefetched_objects_cache = {"modes": modes[rule.pk]}
    return rules


@prepared
def _not_ended(coming: bool) -> QuerySet[RequirementRule]:
    """Rules of some sites that have not ended."""
    rules = RequirementRule.objects.filter(
        Q(ends=None) | Q(ends__gt=given("at")), Among(F("site_id"), given("sites"))
    )
    if coming:
        rules = rules.filter(starts__gt=given("at"), gate=Gate.START)
    return rules.select_related("place").order_by("pk")


@prepared
def _modes() -> QuerySet[RuleMode]:
    """The modes of some rules at places."""
    modes = RuleMode.objects.filter(Among(F("rule_id"), given("rules")))
    return modes.select_related("place")


def applies(rule: RequirementRule, context: ItemContext) -> bool:
    """Whether a rule reaches an item, at whatever time."""
    return (
        rule.site_id == context.site_id
        and rule.type_id in (None, context.type_id)
        and (rule.place is None or context.place_path.startswith(rule.place.path))
        and (rule.asset_class_id is None or rule.asset_class_id in context.asset_class_ids)
        and (not rule.safety_critical_only or context.safety_critical)
    )


def mode_at(rule: RequirementRule, path: str) -> str:
    """The mode of a rule at a place: that of the nearest place above, else the rule's own."""
    nearest: RuleMode | None = None
    for each in rule.modes.all() if rule.pk else ():
        covers = path.startswith(each.place.path)
        if covers and (nearest is None or len(each.place.path) > len(nearest.place.path)):
            nearest = each
    return nearest.mode if nearest else rule.mode


def lead_of(kind: str, lead: timedelta | None) -> timedelta:
    """How long before the planned start an unmet requirement blocks."""
    return lead if lead is not None else LEADS.get(BlockerKind(kind), timedelta(0))


def note_turns(facts: Sequence[Facts], rules: Sequence[RequirementRule], at: datetime) -> None:
    """Note on each item when a start requirement will be added to it by the clock alone."""
    coming = [rule for rule in rules if rule.starts > at and rule.gate == Gate.START]
    for each in facts:
        each.turns = [
            (rule.starts, lead_of(rule.kind, rule.lead))
            for rule in coming
            if applies(rule, each.context)
            and mode_at(rule, each.context.place_path) == Mode.ENFORCE
        ]


def turns(facts: Facts, at: datetime) -> list[tuple[datetime, timedelta]]:
    """When start requirements will be added by the clock alone, each with its lead."""
    if facts.turns is None:
        note_turns([facts], not_ended([facts.item.site_id], at, coming=True), at)
    return facts.turns or []
