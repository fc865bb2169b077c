"""Roles, posts and people as they are set up: by whom, from and until, and by two at once."""

import pytest

from tests import factories
from tests.work.outcomes import codes, written
from work.exceptions import Forbidden, Refused
from work.models import Duty, Event, Membership, PostHolder, TeamMember, User
from work.permissions import scope
from work.services import asset_classes, assets, people, posts, teams
from work.states import Role


def _role(world, person, **given) -> Membership:
    return people.grant_role(
        actor=given.pop("actor", None),
        at=given.pop("at", world.at),
        user_id=person.pk,
        site_id=world.site.pk,
        **{"role": Role.VIEWER, **given},
    )


# --- nobody gives to themselves -----------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.HSE, Role.SUPERVISOR, Role.VIEWER])
def test_nobody_gives_a_role_to_themselves(world, role):
    assert world.site_admin.memberships.count() == 1
    with pytest.raises(Refused) as caught:
        _role(world, world.site_admin, actor=world.site_admin, role=role)
    assert codes(caught.value) == ["not_oneself"]
    assert (world.site_admin.memberships.count(), written()[-1]) == (1, "refused")


def test_nor_names_themselves_for_a_post(world):
    with pytest.raises(Refused) as caught:
        posts.name_holder(
            actor=world.site_admin,
            at=world.at,
            post_id=world.site_post.pk,
            user_id=world.site_admin.pk,
        )
    holder = world.lead_post.holders.get(user=world.second_lead)
    with pytest.raises(Refused) as instead:
        posts.replace_holder(
            actor=world.site_admin, at=world.at, holder_id=holder.pk, user_id=world.site_admin.pk
        )
    assert [codes(each.value) for each in (caught, instead)] == [["not_oneself"]] * 2
    assert not PostHolder.objects.filter(user=world.site_admin).exists()
    holder.refresh_from_db()
    assert holder.ends is None


# --- the last administrator ---------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [None, 60])
def test_a_site_keeps_an_administrator(world, minutes):
    role = Membership.objects.get(user=world.site_admin)
    given = {"actor": world.site_admin, "at": world.at, "membership_id": role.pk}
    given["ends"] = world.t(minutes) if minutes else None
    with pytest.raises(Refused) as last:
        people.end_role(**given)
    role.refresh_from_db()
    assert (codes(last.value), role.ends, written()[-1]) == (
        ["last_administrator"],
        None,
        "refused",
    )

    # One whose role ends before, has left, cannot sign in or has it for a part, is no other.
    for ends, name, place in (
        (world.t(30), "short", None),
        (None, "", None),
        (None, "part", world.l3),
    ):
        second = factories.person(
            world.site, Role.SITE_ADMIN, ends=ends, username=name, place=place
        )
        if not name:
            second.username = None
            second.save()
    if minutes:
        with pytest.raises(Refused):
            people.end_role(**given)
        factories.person(world.site, Role.SITE_ADMIN)
    people.end_role(**given)
    role.refresh_from_db()
    assert role.ends == (world.t(minutes) if minutes else world.at)


def test_the_system_and_a_superuser_end_the_last(world):
    root = User.objects.create_superuser("root", "pw")
    role = Membership.objects.get(user=world.site_admin)
    people.end_role(actor=root, at=world.at, membership_id=role.pk)
    role.refresh_from_db()
    assert role.ends == world.at


# --- from and until -----------------------------------------------------------------------------


def test_what_has_not_begun_is_withdrawn_and_never_was_in_force(world):
    person = world.operator
    crew = teams.create_team(
        actor=None, at=world.at, site_id=world.site.pk, code="A", name="A", kind="crew"
    )
    by, later = {"actor": world.site_admin, "at": world.at}, {"starts": world.t(60)}
    role = _role(world, person, role=Role.HSE, **later)
    holder = posts.name_holder(**by, post_id=world.lead_post.pk, user_id=person.pk, **later)
    member = teams.add_member(**by, team_id=crew.pk, user_id=person.pk, **later)
    by["at"] = world.t(1)

    people.end_role(**by, membership_id=role.pk, ends=world.t(30))
    posts.end_holder(**by, holder_id=holder.pk)
    teams.end_member(**by, member_id=member.pk)

    for row in (role, holder, member):
        row.refresh_from_db()
        assert (row.starts, row.ends) == (world.t(1), world.t(1)), row
    events = Event.objects.filter(verb__in=("role_ended", "holder_ended", "member_ended"))
    assert {event.data["withdrawn"] for event in events} == {world.t(60).isoformat()}
    assert events.count() == 3
    for at in (world.t(1), world.t(61)):
        assert scope(person, at).roles(world.site.pk, world.l3.path) == {"operator"}
    person.refresh_from_db()
    assert not person.is_staff
    # And it is given anew.
    _role(world, person, role=Role.HSE, at=world.t(2), **later)
    with pytest.raises(Refused) as ended:
        people.end_role(**by, membership_id=role.pk)
    assert codes(ended.value) == ["role_ended"]


