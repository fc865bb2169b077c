"""People judged for work and for occasions of other domains: facts loaded, judged, put in order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from competence import addresses
from competence.facts import PersonFacts, SiteFacts, Where
from competence.judging import Judgement, Verdict, fitness, judge
from competence.reads import facts
from work import ports
from work.ports import ItemContext, Occasion

type Codes = Mapping[int, frozenset[tuple[str, str]]]


def codes(
    sites: Iterable[SiteFacts], items: Sequence[ItemContext], at: datetime
) -> dict[int, frozenset[tuple[str, str]]]:
    """The records of other domains that concern each item, of the kinds that a rule names."""
    named = {rule.kind for site in sites for rule in site.rules if rule.kind}
    found: dict[int, set[tuple[str, str]]] = {item.id: set() for item in items}
    for key in sorted(named):
        kind = ports.kinds.get(key)
        for item_id, of_item in (kind.of_items(items, at) if kind else {}).items():
            found[item_id] |= {(key, code) for code in of_item}
    return {item_id: frozenset(of_item) for item_id, of_item in found.items()}


def of_item(item: ItemContext, known: Codes) -> Where:
    """What an item asks of who carries it out."""
    return Where(
        site_id=item.site_id,
        path=item.place_path,
        type_id=item.type_id,
        class_ids=frozenset(item.asset_class_ids),
        team_id=item.team_id,
        codes=known.get(item.id, frozenset()),
    )


def of_occasion(occasion: Occasion, capacity: str) -> Where:
    """What an occasion asks of who takes part as this.

    Not what is asked of the type of work and its things: that is asked of who carries it out.
    """
    return Where(
        site_id=occasion.site_id,
        path=occasion.place_path,
        team_id=occasion.companies[0] if len(occasion.companies) == 1 else None,
        codes=frozenset({(occasion.kind, occasion.code)}),
        capacity=capacity,
    )


def fit(pairs: Sequence[tuple[int, ItemContext]], at: datetime) -> list[Judgement]:
    """A judgement of each person for each item: two queries, one where the sites ask nothing."""
    if not pairs:
        return []
    sites = facts.of_items([item for _, item in pairs])
    if not any(site.rules or site.firms for site in sites.values()):
        return [Judgement() for _ in pairs]
    people = facts.of_people(
        {pk for pk, _ in pairs} | {pk for _, item in pairs for pk in item.executor_ids}, sites
    )
    items = {item.id: item for _, item in pairs}
    known = codes(sites.values(), list(items.values()), at)
    return [
        fitness(
            sites[item.site_id],
            people[pk],
            [people[other] for other in item.executor_ids if other != pk],
            of_item(item, known),
            at,
            addresses.person(sites[item.site_id].slug, pk),
        )
        for pk, item in pairs
    ]


def verdicts(
    pairs: Sequence[tuple[int, ItemContext]],
    at: datetime,
    sites: Mapping[int, SiteFacts] | None = None,
) -> list[tuple[list[Verdict], bool]]:
    """All that is asked of each person for each item, and whether supervision makes up for it.

    sites: what their sites ask, where that is at hand.
    """
    if not pairs:
        return []
    sites = sites or facts.of_items([item for _, item in pairs])
    if not any(site.rules or site.firms for site in sites.values()):
        return [([], False) for _ in pairs]
    people = facts.of_people(
        {pk for pk, _ in pairs} | {pk for _, item in pairs for pk in item.executor_ids}, sites
    )
    known = codes(sites.values(), [item for _, item in pairs], at)
    found = []
    for pk, item in pairs:
        site, where = sites[item.site_id], of_item(item, known)
        url = addresses.person(site.slug, pk)
        others = [people[other] for other in item.executor_ids if other != pk]
        judged = fitness(site, people[pk], others, where, at, url)
        found.append((judge(site, people[pk], where, at, url), judged.supervised))
    return found


def beside(
    occasion: Occasion, person: int, capacity: str, people: Mapping[int, PersonFacts]
) -> list[PersonFacts]:
    """Who takes part in the same capacity, and may supervise."""
    return [people[pk] for pk, other in occasion.people if other == capacity and pk != person]


__all__ = ["beside", "codes", "fit", "of_item", "of_occasion", "verdicts"]
