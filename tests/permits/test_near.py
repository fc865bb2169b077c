"""What is near a permit, as its page asks it: read once, whatever that is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from permits.models import Permit
from permits.services import _conflicts, deciding, ending, issuing, stopping
from tests.competence.conftest import Hvk
from tests.factories import documents as papers
from tests.factories import live_item, planned_item
from tests.permits import isolated, made
from tests.permits.test_conflicts import rule
from tests.permits.test_pages import FRAME, url
from work.services import places


@pytest.fixture
def types(world):
    return made.kinds(world)


def next_to(world):
    """L4 comes to lie next to L3."""
    ids = {"place_id": world.l3.pk, "other_id": world.l4.pk}
    places.add_neighbour(actor=None, at=world.at, kind="next_to", **ids)


def asked_and_near(world, hot, asks):
    """Competence is asked of who works and who issues, and work lies near."""
    asks.rule("HOT", capacity="permits.worker")
    asks.rule("ISS", capacity="permits.issuer")
    next_to(world)
    rule(world, hot, other_type_id=hot.pk, reach="within", verdict="inform")
    rule(world, hot, work_type_id=world.mnt.pk, reach="next_to", verdict="inform")
    planned_item(world, place_id=world.l4.pk)


def known(permit) -> Permit:
    return Permit.objects.select_related("place").get(pk=permit.pk)


def test_what_is_kept_answers_as_a_look_of_its_own(world, types, django_assert_max_num_queries):
    """For permits in every state that is near others, at several times, to several ends."""
    cold, hot = types
    next_to(world)
    sure = {"at": world.at, "signed": True}
    items = [planned_item(world) for _each in range(3)]
    waiting = made.authorised(world, hot, items=items[:1])
    every = [waiting, made.authorised(world, hot, starts=world.t(60), place_id=world.l4.pk)]
    every += [made.authorised(world, cold, starts=world.t(200), ends=world.t(300))]
    every += [made.issued(world, hot, items=items[1:2]), made.in_force(world, hot, items=items[2:])]
    every += [made.in_force(world, cold, ends=world.t(60)) for _late in range(2)]
    stopping.call_stop(actor=world.technician, at=world.at, permit_id=every[-1].pk)
    stopped, smoulders = (made.in_force(world, hot) for _each in range(2))
    made.issued(world, cold, place_id=world.l4.pk, place_ids=[world.l3.pk])
    stopping.call_stop(actor=world.technician, at=world.at, permit_id=stopped.pk)
    out = {"people_out": True, "left": "Clean"}
    stopping.confirm(actor=world.permit_issuer, permit_id=stopped.pk, **out, **sure)
    back = {"complete": True, "left": "Swept", "watcher_id": world.operator.pk}
    ending.hand_back(actor=world.technician, permit_id=smoulders.pk, **back, **sure)
    # An issue that ends before its window does.
    short = made.authorised(world, hot)
    made.gas_tested(world, short)
    made.ticked(world, short)
    by = {"actor": world.permit_issuer, "permit_id": short.pk, "ends": world.t(50)}
    every += [stopped, smoulders, issuing.issue(**by, scanned=True, **sure)]
    for starts, ends in ((20, 40), (55, 90), (100, None), (310, 400)):
        times = {"planned_start": world.t(starts), "planned_end": ends and world.t(ends)}
        planned_item(world, place_id=world.l4.pk, plan=times)
    live_item(world)
    given = {"reach": "within", "verdict": "endorse"}
    rule(world, hot, other_type_id=hot.pk, **given)
    rule(world, hot, other_type_id=cold.pk, **given | {"reach": "next_to"})
    rule(world, cold, work_type_id=world.mnt.pk, **given)
    rule(world, hot, work_type_id=world.mnt.pk, **given | {"reach": "next_to"})
    deciding.endorse(actor=world.hse, permit_id=waiting.pk, conditions="Screens", **sure)

    asked = [
        (states, ends)
        for states in (_conflicts.AT_WORK, _conflicts._DECIDED)
        for ends in (None, world.t(1), world.t(56), world.t(131), world.t(1000))
    ]
    answers = set()
    for permit in every:
        for minute in (0, 30, 58, 61, 130, 299):
            at, kept = world.t(minute), known(permit)
            _conflicts.keep(kept)
            with django_assert_max_num_queries(2):
                found = [_conflicts.of(kept, at, *each) for each in asked]
            assert found == [_conflicts.of(known(permit), at, *each) for each in asked]
            answers |= {tuple((one.key, one.ends) for one in each) for each in found}
    endorsed = [each.endorsed for each in _conflicts.of(known(waiting), world.at)]
    assert {each.note for each in endorsed} == {"Screens"}
    assert len(answers) > 40


def test_the_page_of_a_permit_asks_no_more_for_what_is_near(world, types, sign_in):
    """By rules about permits and about work, of neighbours too, with an endorsement that holds."""
    cold, hot = types
    next_to(world)
    made.in_force(world, hot, items=[planned_item(world)])
    made.authorised(world, hot, items=[planned_item(world)])
    permit = made.authorised(world, hot, items=[planned_item(world)])
    others = [made.issued(world, cold) for _each in range(6)]
    rule(world, hot, other_type_id=hot.pk, reach="within", verdict="endorse")
    rule(world, hot, work_type_id=world.mnt.pk, reach="next_to", verdict="endorse")
    sure = {"at": world.at, "permit_id": permit.pk, "signed": True}
    visitors = [sign_in(each) for each in (world.permit_issuer, world.technician, world.hse)]

    def counted() -> set[int]:
        counts = set()
        for each in visitors:
            with CaptureQueriesContext(connection) as asked:
                page = each.get(url(permit))
            near = page.context["permit"]["conflicts"]
            assert {row["note"] for row in near if row["endorsed_by"]} == {"Screens"}
            counts.add((len(near), len(asked) - FRAME))
        return counts

    def comes_near() -> None:
        plan = {"planned_start": world.at, "planned_end": world.t(90)}
        planned_item(world, place_id=world.l4.pk, plan=plan)

    def endorse() -> None:
        deciding.endorse(actor=world.hse, conditions="Screens", **sure)

    comes_near()
    endorse()
    before = counted()
    for _each in range(7):
        comes_near()
    rule(world, hot, other_type_id=cold.pk, reach="same", verdict="inform")
    assert (before, counted()) == ({(3, 9)}, {(10 + len(others), 9)})
    endorse()
    made.gas_tested(world, permit)
    made.ticked(world, permit)
    issuing.issue(actor=world.permit_issuer, scanned=True, **sure)
    issued = counted()
    issuing.take(actor=world.technician, scanned=True, **sure)
    assert (issued, counted()) == ({(16, 9)}, {(16, 7)})

    # On paper it is the same, and the places that it affects; there is no live token.
    with CaptureQueriesContext(connection) as asked:
        visitors[0].get(f"{url(permit)}print/")
    assert len(asked) - (FRAME - 1) == 8


def test_the_page_of_a_permit_asks_once_what_is_asked_of_people(world, types, sign_in):
    """Beside all that: rules of competence, people who lack it, one known by name alone, and who
    clears what by name. Then an isolation, on whose box the performer has no lock.
    """
    cold, hot = types
    few = made.authorised(world, hot, people=[{"name": "Bo Smit"}, {"person_id": world.hse.pk}])
    every = (world.operator, world.supervisor, world.second_technician, world.planner)
    people = [{"name": f"Bo {n}"} for n in range(5)] + [{"person_id": each.pk} for each in every]
    many = made.authorised(world, hot, people=people, items=[planned_item(world)])
    used = made.authorised(world, hot, items=[planned_item(world)])
    isolated.verified(world, uses=[{"permit_id": used.pk}])
    asks = Hvk(world)
    asks.has(world.technician, "HOT")
    asked_and_near(world, hot, asks)

    def counted(who, permit) -> tuple[int, int]:
        visitor = sign_in(who)
        with CaptureQueriesContext(connection) as asked:
            page = visitor.get(url(permit))
        return len(page.context["missing"]), len(asked) - FRAME

    assert [counted(world.permit_issuer, each)[1] for each in (few, many)] == [11, 11]
    asks.has(world.permit_issuer, "ISS")
    made.gas_tested(world, used)
    made.ticked(world, used)
    sure = {"at": world.at, "permit_id": used.pk, "signed": True}
    issuing.issue(actor=world.permit_issuer, scanned=True, **sure)
    assert counted(world.technician, used) == (1, 11)


def test_what_documents_and_competence_answer_is_asked_once_of_each(world, types, sign_in):
    """Beside all that: a document that everybody on it has to read, and measures that name one and
    a competence. Each of the two domains has three of its own at most, the page 12.
    """
    hot = types[1]
    sops = [papers.document(world, code) for code in ("SOP-1", "SOP-2")]
    for each in sops:
        papers.in_force(world, each, "1")
    asks = Hvk(world)
    asks.has(world.technician, "HOT")
    named = [
        {"kind": "document", "text": "As it says", "needs": {"document": "SOP-2"}},
        {"kind": "competence", "text": "A welder", "needs": {"competence": "HOT"}},
    ]
    people = [{"person_id": world.technician.pk}]
    given = {"people": people, "measures": named, "items": [planned_item(world)]}
    permit = made.authorised(world, hot, **given)
    papers.applies(world, sops[0], kind_key="permits.type", kind_code=hot.code, acknowledge=True)
    asked_and_near(world, hot, asks)
    isolated.verified(world, uses=[{"permit_id": permit.pk}])
    for who in (world.permit_issuer, world.technician):
        visitor = sign_in(who)
        with CaptureQueriesContext(connection) as asked:
            page = visitor.get(url(permit))
        said = [each["text"] for each in page.context["missing"]]
        assert any(each.startswith("SOP-1 must be acknowledged") for each in said)
        assert any("Iss paper" in each for each in said) == (who == world.permit_issuer)
        assert len(asked) - FRAME == 14


def test_the_shift_of_who_reads_comes_with_the_permit(world, types, sign_in):
    permit = made.authorised(world, types[0])
    made.ticked(world, permit)
    issuer = sign_in(world.permit_issuer)

    def missing() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            page = issuer.get(url(permit))
        assert len(asked) - FRAME == 8
        return [each["text"] for each in page.context["missing"]]

    assert missing() == []
    made.shift(world, "A", [world.technician], world.at, world.t(480))
    assert ["shift" in each for each in missing()] == [True]
    made.shift(world, "B", [world.permit_issuer], world.at, world.t(480))
    assert missing() == []


def test_so_it_does_where_nobody_took_an_issue_in_its_time(world, types, sign_in):
    """The clock has not written yet that it is to be issued anew."""
    before = {"at": world.t(-9)}
    permit = made.authorised(world, types[0], starts=world.t(-9), **before)
    made.ticked(world, permit, **before)
    by = {"actor": world.permit_issuer, "permit_id": permit.pk, "scanned": True, "signed": True}
    issuing.issue(ends=world.t(-1), **by, **before)
    made.shift(world, "A", [world.technician], world.at, world.t(480))
    issuer = sign_in(world.permit_issuer)
    with CaptureQueriesContext(connection) as asked:
        page = issuer.get(url(permit))
    assert ["shift" in each["text"] for each in page.context["missing"]] == [True]
    assert len(asked) - FRAME == 8


def test_the_page_asks_once_what_is_unconfirmed_since_all_was_stopped(world, types, sign_in):
    """Beside what is near, and what is asked of people."""
    cold, hot = types
    people = [{"name": "Bo Smit"}, {"person_id": world.hse.pk}]
    given = {"people": people, "place_ids": [world.l4.pk], "items": [planned_item(world)]}
    permit = made.authorised(world, hot, **given)
    isolated.verified(world, uses=[{"permit_id": permit.pk}])
    asks = Hvk(world)
    there = [each.pk for each in (world.l3, world.l4, world.packaging)]
    for pk in there:
        made.in_force(world, cold, place_id=pk)
    for pk in there:
        leads = {"actor": world.supervisor, "at": world.at}
        stopping.stop_all(site_id=world.site.pk, place_id=pk, **leads)
    asked_and_near(world, hot, asks)
    for who in (world.permit_issuer, world.technician, world.viewer):
        visitor = sign_in(who)
        with CaptureQueriesContext(connection) as asked:
            page = visitor.get(url(permit))
        said = [(each["text"], each["who"]) for each in page.context["missing"]]
        [stopped] = [each for each in said if each[0].startswith("All was stopped here")]
        assert ("under 3 permits" in stopped[0], stopped[1]) == (True, world.technician.name)
        assert len(asked) - FRAME == 12
