"""What isolations answer at the ports of work/."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from permits.isolation_states import ENDED, How, Kind
from permits.models import Isolation, IsolationUse, LockRemoval, PersonalLock
from permits.services._isolated import by_owner, holds_until, not_relied_on, reason, stands, url
from permits.services._isolation import KEY
from permits.services._own_locks import told_first
from permits.states import State as PermitState
from work.exceptions import Reason
from work.ports import Answer, Fit, ItemChange, ItemContext, Requirement, Source
from work.prepared import Among, given, prepared
from work.services import recheck
from work.states import AnswerState, BlockerKind, Gate, Role, Status

_NONE = ("role", str(Role.PLANNER))
_UNDER_WAY = (Status.LIVE, Status.WAITING)


@prepared
def _uses() -> QuerySet[IsolationUse, Any]:
    """Uses by the items `ids` themselves, or by their permits."""
    began = Q(permit__links__item__started_at__lte=F("permit__ended_at"))
    began &= Q(permit__links__item__status__in=_UNDER_WAY, permit__state=PermitState.CLOSED)
    relied = Q(permit__ended_at=None) | began
    linked = Among(F("permit__links__item_id"), given("ids"))
    by_permit = relied & Q(linked) & Q(permit__links__ended_at=None)
    rows = IsolationUse.objects.filter(
        Q(Among(F("item_id"), given("ids"))) | by_permit, ended_at=None
    )
    return rows.values_list("isolation_id", "item_id", "how", "permit__links__item_id")


@prepared
def _untold() -> QuerySet[LockRemoval, Any]:
    """Removals of locks of `people` who do not know of it yet, the newest first."""
    rows = LockRemoval.objects.filter(
        Among(F("lock__person_id"), given("people")), removed_at__isnull=False, told_at=None
    )
    return rows.select_related("lock__person", "lock__isolation__site").order_by("-pk")


def used(item_ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """How each item hangs together with isolations, by their ids: one query.

    By itself, or because a permit of the item uses one: work that began under it and is not done
    keeps it when the permit is closed. The work of isolating is not protected.
    """
    ids = list(set(item_ids))
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for isolation_id, item_id, how, of in _uses(ids=ids):
        if item_id is not None:
            found[item_id][isolation_id] = how
        elif of in ids:
            found[of].setdefault(isolation_id, How.PROTECTED)
    return found


class Isolations:
    """Source: an isolation, or all that protect the item. lock: own locks; removed: it is gone."""

    key = KEY
    four_eyes = True

    def answers(self, pairs: Sequence[tuple[Source, ItemContext]], at: datetime) -> list[Answer]:
        """Three queries: what the items hang together with, the isolations, the locks on them."""
        if not pairs:
            return []
        uses = used(context.id for source, context in pairs if source.id is None)
        ids = {source.id for source, _context in pairs if source.id is not None}
        ids |= {pk for each in uses.values() for pk in each}
        workers = {pk for source, each in pairs if source.param("lock") for pk in each.executor_ids}
        alone = get_user_model().objects.filter(pk__in=workers, username=None).order_by()
        rows: Any = Isolation.objects.select_related("site")
        found = rows.annotate(alone=ArraySubquery(alone.values("pk"))).in_bulk(ids)
        locks: dict[int, set[int]] = defaultdict(set)
        rows = PersonalLock.objects.filter(isolation_id__in=ids, off_at=None, group=False)
        for isolation_id, person_id in rows.values_list("isolation_id", "person_id"):
            locks[isolation_id].add(person_id)
        return [
            self._answer(source, context, uses.get(context.id, {}), found, locks, at)
            for source, context in pairs
        ]

    def _answer(
        self,
        source: Source,
        context: ItemContext,
        uses: Mapping[int, str],
        found: Mapping[int, Isolation],
        locks: Mapping[int, set[int]],
        at: datetime,
    ) -> Answer:
        if source.id is not None:
            isolation = found.get(source.id)
            if isolation is None:
                return _none()
            if source.param("removed"):
                return _removed(isolation)
            if source.param("lock"):
                return _locked(isolation, context, locks[isolation.pk])
            return _relied_on(isolation, context, at)
        behind = [found[pk] for pk, how in uses.items() if how == How.PROTECTED]
        if not behind:
            return _none()
        said = [_relied_on(each, context, at) for each in sorted(behind, key=lambda one: one.pk)]
        unmet = [each for each in said if each.state != AnswerState.MET]
        if unmet:
            return unmet[0]
        ends = [(each.valid_until, each) for each in said if each.valid_until is not None]
        first = min(ends, key=lambda one: one[0], default=None)
        if first is None:
            return Answer.met()
        return Answer.met(valid_until=first[0], reason=first[1].reason, clears=first[1].clears)

    def required_for(
        self, items: Sequence[ItemContext], at: datetime
    ) -> dict[int, list[Requirement]]:
        """Each isolation that protects the item is tried, with the own lock of who works: two
        queries. Of one that must be gone first, that it is removed.
        """
        if not items:
            return {}
        uses = used(each.id for each in items)
        named = Isolation.objects.in_bulk({pk for each in uses.values() for pk in each})
        found: dict[int, list[Requirement]] = {}
        for item_id, of_item in uses.items():
            found[item_id] = []
            for pk, how in sorted(of_item.items()):
                if how == How.PROTECTED:
                    found[item_id] += [_need(named[pk], "isolated"), _need(named[pk], "lock")]
                elif how == How.AFTER:
                    found[item_id].append(_need(named[pk], "removed"))
        return found

    def waits_for(self, sources: Sequence[Source]) -> dict[Source, list[Source]]:
        """One that must be gone waits for the work that it protects."""
        asked = {each.id: each for each in sources if each.id and each.param("removed")}
        if not asked:
            return {}
        rows = IsolationUse.objects.filter(
            isolation_id__in=asked, item__isnull=False, how=How.PROTECTED, ended_at=None
        )
        found: dict[Source, list[Source]] = defaultdict(list)
        for isolation_id, item_id in rows.values_list("isolation_id", "item_id"):
            found[asked[isolation_id]].append(Source("work.item", item_id))
        return found


def _none() -> Answer:
    return Answer.unmet(Reason("permits.no_isolation_linked"), clears=_NONE)


def _unmet(isolation: Isolation, why: Reason) -> Answer:
    return Answer.unmet(why, clears=why.clears, source_id=isolation.pk, url=url(isolation))


def _relied_on(isolation: Isolation, context: ItemContext, at: datetime) -> Answer:
    begins = context.status != Status.LIVE
    if against := not_relied_on(isolation, at, begins=begins):
        return _unmet(isolation, against)
    met: dict[str, Any] = {"source_id": isolation.pk, "url": url(isolation)}
    until = holds_until(isolation, begins=begins)
    if until is not None:
        over = not_relied_on(isolation, until, begins=begins)
        met |= {"valid_until": until, "reason": over, "clears": over.clears if over else None}
    return Answer.met(**met)


def _locked(isolation: Any, context: ItemContext, on: set[int]) -> Answer:
    """Every executor has the own lock on the box; for who has no sign-in the owner sees to it."""
    missing = [pk for pk in context.executor_ids if pk not in on]
    if missing or not context.executor_ids:
        own = [pk for pk in missing if pk not in (isolation.alone or ())]
        by = ("user", own[0]) if own else by_owner(isolation) if missing else _NONE
        why = reason(isolation, "permits.own_lock_missing", by, count=len(missing))
        return _unmet(isolation, why)
    return Answer.met(source_id=isolation.pk, url=url(isolation))


def _removed(isolation: Isolation) -> Answer:
    if isolation.state in ENDED:
        return Answer.met(source_id=isolation.pk, url=url(isolation))
    return _unmet(isolation, stands(isolation))


def _need(isolation: Isolation, what: str) -> Requirement:
    return Requirement(
        key=f"{what}:{isolation.pk}",
        gate=Gate.START,
        kind=BlockerKind.ISOLATION,
        what=Reason(NEEDS[what], {"isolation": isolation.number, "name": isolation.title}),
        source_id=isolation.pk,
        params={} if what == "isolated" else {what: True},
    )


NEEDS = {
    "isolated": "need.permits.isolated",
    "lock": "need.permits.own_lock",
    "removed": "need.permits.isolation_removed",
}


class OfItems:
    """A check that is due keeps work from beginning and stops none: what has begun is asked so."""

    key = KEY

    def items_changed(self, changes: Sequence[ItemChange], act: Any) -> None:
        """One query where work behind one began, or goes on after waiting."""
        begun = [each.item_id for each in changes if KEY in each.asked and _begun(each)]
        if not begun:
            return
        uses = used(begun)
        ids = {pk for each in uses.values() for pk in each}
        long_term = Isolation.objects.filter(pk__in=ids, kind=Kind.LONG_TERM) if ids else ()
        if checked := [each.pk for each in long_term]:
            recheck(act=act, key=KEY, source_ids=checked)


def _begun(change: ItemChange) -> bool:
    return change.status_before != Status.LIVE and change.status_after == Status.LIVE


class Locks:
    """Whose lock was removed while away is told of it before anything is begun again."""

    key = "permits.locks"

    def fit(
        self,
        pairs: Sequence[tuple[int, ItemContext]],
        at: datetime,
        until: Mapping[int, datetime],
    ) -> list[Fit]:
        """One query."""
        if not pairs:
            return []
        untold = {
            (each.lock.person_id, each.lock.isolation.site_id): each
            for each in _untold(people=list({person for person, _context in pairs}))
        }
        found = [untold.get((person, context.site_id)) for person, context in pairs]
        return [Fit((told_first(each),)) if each else Fit() for each in found]


class IsolationKinds:
    """Kinds of isolations, on which other domains hang what they ask of who isolates."""

    key = "permits.isolation"
    title = _("Isolation")

    def choices(self, site_id: int) -> list[tuple[str, str]]:
        """The same at every site."""
        return [(str(kind), str(kind.label)) for kind in Kind]

    def of_items(self, items: Sequence[ItemContext], at: datetime) -> dict[int, set[str]]:
        """The kinds of those that protect each item, or that it puts in place: two queries.

        Not of one that is gone before the work begins.
        """
        found = {
            item: [pk for pk, how in each.items() if how != How.AFTER]
            for item, each in used(each.id for each in items).items()
        }
        ids = {pk for each in found.values() for pk in each}
        kinds = dict(Isolation.objects.filter(pk__in=ids).values_list("pk", "kind"))
        return {item: {kinds[pk] for pk in each} for item, each in found.items() if each}
