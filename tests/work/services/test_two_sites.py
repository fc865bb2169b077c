"""Who sets up one site acts at that site alone, and on the people that are its own."""

from datetime import timedelta

import pytest

from tests import factories
from tests.work.outcomes import codes, left_unchanged
from work.exceptions import Forbidden, Refused, Unknown
from work.models import Event, Membership, User, WorkItem
from work.services import clock, execution, items, people, teams
from work.states import Role, TeamKind

SECOND = timedelta(seconds=1)


def at_nrd(world, nrd, person, until) -> WorkItem:
    """Planned at nrd, carried out by a person of hvk with a role there until then."""
    people.grant_role(
        actor=None,
        at=world.at,
        user_id=person.pk,
        site_id=nrd.site.pk,
        role=Role.TECHNICIAN,
        ends=until,
    )
    item = items.request(
        actor=nrd.supervisor,
        at=world.at,
        site_id=nrd.site.pk,
        type_id=nrd.mnt.pk,
        place_id=nrd.root.pk,
        what="Look at it",
        why="It leaks",
    )
    return items.plan(
        actor=nrd.supervisor,
        at=world.at,
        item_id=item.pk,
        owner_user_id=nrd.supervisor.pk,
        executor_ids=[person.pk],
    )


def role_at_hvk(world, person, minutes):
    return people.grant_role(
        actor=world.site_admin,
        at=world.t(minutes),
        user_id=person.pk,
        site_id=world.site.pk,
        role=Role.VIEWER,
    )


# --- the work of another site -------------------------------------------------------------------


def test_roles_here_do_nothing_to_the_work_of_another_site(world, nrd):
    """Not even what has lapsed there by the clock: that is not this act's to tell."""
    person = world.technician
    item = at_nrd(world, nrd, person, until=world.t(30))
    execution.start(actor=person, at=world.at, item_id=item.pk)

    with left_unchanged(item, "role_granted", "role_ended"):
        role = role_at_hvk(world, person, 60)
        people.end_role(actor=world.site_admin, at=world.t(61), membership_id=role.pk)

    assert not Event.objects.filter(item=item, actor=world.site_admin).exists()
    clock.settle_due(world.t(62))
    event = Event.objects.get(item=item, verb="blocked")
    assert (event.actor, item.blockers.get(ended_at=None).since) == (None, world.t(30))


def crew(world, person):
    made = teams.create_team(
        actor=None,
        at=world.at,
        site_id=world.site.pk,
        code="A",
        name="Crew A",
        kind=TeamKind.CREW,
    )
    teams.add_member(actor=None, at=world.at, team_id=made.pk, user_id=person.pk)
    return made


def shift(world, made, minutes, first, last):
    """A shift from so many minutes after the world's own moment, in the wall time of hvk."""
    wall = (world.at + timedelta(hours=1)).replace(tzinfo=None)
    return teams.create_shift(
        actor=world.site_admin,
        at=world.t(minutes),
        crew_id=made.pk,
        name="Day",
        starts=wall + timedelta(minutes=first),
        ends=wall + timedelta(minutes=last),
    )


def test_a_shift_here_is_felt_there_in_the_system_s_name(world, nrd):
    """A person's shift is his own wherever the work is: fit at nrd until 05:30 is too short."""
    person = world.technician
    item = at_nrd(world, nrd, person, until=world.t(30))
    made = crew(world, person)
    assert item.is_ready(world.t(1))

    shift(world, made, 1, 0, 60)

    item.refresh_from_db()
    row = item.prerequisites.get(supplier="work.fitness")
    assert (row.answer, row.reason["code"]) == ("unmet", "fit_only_until")
    assert not item.is_ready(world.t(1))

    # Who leaves the crew has no shift that is too long.
    member = made.members.get(user=person)
    teams.end_member(actor=world.site_admin, at=world.t(2), member_id=member.pk)
    item.refresh_from_db()
    assert item.is_ready(world.t(2))
    # And who joins it has.
    teams.add_member(actor=world.site_admin, at=world.t(3), team_id=made.pk, user_id=person.pk)
    item.refresh_from_db()
    assert not item.is_ready(world.t(3))
    assert not Event.objects.filter(item=item, actor=world.site_admin).exists()


def test_a_shift_to_come_ends_what_is_fit_for_less_of_it(world):
    """Ready until the shift begins: the role ends in the middle of it."""
    person = factories.person(world.site, Role.TECHNICIAN, ends=world.t(300))
    made = crew(world, person)
    item = factories.planned_item(world, plan={"executor_ids": [person.pk]})
    assert item.ready_until == world.t(300)

    shift(world, made, 1, 120, 600)

    item.refresh_from_db()
    assert item.ready_until == world.t(120)
    assert item.is_ready(world.t(120) - SECOND)
    assert not item.is_ready(world.t(120))
    clock.settle_due(world.t(180))
    assert not WorkItem.objects.ready(world.t(180)).filter(pk=item.pk).exists()
    assert item.prerequisites.get(supplier="work.fitness").reason["code"] == "fit_only_until"


def test_a_shift_that_is_over_asks_nothing_anew(world):
    person = factories.person(world.site, Role.TECHNICIAN, ends=world.t(300))
    made = crew(world, person)
    item = factories.planned_item(world, plan={"executor_ids": [person.pk]})

    with left_unchanged(item, "created"):
        shift(world, made, 60, -120, 60)


# --- the people of another site -----------------------------------------------------------------


