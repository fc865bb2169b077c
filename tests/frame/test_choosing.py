"""Choosing a password by the link that was handed on: once, in time, told to nobody else."""

import json
import logging
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from tests.work.conftest import world  # noqa: F401
from vinkey.logs import JsonLines
from work.services import people, sign_in

URL, WORD = "/account/password/choose/", "seven green barrels"
USED = "This link is good no longer"


@pytest.fixture
def person(world):  # noqa: F811
    return world.operator


@pytest.fixture
def key(world, person):  # noqa: F811
    cache.clear()
    with time_machine.travel(world.at, tick=False):
        act = uuid4()
        sign_in.give(actor=world.site_admin, act=act, user_id=person.pk, username="eva")
        yield sign_in.link_of(act)


def typed(key: str, word: str = WORD, again: str | None = None) -> dict[str, str]:
    return {"key": key, "password": word, "again": word if again is None else again}


def has(person, password: str) -> bool:
    person.refresh_from_db()
    return person.check_password(password)


def test_a_password_is_chosen_and_its_holder_signs_in(client, person, key):
    page = client.get(URL, {"key": key})
    assert (page.status_code, "eva" in page.text) == (200, True)
    assert client.get(URL, {"key": key}).status_code == 200  # looking uses nothing up

    answer = client.post(URL, typed(key), follow=True)

    assert answer.redirect_chain == [("/login/", 302)]
    assert "Your password is chosen. Sign in with it." in answer.text
    assert has(person, WORD)
    answer = client.post("/login/", {"login": "eva", "password": WORD})
    assert answer["Location"] == "/"
    # And never again.
    for again in (client.get(URL, {"key": key}), client.post(URL, typed(key, "another good word"))):
        assert (again.status_code, USED in again.text) == (404, True)
    assert has(person, WORD)


def test_the_second_step_is_asked_afterwards(client, person, key):
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    assert client.post(URL, typed(key)).status_code == 302
    answer = client.post("/login/", {"login": "eva", "password": WORD})
    assert answer["Location"] == "/account/mfa/authenticate/"


def test_who_was_locked_out_gets_in_by_the_link(client, person, key):
    for _ in range(10):
        answer = client.post("/login/", {"login": "eva", "password": "wrong"})
    assert answer.status_code == 429
    assert client.post(URL, typed(key)).status_code == 302
    assert client.post("/login/", {"login": "eva", "password": WORD}).status_code == 302


def test_who_is_signed_in_here_is_somebody_else(client, world, person, key):  # noqa: F811
    client.force_login(world.supervisor, backend="vinkey.backends.PasswordBackend")
    assert client.post(URL, typed(key)).status_code == 302
    assert client.get("/account/password/").status_code == 302
    assert (has(person, WORD), has(world.supervisor, WORD)) == (True, False)


@pytest.mark.parametrize(
    ("word", "again", "said"),
    [
        (WORD, "seven", "These are two different passwords."),
        ("short1", None, "This password is too short."),
        ("password1", None, "This password is too common."),
        ("90817263541", None, "This password is entirely numeric."),
        ("", None, "This field is required."),
    ],
)
def test_what_will_not_do_is_said_and_the_link_stays_good(client, person, key, word, again, said):
    answer = client.post(URL, typed(key, word, again))
    assert (answer.status_code, said in answer.text) == (422, True)
    assert not has(person, word or "x")
    assert client.post(URL, typed(key)).status_code == 302


def test_one_answer_to_every_link_that_is_good_for_nothing(client, world, person, key):  # noqa: F811
    with time_machine.travel(world.at + timedelta(days=3), tick=False):
        pages = [client.get(URL, {"key": key}), client.post(URL, typed(key))]
    pk, given, seal = key.split("-")
    for wrong in ("", "x", f"zzz-{given}-{seal}", f"{pk}-{given}-{'0' * len(seal)}", "\x00"):
        pages += [client.get(URL, {"key": wrong}), client.post(URL, typed(wrong))]
    people.deactivate_person(actor=None, user_id=person.pk)
    pages.append(client.get(URL, {"key": key}))
    assert {page.status_code for page in pages} == {404}
    assert len({page.content.partition(b"csrfmiddlewaretoken")[0] for page in pages}) == 1
    assert not has(person, WORD)


def test_the_word_leaves_the_page_with_nothing_and_stands_in_no_log(client, person, key, caplog):
    caplog.set_level(logging.DEBUG)
    pages = [client.get(URL, {"key": key}), client.get(URL, {"key": f"{key}0"})]
    pages += [client.post(URL, typed(key, "short1")), client.post(URL, typed(key))]
    for page in pages[:3]:
        assert page["Referrer-Policy"] == "strict-origin"
        assert "no-store" in page["Cache-Control"]
        assert "unsafe" not in page["Content-Security-Policy"]
    lines = [JsonLines().format(record) for record in caplog.records]
    lines = [line for line in lines if not json.loads(line)["logger"].startswith("django.db")]
    assert lines
    assert not [line for line in lines if key in line or WORD in line]


def test_many_tries_from_one_address_are_not_looked_at(client, key):
    for _ in range(60):
        assert client.get(URL, {"key": "x"}).status_code == 404
    assert client.get(URL, {"key": key}).status_code == 429
    assert client.post(URL, typed(key)).status_code == 429


def test_of_two_that_choose_at_once_one_does(client, person, key, monkeypatch):
    """The other came past the first look, and finds it used under the lock."""
    late = sign_in.whose
    monkeypatch.setattr(sign_in, "whose", lambda *given: person)
    assert client.post(URL, typed(key)).status_code == 302
    again = Client().post(URL, typed(key, "another good word"))
    assert (again.status_code, USED in again.text) == (404, True)
    monkeypatch.setattr(sign_in, "whose", late)
    assert has(person, WORD)


def test_nobody_forges_the_way(client, key):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(URL, typed(key)).status_code == 403
    assert client.put(URL).status_code == 405
    assert get_user_model().objects.get(username="eva").has_usable_password() is False
