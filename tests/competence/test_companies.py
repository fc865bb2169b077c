"""Companies: approved by another, insured; what lapses, and who may come in (stories 2 and 12)."""

from datetime import date

import pytest

from competence.models import Record
from competence.reads import forecast
from competence.reads import gate as gate_list
from competence.reads import people as reads
from competence.services import companies, inductions, papers, records
from tests.competence.outcomes import forbidden, refused, unknown
from tests.factories import company, person, planned_item, second_site, work_type
from tests.work.by_sql import CHECK
from work import ports
from work.exceptions import Refused
from work.models import WorkItem
from work.permissions import scope
from work.reads import judged as trail
from work.reasons import say
from work.services import execution, items, people

RAISED = "P0001"
_LEFT = "Welder has left."
_NONE = "Welder has no Weld paper (WELD)."


def blocks(item, at) -> bool:
    return not WorkItem.objects.ready(at).filter(pk=item.pk).exists()


@pytest.fixture
def lasteam(hvk):
    """LasTeam as the site let it work: insured for two hours, approved for a month."""
    world = hvk.world
    given = {"work_scope": "Welding", "any_type": True, "until": world.t(60 * 24 * 30)}
    return hvk.approved(world.lasteam, world.contractor, world.t(120), **given)


def job(world, *people):
    """CON-14: work of LasTeam, today."""
    return planned_item(
        world,
        what="Weld the bracket",
        plan={
            "team_id": world.lasteam.pk,
            "executor_ids": [person.pk for person in people],
            "planned_start": world.t(60),
            "planned_end": world.t(300),
        },
    )


def inducted(hvk, person, until):
    world = hvk.world
    return inductions.induct(
        actor=world.supervisor,
        at=world.t(-1000),
        site_id=world.site.pk,
        person_id=person.pk,
        place_id=world.root.pk,
        done_on=date(2026, 11, 2),
        until=until,
    )


