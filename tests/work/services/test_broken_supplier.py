"""What is registered at a port may fail: acts go on, and what it answers for is not known."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from tests import factories
from tests.factories import live_item, planned_item
from tests.work.outcomes import codes, refused
from tests.work.verbs import judged
from work import ports
from work.exceptions import Reason, Refused
from work.models import Blocker, Event
from work.ports import Answer, Requirement
from work.services import acceptance, checklist, clock, execution, items, requirements
from work.states import AnswerState, BlockerKind, Gate, LineAnswer, Status


class Broken:
    """Asks for a document, and breaks where it is told to."""

    key = "stub.document"
    four_eyes = False
    breaks = ""
    reads = False

    def required_for(self, items, at):
        self._break("required_for")
        need = Requirement("read", Gate.START, BlockerKind.DOCUMENT, Reason("need.work.check"))
        return {item.id: [need] for item in items}

    def answers(self, pairs, at):
        self._break("answers")
        return [] if self.breaks == "length" else [Answer.met() for _ in pairs]

    def waits_for(self, sources):
        self._break("waits_for")
        return {}

    def _break(self, where):
        if self.breaks != where:
            return
        if self.reads:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        Blocker.objects.create()  # an error of the database itself


@pytest.fixture
def supplier():
    broken = Broken()
    ports.suppliers.register(broken)
    yield broken
    ports.suppliers.unregister(broken.key)


def row_of(item, supplier):
    return item.prerequisites.get(supplier=supplier.key)


@pytest.mark.parametrize("breaks", ["answers", "length"])
def test_what_it_answers_for_is_not_known(world, supplier, breaks):
    supplier.breaks = breaks
    item = planned_item(world)

    row = row_of(item, supplier)
    assert row.answer == AnswerState.UNKNOWN
    assert row.reason == {
        "code": "supplier_failed",
        "params": {"supplier": supplier.key},
        "clears": ["role", "site_admin"],
    }
    assert row.clears == "role:site_admin"
    with pytest.raises(Refused) as caught:
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    assert codes(caught.value) == ["requirement_unmet"]


def test_it_is_asked_again_by_itself(world, supplier):
    supplier.breaks = "answers"
    item = planned_item(world)
    supplier.breaks = ""

    assert clock.settle_due(world.t(9)) == 0
    assert clock.settle_due(world.t(10)) == 1

    assert row_of(item, supplier).answer == AnswerState.MET


@pytest.mark.parametrize("breaks", ["answers", "length", "required_for"])
def test_work_that_is_under_way_can_be_stopped(world, supplier, breaks):
    item = live_item(world)
    supplier.breaks = breaks

    item = execution.stop(actor=world.technician, at=world.t(1), item_id=item.pk, condition="Safe")

    assert item.status == Status.PLANNED


@pytest.mark.parametrize("breaks", ["answers", "required_for"])
def test_where_its_read_breaks_the_act_begins_anew_and_is_done_once(world, supplier, breaks):
    item, act = live_item(world), uuid4()
    supplier.breaks, supplier.reads = breaks, True

    item = execution.stop(
        actor=world.technician, act=act, at=world.t(1), item_id=item.pk, condition="Safe"
    )

    assert item.status == Status.PLANNED
    verbs = list(Event.objects.filter(act=act).values_list("verb", flat=True))
    assert "stop" in verbs
    assert len(set(verbs)) == len(verbs)
    assert item.notes.filter(kind="condition").count() == 1
    with pytest.raises(Refused) as caught:
        execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)
    assert codes(caught.value) == ["requirement_unmet"]


def test_rows_stand_while_it_cannot_say_what_it_asks(world, supplier):
    item = planned_item(world)
    supplier.breaks = "required_for"

    items.edit(actor=world.planner, at=world.t(1), item_id=item.pk, safety_critical=True)

    assert row_of(item, supplier).withdrawn_at is None


def test_work_does_not_start_while_it_cannot_say_what_it_asks(world, supplier):
    supplier.breaks = "required_for"
    item = planned_item(world)
    assert not item.prerequisites.filter(supplier=supplier.key).exists()
    unheard = item.prerequisites.get(supplier="work.unheard")
    assert not item.is_ready(world.t(1))

    with pytest.raises(Refused) as caught:
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    assert codes(caught.value) == ["requirement_unmet"]
    [reason] = caught.value.reasons
    assert (reason.about, reason.clears) == (
        ("prerequisite", unheard.pk),
        ("role", "site_admin"),
    )
    assert reason.params["reason"] == {
        "code": "supplier_failed",
        "params": {"supplier": supplier.key},
        "clears": ["role", "site_admin"],
    }

    supplier.breaks = ""
    item = execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)
    assert row_of(item, supplier).answer == AnswerState.MET
    unheard.refresh_from_db()
    assert unheard.withdrawn_at == world.t(2)


def test_what_it_asks_is_asked_again_by_itself(world, supplier):
    supplier.breaks = "required_for"
    item = planned_item(world)
    supplier.breaks = ""

    assert clock.settle_due(world.t(9)) == 0
    assert clock.settle_due(world.t(10)) == 1

    item.refresh_from_db()
    assert item.is_ready(world.t(10))
    assert list(
        item.prerequisites.filter(withdrawn_at=None).values_list("supplier", flat=True)
    ) == ["work.executor", "work.fitness", supplier.key]


def test_that_it_was_not_heard_asks_for_no_second_person(world, supplier, monkeypatch):
    monkeypatch.setattr(Broken, "four_eyes", True)
    supplier.breaks = "required_for"
    item = planned_item(world)
    assert item.prerequisites.filter(supplier="work.unheard").exists()
    ports.suppliers.unregister(supplier.key)
    try:
        item = execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
        execution.complete(actor=world.shift_lead, at=world.t(2), item_id=item.pk)
        item = acceptance.accept(
            actor=world.shift_lead, at=world.t(3), item_id=item.pk, judged=judged(item)
        )
    finally:
        ports.suppliers.register(supplier)
    assert item.status == Status.CLOSED


def test_stopped_while_it_cannot_say_what_it_asks_it_is_not_ready(world, supplier):
    item = live_item(world)
    supplier.breaks = "required_for"

    item = execution.stop(actor=world.technician, at=world.t(1), item_id=item.pk, condition="Safe")

    assert not item.is_ready(world.t(1))
    assert item.prerequisites.get(supplier="work.unheard").answer == AnswerState.UNKNOWN


def test_work_is_completed_but_not_accepted_while_it_cannot_say_what_it_asks(world, supplier):
    item = live_item(world)
    supplier.breaks = "required_for"

    item = execution.complete(actor=world.technician, at=world.t(1), item_id=item.pk)

    accept = {"item_id": item.pk, "judged": judged(item)}
    with refused(item, "supplier_failed"):
        acceptance.accept(actor=world.shift_lead, at=world.t(2), **accept)
    supplier.breaks = ""
    item = acceptance.accept(actor=world.shift_lead, at=world.t(3), **accept)
    assert item.status == Status.CLOSED


def test_what_it_waits_for_makes_no_ring(world, supplier):
    item = planned_item(world)
    supplier.breaks = "waits_for"

    row = requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="document",
        supplier=supplier.key,
        source_id=4,
    )

    assert row.answer == AnswerState.MET


def test_fitness_that_answers_too_little_is_not_known(world):
    class Silent:
        key = "stub.silent"

        def fit(self, pairs, at, until):
            return []

    ports.fitness.register(Silent())
    try:
        item = planned_item(world)
    finally:
        ports.fitness.unregister(Silent.key)

    row = item.prerequisites.get(supplier="work.fitness")
    assert (row.answer, row.reason["code"]) == (AnswerState.UNKNOWN, "supplier_failed")


def test_a_site_that_cannot_be_settled_stops_no_other(world, nrd, monkeypatch):
    mine = planned_item(world, plan={"planned_start": world.t(30)})
    other = items.request(
        actor=nrd.technician,
        at=world.at,
        site_id=nrd.site.pk,
        type_id=nrd.mnt.pk,
        place_id=nrd.root.pk,
        what="Look",
        why="Noise",
    )
    items.plan(
        actor=None,
        at=world.at,
        item_id=other.pk,
        owner_post_id=nrd.post.pk,
        executor_ids=[nrd.technician.pk],
        planned_start=world.t(30),
    )
    for site in (world.site, nrd.site):
        factories.rule(site, "gas", at=world.t(20), lead=timedelta(0))
    settle = clock.settle_items

    def fails_at_mine(**given):
        if given["site_id"] == world.site.pk:
            raise RuntimeError("boom")
        return settle(**given)

    monkeypatch.setattr(clock, "settle_items", fails_at_mine)

    assert clock.settle_due(world.t(30)) == 1
    assert Blocker.objects.get().item_id == other.pk
    monkeypatch.undo()
    assert clock.settle_due(world.t(31)) == 1
    assert Blocker.objects.get(item=mine).since == world.t(30)


def test_no_hold_point_is_passed_while_it_cannot_say_what_it_asks(world, supplier):
    kind = factories.work_type(
        world.site,
        lines=[{"key": "hp", "text": "Open?", "kind": "pass_fail", "hold_point": True}],
    )
    item = live_item(world, type_id=kind.pk)
    supplier.breaks = "required_for"
    line = item.lines.get(key="hp")

    with refused(item, "supplier_failed"):
        checklist.answer(
            actor=world.technician, at=world.t(5), line_id=line.pk, answer=LineAnswer.PASS
        )
    supplier.breaks = ""
    line = checklist.answer(
        actor=world.technician, at=world.t(6), line_id=line.pk, answer=LineAnswer.PASS
    )
    assert line.answer == LineAnswer.PASS
