"""Both servers together, and how a single command borrows them."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

from vinkey.embedded.home import APP, Home, Taken
from vinkey.embedded.postgres import Postgres
from vinkey.embedded.valkey import Valkey


class Servers:
    """What of PostgreSQL and Valkey is not configured elsewhere, started under one directory."""

    def __init__(
        self,
        directory: Path,
        *,
        postgres: bool = True,
        valkey: bool = True,
        throw_away: bool = False,
    ):
        self.home = Home(directory)
        self._wanted = (postgres, valkey)
        self._throw_away = throw_away
        self.running: list[Postgres | Valkey] = []

    def start(self) -> None:
        self.home.take()
        try:
            self.home.make()
            postgres, valkey = self._wanted
            wanted: list[type[Postgres] | type[Valkey]] = [Postgres] if postgres else []
            wanted += [Valkey] if valkey else []
            for kind in wanted:
                server = kind(self.home, throw_away=self._throw_away)
                _keep_short(server.log)
                self.running.append(server)
                server.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop what was started here; where another has the directory nothing is touched."""
        if not self.home.held:
            return
        for server in reversed(self.running):
            server.stop()
        self.running = []
        shutil.rmtree(self.home.sockets, ignore_errors=True)
        self.home.release()

    def environment(self, role: str = APP) -> dict[str, str]:
        """What a child process has to know to use them."""
        postgres, valkey = self._wanted
        known = {"DATABASE_URL": self.home.database_url(role)} if postgres else {}
        return known | ({"REDIS_URL": self.home.redis_url()} if valkey else {})


def _keep_short(log: Path, limit: int = 10_000_000) -> None:
    if log.exists() and log.stat().st_size > limit:
        log.replace(log.with_suffix(".log.old"))


@contextlib.contextmanager
def borrowed(directory: Path, *, postgres: bool, valkey: bool) -> Iterator[None]:
    """The servers for one command: those of a running `serve`, or our own for as long as needed.

    Who started them waits at the end for the other commands that came to use them.
    """
    directory.mkdir(parents=True, exist_ok=True)
    servers = Servers(directory, postgres=postgres, valkey=valkey)
    with (directory / "users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            servers.start()
        except Taken:
            yield
            return
        try:
            yield
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            fcntl.flock(users, fcntl.LOCK_EX)
            servers.stop()
