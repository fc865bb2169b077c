"""Signing in: wrong passwords lock a name at an address, a second step is asked, sessions end."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

PASSWORD = "correct horse staple"  # noqa: S105
SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105
RIGHT, WRONG = {"login": "ola", "password": PASSWORD}, {"login": "ola", "password": "wrong"}
NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture
def person(db):
    return get_user_model().objects.create_user("ola", PASSWORD)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def signed_in(client: Client) -> bool:
    return client.get("/account/mfa/").status_code == 200


def lock(client: Client, limit: int) -> None:
    for _ in range(limit - 1):
        assert client.post("/login/", WRONG).status_code == 200
    assert client.post("/login/", WRONG).status_code == 429


def code_of_the_app() -> str:
    return format_hotp_value(hotp_value(SECRET, int(NOW.timestamp()) // 30))


def test_signing_in_and_out(client, person):
    response = client.post("/login/?next=/account/password/", RIGHT)
    assert (response.status_code, response["Location"]) == (302, "/account/password/")
    assert signed_in(client)
    assert client.post("/logout/")["Location"] == "/login/"
    assert not signed_in(client)


def test_a_page_elsewhere_is_never_gone_to(client, person):
    for next_url in ("//evil.example/", "https://evil.example/", "javascript:alert(1)"):
        response = client.post("/login/", RIGHT | {"next": next_url})
        assert (response.status_code, response["Location"]) == (302, "/")
        client.post("/logout/")


def test_nobody_makes_an_account_for_himself(client, db):
    for path in ("/signup/", "/account/signup/", "/account/email/", "/account/password/reset/"):
        assert client.get(path).status_code in (302, 404)
        assert client.post(path).status_code in (302, 404)
    assert get_user_model().objects.count() == 0


def test_ten_wrong_passwords_lock_the_name_at_that_address(client, person, settings):
    assert settings.AXES_FAILURE_LIMIT == 10
    lock(client, 10)
    answer = client.post("/login/", RIGHT)
    assert answer.status_code == 429
    assert b"Too many failed attempts. Try again in 15 minutes." in answer.content
    assert client.post("/login/", RIGHT | {"login": " OLA "}).status_code == 429
    assert not signed_in(client)
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    assert elsewhere.post("/login/", RIGHT).status_code == 302
    assert client.post("/login/", {"login": "ida", "password": "wrong"}).status_code == 200


def test_a_lock_ends_after_fifteen_minutes(client, person, clock):
    lock(client, 10)
    clock.shift(timedelta(minutes=14, seconds=59))
    assert client.post("/login/", RIGHT).status_code == 429
    clock.shift(timedelta(minutes=15, seconds=1))
    assert client.post("/login/", RIGHT).status_code == 302


def test_a_right_password_begins_the_count_anew(client, person):
    for _ in range(2):
        for _ in range(9):
            assert client.post("/login/", WRONG).status_code == 200
        assert client.post("/login/", RIGHT).status_code == 302
        client.post("/logout/")


def test_the_address_is_what_our_own_proxy_wrote_down(person, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    lock(Client(headers={"X-Forwarded-For": "10.1.1.1"}), 10)
    liar = Client(headers={"X-Forwarded-For": "10.9.9.9, 10.1.1.1"})
    assert liar.post("/login/", RIGHT).status_code == 429
    other = Client(headers={"X-Forwarded-For": "10.1.1.1, 10.9.9.9"})
    assert other.post("/login/", RIGHT).status_code == 302


def test_a_name_tried_from_many_addresses_is_closed_for_minutes(person):
    for n in range(20):
        assert Client(REMOTE_ADDR=f"10.0.0.{n}").post("/login/", WRONG).status_code == 200
    answer = Client(REMOTE_ADDR="10.0.1.1").post("/login/", RIGHT)
    assert answer.status_code == 200
    assert b"Too many failed login attempts" in answer.content


@pytest.fixture
def take_the_broker_down(settings, tmp_path):
    """Nobody answers where the counters are, until the settings are as they were."""
    before = settings.CACHES
    nobody = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"unix://{tmp_path}/nobody.sock",
    }

    def down(*, again: bool = False) -> None:
        settings.CACHES = before if again else {"default": nobody}

    return down


def test_a_broker_that_is_down_keeps_nobody_from_signing_in(client, person, take_the_broker_down):
    take_the_broker_down()
    lock(client, 10)
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    assert elsewhere.post("/login/", RIGHT).status_code == 302
    assert signed_in(elsewhere)


def not_now(answer, caplog) -> bool:
    """Told in words to try again; nothing of how it broke."""
    assert b"a part of the system is down. Nothing was changed." in answer.content
    assert all(record.exc_info is None for record in caplog.records)
    return (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_a_second_step_waits_for_a_broker_that_is_down(
    client, person, clock, take_the_broker_down, caplog
):
    TOTP.activate(person, SECRET)
    take_the_broker_down()
    answer = client.post("/login/", RIGHT)
    assert (answer.status_code, answer["Location"]) == (302, "/account/mfa/authenticate/")
    assert client.get("/account/mfa/authenticate/").status_code == 200
    for code in ("000000", code_of_the_app()):
        assert not_now(client.post("/account/mfa/authenticate/", {"code": code}), caplog)
    assert not signed_in(client)

    take_the_broker_down(again=True)
    given = {"code": code_of_the_app()}
    assert client.post("/account/mfa/authenticate/", given).status_code == 302
    assert signed_in(client)


def test_a_new_password_and_who_one_is_wait_for_it_too(
    client, person, take_the_broker_down, caplog
):
    client.post("/login/", RIGHT)
    new = "battery horse staple"
    change = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    take_the_broker_down()
    for path, given in (("password", change), ("confirm", {"password": PASSWORD})):
        assert client.get(f"/account/{path}/").status_code == 200
        assert not_now(client.post(f"/account/{path}/", given), caplog)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert signed_in(client)

    take_the_broker_down(again=True)
    assert client.post("/account/password/", change).status_code == 302
    person.refresh_from_db()
    assert person.check_password(new)


def test_who_is_not_active_does_not_sign_in_and_is_signed_out(client, person):
    client.post("/login/", RIGHT)
    person.is_active = False
    person.save()
    assert not signed_in(client)
    answer = Client().post("/login/", RIGHT)
    assert (answer.status_code, answer["Location"]) == (302, "/account/inactive/")


def test_a_session_ends_with_the_browser_and_after_fourteen_days(client, person, clock, settings):
    client.post("/login/", RIGHT)
    cookie = client.cookies["sessionid"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert settings.SESSION_COOKIE_AGE == 14 * 24 * 3600
    for _ in range(33):
        clock.shift(timedelta(hours=10))
        assert signed_in(client)
    assert Session.objects.get(pk=cookie.value).expire_date == NOW + timedelta(days=14)
    clock.move_to(NOW + timedelta(days=14, seconds=-1))
    assert signed_in(client)
    clock.shift(timedelta(seconds=1))
    assert not signed_in(client)


def test_a_session_ends_when_it_is_idle(client, person, clock, settings):
    assert settings.SESSION_IDLE.total_seconds() == 12 * 3600
    client.post("/login/", RIGHT)
    known = client.cookies["sessionid"].value

    clock.shift(timedelta(hours=12, seconds=-1))
    assert signed_in(client)
    clock.shift(timedelta(hours=12, seconds=-1))
    assert signed_in(client)
    assert client.cookies["sessionid"].value == known
    clock.shift(timedelta(hours=12))
    answer = client.get("/account/mfa/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/account/mfa/")
    clock.shift(timedelta(seconds=1))
    call_command("clearsessions")
    assert not Session.objects.exists()

    client.post("/login/", RIGHT)
    assert signed_in(client)


def test_idle_is_what_the_environment_says(client, person, clock, settings):
    settings.SESSION_IDLE = timedelta(hours=1)
    client.post("/login/", RIGHT)
    clock.shift(timedelta(minutes=59))
    assert signed_in(client)
    clock.shift(timedelta(minutes=60))
    assert not signed_in(client)

    client.post("/login/", RIGHT)
    settings.SESSION_IDLE = timedelta(minutes=30)
    assert signed_in(client)
    clock.shift(timedelta(minutes=30))
    assert not signed_in(client)


def test_a_use_is_written_down_once_in_five_minutes(client, person, clock):
    client.post("/login/", RIGHT)

    def ends() -> datetime:
        return Session.objects.values_list("expire_date", flat=True).get()

    def updates(minutes: float) -> list[str]:
        clock.move_to(NOW + timedelta(minutes=minutes))
        with CaptureQueriesContext(connection) as queries:
            assert signed_in(client)
        return [each["sql"] for each in queries if "UPDATE" in each["sql"]]

    data = Session.objects.get().session_data
    assert [updates(minutes) for minutes in (0, 1, 4.99)] == [[], [], []]
    assert ends() == NOW + timedelta(hours=12)
    [update] = updates(5)
    assert update.startswith('UPDATE "django_session" SET "expire_date" =')
    assert updates(9.99) == []
    assert ends() == NOW + timedelta(hours=12, minutes=5)
    # Nothing else of the session was written.
    assert Session.objects.get().session_data == data


def test_a_session_gets_a_new_name_when_somebody_signs_in(client, person):
    client.get("/login/")
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["sessionid"] = known = session.session_key
    client.post("/login/", RIGHT)
    assert client.cookies["sessionid"].value != known
    assert not Session.objects.filter(pk=known).exists()


def test_the_second_step_is_asked_for_and_wrong_codes_are_counted(client, person, clock):
    TOTP.activate(person, SECRET)
    answer = client.post("/login/", RIGHT)
    assert (answer.status_code, answer["Location"]) == (302, "/account/mfa/authenticate/")
    assert not signed_in(client)
    assert client.post("/account/mfa/authenticate/", {}).status_code == 200
    for _ in range(20):
        assert client.post("/account/mfa/authenticate/", {"code": "000000"}).status_code == 200
    closed = client.post("/account/mfa/authenticate/", {"code": code_of_the_app()})
    assert closed.status_code == 200
    assert not signed_in(client)
    clock.shift(timedelta(minutes=5, seconds=1))
    # The code of before is no longer good; one of now is.
    assert client.post("/account/mfa/authenticate/", {"code": code_of_the_app()}).status_code == 200
    now = format_hotp_value(hotp_value(SECRET, (int(NOW.timestamp()) + 301) // 30))
    assert client.post("/account/mfa/authenticate/", {"code": now}).status_code == 302
    assert signed_in(client)


@pytest.mark.parametrize("next_url", ["", "?next=/admin/", "?next=//evil.example/"])
def test_the_admin_has_no_sign_in_of_its_own(client, person, next_url):
    """Neither signed out nor as staff does a form of the admin make anybody somebody else."""
    user = get_user_model().objects
    root = user.create_superuser("root", PASSWORD)
    TOTP.activate(root, SECRET)
    given = {"username": "root", "password": PASSWORD, "login": "root"}
    answer = client.post(f"/admin/login/{next_url}", given)
    assert (answer.status_code, urlsplit(answer["Location"]).path) == (302, "/login/")
    assert not signed_in(client)

    staff = user.create_user("eva", PASSWORD, is_staff=True)
    client.force_login(staff, backend="vinkey.backends.PasswordBackend")
    for answer in (client.post(f"/admin/login/{next_url}", given), client.get("/admin/login/")):
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.session["_auth_user_id"] == str(staff.pk)
    assert Authenticator.objects.get().last_used_at is None


def test_the_admin_signs_in_at_our_login_page_and_is_for_staff(client, person):
    chain = client.get("/admin/", follow=True).redirect_chain
    assert [urlsplit(url).path for url, _ in chain] == ["/admin/login/", "/login/"]
    client.force_login(person, backend="vinkey.backends.PasswordBackend")
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/").status_code == 403


def test_a_lock_also_closes_the_admin(client, person):
    person.is_staff = True
    person.save()
    lock(client, 10)
    where = client.get("/admin/", follow=True).redirect_chain[-1][0]
    assert client.post(where, RIGHT).status_code == 429
    assert client.get("/admin/").status_code == 302