def test_the_gate_list_of_today(hvk, lasteam, app, monkeypatch):
    """Foreman yes, one welder yes, the other no; what stops the work is said beside it."""
    world = hvk.world
    foreman, welder = world.contractor, world.welder
    second = papers.bring(
        actor=foreman, at=world.t(-200), company_id=lasteam.pk, name="Welder two", badge="7"
    )
    both = _also_coordinator(hvk)
    own = papers.bring(actor=both, at=world.t(-200), company_id=lasteam.pk, name="Welder three")
    with refused("competence.another_answers"):
        papers.admit(actor=both, at=world.t(-199), newcomer_id=own.pk)
    answered = "UPDATE competence_newcomer SET answered_at = now(), answered_by_id = added_by_id"
    assert app(answered) == CHECK
    assert app("UPDATE competence_newcomer SET added_by_id = %s", [foreman.pk]) == RAISED
    second = papers.admit(actor=hvk.second, at=world.t(-190), newcomer_id=second.pk).person
    hvk.rule(asks="induction", place_id=world.root.pk)
    hvk.rule("WELD", team_id=world.lasteam.pk)
    for each in (foreman, welder):
        hvk.has(each, "WELD")
        inducted(hvk, each, world.t(60 * 24 * 9))
    inducted(hvk, second, world.t(-300))
    item = job(world, foreman, welder, second)

    def gate(reader):
        who = scope(reader, world.at)
        return {
            row.name: (row.may, [said.text for said in say([*row.against, *row.beside], who)])
            for row in gate_list.listed(world.site, who, world.at).rows
        }

    expected = {
        "Contractor": (True, []),
        "Welder": (True, []),
        "Welder two": (
            False,
            [
                "The induction of Welder two for Havenkade ended Mon 23 Nov 23:00.",
                "Welder two has no Weld paper (WELD).",
            ],
        ),
    }
    assert gate(world.viewer) == expected
    assert gate(foreman) == expected
    assert gate(world.other_contractor) == {}
    viewer = scope(world.viewer, world.at)
    row = gate_list.listed(world.site, viewer, world.at).rows[0]
    assert (row.company, row.until, row.items[0].pk) == ("LasTeam BV", world.t(120), item.pk)
    # Nobody falls off its end: the database pages it, by company and name.
    monkeypatch.setattr(gate_list, "PAGE", 2)
    pages = [gate_list.listed(world.site, viewer, world.at, number) for number in (1, 2, 9)]
    assert [[row.name for row in page.rows] for page in pages] == [
        ["Contractor", "Welder"],
        ["Welder two"],
        ["Welder two"],
    ]
    assert [(page.total, page.page) for page in pages] == [(3, 1), (3, 2), (3, 2)]
    monkeypatch.undo()
    # One is found by name, whatever case and accents, or by company.
    firms = gate_list.companies(world.site, viewer, world.at)
    assert firms == [(world.lasteam.pk, "LasTeam BV", 3)]
    other = scope(world.other_contractor, world.at)
    assert gate_list.companies(world.site, other, world.at) == []

    def found(**narrowed):
        listed = gate_list.listed(world.site, viewer, world.at, 9, **narrowed)
        return [row.name for row in listed.rows], listed.total

    assert found(q=" TWO w\u00e9lder") == (["Welder two"], 1)
    assert found(q="welder", team_id=world.lasteam.pk) == (["Welder", "Welder two"], 2)
    assert found(team_id=world.hydrex.pk) == found(q="Nobody%") == ([], 0)
    # And what is so now, but not to the end of the work.
    ends = say(row.lapses, scope(world.viewer, world.at))
    assert [each.text for each in ends] == [
        "Contractor: company approved and insured ends Tue 24 Nov 06:00, before the work does."
    ]

    # The start refuses for him, and for him alone.
    with pytest.raises(Refused) as caught:
        execution.start(actor=foreman, at=world.t(61), item_id=item.pk)
    inner = caught.value.reasons[0].params["reason"]
    assert {each["code"] for each in inner["params"]["reasons"]} == {
        "competence.induction_expired",
        "competence.missing",
    }
    assert {tuple(each["about"]) for each in inner["params"]["reasons"]} == {("user", second.pk)}
    items.assign(
        actor=world.planner,
        at=world.t(62),
        item_id=item.pk,
        executor_ids=[foreman.pk, welder.pk],
    )
    execution.start(actor=foreman, at=world.t(63), item_id=item.pk)
    # What was known at the start is kept, of whom and on which proof.
    records.revoke(
        actor=world.hse,
        at=world.t(63.5),
        record_id=Record.objects.get(person=welder).pk,
        why="Forged",
    )
    who = scope(world.planner, world.t(63.6))
    [decision] = trail.rows(trail.of_person(world.site.pk, welder.pk), who, welder.pk)
    [of_welder] = decision["people"]
    assert (decision["label"], decision["at"]) == (f"W-{item.number}", world.t(63))
    assert [(each["what"], each["state"]) for each in of_welder["asked"]] == [
        ("Welder: company approved and insured", "Met"),
        ("Welder: inducted for Havenkade", "Met"),
        ("Welder: Weld paper (WELD)", "Met"),
    ]
    assert of_welder["asked"][2]["record"] == Record.objects.get(person=welder).pk
    started, stopped = trail.rows(trail.of_item(item.pk), who)
    assert len(started["people"]) == 2
    # And who was found unable when it was refused.
    [of_second] = stopped["people"]
    assert (stopped["refused"], of_second["name"]) == (True, "Welder two")
    assert [each["reason"] for each in of_second["asked"]] == [
        expected["Welder two"][1][0],
        "Welder two has no Weld paper (WELD).",
    ]

    # Who has left does not come in, whatever else he has.
    people.deactivate_person(actor=world.site_admin, at=world.t(64), user_id=welder.pk)
    assert gate(world.viewer) == {"Contractor": (True, []), "Welder": (False, [_LEFT, _NONE])}


