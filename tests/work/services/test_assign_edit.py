"""Changing an open item: fields, things, owner and executors; each change is a new version."""

from uuid import uuid4

import pytest

from tests import factories
from tests.factories import live_item, planned_item, requested_item
from tests.work.outcomes import forbidden, refused, snapshot, stale, written
from work.models import Event
from work.services import items


def edit(world, item, minutes=5, **given):
    return items.edit(
        actor=given.pop("actor", world.planner), at=world.t(minutes), item_id=item.pk, **given
    )


def assign(world, item, minutes=5, **given):
    return items.assign(
        actor=given.pop("actor", world.planner), at=world.t(minutes), item_id=item.pk, **given
    )


def test_a_change_is_a_version_and_an_event_of_its_fields(world):
    item = planned_item(world)

    item = edit(world, item, what="Replace both switches", priority="2", due=world.t(99))

    assert (item.version, item.what, item.priority, item.due) == (
        3,
        "Replace both switches",
        "2",
        world.t(99),
    )
    event = Event.objects.filter(item=item).last()
    assert (event.verb, event.data) == ("edit", {"fields": ["due", "priority", "what"]})


def test_places_affected_are_changed_and_derived_anew(world):
    item = planned_item(world, place_ids=[world.l4.pk])

    item = edit(world, item, place_ids=[world.p301.pk, world.u310.pk])

    assert set(item.places.all()) == {world.p301, world.u310}
    assert (item.version, Event.objects.filter(item=item).last().data) == (
        3,
        {"fields": ["places"]},
    )
    edit(world, item, place_ids=[world.u310.pk, world.p301.pk])
    item.refresh_from_db()
    assert item.version == 3
    with refused(item, "place_unknown"):
        edit(world, item, place_ids=[10**9])
    assert not edit(world, item, place_ids=[]).places.exists()


def test_planning_says_which_places_are_affected(world):
    item = requested_item(world, place_ids=[world.l4.pk])

    items.plan(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
        place_ids=[world.p301.pk],
    )

    assert list(item.places.all()) == [world.p301]


def test_nothing_changed_is_nothing_written(world):
    item = planned_item(world)
    before, events = snapshot(item), written()

    edit(world, item, what=item.what, priority=item.priority)
    assign(world, item, owner_post_id=world.lead_post.pk)
    assign(world, item, executor_ids=[world.technician.pk])

    assert (snapshot(item), written()) == (before, events)


def test_what_cannot_be_edited_is_a_fault_of_the_caller(world):
    item = planned_item(world)

    with pytest.raises(TypeError):
        edit(world, item, status="closed")


def test_what_is_refused(world, nrd):
    item = planned_item(world)

    for code, given in (
        ("what_needed", {"what": " "}),
        ("what_too_long", {"why": "a\x00"}),
        ("priority_unknown", {"priority": "high"}),
        ("planned_end_before_start", {"planned_start": world.t(9), "planned_end": world.t(8)}),
        ("place_unknown", {"place_id": nrd.root.pk}),
        ("team_unknown", {"team_id": 0}),
        ("window_unknown", {"window_id": 0}),
        ("asset_unknown", {"asset_ids": [0]}),
        ("field_unknown", {"values": {"x": 1}}),
    ):
        with refused(item, code):
            edit(world, item, **given)
    with stale(item):
        edit(world, item, seen=1, why="x")
    with forbidden(item, "role_needed"):
        edit(world, item, actor=world.technician, why="x")


def test_not_moved_to_a_place_that_is_not_the_editors(world):
    item = planned_item(world)

    with refused(item, "place_unknown"):
        edit(world, item, actor=world.shift_lead, place_id=world.p301.pk)


