"""People and their roles, posts and duties, crews and shifts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from tests import factories
from tests.factories import make_world
from work.exceptions import Forbidden, Refused, Stale, Unknown
from work.models import Duty, Event, Membership, Post, User, WorkItem
from work.permissions import scope
from work.services import people, posts, teams
from work.states import Role, TeamKind


def codes(caught) -> list[str]:
    return [reason.code for reason in caught.value.reasons]


def fresh(item: WorkItem) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


# --- people ------------------------------------------------------------------------------------


def test_a_person_has_no_role_and_no_sign_in_by_itself(world):
    made = people.create_person(
        actor=world.site_admin, at=world.at, site_id=world.site.pk, name=" Daan Willems "
    )

    assert (made.name, made.username, made.has_usable_password()) == ("Daan Willems", None, False)
    assert scope(made, world.at).grants == ()
    event = Event.objects.get(verb="created", subject_type="work.user", subject_id=made.pk)
    assert (event.site, event.data) == (world.site, {})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": ""}, "name_needed"),
        ({"username": "shift_lead"}, "username_taken"),
        ({"company_id": 0}, "team_unknown"),
    ],
)
def test_a_person_is_refused(world, given, code):
    with pytest.raises(Refused) as caught:
        people.create_person(
            actor=None, at=world.at, site_id=world.site.pk, **({"name": "X"} | given)
        )

    assert codes(caught) == [code]


def test_people_are_made_by_the_site_administrator(world):
    with pytest.raises(Forbidden) as caught:
        people.create_person(actor=world.supervisor, at=world.at, site_id=world.site.pk, name="X")

    assert codes(caught) == ["role_needed"]


def test_changing_a_person(world):
    people.change_person(
        actor=world.site_admin, at=world.at, user_id=world.operator.pk, phone="2140"
    )

    world.operator.refresh_from_db()
    assert world.operator.phone == "2140"
    assert Event.objects.get(verb="changed").data == {"fields": ["phone"]}


# --- leaving -----------------------------------------------------------------------------------


def test_who_leaves_leaves_a_list_and_is_fit_for_nothing(world):
    live = factories.live_item(world)
    owned = factories.planned_item(world, plan={"owner_user_id": world.technician.pk})

    left = people.deactivate_person(
        actor=world.site_admin, at=world.t(5), user_id=world.technician.pk
    )

    assert left == {"owned": [owned.pk], "executed": [live.pk, owned.pk], "posts": []}
    assert fresh(live).is_blocked(world.t(5))
    assert (fresh(live).status, fresh(live).stop_asked_at) == ("live", world.t(5))
    assert not fresh(owned).is_ready(world.t(5))
    assert scope(User.objects.get(pk=world.technician.pk), world.t(5)).grants == ()


def test_who_leaves_on_duty_leaves_the_post_vacant(world):
    left = people.deactivate_person(
        actor=world.site_admin, at=world.t(5), user_id=world.shift_lead.pk
    )

    assert left["posts"] == [world.lead_post.pk]
    duty = Duty.objects.get(post=world.lead_post)
    assert duty.ends == world.t(5)


def test_nobody_leaves_twice_or_by_the_own_hand(world):
    with pytest.raises(Refused) as own:
        people.deactivate_person(actor=world.site_admin, at=world.at, user_id=world.site_admin.pk)
    people.deactivate_person(actor=None, at=world.at, user_id=world.operator.pk)
    with pytest.raises(Refused) as twice:
        people.deactivate_person(actor=None, at=world.t(1), user_id=world.operator.pk)

    assert (codes(own), codes(twice)) == (["not_oneself"], ["person_left_already"])


def test_an_administrator_deactivates_nobody_of_another_site(world, nrd):
    with pytest.raises(Unknown):
        people.deactivate_person(actor=world.site_admin, at=world.at, user_id=nrd.supervisor.pk)
    people.grant_role(
        actor=None,
        at=world.at,
        user_id=nrd.supervisor.pk,
        site_id=world.site.pk,
        role=Role.VIEWER,
    )
    with pytest.raises(Forbidden):
        people.deactivate_person(actor=world.site_admin, at=world.at, user_id=nrd.supervisor.pk)


# --- roles -------------------------------------------------------------------------------------


def test_a_role_makes_its_holder_fit_and_its_end_unfit(world):
    # A second technician of the whole site executes; the role ends in the middle of the job.
    item = factories.live_item(world, plan={"executor_ids": [world.second_technician.pk]})
    role = Membership.objects.get(user=world.second_technician)

    people.end_role(actor=world.site_admin, at=world.t(1), membership_id=role.pk, ends=world.t(30))

    assert not fresh(item).is_blocked(world.t(29))
    assert fresh(item).is_blocked(world.t(30))
    people.grant_role(
        actor=world.site_admin,
        at=world.t(2),
        user_id=world.second_technician.pk,
        site_id=world.site.pk,
        role=Role.TECHNICIAN,
        place_id=world.packaging.pk,
    )
    assert not fresh(item).is_blocked(world.t(30))


def test_ending_a_role_now_stops_what_is_live(world):
    item = factories.live_item(world)
    role = Membership.objects.get(user=world.technician)

    people.end_role(actor=world.site_admin, at=world.t(3), membership_id=role.pk)

    blocker = fresh(item).blockers.get(ended_at=None)
    assert (blocker.kind, blocker.since) == ("competence", world.t(3))
    with pytest.raises(Refused) as again:
        people.end_role(actor=None, at=world.t(4), membership_id=role.pk)
    assert codes(again) == ["role_ended"]


def test_a_role_at_a_place_reaches_below_it_only(world):
    person = factories.person(world.site)
    people.grant_role(
        actor=world.site_admin,
        at=world.at,
        user_id=person.pk,
        site_id=world.site.pk,
        role=Role.OPERATOR,
        place_id=world.packaging.pk,
    )

    reach = scope(person, world.at)
    assert reach.roles(world.site.pk, world.l3.path) == {"operator"}
    assert reach.roles(world.site.pk, world.p301.path) == set()


@pytest.mark.parametrize(
    ("who", "given", "code"),
    [
        ("operator", {"role": "king"}, "choice_not_known"),
        ("operator", {"role": "operator"}, "role_held_already"),
        ("operator", {"role": "viewer", "ends": "before"}, "ends_before_start"),
        ("operator", {"role": "contractor", "company": "lasteam"}, "contractor_needs_company"),
        ("operator", {"role": "viewer", "company": "lasteam"}, "contractor_role_only"),
        ("welder", {"role": "viewer"}, "contractor_role_only"),
        ("welder", {"role": "contractor"}, "contractor_needs_company"),
        ("welder", {"role": "contractor", "company": "hydrex"}, "contractor_of_other_company"),
    ],
)
def test_a_role_is_refused(world, who, given, code):
    company = given.pop("company", None) if (given := dict(given)) else None
    if given.get("ends") == "before":
        given["ends"] = world.t(-1)

    with pytest.raises(Refused) as caught:
        people.grant_role(
            actor=None,
            at=world.at,
            user_id=getattr(world, who).pk,
            site_id=world.site.pk,
            company_id=getattr(world, company).pk if company else None,
            **given,
        )

    assert codes(caught) == [code]


def test_an_administrator_may_open_the_admin_as_long_as_the_role_lasts(world):
    person = factories.person(world.site, Role.SITE_ADMIN)
    assert person.is_staff

    people.end_role(actor=None, at=world.at, membership_id=person.memberships.get().pk)

    person.refresh_from_db()
    assert not person.is_staff


# --- posts and duties --------------------------------------------------------------------------


def test_a_deputy_takes_the_duty_over(world):
    before = Duty.objects.get(post=world.lead_post)

    duty = posts.take_duty(
        actor=world.second_lead, at=world.t(5), post_id=world.lead_post.pk, seen=before.pk
    )

    before.refresh_from_db()
    assert (before.ends, duty.user, duty.starts) == (world.t(5), world.second_lead, world.t(5))
    event = Event.objects.filter(verb="duty_taken").last()
    assert (event.data["from"], event.data["to"]) == (world.shift_lead.pk, world.second_lead.pk)
    assert world.lead_post.pk not in scope(world.shift_lead, world.t(5)).posts()


def test_a_duty_does_not_end_by_the_clock(world):
    assert world.lead_post.pk in scope(world.shift_lead, world.at + timedelta(days=9)).posts()


@pytest.mark.parametrize(
    ("who", "error", "code"),
    [
        ("supervisor", Forbidden, "not_named_for_post"),
        ("contractor", Unknown, "unknown"),
        ("shift_lead", Refused, "duty_yours_already"),
    ],
)
def test_a_duty_is_taken_by_who_is_named(world, who, error, code):
    with pytest.raises(error) as caught:
        posts.take_duty(actor=getattr(world, who), at=world.at, post_id=world.lead_post.pk)

    assert codes(caught) == [code]


def test_a_duty_is_taken_in_the_own_name(world):
    with pytest.raises(Unknown):
        posts.take_duty(actor=None, at=world.at, post_id=world.lead_post.pk)


def test_who_is_named_no_longer_takes_no_duty(world):
    holder = world.lead_post.holders.get(user=world.second_lead)
    posts.end_holder(actor=world.site_admin, at=world.at, holder_id=holder.pk)

    with pytest.raises(Forbidden):
        posts.take_duty(actor=world.second_lead, at=world.t(1), post_id=world.lead_post.pk)


def test_who_saw_an_older_duty_is_told(world):
    with pytest.raises(Stale):
        posts.take_duty(actor=world.second_lead, at=world.t(1), post_id=world.lead_post.pk, seen=0)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_duty_at_once_one_wins():
    world = make_world()
    third = factories.person(world.site, Role.SHIFT_LEAD)
    posts.name_holder(
        actor=None, at=world.at, post_id=world.lead_post.pk, user_id=third.pk, deputy=True
    )
    seen = Duty.objects.get(post=world.lead_post).pk

    def take(person: User) -> str:
        try:
            posts.take_duty(actor=person, at=world.t(1), post_id=world.lead_post.pk, seen=seen)
        except Stale:
            return "told"
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(take, [world.second_lead, third]))

    assert answers == ["told", "won"]
    assert Duty.objects.filter(post=world.lead_post, ends=None).count() == 1
    assert Duty.objects.filter(post=world.lead_post).count() == 2


def test_a_post_and_its_holders_are_refused(world):
    given = {"actor": None, "at": world.at, "site_id": world.site.pk, "place_id": world.l3.pk}
    with pytest.raises(Refused) as role:
        posts.create_post(code="x", name="X", role=Role.CONTRACTOR, **given)
    with pytest.raises(Refused) as code:
        posts.create_post(code="sl-40", name="X", role=Role.SUPERVISOR, **given)
    holder = {"actor": None, "at": world.at, "post_id": world.lead_post.pk}
    with pytest.raises(Refused) as contractor:
        posts.name_holder(user_id=world.contractor.pk, **holder)
    with pytest.raises(Refused) as twice:
        posts.name_holder(user_id=world.second_lead.pk, **holder)

    assert [codes(each) for each in (role, code, contractor, twice)] == [
        ["choice_not_known"],
        ["code_taken"],
        ["holder_is_contractor"],
        ["holder_named_already"],
    ]
    assert Post.objects.count() == 2


# --- crews and shifts --------------------------------------------------------------------------


@pytest.fixture
def crew(world):
    return teams.create_team(
        actor=world.site_admin,
        at=world.at,
        site_id=world.site.pk,
        code="crew-A",
        name="Crew A",
        kind=TeamKind.CREW,
    )


def _night(crew, day: date):
    return teams.create_shift(
        actor=None,
        crew_id=crew.pk,
        name="Night",
        starts=datetime(day.year, day.month, day.day, 22),  # noqa: DTZ001 -- local wall time
        ends=datetime(day.year, day.month, day.day, 6) + timedelta(days=1),  # noqa: DTZ001
    )


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 10, 24), 9),
        (date(2026, 11, 23), 8),
        (date(2027, 3, 27), 7),
    ],
)
def test_nights_have_the_hours_of_the_clock(crew, day, hours):
    shift = _night(crew, day)

    assert shift.date == day
    assert shift.ends - shift.starts == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("wall", "moment"),
    [
        # Does not exist: moves forward by the gap.
        ((2027, 3, 28, 2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        # Repeated: the first.
        ((2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ((2026, 11, 24, 5, 0), datetime(2026, 11, 24, 4, 0, tzinfo=UTC)),
    ],
)
def test_wall_times_become_moments(wall, moment):
    found = teams.local(datetime(*wall), "Europe/Amsterdam")  # noqa: DTZ001 -- local wall time

    assert (found, found.tzinfo) == (moment, UTC)


def test_a_moment_is_no_wall_time(world):
    with pytest.raises(ValueError, match="naive"):
        teams.local(world.at, "Europe/Amsterdam")


def test_shifts_of_a_crew_do_not_overlap(crew):
    _night(crew, date(2026, 11, 23))

    with pytest.raises(Refused) as caught:
        _night(crew, date(2026, 11, 23))

    assert codes(caught) == ["shift_overlaps"]


def test_a_role_that_ends_in_the_shift_is_fit_only_until_then(world, crew):
    item = factories.planned_item(world)
    people.end_role(
        actor=None,
        at=world.at,
        membership_id=Membership.objects.get(user=world.technician).pk,
        ends=world.t(30),
    )
    assert fresh(item).is_ready(world.at)
    teams.add_member(actor=None, at=world.at, team_id=crew.pk, user_id=world.technician.pk)

    # Now in the night shift, which lasts until 06:00: the role ends at 05:30.
    teams.create_shift(
        actor=world.site_admin,
        at=world.t(1),
        crew_id=crew.pk,
        name="Night",
        starts=datetime(2026, 11, 23, 22),  # noqa: DTZ001 -- local wall time
        ends=datetime(2026, 11, 24, 6),  # noqa: DTZ001
    )

    row = fresh(item).prerequisites.get(supplier="work.fitness")
    assert (row.answer, row.reason["code"]) == ("unmet", "fit_only_until")
    assert not fresh(item).is_ready(world.t(1))


def test_a_company_has_its_own_people_alone_and_no_shift(world):
    given = {"actor": None, "at": world.at, "team_id": world.lasteam.pk}
    member = teams.add_member(user_id=world.welder.pk, **given)
    with pytest.raises(Refused) as twice:
        teams.add_member(user_id=world.welder.pk, **given)
    with pytest.raises(Refused) as other:
        teams.add_member(user_id=world.operator.pk, **given)
    with pytest.raises(Refused) as shift:
        _night(world.lasteam, date(2026, 11, 23))
    ended = teams.end_member(actor=None, at=world.t(1), member_id=member.pk)

    assert [codes(each) for each in (twice, other, shift)] == [
        ["member_already"],
        ["contractor_of_other_company"],
        ["shift_needs_crew"],
    ]
    assert ended.ends == world.t(1)


def test_people_of_other_sites_are_unknown_to_an_administrator(world, nrd):
    with pytest.raises(Refused) as role:
        people.grant_role(
            actor=world.site_admin,
            at=world.at,
            user_id=nrd.technician.pk,
            site_id=world.site.pk,
            role=Role.VIEWER,
        )
    with pytest.raises(Refused) as holder:
        posts.name_holder(
            actor=world.site_admin,
            at=world.at,
            post_id=world.lead_post.pk,
            user_id=nrd.technician.pk,
        )

    assert [codes(role), codes(holder)] == [["person_unknown"]] * 2


def test_a_post_that_owns_open_work_stays_in_use(world):
    factories.planned_item(world)
    given = {"actor": world.site_admin, "at": world.at, "is_active": False}

    with pytest.raises(Refused) as caught:
        posts.change_post(post_id=world.lead_post.pk, **given)
    changed = posts.change_post(post_id=world.site_post.pk, **given)

    assert (codes(caught), changed.is_active) == (["post_owns_work"], False)
    assert scope(world.supervisor, world.at).posts() == set()


def test_a_team_out_of_use_is_named_for_no_new_work(world):
    teams.change_team(
        actor=world.site_admin, at=world.at, team_id=world.lasteam.pk, is_active=False
    )

    with pytest.raises(Refused) as caught:
        factories.planned_item(world, plan={"team_id": world.lasteam.pk})

    assert codes(caught) == ["team_unknown"]
