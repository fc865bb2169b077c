"""What hangs together with an isolation: permits that use it, work that it protects or waits."""

from typing import Any

from permits.isolation_permissions import may_decide
from permits.isolation_states import How, Kind, Verb
from permits.models import Isolation, IsolationUse, Permit
from permits.permissions import sees
from permits.services import _named
from permits.services._behind import on_it, work_behind
from permits.services._enter import heard as permit_heard
from permits.services._isolated import by_owner, reason
from permits.services._isolation import enter, heard, kept
from permits.services._isolation_facts import Facts
from permits.services._says import stands as permit_stands
from permits.standing import standing
from permits.states import ENDED, OPEN, UNDER_ISSUE, State
from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.services import OpenAct, door
from work.states import Role

# After issue nothing of a permit changes; a stop is dealt with by a new issue.
_MAY_USE = frozenset(OPEN - UNDER_ISSUE - {State.HANDED_BACK, State.AFTERCARE})
_MAY_LEAVE = frozenset(ENDED | {State.DRAFT, State.REQUESTED})


def _use(
    act: OpenAct,
    *,
    isolation_id: int,
    permit_id: int | None = None,
    item_id: int | None = None,
    how: str = How.PROTECTED,
) -> IsolationUse:
    """Say that a permit uses it, or how work hangs together with it."""
    facts = enter(act, isolation_id, Verb.USE, None)
    isolation = facts.isolation
    if isolation.kind == Kind.OWN:
        raise Refused(reason(isolation, "permits.isolation_of_one"))
    if any((each.permit_id, each.item_id) == (permit_id, item_id) for each in facts.uses):
        raise Refused(Reason("permits.linked_already"))
    if permit_id is not None:
        _permit(act, facts, permit_id)
        how = How.PROTECTED
    else:
        _item(act, isolation, item_id, how)
        if how != How.PROTECTED:
            _not_behind(act, facts, item_id)
    return add(act, facts, permit_id=permit_id, item_id=item_id, how=how)


def add(
    act: OpenAct,
    facts: Facts,
    *,
    permit_id: int | None = None,
    item_id: int | None = None,
    how: str = How.PROTECTED,
) -> IsolationUse:
    """Make the link, and ask anew for the work."""
    use = IsolationUse.objects.create(
        isolation=facts.isolation, permit_id=permit_id, item_id=item_id, how=how, since=act.at
    )
    facts.uses.append(use)
    said = {"permit": permit_id, "item": item_id}
    act.record("isolation_used", facts.isolation, how=str(how), **said)
    heard(act, facts)
    return use


def _permit(act: OpenAct, facts: Facts, permit_id: int) -> None:
    rows = Permit.objects.select_related("site", "type", "place", "team")
    permit = rows.filter(pk=permit_id, site_id=facts.isolation.site_id).first()
    if permit is None or not sees(act.scope, permit):
        raise Refused(Reason("permits.permit_unknown"))
    if standing(permit, act.at).code not in _MAY_USE:
        raise Refused(permit_stands(permit, act.at))


def _item(act: OpenAct, isolation: Isolation, item_id: int | None, how: str) -> None:
    if item_id is None or how not in How.values:
        raise Refused(Reason("permits.item_unknown"))
    _named.item_at(act, isolation.site_id, item_id)


def _not_behind(act: OpenAct, facts: Facts, item_id: int | None) -> None:
    """Work that it protects through a permit is said to be something else: as if it were left."""
    behind = [each for each in facts.protected if each.pk == item_id]
    if behind:
        _may_leave(act, facts, behind)


def _may_leave(
    act: OpenAct,
    facts: Facts,
    behind: list[Any],
    performer_id: int | None = None,
    *,
    locks: bool = True,
) -> None:
    """Work loses its isolation by the word of who decides or answers for it, never of who carries
    that work out, and not while it is under way or the lock of one of those is on the box.
    """
    allowed = may_decide(act.scope, facts.isolation)
    if not allowed:
        raise Forbidden(allowed.reason)
    people = {pk for each in behind for pk in _executors(each)} | {performer_id} - {None}
    if act.person.pk in people:
        by = by_owner(facts.isolation)
        by = ("role", str(Role.SHIFT_LEAD)) if by == ("user", act.person.pk) else by
        raise Forbidden(reason(facts.isolation, "permits.isolation_left_by_oneself", by))
    said = [work_behind(facts, each) for each in behind if each in facts.under_way]
    own = [each for each in facts.locks if each.person_id in people and not each.group]
    said += [on_it(facts, each) for each in own if locks]
    if said:
        raise Refused(said)


def _executors(item: Any) -> list[int]:
    return list(item.item_executors.values_list("user_id", flat=True))


def _leave(act: OpenAct, *, use_id: int, why: str = "") -> IsolationUse:
    """It hangs together no longer: not while work behind it is under way, nor once authorised."""
    use = IsolationUse.objects.filter(pk=use_id, ended_at=None).first()
    if use is None:
        raise Unknown
    facts = enter(act, use.isolation_id, Verb.LEAVE, None)
    against = [each for each in facts.uses if each.pk == use_id]
    if not against:
        raise Unknown
    use = against[0]
    if use.permit is not None and standing(use.permit, act.at).code not in _MAY_LEAVE:
        raise Refused(permit_stands(use.permit, act.at))
    note = None
    if use.how != How.ISOLATING:
        of = [use.item] if use.item is not None else facts.through(use.permit_id)
        performer = use.permit.performing_authority_id if use.permit is not None else None
        _may_leave(act, facts, of, performer, locks=use.how == How.PROTECTED)
        note = kept(act, why, "isolation_left", facts.isolation)
    use.ended_at = act.at
    use.save()
    facts.uses.remove(use)
    said = {"permit": use.permit_id, "item": use.item_id, "note": note}
    act.record("isolation_left", facts.isolation, **said)
    heard(act, facts, more=[use.item_id] if use.item_id else [])
    if use.permit is not None:
        permit_heard(act, use.permit)
    return use


use = door(_use)
leave = door(_leave)

__all__ = ["add", "leave", "use"]
