"""People in real browsers, before a live server with real data."""

import threading
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from tests.browser.looks import WIDE
from tests.factories import browsers
from tests.factories.demo import of_today

PASSWORD = "a-good-word-for-tests"


@dataclass
class Window:
    """One person's browser, with what its console complained of."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        answer = self.page.goto(f"{self.address}{path}", wait_until="load")
        assert answer.status == 200, path

    def sign_in(self, username: str, password: str) -> None:
        self.go("/login/")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page).not_to_have_url(f"{self.address}/login/")


def signed_in(context, user, address: str) -> None:
    """A browser in which somebody has signed in."""
    client = browsers.signed_in(Client(), user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


@pytest.fixture
def live_server(live_server, transactional_db):
    """The server; the test ends when it answers nobody any more.

    A request that is still being answered takes locks on tables that the end of the test empties.
    Each connection of a browser has a thread, which ends with it.
    """
    yield live_server
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(20)
            assert not thread.is_alive(), thread.name


@pytest.fixture
def open_window(live_server, browser, settings):
    """Open a browser of its own: size, theme, with or without scripts."""
    settings.SECURE_SSL_REDIRECT = False
    contexts = []

    def start(*, size=WIDE, theme="light", script=True) -> Window:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            java_script_enabled=script,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        window = Window(context.new_page(), live_server.url)
        window.page.on("console", lambda said: note(window, said))
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        return window

    yield start
    for context in contexts:
        context.close()


def note(window: Window, said) -> None:
    """Refusals are answers, so that the browser's word about 403, 409 and 422 says nothing."""
    refusal = "Failed to load resource: the server responded with a status of 4" in said.text
    if said.type in ("error", "warning") and not refusal:
        window.complaints.append(f"{said.type}: {said.text}")


@pytest.fixture
def demo(transactional_db):
    """The demo as `make run` loads it, without most of what has ended."""
    of_today()
