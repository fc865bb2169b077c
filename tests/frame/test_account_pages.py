"""No page of the account fails, whoever comes and in whatever state: it answers, or leads on."""

import time
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.permissions.registry import addresses
from tests.work.outcomes import rolled_back
from work.models import User

PASSWORD = "correct horse staple"  # noqa: S105
NAMES = sorted(name for name in addresses() if name.startswith(("account_", "mfa_")))
# What every form of these pages asks for, none of it right, and a way out of here.
JUNK = dict.fromkeys(("code", "credential", "oldpassword", "password", "password1"), "x")
JUNK |= {"password2": "y", "login": "ola", "next": "//evil.example/"}


def _plain(person: User) -> None:
    """Somebody with a password and nothing else."""


def _with_mail(person: User) -> None:
    person.email = "ola@example.org"
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, primary=True)


def _without_password(person: User) -> None:
    person.set_unusable_password()
    person.save()


def _without_name(person: User) -> None:
    person.username = None
    person.save()


def _not_active(person: User) -> None:
    person.is_active = False
    person.save()


def _with_app(person: User) -> None:
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")


def _with_codes(person: User) -> None:
    _with_app(person)
    RecoveryCodes.activate(person)


def _with_app_alone(person: User) -> None:
    _with_app(person)
    _without_password(person)


def _comes(client: Client, person: User) -> None:
    client.force_login(person, backend="vinkey.backends.PasswordBackend")


def _confirmed(client: Client, person: User) -> None:
    """Signed in, and has just shown once more who it is."""
    _comes(client, person)
    session = client.session
    shown = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [shown]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()


def _half_way(client: Client, person: User) -> None:
    """The password was right, the code is still to come."""
    answer = client.post("/login/", {"login": "ola", "password": PASSWORD})
    assert answer["Location"] == reverse("mfa_authenticate")


def _half_way_and_out(client: Client, person: User) -> None:
    _half_way(client, person)
    _not_active(person)


def _stays_away(client: Client, person: User) -> None:
    """Signed out."""


type State = tuple[Callable[[User], None], Callable[[Client, User], None]]
STATES: dict[str, State] = {
    "signed out": (_plain, _stays_away),
    "plain": (_plain, _comes),
    "plain, confirmed": (_plain, _confirmed),
    "with mail": (_with_mail, _comes),
    "without a password": (_without_password, _comes),
    "without a name": (_without_name, _comes),
    "not active": (_not_active, _comes),
    "with an app": (_with_app, _comes),
    "with an app and no password": (_with_app_alone, _comes),
    "with codes": (_with_codes, _comes),
    "with codes, confirmed": (_with_codes, _confirmed),
    "half way": (_with_app, _half_way),
    "half way, then not active": (_with_app, _half_way_and_out),
}
# 303 and 422: pages of ours, where the libraries say 302 and 200.
FOUND_OUT = (200, 302, 303, 403, 404, 405, 422)


@pytest.mark.parametrize("state", STATES)
def test_no_page_of_the_account_fails(db, state):
    become, come = STATES[state]
    assert len(NAMES) == 17
    for name in NAMES:
        for method, typed in (("get", JUNK), ("post", {}), ("post", JUNK)):
            cache.clear()
            client = Client()
            with rolled_back():
                person = User.objects.create_user("ola", PASSWORD)
                become(person)
                come(client, person)
                answer = getattr(client, method)(reverse(name), typed)
            assert answer.status_code in FOUND_OUT, (name, method)
            assert answer.get("Location", "/")[:2] != "//", (name, method)
            assert answer.get("Location", "/")[0] == "/", (name, method)
