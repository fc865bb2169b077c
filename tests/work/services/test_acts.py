"""Doors: once, by name, in one transaction; and how many statements a transition takes."""

from contextlib import nullcontext
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import planned_item, requested_item
from tests.factories.registered import without_domains
from tests.supporting import services as tickets
from tests.supporting.models import Ticket
from tests.work.outcomes import codes, written
from tests.work.verbs import MOVING
from work.exceptions import Refused
from work.models import Act, Event, WorkItem
from work.ports import item_listeners
from work.services import execution, items, requirements
from work.states import Status


def statements(context) -> list[str]:
    """What went to the database, without the transaction's own frame."""
    frame = ("SAVEPOINT", "RELEASE")
    return [q["sql"] for q in context if not q["sql"].startswith(frame)]


@pytest.mark.parametrize(("only", "number"), [(True, 17), (False, 23)])
def test_a_start_with_three_suppliers(world, only, number):
    """Executor and fitness, a named check, and a ticket of another domain; then with all there are.

    There is no savepoint in it but the transaction's own, which is one in a test.
    Permits, isolations, documents and competence ask six statements more; one of them is
    whether the site asks anything of people, so that it is kept who was judged able to what.
    """
    with without_domains() if only else nullcontext():
        _started_with(world, number)


def _started_with(world, number):
    factories.rule(world.site, "gas")
    factories.rule(world.site, "permit", supplier="supporting.ticket", kind="permit", params={})
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="gas")
    requirements.check(actor=world.hse, at=world.t(1), prerequisite_id=row.pk, passed=True)
    ticket = tickets.open_ticket(actor=None, at=world.t(1), site_id=world.site.pk, item_id=item.pk)
    tickets.issue(actor=None, at=world.t(1), ticket_id=ticket.pk)

    with CaptureQueriesContext(connection) as asked:
        item = execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)

    assert item.status == Status.LIVE
    assert len(statements(asked)) == number, "\n".join(sql[:160] for sql in statements(asked))
    assert len(asked) == number + 2


def test_a_start_at_which_answers_change_writes_its_item_once(world):
    """What it was ready until is put right with the status, and not before."""
    factories.rule(world.site, "permit", supplier="supporting.ticket", kind="permit", params={})
    item = planned_item(world)
    ticket = tickets.open_ticket(actor=None, at=world.t(1), site_id=world.site.pk, item_id=item.pk)
    tickets.issue(actor=None, at=world.t(1), ticket_id=ticket.pk, valid_until=world.t(60))
    item.refresh_from_db()
    assert item.ready_until == world.t(60)
    Ticket.objects.filter(pk=ticket.pk).update(valid_until=world.t(90))

    with CaptureQueriesContext(connection) as asked:
        execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)

    writes = [sql for sql in statements(asked) if 'UPDATE "work_workitem"' in sql]
    assert len(writes) == 1, writes
    item.refresh_from_db()
    assert (item.status, item.ready_until) == (Status.LIVE, world.t(90))


def test_a_source_of_many_items_is_asked_flat(world):
    """One ticket that 30 items wait for costs as many statements as one that 3 wait for."""
    counts = []
    for many in (3, 30):
        ticket = tickets.open_ticket(actor=None, at=world.at, site_id=world.site.pk)
        made = [planned_item(world) for _ in range(many)]
        for item in made:
            requirements.require(
                actor=world.planner,
                at=world.at,
                item_id=item.pk,
                gate="start",
                kind="permit",
                supplier="supporting.ticket",
                source_id=ticket.pk,
            )
        tickets.issue(actor=None, at=world.t(1), ticket_id=ticket.pk)
        for item in made:
            execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)

        with CaptureQueriesContext(connection) as asked:
            touched = tickets.lapse(actor=None, at=world.t(3), ticket_id=ticket.pk)

        assert touched == [item.pk for item in made]
        fresh = WorkItem.objects.filter(pk__in=touched)
        assert fresh.blocked(world.t(3)).count() == many
        assert {item.stop_asked_at for item in fresh} == {world.t(3)}
        counts.append(len(statements(asked)))
    assert counts[0] == counts[1]


