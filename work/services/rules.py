"""Rules of what is required: made, changed, their modes; then the open work they touch.

Each is two steps: the rule itself in one act, then the items it touches in chunks, each its own
transaction. `apply_rule` is idempotent: cut off in between, it is run again, and every gate asks
the rules as they are in any case.
"""

import functools
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from work import events
from work.exceptions import Busy, Reason, Refused, Unknown
from work.models import Event, Place, RequirementRule, RuleMode, User, WorkItem
from work.permissions import Action, Scope, can_at
from work.services import _chunks, _touches
from work.services._configure import check_may, configure, of_site, one_of, put
from work.services._draft import KEY
from work.services._rule_fields import check_ends, check_whole, checked, first_mode
from work.services._touches import Touches, reaches
from work.services.acts import OpenAct, door
from work.states import CONTROLLED, UNDER_WAY, Mode

# So much work is told of a rule before who changed it goes on.
AT_ONCE = 300


def create_inner(
    act: OpenAct,
    *,
    site_id: int,
    key: str,
    what: str,
    supplier: str,
    kind: str,
    gate: str,
    mode: str | None = None,
    starts: datetime | None = None,
    **given: Any,
) -> RequirementRule:
    """Make a rule. It begins in *watch*; of kind permit or isolation it is enforced at once.

    Another mode than that is HSE's to give.
    """
    site = configure(act, site_id)
    first = first_mode(kind)
    if mode is not None and mode != first:
        one_of(mode, Mode.values, "mode")
        configure(act, site_id, action=Action.RULE_MODE)
    key = key.strip()
    if not KEY.match(key) or len(key) > 60:
        raise Refused(Reason("key_unfit", {"key": key[:60]}))
    if RequirementRule.objects.filter(site=site, key=key).exists():
        raise Refused(Reason("code_taken", {"code": key}))
    values = {
        "what": what,
        "supplier": supplier,
        "kind": kind,
        "gate": gate,
        "starts": starts or act.at,
        **given,
    }
    rule = RequirementRule(site=site, key=key, mode=mode or first)
    for name, value in checked(rule, values).items():
        setattr(rule, name, value)
    check_whole(rule)
    check_ends(rule.ends, act.at)
    rule.save(force_insert=True)
    act.record("created", rule, mode=rule.mode)
    return rule


def _change(act: OpenAct, *, rule_id: int, **values: Any) -> RequirementRule:
    """Change what a rule requires, of whom, or from when until when.

    A kind that begins in another mode begins in it here too, whatever the mode was: HSE gives
    another.
    """
    rule = _entered(act, rule_id)
    fine = checked(rule, values)
    if first_mode(fine.get("kind", rule.kind)) != first_mode(rule.kind):
        fine["mode"] = first_mode(fine["kind"])
    before = rule.mode
    changed = {name: value for name, value in fine.items() if getattr(rule, name) != value}
    for name, value in changed.items():
        setattr(rule, name, value)
    check_whole(rule)
    check_ends(changed.get("ends"), act.at)
    if changed:
        rule.save(update_fields=[name.removesuffix("_id") for name in changed])
        act.record("changed", rule, fields=sorted(changed))
    if "mode" in changed:
        _turned(act, rule, before, rule.mode)
    return rule


def _turned(
    act: OpenAct, rule: RequirementRule, before: str, mode: str, place_id: int | None = None
) -> None:
    act.record("rule_mode", rule, item_id=None, place=place_id, **{"from": before, "to": mode})


def _set_mode(
    act: OpenAct, *, rule_id: int, mode: str, place_id: int | None = None
) -> RequirementRule:
    """Say how strictly a rule is taken: at the site, or at a place and below. HSE alone may."""
    rule = _entered(act, rule_id, Action.RULE_MODE, place_id)
    one_of(mode, Mode.values, "mode")
    if place_id is None:
        before, rule.mode = rule.mode, mode
        rule.save(update_fields=["mode"])
    else:
        row = RuleMode.objects.filter(rule=rule, place_id=place_id).first()
        before = row.mode if row else ""
        if row is None:
            RuleMode.objects.create(rule=rule, place_id=place_id, mode=mode)
        else:
            put(row, {"mode": mode})
    _turned(act, rule, before, mode, place_id)
    return rule


def _end_mode(act: OpenAct, *, rule_id: int, place_id: int) -> RequirementRule:
    """Let a place have the mode of the place above, or of the rule itself, again."""
    rule = _entered(act, rule_id, Action.RULE_MODE, place_id)
    row = RuleMode.objects.filter(rule=rule, place_id=place_id).first()
    if row is None:
        raise Refused(Reason("mode_not_set_here"))
    before = row.mode
    row.delete()
    _turned(act, rule, before, "", place_id)
    return rule


def _end(act: OpenAct, *, rule_id: int, ends: datetime | None = None) -> RequirementRule:
    """End a rule, now or at a named moment; it stays with what it required.

    What would end before it begins is called off: it begins and ends now, and was never in force.
    """
    rule = _entered(act, rule_id)
    if rule.ends is not None and rule.ends <= act.at:
        raise Refused(Reason("rule_ended"))
    ends = ends or act.at
    if ends < act.at:
        raise Refused(Reason("ends_in_the_past"))
    said: dict[str, Any] = {}
    if ends <= rule.starts:
        said["withdrawn"] = rule.starts.isoformat()
        rule.starts = ends = act.at
    rule.ends = ends
    rule.save(update_fields=["starts", "ends"])
    act.record("rule_ended", rule, ends=ends.isoformat(), **said)
    return rule


