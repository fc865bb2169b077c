"""How settings are read from the environment; an empty variable counts as not set."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def env(name: str, default: str = "") -> str:
    return os.environ.get(name) or default


def env_bool(name: str, default: bool = False) -> bool:
    value = env(name).lower()
    if not value:
        return default
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}: say 1 or 0.")
    return value in _TRUE


def env_int(name: str, default: int) -> int:
    value = env(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}: say a whole number.") from None


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_secret(name: str, default: str = "") -> str:
    """The variable, or what the file named by NAME_FILE holds; an unreadable file fails."""
    path = env(f"{name}_FILE")
    if not path:
        return env(name, default)
    if env(name):
        raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set: keep one.")
    try:
        secret = Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from None
    if not secret:
        raise ImproperlyConfigured(f"{name}_FILE names an empty file.")
    return secret


def database(url: str) -> dict:
    """`postgresql://user:password@host:port/name?sslmode=require`; a host of %2F… is a socket."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL must be postgresql://user:password@host:port/name."
        )
    where = parts.netloc.rpartition("@")[2]
    socket = unquote(where) if where.startswith("%2F") else ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": socket or parts.hostname or "",
        "PORT": "" if socket else str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def broker(url: str) -> str:
    """Celery's spelling of a Redis URL: a socket is `redis+socket://`."""
    return f"redis+socket://{url.removeprefix('unix://')}" if url.startswith("unix://") else url
