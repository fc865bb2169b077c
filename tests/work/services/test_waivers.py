"""Waivers: only what is waivable, by the role the rule names, with a reason, to the second."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import planned_item
from tests.work.outcomes import forbidden, refused, stale, unknown
from work.models import Event
from work.services import clock, execution, items, requirements, rules
from work.states import Status


@pytest.fixture
def waivable(world):
    """A planned item with a check by HSE that quality may waive."""
    factories.rule(world.site, "gas", waivable_by="quality")
    item = planned_item(world)
    return item, item.prerequisites.get(rule__key="gas")


def waive(world, row, minutes=5, *, until=60, **given):
    given = {"actor": world.quality, "reason": "Measured by hand", **given}
    return requirements.waive(
        at=world.t(minutes), prerequisite_id=row.pk, until=world.t(until), **given
    )


def end(world, row, minutes, **given):
    given = {"actor": world.quality, "reason": "Enough", **given}
    return requirements.end_waiver(at=world.t(minutes), prerequisite_id=row.pk, **given)


def test_ready_until_its_second(world, waivable):
    item, row = waivable

    row = waive(world, row)

    item.refresh_from_db()
    assert (row.waived_by, row.waived_at, row.waiver_until, row.waiver_note.text) == (
        world.quality,
        world.t(5),
        world.t(60),
        "Measured by hand",
    )
    assert (item.unmet_start, item.ready_until) == (0, world.t(60))
    assert item.is_ready(world.t(60) - timedelta(seconds=1))
    assert not item.is_ready(world.t(60))
    assert not item.is_blocked(world.t(60))  # no plan says that it is due
    event = Event.objects.get(verb="waived")
    assert event.data["until"] == world.t(60).isoformat()


def test_asked_again_at_each_gate(world, waivable):
    item, row = waivable
    waive(world, row)
    item = execution.start(actor=world.technician, at=world.t(10), item_id=item.pk)
    assert (item.status, item.blocked_from) == (Status.LIVE, world.t(60))
    verdicts = Event.objects.get(item=item, verb="gate").data["verdicts"]
    assert [v["waived"] for v in verdicts if v["prerequisite"] == row.pk] == [True]

    clock.settle_due(world.t(61))

    item.refresh_from_db()
    assert item.blockers.get().since == world.t(60)
    assert item.stop_asked_at == world.t(60)


def test_waived_again_the_blocker_ends(world, waivable):
    item, row = waivable
    waive(world, row)
    execution.start(actor=world.technician, at=world.t(10), item_id=item.pk)

    waive(world, row, 70, until=90)

    item.refresh_from_db()
    blocker = item.blockers.get()
    assert (blocker.since, blocker.ended_at, blocker.end_cause) == (
        world.t(60),
        world.t(70),
        "waived",
    )
    assert item.blocked_from == world.t(90)


def test_a_met_answer_outlives_the_waiver(world, waivable):
    item, row = waivable
    waive(world, row)
    requirements.check(actor=world.hse, at=world.t(6), prerequisite_id=row.pk, passed=True)

    item.refresh_from_db()
    assert (item.ready_until, item.is_ready(world.t(61))) == (None, True)


def test_ended_early_by_name(world, waivable):
    item, row = waivable
    item.refresh_from_db()
    with refused(item, "not_waived"):
        end(world, row, 6)
    waive(world, row)
    execution.start(actor=world.technician, at=world.t(10), item_id=item.pk)
    item.refresh_from_db()
    with refused(item, "reason_needed"):
        end(world, row, 20, reason=" ")

    row = end(world, row, 20)

    item.refresh_from_db()
    assert row.waiver_until == world.t(20)
    assert item.blockers.get().since == world.t(20)


def test_ended_after_it_ran_out_keeps_its_own_second(world, waivable):
    item, row = waivable
    waive(world, row)
    execution.start(actor=world.technician, at=world.t(10), item_id=item.pk)

    row = end(world, row, 80)

    assert row.waiver_until == world.t(60)
    assert item.blockers.get().since == world.t(60)


def test_who_and_what_is_refused(world, waivable, nrd):
    item, row = waivable

    with refused(item, "reason_needed"):
        waive(world, row, reason="")
    for until in (5, 4):
        with refused(item, "waiver_in_the_past"):
            waive(world, row, until=until)
    for actor in (world.hse, world.supervisor, world.technician):
        with forbidden(item, "role_needed"):
            waive(world, row, actor=actor)
    with unknown(item):
        waive(world, row, actor=nrd.supervisor)
    with stale(item):
        waive(world, row, seen=1)


def test_what_no_rule_makes_waivable_is_waived_by_nobody(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="gas")

    for actor in (world.quality, world.supervisor, world.site_admin, world.hse):
        with forbidden(item, "not_waivable"):
            waive(world, row, actor=actor)


def test_a_rule_that_is_no_longer_waivable_takes_no_new_waiver(world, waivable):
    item, row = waivable
    waive(world, row)
    rules.change_rule(actor=None, at=world.t(6), rule_id=row.rule_id, waivable_by="")

    item.refresh_from_db()
    with forbidden(item, "not_waivable"):
        waive(world, row, 7)


def test_a_withdrawn_one_and_an_ended_item(world, waivable):
    item, row = waivable
    other = planned_item(world)
    of_other = other.prerequisites.get(rule__key="gas")
    items.cancel(actor=world.planner, at=world.t(3), item_id=other.pk, reason="No")
    other.refresh_from_db()
    with refused(other, "not_from"):
        waive(world, of_other)
    rules.end_rule(actor=None, at=world.t(4), rule_id=row.rule_id)
    item.refresh_from_db()
    with refused(item, "already_withdrawn"):
        waive(world, row)


def test_what_is_checked_once_and_was_waived_at_the_start_stays_passed(world):
    factories.rule(world.site, "brief", waivable_by="hse", one_time=True, lead=timedelta(0))
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="brief")
    waive = {"actor": world.hse, "prerequisite_id": row.pk, "reason": "Known crew"}
    requirements.waive(at=world.t(1), until=world.t(20), **waive)
    execution.start(actor=world.technician, at=world.t(4), item_id=item.pk)

    assert clock.settle_due(world.t(21)) == 0
    item = execution.wait(
        actor=world.technician,
        at=world.t(22),
        item_id=item.pk,
        condition="Safe",
        blocker={"kind": "other", "what": "A part"},
    )

    row.refresh_from_db()
    item.refresh_from_db()
    assert row.passed_at == world.t(4)
    assert (item.unmet_start, item.stop_asked_at) == (0, None)
    assert [blocker.prerequisite for blocker in item.blockers.all()] == [None]

    # Planned anew it is asked anew.
    item = execution.stop(
        actor=world.technician, at=world.t(23), item_id=item.pk, condition="Released"
    )
    assert item.unmet_start == 1
