"""Taking a request on: type, place, owner, scope, and an acceptance criterion."""

import pytest

from tests import factories
from tests.factories import planned_item, requested_item
from tests.work.outcomes import forbidden, refused, stale, unknown
from work.models import Event
from work.services import items, proof
from work.states import Role, Status


def plan(world, item, **given):
    given = {
        "actor": world.planner,
        "at": world.t(5),
        "owner_post_id": world.lead_post.pk,
        **given,
    }
    if "owner_user_id" in given:
        del given["owner_post_id"]
    return items.plan(item_id=item.pk, **given)


def test_planned_without_executor_is_not_ready_and_not_blocked(world):
    item = plan(world, requested_item(world))

    assert (item.status, item.version, item.planned_at) == (Status.PLANNED, 2, world.t(5))
    assert item.owner_post == world.lead_post
    assert list(item.criteria.values_list("key", flat=True)) == ["ok"]
    assert list(item.prerequisites.values_list("supplier", "gate", "answer")) == [
        ("work.executor", "start", "unmet")
    ]
    assert (item.unmet_start, item.is_ready(world.t(5)), item.is_blocked(world.t(5))) == (
        1,
        False,
        False,
    )
    event = Event.objects.filter(item=item).last()
    assert event.verb == "plan"
    assert event.data == {
        "from": "requested",
        "to": "planned",
        "owner_user": None,
        "owner_post": world.lead_post.pk,
    }


def test_planned_with_executor_is_clear_to_start(world):
    item = plan(world, requested_item(world), executor_ids=[world.technician.pk])

    assert (item.unmet_start, item.is_ready(world.t(5))) == (0, True)
    assert list(item.prerequisites.values_list("supplier", "answer")) == [
        ("work.executor", "met"),
        ("work.fitness", "met"),
    ]


def test_a_person_may_own(world):
    item = plan(world, requested_item(world), owner_user_id=world.operator.pk)

    assert (item.owner_user, item.owner_post) == (world.operator, None)


def test_everything_that_is_missing_is_said_at_once(world):
    kind = factories.work_type(
        world.site,
        criteria=[],
        fields=[{"key": "cause", "label": "Cause", "kind": "text", "required_at": "plan"}],
    )
    item = requested_item(world, type_id=kind.pk, why="")

    with refused(item, "why_needed", "owner_needed", "criteria_needed", "field_missing"):
        items.plan(actor=world.planner, at=world.t(5), item_id=item.pk)


def test_an_own_criterion_is_enough(world):
    kind = factories.work_type(world.site, criteria=[])
    item = requested_item(world, type_id=kind.pk)
    proof.add_criterion(actor=world.planner, at=world.at, item_id=item.pk, text="No leak")

    assert plan(world, item).status == Status.PLANNED


def test_planning_says_the_rest_in_one_act(world):
    item = requested_item(world, why="")
    kind = factories.work_type(
        world.site,
        fields=[{"key": "cause", "label": "Cause", "kind": "text", "required_at": "plan"}],
    )

    item = plan(
        world,
        item,
        why="Runs hot",
        what="Overhaul",
        type_id=kind.pk,
        values={"cause": "Wear"},
        asset_ids=[world.pump.pk],
        planned_start=world.t(60),
        planned_end=world.t(120),
        priority="1",
    )

    assert (item.type, item.type_version.type, item.what) == (kind, kind, "Overhaul")
    assert item.values == {"cause": "Wear"}
    assert (item.planned_start, item.planned_end) == (world.t(60), world.t(120))
    assert list(item.assets.all()) == [world.pump]


def test_another_type_leaves_out_values_that_it_does_not_know(world):
    field = {"key": "cause", "label": "Cause", "kind": "text"}
    first = factories.work_type(world.site, fields=[field, {**field, "key": "colour"}])
    second = factories.work_type(world.site, fields=[field])
    item = requested_item(world, type_id=first.pk, values={"cause": "Wear", "colour": "red"})

    assert plan(world, item, type_id=second.pk).values == {"cause": "Wear"}


