"""What time alone brings: lapses that become blockers, stops that nobody confirmed, reconciling.

Reading never waits for these: the querysets of the item see a lapse at its second. A blocker
written here begins at the lapse's own second.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from work.models import Duty, Heartbeat, Notice, Prerequisite, WorkItem
from work.services import _asking, _locks, _overlay, _reach
from work.services._facts import Facts, load
from work.services.acts import OpenAct, door
from work.states import CONTROLLED, OPEN, AnswerState, Role, Status

# So many items at once, and so often.
CHUNK, _BATCHES = 500, 40
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drift:
    """A stored thing that differs from what recomputation says; reported, never mended silently."""

    item_id: int
    what: str
    stored: str
    found: str


def settle_due(at: datetime) -> int:
    """Turn what lapsed or fell due by `at` into blockers; how many items were settled.

    Also asks again where time alone may have made something true: an answer that says until when
    it is *not met*, and a rule that ended. In chunks of one site each, every chunk an act of its
    own. Safe to run twice at once, or to be killed half way. What fails is logged and left for the
    next minute; the others go on.
    """
    settled = 0
    failed: set[int] = set()
    for _batch in range(_BATCHES):
        due = (
            WorkItem.objects.filter(status__in=sorted(OPEN))
            .filter(Q(blocked_from__lte=at) | Q(ready_until__lte=at))
            .exclude(pk__in=failed)
            .order_by("site_id", "pk")
            .values_list("site_id", "pk")[:CHUNK]
        )
        if not due:
            break
        settled += _settle(due, at, failed)
    return settled + _settle(_may_be_met(at), at, failed)


def _may_be_met(at: datetime) -> list[tuple[int, int]]:
    """Sites and items with a requirement that time alone may have met or ended.

    Of requested items too: one that was returned keeps its blocker by hand until that is met.
    """
    unmet = Prerequisite.objects.filter(valid_until__lte=at).exclude(answer=AnswerState.MET)
    ended = Prerequisite.objects.filter(rule__ends__lte=at)
    rows = [
        each.filter(withdrawn_at=None, item__status__in=sorted(OPEN)).values_list(
            "site_id", "item_id"
        )
        for each in (unmet, ended)
    ]
    return sorted({*rows[0], *rows[1]})


def _settle(due: Iterable[tuple[int, int]], at: datetime, failed: set[int]) -> int:
    by_site: dict[int, list[int]] = defaultdict(list)
    for site_id, pk in due:
        if pk not in failed:
            by_site[site_id].append(pk)
    return sum(
        _settle_part(site_id, ids[start : start + CHUNK], at, failed)
        for site_id, ids in by_site.items()
        for start in range(0, len(ids), CHUNK)
    )


def _settle_part(site_id: int, ids: Collection[int], at: datetime, failed: set[int]) -> int:
    try:
        return settle_items(actor=None, at=at, site_id=site_id, item_ids=ids)
    except Exception:
        log.exception("not settled", extra={"site": site_id, "items": ids})
        failed.update(ids)
        return 0


def _settle_items(act: OpenAct, *, site_id: int, item_ids: Iterable[int]) -> int:
    """Bring these items up to the act's moment."""
    _locks.control(site_id)
    facts = load(_locks.items(item_ids))
    still = {pk: each for pk, each in facts.items() if each.item.status in OPEN}
    _asking.bring_up_to_date(act, still)
    return len(still)


def tell_unconfirmed(at: datetime) -> int:
    """Tell owner and shift lead of stops that nobody confirmed within the type's minutes."""
    rows = WorkItem.objects.filter(
        status=Status.LIVE, stop_asked_at__isnull=False, stop_told_at=None
    ).select_related("type_version", "place")
    told = 0
    for item in rows.order_by("stop_asked_at")[:CHUNK]:
        patience = timedelta(minutes=item.type_version.stop_minutes)
        if item.stop_asked_at is not None and item.stop_asked_at + patience <= at:
            told += tell_stop(actor=None, at=at, site_id=item.site_id, item_id=item.pk)
    return told


def _tell_stop(act: OpenAct, *, site_id: int, item_id: int) -> int:
    """One notice to each of owner, holder of the owning post, and shift leads on duty here."""
    _locks.control(site_id)
    item = _locks.items([item_id])[0]
    if item.status != Status.LIVE or item.stop_asked_at is None or item.stop_told_at is not None:
        return 0
    people = {item.owner_user_id} if item.owner_user_id else set()
    duties = Duty.objects.filter(ends=None, post__site_id=site_id, post__is_active=True)
    for duty in duties.select_related("post__place"):
        leads = duty.post.role == Role.SHIFT_LEAD
        covers = item.place.path.startswith(duty.post.place.path)
        if duty.post_id == item.owner_post_id or (leads and covers):
            people.add(duty.user_id)
    if not people:
        return 0  # the next minute tries again: somebody may have taken a duty by then
    Notice.objects.bulk_create(
        [
            Notice(
                user_id=pk,
                item=item,
                code="stop_not_confirmed",
                params={"since": item.stop_asked_at.isoformat()},
                at=act.at,
            )
            for pk in sorted(people)
        ],
        ignore_conflicts=True,
    )
    item.stop_told_at = act.at
    item.save(update_fields=["stop_told_at"])
    act.record("stop_told", item, item_id=item.pk, people=sorted(people))
    return 1


def beat(name: str, at: datetime) -> None:
    """Note that a periodic task finished."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at})


def last_beat(name: str, at: datetime) -> datetime:
    """When a periodic task last finished; a day ago where it never did."""
    beat = Heartbeat.objects.filter(name=name).first()
    return beat.at if beat else at - timedelta(days=1)


def reconcile(at: datetime) -> list[Drift]:
    """Compare every open item with a recomputation, and its answers with their suppliers.

    Reports drift and changes nothing: no lock, no write.
    """
    drift: list[Drift] = []
    last = 0
    while True:
        items = list(
            WorkItem.objects.filter(status__in=sorted(CONTROLLED), pk__gt=last)
            .select_related("site", "place", "type", "type_version")
            .order_by("pk")[:CHUNK]
        )
        if not items:
            return drift
        last = items[-1].pk
        facts = load(items)
        coming = _reach.not_ended({item.site_id for item in items}, at, coming=True)
        _reach.note_turns(list(facts.values()), coming, at)
        drift += [each for one in facts.values() for each in _overlay_drift(one, at)]
        drift += _answer_drift(facts, at)


def _overlay_drift(facts: Facts, at: datetime) -> list[Drift]:
    item = facts.item
    if item.blocked_from is not None and item.blocked_from <= at:
        return []  # the minute task has it before it
    found = _overlay.compute(facts, at)
    return [
        Drift(item.pk, name, str(getattr(item, name)), str(found[name]))
        for name in ("unmet_start", "open_blockers")
        if getattr(item, name) != found[name]
        and not (name == "unmet_start" and item.ready_until and item.ready_until <= at)
    ]


def _answer_drift(facts: dict[int, Facts], at: datetime) -> list[Drift]:
    drift = []
    for row, _context, answer in _asking.asked_now(facts, at):
        stored_holds = row.answer == AnswerState.MET and (
            row.valid_until is None or row.valid_until > at
        )
        if stored_holds != (answer.state == AnswerState.MET):
            drift.append(
                Drift(row.item_id, f"answer:{row.supplier}", row.answer, str(answer.state))
            )
    return drift


settle_items = door(_settle_items)
tell_stop = door(_tell_stop)

__all__ = [
    "Drift",
    "beat",
    "last_beat",
    "reconcile",
    "settle_due",
    "settle_items",
    "tell_unconfirmed",
]
