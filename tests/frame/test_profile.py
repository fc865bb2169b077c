"""The page about oneself: what one may, what one prefers, and signing out elsewhere."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.work.conftest import world  # noqa: F401
from vinkey.profile import home_of
from work.models import Event, Membership

PROFILE = "/account/"


def _signed_in(person) -> Client:
    client = Client()
    client.force_login(person, backend="vinkey.backends.PasswordBackend")
    return client


def _prefer(client: Client, **said: str):
    return client.post(PROFILE, {"act": str(uuid.uuid4()), **said})


def test_it_says_who_one_is_here(world):  # noqa: F811
    text = _signed_in(world.shift_lead).get(PROFILE).text
    for said in (world.shift_lead.name, "Shift lead", "Packaging", "On duty now", "Havenkade"):
        assert said in text
    assert "Process hall" not in text


def test_a_role_ends_at_the_site_s_own_hour(world):  # noqa: F811
    ends = datetime(2099, 7, 1, tzinfo=ZoneInfo("Europe/Amsterdam"))
    Membership.objects.filter(user=world.technician).update(ends=ends)
    assert ">1 Jul 2099 00:00<" in _signed_in(world.technician).get(PROFILE).text


def test_preferences_are_kept_and_shown_on_every_device(world):  # noqa: F811
    person, client = world.technician, _signed_in(world.technician)
    answer = _prefer(client, language="nl", theme="dark", home="hvk")
    assert (answer.status_code, answer["Location"]) == (303, PROFILE)
    person.refresh_from_db()
    assert (person.language, person.theme, person.home) == ("nl", "dark", "hvk")
    page = client.get(PROFILE).text
    assert '<html lang="nl"' in page
    assert "Uw voorkeuren" in page
    assert "Your preferences" not in page
    assert 'data-theme="dark"' in page
    kept = Event.objects.get(verb="changed", subject_id=person.pk, subject_type="work.user")
    assert (kept.actor, kept.data) == (person, {"fields": ["home", "language", "theme"]})
    person.set_password("correct horse staple")
    person.save()
    other = Client()
    answer = other.post("/login/", {"login": person.username, "password": "correct horse staple"})
    assert answer["Location"] == "/s/hvk/"
    assert 'data-theme="dark"' in other.get(PROFILE).text
    assert '<html lang="nl"' in other.get(PROFILE).text
    _prefer(client, language="", theme="")
    assert 'data-theme="dark"' not in client.get(PROFILE).text


@pytest.mark.parametrize(
    "said",
    [{"language": "xx"}, {"home": "nrd"}, {"theme": "pink"}, {"act": "x"}, {"theme": "\x00"}],
)
def test_what_there_is_not_is_refused(world, said):  # noqa: F811
    client, count = _signed_in(world.technician), Event.objects.count()
    answer = _prefer(client, **said)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert Event.objects.count() == count


def test_other_sign_ins_are_ended_and_nobody_elses(world):  # noqa: F811
    here, phone, tablet = (_signed_in(world.technician) for _each in range(3))
    stranger = _signed_in(world.operator)
    answer = here.post("/account/elsewhere/")
    assert answer.status_code == 303
    assert "2 other sign-ins were ended." in here.get(PROFILE).text
    codes = [each.get(PROFILE).status_code for each in (here, phone, tablet, stranger)]
    assert codes == [200, 302, 302, 200]
    assert "alone" in here.post("/account/elsewhere/", follow=True).text


def test_a_role_that_has_ended_is_not_said(world):  # noqa: F811
    ended = factories.person(world.site, "hse", ends=timezone.now())
    ended.home = "hvk"
    assert home_of(ended) == ""
    assert "No role at any site." in _signed_in(ended).get(PROFILE).text
