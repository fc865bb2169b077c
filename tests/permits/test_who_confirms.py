"""Who can say of a permit that it is stopped: whoever has a role there, as `scope` counts them."""

import pytest

from permits.models import Permit
from permits.reads.detail import shown
from permits.services import requests
from permits.services._facts import facts_of, load, with_current
from permits.services._here import learn, performer_here
from permits.services._says import stands
from tests import factories
from tests.permits import made
from work.permissions import scope
from work.services import people, posts
from work.states import Role


@pytest.fixture
def permit(world):
    """In force until the sixtieth minute, of the technician."""
    return made.in_force(world, made.kinds(world)[0], ends=world.t(60))


def only_elsewhere(world, person) -> None:
    """From the fifth minute the person has a role at the site, and none at L3."""
    by = {"actor": world.site_admin, "at": world.t(5)}
    elsewhere = factories.place(world.site, code="elsewhere")
    had = list(person.memberships.all())
    people.grant_role(
        **by, user_id=person.pk, site_id=world.site.pk, role="operator", place_id=elsewhere.pk
    )
    for each in had:
        people.end_role(**by, membership_id=each.pk)


def can_confirm(permit, at) -> bool:
    """The same answer however it was read, and that of `scope`."""
    whole = load(permit.pk, at).permit
    [bare] = with_current(Permit.objects.filter(pk=permit.pk))
    asked = Permit.objects.select_related("site", "place").get(pk=permit.pk)
    learn([asked])
    answers = {performer_here(each, at) for each in (whole, bare, asked)}
    who = scope(asked.performing_authority, at)
    answers.add(bool(who.roles(asked.site_id, asked.place.path, asked.team_id)))
    clears = stands(whole, at).clears
    answers.add(clears == ("user", asked.performing_authority_id))
    assert len(answers) == 1
    return answers.pop()


def named(world, permit, at) -> dict[str, str]:
    facts = facts_of(with_current(Permit.objects.filter(pk=permit.pk)).get(), at)
    return {
        each["part"]: each["name"] for each in shown(facts, scope(world.viewer, at))["confirms"]
    }


def test_whose_role_there_is_of_a_duty_alone_confirms(world, permit):
    factories.post_with_duty(world.l3, world.technician, role=Role.TECHNICIAN, at=world.t(1))
    only_elsewhere(world, world.technician)
    assert can_confirm(permit, world.t(61))
    assert named(world, permit, world.t(61)) == {
        "Performing authority": world.technician.name,
        "Issuer": world.permit_issuer.name,
    }


def test_whose_duty_ended_does_not(world, permit):
    post = factories.post_with_duty(
        world.l3,
        world.technician,
        role=Role.TECHNICIAN,
        at=world.t(1),
        deputies=[world.second_technician],
    )
    only_elsewhere(world, world.technician)
    posts.take_duty(actor=world.second_technician, at=world.t(62), post_id=post.pk)
    assert not can_confirm(permit, world.t(62))
    assert "Performing authority" not in named(world, permit, world.t(62))


def test_who_is_at_the_site_and_has_no_duty_there_does_not(world, permit):
    yard = factories.place(world.site, code="yard")
    factories.post_with_duty(yard, world.technician, role=Role.TECHNICIAN)
    only_elsewhere(world, world.technician)
    assert not can_confirm(permit, world.t(61))
    # Nor who is named for the post there, and has not taken its duty.
    post = factories.post_with_duty(world.l3, world.second_technician)
    posts.name_holder(
        actor=None, at=world.t(6), post_id=post.pk, user_id=world.technician.pk, deputy=True
    )
    assert not can_confirm(permit, world.t(61))
    assert "Performing authority" not in named(world, permit, world.t(61))


def test_a_duty_reaches_as_long_as_there_is_a_role_at_the_site(world, permit):
    factories.post_with_duty(world.l3, world.technician, role=Role.TECHNICIAN, at=world.t(1))
    only_elsewhere(world, world.technician)
    [elsewhere] = world.technician.memberships.filter(ends=None)
    people.end_role(
        actor=world.site_admin, at=world.t(10), membership_id=elsewhere.pk, ends=world.t(70)
    )
    assert can_confirm(permit, world.t(69))
    assert not can_confirm(permit, world.t(70))


def test_an_issuer_by_a_duty_is_still_one(world, permit):
    issuer = world.permit_issuer
    factories.post_with_duty(world.l3, issuer, role=Role.PERMIT_ISSUER, at=world.t(1))
    factories.person(world.site, "permit_issuer", username="issuer_next")
    only_elsewhere(world, issuer)
    assert named(world, permit, world.t(61)) == {
        "Performing authority": world.technician.name,
        "Issuer": issuer.name,
    }


def test_who_has_a_role_there_by_a_duty_alone_may_be_named(world):
    technician, viewer = world.technician, world.viewer
    post = factories.post_with_duty(
        world.l3, technician, role=Role.TECHNICIAN, at=world.t(1), deputies=[viewer]
    )
    only_elsewhere(world, technician)
    kind = made.kinds(world)[0]
    permit = made.draft(world, kind, by=world.planner, at=world.t(6), performer_id=None)
    by = {"actor": world.planner}
    # A viewer carries nothing out but while the duty is taken.
    named = {"at": world.t(7), "person_id": viewer.pk}
    assert made.against(requests.name_performer, permit, **by, **named) == ["person_unknown"]
    for minute, person, other in ((8, technician, viewer), (10, viewer, technician)):
        if person == viewer:
            posts.take_duty(actor=viewer, at=world.t(9), post_id=post.pk)
        named = {"at": world.t(minute), "person_id": person.pk}
        requests.name_performer(**by, permit_id=permit.pk, **named)
        permit.refresh_from_db()
        assert permit.performing_authority_id == person.pk
        named["person_id"] = other.pk
        assert made.against(requests.name_performer, permit, **by, **named) == ["person_unknown"]