def test_who_acts_for_a_company_and_for_which_work(hvk, lasteam):
    """Named foremen alone act for it; approved for some types of work it does no others."""
    world, named = hvk.world, {"company_id": lasteam.pk}
    coordinator = {"actor": hvk.second, "at": world.t(-100)}
    paper = {**named, "kind": "other", "reference": "VCA 4", "until": world.t(9999)}
    companies.name_foremen(**coordinator, **named, people=[])
    with forbidden():
        papers.add(actor=world.contractor, at=world.t(-101), **paper)
    with forbidden():
        companies.name_foremen(actor=world.contractor, at=world.t(-100), **named, people=[])
    with refused("competence.not_of_company"):
        companies.name_foremen(**coordinator, **named, people=[world.other_contractor.pk])
    companies.name_foremen(**coordinator, **named, people=[world.contractor.pk])
    hvk.asks("WELD")
    for act in (
        lambda: papers.add(actor=world.welder, at=world.t(-90), **paper),
        lambda: companies.submit(actor=world.welder, at=world.t(-90), **named),
        lambda: hvk.obtained(world.contractor, "WELD", actor=world.welder, at=world.t(-90)),
    ):
        with forbidden():
            act()
    papers.add(actor=world.contractor, at=world.t(-90), **paper)

    item = job(world, world.contractor)
    assert not blocks(item, world.t(-50))
    other = work_type(world.site, "CLEAN", name="Cleaning")
    approval = {**named, "work_scope": "Cleaning", "until": world.t(60 * 24 * 30)}
    with refused("type_unknown"):
        companies.approve(**coordinator, **approval, type_ids=[0])
    with refused("competence.types_needed"):
        companies.approve(**coordinator, **approval)
    companies.approve(**coordinator, **approval, type_ids=[other.pk])
    assert blocks(item, world.t(-50))
    asked = ports.Occasion(
        kind="permits.type",
        code="hot-work",
        site_id=world.site.pk,
        place_path=world.l3.path,
        item_ids=(item.pk,),
        type_ids=(item.type_id,),
        people=((world.contractor.pk, "permits.worker"),),
        companies=(world.lasteam.pk,),
    )
    [answers] = ports.conditions.get("competence.fitness").of([asked], world.t(-50))
    assert [each.answer.reason and each.answer.reason.code for each in answers] == [
        None,
        "competence.firm_company_other_work",
    ]
    companies.approve(**coordinator, **approval, type_ids=[other.pk, item.type_id])
    assert not blocks(item, world.t(-50))
    # Who has left takes part in nothing.
    people.deactivate_person(actor=world.site_admin, at=world.t(-49), user_id=world.contractor.pk)
    [answers] = ports.conditions.get("competence.fitness").of([asked], world.t(-48))
    assert answers[0].answer.reason.code == "competence.person_left"


def test_of_which_company_somebody_is_now(hvk):
    """Of somebody from elsewhere not what he will be here, nor what he was."""
    world, nrd = hvk.world, second_site()
    lent = person(nrd.site, company=company(nrd.site, "zzp", "Zzp"), username="lent")
    for team, starts, ends in [
        (world.hydrex, world.t(60 * 24 * 30), None),
        (world.lasteam, world.t(-600), None),
        (world.hydrex, world.t(-900), world.t(-800)),
    ]:
        hvk.comes_for(team, lent, starts, ends=ends)
    assert reads.find(world.site, world.at, lent.pk).here_for == world.lasteam.pk
    record = hvk.obtained(lent, "VCA", valid_until=world.t(60 * 24 * 5))
    ours, theirs = (scope(each, world.at) for each in (world.contractor, world.other_contractor))
    assert forecast.to_verify(world.site, ours, world.at) == [record]
    assert forecast.to_verify(world.site, theirs, world.at) == []
    records.verify(actor=hvk.second, at=world.at, record_id=record.pk)
    assert forecast.counts(world.site, ours, world.at) == {7: 1, 30: 1, 90: 1}
    assert forecast.counts(world.site, theirs, world.at) == {7: 0, 30: 0, 90: 0}
    # His own foreman records for him, another's does not know him.
    vca = {"site_id": world.site.pk, "person_id": lent.pk, "competence_id": record.competence_id}
    proof = {"obtained_on": date(2026, 11, 2), "reference": "VCA 2"}
    with refused("competence.person_unknown"):
        records.record(actor=world.other_contractor, at=world.at, **vca, **proof)
    records.record(actor=world.contractor, at=world.at, **vca, **proof)


