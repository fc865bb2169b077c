"""What came near: after work or a place moved, or a permit was given out, who is near it learns it.

What would refuse the issue of a permit now stops one that is under an issue.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import F, Q, QuerySet

from permits.models import ActivityRule, Conflict, Permit, PermitItem
from permits.services import _conflicts
from permits.services._around import Around, Where, around_work, found_there, there
from permits.services._enter import settle
from permits.services._facts import facts_of, with_current
from permits.services._named import model_of
from permits.services._stop import call
from permits.services._telling import tell
from permits.states import UNDER_ISSUE, State, StopCause, Verdict
from work.prepared import Among, given, often
from work.services import OpenAct


def too_near(act: OpenAct, item_ids: Iterable[int]) -> None:
    """Work moved in time or place: what is under way and cannot be beside it stops.

    Looked at are the permits near where it is now, and those near which it was found before.
    """
    ids = list(item_ids)
    spoken = list(_spoken_of(ids=ids))
    if not spoken:
        return
    types, reaches, sites = (set(each) for each in zip(*spoken, strict=True))
    items = model_of(PermitItem, "item").objects.filter(pk__in=ids)
    near = around_work(sites.pop(), items, reaches).permits()
    before = Conflict.objects.filter(item__in=ids, ended_at=None).values("permit_id")
    _look_anew(act, Permit.objects.filter(near | Q(pk__in=before), type__in=types))


@often
def _spoken_of() -> QuerySet[ActivityRule, Any]:
    """Types of permits that a rule keeps from work of the types of `ids`, how near, and where."""
    items = model_of(PermitItem, "item").objects.filter(Among(F("pk"), given("ids")))
    rules = ActivityRule.objects.filter(is_active=True, work_type__in=items.values("type_id"))
    return rules.order_by().values_list("type_id", "reach", "site_id")


def near_anew(act: OpenAct, site_id: int, paths: Collection[str]) -> None:
    """Places lie otherwise: the same of the permits there, of those near them now, and of those
    that something there was found near before.
    """
    rules = ActivityRule.objects.filter(is_active=True, site=site_id)
    spoken = list(rules.order_by().values_list("type_id", "other_type_id", "reach"))
    if not spoken:
        return
    types = {pk for one, other, _reach in spoken for pk in (one, other)} - {None}
    near = Around(site_id, Where(tuple(paths)), {reach for *_types, reach in spoken})
    before = Conflict.objects.filter(found_there(paths), ended_at=None).values("permit_id")
    may_be = near.permits() | there(paths) | Q(pk__in=before)
    _look_anew(act, Permit.objects.filter(may_be, site=site_id, type__in=types))


def given_out(act: OpenAct, permit: Permit, *, begins: bool = False) -> None:
    """A permit was issued or taken: who works under others near it, of which a rule speaks, learns
    it. begins: also where it was known of before, as it is at work from now on.
    """
    found = _conflicts.of(permit, act.at, _conflicts.AT_WORK)
    others = {each.other_id for each in found if each.other_id is not None}
    if others:
        _look_anew(act, Permit.objects.filter(pk__in=others), begins=begins)


def _look_anew(act: OpenAct, permits: QuerySet[Permit], *, begins: bool = False) -> None:
    decided = permits.filter(state__in=[*UNDER_ISSUE, State.AUTHORISED, State.STOPPED])
    for permit in with_current(decided).order_by("number"):
        found = _conflicts.of(permit, act.at, ends=permit.ends)
        fresh = bool(_conflicts.renew(act, permit, found)) or begins
        stops = permit.state in UNDER_ISSUE and _stops(permit, found)
        if not fresh and (not stops or permit.state == State.STOP_CALLED):
            continue
        facts = facts_of(permit, act.at)
        settle(act, facts)
        if facts.permit.state not in UNDER_ISSUE:
            continue
        if stops:
            call(act, facts, StopCause.CONFLICT)
        else:
            tell(act, facts, "permits.told_near", act.at)


def _stops(permit: Permit, found: Iterable[_conflicts.Found]) -> bool:
    """Whether any of it would refuse its issue: it is at work, or will be before this one ends."""
    ends = permit.issue_ends or permit.ends
    return any(
        each.rule.verdict == Verdict.STOP
        and each.at_work
        and (each.starts is None or each.starts < ends)
        for each in found
    )
