"""An executor is named, and the executors are fit for the rest of the shift."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from work import ports
from work.exceptions import Reason
from work.models import TeamMember, User
from work.ports import Answer, Fit, ItemContext, Requirement, Source
from work.prepared import Among, given, often
from work.services._guarded import one_each
from work.states import BlockerKind, Gate, Role, Status

# Roles with which a person may carry work out. A contractor does so for the item's company.
EXECUTING = frozenset(Role) - {Role.VIEWER, Role.AUDITOR}
# Whoever is at work is fit as long as he is; whoever begins, or goes on after waiting, must be so
# to the end of his shift. Of what is done nobody asks more than of what goes on.
_AT_WORK = frozenset({Status.LIVE, Status.DONE})


class Executors:
    """An executor is named."""

    key = "work.executor"
    four_eyes = False

    def answers(self, pairs: Sequence[tuple[Source, ItemContext]], at: datetime) -> list[Answer]:
        """Met when somebody is named: no query."""
        unmet = Answer.unmet(Reason("no_executor"), clears=("role", Role.PLANNER))
        return [Answer.met() if context.executor_ids else unmet for _, context in pairs]

    def required_for(
        self, items: Sequence[ItemContext], at: datetime
    ) -> dict[int, list[Requirement]]:
        """Every item needs one at its start."""
        need = Requirement(
            key="named",
            gate=Gate.START,
            kind=BlockerKind.PEOPLE,
            what=Reason("need.executor"),
            lead=timedelta(0),
        )
        return {item.id: [need] for item in items}

    def waits_for(self, sources: Sequence[Source]) -> dict[Source, list[Source]]:
        """A name waits for nothing."""
        return {}


class Fitnesses:
    """The executors are fit, as all that is registered at the Fitness port says."""

    key = "work.fitness"
    four_eyes = False

    def answers(self, pairs: Sequence[tuple[Source, ItemContext]], at: datetime) -> list[Answer]:
        """Met with the earliest *until*; to start or resume it must reach the end of the shift."""
        asked = [(pk, context) for _, context in pairs for pk in context.executor_ids]
        ends = shift_ends({pk for pk, _ in asked}, at)
        heard = [one_each(port.fit(asked, at, ends), asked) for port in ports.fitness.all()]
        fits: dict[int, list[tuple[int, Fit]]] = defaultdict(list)
        for index, (pk, context) in enumerate(asked):
            fits[context.id] += [(pk, answers[index]) for answers in heard]
        limits = {(pk, fit.until) for each in fits.values() for pk, fit in each if fit.until}
        begins = _shifts_over(limits, at)
        return [self._answer(context, fits[context.id], ends, begins, at) for _, context in pairs]

    def _answer(
        self,
        context: ItemContext,
        fits: Sequence[tuple[int, Fit]],
        ends: Mapping[int, datetime],
        begins: Mapping[tuple[int, datetime], datetime],
        at: datetime,
    ) -> Answer:
        if not context.executor_ids:
            return Answer.unmet(Reason("no_executor"), clears=("role", Role.PLANNER))
        ending: list[tuple[datetime, tuple[Reason, ...]]] = []  # and what is against it then
        against: list[Reason] = []
        again: list[datetime] = []  # when to ask again
        for person_id, fit in fits:
            if fit.reasons:
                against += fit.reasons
                again += [fit.until] if fit.until else []
                continue
            if fit.until is None:
                continue
            holds, then = fit.until, fit.then
            if context.status not in _AT_WORK:
                if fit.until < ends.get(person_id, at):
                    against.append(_only_until(person_id, fit.until))
                    again.append(fit.until)
                    continue
                # It is not enough from the second at which a shift begins that goes on after it.
                holds = begins.get((person_id, fit.until), fit.until)
                if holds != fit.until:
                    then = (_only_until(person_id, fit.until),)
            ending.append((holds, then))
        if against:
            every, clears = _as_one(against)
            return Answer.unmet(every, clears=clears, valid_until=min(again, default=None))
        if not ending:
            return Answer.met()
        until = min(holds for holds, _ in ending)
        coming = [reason for holds, then in ending if holds == until for reason in then]
        if not coming:
            return Answer.met(valid_until=until)
        every, clears = _as_one(coming)
        return Answer.met(valid_until=until, reason=every, clears=clears)

    def required_for(
        self, items: Sequence[ItemContext], at: datetime
    ) -> dict[int, list[Requirement]]:
        """Every item with executors needs them fit at its start."""
        need = Requirement(
            key="fit",
            gate=Gate.START,
            kind=BlockerKind.COMPETENCE,
            what=Reason("need.fitness"),
            lead=timedelta(0),
        )
        return {item.id: [need] for item in items if item.executor_ids}

    def waits_for(self, sources: Sequence[Source]) -> dict[Source, list[Source]]:
        """Fitness waits for nothing."""
        return {}


def _as_one(reasons: Sequence[Reason]) -> tuple[Reason, Any]:
    """Several reasons as one, and who clears the first: nobody mends that to hear of the next."""
    if len(reasons) == 1:
        return reasons[0], reasons[0].clears
    every = Reason("several", {"reasons": [each.as_json() for each in reasons]})
    return every, reasons[0].clears


def _only_until(person_id: int, until: datetime) -> Reason:
    about, by = ("user", person_id), ("role", Role.PLANNER)
    return Reason("fit_only_until", {"until": until.isoformat()}, about, by)


def shift_ends(people: Iterable[int], at: datetime) -> dict[int, datetime]:
    """The planned end of the shift that each person is in at `at`; absent when in none."""
    ends: dict[int, datetime] = {}
    for user_id, _begin, end in _shifts(people, at, at, at):
        ends[user_id] = max(end, ends.get(user_id, end))
    return ends


def _shifts_over(
    limits: Collection[tuple[int, datetime]], at: datetime
) -> dict[tuple[int, datetime], datetime]:
    """When the later shift of a person begins that goes on after a moment: no query for none."""
    if not limits:
        return {}
    moments = [until for _, until in limits]
    found: dict[tuple[int, datetime], datetime] = {}
    for user_id, begin, end in _shifts({pk for pk, _ in limits}, at, min(moments), max(moments)):
        for pk, until in limits:
            if pk == user_id and at < begin < until < end:
                found[(pk, until)] = min(begin, found.get((pk, until), begin))
    return found


def _shifts(
    people: Iterable[int], at: datetime, after: datetime, before: datetime
) -> list[tuple[int, datetime, datetime]]:
    """Shifts that end after one moment and began by another, from when each is of the crew."""
    rows = _crews(people=list(people), at=at, after=after, before=before)
    return [
        (user_id, max(joins, starts), ends)
        for user_id, joins, leaves, starts, ends in rows
        if leaves is None or leaves > max(joins, starts)
    ]


@often
def _crews() -> QuerySet[Any]:
    """Of some people their membership of crews, with each shift of those: see `_shifts`."""
    return TeamMember.objects.filter(
        Q(ends=None) | Q(ends__gt=given("at")),
        Among(F("user_id"), given("people")),
        starts__lte=given("before"),
        team__shifts__starts__lte=given("before"),
        team__shifts__ends__gt=given("after"),
    ).values_list("user_id", "starts", "ends", "team__shifts__starts", "team__shifts__ends")


@often
def _active() -> QuerySet[Any]:
    """Of the active ones among some people each role, or nothing instead of one."""
    people = User.objects.filter(Among(F("pk"), given("people")), is_active=True).order_by()
    return people.values_list(
        "pk",
        "memberships__site_id",
        "memberships__role",
        "memberships__company_id",
        "memberships__place__path",
        "memberships__starts",
        "memberships__ends",
    )


class Membership:
    """Fitness of the core itself: active, and with a role at the place; until that role ends."""

    key = "work.membership"

    def fit(
        self,
        pairs: Sequence[tuple[int, ItemContext]],
        at: datetime,
        until: Mapping[int, datetime],
    ) -> list[Fit]:
        """One query, whatever the length."""
        roles: dict[int, list] = defaultdict(list)
        active = set()
        for user_id, *role in _active(people=list({pk for pk, _ in pairs})):
            active.add(user_id)
            roles[user_id].append(role)
        return [
            self._fit(pk, pk in active, _times(roles[pk], context, at), at) for pk, context in pairs
        ]

    def _fit(
        self,
        pk: int,
        active: bool,
        times: Sequence[tuple[datetime, datetime | None]],
        at: datetime,
    ) -> Fit:
        if not active:
            return Fit((Reason("executor_left", {}, ("user", pk), ("role", Role.PLANNER)),))
        now = [ends for starts, ends in times if starts <= at]
        if not now:
            reason = Reason("executor_no_role_here", {}, ("user", pk), ("role", Role.PLANNER))
            return Fit((reason,), until=min((starts for starts, _ in times), default=None))
        if None in now:
            return Fit()
        left = Reason("executor_no_role_here", {}, ("user", pk), ("role", Role.PLANNER))
        return Fit(until=max(ends for ends in now if ends is not None), then=(left,))


def _times(
    roles: Iterable[Sequence[Any]], context: ItemContext, at: datetime
) -> list[tuple[datetime, datetime | None]]:
    """From when until when roles let a person work on this item, now or later."""
    return [
        (starts, ends)
        for site_id, role, company_id, path, starts, ends in roles
        if site_id == context.site_id
        and role in EXECUTING
        and (ends is None or ends > at)
        and (path is None or context.place_path.startswith(path))
        and (role != Role.CONTRACTOR or company_id == context.team_id)
    ]
