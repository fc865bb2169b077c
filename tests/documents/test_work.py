"""What documents ask of work: before its start, under way, and when a new revision comes."""

import contextlib

import pytest

from documents.models import ItemRevision
from documents.reads.visible import KEY, visible_documents
from documents.services import (
    acknowledging,
    announcing,
    applying,
    documents,
    effective,
    keeping,
    telling,
)
from tests import factories
from tests.factories import documents as papers
from tests.factories import planned_item
from tests.work.outcomes import codes, refused_alone
from work import ports
from work.exceptions import Reason, Refused
from work.models import Notice
from work.permissions import scope
from work.reads import item as read_item
from work.reasons import say
from work.services import checklist, execution, items, people


@contextlib.contextmanager
def refused():
    """A gate refuses: the requirement of the document is not met. What it had heard is kept."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert codes(caught.value) == ["requirement_unmet"]


def row(item, gate="start"):
    return item.prerequisites.get(supplier="documents.document", gate=gate, withdrawn_at=None)


def read(world, revision, minutes, by=None, **given):
    acknowledging.acknowledge(
        actor=by or world.technician, at=world.t(minutes), revision_id=revision.pk, **given
    )


def start(world, item, minutes):
    return execution.start(actor=world.technician, at=world.t(minutes), item_id=item.pk)


def said_of(world, item, minutes) -> tuple[str, str, str]:
    """What the page of an item says of the document: the answer, why, and who clears it."""
    at = world.t(minutes)
    who = scope(world.technician, at)
    page = read_item.load(world.site, read_item.find(world.site, who, f"W-{item.number}"), who, at)
    [shown] = [each for each in page.rows.requirements if each["row"].pk == row(item).pk]
    return shown["answer"], shown["reason_text"], shown["who_text"]


def why(item, at) -> str:
    stored = Reason.from_json(row(item).reason)
    return say([stored], scope(item.executors.first(), at))[0].text


def called(world, item, at) -> list[str]:
    """What the requirements of documents are called on the item's page."""
    who = scope(world.planner, at)
    found = read_item.find(world.site, who, f"W-{item.number}")
    rows = read_item.load_for_gates(world.site, found, who, at).rows
    return [each["what"] for each in rows.requirements if each["row"].kind == "document"]


def test_a_start_asks_for_the_revision_in_force_and_who_has_read_it(world):
    document = papers.document(world)
    papers.applies(world, document, acknowledge=True)
    item = planned_item(world, at=world.t(1))
    owner = document.owner_id

    with refused() as caught:
        start(world, item, 2)
    assert caught.value.reasons[0].clears == ("team", owner)
    assert why(item, world.t(2)) == "SOP-L3-012 has no revision in force."

    four = papers.in_force(world, document, "4", at=world.t(3), starts=world.t(10))
    item.refresh_from_db()
    assert (row(item).answer, row(item).valid_until) == ("unmet", world.t(10))
    with refused():
        start(world, item, 9)
    with refused() as caught:
        start(world, item, 10)
    assert caught.value.reasons[0].clears == ("user", world.technician.pk)
    assert why(item, world.t(10)) == "SOP-L3-012 revision 4 is not acknowledged."

    read(world, four, 11)
    assert row(item).answer == "met"
    start(world, item, 12)
    began = ItemRevision.objects.get()
    assert (began.item, began.revision, began.at, began.ended_at) == (item, four, world.t(12), None)
    # Who joins has read it too, so that work under way waits for that.
    both = [world.technician.pk, world.second_technician.pk]
    items.assign(actor=world.planner, at=world.t(12.5), item_id=item.pk, executor_ids=both)
    assert (row(item).answer, row(item).clears) == ("unmet", f"user:{world.second_technician.pk}")
    read(world, four, 12.7, by=world.second_technician)
    assert row(item).answer == "met"
    execution.stop(
        actor=world.technician, at=world.t(13), item_id=item.pk, condition="Guard on, safe"
    )
    began.refresh_from_db()
    assert began.ended_at == world.t(13)


