"""`serve` brings everything up, keeps it up, and leaves nothing behind."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.database import ROOT, fill
from vinkey.embedded import Servers
from vinkey.embedded.home import APP, OWNER

pytestmark = pytest.mark.slow
_SET_HERE = {"DATABASE_URL", "REDIS_URL", "VINKEY_TEST_SERVER", "STATIC_HASHED", "LOG_LEVEL"}


class Running:
    """A `serve` of our own, read line by line as it speaks: a full pipe would hold it up."""

    def __init__(self, data: Path, port: int = 0):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = port or probe.getsockname()[1]
        known = {name: value for name, value in os.environ.items() if name not in _SET_HERE}
        known |= {"VINKEY_DATA": str(data), "PORT": str(self.port), "VINKEY_DEMO": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=known | {"DATABASE_POOL": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.seen: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _said(self) -> Iterator[str]:
        while (line := self._lines.get()) is not None:
            yield line
        self._lines.put(None)

    def until(self, words: str) -> str:
        for line in self._said():
            self.seen.append(line)
            if words in line:
                return line
        raise AssertionError(f"{words!r} was never said:\n{''.join(self.seen)}")

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=20
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def family(self) -> dict[str, list[psutil.Process]]:
        """Its processes by what they are."""
        names = ("pginstall", "valkey-server", "granian", "worker", "beat")
        found: dict[str, list[psutil.Process]] = {name: [] for name in names}
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                said = " ".join([process.exe(), *process.cmdline()])
            except psutil.Error:
                continue
            name = next((name for name in names if name in said), None)
            if name:
                found[name].append(process)
        return found

    def end(self, sig: int) -> int:
        self.process.send_signal(sig)
        self.seen += self._said()
        return self.process.wait(40)


@pytest.fixture
def data(tmp_path, kept_migrations):
    """A data directory that is migrated already, as after an earlier run."""
    data = tmp_path / "data"
    servers = Servers(data, valkey=False, throw_away=True)
    servers.start()
    fill(servers.home.database_url(OWNER), cache=kept_migrations)
    servers.stop()
    return data


@pytest.fixture
def running(data):
    running = Running(data)
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGTERM)
    running.process.stdout.close()


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all have ended, a moment given; nobody here reads how the orphans among them did."""
    for _try in range(2000):
        if not any(map(_runs, processes)):
            return True
        threading.Event().wait(0.01)
    return False


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def everyone(running: Running) -> list[psutil.Process]:
    return [process for some in running.family().values() for process in some]


def test_serve_keeps_all_parts_up_and_stops_without_a_trace(running, data):
    address = running.until("Vinkey is at")
    assert f"http://127.0.0.1:{running.port} " in address
    assert running.get("/healthz/") == (200, "ok\n")
    status, words = running.get("/readyz/")
    assert (status, json.loads(words)) == (200, {"ready": True, "missing": {}})
    assert running.get("/login/")[0] == 200

    url = Servers(data).home.database_url(OWNER)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE acked (n int)")
        asked = "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = %s"
        assert connection.execute(asked, ["vinkey"]).fetchall() == [(APP,)]
        connection.execute("INSERT INTO acked VALUES (1)")

    for kind, name in (
        ("pginstall", "Postgres"),
        ("valkey-server", "Valkey"),
        ("worker", "worker"),
    ):
        eldest = min(running.family()[kind], key=lambda process: process.create_time())
        eldest.kill()
        running.until(f"{name} ended (-9), starting it again.")
        if name == "worker":
            running.until("ready.")
    while running.get("/readyz/")[0] != 200:
        assert running.process.poll() is None
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM acked").fetchall() == [(1,)]

    family = everyone(running)
    assert len(family) >= 8
    assert running.end(signal.SIGINT) == 0
    assert running.seen[-1] == "Vinkey has stopped.\n"
    assert gone(family)


def test_a_killed_serve_takes_its_parts_with_it_and_the_next_one_starts(running, data):
    running.until("Vinkey is at")
    family = everyone(running)
    running.end(signal.SIGKILL)
    assert gone(family)
    assert any("Static files collected." in line for line in running.seen)
    servers = Servers(data, valkey=False)
    servers.start()
    with psycopg.connect(servers.home.database_url(OWNER)) as connection:
        connection.execute("REVOKE SELECT ON work_site FROM vinkey_app")
    servers.stop()
    again = Running(data)
    again.until("Vinkey is at")
    assert again.get("/readyz/")[0] == 200
    # Nothing was left to prepare, so that no process was started for it; the rights are back.
    assert not any("vinkey_app" in line or "collected" in line for line in again.seen)
    with psycopg.connect(servers.home.database_url(OWNER)) as connection:
        asked = "SELECT has_table_privilege('vinkey_app', 'work_site', 'SELECT')"
        assert connection.execute(asked).fetchone() == (True,)
    second = Running(data)
    second.until("Vinkey already runs with")
    assert second.end(signal.SIGTERM) == 1
    second.process.stdout.close()
    # Whoever is refused leaves what runs as it is: new connections are answered.
    assert servers.home.sockets.is_dir()
    assert again.get("/readyz/") == (200, '{"ready": true, "missing": {}}')
    assert again.end(signal.SIGTERM) == 0
    again.process.stdout.close()


def test_a_taken_port_is_said_and_nothing_is_started(tmp_path):
    data = tmp_path / "data"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        running = Running(data, port=other.getsockname()[1])
        running.until("takes another")
        assert running.process.wait(20) == 1
        running.process.stdout.close()
    assert "PORT=8001" in running.seen[-1]
    assert not (data / "postgres").exists()


@pytest.mark.parametrize("port", ["-1", "0", "99999"])
def test_a_port_that_is_none_is_refused_in_words(port, tmp_path):
    data = tmp_path / "data"
    known = os.environ | {"PORT": port, "VINKEY_DATA": str(data)}
    command = [sys.executable, "manage.py", "serve"]
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"PORT={port} is no port: give one from 1 to 65535." in done.stderr
    assert "Traceback" not in done.stderr
    assert not data.exists()
