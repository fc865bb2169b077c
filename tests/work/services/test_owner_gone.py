"""An owner who has left, or a post that is out of use, owns nothing that is planned or begun."""

import pytest

from tests import factories
from tests.factories import closed_item, planned_item, requested_item, waiting_item
from tests.work.outcomes import codes, refused, written
from work.exceptions import Refused
from work.models import WorkItem
from work.permissions import scope
from work.reads import cards
from work.reads import item as read
from work.services import acceptance, blockers, execution, items, people, posts
from work.services.guards import refusals
from work.states import Role, Status, Verb


@pytest.fixture
def owner(world):
    return factories.person(world.site, Role.SUPERVISOR, name="Wilma")


def leaves(world, owner, how, minutes=5):
    """The owner leaves the company, or has no role at the site any more; then which code."""
    if how == "left":
        people.deactivate_person(actor=None, at=world.t(minutes), user_id=owner.pk)
        return "owner_left"
    role = owner.memberships.get()
    people.end_role(actor=None, at=world.t(minutes), membership_id=role.pk)
    return "owner_unknown"


def plan(world, item, **given):
    given = {"executor_ids": [world.technician.pk], **given}
    return items.plan(actor=world.planner, at=world.t(6), item_id=item.pk, **given)


@pytest.mark.parametrize("how", ["left", "role"])
def test_who_was_named_before_does_not_own_what_is_planned(world, owner, how):
    item = requested_item(world)
    items.assign(actor=world.planner, at=world.t(1), item_id=item.pk, owner_user_id=owner.pk)
    code = leaves(world, owner, how)

    with refused(item, code):
        plan(world, item)
    item = plan(world, item, owner_post_id=world.lead_post.pk)

    assert (item.status, item.owner_user, item.owner_post) == ("planned", None, world.lead_post)


@pytest.mark.parametrize("how", ["left", "role"])
def test_nothing_is_started_for_an_owner_who_has_left(world, owner, how):
    item = planned_item(world, plan={"owner_user_id": owner.pk})
    code = leaves(world, owner, how)

    with refused(item, code) as caught:
        execution.start(actor=world.technician, at=world.t(6), item_id=item.pk)
    [reason] = caught.value.reasons
    assert reason.clears == ("role", "planner")
    items.assign(actor=world.planner, at=world.t(7), item_id=item.pk, owner_user_id=world.hse.pk)
    item = execution.start(actor=world.technician, at=world.t(8), item_id=item.pk)
    assert (item.status, item.owner_user) == (Status.LIVE, world.hse)


def test_a_role_that_begins_again_lets_the_owner_own_again(world, owner):
    item = planned_item(world, plan={"owner_user_id": owner.pk})
    leaves(world, owner, "role")
    people.grant_role(
        actor=None,
        at=world.t(6),
        user_id=owner.pk,
        site_id=world.site.pk,
        role=Role.PLANNER,
        starts=world.t(20),
    )

    with refused(item, "owner_unknown"):
        execution.start(actor=world.technician, at=world.t(19), item_id=item.pk)
    item = execution.start(actor=world.technician, at=world.t(20), item_id=item.pk)
    assert item.status == Status.LIVE


def test_nothing_is_started_for_a_post_that_is_out_of_use(world):
    post = factories.post_with_duty(world.packaging, world.supervisor, role=Role.SUPERVISOR)
    item = planned_item(world, plan={"owner_post_id": post.pk})
    type(post).objects.filter(pk=post.pk).update(is_active=False)

    with refused(item, "owner_unknown"):
        execution.start(actor=world.technician, at=world.t(6), item_id=item.pk)


def test_a_post_owns_without_anybody_on_duty(world):
    post = posts.create_post(
        actor=None,
        at=world.at,
        site_id=world.site.pk,
        place_id=world.packaging.pk,
        code="area",
        name="Area owner",
        role=Role.AREA_OWNER,
    )
    item = planned_item(world, plan={"owner_post_id": post.pk})

    item = execution.start(actor=world.technician, at=world.t(6), item_id=item.pk)
    assert item.status == Status.LIVE


def test_work_is_not_resumed_for_an_owner_who_has_left(world, owner):
    item = waiting_item(world, plan={"owner_user_id": owner.pk})
    blocker = item.blockers.get()
    blockers.clear(actor=world.planner, at=world.t(4), blocker_id=blocker.pk, word="It came")
    leaves(world, owner, "left")

    with refused(item, "owner_left"):
        execution.resume(actor=world.technician, at=world.t(6), item_id=item.pk)
    # What is under way may be stopped all the same.
    item = execution.stop(
        actor=world.technician, at=world.t(7), item_id=item.pk, condition="Left safe"
    )
    assert (item.status, item.owner_user) == (Status.PLANNED, owner)


@pytest.mark.parametrize("how", ["left", "role"])
def test_a_reopened_item_needs_an_owner_who_is_here(world, owner, how):
    item = closed_item(world, plan={"owner_user_id": owner.pk})
    code = leaves(world, owner, how)

    def reopen(**given):
        return acceptance.reopen(
            actor=world.shift_lead, at=world.t(6), item_id=item.pk, reason="Trips again", **given
        )

    with refused(item, code):
        reopen()
    again = reopen(owner_user_id=world.hse.pk)
    assert (again.status, again.owner_user) == (Status.PLANNED, world.hse)


def test_page_and_board_say_so_before_it_is_tried(world, owner):
    item = planned_item(world, plan={"owner_user_id": owner.pk})
    kept = planned_item(world, plan={"owner_user_id": world.hse.pk})
    leaves(world, owner, "left")
    at = world.t(6)
    who = scope(world.supervisor, at)
    known = cards.known([item.pk, kept.pk])

    for each, expected in ((item, ["owner_left"]), (kept, [])):
        found = read.find(world.site, who, str(each.number))
        page = read.load(world.site, found, who, at)
        said = refusals(page.facts, Verb.START, at, who=who)
        assert [reason.code for reason in said] == expected
        assert refusals(known[each.pk].facts, Verb.START, at, who=who) == said


def test_on_it_now_is_owned_by_who_is_named_in_the_same_act(world, owner):
    given = {
        "actor": world.supervisor,
        "site_id": world.site.pk,
        "place_id": world.l3.pk,
        "type_id": world.mnt.pk,
        "what": "Clean the sieve",
        "why": "It is blocked",
    }
    item = items.on_it_now(at=world.t(4), owner_user_id=owner.pk, **given)
    assert (item.status, item.owner_user) == (Status.LIVE, owner)
    leaves(world, owner, "left")
    count, earlier = WorkItem.objects.count(), written()

    with pytest.raises(Refused) as caught:
        items.on_it_now(at=world.t(6), owner_user_id=owner.pk, **given)

    assert codes(caught.value) == ["owner_left"]
    assert (WorkItem.objects.count(), written()[len(earlier) :]) == (count, ["refused"])
