"""Who is fit for what, until when and why not: judged without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from competence.facts import Asked, Firm, Named, PersonFacts, Proof, SiteFacts, Where
from competence.judging import fitness, judge

AT = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
BEFORE, SOON, LATER = AT - timedelta(days=9), AT + timedelta(hours=1), AT + timedelta(days=30)
GAS = Named(1, "GAS", "Gas tester", "certificate")
SEEN = Named(2, "SEEN", "Gas test seen", "verification")
WELD = Named(3, "WELD", "Welding", "skill")
WHERE = Where(site_id=1, path="0001", type_id=5, class_ids=frozenset({7}))
HERE = Where(site_id=1, path="00010002", type_id=5, team_id=40)


def rule(asked: Named | None = GAS, **more) -> Asked:
    return Asked(id=1, asks="competence", starts=BEFORE, competence=asked, **more)


def site(*rules: Asked, **firms) -> SiteFacts:
    return SiteFacts(1, "hvk", rules, {firm.team_id: firm for firm in firms.values()})


def proof(of: Named = GAS, state: str = "verified", **more) -> Proof:
    return Proof(of.id, state, **more)


def person(*proofs: Proof, **more) -> PersonFacts:
    return PersonFacts(11, proofs=proofs, **more)


def fit(asked, who, where=WHERE, at=AT, others=()):
    """The codes against, and until when that stands."""
    found = fitness(asked, who, list(others), where, at)
    return [reason.code.removeprefix("competence.") for reason in found.reasons], found.until


@pytest.mark.parametrize(
    ("rules", "proofs", "expected"),
    [
        ([], [], ([], None)),
        ([rule()], [], (["missing"], None)),
        ([rule()], [proof(state="obtained")], (["unverified"], None)),
        ([rule()], [proof(until=SOON)], ([], SOON)),
        ([rule()], [proof(until=SOON), proof(until=LATER)], ([], LATER)),
        ([rule()], [proof(until=SOON), proof(), proof()], ([], None)),
        # At its second it counts no more.
        ([rule()], [proof(until=AT)], (["expired"], None)),
        # One kind never stands for another.
        ([rule()], [proof(SEEN)], (["missing"], None)),
        ([rule(verification=SEEN)], [proof()], (["not_verified_here"], None)),
        ([rule(verification=SEEN)], [proof(), proof(SEEN, until=LATER)], ([], LATER)),
        # Levels
        ([rule(WELD, level=2)], [proof(WELD, level=1)], (["level"], None)),
        ([rule(WELD, level=2)], [proof(WELD, level=3)], ([], None)),
        ([rule(WELD, level=1), rule(WELD, level=2)], [proof(WELD, level=1)], (["level"], None)),
        # What it is asked of
        ([rule(type_id=6)], [], ([], None)),
        ([rule(type_id=5, path="0001", class_id=7)], [], (["missing"], None)),
        ([rule(class_id=8)], [], ([], None)),
        ([rule(path="0002")], [], ([], None)),
        ([rule(capacity="permits.gas_tester")], [], ([], None)),
        ([rule(kind="permits.type", code="hot")], [], ([], None)),
        ([rule(team_id=40)], [], ([], None)),
        # A rule that begins or ends by the clock is foreseen.
        ([replace(rule(), starts=SOON)], [], ([], SOON)),
        ([rule(ends=SOON)], [], (["missing"], SOON)),
        ([replace(rule(), starts=SOON)], [proof()], ([], None)),
    ],
)
def test_of_a_person_by_himself(rules, proofs, expected):
    assert fit(site(*rules), person(*proofs)) == expected


def test_records_and_capacities_of_other_domains():
    where = replace(WHERE, codes=frozenset({("permits.type", "hot")}), capacity="permits.watcher")
    hot = rule(kind="permits.type", code="hot")
    assert fit(site(hot), person(), where) == (["missing"], None)
    assert fit(site(rule(capacity="permits.watcher")), person(), where) == (["missing"], None)
    assert fit(site(rule(capacity="permits.issuer")), person(), where) == ([], None)


def test_under_supervision():
    able, learner = person(proof(until=SOON)), PersonFacts(12)
    asked = site(rule(supervised=True))
    assert fit(asked, learner) == (["missing"], None)
    assert fit(asked, learner, others=[PersonFacts(13)]) == (["missing"], None)
    # As long as the other is fit by himself, and where every rule lets him.
    assert fit(asked, learner, others=[able]) == ([], SOON)
    assert fit(site(rule(supervised=True), rule()), learner, others=[able]) == (["missing"], None)
    two = site(rule(supervised=True), rule(SEEN))
    assert fit(two, learner, others=[person(proof(), proof(SEEN))]) == (["not_verified_here"], None)


def test_exempt_until_its_second():
    spared = person(exemptions=((GAS.id, SOON),))
    assert fit(site(rule()), spared) == ([], SOON)
    assert fit(site(rule()), spared, at=SOON) == (["missing"], None)
    [verdict] = judge(site(rule()), spared, WHERE, AT)
    assert verdict.exempt
    # Who takes part as something is spared nothing.
    tester = replace(WHERE, capacity="permits.gas_tester")
    assert fit(site(rule(capacity=tester.capacity)), spared, tester) == (["missing"], None)


def test_of_who_comes_for_a_company():
    induction = Asked(id=2, asks="induction", starts=BEFORE, place_id=3, path="0001", place="HVK")
    approval = Asked(id=3, asks="approval", starts=BEFORE)
    las = Firm(40, "approved", LATER, "0001", (SOON,))
    welder = person(firm_id=40, firms=((1, 40, BEFORE, None),), inductions=((3, LATER),))
    own = person()

    assert fit(site(induction, approval), own, HERE) == ([], None)
    assert fit(site(replace(induction, everybody=True)), own, HERE) == (["induction_missing"], None)
    assert fit(site(induction, las=las), welder, HERE) == ([], SOON)
    assert fit(site(induction, las=las), welder, HERE, SOON) == (["insurance_lapsed"], None)
    assert fit(site(las=replace(las, insured=(LATER,), until=SOON)), welder, HERE) == ([], SOON)
    for lacking, code in [
        (replace(las, state="submitted"), "company_not_approved"),
        (replace(las, state="suspended"), "company_suspended"),
        (replace(las, until=AT), "company_lapsed"),
        (replace(las, path="0002"), "company_elsewhere"),
        (replace(las, insured=()), "insurance_missing"),
        (replace(las, insured=(), insurance_to_verify=True), "insurance_unverified"),
    ]:
        assert fit(site(las=lacking), welder, HERE) == ([code], None), lacking
    # A company that nobody invited: where a rule asks for approval.
    assert fit(site(), welder, HERE) == ([], None)
    codes, _ = fit(site(approval), welder, HERE)
    assert codes == ["company_not_approved"]
    # A rule of one company's people.
    assert fit(site(rule(team_id=40)), welder, HERE)[0] == ["missing"]
    lapsed = replace(welder, inductions=((3, AT),))
    assert fit(site(induction), lapsed, HERE) == (["induction_expired"], None)
