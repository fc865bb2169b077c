"""Stages: each inside one status; across statuses the verb moves, with its guards."""

import pytest

from tests import factories
from tests.factories import planned_item
from tests.work.outcomes import forbidden, refused, stale
from tests.work.verbs import MOVING
from work.models import Event
from work.services import execution


@pytest.fixture
def truck(world):
    return factories.work_type(
        world.site,
        stages=[
            {"key": "called", "label": "Called", "status": "planned"},
            {"key": "gate", "label": "At the gate", "status": "planned"},
            {"key": "loading", "label": "Loading", "status": "live"},
            {"key": "sealed", "label": "Sealed", "status": "live"},
            {"key": "road", "label": "On the road", "status": "done"},
        ],
    )


def stage(world, item, key, minutes=5, **given):
    given = {"actor": world.technician, **given}
    return execution.stage(at=world.t(minutes), item_id=item.pk, stage=key, **given)


def test_a_verb_enters_the_first_stage_of_its_status(world, truck):
    item = planned_item(world, type_id=truck.pk)
    assert item.stage == "called"
    item = execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    assert item.stage == "loading"
    item = execution.complete(actor=world.technician, at=world.t(2), item_id=item.pk)
    assert item.stage == "road"
    item = MOVING["accept"](world, world.shift_lead, item, world.t(3))
    assert item.stage == ""


def test_inside_a_status_it_is_only_an_event(world, truck):
    item = planned_item(world, type_id=truck.pk)

    item = stage(world, item, "gate")

    assert (item.stage, item.status, item.version) == ("gate", "planned", 3)
    event = Event.objects.filter(item=item).last()
    assert (event.verb, event.data) == ("stage", {"from": "called", "to": "gate"})


def test_what_is_refused(world, truck):
    item = planned_item(world, type_id=truck.pk)

    with refused(item, "stage_unknown"):
        stage(world, item, "flying")
    with refused(item, "stage_of_other_status"):
        stage(world, item, "sealed")
    with forbidden(item, "role_or_executor_needed"):
        stage(world, item, "gate", actor=world.planner)
    with stale(item):
        stage(world, item, "gate", seen=1)
