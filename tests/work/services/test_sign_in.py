"""A sign-in: given with a link, chosen by who holds it, taken away; refused in words."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.work.outcomes import codes, written
from work.exceptions import Forbidden, Refused
from work.models import Act, Event, User
from work.services import people, sign_in
from work.states import Role

WORD = "correct horse staple"


def give(world, person, name="eva", at=None) -> str:
    """Give a sign-in; the word of the link."""
    act = uuid4()
    sign_in.give(
        actor=world.site_admin, act=act, at=at or world.at, user_id=person.pk, username=name
    )
    return sign_in.link_of(act)


def fresh(person) -> User:
    return User.objects.get(pk=person.pk)


def choose(person, key, at, word=WORD):
    return sign_in.choose(actor=fresh(person), at=at, key=key, password=word)


def test_the_link_opens_once_and_for_three_days(world):
    person = world.operator
    key = give(world, person)
    last = world.at + timedelta(days=3, seconds=-1)

    assert sign_in.whose(key, world.at) == sign_in.whose(key, last) == person
    assert sign_in.whose(key, last + timedelta(seconds=1)) is None
    choose(person, key, world.t(5))

    assert fresh(person).check_password(WORD)
    assert sign_in.whose(key, world.t(6)) is None
    with pytest.raises(Refused) as again:
        choose(person, key, world.t(6), "another good word")
    assert codes(again.value) == ["link_used"]
    assert fresh(person).check_password(WORD)
    assert written()[-2:] == ["sign_in_given", "password_chosen"]
    event = Event.objects.get(verb="password_chosen")
    assert (event.actor, event.site, event.data) == (person, world.site, {})


def test_a_newer_link_a_password_and_the_leaving_end_a_link(world):
    person = world.operator
    first = give(world, person)
    second = give(world, person, at=world.t(1))
    assert (sign_in.whose(first, world.t(2)), sign_in.whose(second, world.t(2))) == (None, person)

    people.deactivate_person(actor=None, at=world.t(3), user_id=person.pk)
    assert sign_in.whose(second, world.t(4)) is None

    other = world.planner
    key = give(world, other, "pim")
    sign_in.take(actor=world.site_admin, at=world.t(5), user_id=other.pk)
    assert sign_in.whose(key, world.t(6)) is None


@pytest.mark.parametrize("key", ["", "-", "x", "1-2-3", "zzzzzzzzzzzzzz-1-a", "\x00-\x00", "é-1-a"])
def test_what_is_no_link_is_nobodys(world, key):
    assert sign_in.whose(key, world.at) is None


def test_the_link_of_one_person_chooses_for_no_other(world):
    key = give(world, world.operator)
    before = world.planner.password
    with pytest.raises(Refused) as caught:
        choose(world.planner, key, world.t(1))
    assert codes(caught.value) == ["link_used"]
    assert fresh(world.planner).password == before
    pk, given, seal = key.split("-")
    for forged in (f"{pk}-{given}-{seal[:-1]}0", f"{pk}-zzzzzz-{seal}", f"{pk}-{given}"):
        assert sign_in.whose(forged, world.t(1)) is None or forged == key


def test_the_same_form_sent_twice_shows_the_same_link_until_it_is_used(world):
    person, act = world.operator, uuid4()
    for minute in (0, 30):
        given = {"actor": world.site_admin, "act": act, "at": world.t(minute)}
        sign_in.give(**given, user_id=person.pk, username="eva")
        key = sign_in.link_of(act)
        assert sign_in.whose(key, world.at + timedelta(days=3)) is None
    assert Event.objects.filter(verb="sign_in_given").count() == 1
    assert "eva" not in str(Act.objects.get(pk=act).result)
    choose(person, key, world.t(40))
    assert sign_in.link_of(act) == ""


def test_a_password_that_is_easy_to_guess_is_refused(world):
    person = world.operator
    key = give(world, person)
    with pytest.raises(Refused) as caught:
        choose(person, key, world.t(1), "12345678")
    assert codes(caught.value) == ["password_weak"]
    assert not fresh(person).has_usable_password()
    assert written()[-1] == "refused"
    assert sign_in.whose(key, world.t(2)) == person


def test_who_has_no_sign_in_loses_none(world):
    sign_in.take(actor=world.site_admin, at=world.at, user_id=world.operator.pk)
    with pytest.raises(Refused) as caught:
        sign_in.take(actor=world.site_admin, at=world.t(1), user_id=world.operator.pk)
    assert codes(caught.value) == ["no_sign_in"]
    assert written()[-2:] == ["sign_in_taken", "refused"]


def test_a_name_is_one_persons_however_it_is_spelled(world):
    with pytest.raises(Refused) as taken:
        give(world, world.operator, "Supervisor")
    with pytest.raises(Refused) as made:
        people.create_person(
            actor=None, at=world.at, site_id=world.site.pk, name="X", username=" SUPERVISOR "
        )
    assert [codes(each.value) for each in (taken, made)] == [["username_taken"]] * 2
    # The own one may be spelled otherwise.
    give(world, world.operator, "Operator")
    assert fresh(world.operator).username == "Operator"


def test_a_superusers_sign_in_is_left_to_superusers(world):
    root = User.objects.create_superuser("root", WORD)
    people.grant_role(
        actor=None, at=world.at, user_id=root.pk, site_id=world.site.pk, role=Role.VIEWER
    )
    with pytest.raises(Forbidden) as caught:
        give(world, root, "mine")
    assert codes(caught.value) == ["superuser_needed"]
    assert fresh(root).check_password(WORD)
