"""`make run`: everything Vinkey needs on one machine, started, watched and stopped together."""

import contextlib
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ConnectionHandler, Error, connection, connections

from vinkey.embedded import EmbeddedError, Servers, child
from vinkey.embedded.home import APP, OWNER
from vinkey.embedded.postgres import Postgres
from vinkey.environment import database, env, env_int, env_secret
from vinkey.management.commands import prepare
from vinkey.processes import PREPARE, SERVING
from vinkey.production import DEMO_LOGINS
from vinkey.roles import grant, may_grant
from vinkey.supervisor import Supervisor, Watched
from work.demo import progress


class Command(BaseCommand):
    help = "Starts the servers that are not configured, prepares the database, and serves."
    requires_system_checks = ()

    def handle(self, *args, **options) -> None:
        self.host, self.port = env("HOST", "127.0.0.1"), env_int("PORT", 8000)
        self._port_is_free()
        servers = Servers(
            settings.DATA_DIR, postgres=settings.EMBEDDED_POSTGRES, valkey=settings.EMBEDDED_VALKEY
        )
        with Supervisor(self._say) as supervisor:
            try:
                servers.start()
                self._run(supervisor, servers)
            except EmbeddedError as error:
                raise CommandError(str(error)) from None
            finally:
                supervisor.end_all()
                servers.stop()
        self._say("Vinkey has stopped.")

    def _run(self, supervisor: Supervisor, servers: Servers) -> None:
        for server in servers.running:
            supervisor.adopt(_watched(server))
        if not self._prepared(servers):
            code = supervisor.once(_ours(PREPARE), env=self._environment(servers, OWNER))
            if code is None:
                return
            if code != 0:
                raise CommandError("The database could not be prepared; what is above says why.")
        with _as_owner(servers):
            has_demo = progress.loaded()
        # Web has the machine to itself until it answers: that is what somebody waits for.
        serving = self._environment(servers, APP)
        for name, command in SERVING.items():
            supervisor.add(Watched(name, _starter(command, serving)))
            if name == "web" and not supervisor.watch(until=self._answers, seconds=120):
                raise CommandError("Vinkey did not come up; what is above says why.")
            if supervisor.stopping:
                return
        self._welcome(has_demo)
        if not supervisor.watch():
            raise CommandError("Vinkey has stopped: a part of it does not stay up.")

    def _prepared(self, servers: Servers) -> bool:
        """Whether `prepare` has no more to do than to give the rights again, which is done here:
        a process of its own would take longer to start than to work."""
        try:
            with _as_owner(servers):
                if prepare.anything_left():
                    return False
                if may_grant(connection):
                    grant(connection, password=env_secret("APP_ROLE_PASSWORD"))
        except Error:
            return False
        return True

    def _environment(self, servers: Servers, role: str) -> dict[str, str]:
        """What the children are told: only who prepares learns how to be the owner."""
        known = dict(os.environ)
        if role == APP:
            for name in ("DATABASE_OWNER_URL", "DATABASE_OWNER_URL_FILE", "APP_ROLE_PASSWORD"):
                known.pop(name, None)
        elif owner := servers.environment(OWNER).get("DATABASE_URL"):
            known["DATABASE_OWNER_URL"] = owner
        known |= servers.environment(APP)
        known |= {"GRANIAN_HOST": self.host, "GRANIAN_PORT": str(self.port)}
        if not settings.PRODUCTION and settings.SECRET_KEY == settings.DEVELOPMENT_KEY:
            known["SECRET_KEY"] = servers.home.secret("secret_key")
        only_owner = not settings.EMBEDDED_POSTGRES and not env("DATABASE_OWNER_URL")
        if role == APP and only_owner and not settings.PRODUCTION:
            # One URL was given, an owner's: the session steps down to the application's role.
            known.setdefault("DATABASE_ROLE", APP)
        return known

    def _port_is_free(self, patience: float = 5) -> None:
        """The web server would share a taken port silently; a run that just ended has a moment."""
        if not 0 < self.port < 65536:
            raise CommandError(f"PORT={self.port} is no port: give one from 1 to 65535.")
        deadline = time.monotonic() + patience
        while True:
            with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self.host, self.port))
                    return
                except OSError as error:
                    if time.monotonic() > deadline:
                        raise CommandError(
                            f"{self.host}:{self.port} cannot be used ({error.strerror}); "
                            "PORT=8001 make run takes another, for a Vinkey that does not run yet."
                        ) from None
            time.sleep(0.5)

    def _answers(self) -> bool:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        try:
            with urllib.request.urlopen(f"http://{host}:{self.port}/readyz/", timeout=10):
                return True
        except urllib.error.HTTPError:
            return True  # it answers; what it lacks is for who watches /readyz/
        except OSError:
            return False

    def _welcome(self, has_demo: bool) -> None:
        self._say(f"\nVinkey is at http://{self.host}:{self.port}   (Ctrl-C stops it)")
        if has_demo:
            self._say("Demo logins, each with the password demo-<name>:")
            self._say("  " + ", ".join(DEMO_LOGINS))

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


@contextlib.contextmanager
def _as_owner(servers: Servers) -> Iterator[None]:
    """The database as its owner, by one connection that ends here: no pool is left behind, and a
    password that was made after the settings were read is known."""
    url = servers.environment(OWNER).get("DATABASE_URL") or env_secret("DATABASE_OWNER_URL")
    before, one = connections["default"], {"default": database(url or settings.DATABASE_URL)}
    connections["default"] = ConnectionHandler(one)["default"]
    try:
        yield
    finally:
        connection.close()
        connections["default"] = before


def _ours(command: list[str]) -> list[str]:
    return [sys.executable, *command[1:]]


def _starter(command: list[str], known: dict[str, str]):
    return lambda: child.spawn(_ours(command), env=known, cwd=Path(settings.BASE_DIR))


def _watched(server) -> Watched:
    """One of the embedded servers, already up; started again it recovers by its own log."""

    def again():
        server.restart()
        return server.process

    polite = signal.SIGINT if isinstance(server, Postgres) else signal.SIGTERM
    watched = Watched(type(server).__name__, again, sig=polite, patience=30, base=True)
    watched.process = server.process
    return watched
