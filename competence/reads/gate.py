"""The gate list of a day: who of the companies is expected, may come in, and why not.

Company and induction decide about coming in; what else is lacking stops the start of the work, and
is said beside it.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import reduce
from operator import and_
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from competence import addresses
from competence.facts import SiteFacts
from competence.judging import Verdict, judge
from competence.needs import said
from competence.reads import facts, judged, visitors
from competence.reads import work as work_reads
from competence.states import Asks
from work.exceptions import Reason
from work.permissions import Scope
from work.ports import ItemContext
from work.states import Role

PAGE = 50
_MOST_WORDS = 4
_PLANNER = ("role", str(Role.PLANNER))
_COORDINATOR = ("role", str(Role.COMPETENCE_COORDINATOR))


@dataclass(frozen=True)
class Entry:
    """One person who is expected. against: why not to come in; beside: what stops the work.

    lapses: what is so now and ends before the work does, as it is planned.
    """

    person_id: int
    name: str
    team_id: int
    company: str
    items: tuple[Any, ...]
    against: tuple[Reason, ...]
    beside: tuple[Reason, ...]
    lapses: tuple[Reason, ...]
    until: datetime | None

    @property
    def may(self) -> bool:
        """Whether the person may come in."""
        return not self.against


def day_of(at: datetime, zone: str) -> tuple[datetime, datetime]:
    """From when until when the day of the site is."""
    here = ZoneInfo(zone)
    begin = datetime.combine(at.astimezone(here).date(), time.min, here)
    return begin, datetime.combine(begin.date() + timedelta(days=1), time.min, here)


@dataclass(frozen=True)
class Listed:
    """A page of the gate list: its rows, how many people are expected in all, which page it is."""

    rows: list[Entry]
    total: int
    page: int


def listed(
    site: Any, who: Scope, at: datetime, page: int = 1, *, q: str = "", team_id: int | None = None
) -> Listed:
    """A page of who is expected today, by company and name: seven queries, eight of a full one.

    Of contractors' readers their own people alone. q: words of the name, whatever the accents;
    team_id: of one company.
    """
    today = _today(site, who, at)
    rows = _coming(today, site, at)
    if team_id is not None:
        rows = rows.filter(item__team_id=team_id)
    if words := q.split()[:_MOST_WORDS]:
        rows = rows.filter(reduce(and_, (Q(user__name__unaccent__icontains=w) for w in words)))
    named = rows.values("item__team__name", "user__name", "user_id", "team")
    expected = named.order_by("item__team__name", "user__name", "user_id", "team").distinct()
    page = max(1, page)
    first = (page - 1) * PAGE
    shown = list(expected[first : first + PAGE])
    total = first + len(shown)
    if len(shown) == PAGE or (first and not shown):
        total = expected.count()
        if not shown:
            last = max(1, -(-total // PAGE))
            return listed(site, who, at, last, q=q, team_id=team_id)
    pairs = {(each["user_id"], each["team"]) for each in shown}
    return Listed(_entries(site, at, today, pairs), total, page)


def companies(site: Any, who: Scope, at: datetime) -> list[tuple[int, str, int]]:
    """The companies of which people are expected today, by name, with how many: one query."""
    rows = _coming(_today(site, who, at), site, at).values("item__team_id", "item__team__name")
    counted = rows.annotate(people=Count("user_id", distinct=True))
    named = counted.values_list("item__team_id", "item__team__name", "people")
    return list(named.order_by("item__team__name", "item__team_id"))


def _today(site: Any, who: Scope, at: datetime) -> Q:
    teams = who.companies(site.pk) if who.only_contractor(site.pk) else None
    return work_reads.of_day(site.pk, *day_of(at, site.time_zone), teams)


def _coming(today: Q, site: Any, at: datetime) -> QuerySet[Any]:
    """Who carries out work of today, for which company; not the site's own who work with it."""
    comes = visitors.roles(at, "user_id", site_id=site.pk, role=Role.CONTRACTOR, starts__lte=at)
    own = Q(user__company=None) & ~Exists(comes.filter(company=OuterRef("item__team")))
    return work_reads.parts(today).exclude(own).annotate(team=F("item__team_id"))


