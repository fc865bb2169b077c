"""Killed while people act through the pages: what was acknowledged is kept, and kept once."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.cookiejar import CookieJar

import psycopg
import pytest

from tests.database import ROOT
from tests.frame.test_serve import Running, data, everyone, gone  # noqa: F401  a fixture
from vinkey.embedded import Servers
from vinkey.embedded.home import OWNER

pytestmark = pytest.mark.slow
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_TYPE = re.compile(r'<select name="type".*?<option value="(\d+)"', re.S)
# Nobody answered, or not to the end: whether it was done, the sender cannot know.
_CUT_OFF = (OSError, urllib.error.URLError, EOFError)


class Person:
    """Somebody with a browser, who raises work, one item after the other.

    pause: seconds between two; where nobody made any, who starts anew would have no processor.
    """

    def __init__(self, running: Running, name: str, pause: float):
        self.running, self.name, self.pause = running, name, pause
        self.jar = CookieJar()
        self.kept: list[str] = []
        self.unsure: list[tuple[str, str]] = []

    def _open(self, path: str, sent: dict[str, str] | None = None) -> tuple[str, str]:
        """Where it led and what it said; an answer of 500 and above counts as none."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        address = f"http://127.0.0.1:{self.running.port}{path}"
        body = urllib.parse.urlencode(sent).encode() if sent is not None else None
        request = urllib.request.Request(address, body, {"Referer": address})
        with opener.open(request, timeout=20) as answer:
            return answer.url, answer.read().decode()

    def sign_in(self) -> None:
        token = _TOKEN.search(self._open("/login/")[1])[1]
        known = {"login": self.name, "password": f"good words of a {self.name}"}
        led, _page = self._open("/login/", known | {"csrfmiddlewaretoken": token})
        assert "/login/" not in led
        page = self._open("/s/hvk/work/new/")[1]
        self.token, self.type = _TOKEN.search(page)[1], _TYPE.search(page)[1]

    def raise_work(self, what: str, act: str) -> None:
        """Request work; `kept` where the answer says that it was done."""
        known = {"csrfmiddlewaretoken": self.token, "act": act, "type": self.type}
        asked = known | {"what": what, "place": "L3", "how": "request"}
        led, _page = self._open("/s/hvk/work/new/", asked)
        assert re.search(r"/work/W-\d+/$", led), led
        self.kept.append(what)

    def keep_on(self, until: threading.Event) -> None:
        while not until.is_set():
            what, act = f"{self.name} {len(self.kept) + len(self.unsure)}", str(uuid.uuid4())
            try:
                self.raise_work(what, act)
                until.wait(self.pause)
            except _CUT_OFF as error:
                if isinstance(error, urllib.error.HTTPError):
                    error.close()
                    if error.code < 500:
                        raise
                self.unsure.append((what, act))
                until.wait(0.3)


@contextlib.contextmanager
def at_work(people: list[Person]):
    """While inside, everybody raises work, one item after the other."""
    end = threading.Event()
    threads = [threading.Thread(target=person.keep_on, args=[end]) for person in people]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join(60)


def _some_more(people: list[Person], count: int = 5) -> None:
    """Return when everybody had further work acknowledged."""
    pause = threading.Event()
    wanted = [len(person.kept) + count for person in people]
    for _try in range(6000):
        if all(len(p.kept) >= n for p, n in zip(people, wanted, strict=True)):
            return
        pause.wait(0.01)
    raise AssertionError("nothing is acknowledged any more")


_PEOPLE = """
import django
django.setup()
from tests.factories import setup
hvk = setup.site("hvk")
root = setup.place(hvk, "HVK", kind="site")
setup.place(hvk, "L3", parent=root, kind="line")
setup.work_type(hvk, "MNT")
for role in ("supervisor", "technician", "shift_lead"):
    setup.person(hvk, role, username=role, password=f"good words of a {role}")
"""


def _load_people(data) -> None:  # noqa: F811
    servers = Servers(data, valkey=False, throw_away=True)
    servers.start()
    known = {"DATABASE_URL": servers.home.database_url(OWNER), "VINKEY_DATA": str(data)}
    known["DJANGO_SETTINGS_MODULE"] = "vinkey.settings"
    subprocess.run(
        [sys.executable, "-c", _PEOPLE], cwd=ROOT, env=os.environ | known, check=True, timeout=120
    )
    servers.stop()


def test_every_acknowledged_act_outlives_every_kill(data):  # noqa: F811
    _load_people(data)
    running = Running(data)
    names = {"supervisor": 0, "technician": 0.1, "shift_lead": 0.1}
    people = [Person(running, name, pause) for name, pause in names.items()]
    try:
        running.until("Vinkey is at")
        for person in people:
            person.sign_in()
        with at_work(people):
            for part, name in (
                ("pginstall", "Postgres"),
                ("valkey-server", "Valkey"),
                ("worker", "worker"),
            ):
                _some_more(people)
                min(running.family()[part], key=lambda each: each.create_time()).kill()
                running.until(f"{name} ended (-9), starting it again.")
            _some_more(people)
            family = everyone(running)
            running.process.send_signal(signal.SIGKILL)
            assert gone(family)
        running.end(signal.SIGKILL)
        running.process.stdout.close()
        running = Running(data, port=running.port)
        running.until("Vinkey is at")
        _nothing_lost(running, data, people)
    finally:
        running.end(signal.SIGTERM)
        running.process.stdout.close()


def _nothing_lost(running: Running, data, people: list[Person]) -> None:  # noqa: F811
    assert any(person.unsure for person in people)
    for person in people:
        person.running = running
        kept = list(person.kept)
        # Whoever had no answer sends the same form again, with the effect of once.
        for what, act in person.unsure:
            person.raise_work(what, act)
        raised = {*kept, *(what for what, _act in person.unsure)}
        with psycopg.connect(Servers(data).home.database_url(OWNER)) as connection:
            found = connection.execute(
                "SELECT what FROM work_workitem WHERE what LIKE %s", [f"{person.name} %"]
            ).fetchall()
        assert sorted(what for (what,) in found) == sorted(raised)
        assert len(kept) >= 20