def test_a_new_revision_meets_live_work(world):
    """Story 10: two not started, one strict, one lenient; and what a revision that stops does."""
    document = papers.document(world, "SOP-CIP-004")
    strict = factories.work_type(
        world.site,
        lines=[
            {"key": "drain", "text": "Drained", "kind": "pass_fail", "hold_point": True},
            {"key": "close", "text": "Closed", "kind": "pass_fail", "hold_point": True},
            {"key": "run", "text": "Runs", "kind": "pass_fail", "hold_point": True},
        ],
    )
    for kind in (world.mnt, strict):
        papers.applies(world, document, work_type_id=kind.pk, acknowledge=True)
    two = papers.in_force(world, document, "2")
    read(world, two, 1)
    waiting = planned_item(world, at=world.t(1))
    lenient = start(world, planned_item(world, at=world.t(1)), 2)
    live = start(world, planned_item(world, at=world.t(1), type_id=strict.pk), 2)
    lines = {line.key: line for line in live.lines.all()}
    by = {"actor": world.technician, "answer": "pass"}
    checklist.answer(at=world.t(3), line_id=lines["drain"].pk, **by)

    three = papers.in_force(
        world,
        document,
        "3",
        at=world.t(10),
        starts=world.t(60),
        bearing="hold_point",
        key_lines=["Vent first"],
    )
    # Not started: ready until its second. Begun: met, with no end.
    waiting.refresh_from_db()
    assert waiting.is_ready(world.t(59))
    assert not waiting.is_ready(world.t(60))
    for each in (lenient, live):
        each.refresh_from_db()
        assert (row(each).answer, row(each).valid_until) == ("met", None)
        assert not each.is_blocked(world.t(61))
    assert not lenient.prerequisites.filter(gate="hold_point").exists()
    at_line = row(live, "hold_point")
    assert (at_line.line.key, at_line.answer, at_line.valid_until) == ("close", "met", world.t(60))
    # Each names the revision that it is about, at its second.
    asked = [called(world, waiting, world.t(at)) for at in (59, 60)]
    assert asked == [[f"SOP-CIP-004 revision {n} must be in force"] for n in (2, 3)]
    waiting.planned_start = world.t(70)
    source = ports.Source.of(KEY, document.pk, {"acknowledge": True})
    named = ports.namings.get(KEY).named(waiting, {source}, world.t(59))
    [text] = say([named[source]], scope(world.planner, world.t(59)))
    assert text.text.startswith("SOP-CIP-004 revision 3 must be in force: from ")
    assert called(world, live, world.t(61)) == [
        "SOP-CIP-004 revision 2, in force at the start",
        "SOP-CIP-004 revision 3: its lines, read and signed",
    ]

    with refused() as caught:
        checklist.answer(at=world.t(61), line_id=lines["close"].pk, **by)
    assert caught.value.reasons[0].clears == ("user", world.technician.pk)
    # A later one without lines is read, and signs nothing; the strict one can be signed still.
    next_one = papers.in_force(world, document, "3A", at=world.t(61.2), reread=False)
    read(world, next_one, 61.4)
    with refused():
        checklist.answer(at=world.t(61.6), line_id=lines["close"].pk, **by)
    read(world, three, 62, lines=["Vent first"], signed=True)
    checklist.answer(at=world.t(63), line_id=lines["close"].pk, **by)
    assert row(live, "hold_point").line.key == "close"
    assert start(world, waiting, 64).status == "live"
    # A second strict one to come stands beside the one in use, and bites at its second.
    slow = {"bearing": "hold_point", "key_lines": ["Slowly"], "reread": False}
    papers.in_force(world, document, "3B", at=world.t(64), starts=world.t(66), **slow)
    holds = live.prerequisites.filter(gate="hold_point", withdrawn_at=None)
    assert {each.line.key: (each.answer, each.valid_until) for each in holds} == {
        "close": ("met", world.t(66)),
        "run": ("met", world.t(66)),
    }
    with refused():
        checklist.answer(at=world.t(66), line_id=lines["run"].pk, **by)
    assert {
        each.item_id: each.revision.label
        for each in ItemRevision.objects.select_related("revision")
    } == {lenient.pk: "2", live.pk: "2", waiting.pk: "3A"}

    # Its people are told, with words; who set the date is not.
    told = Notice.objects.filter(code="documents.revised", item=lenient, params__revision="3")
    assert sorted(told.values_list("user_id", flat=True)) == sorted(
        [world.technician.pk, world.shift_lead.pk]
    )

    four = papers.in_force(
        world, document, "4", at=world.t(70), starts=world.t(120), bearing="stop"
    )
    said = "SOP-CIP-004 revision 4 stops this work until it is read."
    for each in (lenient, live, waiting):
        each.refresh_from_db()
        assert not each.is_blocked(world.t(119))
        assert each.is_blocked(world.t(120))
        # Told at its second, with no task run: why, and who clears it.
        assert said_of(world, each, 119) == ("met", "", "")
        assert said_of(world, each, 120) == ("unmet", said, "Technician")
    # What began after the date was set is told when it comes, once.
    late = start(world, planned_item(world, at=world.t(71)), 80)
    assert not late.notices.filter(code="documents.revised").exists()
    assert announcing.tell_rest(since=world.t(119), at=world.t(120)) == 2
    assert announcing.tell_rest(since=world.t(119), at=world.t(120.5)) == 0
    told = late.notices.filter(code="documents.revised", params__revision="4")
    assert sorted(told.values_list("user_id", flat=True)) == sorted(
        [world.technician.pk, world.shift_lead.pk]
    )
    read(world, four, 125)
    lenient.refresh_from_db()
    assert not lenient.is_blocked(world.t(126))
    [blocker] = lenient.blockers.all()
    assert (blocker.since, blocker.ended_at) == (world.t(120), world.t(125))


