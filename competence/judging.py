"""Who is fit for what, until when and why not: pure, over facts that `reads.facts` loads.

A moment is judged by what is in force then; until when a judgement holds is found by judging anew
at each moment at which something begins or ends.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from competence.facts import Asked, Firm, Named, PersonFacts, Proof, SiteFacts, Where
from competence.states import Asks, CompanyState, Kind, RecordState
from work.exceptions import Reason
from work.states import Role

_COORDINATOR = ("role", str(Role.COMPETENCE_COORDINATOR))


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


def firm_of(person: PersonFacts, where: Where, at: datetime) -> int | None:
    """As whose contractor the person is there: the company of the work, where it is one of his."""
    firms = {
        firm
        for site, firm, starts, ends in person.firms
        if site == where.site_id and starts <= at and (ends is None or ends > at)
    }
    if where.team_id in firms:
        return where.team_id
    return min(firms, default=person.firm_id)


def needs(site: SiteFacts, person: PersonFacts, where: Where, at: datetime) -> list[Need]:
    """All that is asked of the person there at that moment, the same thing once."""
    firm_id = firm_of(person, where, at)
    rules = [
        rule
        for rule in site.rules
        if rule.starts <= at and (rule.ends is None or rule.ends > at)
        if _concerns(rule, where) and rule.team_id in (None, firm_id)
    ]
    found: list[Need] = []
    if firm_id is not None and (
        firm_id in site.firms or any(rule.asks == Asks.APPROVAL for rule in rules)
    ):
        found.append(Need(Asks.APPROVAL))
    for need in (need for rule in rules for need in _of(rule, firm_id)):
        if not any(other.covers(need) for other in found):
            found = [other for other in found if not need.covers(other)] + [need]
    return found


def _of(rule: Asked, firm_id: int | None) -> Iterator[Need]:
    if rule.asks == Asks.INDUCTION and (rule.everybody or firm_id is not None):
        yield Need(Asks.INDUCTION, rule)
    if rule.asks == Asks.COMPETENCE:
        yield Need(Asks.COMPETENCE, rule, rule.competence, rule.level, rule.supervised)
        if rule.verification is not None:
            yield Need(Asks.COMPETENCE, rule, rule.verification, None, rule.supervised)


def _concerns(rule: Asked, where: Where) -> bool:
    """Whether a rule is about such work, whenever and of whomever."""
    return (
        where.path.startswith(rule.path)
        and rule.type_id in (None, where.type_id)
        and (rule.class_id is None or rule.class_id in where.class_ids)
        and rule.capacity in ("", where.capacity)
        and (not rule.kind or (rule.kind, rule.code) in where.codes)
    )


@dataclass(frozen=True)
class Verdict:
    """Whether a need is met at a moment: the reason against it, or until when it is met.

    proof: the record that it rests on, or that falls short. exempt: it is not asked for now.
    """

    need: Need
    reason: Reason | None = None
    until: datetime | None = None
    proof: Proof | None = None
    exempt: bool = False


def judge(
    site: SiteFacts, person: PersonFacts, where: Where, at: datetime, url: str = ""
) -> list[Verdict]:
    """A verdict on all that is asked of the person there, as it stands at that moment."""
    return [
        verdict
        for need in needs(site, person, where, at)
        for verdict in _VERDICTS[need.asks](site, person, where, need, at, url)
    ]


def _reason(
    code: str, person: PersonFacts, url: str, until: datetime | None = None, **params: Any
) -> Reason:
    given = {**params, **({"until": until.isoformat()} if until else {})}
    if url:
        given["url"] = url
    return Reason(f"competence.{code}", given, ("user", person.id), _COORDINATOR)


def _competence(
    site: SiteFacts, person: PersonFacts, where: Where, need: Need, at: datetime, url: str
) -> list[Verdict]:
    asked = need.competence
    if asked is None:
        return []
    spared = [until for pk, until in person.exemptions if pk == asked.id and until > at]
    if spared:
        return [Verdict(need, until=max(spared), exempt=True)]
    proofs = [proof for proof in person.proofs if proof.competence_id == asked.id]
    verified = [proof for proof in proofs if proof.state == RecordState.VERIFIED]
    enough = [proof for proof in verified if (proof.level or 0) >= (need.level or 0)]
    lasting = [proof for proof in enough if proof.until is None or proof.until > at]
    if lasting:
        best = _longest(lasting)
        return [Verdict(need, until=best.until, proof=best)]
    said = {"key": asked.code, "competence": asked.name}
    waiting = [proof for proof in proofs if proof.state == RecordState.OBTAINED]
    if waiting:
        return [Verdict(need, _reason("unverified", person, url, **said), proof=waiting[0])]
    if enough:
        last = _longest(enough)
        return [Verdict(need, _reason("expired", person, url, last.until, **said), proof=last)]
    below = [proof for proof in verified if proof.until is None or proof.until > at]
    if below:
        best = max(below, key=lambda proof: proof.level or 0)
        levels = {"has": best.level or 0, "needs": need.level}
        return [Verdict(need, _reason("level", person, url, **said, **levels), proof=best)]
    code = "not_verified_here" if asked.kind == Kind.VERIFICATION else "missing"
    return [Verdict(need, _reason(code, person, url, **said))]


def _longest(proofs: Sequence[Proof]) -> Proof:
    """That which lasts longest; without an end first."""
    endless = next((proof for proof in proofs if proof.until is None), None)
    return endless or max(proofs, key=attrgetter("until"))


def _induction(
    site: SiteFacts, person: PersonFacts, where: Where, need: Need, at: datetime, url: str
) -> list[Verdict]:
    rule = need.rule
    if rule is None:
        return []
    ends = [until for place, until in person.inductions if place == rule.place_id]
    if None in ends:
        return [Verdict(need)]
    last = max((until for until in ends if until is not None), default=None)
    if last is None:
        return [Verdict(need, _reason("induction_missing", person, url, place=rule.place))]
    if last <= at:
        return [Verdict(need, _reason("induction_expired", person, url, last, place=rule.place))]
    return [Verdict(need, until=last)]


def _approval(
    site: SiteFacts, person: PersonFacts, where: Where, need: Need, at: datetime, url: str
) -> list[Verdict]:
    firm_id = firm_of(person, where, at)
    against, until = firm_lacks(site.firms.get(firm_id or 0), where.path, at)
    if not against:
        return [Verdict(need, until=until)]
    return [Verdict(need, _reason(code, person, url, end)) for code, end in against]


_VERDICTS: dict[str, Callable[..., list[Verdict]]] = {
    Asks.COMPETENCE: _competence,
    Asks.INDUCTION: _induction,
    Asks.APPROVAL: _approval,
}


def firm_lacks(
    firm: Firm | None, path: str, at: datetime
) -> tuple[list[tuple[str, datetime | None]], datetime | None]:
    """What stands against a company at a place, with since when; else until when nothing does."""
    if firm is None:
        return [("company_not_approved", None)], None
    against: list[tuple[str, datetime | None]] = []
    if firm.state == CompanyState.SUSPENDED:
        against.append(("company_suspended", None))
    elif firm.state != CompanyState.APPROVED or firm.until is None:
        against.append(("company_not_approved", None))
    elif firm.until <= at:
        against.append(("company_lapsed", firm.until))
    elif not path.startswith(firm.path):
        against.append(("company_elsewhere", None))
    insured = max(firm.insured, default=None)
    if insured is None:
        code = "insurance_unverified" if firm.insurance_to_verify else "insurance_missing"
        against.append((code, None))
    elif insured <= at:
        against.append(("insurance_lapsed", insured))
    if against or firm.until is None or insured is None:
        return against, None
    return [], min(firm.until, insured)


def turns(
    site: SiteFacts, people: Sequence[PersonFacts], where: Where, at: datetime
) -> list[datetime]:
    """The moments after `at` at which time alone may change a judgement, in order."""
    moments: list[datetime | None] = []
    wanted: set[int] = set()
    places: set[int | None] = set()
    for rule in site.rules:
        if _concerns(rule, where):
            moments += [rule.starts, rule.ends]
            wanted |= {each.id for each in (rule.competence, rule.verification) if each}
            places.add(rule.place_id)
    for person in people:
        for _site, _firm, *window in person.firms:
            moments += window
        for firm_id in {person.firm_id, *(row[1] for row in person.firms)} & set(site.firms):
            moments += [site.firms[firm_id].until, *site.firms[firm_id].insured]
        moments += [proof.until for proof in person.proofs if proof.competence_id in wanted]
        moments += [until for pk, until in person.exemptions if pk in wanted]
        moments += [until for pk, until in person.inductions if pk in places]
    return sorted({moment for moment in moments if moment is not None and moment > at})


@dataclass(frozen=True)
class Judgement:
    """Whether a person is fit: the reasons against it, and until when that stands.

    supervised: fit because another is, for what stands in `lacks`.
    """

    reasons: tuple[Reason, ...] = ()
    until: datetime | None = None
    supervised: bool = False
    lacks: tuple[Reason, ...] = ()


def fitness(
    site: SiteFacts,
    person: PersonFacts,
    others: Sequence[PersonFacts],
    where: Where,
    at: datetime,
    url: str = "",
) -> Judgement:
    """Whether the person is fit there, by himself or beside one of the others who is."""

    def against(moment: datetime) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
        """What stands against the person, and what supervision makes up for."""
        lacking = [
            verdict
            for verdict in judge(site, person, where, moment, url)
            if verdict.reason is not None
        ]
        open_to = tuple(v.reason for v in lacking if v.need.supervised and v.reason)
        if open_to and any(_by_himself(site, other, where, moment) for other in others):
            return tuple(v.reason for v in lacking if not v.need.supervised and v.reason), open_to
        return tuple(v.reason for v in lacking if v.reason), ()

    reasons, lacks = against(at)
    until = next(
        (
            moment
            for moment in turns(site, [person, *others], where, at)
            if bool(against(moment)[0]) != bool(reasons)
        ),
        None,
    )
    return Judgement(reasons, until, bool(lacks) and not reasons, lacks)


def _by_himself(site: SiteFacts, person: PersonFacts, where: Where, at: datetime) -> bool:
    return not any(verdict.reason for verdict in judge(site, person, where, at))
