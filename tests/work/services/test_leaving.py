"""What hangs on who leaves is given on, each thing by its own door; refused, nothing changes."""

import pytest

from tests import factories
from tests.work.outcomes import codes, forbidden, refused, unknown, written
from work.exceptions import Refused
from work.models import Blocker, Event, PostHolder
from work.services import blockers, execution, leaving, people, posts, requirements
from work.states import BlockerKind


@pytest.fixture
def item(world):
    return factories.planned_item(world, plan={"executor_ids": [world.technician.pk]})


@pytest.fixture
def blocker(world, item) -> Blocker:
    return blockers.raise_(
        actor=world.supervisor,
        at=world.at,
        item_id=item.pk,
        kind=BlockerKind.DECISION,
        what="Which rod",
        clears=f"user:{world.planner.pk}",
    )


# --- who carries out ----------------------------------------------------------------------------


def carrying_out(world, item, actor=None, to=None, **given):
    return leaving.hand_over_execution(
        actor=actor or world.site_admin,
        at=world.t(1),
        item_id=item.pk,
        from_user_id=given.get("who", world.technician).pk,
        to_user_id=(to or world.second_technician).pk,
    )


@pytest.mark.parametrize("make", [factories.planned_item, factories.live_item])
def test_another_carries_out_in_the_place_of_who_leaves(world, make):
    both = [world.technician.pk, world.operator.pk]
    item = make(world, plan={"executor_ids": both})

    carrying_out(world, item)

    now = set(item.item_executors.values_list("user_id", flat=True))
    assert now == {world.operator.pk, world.second_technician.pk}
    event = Event.objects.filter(item=item, verb="executors").last()
    assert (event.actor, event.data) == (
        world.site_admin,
        {"added": [world.second_technician.pk], "removed": [world.technician.pk]},
    )
    # One who carries it out already does so alone from now on.
    carrying_out(world, item, to=world.operator, who=world.second_technician)
    assert item.item_executors.get().user == world.operator


def test_carrying_out_is_given_on_by_who_may_to_who_may(world, nrd, item):
    with refused(item, "executed_by_another"):
        carrying_out(world, item, who=world.operator)
    with refused(item, "executor_unknown"):
        carrying_out(world, item, to=world.viewer)
    with refused(item, "executor_unknown"):
        carrying_out(world, item, to=nrd.technician)
    with forbidden(item, "role_needed"):
        carrying_out(world, item, actor=world.hse)
    with unknown(item):
        carrying_out(world, item, actor=nrd.admin)


# --- who clears ---------------------------------------------------------------------------------


def clearing(world, blocker, actor=None, **to):
    return leaving.hand_over_blocker(
        actor=actor or world.site_admin,
        at=world.t(1),
        blocker_id=blocker.pk,
        from_user_id=world.planner.pk,
        **to,
    )


def test_another_person_or_post_clears(world, item, blocker):
    clearing(world, blocker, to_user_id=world.operator.pk)
    blocker.refresh_from_db()
    assert blocker.clears == f"user:{world.operator.pk}"
    event = Event.objects.get(item=item, verb="clears")
    assert event.data == {"blocker": blocker.pk, "to": blocker.clears}
    blockers.clear(actor=world.operator, at=world.t(2), blocker_id=blocker.pk, word="The third")

    second = blockers.raise_(
        actor=world.supervisor,
        at=world.t(3),
        item_id=item.pk,
        kind=BlockerKind.DECISION,
        what="Which",
        clears=f"user:{world.planner.pk}",
    )
    assert clearing(world, second, to_post_id=world.lead_post.pk).clears == (
        f"post:{world.lead_post.pk}"
    )


def test_clearing_is_given_on_by_who_may_to_who_is_there(world, nrd, item, blocker):
    people.deactivate_person(actor=None, at=world.at, user_id=world.auditor.pk)
    posts.change_post(actor=None, at=world.at, post_id=world.site_post.pk, is_active=False)
    for to, code in (
        ({}, "clears_unknown"),
        ({"to_user_id": world.operator.pk, "to_post_id": world.lead_post.pk}, "clears_unknown"),
        ({"to_user_id": world.auditor.pk}, "person_unknown"),
        ({"to_user_id": nrd.technician.pk}, "person_unknown"),
        ({"to_post_id": nrd.post.pk}, "clears_unknown"),
        ({"to_post_id": world.site_post.pk}, "post_not_in_use"),
    ):
        with refused(item, code):
            clearing(world, blocker, **to)
    to = {"to_user_id": world.operator.pk}
    with forbidden(item, "role_needed"):
        clearing(world, blocker, actor=world.hse, **to)
    with unknown(item):
        clearing(world, blocker, actor=nrd.admin, **to)
    clearing(world, blocker, **to)
    with refused(item, "cleared_by_another"):
        clearing(world, blocker, **to)
    blockers.clear(actor=world.operator, at=world.t(2), blocker_id=blocker.pk, word="Done")
    with refused(item, "blocker_ended"):
        clearing(world, blocker, **to)


def test_who_clears_what_follows_from_something_else_is_said_there(world, item):
    other = factories.planned_item(world, plan={"owner_user_id": world.planner.pk})
    requirements.require(
        actor=world.supervisor,
        at=world.at,
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
    )
    with pytest.raises(Refused):
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    found = Blocker.objects.get(item=item, ended_at=None, prerequisite__isnull=False)
    assert found.clears == f"user:{world.planner.pk}"

    with refused(item, "clears_by_source"):
        clearing(world, found, to_user_id=world.operator.pk)
    leaving.hand_over(
        actor=world.site_admin,
        at=world.t(2),
        item_id=other.pk,
        from_user_id=world.planner.pk,
        owner_user_id=world.supervisor.pk,
    )
    found.refresh_from_db()
    assert found.clears == f"user:{world.supervisor.pk}"


# --- who is named for a post --------------------------------------------------------------------


def test_another_is_named_as_the_leaver_was_until_the_same_end(world):
    by = {"actor": world.site_admin}
    first = posts.name_holder(
        **by,
        at=world.at,
        post_id=world.lead_post.pk,
        user_id=world.planner.pk,
        deputy=True,
        ends=world.t(600),
    )
    later = posts.name_holder(
        **by,
        at=world.at,
        post_id=world.site_post.pk,
        user_id=world.planner.pk,
        starts=world.t(300),
    )

    for each in (first, later):
        posts.replace_holder(**by, at=world.t(1), holder_id=each.pk, user_id=world.operator.pk)

    fresh = PostHolder.objects.filter(user=world.operator).order_by("pk")
    assert [(row.post, row.deputy, row.starts, row.ends) for row in fresh] == [
        (world.lead_post, True, world.t(1), world.t(600)),
        (world.site_post, False, world.t(300), None),
    ]
    assert {row.ends for row in PostHolder.objects.filter(user=world.planner)} == {world.t(1)}
    assert written()[-4:] == ["holder_ended", "holder_named"] * 2


def test_who_cannot_be_named_leaves_the_post_as_it_was(world):
    holder = world.lead_post.holders.get(user=world.second_lead)
    for who, code in (
        (world.contractor, "holder_is_contractor"),
        (world.shift_lead, "holder_named_already"),
    ):
        with pytest.raises(Refused) as caught:
            posts.replace_holder(
                actor=world.site_admin, at=world.t(1), holder_id=holder.pk, user_id=who.pk
            )
        assert codes(caught.value) == [code]
        holder.refresh_from_db()
        assert holder.ends is None
