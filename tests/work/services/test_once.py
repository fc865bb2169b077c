"""An act sent twice, refused, stale or late has the effect of once, or none."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests import factories
from tests.factories import planned_item, requested_item
from tests.work.outcomes import codes, snapshot, stale, written
from work.events import is_late
from work.exceptions import Forbidden, Refused
from work.models import Act, Event, WorkItem
from work.services import blockers, execution, items, requirements
from work.states import Status


def start(world, item, minutes=10, *, actor=None, **given):
    return execution.start(
        actor=actor or world.technician, at=world.t(minutes), item_id=item.pk, **given
    )


def refused_start(world, item, minutes=10, **given) -> list:
    """The reasons of a refused start; the item stays planned."""
    with pytest.raises(Refused) as caught:
        start(world, item, minutes, **given)
    item.refresh_from_db()
    assert (item.status, item.started_at) == (Status.PLANNED, None)
    return caught.value.reasons


def test_the_same_act_twice_has_the_effect_of_once(world):
    item, act = planned_item(world), uuid4()
    first = start(world, item, act=act, seen=2)
    before, events = snapshot(item), written()

    again = start(world, item, act=act, seen=2)

    assert (again.pk, again.status) == (first.pk, Status.LIVE)
    assert (snapshot(item), written()) == (before, events)
    assert Act.objects.filter(pk=act).count() == 1


def test_another_act_with_an_old_seen_is_stale(world):
    item = planned_item(world)
    start(world, item, seen=2)

    with stale(item):
        execution.stop(
            actor=world.technician,
            at=world.t(11),
            item_id=item.pk,
            condition="Safe",
            seen=2,
        )


def test_a_refused_act_sent_again_leaves_one_event(world):
    factories.rule(world.site, "gas")
    item, act = planned_item(world), uuid4()
    refused_start(world, item, act=act)
    before = written()

    refused_start(world, item, act=act)

    assert written() == before
    assert before.count("refused") == 1


def test_refused_again_for_another_reason_leaves_another_event_and_is_heard(world):
    """Sent again after the blocker is cleared, when the check has run out meanwhile."""
    factories.rule(world.site, "gas")
    item, act = planned_item(world), uuid4()
    row = item.prerequisites.get(rule__key="gas")
    requirements.check(
        actor=world.hse,
        at=world.t(1),
        prerequisite_id=row.pk,
        passed=True,
        valid_until=world.t(12),
    )
    blocker = blockers.raise_(
        actor=world.technician, at=world.t(1), item_id=item.pk, kind="material", what="Bolt"
    )
    assert [reason.code for reason in refused_start(world, item, 10, act=act)] == ["blocker_open"]
    blockers.clear(actor=world.technician, at=world.t(11), blocker_id=blocker.pk, word="There")

    reasons = refused_start(world, item, 20, act=act)

    row.refresh_from_db()
    assert [reason.code for reason in reasons] == ["requirement_unmet"]
    assert row.refused_at == world.t(20)
    events = Event.objects.filter(act=act, verb="refused").order_by("pk")
    assert [
        (each.recorded_at, [reason["code"] for reason in each.data["reasons"]]) for each in events
    ] == [(world.t(10), ["blocker_open"]), (world.t(20), ["requirement_unmet"])]


def test_the_id_of_a_refusal_is_no_cover_for_another(world):
    """Another person, or the same for another verb, is refused with it and leaves an own event."""
    item, act = requested_item(world), uuid4()
    for actor, door, given in (
        (world.shift_lead, execution.start, {}),
        (world.operator, items.cancel, {"reason": "No"}),
        (world.viewer, items.cancel, {"reason": "No"}),
        (world.operator, items.return_, {"reason": "No"}),
    ):
        with pytest.raises((Refused, Forbidden)):
            door(actor=actor, act=act, at=world.t(10), item_id=item.pk, **given)

    events = Event.objects.filter(act=act).order_by("pk")
    assert [(each.verb, each.actor, each.data["door"], each.item) for each in events] == [
        ("refused", world.shift_lead, "execution._start", item),
        ("refused", world.operator, "items._cancel", item),
        ("refused", world.viewer, "items._cancel", item),
        ("refused", world.operator, "items._return", item),
    ]


def test_the_id_of_another_act_is_refused(world):
    item, act = planned_item(world), uuid4()
    start(world, item, act=act)
    other = planned_item(world)

    for call in (
        lambda: start(world, other, act=act, actor=world.shift_lead),
        lambda: execution.stop(
            actor=world.technician, act=act, at=world.t(11), item_id=item.pk, condition="x"
        ),
    ):
        with pytest.raises(Refused) as caught:
            call()
        assert codes(caught.value) == ["act_used"]
    assert WorkItem.objects.get(pk=other.pk).status == Status.PLANNED


def test_what_happened_is_never_in_the_future_and_a_late_word_permits_nothing(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="gas")
    requirements.check(
        actor=world.hse,
        at=world.t(1),
        prerequisite_id=row.pk,
        passed=True,
        valid_until=world.t(30),
    )
    with pytest.raises(Refused) as caught:
        start(world, item, 10, happened_at=world.t(10) + timedelta(seconds=1))
    assert codes(caught.value) == ["future"]

    # At t(29) it would have been allowed; it is asked at t(31).
    refused_start(world, item, 31, happened_at=world.t(29))

    requirements.check(actor=world.hse, at=world.t(32), prerequisite_id=row.pk, passed=True)
    item = start(world, item, 48, happened_at=world.t(33))
    assert not is_late(Event.objects.filter(item=item).last())
    item = execution.stop(
        actor=world.technician,
        at=world.t(64) + timedelta(seconds=1),
        happened_at=world.t(49),
        item_id=item.pk,
        condition="Safe",
    )
    assert is_late(Event.objects.filter(item=item).last())