def test_where_it_applies_is_asked_of_place_type_class_and_kind(world):
    """Work that it comes to apply to asks for it at once; what no longer is so, no more."""
    document = papers.document(world)
    at_l3 = planned_item(world)
    at_l4 = planned_item(world, place_id=world.l4.pk)
    pump = planned_item(world, place_id=world.p301.pk, asset_ids=[world.pump.pk])

    def asking() -> set[int]:
        return {
            each.pk
            for each in (at_l3, at_l4, pump)
            if each.prerequisites.filter(supplier="documents.document", withdrawn_at=None).exists()
        }

    by_class = papers.applies(world, document, asset_class_id=world.pump.asset_class_id)
    assert asking() == {pump.pk}
    papers.applies(world, document, place_id=world.packaging.pk, work_type_id=world.mnt.pk)
    assert asking() == {at_l3.pk, at_l4.pk, pump.pk}
    applying.apply_no_more(
        actor=world.document_controller, at=world.t(1), applicability_id=by_class.pk
    )
    assert asking() == {at_l3.pk, at_l4.pk}
    items.edit(actor=world.planner, at=world.t(2), item_id=at_l4.pk, place_id=world.u310.pk)
    assert asking() == {at_l3.pk}
    documents.withdraw(
        actor=world.document_controller, at=world.t(3), document_id=document.pk, word="Scrapped"
    )
    assert asking() == set()


def test_withdrawn_while_work_is_under_way(world):
    document = papers.document(world)
    applied = papers.applies(world, document)
    four = papers.in_force(world, document, "4")
    live = start(world, planned_item(world), 1)

    def blocked(stop: bool, minutes: int) -> bool:
        effective.withdraw(
            actor=world.document_controller,
            at=world.t(minutes),
            revision_id=four.pk,
            word="Wrong torque in it",
            stop=stop,
        )
        live.refresh_from_db()
        return live.is_blocked(world.t(minutes))

    assert blocked(stop=True, minutes=5)
    assert why(live, world.t(5)) == ("SOP-L3-012 revision 4, under which it began, was withdrawn.")
    told = live.notices.filter(code="documents.revision_withdrawn")
    assert sorted(told.values_list("user_id", flat=True)) == sorted(
        [world.technician.pk, world.shift_lead.pk]
    )
    # Nobody sets it free by taking the document away: it is read.
    by = {"actor": world.site_admin, "at": world.t(6)}
    with refused_alone("documents.stops_work"):
        documents.withdraw(**by, document_id=document.pk, word="Scrapped")
    with refused_alone("documents.stops_work"):
        applying.apply_no_more(**by, applicability_id=applied.pk)
    five = papers.in_force(world, document, "5", at=world.t(10))
    read(world, five, 11)
    live.refresh_from_db()
    assert not live.is_blocked(world.t(11))
    documents.withdraw(
        actor=world.site_admin, at=world.t(12), document_id=document.pk, word="Scrapped"
    )

    # What comes to apply under way is kept as it is in use then: a later notice asks nothing.
    other = papers.document(world, "SOP-2")
    one = papers.in_force(world, other, "1", at=world.t(12))
    papers.applies(world, other, at=world.t(13), acknowledge=True)
    kept = ItemRevision.objects.filter(item=live, document=other, ended_at=None)
    assert [each.revision for each in kept] == [one]
    kept.update(ended_at=world.t(13))
    assert [keeping.keep_rest(world.t(minutes)) for minutes in (14, 15)] == [1, 0]
    assert [(each.revision, each.at) for each in kept.all()] == [(one, world.t(14))]
    read(world, one, 16)
    papers.in_force(world, other, "2", at=world.t(17))
    live.refresh_from_db()
    assert (row(live).answer, live.is_blocked(world.t(18))) == ("met", False)


