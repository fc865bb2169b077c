"""Two people at once, one of whom changes who may do what, or where things are."""

from tests.concurrency.races import accepting, codes, now, verbs
from tests.concurrency.threads import Wedge
from tests.factories import done_item, person, second_site
from work.exceptions import Forbidden, Unknown
from work.models import Duty, Membership, Place, User
from work.services import people, places, posts, roles, teams, types


def test_who_gave_the_duty_away_meanwhile_accepts_nothing(world, monkeypatch):
    item = done_item(world)
    with Wedge(monkeypatch, posts, "check_seen") as wedge:
        first = wedge.first(
            lambda: posts.take_duty(
                actor=world.second_lead, at=world.t(1), post_id=world.lead_post.pk
            )
        )
        second = wedge.behind(accepting(world, item))
        wedge.go()
        duty, no = first.result(), second.result()
    assert isinstance(no, Forbidden)
    assert codes(no) == ["not_on_duty"]
    assert (now(item).status, item.acceptances.count()) == ("done", 0)
    assert verbs(item, "accept") == 0
    assert verbs(item, "refused") == 1
    assert Duty.objects.get(post=world.lead_post, ends=None) == duty


def test_who_lost_the_last_role_meanwhile_knows_of_nothing(world, monkeypatch):
    item = done_item(world)
    role = Membership.objects.get(user=world.shift_lead)
    with Wedge(monkeypatch, roles, "recheck_fitness") as wedge:
        first = wedge.first(
            lambda: people.end_role(actor=world.site_admin, at=world.t(1), membership_id=role.pk)
        )
        second = wedge.behind(accepting(world, item))
        wedge.go()
        assert first.result().ends == world.t(1)
        assert isinstance(second.result(), Unknown)
    assert now(item).status == "done"


def test_who_was_deactivated_meanwhile_does_nothing(world, monkeypatch):
    """The person was signed in and active when the act began to wait."""
    item = done_item(world)
    with Wedge(monkeypatch, people, "recheck_fitness") as wedge:
        first = wedge.first(
            lambda: people.deactivate_person(
                actor=world.site_admin, at=world.t(1), user_id=world.supervisor.pk
            )
        )
        second = wedge.behind(accepting(world, item, world.supervisor))
        wedge.go()
        assert first.result()["posts"] == [world.site_post.pk]
        assert isinstance(second.result(), Unknown)
    assert now(item).status == "done"


def test_an_administrator_no_more_sets_nothing_up(world, monkeypatch):
    """The place is named before the site is held; the right to it is not read before."""
    role = Membership.objects.get(user=world.site_admin)
    with Wedge(monkeypatch, roles, "recheck_fitness") as wedge:
        first = wedge.first(
            lambda: people.end_role(actor=None, at=world.t(1), membership_id=role.pk)
        )
        second = wedge.behind(
            lambda: places.create_place(
                actor=world.site_admin,
                at=world.t(1),
                site_id=world.site.pk,
                code="X",
                name="X",
                kind="area",
                parent_id=world.l3.pk,
            )
        )
        wedge.go()
        assert first.result().ends == world.t(1)
        assert isinstance(second.result(), Unknown)
    assert not Place.objects.filter(code="X").exists()


def test_nor_does_a_superuser_who_has_left(world, monkeypatch):
    root, other = (User.objects.create_superuser(name, "pw") for name in ("root", "other"))
    people.grant_role(
        actor=None, at=world.t(0), user_id=root.pk, site_id=world.site.pk, role="viewer"
    )
    with Wedge(monkeypatch, people, "recheck_fitness") as wedge:
        first = wedge.first(
            lambda: people.deactivate_person(actor=other, at=world.t(1), user_id=root.pk)
        )
        second = wedge.behind(
            lambda: places.change_site(
                actor=root, at=world.t(1), site_id=world.site.pk, name="Mine"
            )
        )
        wedge.go()
        assert first.result() == {"owned": [], "executed": [], "posts": []}
        assert isinstance(second.result(), Unknown)
    world.site.refresh_from_db()
    assert world.site.name != "Mine"


def test_two_administrators_do_not_end_each_other(world, monkeypatch):
    other = person(world.site, "site_admin")
    mine, theirs = (Membership.objects.get(user=each) for each in (world.site_admin, other))
    with Wedge(monkeypatch, roles, "recheck_fitness") as wedge:
        first = wedge.first(
            lambda: people.end_role(actor=world.site_admin, at=world.t(1), membership_id=theirs.pk)
        )
        second = wedge.behind(
            lambda: people.end_role(actor=other, at=world.t(1), membership_id=mine.pk)
        )
        wedge.go()
        assert first.result().ends == world.t(1)
        assert isinstance(second.result(), Unknown)
    mine.refresh_from_db()
    assert mine.ends is None


