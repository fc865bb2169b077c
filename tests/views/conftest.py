"""Pages over HTTP, by people of a small world, at its own moment."""

import uuid
from dataclasses import dataclass

import pytest
import time_machine
from django.test import Client

from tests.factories.browsers import signed_in
from tests.work.conftest import nrd, world  # noqa: F401
from work.models import User, WorkItem


@dataclass
class Visitor:
    """A signed-in person with a browser; acts on items as their forms do."""

    client: Client
    user: User

    def get(self, url: str, *, htmx: bool = False, **query):
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.get(url, query, headers=headers)

    def post(self, url: str, data=None, *, htmx: bool = False):
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post(url, data or {}, headers=headers)

    def see(self, item: WorkItem, *, htmx: bool = False):
        return self.get(page_of(item), htmx=htmx)

    def act(self, item: WorkItem, verb: str, *, of=None, seen="now", act=None, htmx=False, **typed):
        """Send the form of an act; seen: the item's version now, or what is given."""
        if seen == "now":
            seen = WorkItem.objects.get(pk=item.pk).version
        known = {"act": str(act or uuid.uuid4()), "seen": "" if seen is None else seen}
        url = f"{page_of(item)}{verb}/" + (f"?of={of}" if of is not None else "")
        return self.post(url, known | typed, htmx=htmx)


def weight(answer) -> int:
    """The bytes of a page as it is sent in production: hashed names are thirteen letters longer."""
    return len(answer.content) + 13 * answer.content.count(b"/static/")


def page_of(item: WorkItem) -> str:
    return f"/s/{item.site.slug}/work/W-{item.number}/"


@pytest.fixture
def clock(world):  # noqa: F811
    """The world's own moment; `clock.move_to(world.t(5))` goes on."""
    with time_machine.travel(world.at, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sign_in(clock):
    """Sign a person in without a password."""

    def enter(user: User) -> Visitor:
        return Visitor(signed_in(Client(raise_request_exception=True), user), user)

    return enter