def test_nothing_is_given_that_is_over_already(world):
    over = {"starts": world.t(-60), "ends": world.t(-30)}
    crew = teams.create_team(
        actor=None, at=world.at, site_id=world.site.pk, code="A", name="A", kind="crew"
    )
    by = {"actor": world.site_admin, "at": world.at, "user_id": world.operator.pk}
    for give in (
        lambda: people.grant_role(**by, site_id=world.site.pk, role=Role.VIEWER, **over),
        lambda: posts.name_holder(**by, post_id=world.lead_post.pk, **over),
        lambda: teams.add_member(**by, team_id=crew.pk, **over),
    ):
        with pytest.raises(Refused) as caught:
            give()
        assert codes(caught.value) == ["ends_in_the_past"]
    assert Membership.objects.filter(user=world.operator).count() == 1
    assert not PostHolder.objects.filter(user=world.operator).exists()
    assert not TeamMember.objects.exists()


def test_a_role_does_not_end_before_now(world):
    role = Membership.objects.get(user=world.operator)
    with pytest.raises(Refused) as caught:
        people.end_role(
            actor=world.site_admin, at=world.at, membership_id=role.pk, ends=world.t(-1)
        )
    role.refresh_from_db()
    assert (codes(caught.value), role.ends) == (["ends_in_the_past"], None)


def test_a_post_out_of_use_is_nobodys_duty_when_it_comes_back(world):
    by = {"actor": world.site_admin, "post_id": world.site_post.pk}
    posts.change_post(**by, at=world.at, is_active=False)
    posts.change_post(**by, at=world.t(1), is_active=True)

    duty = Duty.objects.get(post=world.site_post)
    assert duty.ends == world.at
    assert scope(world.supervisor, world.t(2)).posts() == set()
    assert Event.objects.get(verb="duty_ended").data == {"duty": duty.pk, "cause": "not_in_use"}


def test_who_leaves_is_named_for_no_post(world):
    people.deactivate_person(actor=world.site_admin, at=world.t(5), user_id=world.second_lead.pk)
    assert PostHolder.objects.get(user=world.second_lead).ends == world.t(5)
    event = Event.objects.get(verb="holder_ended")
    assert (event.data["cause"], event.subject_id) == ("left", world.lead_post.pk)


def test_who_left_comes_back_to_the_roles_and_to_nothing_else(world):
    item = factories.planned_item(world)
    person, given = world.technician, {"actor": world.site_admin, "user_id": world.technician.pk}
    with pytest.raises(Refused) as here:
        people.reactivate_person(**given, at=world.at)
    assert codes(here.value) == ["person_here"]
    people.deactivate_person(**given, at=world.t(1))
    people.deactivate_person(actor=None, at=world.t(1), user_id=world.second_lead.pk)
    assert scope(User.objects.get(pk=person.pk), world.t(1)).grants == ()

    back = people.reactivate_person(**given, at=world.t(2))
    people.reactivate_person(actor=None, at=world.t(2), user_id=world.second_lead.pk)

    assert scope(back, world.t(2)).roles(world.site.pk, world.l3.path) == {"technician"}
    item.refresh_from_db()
    assert item.is_ready(world.t(2))
    assert PostHolder.objects.get(user=world.second_lead).ends == world.t(1)
    assert Event.objects.filter(verb="came_back").count() == 2


@pytest.mark.parametrize("name", ["\u200b", "\u202e", " \n ", "\u2028"])
def test_a_name_in_which_nothing_is_seen_is_none(world, name):
    with pytest.raises(Refused) as caught:
        people.change_person(
            actor=world.site_admin, at=world.at, user_id=world.operator.pk, name=name
        )
    assert codes(caught.value) == ["name_needed"]


# --- of two sites -------------------------------------------------------------------------------


