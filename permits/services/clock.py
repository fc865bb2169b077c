"""What time alone has brought to permits is written. Reading never waits for this."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from permits.models import Permit
from permits.services._enter import heard, settle
from permits.services._facts import load
from permits.states import State
from work.services import OpenAct, door

log = logging.getLogger(__name__)

_CHUNK = 50


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


settle_permits = door(_settle_permits)

__all__ = ["settle_due", "settle_permits"]
