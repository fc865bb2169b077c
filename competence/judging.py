"""Who is fit for what, until when and why not: pure, over facts that `reads.facts` loads.

A moment is judged by what is in force then; until when a judgement holds is found by judging anew
at each moment at which something begins or ends.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from competence.facts import Asked, Firm, Named, PersonFacts, Proof, SiteFacts, Where
from competence.needs import Need, concerns, firm_of, needs
from competence.states import Asks, CompanyState, Kind, RecordState
from work.exceptions import Reason
from work.states import Role

_COORDINATOR = ("role", str(Role.COMPETENCE_COORDINATOR))


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
    site: SiteFacts,
    person: PersonFacts,
    where: Where,
    at: datetime,
    url: str = "",
    rules: Sequence[Asked] | None = None,
) -> list[Verdict]:
    """A verdict on all that is asked of the person there, as it stands at that moment.

    rules: those in force there (`needs.in_force`), where they are at hand.
    """
    return [
        verdict
        for need in needs(site, person, where, at, rules)
        for verdict in _VERDICTS[need.asks](site, person, where, need, at, url)
    ]


def judge_named(
    site: SiteFacts, person: PersonFacts, where: Where, asked: Named, at: datetime, url: str = ""
) -> list[Verdict]:
    """A verdict on a competence that is asked of the person by name."""
    return _competence(site, person, where, Need(Asks.COMPETENCE, competence=asked), at, url)


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
    if spared and not where.capacity:  # who takes part as something is spared nothing
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
        return [
            Verdict(
                need,
                _reason("induction_missing", person, url, place=rule.place, place_id=rule.place_id),
            )
        ]
    if last <= at:
        return [
            Verdict(
                need,
                _reason(
                    "induction_expired", person, url, last, place=rule.place, place_id=rule.place_id
                ),
            )
        ]
    return [Verdict(need, until=last)]


def _approval(
    site: SiteFacts, person: PersonFacts, where: Where, need: Need, at: datetime, url: str
) -> list[Verdict]:
    firm_id = firm_of(person, where, at)
    against, until = firm_lacks(site.firms.get(firm_id or 0), where.path, at, where.type_ids)
    if not against:
        return [Verdict(need, until=until)]
    return [Verdict(need, _reason(code, person, url, end)) for code, end in against]


_VERDICTS: dict[str, Callable[..., list[Verdict]]] = {
    Asks.COMPETENCE: _competence,
    Asks.INDUCTION: _induction,
    Asks.APPROVAL: _approval,
}


def firm_lacks(
    firm: Firm | None, path: str, at: datetime, type_ids: Collection[int] = ()
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
    elif firm.type_ids and not firm.type_ids.issuperset(type_ids):
        against.append(("company_other_work", None))
    insured = max(firm.insured, default=None)
    if insured is None:
        code = "insurance_unverified" if firm.insurance_to_verify else "insurance_missing"
        against.append((code, None))
    elif insured <= at:
        against.append(("insurance_lapsed", insured))
    if against or firm.until is None or insured is None:
        return against, None
    return [], min(firm.until, insured)


def _turns(site: SiteFacts, people: Sequence[PersonFacts], where: Where) -> list[datetime]:
    """The moments at which more or less is asked of somebody, by the clock alone."""
    rules = [(rule.starts, rule.ends) for rule in site.rules if concerns(rule, where)]
    windows = [(row[2], row[3]) for person in people for row in person.firms]
    return [moment for pair in (*rules, *windows) for moment in pair if moment is not None]


@dataclass(frozen=True)
class Judgement:
    """Whether a person is fit: the reasons against it, and until when that stands.

    supervised: fit because another is, for what stands in `lacks`. then: of who is fit, what
    stands against him from `until` on.
    """

    reasons: tuple[Reason, ...] = ()
    until: datetime | None = None
    supervised: bool = False
    lacks: tuple[Reason, ...] = ()
    then: tuple[Reason, ...] = ()


def fitness(
    site: SiteFacts,
    person: PersonFacts,
    others: Sequence[PersonFacts],
    where: Where,
    at: datetime,
    url: str = "",
) -> Judgement:
    """Whether the person is fit there, by himself or beside one of the others who is."""

    def against(moment: datetime) -> tuple[tuple[Reason, ...], tuple[Reason, ...], list[Verdict]]:
        """What stands against the person, what supervision makes up for, and what it rests on."""
        mine = judge(site, person, where, moment, url)
        reasons = tuple(each.reason for each in mine if each.reason is not None)
        lacks = tuple(e.reason for e in mine if e.reason is not None and e.need.supervised)
        if lacks:
            theirs = [judge(site, other, where, moment) for other in others if not other.left]
            able = [verdicts for verdicts in theirs if not any(each.reason for each in verdicts)]
            if able:
                strict = [e.reason for e in mine if e.reason and not e.need.supervised]
                return tuple(strict), lacks, [*mine, *(each for some in able for each in some)]
        return reasons, (), mine

    reasons, lacks, rests = against(at)
    turns = _turns(site, [person, *others], where)
    moment, until, then = at, None, ()
    while until is None:
        # What is lacking is not mended by the end of something else.
        ends = [] if reasons else [each.until for each in rests if each.until is not None]
        later = [each for each in (*turns, *ends) if each > moment]
        if not later:
            break
        moment = min(later)
        now, _lacks, rests = against(moment)
        if bool(now) != bool(reasons):
            until, then = moment, now
    return Judgement(reasons, until, bool(lacks) and not reasons, lacks, then)