def test_closed_items_keep_what_they_closed_with(world):
    ticket = tickets.open_ticket(actor=None, at=world.at, site_id=world.site.pk)
    closed, cancelled = planned_item(world), planned_item(world)
    for item in (closed, cancelled):
        requirements.require(
            actor=world.planner,
            at=world.at,
            item_id=item.pk,
            gate="start",
            kind="permit",
            supplier="supporting.ticket",
            source_id=ticket.pk,
        )
    tickets.issue(actor=None, at=world.t(1), ticket_id=ticket.pk)
    items.cancel(actor=world.planner, at=world.t(2), item_id=cancelled.pk, reason="No")
    MOVING["start"](world, world.technician, closed, world.t(2))
    closed.refresh_from_db()
    MOVING["complete"](world, world.technician, closed, world.t(3))
    MOVING["accept"](world, world.shift_lead, closed, world.t(4))
    rows = [item.prerequisites.filter(supplier="supporting.ticket") for item in (closed, cancelled)]
    before = [list(each.values()) for each in rows]

    assert tickets.lapse(actor=None, at=world.t(5), ticket_id=ticket.pk) == []

    assert [list(each.values()) for each in rows] == before
    assert [each["answer"] for each in before[0]] == ["met"]


def test_the_domains_listener_reacts_in_the_same_act(world):
    ticket = tickets.open_ticket(actor=None, at=world.at, site_id=world.site.pk)
    item = planned_item(world)
    tickets.Ticket.objects.filter(pk=ticket.pk).update(item=item)
    tickets.issue(actor=None, at=world.t(1), ticket_id=ticket.pk)
    act = uuid4()

    items.cancel(actor=world.planner, act=act, at=world.t(2), item_id=item.pk, reason="No")

    ticket.refresh_from_db()
    assert ticket.state == "lapsed"
    event = Event.objects.get(verb="ticket_lapsed")
    assert (event.act, event.actor, event.item) == (act, world.planner, item)


def test_a_listener_that_fails_takes_the_act_with_it(world, monkeypatch):
    item = planned_item(world)

    def fails(changes, act):
        raise RuntimeError("its own fault")

    monkeypatch.setattr(item_listeners.get("supporting.ticket"), "items_changed", fails)
    events = written()
    with pytest.raises(RuntimeError):
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)

    item.refresh_from_db()
    assert (item.status, written()) == (Status.PLANNED, events)


def test_listeners_are_told_what_changed_to_a_depth_of_three(world, monkeypatch):
    heard = []

    class Echo:
        key = "test.echo"

        def items_changed(self, changes, act):
            heard.append(
                [(sorted(each.what), each.status_before, each.status_after) for each in changes]
            )
            act.changes += changes

    item_listeners.register(Echo())
    try:
        item = planned_item(world)
        heard.clear()
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    finally:
        item_listeners.unregister("test.echo")

    assert heard == [[(["status"], "planned", "live")]] * 3


def test_doors_never_call_doors(world):
    item = planned_item(world)

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)


def test_an_act_is_kept_with_its_door_and_result(world):
    act = uuid4()
    item = requested_item(world)
    items.plan(
        actor=world.planner,
        act=act,
        at=world.t(1),
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
    )

    kept = Act.objects.get(pk=act)
    assert (kept.actor, kept.door, kept.at, kept.result) == (
        world.planner,
        "items._plan",
        world.t(1),
        {"model": "work.workitem", "pk": item.pk},
    )
    assert set(Event.objects.filter(act=act).values_list("verb", flat=True)) == {"plan"}


def test_what_was_refused_may_be_sent_again_when_it_is_no_longer(world):
    factories.rule(world.site, "gas")
    item, act = planned_item(world), uuid4()

    def start(minutes):
        return execution.start(
            actor=world.technician, act=act, at=world.t(minutes), item_id=item.pk
        )

    with pytest.raises(Refused) as caught:
        start(1)
    assert codes(caught.value) == ["requirement_unmet"]
    row = item.prerequisites.get(rule__key="gas")
    requirements.check(actor=world.hse, at=world.t(2), prerequisite_id=row.pk, passed=True)

    assert start(3).status == Status.LIVE


def test_the_history_names_act_and_actor(world):
    act = uuid4()
    item = requested_item(world)
    items.edit(actor=world.planner, act=act, at=world.t(1), item_id=item.pk, why="New")

    tracked = WorkItem.pgh_event_model.objects.filter(pgh_obj=item).latest("pgh_id")
    assert tracked.pgh_context_id == act
    assert tracked.pgh_context.metadata == {"actor": world.planner.pk, "door": "items._edit"}
