"""Overlays are true at any second: read without a task, written with the lapse's own second."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import planned_item
from tests.supporting import services as tickets
from work.models import Blocker, Event, WorkItem
from work.services import clock, execution, requirements, rules

SECOND = timedelta(seconds=1)


def reads(item, at) -> dict[str, bool]:
    """What the readers say at a moment; the row and the queryset say the same."""
    one = WorkItem.objects.filter(pk=item.pk)
    said = {
        name: getattr(one, name)(at).exists()
        for name in ("ready", "not_ready", "blocked", "not_blocked")
    }
    fresh = one.get()
    assert said["blocked"] is fresh.is_blocked(at)
    assert said["ready"] is fresh.is_ready(at)
    assert said["blocked"] is not said["not_blocked"]
    return {name for name, true in said.items() if true}


def check(world, item, minutes=1, until=30):
    row = item.prerequisites.get(rule__key="gas")
    requirements.check(
        actor=world.hse,
        at=world.t(minutes),
        prerequisite_id=row.pk,
        passed=True,
        valid_until=world.t(until),
    )
    return row


def test_not_due_it_is_no_longer_ready(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    check(world, item)

    assert reads(item, world.t(30) - SECOND) == {"ready", "not_blocked"}
    assert reads(item, world.t(30)) == {"not_ready", "not_blocked"}
    assert clock.settle_due(world.t(30)) == 1
    assert reads(item, world.t(30)) == {"not_ready", "not_blocked"}
    item.refresh_from_db()
    assert (item.ready, item.unmet_start, item.ready_until) == (False, 1, None)
    assert not Blocker.objects.exists()


def test_due_before_it_lapses(world):
    factories.rule(world.site, "gas", lead=timedelta(minutes=20))
    item = planned_item(world, plan={"planned_start": world.t(45)})
    check(world, item)

    assert reads(item, world.t(30) - SECOND) == {"ready", "not_blocked"}
    assert reads(item, world.t(30)) == {"blocked"}
    clock.settle_due(world.t(34))
    assert Blocker.objects.get().since == world.t(30)


def test_due_after_it_lapsed(world):
    factories.rule(world.site, "gas", lead=timedelta(minutes=20))
    item = planned_item(world, plan={"planned_start": world.t(60)})
    check(world, item)

    assert reads(item, world.t(30)) == {"not_ready", "not_blocked"}
    assert reads(item, world.t(40) - SECOND) == {"not_ready", "not_blocked"}
    assert reads(item, world.t(40)) == {"blocked"}
    clock.settle_due(world.t(31))
    clock.settle_due(world.t(44))
    assert Blocker.objects.get().since == world.t(40)


def test_under_way_a_lapse_is_due_at_once(world):
    factories.rule(world.site, "gas", lead=timedelta(minutes=20))
    item = planned_item(world, plan={"planned_start": world.t(600)})
    check(world, item)
    execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)

    assert reads(item, world.t(30) - SECOND) == {"not_blocked"}
    assert reads(item, world.t(30)) == {"blocked"}


def test_of_two_lapses_the_first_is_the_second_it_bites(world):
    factories.rule(world.site, "gas")
    ticket_rule = factories.rule(
        world.site, "permit", supplier="supporting.ticket", kind="permit", params={}
    )
    item = planned_item(world)
    check(world, item)
    ticket = tickets.open_ticket(actor=None, at=world.t(1), site_id=world.site.pk, item_id=item.pk)
    tickets.issue(actor=None, at=world.t(1), ticket_id=ticket.pk, valid_until=world.t(20))
    item = execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)
    assert (item.ready_until, item.blocked_from) == (world.t(20), world.t(20))

    clock.settle_due(world.t(25))
    item.refresh_from_db()
    assert (item.open_blockers, item.blocked_from) == (1, world.t(30))
    clock.settle_due(world.t(35))

    since = dict(Blocker.objects.values_list("prerequisite__rule__key", "since"))
    assert since == {"permit": world.t(20), "gas": world.t(30)}
    item.refresh_from_db()
    assert (item.open_blockers, item.unmet_start, item.blocked_from) == (2, 2, None)
    assert ticket_rule.kind == "permit"


def test_the_task_is_idempotent_and_says_so_once(world):
    factories.rule(world.site, "gas", lead=timedelta(0))
    item = planned_item(world, plan={"planned_start": world.t(5)})
    check(world, item)

    assert [clock.settle_due(world.t(n)) for n in (29, 30, 30, 31)] == [0, 1, 0, 0]
    assert Event.objects.filter(item=item, verb="blocked").count() == 1
    assert Blocker.objects.count() == 1


def test_what_a_source_says_anew_takes_the_lapse_along(world):
    """Renewed at t(40) after lapsing at t(30): the interval stays, the item is ready again."""
    factories.rule(world.site, "gas", lead=timedelta(0))
    item = planned_item(world, plan={"planned_start": world.t(5)})
    check(world, item)
    check(world, item, minutes=40, until=90)

    blocker = Blocker.objects.get()
    assert (blocker.since, blocker.ended_at) == (world.t(30), world.t(40))
    assert reads(item, world.t(40)) == {"ready", "not_blocked"}
    assert reads(item, world.t(90)) == {"blocked"}


def test_requested_and_ended_items_have_no_overlay(world):
    factories.rule(world.site, "gas", lead=timedelta(0))
    for item in (factories.requested_item(world), factories.closed_item):
        if callable(item):
            rules.end_rule(actor=None, at=world.t(-1), rule_id=world.site.rules.get(key="gas").pk)
            item = item(world)
        assert (item.unmet_start, item.ready_until, item.blocked_from) == (0, None, None)
        assert not item.is_blocked(world.t(10**6))


@pytest.mark.parametrize("minutes", [0, 29, 30, 31, 60])
def test_the_readers_agree_with_a_recomputation_at_any_second(world, minutes):
    """Items of many sorts, read at a moment, then again after the task ran at that moment."""
    factories.rule(world.site, "gas", lead=timedelta(minutes=15))
    at = world.t(minutes)
    made = []
    for start in (None, 10, 40, 50, 90):
        item = planned_item(
            world, plan={"planned_start": world.t(start) if start is not None else None}
        )
        made.append(item)
        checked = planned_item(
            world, plan={"planned_start": world.t(start) if start is not None else None}
        )
        check(world, checked, minutes=0)
        made.append(checked)
    before = [reads(item, at) for item in made]

    clock.settle_due(at)

    assert [reads(item, at) for item in made] == before


def test_reconcile_finds_nothing_where_nothing_drifted_and_names_what_did(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    check(world, item)
    assert clock.reconcile(world.t(5)) == []

    WorkItem.objects.filter(pk=item.pk).update(unmet_start=3)
    world.technician.memberships.update(ends=world.t(4))

    assert sorted((d.item_id, d.what, d.stored, d.found) for d in clock.reconcile(world.t(5))) == [
        (item.pk, "answer:work.fitness", "met", "unmet"),
        (item.pk, "unmet_start", "3", "0"),
    ]