def test_contractors_reach_what_their_open_work_asks_for(world):
    document, other = papers.document(world), papers.document(world, "SOP-2")
    papers.applies(world, document, place_id=world.l3.pk)
    papers.in_force(world, document, "4")
    papers.in_force(world, other, "1")

    def seen(person, minutes=5) -> list[str]:
        found = visible_documents(scope(person, world.t(minutes)), world.site.pk, world.t(minutes))
        return list(found.order_by("code").values_list("code", flat=True))

    assert seen(world.contractor) == []
    item = planned_item(
        world, plan={"team_id": world.lasteam.pk, "executor_ids": [world.contractor.pk]}
    )
    assert seen(world.contractor) == ["SOP-L3-012"]
    assert seen(world.other_contractor) == []
    assert seen(world.viewer) == ["SOP-2", "SOP-L3-012"]
    items.cancel(actor=world.planner, at=world.t(3), item_id=item.pk, reason="Not now")
    assert seen(world.contractor) == []


def test_read_together_by_who_does_not_sign_in(world):
    """Story 2: the foreman reads it with his welders, and signs that; others not with his."""
    document = papers.document(world)
    papers.applies(world, document, acknowledge=True)
    four = papers.in_force(world, document, "4", key_lines=["Guard shut"])
    lars = people.create_person(
        actor=world.site_admin,
        at=world.t(1),
        site_id=world.site.pk,
        name="Lars",
        role="contractor",
        company_id=world.lasteam.pk,
    )
    ida = people.create_person(
        actor=world.site_admin, at=world.t(1), site_id=world.site.pk, name="Ida", role="technician"
    )
    several = {"executor_ids": [world.contractor.pk, lars.pk], "team_id": world.lasteam.pk}
    item = planned_item(world, at=world.t(1), plan=several)
    signed = {"revision_id": four.pk, "lines": ["Guard shut"], "signed": True}
    foreman = {"actor": world.contractor, "at": world.t(2), **signed}
    with refused_alone("documents.read_first"):
        acknowledging.read_together(**foreman, people=[lars.pk])
    acknowledging.acknowledge(**foreman)
    for asked, said in (
        ({"people": [lars.pk], "signed": False, "lines": []}, ["lines_missing", "sign_needed"]),
        ({"people": [ida.pk]}, ["not_together"]),  # carries out none of it
        ({"people": [world.contractor.pk]}, ["not_together"]),  # signs in
        ({"people": []}, ["not_together"]),
    ):
        with refused_alone(*(f"documents.{code}" for code in said)):
            acknowledging.read_together(**foreman | asked)
    stranger = {**foreman, "actor": world.technician}
    acknowledging.acknowledge(**stranger)
    with refused_alone("documents.not_together"):
        acknowledging.read_together(**stranger, people=[lars.pk])
    assert row(item).answer == "unmet"
    acknowledging.read_together(**foreman, people=[lars.pk])
    assert row(item).answer == "met"
    kept = four.acknowledgements.get(user=lars)
    assert (kept.together_with, kept.lines, kept.at) == (
        world.contractor,
        ["Guard shut"],
        world.t(2),
    )


def test_what_one_act_does_not_come_to_is_told_within_the_minute(world, monkeypatch):
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    document = papers.document(world)
    papers.applies(world, document)
    several = [planned_item(world, at=world.t(1)) for _n in range(3)]
    papers.in_force(world, document, "4", at=world.t(5))

    def answers() -> list[str]:
        return [row(each).answer for each in several]

    assert answers() == ["met", "unmet", "unmet"]
    assert telling.tell_rest(since=world.t(4), at=world.t(6)) == 3
    assert answers() == ["met", "met", "met"]
    assert telling.tell_rest(since=world.t(6), at=world.t(7)) == 0
