"""A database that has some of the migrations that were squashed into one, and not all.

What the others did is no longer here, and Django would leave their application out and call the
rest whole. So it is told apart before anything asks Django what is left.
"""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def lacking(alias: str = "default") -> list[str]:
    """The migrations that this database lacks and that nothing here can apply; else none."""
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    here = MigrationLoader(None, ignore_no_migrations=True)
    found = []
    for squashed in here.replacements.values():
        missing = [key for key in squashed.replaces if key not in applied]
        if len(missing) < len(squashed.replaces):
            gone = (key for key in missing if key not in here.disk_migrations)
            found += [f"{app}.{name}" for app, name in gone]
    return sorted(found)


def check(databases: list[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """For `migrate` and `prepare`, which stop at it."""
    return [
        Error(
            f"The database lacks {', '.join(names)}: squashed since, with others that it has.",
            hint="Run `manage.py prepare` of the release before this one first, then this one's.",
            id="vinkey.E001",
        )
        for alias in databases or ()
        if (names := lacking(alias))
    ]
