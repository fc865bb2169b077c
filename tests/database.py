"""A migrated database to copy test databases from: migrating takes many seconds, copying one.

What migrations made is kept as SQL in the cache folder, under a key over everything it depends on.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from vinkey.embedded.postgres import binaries

ROOT = Path(__file__).resolve().parent.parent
NAME = "vinkey_template"
_HALF = f"{NAME}_half"
END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND usename = session_user AND pid <> pg_backend_pid()"
)


def key() -> str:
    digest = hashlib.sha256()
    sources = [*ROOT.glob("*/migrations/*.py"), ROOT / "work/together.py"]
    sources.append(ROOT / "vinkey/settings.py")
    for path in [*sorted(sources), ROOT / "requirements.lock"]:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def template(url: str, *, data: Path, cache: Path) -> str:
    """The name of a migrated database in the server at `url`, made once per run."""
    with (data / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(url, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if known.fetchone() is None:
                # It has its name only once it is whole.
                connection.execute(f"DROP DATABASE IF EXISTS {_HALF}")
                connection.execute(f"CREATE DATABASE {_HALF}")
                fill(url.rpartition("/")[0] + f"/{_HALF}", cache=cache)
                connection.execute(f"ALTER DATABASE {_HALF} RENAME TO {NAME}")
    return NAME


def fill(url: str, *, cache: Path) -> None:
    """Migrate the empty database at `url`, from what is kept when it still holds."""
    kept = cache / f"{key()}.sql"
    if kept.exists():
        _tool("psql", url, "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-f", kept)
        return
    known = os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"migrate failed:\n{done.stdout}{done.stderr}")
    kept.parent.mkdir(parents=True, exist_ok=True)
    for old in kept.parent.glob("*.sql"):
        old.unlink()
    fresh = kept.with_suffix(".new")
    _tool("pg_dump", url, "--no-owner", "--no-privileges", "--no-comments", "-f", fresh)
    fresh.rename(kept)


def _tool(name: str, url: str, *options: str | Path) -> None:
    parts = urlsplit(url)
    known = {
        "PGHOST": unquote(parts.netloc.rpartition("@")[2]),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.strip("/"),
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
    }
    command = [str(binaries() / name), *map(str, options)]
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