def test_who_is_also_of_another_site_is_left_to_who_administers_both(world, nrd):
    person = nrd.supervisor
    _role(world, person)
    with pytest.raises(Forbidden) as one:
        people.change_person(actor=world.site_admin, at=world.at, user_id=person.pk, phone="1")
    with pytest.raises(Forbidden) as none:
        people.change_person(actor=world.hse, at=world.at, user_id=person.pk, phone="1")
    assert [codes(each.value) for each in (one, none)] == [["person_shared"], ["role_needed"]]
    person.refresh_from_db()
    assert person.phone == ""

    both = factories.person(world.site, Role.SITE_ADMIN)
    people.grant_role(
        actor=None, at=world.at, user_id=both.pk, site_id=nrd.site.pk, role=Role.SITE_ADMIN
    )
    people.change_person(actor=both, at=world.t(1), user_id=person.pk, phone="1")
    person.refresh_from_db()
    assert person.phone == "1"


def test_what_is_done_to_a_person_stands_where_the_person_is_now(world, nrd):
    """And not at the site of before, whose administrators have nothing to do with it any more."""
    person, both = factories.person(world.site, Role.OPERATOR), factories.person(world.site)
    for site in (world.site, nrd.site):
        people.grant_role(
            actor=None, at=world.at, user_id=both.pk, site_id=site.pk, role=Role.SITE_ADMIN
        )
    people.end_role(actor=both, at=world.t(1), membership_id=person.memberships.get().pk)
    people.grant_role(
        actor=both, at=world.t(1), user_id=person.pk, site_id=nrd.site.pk, role=Role.OPERATOR
    )
    people.change_person(actor=both, at=world.t(2), user_id=person.pk, phone="1")
    changed = Event.objects.get(verb="changed", subject_id=person.pk, subject_type="work.user")
    assert changed.site == nrd.site


def test_a_companys_person_is_of_a_company(world):
    crew = teams.create_team(
        actor=None, at=world.at, site_id=world.site.pk, code="A", name="A", kind="crew"
    )
    with pytest.raises(Refused) as made:
        people.create_person(
            actor=world.site_admin,
            at=world.at,
            site_id=world.site.pk,
            name="Kees",
            company_id=crew.pk,
        )
    assert codes(made.value) == ["not_a_company"]


# --- two at once --------------------------------------------------------------------------------


def test_who_overtook_somebody_while_waiting_is_told(world):
    given = {"actor": world.site_admin, "at": world.at}
    acts = {
        "person": lambda **v: people.change_person(**given, user_id=world.operator.pk, **v),
        "team": lambda **v: teams.change_team(**given, team_id=world.lasteam.pk, **v),
        "post": lambda **v: posts.change_post(**given, post_id=world.lead_post.pk, **v),
        "asset": lambda **v: assets.change(**given, asset_id=world.pump.pk, **v),
    }
    for what, change in acts.items():
        change(name="First")
        with pytest.raises(Refused) as caught:
            change(name="Second", was={"name": "Before"})
        assert codes(caught.value) == ["stale"], what
        assert change(name="Second", was={"name": "First"}).name == "Second"


def test_the_status_of_an_asset_is_said_by_who_saw_the_one_before(world):
    given = {"actor": world.site_admin, "asset_id": world.pump.pk}
    with pytest.raises(Refused) as caught:
        assets.set_status(**given, at=world.at, status="due", seen="lost")
    assert codes(caught.value) == ["stale"]
    assert assets.set_status(**given, at=world.t(1), status="due", seen="ok").status == "due"


# --- classes of things --------------------------------------------------------------------------


def test_what_things_use_stays_in_their_class(world):
    kind = world.pump.asset_class
    given = {"actor": world.site_admin, "class_id": kind.pk}
    asset_classes.change_class(
        **given, at=world.at, fields=[{"key": "kw", "label": "Power", "kind": "number"}]
    )
    assets.change(actor=None, at=world.at, asset_id=world.pump.pk, values={"kw": 7})
    before = _row(kind)

    for values, code in (
        ({"fields": []}, "class_field_used"),
        ({"fields": [{"key": "kw", "label": "Power", "kind": "text"}]}, "class_field_used"),
        ({"statuses": []}, "class_status_used"),
        ({"fields": [{"key": "", "label": "No key", "kind": "text"}]}, "key_unfit"),
        ({"fields": [{"key": "a", "label": "A", "kind": "choice"}]}, "choice_not_known"),
        ({"name": "X", "seen": "of before"}, "stale"),
    ):
        with pytest.raises(Refused) as caught:
            asset_classes.change_class(**given, at=world.t(1), **values)
        assert codes(caught.value) == [code], values
        assert _row(kind) == before


def _row(kind) -> tuple:
    kind.refresh_from_db()
    return kind.name, kind.fields, kind.statuses
