"""People judged for work and for occasions of other domains: facts loaded, judged, put in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from competence import addresses
from competence.facts import PersonFacts, SiteFacts, Where
from competence.judging import Judgement, Verdict, fitness, judge
from competence.reads import facts
from work import ports
from work.ports import ItemContext, Occasion
from work.services import kept_by_act

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


@dataclass(frozen=True)
class _Read:
    """What judgements of people for items rest on; of nobody where the sites ask nothing."""

    at: datetime
    asked: frozenset[tuple[int, ItemContext]]
    sites: Mapping[int, SiteFacts]
    people: Mapping[int, PersonFacts] = field(default_factory=dict)
    known: Codes = field(default_factory=dict)


# What an act read last to say who is fit: what listens to it tells by the very same.
_LAST = "competence.fit"


def _pairs(pairs: Sequence[tuple[int, ItemContext]]) -> frozenset[tuple[int, ItemContext]]:
    """Whoever is asked of, for whatever: the same before the work begins and after."""
    return frozenset((pk, replace(item, status="")) for pk, item in pairs)


def _read(
    pairs: Sequence[tuple[int, ItemContext]],
    at: datetime,
    sites: Mapping[int, SiteFacts] | None = None,
) -> _Read:
    """Two queries, whatever the length; one where the sites ask nothing of these people."""
    people = {pk for pk, _ in pairs} | {pk for _, item in pairs for pk in item.executor_ids}
    sites = sites or facts.of_items([item for _, item in pairs], people)
    asked = _pairs(pairs)
    if not any(site.rules or site.firms for site in sites.values()):
        return _Read(at, asked, sites)
    items = {item.id: item for _, item in pairs}
    known = codes(sites.values(), list(items.values()), at)
    return _Read(at, asked, sites, facts.of_people(people, sites), known)


def fit(pairs: Sequence[tuple[int, ItemContext]], at: datetime) -> list[Judgement]:
    """A judgement of each person for each item: two queries, one where the sites ask nothing."""
    if not pairs:
        return []
    read = _read(pairs, at)
    if (kept := kept_by_act()) is not None:
        kept[_LAST] = read
    if not read.people:
        return [Judgement() for _ in pairs]
    return [_fitness(pk, item, read)[0] for pk, item in pairs]


def _fitness(pk: int, item: ItemContext, read: _Read) -> tuple[Judgement, Where, str]:
    site, where = read.sites[item.site_id], of_item(item, read.known)
    others = [read.people[other] for other in item.executor_ids if other != pk]
    url = addresses.person(site.slug, pk)
    return fitness(site, read.people[pk], others, where, read.at, url), where, url


def verdicts(
    pairs: Sequence[tuple[int, ItemContext]],
    at: datetime,
    sites: Mapping[int, SiteFacts] | None = None,
) -> list[tuple[list[Verdict], bool]]:
    """All that is asked of each person for each item, and whether supervision makes up for it.

    sites: what their sites ask, where that is at hand. In an act that asked who is fit: no query.
    """
    if not pairs:
        return []
    read: _Read | None = (kept_by_act() or {}).get(_LAST)
    if sites or read is None or (read.at, read.asked) != (at, _pairs(pairs)):
        read = _read(pairs, at, sites)
    if not read.people:
        return [([], False) for _ in pairs]
    found = []
    for pk, item in pairs:
        judgement, where, url = _fitness(pk, item, read)
        said = judge(read.sites[item.site_id], read.people[pk], where, at, url)
        found.append((said, judgement.supervised))
    return found


def beside(
    occasion: Occasion, person: int, capacity: str, people: Mapping[int, PersonFacts]
) -> list[PersonFacts]:
    """Who takes part in the same capacity, and may supervise."""
    return [people[pk] for pk, other in occasion.people if other == capacity and pk != person]


__all__ = ["beside", "codes", "fit", "of_item", "of_occasion", "verdicts"]
