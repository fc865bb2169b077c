"""What a supplier asks and says follows the item and the record: edits, other records, blockers."""

from datetime import timedelta

import pytest

from tests.factories import planned_item
from work import ports
from work.exceptions import Reason
from work.models import Event
from work.ports import Answer, Requirement
from work.services import holds, items, people, requirements
from work.services.clock import settle_items
from work.states import BlockerKind, Gate


class Documents:
    """Asks for a document where `wants` says so, and never has it."""

    key = "stub.document"
    four_eyes = False
    source_id = None
    found = None
    clears = ("role", "hse")
    lead = None

    def wants(self, item):
        return True

    def required_for(self, items, at):
        need = Requirement(
            key="read",
            gate=Gate.START,
            kind=BlockerKind.DOCUMENT,
            what=Reason("need.work.check"),
            source_id=self.source_id,
            waivable_by="hse",
            lead=timedelta(0),
        )
        return {item.id: [need] for item in items if self.wants(item)}

    def answers(self, pairs, at):
        reason = Reason("check_missing", {"role": self.clears[1]})
        return [
            Answer.unmet(reason, clears=self.clears, source_id=source.id or self.found)
            for source, _ in pairs
        ]

    def waits_for(self, sources):
        return {}


@pytest.fixture
def documents():
    supplier = Documents()
    ports.suppliers.register(supplier)
    yield supplier
    ports.suppliers.unregister(supplier.key)


def again(world, item, minutes):
    settle_items(actor=None, at=world.t(minutes), site_id=world.site.pk, item_ids=[item.pk])


def waived(world, item):
    row = item.prerequisites.get(supplier="stub.document")
    return requirements.waive(
        actor=world.hse,
        at=world.t(1),
        prerequisite_id=row.pk,
        until=world.t(600),
        reason="This one is known",
    )


def test_a_waiver_is_for_the_record_that_was_asked(world, documents):
    documents.source_id = 5
    item = planned_item(world)
    row = waived(world, item)

    documents.source_id = 6
    again(world, item, 2)

    row.refresh_from_db()
    assert (row.source_id, row.waiver_until) == (6, world.t(2))
    ended = Event.objects.get(item=item, verb="waiver_ended")
    assert ended.data == {"prerequisite": row.pk, "cause": "asked_otherwise"}
    assert not item.prerequisites.model.objects.filter(pk=row.pk, answered_at=None).exists()


def test_a_waiver_stands_when_the_record_is_found(world, documents):
    item = planned_item(world)
    row = waived(world, item)

    documents.found = documents.source_id = 7
    again(world, item, 2)

    row.refresh_from_db()
    assert (row.source_id, row.waiver_until) == (7, world.t(600))


@pytest.mark.parametrize("field", ["planned_end", "parent_id"])
def test_an_edit_derives_anew(world, documents, field):
    documents.wants = lambda item: getattr(item, field) is not None
    item = planned_item(world, plan={"planned_start": world.at})
    assert (item.unmet_start, item.open_blockers) == (0, 0)
    value = world.t(60) if field == "planned_end" else planned_item(world).pk

    items.edit(actor=world.planner, at=world.t(2), item_id=item.pk, **{field: value})

    item.refresh_from_db()
    assert (item.unmet_start, item.open_blockers) == (1, 1)


def test_another_owner_derives_anew(world, documents):
    documents.wants = lambda item: item.owner_user_id is not None
    item = planned_item(world)
    assert item.unmet_start == 0

    items.assign(
        actor=world.planner, at=world.t(2), item_id=item.pk, owner_user_id=world.planner.pk
    )

    item.refresh_from_db()
    assert item.unmet_start == 1


def test_an_open_blocker_says_what_its_requirement_says(world, documents):
    item = planned_item(world, plan={"planned_start": world.at})
    blocker = item.blockers.get()
    assert blocker.clears == "role:hse"

    documents.clears = ("role", "document_controller")
    again(world, item, 1)

    blocker.refresh_from_db()
    assert (blocker.clears, blocker.ended_at) == ("role:document_controller", None)


def test_whoever_owns_the_other_work_now_clears_it(world):
    other, item = planned_item(world), planned_item(world, plan={"planned_start": world.at})
    row = requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
    )

    items.assign(
        actor=world.planner, at=world.t(2), item_id=other.pk, owner_user_id=world.planner.pk
    )

    row.refresh_from_db()
    assert row.clears == item.blockers.get().clears == f"user:{world.planner.pk}"


@pytest.mark.parametrize("supplier", ["work.executor", "work.fitness", "work.window"])
def test_who_carries_it_out_and_when_it_may_be_is_asked_at_the_start_itself(world, supplier):
    start = world.at + timedelta(days=1)
    window = holds.create_window(
        actor=world.shift_lead,
        at=world.at,
        site_id=world.site.pk,
        place_id=world.packaging.pk,
        name="Night",
        planned_from=start,
        planned_to=start + timedelta(hours=1),
    )
    item = planned_item(world, plan={"planned_start": start, "window_id": window.pk})
    people.deactivate_person(actor=None, at=world.t(1), user_id=world.technician.pk)

    row = item.prerequisites.get(supplier=supplier)
    item.refresh_from_db()
    assert (row.lead, row.due_at) == (timedelta(0), start)
    assert (item.is_blocked(start - timedelta(seconds=1)), item.is_blocked(start)) == (False, True)
