"""What time alone has brought to permits is written. Reading never waits for this."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from permits.models import Permit
from permits.services._enter import heard, settle
from permits.services._facts import load, with_current
from permits.services._here import performer_here
from permits.services._telling import tell
from permits.standing import OVERDUE, standing
from permits.states import State
from work.services import OpenAct, door

log = logging.getLogger(__name__)

_CHUNK = 50
# How long until those who must know are told again.
_AGAIN = timedelta(minutes=10)


def settle_due(at: datetime) -> int:
    """Write lapses and stops of the clock, in acts of one site each; how many permits changed."""
    due = Permit.objects.filter(ended_at=None).filter(
        Q(state=State.IN_FORCE, tests_until__lte=at)
        | Q(state=State.ISSUED, issue_ends__lte=at)
        | Q(state=State.AUTHORISED, ends__lte=at)
    )
    by_site: dict[int, list[int]] = {}
    for site_id, pk in due.order_by("pk").values_list("site_id", "pk"):
        by_site.setdefault(site_id, []).append(pk)
    settled = 0
    for site_id, ids in by_site.items():
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            try:
                settled += settle_permits(actor=None, at=at, site_id=site_id, permit_ids=part)
            except Exception:
                log.exception("not settled", extra={"site": site_id, "permits": part})
    return settled


def _settle_permits(act: OpenAct, *, site_id: int, permit_ids: Iterable[int]) -> int:
    act.control(site_id)
    changed = 0
    for pk in permit_ids:
        facts = load(pk, act.at)
        if facts is not None and settle(act, facts):
            heard(act, facts.permit)
            changed += 1
    return changed


def tell_unconfirmed(since: datetime, at: datetime) -> int:
    """Tell of every stop that nobody confirmed, and of what is overdue, each ten minutes anew.

    since: when this was done last. How many permits were told of. One that fails is tried once
    more after the others, and holds up none of them.
    """
    late = Q(state=State.IN_FORCE, issue_ends__lte=at)
    rows = with_current(Permit.objects.filter(Q(state=State.STOP_CALLED) | late, ended_at=None))
    due = []
    for permit in rows.order_by("pk"):
        began = standing(permit, at).since
        times, before = (at - began) // _AGAIN, (since - began) // _AGAIN
        by_person = getattr(permit, "open_stop", None) and permit.state_since == began
        if times > max(before, 0 if by_person else -1):
            due.append(permit)
    failed = [permit for permit in due if not _told(permit, at)]
    return len(due) - sum(not _told(permit, at) for permit in failed)


def _told(permit: Permit, at: datetime) -> bool:
    try:
        tell_again(actor=None, at=at, site_id=permit.site_id, permit_id=permit.pk)
    except Exception:
        log.exception("not told", extra={"site": permit.site_id, "permit": permit.pk})
        return False
    return True


def _tell_again(act: OpenAct, *, site_id: int, permit_id: int) -> int:
    act.control(site_id)
    facts = load(permit_id, act.at)
    if facts is None or not (facts.overdue or facts.state == State.STOP_CALLED):
        return 0
    act.about(facts.permit)
    stands = standing(facts.permit, act.at)
    code = "permits.told_overdue" if stands.code == OVERDUE else "permits.told_unconfirmed"
    minutes = int((act.at - stands.since).total_seconds() // 60)
    people = tell(act, facts, code, stands.since, minutes=minutes)
    if facts.permit.performing_authority_id and not performer_here(facts.permit, act.at):
        heard(act, facts.permit)  # who clears it is another since
    act.record("permit_told", facts.permit, people=people, minutes=minutes)
    return 1


settle_permits = door(_settle_permits)

tell_again = door(_tell_again)

__all__ = ["settle_due", "settle_permits", "tell_again", "tell_unconfirmed"]
