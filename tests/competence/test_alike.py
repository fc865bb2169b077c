"""What alike work asks is judged once, and comes out as if each item were judged alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from competence.facts import Asked, Firm, Named, PersonFacts, Proof, SiteFacts, Where
from competence.judging import judge
from competence.needs import alike, in_force, said
from competence.reads import facts, gate, judged
from competence.reads import work as work_reads
from competence.services import inductions
from competence.states import Asks
from tests.factories import company, live_item, person, planned_item, work_type
from tests.permits import made
from work.exceptions import Reason
from work.permissions import scope

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
MOMENTS = st.sampled_from([NOW - timedelta(days=1), NOW, NOW + timedelta(hours=1)])
ENDS = st.none() | MOMENTS
NAMED = [Named(n, f"C{n}", f"Paper {n}", kind) for n, kind in enumerate(("skill", "verification"))]
PATHS = st.sampled_from(["0001", "00010001", "000100010001", "00010002", "0002"])
TYPES, CLASSES, TEAMS = st.sampled_from([5, 6]), st.sampled_from([7, 8]), st.sampled_from([40, 41])
CODES = st.tuples(st.just("permits.type"), st.sampled_from(["hot", "cold"]))


def _rule(**given) -> Asked:
    kind, code = given.pop("record")
    return Asked(id=1, place_id=len(given["path"]), kind=kind, code=code, **given)


RULES = st.builds(
    _rule,
    asks=st.sampled_from(Asks.values),
    starts=MOMENTS,
    ends=ENDS,
    competence=st.sampled_from(NAMED),
    level=st.sampled_from([None, 2]),
    verification=st.sampled_from([None, NAMED[1]]),
    supervised=st.booleans(),
    everybody=st.booleans(),
    type_id=st.none() | TYPES,
    path=st.just("") | PATHS,
    class_id=st.none() | CLASSES,
    capacity=st.sampled_from(["", "", "permits.worker"]),
    record=st.just(("", "")) | CODES,
    team_id=st.none() | TEAMS,
)
FIRMS = st.builds(
    Firm,
    team_id=TEAMS,
    state=st.sampled_from(["approved", "approved", "suspended"]),
    until=ENDS,
    path=st.just("") | PATHS,
    insured=st.lists(MOMENTS, max_size=1).map(tuple),
    type_ids=st.frozensets(TYPES, max_size=1),
)
SITES = st.builds(
    lambda rules, firms: SiteFacts(1, "hvk", tuple(rules), {each.team_id: each for each in firms}),
    st.lists(RULES, max_size=6),
    st.lists(FIRMS, max_size=2),
)
PEOPLE = st.builds(
    PersonFacts,
    id=st.just(11),
    firm_id=st.none() | TEAMS,
    firms=st.lists(st.tuples(st.just(1), TEAMS, MOMENTS, ENDS), max_size=2).map(tuple),
    proofs=st.lists(
        st.builds(
            Proof,
            competence_id=st.sampled_from([0, 1]),
            state=st.sampled_from(["obtained", "verified"]),
            level=st.sampled_from([None, 1, 2]),
            until=ENDS,
        ),
        max_size=3,
    ).map(tuple),
    exemptions=st.lists(st.tuples(st.sampled_from([0, 1]), MOMENTS), max_size=1).map(tuple),
    inductions=st.lists(st.tuples(st.sampled_from([0, 4, 8]), ENDS), max_size=2).map(tuple),
)
WHERES = st.builds(
    Where,
    site_id=st.just(1),
    path=PATHS,
    type_id=st.none() | TYPES | st.just(9),
    class_ids=st.frozensets(CLASSES | st.just(9)),
    team_id=st.none() | TEAMS,
    codes=st.frozensets(CODES | st.just(("documents.type", "plan"))),
)


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(site=SITES, person=PEOPLE, where=WHERES, at=MOMENTS)
def test_a_judgement_is_that_of_all_that_is_alike(site, person, where, at):
    narrowed = alike(site)(where)
    rules = in_force(site, replace(narrowed, team_id=None), at)
    alone = judge(site, person, where, at, "/people/11/")
    assert judge(site, person, narrowed, at, "/people/11/", rules) == alone
    assert alike(site)(narrowed) == narrowed


def test_only_what_the_site_names_is_told_apart():
    rule = Asked(id=1, asks="competence", starts=NOW, type_id=5, path="00010001", class_id=7)
    firm = Firm(40, "approved", path="0002", type_ids=frozenset({6}))
    narrowed = alike(SiteFacts(1, "hvk", (rule,), {40: firm}))
    codes = frozenset({("permits.type", "hot")})
    here = Where(1, "000100010003", 5, frozenset({7, 8}), 40, codes)
    other = frozenset({7})
    assert narrowed(here) == Where(1, "00010001", 5, other, 40)
    assert narrowed(replace(here, path="00010002", type_id=6)) == Where(1, "", 6, other, 40)
    # A type that nobody names is not the same as none: an approval of some types is not of it.
    assert narrowed(replace(here, type_id=9)) == narrowed(replace(here, type_id=10))
    assert narrowed(replace(here, type_id=9)) != narrowed(replace(here, type_id=None))


def alone(site, row, at):
    """What an entry says, each of its items judged by itself in its turn."""
    [asked] = facts.of_sites([site.pk]).values()
    [known] = facts.of_people([row.person_id], [site.pk]).values()
    contexts = work_reads.known(row.items)
    codes = judged.codes([asked], list(contexts.values()), at)
    against, beside, lapses, ends = [], [], [], []
    for item in row.items:
        where = judged.of_item(contexts[item.pk], codes)
        for each in judge(asked, known, where, at, f"/s/hvk/competence/people/{known.id}/"):
            of_gate = each.need.asks != Asks.COMPETENCE
            (against if of_gate else beside).append(each.reason)
            if of_gate and each.until is not None:
                ends.append(each.until)
            end = item.planned_end
            if each.reason is None and each.until and end is not None and each.until < end:
                what = said(each.need, known.id).as_json()
                told = {"what": what, "until": each.until.isoformat()}
                clears = ("role", "competence_coordinator")
                lapses.append(Reason("competence.lapses_first", told, ("user", known.id), clears))
    return _once(against), _once(beside), _once(lapses), min(ends, default=None)


def _once(found):
    return [each for n, each in enumerate(found) if each is not None and each not in found[:n]]


@pytest.fixture
def varied(hvk):
    """Two companies and one that is unknown, of whose people each thing is asked somewhere."""
    world = hvk.world
    weld = work_type(world.site, "WLD")
    kept = company(world.site, "kept")
    short = person(
        world.site, "contractor", username="short", company=world.hydrex, ends=world.t(100)
    )
    of_kept = person(world.site, "contractor", username="kept", company=kept)
    teams = {
        world.lasteam: [world.contractor, world.welder],
        world.hydrex: [world.other_contractor, short, world.technician],
        kept: [of_kept],
    }
    _cold, hot = made.kinds(world)
    begun = {"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    live_item(world, at=world.t(-10), what="Begun yesterday", plan=begun)
    _approved(hvk, world.lasteam, world.contractor, place_id=world.packaging.pk)
    _approved(hvk, world.hydrex, world.other_contractor, type_ids=[world.mnt.pk])
    for team in (None, world.lasteam):
        hvk.rule("TEAM" if team else "ALL", team_id=team and team.pk)
    hvk.rule(
        "WELD", type_id=weld.pk, level=None, verification_id=hvk.asks("SEEN", "verification").pk
    )
    hvk.rule("GAS", place_id=world.l4.pk, supervised=True)
    hvk.rule("PUMP", asset_class_id=world.pump.asset_class_id)
    hvk.rule("FIRE", kind="permits.type", code="hot-work")
    hvk.rule("LEAD", capacity="permits.worker")
    hvk.rule("LATE", starts=world.t(30), type_id=world.mnt.pk)
    hvk.rule("PAST", ends=world.t(30))
    for at in (world.root, world.packaging, world.p301):
        hvk.rule(asks="induction", place_id=at.pk)
    everybody = {each for team in teams.values() for each in team}
    for nth, each in enumerate(sorted(everybody, key=lambda each: each.pk)):
        for n, code in enumerate(("ALL", "TEAM", "WELD", "SEEN", "GAS", "PUMP", "FIRE", "PAST")):
            if (nth + n) % 3:
                hvk.has(each, code, valid_until=world.t(20 + 40 * n) if (nth + n) % 2 else None)
        for n, at in enumerate((world.root, world.packaging)):
            inductions.induct(
                actor=world.supervisor,
                at=world.t(-300),
                site_id=world.site.pk,
                person_id=each.pk,
                place_id=at.pk,
                done_on=date(2026, 11, 2),
                until=world.t(50 + 40 * n + nth),
            )
    inductions.exempt(
        actor=world.hse,
        at=world.t(-200),
        site_id=world.site.pk,
        person_id=world.welder.pk,
        competence_id=hvk.known["WELD"].pk,
        until=world.t(70),
        why="The course is on Friday",
    )
    windows = cycle([(20, 45), (60, None), (10, 90), (25, 600), (5, 2000), (1, 30)])
    items = []
    whole = product(
        teams, (world.mnt, weld), (world.l3, world.l3, world.l4, world.p301, world.process)
    )
    for nth, (team, kind, place) in enumerate(whole):
        starts, ends = next(windows)
        items.append(
            planned_item(
                world,
                type_id=kind.pk,
                place_id=place.pk,
                asset_ids=[world.pump.pk] if nth % 3 == 0 else [],
                plan={
                    "team_id": team.pk,
                    "executor_ids": [each.pk for each in teams[team][nth % 2 :] or teams[team]],
                    "planned_start": world.t(starts),
                    "planned_end": ends and world.t(ends),
                },
            )
        )
    made.authorised(world, hot, items=[items[0], items[6]])
    return hvk


def _approved(hvk, team, foreman, **given):
    given |= {"any_type": "type_ids" not in given, "work_scope": "All of it"}
    hvk.approved(team, foreman, hvk.world.t(80), until=hvk.world.t(60 * 24 * 9), **given)


def test_the_gate_says_what_each_item_alone_says(varied, monkeypatch):
    """At every moment, in the same words and order, of as many questions as there are."""
    world, asked = varied.world, []

    def counted(site, person, where, *given):
        asked.append((person.id, where))
        return judge(site, person, where, *given)

    monkeypatch.setattr(gate, "judge", counted)
    seen = {name: set() for name in ("against", "beside", "lapses")}
    for minutes in (0, 25, 30, 45, 51, 75, 85, 101, 150):
        at = world.t(minutes)
        asked.clear()
        rows = gate.listed(world.site, scope(world.viewer, at), at).rows
        assert len(asked) == len(set(asked)) < sum(len(row.items) for row in rows)
        assert len(rows) == 5
        for row in rows:
            against, beside, lapses, until = alone(world.site, row, at)
            of_him = [each for each in row.against if each.code.startswith("competence.")]
            assert (of_him, list(row.beside), list(row.lapses)) == (against, beside, lapses)
            assert row.until == (None if row.against else until)
            for name, found in seen.items():
                found |= {each.code for each in getattr(row, name)}
    assert seen == {
        "against": {
            "executor_no_role_here",
            "competence.company_elsewhere",
            "competence.company_other_work",
            "competence.induction_expired",
            "competence.induction_missing",
            "competence.insurance_lapsed",
        },
        "beside": {"competence.expired", "competence.missing", "competence.not_verified_here"},
        "lapses": {"competence.lapses_first"},
    }


def test_alike_work_is_one_question(hvk, monkeypatch):
    """Twelve windows of one kind of work are judged once; each keeps its own end."""
    world, asked = hvk.world, []
    hvk.rule("WELD")
    hvk.has(world.welder, "WELD", valid_until=world.t(100))
    for minutes in range(12):
        planned_item(
            world,
            place_id=(world.l3, world.l4)[minutes % 2].pk,
            plan={
                "team_id": world.lasteam.pk,
                "executor_ids": [world.welder.pk],
                "planned_start": world.t(minutes),
                "planned_end": world.t(90 + minutes),
            },
        )
    monkeypatch.setattr(gate, "judge", lambda *given: asked.append(given) or judge(*given))
    viewer = scope(world.viewer, world.at)
    [row] = gate.listed(world.site, viewer, world.at).rows
    assert (len(row.items), len(asked)) == (12, 1)
    assert [each.params["until"] for each in row.lapses] == [world.t(100).isoformat()]
    # It is the last of them alone that outlasts the paper.
    assert [item for item in row.items if item.planned_end > world.t(100)] == [row.items[-1]]
