"""What was typed after the sign-in had ended comes back, to the same person alone."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session

from tests import factories
from tests.ui.markup import Markup
from tests.views.conftest import page_of
from work.models import Event, PlaceState, WorkItem
from work.services import places

BACKEND = "vinkey.backends.PasswordBackend"
SAID = "You had been signed out, so this was not sent."


@pytest.fixture
def item(world):
    return factories.live_item(world)


def _signed_out(visitor):
    """Their session ends while a page of theirs stands open."""
    visitor.get("/")
    Session.objects.all().delete()


def _sign_in(visitor, user) -> None:
    visitor.client.force_login(user, backend=BACKEND)


@pytest.mark.parametrize("htmx", [False, True])
def test_a_note_comes_back_after_signing_in_and_is_not_sent_by_us(world, sign_in, item, htmx):
    visitor = sign_in(world.technician)
    _signed_out(visitor)
    before = Event.objects.count()
    address = f"{page_of(item)}comment/"
    answer = visitor.act(item, "comment", text="The belt <slips> again", htmx=htmx)
    to = answer["HX-Redirect"] if htmx else answer["Location"]
    assert (answer.status_code, to.replace("%2F", "/")) == (
        200 if htmx else 302,
        f"/login/?next={address}",
    )
    _sign_in(visitor, world.technician)
    for _looked_at_twice in range(2):
        page = visitor.get(address)
        assert SAID in page.text
        assert "The belt &lt;slips&gt; again" in page.text
    assert Event.objects.count() == before
    assert visitor.act(item, "comment", text="The belt <slips> again").status_code == 303
    page = visitor.get(address)
    assert SAID not in page.text
    assert "slips" not in page.text


def test_what_changed_meanwhile_is_noticed(world, sign_in, item):
    """The form comes back with the version that was seen when it was typed."""
    visitor = sign_in(world.shift_lead)
    seen = WorkItem.objects.get(pk=item.pk).version
    _signed_out(visitor)
    visitor.act(item, "wait", condition="Locked", kind="material", what="A seal")
    WorkItem.objects.filter(pk=item.pk).update(version=seen + 1)
    _sign_in(visitor, world.shift_lead)
    page = Markup(visitor.get(f"{page_of(item)}wait/").text)
    versions = {tag.attrs["value"] for tag in page.all("input") if tag.attrs.get("name") == "seen"}
    assert versions == {str(seen)}
    assert "Locked" in page.by_id("act").text


def test_another_person_reads_nothing_of_it(world, sign_in, item):
    visitor = sign_in(world.technician)
    _signed_out(visitor)
    visitor.act(item, "comment", text="Between us")
    _sign_in(visitor, world.shift_lead)
    page = visitor.get(f"{page_of(item)}comment/")
    assert (SAID in page.text, "Between us" in page.text) == (False, False)


def test_nothing_is_kept_of_who_was_never_here(world, client, item):
    client.post(f"{page_of(item)}comment/", {"text": "Hello"})
    assert not Session.objects.exists()


def test_new_work_and_the_state_of_a_place_come_back_too(world, sign_in):
    visitor = sign_in(world.shift_lead)
    _signed_out(visitor)
    visitor.post("/s/hvk/work/new/", {"what": "Grease it", "place": "L3", "type": world.mnt.pk})
    _sign_in(visitor, world.shift_lead)
    page = visitor.get("/s/hvk/work/new/")
    assert (SAID in page.text, 'value="Grease it"' in page.text) == (True, True)
    Session.objects.all().delete()
    address = f"/s/hvk/places/{world.l3.code}/?do=state"
    visitor.post(address, {"condition": "stopped", "why": "Guard broke"})
    _sign_in(visitor, world.shift_lead)
    page = visitor.get(address)
    assert (SAID in page.text, "Guard broke" in page.text) == (True, True)
    assert not PlaceState.objects.exists()
    assert not WorkItem.objects.exists()


def test_a_state_that_came_meanwhile_is_noticed(world, sign_in):
    """The form of a place comes back with the state that stood when it was typed."""
    visitor = sign_in(world.shift_lead)
    _signed_out(visitor)
    address = f"/s/hvk/places/{world.l3.code}/?do=state"
    visitor.post(address, {"condition": "stopped", "why": "Guard broke", "seen": "0"})
    places.set_place_state(
        actor=world.supervisor,
        at=world.at,
        place_id=world.l3.pk,
        condition="held",
        why="Half speed",
    )
    _sign_in(visitor, world.shift_lead)

    page = Markup(visitor.get(address).text)

    seen = {tag.attrs["value"] for tag in page.all("input") if tag.attrs.get("name") == "seen"}
    assert "0" in seen
    again = {"condition": "stopped", "why": "Guard broke", "seen": "0", "act": str(uuid.uuid4())}
    answer = visitor.post(address, again)
    assert answer.status_code == 409
    assert list(PlaceState.objects.values_list("condition", flat=True)) == ["held"]


def test_who_was_here_is_known_for_a_month(world, sign_in, item):
    visitor = sign_in(world.technician)
    _signed_out(visitor)
    cookie = visitor.client.cookies["person"]
    assert (cookie["max-age"], cookie["httponly"]) == (30 * 24 * 3600, True)
    month = timedelta(days=30)
    with time_machine.travel(datetime.now(UTC) + month + timedelta(minutes=1)):
        visitor.act(item, "comment", text="The belt slips again")
    assert not any("kept" in each.get_decoded() for each in Session.objects.all())


def test_a_password_is_never_kept(world, sign_in):
    visitor = sign_in(world.technician)
    _signed_out(visitor)
    visitor.post("/account/password/", {"oldpassword": "secret-1", "password1": "secret-2"})
    visitor.post("/s/hvk/work/new/", {"what": "x" * 100_001})
    assert not any("kept" in each.get_decoded() for each in Session.objects.all())
