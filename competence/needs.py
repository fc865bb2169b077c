"""What is asked of somebody at a moment: rules in force, a company's approval. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from competence.facts import Asked, Named, PersonFacts, SiteFacts, Where
from competence.states import Asks
from work.exceptions import Reason
from work.ports import STRANGER

# A type of work that nobody names: an approval of some types is none of it.
_UNNAMED = 0


@dataclass(frozen=True)
class Need:
    """One thing that is asked of a person."""

    asks: str
    rule: Asked | None = None
    competence: Named | None = None
    level: int | None = None
    supervised: bool = False

    @property
    def subject(self) -> tuple[Any, ...]:
        """What is asked for, at whatever level."""
        place = self.rule.place_id if self.rule and self.asks == Asks.INDUCTION else None
        return (self.asks, self.competence.id if self.competence else None, place)

    def covers(self, other: "Need") -> bool:
        """Whether who meets this one meets the other, asked for the same."""
        return (
            self.subject == other.subject
            and (self.level or 0) >= (other.level or 0)
            and (other.supervised or not self.supervised)
        )


def _place(rule: Asked) -> dict[str, Any]:
    """A place by name, and by the id that history keeps."""
    return {"place": rule.place, "place_id": rule.place_id}


def said(need: Need, pk: int, how: str = "", record: int | None = None) -> Reason:
    """What is asked of a person, in coded words.

    how: "supervised" or "exempt", where that is why it is met. record: the proof.
    """
    if need.asks == Asks.INDUCTION and need.rule:
        return Reason("competence.need_induction", _place(need.rule), ("user", pk))
    if need.asks == Asks.APPROVAL or need.competence is None:
        return Reason("competence.need_approval", {}, ("user", pk))
    named: dict[str, Any] = {"key": need.competence.code, "competence": need.competence.name}
    if record is not None:
        named["record"] = record
    code = {"supervised": "competence.need_supervised", "exempt": "competence.need_exempt"}
    return Reason(code.get(how, "competence.need"), named, ("user", pk))


def firm_of(person: PersonFacts, where: Where, at: datetime) -> int | None:
    """As whose contractor the person is there: the company of the work, where it is one of his.

    Whom nobody knows is of the company of the work.
    """
    if person.id == STRANGER:
        return where.team_id
    firms = {
        firm
        for site, firm, starts, ends in person.firms
        if site == where.site_id and starts <= at and (ends is None or ends > at)
    }
    if where.team_id in firms:
        return where.team_id
    return min(firms, default=person.firm_id)


def needs(
    site: SiteFacts,
    person: PersonFacts,
    where: Where,
    at: datetime,
    rules: Sequence[Asked] | None = None,
) -> list[Need]:
    """All that is asked of the person there at that moment, the same thing once.

    rules: what `in_force` says of it, where that is at hand.
    """
    firm_id = firm_of(person, where, at)
    rules = in_force(site, where, at) if rules is None else rules
    rules = [rule for rule in rules if rule.team_id in (None, firm_id)]
    found: list[Need] = []
    if firm_id is not None and (
        firm_id in site.firms or any(rule.asks == Asks.APPROVAL for rule in rules)
    ):
        found.append(Need(Asks.APPROVAL))
    for need in (need for rule in rules for need in _of(rule, firm_id)):
        if not any(other.covers(need) for other in found):
            found = [other for other in found if not need.covers(other)] + [need]
    return found


def in_force(site: SiteFacts, where: Where, at: datetime) -> list[Asked]:
    """The rules that ask something of somebody there at that moment, of whatever company."""
    return [
        rule
        for rule in site.rules
        if rule.starts <= at and (rule.ends is None or rule.ends > at) and concerns(rule, where)
    ]


def _of(rule: Asked, firm_id: int | None) -> Iterator[Need]:
    if rule.asks == Asks.INDUCTION and (rule.everybody or firm_id is not None):
        yield Need(Asks.INDUCTION, rule)
    if rule.asks == Asks.COMPETENCE:
        yield Need(Asks.COMPETENCE, rule, rule.competence, rule.level, rule.supervised)
        if rule.verification is not None:
            yield Need(Asks.COMPETENCE, rule, rule.verification, None, rule.supervised)


def concerns(rule: Asked, where: Where) -> bool:
    """Whether a rule is about such work, whenever and of whomever."""
    return (
        where.path.startswith(rule.path)
        and rule.type_id in (None, where.type_id)
        and (rule.class_id is None or rule.class_id in where.class_ids)
        and rule.capacity in ("", where.capacity)
        and (not rule.kind or (rule.kind, rule.code) in where.codes)
    )


def alike(site: SiteFacts) -> Callable[[Where], Where]:
    """To make of what somebody is asked to be fit for as much as the site tells apart.

    Of whatever comes out the same, the same is asked and a judgement at a moment is the same: that
    of a place is the narrowest place above it which a rule or an approval names, and only those
    types, classes and records are left that one names.
    """
    firms = site.firms.values()
    paths = {each.path for each in (*site.rules, *firms)}
    types = {None, *(rule.type_id for rule in site.rules)}.union(*(firm.type_ids for firm in firms))
    classes = frozenset(rule.class_id for rule in site.rules)
    codes = frozenset((rule.kind, rule.code) for rule in site.rules)

    @cache
    def above(path: str) -> str:
        return next((path[:end] for end in range(len(path), 0, -1) if path[:end] in paths), "")

    def narrowed(where: Where) -> Where:
        return replace(
            where,
            path=above(where.path),
            type_id=where.type_id if where.type_id in types else _UNNAMED,
            class_ids=where.class_ids & classes,
            codes=where.codes & codes,
        )

    return narrowed