def _also_coordinator(hvk):
    """Who is both: what he asked himself another answers."""
    from work.services.people import grant_role

    grant_role(
        actor=None,
        at=hvk.world.t(-500),
        user_id=hvk.world.supervisor.pk,
        site_id=hvk.world.site.pk,
        role="competence_coordinator",
    )
    return hvk.world.supervisor


def test_the_life_of_a_company(hvk, app):
    world, second = hvk.world, hvk.second
    item = job(world, world.welder)
    crew = _crew(world)
    for name in ("contractor", "other_contractor"):
        getattr(world, name)
    assert not blocks(item, world.t(-250))
    with refused("competence.not_a_company"):
        companies.invite(actor=second, at=world.at, site_id=world.site.pk, team_id=crew.pk)
    invited = {"site_id": world.site.pk, "team_id": world.lasteam.pk}
    company = companies.invite(actor=second, at=world.at, **invited, foremen=[world.contractor.pk])
    assert blocks(item, world.at)
    with refused("competence.company_known"):
        companies.invite(actor=second, at=world.at, site_id=world.site.pk, team_id=world.lasteam.pk)
    with unknown():
        companies.submit(actor=world.other_contractor, at=world.at, company_id=company.pk)
    with refused("competence.proof_needed"):
        companies.submit(actor=world.contractor, at=world.at, company_id=company.pk)
    paper = {"company_id": company.pk, "kind": "insurance"}
    with refused("competence.end_needed", "competence.proof_needed"):
        papers.add(actor=world.contractor, at=world.at, **paper, until=None)
    with unknown():
        papers.add(actor=world.other_contractor, at=world.at, **paper, until=world.t(9))
    paper = papers.add(
        actor=world.contractor, at=world.at, **paper, until=world.t(120), reference="D 9"
    )
    # Suspended before it submitted: it is not approved without.
    approval = {"company_id": company.pk, "work_scope": "Welding", "until": world.t(600)}
    approval["any_type"] = True
    companies.suspend(actor=world.hse, at=world.t(1), company_id=company.pk, why="Not yet")
    with refused("competence.not_submitted", "competence.insurance_needed"):
        companies.approve(actor=second, at=world.t(1), **approval)
    companies.submit(actor=world.contractor, at=world.t(1), company_id=company.pk)
    with refused("competence.insurance_needed"):
        companies.approve(actor=second, at=world.t(2), **approval)
    with forbidden():
        papers.verify(actor=world.contractor, at=world.t(2), paper_id=paper.pk)
    itself = "UPDATE competence_companypaper SET verified_at = now(), verified_by_id = added_by_id"
    assert app(itself) == CHECK
    assert app("UPDATE competence_companypaper SET verified_at = now()") == CHECK
    assert app("UPDATE competence_companypaper SET added_by_id = %s", [second.pk]) == RAISED
    papers.verify(actor=second, at=world.t(2), paper_id=paper.pk)
    with refused("competence.scope_needed", "competence.end_needed"):
        companies.approve(
            actor=second, at=world.t(3), **{**approval, "work_scope": "", "until": None}
        )
    with forbidden():
        companies.approve(actor=world.planner, at=world.t(3), **approval)
    companies.approve(actor=second, at=world.t(3), **approval)
    same = "UPDATE competence_company SET approved_by_id = submitted_by_id"
    assert app(same) == CHECK
    assert app("UPDATE competence_company SET submitted_by_id = NULL") == CHECK
    # Of a part of the site alone: neither the whole of it, nor what was given for the whole.
    of_l3 = person(world.site, "competence_coordinator", username="of_l3", place=world.l3)
    for place_id in (None, world.l3.pk):
        with forbidden():
            companies.approve(actor=of_l3, at=world.t(4), **approval, place_id=place_id)

    # The insurance lapses at its second, with no task running.
    assert not blocks(item, world.t(119))
    assert blocks(item, world.t(120))
    with refused("reason_needed"):
        companies.suspend(actor=world.hse, at=world.t(5), company_id=company.pk, why="")
    companies.suspend(actor=world.hse, at=world.t(5), company_id=company.pk, why="Fire watch left")
    assert blocks(item, world.t(5))
    assert item.prerequisites.get(supplier="work.fitness").reason["code"] == (
        "competence.company_suspended"
    )
    companies.approve(actor=second, at=world.t(6), **approval)
    assert not blocks(item, world.t(6))
    papers.strike(actor=world.hse, at=world.t(7), paper_id=paper.pk, why="Forged")
    assert blocks(item, world.t(7))
    with refused("competence.struck"):
        papers.strike(actor=world.hse, at=world.t(8), paper_id=paper.pk, why="Again")


