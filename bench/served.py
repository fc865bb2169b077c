"""A throw-away home with a site in it, served as `make run` serves.

Everything is made in a temporary directory and removed at the end; nothing else is touched.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
CSRF = "b" * 32


@dataclass(frozen=True)
class Served:
    """Where it answers, the process of its web server, and what was made."""

    host: str
    port: int
    web: psutil.Process
    world: Any

    def cookies(self, user: Any) -> str:
        """Somebody signed in, as a browser sends it."""
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(user, backend="vinkey.backends.PasswordBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"

    def cpu(self) -> float:
        """Seconds that the web server and its workers have worked."""
        each = [self.web, *self.web.children(recursive=True)]
        return sum(sum(process.cpu_times()[:2]) for process in each)


@contextlib.contextmanager
def served(
    make: Callable[[], Any] | None = None, settings: str = "vinkey.settings"
) -> Iterator[Served]:
    """Servers, an empty database, what `make` puts into it, and the web server over it.

    make: called with the environment of the database's owner; the small site of the tests where
    none is given. settings: of the web server.
    """
    sys.path.insert(0, str(ROOT))
    from vinkey.embedded import Servers
    from vinkey.embedded.home import APP, OWNER
    from vinkey.processes import WEB

    data = Path(tempfile.mkdtemp(prefix="vinkey-bench-"))
    servers = Servers(data, throw_away=True)
    web = None
    try:
        servers.start()
        known = {"DJANGO_SETTINGS_MODULE": "vinkey.settings", "VINKEY_ENV": "development"}
        known |= {"VINKEY_DATA": str(data), "VINKEY_DEMO": "0", "LOG_LEVEL": "WARNING"}
        known |= {"SECRET_KEY": servers.home.secret("secret_key"), "HTTPS_ONLY": "0"}
        os.environ |= known | servers.environment(OWNER) | {"DATABASE_POOL": "0"}
        subprocess.run(
            [sys.executable, "manage.py", "prepare", "--verbosity=0"], cwd=ROOT, check=True
        )
        world = (make or _made)()
        port = _free_port()
        told = {**os.environ, **known, **servers.environment(APP), "DATABASE_POOL": "1"}
        told |= {"GRANIAN_HOST": "127.0.0.1", "GRANIAN_PORT": str(port)}
        told["DJANGO_SETTINGS_MODULE"] = settings
        web = subprocess.Popen([sys.executable, *WEB[1:]], cwd=ROOT, env=told)
        _answers(port)
        yield Served("127.0.0.1", port, psutil.Process(web.pid), world)
    finally:
        if web is not None:
            web.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                web.wait(15)
        servers.stop()
        shutil.rmtree(data, ignore_errors=True)


def _made() -> Any:
    import django

    django.setup()
    from tests.factories import make_world

    return make_world()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port: int, patience: float = 90) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
    raise SystemExit("The web server did not come up.")
