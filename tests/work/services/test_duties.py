"""A duty lasts no longer than the roles of who has it."""

import pytest

from tests.factories import done_item
from tests.work.outcomes import left_unchanged, unknown
from tests.work.verbs import judged
from work.exceptions import Unknown
from work.models import Duty, Event, Membership
from work.permissions import scope
from work.services import acceptance, people, posts
from work.states import Role


def end_role(world, person, **given):
    role = Membership.objects.get(user=person)
    return people.end_role(actor=world.site_admin, membership_id=role.pk, **given)


def test_who_has_no_role_left_takes_no_duty(world):
    """The name for the post stands; it alone is no way back in."""
    item = done_item(world)
    end_role(world, world.second_lead, at=world.t(1))
    assert world.lead_post.holders.filter(user=world.second_lead, ends=None).exists()

    with left_unchanged(item), pytest.raises(Unknown):
        posts.take_duty(actor=world.second_lead, at=world.t(2), post_id=world.lead_post.pk)

    assert Duty.objects.get(post=world.lead_post).user == world.shift_lead


def test_who_has_another_role_there_takes_it(world):
    people.grant_role(
        actor=world.site_admin,
        at=world.at,
        user_id=world.second_lead.pk,
        site_id=world.site.pk,
        role=Role.OPERATOR,
    )
    lead = Membership.objects.get(user=world.second_lead, role=Role.SHIFT_LEAD)
    people.end_role(actor=world.site_admin, at=world.t(1), membership_id=lead.pk)

    duty = posts.take_duty(actor=world.second_lead, at=world.t(2), post_id=world.lead_post.pk)

    assert (duty.user, duty.ends) == (world.second_lead, None)


def test_with_the_last_role_the_duties_end(world, nrd):
    """Those of the site where it ends; a post elsewhere is kept."""
    lead = world.shift_lead
    people.grant_role(
        actor=None, at=world.at, user_id=lead.pk, site_id=nrd.site.pk, role=Role.SUPERVISOR
    )
    posts.name_holder(actor=None, at=world.at, post_id=nrd.post.pk, user_id=lead.pk)
    posts.take_duty(actor=lead, at=world.at, post_id=nrd.post.pk)
    second = people.grant_role(
        actor=None, at=world.at, user_id=lead.pk, site_id=world.site.pk, role=Role.OPERATOR
    )
    first = Membership.objects.get(user=lead, role=Role.SHIFT_LEAD)
    item = done_item(world)

    people.end_role(actor=world.site_admin, at=world.t(1), membership_id=first.pk)
    duty = Duty.objects.get(post=world.lead_post)
    assert duty.ends is None

    people.end_role(actor=world.site_admin, at=world.t(2), membership_id=second.pk)
    duty.refresh_from_db()
    assert duty.ends == world.t(2)
    event = Event.objects.get(verb="duty_ended")
    assert (event.actor, event.subject_id, event.data) == (
        world.site_admin,
        world.lead_post.pk,
        {"duty": duty.pk, "cause": "role_ended"},
    )
    assert Duty.objects.get(post=nrd.post, user=lead).ends is None
    with unknown(item):
        acceptance.accept(actor=lead, at=world.t(3), item_id=item.pk, judged=judged(item))


def test_a_duty_permits_nothing_from_the_second_at_which_the_last_role_ends(world):
    """It does not end by the clock: another takes it over."""
    item, lead = done_item(world), world.shift_lead
    end_role(world, lead, at=world.at, ends=world.t(30))
    duty = Duty.objects.get(post=world.lead_post)
    assert duty.ends is None
    assert scope(lead, world.t(29.99)).posts() == {world.lead_post.pk}
    assert scope(lead, world.t(30)).grants == ()

    with unknown(item):
        acceptance.accept(actor=lead, at=world.t(30), item_id=item.pk, judged=judged(item))
    posts.take_duty(
        actor=world.second_lead, at=world.t(31), post_id=world.lead_post.pk, seen=duty.pk
    )
    item = acceptance.accept(
        actor=world.second_lead, at=world.t(32), item_id=item.pk, judged=judged(item)
    )

    assert item.status == "closed"