def _crew(world):
    from work.services import teams

    return teams.create_team(
        actor=None, at=world.t(-900), site_id=world.site.pk, code="B", name="B", kind="crew"
    )


class GasTester:
    """A capacity as permits register it."""

    key = "trial.gas_tester"
    title = "Gas tester"


@pytest.fixture
def gas_tester():
    ports.capacities.register(GasTester())
    yield GasTester.key
    ports.capacities.unregister(GasTester.key)


def test_a_certificate_that_ends_in_the_middle_of_a_job(hvk, lasteam, gas_tester):
    """Story 12: at 18:30 the one tester's has ended, another may."""
    world = hvk.world
    hvk.rule("GAS", capacity=gas_tester)
    hvk.has(world.technician, "GAS", valid_until=world.t(60))
    hvk.has(world.second_technician, "GAS")
    port = ports.conditions.get("competence.fitness")

    def of(people, at, **more):
        occasion = ports.Occasion(
            kind="permits.type",
            code="hot-work",
            site_id=world.site.pk,
            place_path=world.l3.path,
            people=tuple((person.pk, gas_tester) for person in people),
            **more,
        )
        return [
            (each.person_id, str(each.answer.state), each.answer.reason, each.answer.valid_until)
            for each in port.of([occasion], at)[0]
        ]

    first, second = world.technician, world.second_technician
    assert of([first, second], world.t(59)) == [
        (first.pk, "met", None, world.t(60)),
        (second.pk, "met", None, None),
    ]
    [(pk, state, reason, _), other] = of([first, second], world.t(60))
    assert (pk, state, reason.code) == (first.pk, "unmet", "competence.expired")
    [said] = say([reason], scope(world.supervisor, world.t(60)))
    assert said.text == "Gas paper (GAS) of Technician ended Tue 24 Nov 05:00."
    assert said.who == "Competence coordinator"
    assert other == (second.pk, "met", None, None)
    # It must last as long as is asked for.
    [(_, state, reason, _)] = of([first], world.t(1), until=world.t(61))
    assert (state, reason.code) == ("unmet", "competence.ends_before")
    # The company too.
    [(person, state, _, until)] = of([], world.t(1), companies=(world.lasteam.pk,))
    assert (person, state, until) == (None, "met", world.t(120))
    [(_, state, reason, _)] = of([], world.t(120), companies=(world.lasteam.pk,))
    assert (state, reason.code) == ("unmet", "competence.firm_insurance_lapsed")
    assert of([], world.t(1), companies=(world.hydrex.pk,)) == []
    assert port.of([], world.at) == []
