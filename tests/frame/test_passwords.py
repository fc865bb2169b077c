"""The own password: changed by who knows it, set by who has none, never a weak one."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import get_user_model
from django.test import Client

CHANGE, SET = "/account/password/", "/account/password/set/"
OLD, NEW = "correct horse staple", "seven green barrels"
BACKEND = "vinkey.backends.PasswordBackend"


@pytest.fixture
def person(db):
    return get_user_model().objects.create_user("ola", OLD, name="Ola Nordmann")


@pytest.fixture
def nobodys(person):
    """The same person without a password, as one who signs in another way."""
    person.set_unusable_password()
    person.save()
    return person


def visitor(person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def change(client: Client, old: str, new: str, again: str | None = None):
    typed = {"oldpassword": old, "password1": new, "password2": new if again is None else again}
    return client.post(CHANGE, typed)


def set_to(client: Client, new: str, again: str | None = None):
    return client.post(SET, {"password1": new, "password2": new if again is None else again})


def has(person, password: str) -> bool:
    person.refresh_from_db()
    return person.check_password(password)


def test_the_own_password_is_changed_and_other_sessions_end(person):
    here, elsewhere = visitor(person), visitor(person)
    answer = change(here, OLD, NEW)
    assert (answer.status_code, answer["Location"]) == (302, CHANGE)
    assert has(person, NEW)
    assert here.get(CHANGE).status_code == 200
    assert elsewhere.get(CHANGE).status_code == 302
    assert Client().post("/login/", {"login": "ola", "password": OLD}).status_code == 200
    assert Client().post("/login/", {"login": "ola", "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", NEW, NEW, "Please type your current password."),
        ("", NEW, NEW, "This field is required."),
        (OLD, NEW, "seven green barrel", "You must type the same password each time."),
        (OLD, "short1", "short1", "This password is too short."),
        (OLD, "password1", "password1", "This password is too common."),
        (OLD, "90817263541", "90817263541", "This password is entirely numeric."),
        (OLD, "olanordmann", "olanordmann", "The password is too similar to the"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(person, old, new, again, said):
    answer = change(visitor(person), old, new, again)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert has(person, OLD)


def test_who_is_signed_out_changes_and_sets_nothing(person, client):
    for path in (CHANGE, SET):
        for answer in (client.get(path), client.post(path, {"password1": NEW, "password2": NEW})):
            assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={path}")
    assert has(person, OLD)


def test_a_sixth_try_within_a_minute_is_not_looked_at(person):
    here = visitor(person)
    for _ in range(5):
        assert change(here, "wrong", NEW).status_code == 200
    answer = change(here, OLD, NEW)
    assert answer.status_code == 429
    assert b"Too many attempts. Try again in a minute." in answer.content
    assert has(person, OLD)


def test_who_has_no_password_sets_one(nobodys):
    here = visitor(nobodys)
    answer = here.get(CHANGE)
    assert (answer.status_code, answer["Location"]) == (302, SET)
    answer = here.get(SET)
    assert answer.status_code == 200
    assert b'name="oldpassword"' not in answer.content
    answer = set_to(here, NEW)
    assert (answer.status_code, answer["Location"]) == (302, CHANGE)
    assert has(nobodys, NEW)
    assert here.get(CHANGE).status_code == 200
    assert Client().post("/login/", {"login": "ola", "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("short1", "short1", "This password is too short."),
        ("password1", "password1", "This password is too common."),
        (NEW, "seven", "You must type the same password each time."),
        ("", "", "This field is required."),
    ],
)
def test_a_weak_first_password_sets_nothing(nobodys, new, again, said):
    answer = set_to(visitor(nobodys), new, again)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    nobodys.refresh_from_db()
    assert not nobodys.has_usable_password()


def test_who_has_a_password_does_not_set_one_without_the_old(person):
    for answer in (visitor(person).get(SET), set_to(visitor(person), NEW)):
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (
            302,
            "/account/confirm/",
        )
    assert has(person, OLD)
    here = visitor(person)
    assert here.post("/account/confirm/", {"password": OLD}).status_code == 302
    answer = set_to(here, NEW)
    assert (answer.status_code, answer["Location"]) == (302, CHANGE)
    assert has(person, OLD)


def test_who_has_a_second_factor_shows_it_before_setting_a_password(nobodys):
    TOTP.activate(nobodys, "JBSWY3DPEHPK3PXP")
    answer = set_to(visitor(nobodys), NEW)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (
        302,
        "/account/mfa/reauthenticate/",
    )
    nobodys.refresh_from_db()
    assert not nobodys.has_usable_password()