def test_values_are_merged_and_emptied(world):
    kind = factories.work_type(
        world.site,
        fields=[
            {"key": "a", "label": "A", "kind": "number"},
            {"key": "b", "label": "B", "kind": "text"},
        ],
    )
    item = planned_item(world, type_id=kind.pk, values={"a": 1, "b": "x"})

    item = edit(world, item, values={"a": 2})
    assert item.values == {"a": 2, "b": "x"}
    item = edit(world, item, values={"b": ""})
    assert item.values == {"a": 2}


def test_things_are_replaced_whole(world):
    item = planned_item(world, asset_ids=[world.pump.pk])

    edit(world, item, asset_ids=[])

    assert not item.assets.exists()
    assert Event.objects.filter(item=item).last().data == {"fields": ["assets"]}


def test_rules_follow_the_item_to_another_place_and_back(world):
    rule = factories.rule(world.site, "process", place_id=world.process.pk)
    item = planned_item(world, plan={"executor_ids": [world.second_technician.pk]})
    assert item.is_ready(world.t(4))

    item = edit(world, item, place_id=world.p301.pk)
    row = item.prerequisites.get(rule=rule)
    assert (row.withdrawn_at, item.is_ready(world.t(5))) == (None, False)

    item = edit(world, item, minutes=6, place_id=world.l3.pk)
    row.refresh_from_db()
    assert (row.withdrawn_at, item.is_ready(world.t(6))) == (world.t(6), True)

    item = edit(world, item, minutes=7, place_id=world.p301.pk)
    row.refresh_from_db()
    assert (row.withdrawn_at, row.created_at) == (None, world.t(7))
    assert item.prerequisites.filter(rule=rule).count() == 1


def test_a_safety_rule_reaches_an_item_that_becomes_critical(world):
    factories.rule(world.site, "critical", safety_critical_only=True)
    item = live_item(world)

    item = edit(world, item, safety_critical=True)

    assert item.is_blocked(world.t(5))
    assert item.stop_asked_at == world.t(5)


def test_owner_and_executors_are_separate(world):
    item = planned_item(world)

    item = assign(world, item, owner_user_id=world.operator.pk)
    assert (item.owner_user, item.owner_post) == (world.operator, None)
    assert list(item.executors.all()) == [world.technician]
    item = assign(world, item, executor_ids=[world.second_technician.pk])
    assert item.owner_user == world.operator
    assert list(item.executors.all()) == [world.second_technician]
    event = Event.objects.get(item=item, verb="executors", recorded_at=world.t(5))
    assert event.data == {
        "added": [world.second_technician.pk],
        "removed": [world.technician.pk],
    }


def test_work_in_progress_keeps_an_executor_and_an_owner(world):
    item = live_item(world)

    with refused(item, "live_needs_executor"):
        assign(world, item, executor_ids=[])
    with refused(item, "owner_is_contractor"):
        assign(world, item, owner_user_id=world.contractor.pk)
    with refused(item, "owner_needed"):
        assign(
            world,
            item,
            owner_user_id=world.operator.pk,
            owner_post_id=world.lead_post.pk,
        )


def test_without_executor_it_is_not_clear_to_start(world):
    item = assign(world, planned_item(world), executor_ids=[])

    assert (item.unmet_start, item.is_ready(world.t(5))) == (1, False)
    assert item.prerequisites.get(supplier="work.fitness").withdrawn_at == world.t(5)


def test_another_company_needs_other_executors(world):
    item = requested_item(world, by=world.contractor)
    item = items.plan(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
        executor_ids=[world.welder.pk],
    )
    assert item.is_ready(world.t(1))

    item = edit(world, item, team_id=world.hydrex.pk)

    row = item.prerequisites.get(supplier="work.fitness")
    assert (row.answer, row.reason["code"]) == ("unmet", "executor_no_role_here")


def test_the_same_edit_twice(world):
    item, act = planned_item(world), uuid4()
    for _ in range(2):
        edit(world, item, act=act, seen=2, why="Once")
    item.refresh_from_db()

    assert item.version == 3
    assert written().count("edit") == 1