def _entries(site: Any, at: datetime, today: Q, pairs: set[tuple[int, int]]) -> list[Entry]:
    people, teams = ({pair[n] for pair in pairs} for n in (0, 1))
    wanted = today & Q(executors__in=people, team_id__in=teams)
    found = {item.pk: item for item in work_reads.items(wanted)} if pairs else {}
    contexts = work_reads.known(found.values())
    expected: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for context in contexts.values():
        for pk in context.executor_ids:
            if (pk, context.team_id) in pairs:
                expected[(pk, context.team_id or 0)].append(context)
    asked = facts.of_sites([site.pk])[site.pk]
    known = facts.of_people(people, [site.pk], of=_asked_of(asked, contexts.values()))
    codes = judged.codes([asked], list(contexts.values()), at)
    names, gone = _names(people, teams)
    rows = []
    for (pk, team_id), of_person in expected.items():
        url = addresses.person(site.slug, pk)
        against, beside, lapses = [], [], []
        ends: list[datetime] = []
        if not any(_comes_for(row, site.pk, team_id, at) for row in known[pk].firms):
            against.append(Reason("executor_no_role_here", {}, ("user", pk), _PLANNER))
        if pk in gone:
            against.append(Reason("executor_left", {}, ("user", pk), _PLANNER))
        for context in of_person:
            for verdict in judge(asked, known[pk], judged.of_item(context, codes), at, url):
                of_gate = verdict.need.asks != Asks.COMPETENCE
                kept = against if of_gate else beside
                if verdict.reason is not None and verdict.reason not in kept:
                    kept.append(verdict.reason)
                if of_gate and verdict.until is not None:
                    ends.append(verdict.until)
                if (lapse := _lapse(verdict, context.planned_end, pk)) not in (None, *lapses):
                    lapses.append(lapse)
        rows.append(
            Entry(
                person_id=pk,
                name=names["user", pk],
                team_id=team_id,
                company=names["team", team_id],
                items=tuple(found[context.id] for context in of_person),
                against=tuple(against),
                beside=tuple(beside),
                lapses=tuple(lapses),
                until=None if against else min(ends, default=None),
            )
        )
    return sorted(rows, key=lambda row: (row.company, row.name, row.person_id))


def _asked_of(asked: SiteFacts, contexts: Collection[ItemContext]) -> set[int]:
    """The competences that rules ask of work of these types, on things of these classes."""
    types = {None, *(each.type_id for each in contexts)}
    classes = {None, *(pk for each in contexts for pk in each.asset_class_ids)}
    rules = [
        rule
        for rule in asked.rules
        if rule.type_id in types and rule.class_id in classes and not rule.capacity
    ]
    named = [each for rule in rules for each in (rule.competence, rule.verification)]
    return {each.id for each in named if each is not None}


def _lapse(verdict: Verdict, end: datetime | None, pk: int) -> Reason | None:
    """What is met now and will be so no more before the work is over."""
    if verdict.reason is not None or verdict.until is None or end is None or verdict.until >= end:
        return None
    params = {"what": said(verdict.need, pk).as_json(), "until": verdict.until.isoformat()}
    return Reason("competence.lapses_first", params, ("user", pk), _COORDINATOR)


def _comes_for(row: tuple[Any, ...], site_id: int, team_id: int, at: datetime) -> bool:
    of_site, firm_id, starts, ends = row
    return (of_site, firm_id) == (site_id, team_id) and starts <= at and (ends is None or ends > at)


def _names(people: set[int], teams: set[int]) -> tuple[dict[tuple[str, int], str], set[int]]:
    """The names of people and companies, and who of the people has left."""
    users = get_user_model()._default_manager.filter(pk__in=people)
    team_model: Any = get_user_model()._meta.get_field("company").related_model
    named = team_model._default_manager.filter(pk__in=teams).values_list("pk", "name")
    names, gone = {("team", pk): name for pk, name in named}, set()
    for pk, name, is_active in users.values_list("pk", "name", "is_active"):
        names["user", pk] = name
        if not is_active:
            gone.add(pk)
    return names, gone