def test_who_leaves_two_sites_leaves_both_by_one_act(world, nrd):
    """Only who administers both may say so; what was executed is asked anew at both."""
    person = world.technician
    here, there = factories.planned_item(world), at_nrd(world, nrd, person, until=None)
    given = {"at": world.t(5), "user_id": person.pk}
    for actor in (world.site_admin, nrd.admin):
        with left_unchanged(here, "refused"), pytest.raises(Forbidden) as caught:
            people.deactivate_person(actor=actor, **given)
        assert codes(caught.value) == ["person_shared"]
        event = Event.objects.filter(verb="refused").last()
        assert (event.actor, event.subject_type, event.subject_id) == (
            actor,
            "work.user",
            person.pk,
        )
    people.grant_role(
        actor=None,
        at=world.at,
        user_id=world.site_admin.pk,
        site_id=nrd.site.pk,
        role=Role.SITE_ADMIN,
    )

    left = people.deactivate_person(actor=world.site_admin, **given)

    assert left["executed"] == [here.pk, there.pk]
    for item in (here, there):
        item.refresh_from_db()
        assert not item.is_ready(world.t(5))


def test_people_of_another_site_whose_roles_have_ended_stay_its_people(world, nrd):
    role = Membership.objects.get(user=nrd.technician)
    people.end_role(actor=nrd.admin, at=world.at, membership_id=role.pk)
    given = {"at": world.t(1), "user_id": nrd.technician.pk}

    for door, more in ((people.change_person, {"name": "X"}), (people.deactivate_person, {})):
        with pytest.raises(Unknown):
            door(actor=world.site_admin, **given, **more)

    found = User.objects.get(pk=nrd.technician.pk)
    assert (found.name, found.is_active) == (nrd.technician.name, True)
    people.change_person(actor=nrd.admin, name="Own people", **given)
    assert User.objects.get(pk=nrd.technician.pk).name == "Own people"


def test_who_was_at_both_sites_and_is_at_none_is_left_to_who_has_both(world, nrd):
    people.grant_role(
        actor=None,
        at=world.at,
        user_id=nrd.technician.pk,
        site_id=world.site.pk,
        role=Role.VIEWER,
    )
    for role in Membership.objects.filter(user=nrd.technician):
        people.end_role(actor=None, at=world.t(1), membership_id=role.pk)

    for actor in (world.site_admin, nrd.admin):
        with pytest.raises(Forbidden) as caught:
            people.change_person(
                actor=actor, at=world.t(2), user_id=nrd.technician.pk, email="a@b.nl"
            )
        assert codes(caught.value) == ["person_shared"]
    assert User.objects.get(pk=nrd.technician.pk).email == ""


def test_who_came_from_another_site_is_of_the_site_where_he_is(world, nrd):
    moved = people.grant_role(
        actor=None,
        at=world.at,
        user_id=nrd.technician.pk,
        site_id=world.site.pk,
        role=Role.TECHNICIAN,
    )
    before = Membership.objects.get(user=nrd.technician, site=nrd.site)
    people.end_role(actor=nrd.admin, at=world.t(1), membership_id=before.pk)

    given = {"at": world.t(2), "user_id": moved.user_id}
    people.change_person(actor=world.site_admin, phone="2140", **given)
    with pytest.raises(Forbidden):
        people.change_person(actor=nrd.admin, phone="1", **given)

    assert User.objects.get(pk=moved.user_id).phone == "2140"


@pytest.mark.parametrize("with_role", [False, True])
def test_a_superuser_is_changed_by_superusers_alone(world, with_role):
    root = User.objects.create_superuser("root", "pw")
    other = User.objects.create_superuser("other", "pw")
    if with_role:
        role_at_hvk(world, root, 0)
    events = Event.objects.filter(verb="refused")

    for minute, (door, more) in enumerate(
        [(people.change_person, {"email": "mine@evil"}), (people.deactivate_person, {})], 1
    ):
        with pytest.raises(Forbidden) as caught:
            door(actor=world.site_admin, at=world.t(minute), user_id=root.pk, **more)
        assert codes(caught.value) == ["superuser_needed"]
        assert events.filter(subject_type="work.user", subject_id=root.pk).count() == minute
    root.refresh_from_db()
    assert (root.email, root.is_active) == ("", True)

    people.change_person(actor=other, at=world.t(3), user_id=root.pk, email="root@hvk")
    people.deactivate_person(actor=other, at=world.t(3), user_id=root.pk)
    root.refresh_from_db()
    assert (root.email, root.is_active) == ("root@hvk", False)


def test_a_refusal_about_a_person_leaves_its_event(world):
    """Who may not, who leaves by the own hand, and who said a time to come."""
    admin = world.site_admin
    for actor, person, given, code in (
        (world.supervisor, world.technician, {}, "role_needed"),
        (admin, admin, {}, "not_oneself"),
        (admin, world.technician, {"happened_at": world.t(1)}, "future"),
    ):
        with pytest.raises((Forbidden, Refused)) as caught:
            people.deactivate_person(actor=actor, at=world.at, user_id=person.pk, **given)
        assert codes(caught.value) == [code]
        event = Event.objects.filter(verb="refused").last()
        assert (event.actor, event.subject_type, event.subject_id) == (
            actor,
            "work.user",
            person.pk,
        )
        assert [reason["code"] for reason in event.data["reasons"]] == [code]
    assert Event.objects.filter(verb="refused").count() == 3
    assert User.objects.get(pk=world.technician.pk).is_active
