"""Rules of what is asked of people: made, changed, ended; what they touch is asked anew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from competence.models import Rule
from competence.permissions import Action
from competence.services import _recheck
from competence.services._enter import allow, competence_at, enter, enter_site, not_stale, save
from competence.states import Asks, Kind
from work import ports
from work.exceptions import Reason, Refused
from work.services import OpenAct, door

# What a rule may name of the site, and the reason where that is not there.
_OF_SITE = {
    "type_id": "type_unknown",
    "place_id": "place_unknown",
    "asset_class_id": "competence.rule_kind_unknown",
    "team_id": "team_unknown",
}
_FIELDS = frozenset({"competence_id", "level", "verification_id", "supervised", "everybody"}) | {
    *_OF_SITE,
    "capacity",
    "kind",
    "code",
    "starts",
    "ends",
}


def _create(
    act: OpenAct,
    *,
    site_id: int,
    asks: str = Asks.COMPETENCE,
    starts: datetime | None = None,
    **given: Any,
) -> Rule:
    """Ask something of people; what it names must all be so at once."""
    enter_site(act, site_id)
    allow(act, Action.CONFIGURE, site_id)
    rule = Rule(site_id=site_id, asks=asks)
    _put(rule, {"starts": starts or act.at, **given})
    rule.save(force_insert=True)
    act.record("created", rule)
    _recheck.of_rule(act, rule)
    return rule


def _change(
    act: OpenAct,
    *,
    rule_id: int,
    seen: int | None = None,
    was: Mapping[str, Any] | None = None,
    **values: Any,
) -> Rule:
    """Change what a rule asks, of whom, or from when until when; all it touched is asked anew."""
    rule = enter(act, Rule, rule_id)
    allow(act, Action.CONFIGURE, rule.site_id)
    not_stale(seen, rule)
    if any(getattr(rule, name) != value for name, value in (was or {}).items()):
        raise Refused(Reason("stale"))
    if rule.ends is not None and rule.ends <= act.at:
        raise Refused(Reason("competence.rule_ended"))
    before = {name: getattr(rule, name) for name in values}
    touched = _recheck.touched(rule)
    _put(rule, values)
    changed = sorted(name for name, value in before.items() if getattr(rule, name) != value)
    if changed:
        save(rule, *(name.removesuffix("_id") for name in changed))
        act.record("changed", rule, fields=changed)
        _recheck.of_rule(act, rule, touched)
    return rule


def _end(
    act: OpenAct, *, rule_id: int, ends: datetime | None = None, seen: int | None = None
) -> Rule:
    """End a rule, now or at a moment to come; it stays with what it asked."""
    rule = enter(act, Rule, rule_id)
    allow(act, Action.CONFIGURE, rule.site_id)
    not_stale(seen, rule)
    ends = ends or act.at
    if rule.ends is not None and rule.ends <= act.at:
        raise Refused(Reason("competence.rule_ended"))
    if ends < act.at:
        raise Refused(Reason("ends_in_the_past"))
    rule.ends = max(ends, rule.starts) if rule.starts <= act.at else ends
    rule.starts = min(rule.starts, rule.ends)
    save(rule, "starts", "ends")
    act.record("rule_ended", rule, ends=rule.ends.isoformat())
    _recheck.of_rule(act, rule)
    return rule


def _put(rule: Rule, values: Mapping[str, Any]) -> None:
    """Put values on a rule, which is whole afterwards and names nothing of another site."""
    if unknown := set(values) - _FIELDS:
        raise TypeError(f"not a field of a rule: {sorted(unknown)}")
    for name, value in values.items():
        setattr(rule, name, value)
    if rule.asks not in Asks.values:
        raise Refused(Reason("choice_not_known", {"what": "asks", "value": str(rule.asks)[:60]}))
    for name, code in _OF_SITE.items():
        if getattr(rule, name) is not None:
            model: Any = Rule._meta.get_field(name.removesuffix("_id")).related_model
            of_site = model._default_manager.filter(pk=getattr(rule, name), site_id=rule.site_id)
            if not of_site.exists():
                raise Refused(Reason(code))
    if rule.ends is not None and rule.ends <= rule.starts:
        raise Refused(Reason("ends_before_start"))
    if reasons := [*_of_competence(rule), *_elsewhere(rule)]:
        raise Refused(reasons)


def _of_competence(rule: Rule) -> list[Reason]:
    """What is wrong with what it asks for."""
    if rule.asks != Asks.COMPETENCE:
        own = (rule.competence_id, rule.level, rule.verification_id, rule.supervised)
        wrong = [Reason("competence.rule_of_competence")]
        needs_place = rule.asks == Asks.INDUCTION and rule.place_id is None
        return (wrong if any(own) or rule.capacity or rule.kind else []) + (
            [Reason("competence.rule_needs_place")] if needs_place else []
        )
    if rule.competence_id is None:
        return [Reason("competence.rule_needs_competence")]
    reasons = []
    asked = competence_at(rule.site_id, rule.competence_id)
    if rule.level is not None and not 1 <= rule.level <= len(asked.levels):
        reasons.append(Reason("competence.level_unknown"))
    shown = rule.verification_id and competence_at(rule.site_id, rule.verification_id)
    if shown and shown.kind != Kind.VERIFICATION:
        reasons.append(Reason("competence.verification_needed"))
    return reasons


def _elsewhere(rule: Rule) -> list[Reason]:
    """What it names of other domains and is not there."""
    reasons = []
    if rule.capacity and ports.capacities.get(rule.capacity) is None:
        reasons.append(Reason("competence.rule_capacity_unknown"))
    if bool(rule.kind) != bool(rule.code):
        reasons.append(Reason("competence.rule_needs_code"))
    elif rule.kind:
        kind = ports.kinds.get(rule.kind)
        if kind is None or rule.code not in dict(kind.choices(rule.site_id)):
            reasons.append(Reason("competence.rule_kind_unknown"))
    if rule.capacity and not _is_asked(rule):
        reasons.append(Reason("competence.rule_never_asked"))
    return reasons


def _is_asked(rule: Rule) -> bool:
    """Whether who takes part as something is ever asked for it: records are of that domain alone,
    and neither a type of work nor a class of things is told of them.
    """
    if rule.type_id is not None or rule.asset_class_id is not None:
        return False
    return not rule.kind or rule.kind.partition(".")[0] == rule.capacity.partition(".")[0]


create = door(_create)
change = door(_change)
end = door(_end)

__all__ = ["change", "create", "end"]