def test_of_two_that_take_a_sign_in_name_at_once_one_has_it(world, monkeypatch):
    """At two sites, of which neither waits for the other."""
    nrd = second_site()
    given = {"at": world.t(1), "name": "Eva", "role": "viewer"}
    with Wedge(monkeypatch, people, "grant_inner") as wedge:
        first = wedge.first(
            lambda: people.create_person(
                actor=world.site_admin, site_id=world.site.pk, username="eva", **given
            )
        )
        second = wedge.behind(
            lambda: people.create_person(
                actor=nrd.admin, site_id=nrd.site.pk, username="EVA", **given
            )
        )
        wedge.go()
        assert first.result().username == "eva"
        assert codes(second.result()) == ["username_taken"]
    assert User.objects.filter(username__iexact="eva").count() == 1


def test_a_place_is_moved_that_was_moved_meanwhile(world, monkeypatch):
    """The line goes with its area, and then from there to where the second wanted it."""
    with Wedge(monkeypatch, places, "of_site") as wedge:
        first = wedge.first(
            lambda: places.move_place(
                actor=world.site_admin,
                at=world.t(1),
                place_id=world.packaging.pk,
                parent_id=world.process.pk,
            )
        )
        second = wedge.behind(
            lambda: places.move_place(
                actor=world.site_admin,
                at=world.t(1),
                place_id=world.l3.pk,
                parent_id=world.u310.pk,
            )
        )
        wedge.go()
        assert (first.result(), second.result()) == (world.packaging, world.l3)
    parents = {
        place.code: getattr(Place.objects.get_parent(place), "code", None)
        for place in Place.objects.all()
    }
    assert parents == {
        "HVK": None,
        "30": "HVK",
        "U-310": "30",
        "P-301": "U-310",
        "40": "30",
        "L3": "U-310",
        "L4": "40",
    }
    assert not any(Place.objects.find_problems())


def test_a_site_that_comes_while_a_person_is_deactivated_is_held_too(world, monkeypatch):
    """The person got a role elsewhere while the first site was waited for."""
    nrd = second_site()
    person = world.operator
    crew = teams.create_team(
        actor=None, at=world.at, site_id=world.site.pk, code="A", name="A", kind="crew"
    )
    with Wedge(monkeypatch, teams, "recheck_fitness") as wedge:
        first = wedge.first(
            lambda: teams.add_member(actor=None, at=world.t(1), team_id=crew.pk, user_id=person.pk)
        )
        second = wedge.behind(
            lambda: people.deactivate_person(
                actor=world.site_admin, at=world.t(1), user_id=person.pk
            )
        )
        people.grant_role(
            actor=None, at=world.t(1), user_id=person.pk, site_id=nrd.site.pk, role="viewer"
        )
        wedge.go()
        assert not isinstance(first.result(), Exception)
        assert isinstance(second.result(), Forbidden)
    assert codes(second.result()) == ["person_shared"]
    person.refresh_from_db()
    assert person.is_active


def test_who_names_a_team_as_it_was_before_another_renamed_it(world, monkeypatch):
    """What is written is compared with what stands once the site is held."""
    crew = teams.create_team(
        actor=None, at=world.at, site_id=world.site.pk, code="A", name="Crew", kind="crew"
    )

    def call(name, **more):
        return lambda: teams.change_team(
            actor=None, at=world.t(1), team_id=crew.pk, name=name, **more
        )

    with Wedge(monkeypatch, teams, "put") as wedge:
        first = wedge.first(call("Nights", is_active=False))
        second = wedge.behind(call("Crew"))
        wedge.go()
        assert (first.result().name, second.result().name) == ("Nights", "Crew")
    crew.refresh_from_db()
    assert (crew.name, crew.is_active, second.result().is_active) == ("Crew", False, False)


def test_who_names_a_type_as_it_was_before_another_renamed_it(world, monkeypatch):
    was = world.mnt.name

    def call(name, **more):
        return lambda: types.change_type(
            actor=None, at=world.t(1), type_id=world.mnt.pk, name=name, **more
        )

    with Wedge(monkeypatch, types, "put") as wedge:
        first = wedge.first(call("Other", category="Repair"))
        second = wedge.behind(call(was))
        wedge.go()
        assert (first.result().name, second.result().name) == ("Other", was)
    world.mnt.refresh_from_db()
    assert (world.mnt.name, world.mnt.category) == (was, "Repair")
    assert second.result().category == "Repair"
