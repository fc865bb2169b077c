"""Two web processes on one database, each with what it keeps: what one publishes, both serve."""

import contextlib
import http.client
import os
import re
import socket
import sys
import threading
import uuid
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import World, make_world
from tests.frame.test_production import url_of
from vinkey.embedded import child
from vinkey.processes import WEB
from work.models import WorkItem, WorkTypeVersion
from work.services import types
from work.states import Role

pytestmark = pytest.mark.slow
_SEEN = re.compile(r'name="seen" value="(\d+)"')


class Web:
    """A web process of our own, started as `serve` starts it, with one worker."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        known = {"DATABASE_URL": url_of("app"), "DATABASE_POOL": "1", "GRANIAN_HOST": "127.0.0.1"}
        self.process = child.spawn(
            [sys.executable, *WEB[1:-1], "--workers=1", WEB[-1]],
            cwd=Path(settings.BASE_DIR),
            env=os.environ | known | {"GRANIAN_PORT": str(self.port)},
        )

    def answers(self) -> None:
        """Return when it does."""
        pause = threading.Event()
        for _try in range(600):
            assert self.process.poll() is None
            with contextlib.suppress(OSError):
                self.ask("GET", "/healthz/")
                return
            pause.wait(0.05)
        raise AssertionError("it never answered")

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str, str]:
        """Status, text and where it leads to."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(asked):
            asked.request(method, path, body or None, headers)
            answer = asked.getresponse()
            return answer.status, answer.read().decode(), answer.headers.get("Location", "")


class Browser:
    """Somebody signed in, who asks one of the processes."""

    def __init__(self, web: Web, person) -> None:
        self.web = web
        known = Client()
        known.force_login(person, backend="vinkey.backends.PasswordBackend")
        self.token = uuid.uuid4().hex
        self.cookies = f"sessionid={known.cookies['sessionid'].value}; csrftoken={self.token}"

    def get(self, path: str) -> str:
        status, text, _to = self.web.ask("GET", path, Cookie=self.cookies)
        assert status == 200, (path, status)
        return text

    def post(self, path: str, **typed: object) -> tuple[int, str, str]:
        body = urlencode({"act": uuid.uuid4(), "csrfmiddlewaretoken": self.token} | typed)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.web.ask("POST", path, body, Cookie=self.cookies, **form)


@pytest.fixture
def world(transactional_db) -> World:
    made = make_world()
    for name in Role:
        getattr(made, str(name))
    return made


@pytest.fixture
def webs(world):
    started = []
    try:
        started += [Web(), Web()]
        for web in started:
            web.answers()
        yield started
    finally:
        for web in started:
            child.stop(web.process)


def test_what_one_process_publishes_the_next_request_of_the_other_shows_and_enforces(world, webs):
    admin, operator = Browser(webs[0], world.site_admin), Browser(webs[1], world.operator)
    new = f"/s/hvk/work/new/?type={world.mnt.pk}"
    asked = {"type": world.mnt.pk, "place": "L3", "what": "Grease it", "why": "It squeaks"}
    draft = types.copy_version(actor=None, version_id=world.mnt.versions.get().pk)
    types.write_draft(
        actor=None,
        version_id=draft.pk,
        fields=[{"key": "mode", "label": "Failure mode", "kind": "text", "required_at": "request"}],
        lines=[{"key": "safe", "text": "Safe to go on?", "kind": "pass_fail"}],
    )
    # The other process keeps the version in use, and knows nothing of the draft.
    assert "Failure mode" not in operator.get(new)
    status, _text, first = operator.post(new, **asked)
    assert (status, operator.get(first).count("Failure mode")) == (303, 0)

    publish = f"/admin/work/worktypeversion/{draft.pk}/publish/"
    seen = _SEEN.search(admin.get(publish))[1]
    assert admin.post(publish, seen=seen)[0] == 302

    assert "Failure mode" in operator.get(new)
    status, text, _to = operator.post(new, **asked)
    assert (status, "Failure mode" in text) == (422, True)
    status, _text, second = operator.post(new, **asked, **{"f.mode": "leak"})
    assert (status, "Failure mode" in operator.get(second)) == (303, True)
    old, latest = WorkItem.objects.order_by("pk")
    assert [item.type_version.number for item in (old, latest)] == [1, 2]

    # And what is moved in one process the other shows and asks by its next request.
    assert "Failure mode" not in operator.get(first)
    move = f"/admin/work/worktypeversion/{draft.pk}/move/"
    assert admin.post(move, items=old.pk)[0] == 200
    assert "Failure mode" in operator.get(first)
    assert WorkTypeVersion.objects.get(pk=draft.pk).published_by == world.site_admin