def test_who_cannot_own(world, nrd):
    item = requested_item(world)
    left = factories.person(world.site, Role.TECHNICIAN)
    left.is_active = False
    left.save()
    contractor_post = factories.post_with_duty(
        world.packaging, world.operator, role=Role.OPERATOR, code="op"
    )
    contractor_post.is_active = False
    contractor_post.save()

    for person, code in (
        (world.contractor, "owner_is_contractor"),
        (nrd.supervisor, "owner_unknown"),
        (left, "owner_left"),
    ):
        with refused(item, code):
            plan(world, item, owner_user_id=person.pk)
    for post in (nrd.post, contractor_post):
        with refused(item, "owner_unknown"):
            plan(world, item, owner_post_id=post.pk)
    with refused(item, "owner_needed"):
        items.plan(
            actor=world.planner,
            at=world.t(5),
            item_id=item.pk,
            owner_post_id=world.lead_post.pk,
            owner_user_id=world.operator.pk,
        )


def test_who_cannot_execute(world, nrd):
    item = requested_item(world)

    for person in (nrd.technician, world.contractor, world.viewer):
        with refused(item, "executor_unknown") as error:
            plan(world, item, executor_ids=[person.pk])
        # A stranger to the site is not named there.
        about = None if person == nrd.technician else ("user", person.pk)
        assert error.value.reasons[0].about == about


def test_a_companys_people_execute_its_items(world):
    item = requested_item(world)

    item = plan(world, item, team_id=world.lasteam.pk, executor_ids=[world.welder.pk])
    assert item.is_ready(world.t(5))
    other = requested_item(world)
    with refused(other, "executor_unknown"):
        plan(
            world,
            other,
            team_id=world.lasteam.pk,
            executor_ids=[world.other_contractor.pk],
        )


def test_fields_that_do_not_fit(world, nrd):
    item = requested_item(world)

    for given, code in (
        ({"team_id": 10**9}, "team_unknown"),
        ({"place_id": nrd.root.pk}, "place_unknown"),
        ({"window_id": 10**9}, "window_unknown"),
        ({"parent_id": 10**9}, "parent_unknown"),
        ({"type_id": nrd.mnt.pk}, "type_unknown"),
        ({"asset_ids": [10**9]}, "asset_unknown"),
        (
            {"planned_start": world.t(60), "planned_end": world.t(59)},
            "planned_end_before_start",
        ),
        ({"values": {"no": 1}}, "field_unknown"),
    ):
        with refused(item, code):
            plan(world, item, **given)


def test_planned_twice_stale_forbidden_unknown(world, nrd):
    item = planned_item(world)

    with refused(item, "not_from"):
        plan(world, item)
    with stale(item):
        plan(world, item, seen=1)
    with forbidden(item, "role_needed"):
        plan(world, item, actor=world.technician)
    for stranger in (nrd.supervisor, world.contractor):
        with unknown(item):
            plan(world, item, actor=stranger)


def test_returned_and_planned_again_keeps_number_and_proof(world):
    item = planned_item(world)
    first = items.return_(
        actor=world.planner, at=world.t(6), item_id=item.pk, reason="Scope unclear"
    )
    assert (first.status, first.planned_at, first.version) == (Status.REQUESTED, None, 3)
    assert not item.prerequisites.filter(withdrawn_at=None).exists()

    again = plan(world, item, at=world.t(7))

    assert (again.status, again.number, again.version) == (Status.PLANNED, item.number, 4)
    assert item.criteria.count() == 1
    assert item.prerequisites.filter(withdrawn_at=None).count() == 2
    assert again.is_ready(world.t(7))


def test_return_says_why(world):
    item = planned_item(world)

    with refused(item, "reason_needed"):
        items.return_(actor=world.planner, at=world.t(6), item_id=item.pk, reason=" ")


@pytest.mark.parametrize("lines", [0, 3])
def test_the_types_lines_become_the_items(world, lines):
    kind = factories.work_type(
        world.site,
        lines=[{"key": f"l{n}", "text": f"Line {n}", "kind": "pass_fail"} for n in range(lines)],
    )

    item = plan(world, requested_item(world, type_id=kind.pk))

    assert list(item.lines.values_list("key", flat=True)) == [f"l{n}" for n in range(lines)]


def test_planning_answers_what_an_import_left_open(world):
    item = requested_item(world)
    type(item).objects.filter(pk=item.pk).update(incomplete=["owner", "criterion"])

    item = plan(world, item)

    item.refresh_from_db()
    assert (item.status, item.incomplete) == (Status.PLANNED, [])
