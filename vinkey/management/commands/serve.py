"""`make run`: everything Vinkey needs on one machine, started, watched and stopped together."""

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from vinkey.embedded import EmbeddedError, Servers, child
from vinkey.embedded.home import APP, OWNER
from vinkey.embedded.postgres import Postgres
from vinkey.environment import env, env_int
from vinkey.processes import PREPARE, SERVING
from vinkey.production import DEMO_LOGINS
from vinkey.supervisor import Supervisor, Watched


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
        if (code := supervisor.once(_ours(PREPARE), env=self._environment(servers, OWNER))) != 0:
            if code is None:
                return
            raise CommandError("The database could not be prepared; what is above says why.")
        serving = self._environment(servers, APP)
        for name, command in SERVING.items():
            supervisor.add(Watched(name, _starter(command, serving)))
        if not supervisor.watch(until=self._answers, seconds=120):
            raise CommandError("Vinkey did not come up; what is above says why.")
        if not supervisor.stopping:
            self._welcome()
        if not supervisor.watch():
            raise CommandError("Vinkey has stopped: a part of it does not stay up.")

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
                            "PORT=8001 make run takes another."
                        ) from None
            time.sleep(0.5)

    def _answers(self) -> bool:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        try:
            with urllib.request.urlopen(f"http://{host}:{self.port}/healthz/", timeout=2):
                return True
        except urllib.error.HTTPError:
            return True  # it answers; a host name it does not serve is not our question here
        except OSError:
            return False

    def _welcome(self) -> None:
        self._say(f"\nVinkey is at http://{self.host}:{self.port}   (Ctrl-C stops it)")
        if settings.DEMO:
            self._say("Demo logins, each with the password demo-<name>:")
            self._say("  " + ", ".join(DEMO_LOGINS))

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


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
