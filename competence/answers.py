"""What competence registers at the ports: fitness of people, conditions of others' occasions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from competence import addresses
from competence.facts import Named, PersonFacts, SiteFacts
from competence.judging import Verdict, firm_lacks, fitness, judge, judge_named
from competence.needs import said
from competence.reads import facts, judged
from competence.states import Asks
from work.exceptions import Reason
from work.ports import Answer, Condition, Fit, ItemContext, Occasion
from work.states import Role

# As what another domain names a competence.
NAMED = "competence.competence"
_PLANNER = ("role", str(Role.PLANNER))


class CompetenceFitness:
    """Fit is who has all that the rules ask of the work, himself or under supervision."""

    key = "competence.fitness"

    def fit(
        self,
        pairs: Sequence[tuple[int, ItemContext]],
        at: datetime,
        until: Mapping[int, datetime],
    ) -> list[Fit]:
        """Two queries at most, whatever the length, and one each kind of record that rules name."""
        return [Fit(each.reasons, each.until, each.then) for each in judged.fit(pairs, at)]


class CompetenceConditions:
    """What is asked of who takes part in a permit, a document's use, and of their companies."""

    key = "competence.fitness"

    def of(self, occasions: Sequence[Occasion], at: datetime) -> list[list[Condition]]:
        """One condition for each thing asked of each person in each capacity: two queries.

        One more where competences are named.
        """
        if not occasions:
            return []
        sites = facts.of_sites(each.site_id for each in occasions)
        named = facts.named(occasions, NAMED)
        if not named and not any(site.rules or site.firms for site in sites.values()):
            return [[] for _ in occasions]
        parts = {pk for each in occasions for pk, _ in each.people}
        parts |= {pk for each in occasions for asked in each.named for pk in asked.people}
        people = facts.of_people(parts, sites)
        return [
            [
                *_of_people(each, sites[each.site_id], people, at),
                *_of_firms(each, sites[each.site_id], at),
                *_by_name(each, sites[each.site_id], people, named, at),
            ]
            for each in occasions
        ]


def _of_people(
    occasion: Occasion, site: SiteFacts, people: Mapping[int, PersonFacts], at: datetime
) -> Iterable[Condition]:
    for pk, capacity in occasion.people:
        where, url = judged.of_occasion(occasion, capacity), addresses.person(site.slug, pk)
        if people[pk].left:
            left = Reason("competence.person_left", {}, ("user", pk), _PLANNER)
            yield Condition(
                Reason("competence.need_here", {}, ("user", pk)),
                _answer(left, None, None, pk, url),
                pk,
                capacity=capacity,
            )
        others = judged.beside(occasion, pk, capacity, people)
        beside = fitness(site, people[pk], others, where, at, url)
        for verdict in judge(site, people[pk], where, at, url):
            until = beside.until if beside.supervised else None
            yield of_verdict(
                verdict, pk, beside.supervised, until, occasion.until, capacity=capacity, url=url
            )


def of_verdict(
    verdict: Verdict,
    pk: int,
    supervised: bool,
    supervised_until: datetime | None = None,
    needed: datetime | None = None,
    *,
    capacity: str = "",
    url: str = "",
) -> Condition:
    """What is asked of a person and how it stands. supervised: somebody works beside who is fit.

    needed: till when it must be so.
    """
    record, until, reason = verdict.proof and verdict.proof.id, verdict.until, verdict.reason
    how = "exempt" if verdict.exempt else ""
    if reason is not None and verdict.need.supervised and supervised:
        how, until, reason = "supervised", supervised_until, None
    what = said(verdict.need, pk, how, record)
    return Condition(what, _answer(reason, until, needed, pk, url), pk, capacity=capacity)


def _by_name(
    occasion: Occasion,
    site: SiteFacts,
    people: Mapping[int, PersonFacts],
    named: Mapping[tuple[int, str], Named],
    at: datetime,
) -> Iterable[Condition]:
    """What an occasion asks by name of each of whom it says so; of nobody yet, that it is known."""
    for asked in occasion.named:
        competence = named.get((occasion.site_id, asked.code))
        if asked.kind != NAMED or competence is None:
            continue
        if not asked.people:
            what = {"key": competence.code, "competence": competence.name}
            yield Condition(Reason("competence.need_named", what), Answer.met(), named=asked)
        for pk in asked.people:
            where, url = judged.of_occasion(occasion, NAMED), addresses.person(site.slug, pk)
            for verdict in judge_named(site, people[pk], where, competence, at, url):
                answer = _answer(verdict.reason, verdict.until, occasion.until, pk, url)
                yield Condition(said(verdict.need, pk), answer, pk, asked)


def _of_firms(occasion: Occasion, site: SiteFacts, at: datetime) -> Iterable[Condition]:
    """Each company that takes part is approved and insured there, where the site asks that."""
    asked = any(
        rule.asks == Asks.APPROVAL
        and rule.starts <= at
        and (rule.ends is None or rule.ends > at)
        and occasion.place_path.startswith(rule.path)
        for rule in site.rules
    )
    for team_id in occasion.companies:
        if team_id not in site.firms and not asked:
            continue
        firm = site.firms.get(team_id)
        against, until = firm_lacks(firm, occasion.place_path, at, occasion.type_ids)
        clears = ("role", str(Role.COMPETENCE_COORDINATOR))
        reasons = [
            Reason(
                f"competence.firm_{code}", {"until": end.isoformat()} if end else {}, clears=clears
            )
            for code, end in against
        ]
        what = Reason("competence.need_company", {}, ("team", team_id))
        for reason in reasons or [None]:
            yield Condition(what, _answer(reason, until, occasion.until))


def _answer(
    reason: Reason | None,
    until: datetime | None,
    needed: datetime | None,
    person: int | None = None,
    url: str = "",
) -> Answer:
    """Met, where it is so now and stays so as long as is asked for."""
    if reason is not None:
        return Answer.unmet(reason, clears=reason.clears, url=url)
    if until is not None and needed is not None and until < needed:
        about = ("user", person) if person else None
        clears = ("role", str(Role.COMPETENCE_COORDINATOR))
        ends = Reason("competence.ends_before", {"until": until.isoformat()}, about, clears)
        return Answer.unmet(ends, clears=clears, url=url)
    return Answer.met(valid_until=until)


def register() -> None:
    """Register all of it."""
    from competence import panels
    from competence.demo import Play
    from competence.listening import Decisions
    from competence.services.importing import Records
    from competence.words import WORDS
    from work import ports

    ports.fitness.register(CompetenceFitness())
    ports.conditions.register(CompetenceConditions())
    ports.words.register(WORDS)
    ports.panels.register(panels.OfExecutors())
    ports.rooms.register(panels.ROOM)
    ports.search_sources.register(panels.Companies())
    ports.search_sources.register(panels.Competences())
    ports.lapses.register(panels.LAPSES)
    ports.importers.register(Records())
    ports.plays.register(Play())
    ports.item_listeners.register(Decisions())
