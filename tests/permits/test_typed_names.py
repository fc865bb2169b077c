"""Whose name somebody types is known by the roles that `scope` counts: those of a duty too."""

import pytest

from permits.models import Isolation, PersonalLock, Presence
from permits.services import boxes, isolations, on_it
from permits.services._named import the_one
from tests import factories
from tests.permits import isolated, made
from work.services import people, posts
from work.states import Role


@pytest.fixture
def on_duty(world):
    """The viewer is on duty as a technician of L3 from the second minute."""
    return factories.post_with_duty(world.l3, world.viewer, role=Role.TECHNICIAN, at=world.t(2))


def signed_on(world, permit, minute, person) -> Presence:
    """On and off it within the minute, by a name that the performer types."""
    by = {"actor": world.technician, "permit_id": permit.pk}
    found = on_it.sign_on(**by, at=world.t(minute), name=person.name)
    return on_it.sign_off(actor=world.technician, at=world.t(minute + 0.5), presence_id=found.pk)


def test_who_works_there_by_a_duty_alone_is_no_stranger(world):
    permit = made.in_force(world, made.kinds(world)[0])
    viewer = world.viewer

    def known(minute):
        found = signed_on(world, permit, minute, viewer)
        return found.person, found.name

    assert known(1) == (None, "Viewer")
    post = factories.post_with_duty(
        world.l3,
        viewer,
        role=Role.TECHNICIAN,
        at=world.t(2),
        deputies=[world.second_technician],
    )
    assert known(3) == (viewer, "")
    posts.take_duty(actor=world.second_technician, at=world.t(5), post_id=post.pk)
    assert known(6) == (None, "Viewer")


def test_two_of_a_name_are_two_whatever_gives_them_their_role(world, on_duty):
    permit = made.in_force(world, made.kinds(world)[0])
    namesake = factories.person(world.site, "technician", name="viewer", username="namesake")
    on = {"actor": world.technician, "name": "VIEWER"}
    assert made.against(on_it.sign_on, permit, **on, at=world.t(3)) == ["name_of_several"]
    assert not Presence.objects.exists()
    people.deactivate_person(actor=world.site_admin, at=world.t(4), user_id=namesake.pk)
    assert on_it.sign_on(**on, at=world.t(5), permit_id=permit.pk).person == world.viewer


def test_a_contractor_is_known_to_the_own_company_s_work_alone(world, on_duty):
    def known(team, person, minute=3):
        team_id = team and team.pk
        return the_one(world.site.pk, team_id, person.name, world.t(minute)) == person.pk

    assert known(world.lasteam, world.welder)
    assert not known(world.hydrex, world.welder)
    assert not known(None, world.welder)
    # Who is of the site is known whatever the work, and before the duty nobody.
    assert known(None, world.viewer)
    assert known(world.lasteam, world.viewer)
    assert not known(world.lasteam, world.viewer, 1)
    # The role that a duty gives lasts as long as the person is at the site.
    [role] = world.viewer.memberships.all()
    people.end_role(actor=world.site_admin, at=world.t(8), membership_id=role.pk)
    assert not known(None, world.viewer, 9)


def test_who_is_on_duty_may_answer_for_an_isolation(world, on_duty):
    isolation = isolated.verified(world)
    kept = {"owner_id": world.viewer.pk, "why": "The valve is on order", "check_days": 7}
    by = {"actor": world.supervisor}

    def against(door, at, **given):
        return isolated.against(door, isolation, **by, at=at, **given)

    assert against(isolations.carry_on, world.t(1), **kept) == ["person_unknown"]
    assert Isolation.objects.get().owner != world.viewer
    # Whom the site knows puts the own lock on.
    of = {"person_id": world.viewer.pk}
    assert against(boxes.on, world.t(1), **of) == ["person_unknown"]
    assert against(boxes.on, world.t(3), **of) == ["lock_of_oneself"]
    assert against(boxes.on, world.t(3), name="Viewer") == ["lock_of_oneself"]
    assert not PersonalLock.objects.exists()
    isolations.carry_on(**by, **kept, at=world.t(3), isolation_id=isolation.pk)
    assert Isolation.objects.get().owner == world.viewer
