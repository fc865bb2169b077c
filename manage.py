#!/usr/bin/env python
"""Django's commands; without DATABASE_URL they borrow the embedded servers while they run."""

import contextlib
import os
import sys

# These need no database, or bring their own.
WITHOUT = {
    "",
    "collectstatic",
    "compilemessages",
    "help",
    "lintmigrations",
    "makemessages",
    "serve",
    "version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vinkey.settings")
    from django.core.management import execute_from_command_line

    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    with contextlib.ExitStack() as stack:
        if command not in WITHOUT and "--static-only" not in sys.argv:
            _borrow(stack)
        execute_from_command_line(sys.argv)


def _borrow(stack: contextlib.ExitStack) -> None:
    """Start what is not configured before the settings, which read the servers' passwords."""
    from pathlib import Path

    from vinkey.embedded import EmbeddedError, borrowed

    postgres = not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    valkey = not (os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE"))
    if os.environ.get("VINKEY_ENV") == "production" or not (postgres or valkey):
        return
    data = os.environ.get("VINKEY_DATA") or Path(__file__).resolve().parent / ".data"
    try:
        stack.enter_context(borrowed(Path(data), postgres=postgres, valkey=valkey))
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
