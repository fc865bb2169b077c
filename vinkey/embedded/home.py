"""The data directory of the embedded servers: where everything is, who may read it, who has it."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import stat
from pathlib import Path
from urllib.parse import quote

from vinkey.embedded.child import EmbeddedError, unprivileged

OWNER, APP, DATABASE = "vinkey", "vinkey_app", "vinkey"


class Taken(EmbeddedError):
    """Another process has this data directory."""


class Home:
    """Names under `.data`; asking for a name creates nothing."""

    def __init__(self, directory: Path):
        self.directory = Path(os.path.realpath(directory))
        self.postgres = self.directory / "postgres"
        self.valkey = self.directory / "valkey"
        self.log = self.directory / "log"
        self.secrets = self.directory / "secrets"
        self._lock: int | None = None
        digest = hashlib.sha256(f"{os.geteuid()}:{self.directory}".encode()).hexdigest()[:12]
        self.sockets = Path("/tmp") / f"vinkey-{digest}"  # noqa: S108  a socket's path has 107 bytes

    def make(self) -> None:
        """Create the directories, private; the sockets' one must be ours, not somebody's trap."""
        user = unprivileged()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o711 if user else 0o700)
        for private in (self.log, self.secrets):
            private.mkdir(mode=0o700, exist_ok=True)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        found = self.sockets.lstat()
        ours = {os.geteuid(), user.pw_uid if user else os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
            raise EmbeddedError(f"{self.sockets} is somebody else's; remove it and try again.")
        if user:
            os.chown(self.sockets, user.pw_uid, user.pw_gid)
        self.sockets.chmod(0o700)

    @property
    def held(self) -> bool:
        """Whether this process has the directory: who has it not leaves everything in it alone."""
        return self._lock is not None

    def take(self) -> None:
        """Lock the directory for as long as this process lives, or raise `Taken`."""
        self.directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Taken(f"Vinkey already runs with {self.directory}.") from None
        self._lock = handle

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def secret(self, name: str) -> str:
        """A password or key that is made once and read ever after (file mode 0600)."""
        path = self.secrets / name
        if not path.exists():
            fresh = path.with_suffix(f".{os.getpid()}")
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(32))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(fresh, path)
            fresh.unlink()
        return path.read_text()

    def database_url(self, role: str = APP) -> str:
        """The URL over the socket; before the first start there is no password to give."""
        known = (self.secrets / role).exists()
        password = f":{self.secret(role)}" if known else ""
        return f"postgresql://{role}{password}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def redis_url(self) -> str:
        return f"unix://{self.sockets}/valkey.sock"