def _entered(
    act: OpenAct, rule_id: int, action: Action = Action.CONFIGURE, place_id: int | None = None
) -> RequirementRule:
    site_id = RequirementRule.objects.filter(pk=rule_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise Unknown
    place = of_site(Place, place_id, site_id, "place_unknown") if place_id is not None else None
    configure(act, site_id, place=place, action=action)
    rule = RequirementRule.objects.get(pk=rule_id)
    act.about(rule)
    return rule


def touched(rule: RequirementRule) -> list[int]:
    """Ids of the items that a rule reaches now, and of those on which it still stands.

    Those under way come first.
    """
    work = WorkItem.objects.filter(status__in=sorted(CONTROLLED))
    standing = work.filter(prerequisites__rule=rule, prerequisites__withdrawn_at=None)
    found = dict(work.filter(reaches(rule)).values_list("pk", "status"))
    found |= dict(standing.values_list("pk", "status"))
    return sorted(found, key=lambda pk: (found[pk] not in UNDER_WAY, pk))


def touches(
    who: Scope,
    *,
    at: datetime,
    rule_id: int | None = None,
    site_id: int | None = None,
    mode: str | None = None,
    at_place: int | None = None,
    **values: Any,
) -> Touches:
    """What a rule touches, or would with these values and this mode: nothing is written.

    rule_id: of a rule; site_id: of the site at which a new one would be made. at_place: where the
    mode would be given; without a mode, where it would end. Asked of who makes rules or gives
    their modes; refuses values that the rule could not be given.
    """
    known = RequirementRule.objects.prefetch_related("modes__place")
    rule = known.filter(pk=rule_id).first() if rule_id is not None else None
    if rule is None and site_id is not None:
        rule = RequirementRule(site_id=site_id, starts=at)
    if rule is None:
        raise Unknown
    if not can_at(who, Action.RULE_MODE, rule.site_id, ""):
        check_may(who, rule.site_id)
    before = rule.kind
    for name, value in checked(rule, values).items():
        setattr(rule, name, value)
    check_whole(rule)
    check_ends(values.get("ends"), at)
    if rule.pk is None or first_mode(before) != first_mode(rule.kind):
        rule.mode = first_mode(rule.kind)
    if mode is not None:
        one_of(mode, Mode.values, "mode")
    if at_place is not None:
        _mode_in_memory(rule, at_place, mode)
    elif mode is not None:
        rule.mode = mode
    return _touches.touches(who, rule, at)


def _mode_in_memory(rule: RequirementRule, place_id: int, mode: str | None) -> None:
    """Let the rule have a mode at a place, or none any more, and write nothing of it."""
    place = of_site(Place, place_id, rule.site_id, "place_unknown")
    others = [each for each in rule.modes.all() if each.place_id != place_id]
    made = [RuleMode(rule=rule, place=place, mode=mode)] if mode is not None else []
    cache: dict[str, Any] = rule._prefetched_objects_cache  # type: ignore[attr-defined]
    cache["modes"] = [*others, *made]


def apply_rule(*, rule_id: int, at: datetime | None = None, most: int | None = None) -> int:
    """Derive the items that a rule touches, in chunks: how many items that were.

    most: so many of them, those under way first.
    """
    rule = RequirementRule.objects.get(pk=rule_id)
    return _chunks.bring_up_to_date(site_id=rule.site_id, item_ids=touched(rule)[:most], at=at)


def apply_begun(*, since: datetime, at: datetime) -> int:
    """Apply every rule that came into force after `since`, up to `at`, or was changed since then.

    `clock.settle_due` alone brings an enforced rule of the start at its second, and takes every
    rule away that has ended. Rules that warn or watch, and those of other gates, turn nothing that
    is read by the clock: this lets them stand on open work before its gate asks, so that the page
    says what will be missing. Whoever changed a rule or its mode may have been cut off before the
    work was reached that it touches; where that was done it changes nothing.
    """
    changed = Event.objects.filter(
        subject_type=events.label(RequirementRule),
        verb__in=("created", "changed", "rule_mode", "rule_ended"),
        recorded_at__gt=since,
        recorded_at__lte=at,
    )
    begun = Q(starts__gt=since, starts__lte=at) | Q(pk__in=changed.values("subject_id"))
    found = RequirementRule.objects.filter(begun).order_by("pk").values_list("pk", flat=True)
    return sum(apply_rule(rule_id=pk, at=at) for pk in found)


def _then_applied(change: Callable[..., RequirementRule]) -> Callable[..., RequirementRule]:
    """The door `change`, and after it the items that its rule touches.

    The rule stands by then. Nobody waits for more than some of the work, or for a busy site:
    `apply_begun` goes on within the minute.
    """

    @functools.wraps(change)
    def both(
        *,
        actor: User | None,
        act: UUID | None = None,
        at: datetime | None = None,
        happened_at: datetime | None = None,
        **given: Any,
    ) -> RequirementRule:
        rule = change(actor=actor, act=act, at=at, happened_at=happened_at, **given)
        with suppress(Busy):
            apply_rule(rule_id=rule.pk, at=at, most=AT_ONCE)
        return rule

    return both


create_rule = _then_applied(door(create_inner))
change_rule = _then_applied(door(_change))
set_mode = _then_applied(door(_set_mode))
end_mode = _then_applied(door(_end_mode))
end_rule = _then_applied(door(_end))

__all__ = [
    "Touches",
    "apply_begun",
    "apply_rule",
    "change_rule",
    "create_rule",
    "end_mode",
    "end_rule",
    "set_mode",
    "touched",
    "touches",
]
