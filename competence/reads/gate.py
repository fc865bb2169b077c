"""The gate list of a day: who of the companies is expected, may come in, and why not.

Company and induction decide about coming in; what else is lacking stops the start of the work, and
is said beside it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache, reduce
from itertools import chain
from operator import and_
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window

from competence import addresses
from competence.facts import PersonFacts, SiteFacts, Where
from competence.judging import Verdict, judge
from competence.needs import alike, in_force, said
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


class _Expected(NamedTuple):
    """Who is expected for which company and work; of: how many there are in all."""

    company: str
    name: str
    person_id: int
    team_id: int
    is_active: bool
    ids: list[int]
    of: int


_COLUMNS = ("item__team__name", "user__name", "user_id", "item__team_id", "user__is_active")


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
    """A page of who is expected today, by company and name: five queries.

    Of contractors' readers their own people alone. q: words of the name, whatever the accents;
    team_id: of one company.
    """
    rows = _coming(site, who, at)
    if team_id is not None:
        rows = rows.filter(item__team_id=team_id)
    if words := q.split()[:_MOST_WORDS]:
        rows = rows.filter(reduce(and_, (Q(user__name__unaccent__icontains=w) for w in words)))
    expected = rows.values(*_COLUMNS).order_by(*_COLUMNS[:4])
    page = max(1, page)
    first = (page - 1) * PAGE
    counted = expected.annotate(ids=ArrayAgg("item_id"), of=Window(Count("*")))
    found = counted.values_list(*_COLUMNS, "ids", "of")[first : first + PAGE]
    shown = [_Expected(*row) for row in found]
    if first and not shown:
        last = max(1, -(-expected.distinct().count() // PAGE))
        return listed(site, who, at, last, q=q, team_id=team_id)
    total = shown[0].of if shown else 0
    return Listed(_entries(site, at, _today(site, who, at), shown), total, page)


def companies(site: Any, who: Scope, at: datetime) -> list[tuple[int, str, int]]:
    """The companies of which people are expected today, by name, with how many: one query."""
    rows = _coming(site, who, at).values("item__team_id", "item__team__name")
    counted = rows.annotate(people=Count("user_id", distinct=True))
    named = counted.values_list("item__team_id", "item__team__name", "people")
    return list(named.order_by("item__team__name", "item__team_id"))


def _today(site: Any, who: Scope, at: datetime, item: str = "") -> Q:
    teams = who.companies(site.pk) if who.only_contractor(site.pk) else None
    return work_reads.of_day(site.pk, *day_of(at, site.time_zone), teams, item)


def _coming(site: Any, who: Scope, at: datetime) -> QuerySet[Any]:
    """Who carries out work of today, for which company; not the site's own who work with it."""
    comes = visitors.roles(at, "user_id", site_id=site.pk, role=Role.CONTRACTOR, starts__lte=at)
    own = Q(user__company=None) & ~Exists(comes.filter(company=OuterRef("item__team")))
    today = _today(site, who, at, "item__")
    return work_reads.parts(today).exclude(own)


def _entries(site: Any, at: datetime, today: Q, shown: list[_Expected]) -> list[Entry]:
    if not shown:
        return []
    by_pair = {(each.person_id, each.team_id): each for each in shown}
    found = work_reads.these({pk for each in shown for pk in each.ids}, today)
    contexts = work_reads.known(found)
    asked = facts.of_sites([site.pk])[site.pk]
    known = facts.of_people(
        {pk for pk, _ in by_pair}, [site.pk], of=_asked_of(asked, contexts.values())
    )
    codes = judged.codes([asked], list(contexts.values()), at)
    narrowed, rules = alike(asked), cache(lambda where: in_force(asked, where, at))
    wheres = {
        pk: narrowed(replace(judged.of_item(each, codes), team_id=None))
        for pk, each in contexts.items()
    }
    expected: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for item in found:
        for pk in contexts[item.pk].executor_ids:
            if (pk, item.team_id) in by_pair:
                expected[pk, item.team_id].append(item)
    rows = []
    for pair, of_person in expected.items():
        each, person = by_pair[pair], known[pair[0]]
        url = addresses.person(site.slug, person.id)
        # Of alike work the same is asked: it is judged once.
        verdicts = {
            where: judge(asked, person, replace(where, team_id=each.team_id), at, url, rules(where))
            for where in dict.fromkeys(wheres[item.pk] for item in of_person)
        }
        against, beside, until = _said(verdicts.values())
        against = [*_not_of_it(each, person, site.pk, at), *against]
        rows.append(
            Entry(
                person_id=each.person_id,
                name=each.name,
                team_id=each.team_id,
                company=each.company,
                items=tuple(of_person),
                against=tuple(against),
                beside=tuple(beside),
                lapses=tuple(_lapses(each.person_id, of_person, wheres, verdicts)),
                until=None if against else until,
            )
        )
    return sorted(rows, key=lambda row: (row.company, row.name, row.person_id))


def _not_of_it(
    each: _Expected, person: PersonFacts, site_id: int, at: datetime
) -> Iterator[Reason]:
    """Why somebody does not come for the company, whatever the work."""
    if not any(_comes_for(row, site_id, each.team_id, at) for row in person.firms):
        yield Reason("executor_no_role_here", {}, ("user", person.id), _PLANNER)
    if not each.is_active:
        yield Reason("executor_left", {}, ("user", person.id), _PLANNER)


def _said(
    verdicts: Iterable[list[Verdict]],
) -> tuple[list[Reason], list[Reason], datetime | None]:
    """What stands against coming in, what stops work alone, and the first end of what lets in."""
    against: list[Reason] = []
    beside: list[Reason] = []
    ends = []
    for verdict in chain.from_iterable(verdicts):
        of_gate = verdict.need.asks != Asks.COMPETENCE
        kept = against if of_gate else beside
        if verdict.reason is not None and verdict.reason not in kept:
            kept.append(verdict.reason)
        if of_gate and verdict.until is not None:
            ends.append(verdict.until)
    return against, beside, min(ends, default=None)


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


def _lapses(
    pk: int,
    of_person: list[Any],
    wheres: Mapping[int, Where],
    verdicts: Mapping[Where, list[Verdict]],
) -> list[Reason]:
    """What is met now and will be so no more before some of the work is over, in its order.

    Until when is the same of alike work; when the work is over is its own.
    """
    lasting = {
        where: [each for each in of_where if each.reason is None and each.until is not None]
        for where, of_where in verdicts.items()
    }
    lapses: list[Reason] = []
    for item in of_person:
        where, end = wheres[item.pk], item.planned_end
        if end is None or not lasting[where]:
            continue
        short = [each for each in lasting[where] if each.until is not None and each.until < end]
        if short:
            lasting[where] = [each for each in lasting[where] if each not in short]
            lapses += [_lapse(each, pk) for each in short]
    return [each for nth, each in enumerate(lapses) if each not in lapses[:nth]]


def _lapse(verdict: Verdict, pk: int) -> Reason:
    until = verdict.until.isoformat() if verdict.until else ""
    params = {"what": said(verdict.need, pk).as_json(), "until": until}
    return Reason("competence.lapses_first", params, ("user", pk), _COORDINATOR)


def _comes_for(row: tuple[Any, ...], site_id: int, team_id: int, at: datetime) -> bool:
    of_site, firm_id, starts, ends = row
    return (of_site, firm_id) == (site_id, team_id) and starts <= at and (ends is None or ends > at)
