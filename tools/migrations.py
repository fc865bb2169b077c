"""Are all model changes in migrations, and is no migration unsafe while the old code still runs?

Asks a throw-away PostgreSQL, so that nothing depends on what somebody's database holds.
"""

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
OURS = [
    "work",
    "permits",
    "hazards",
    "documents",
    "competence",
    "changes",
    "compliance",
    "communication",
]
# Looked at by hand: text columns that only become longer, which the old code reads as before.
SAFE = ["0019_kinds_of_imports"]


def main() -> int:
    import django
    from django.core.management import call_command

    django.setup()
    from django_migration_linter import MigrationLinter

    call_command("makemigrations", check_changes=True, dry_run=True)
    linter = MigrationLinter(
        path=str(ROOT),
        include_apps=OURS,
        ignore_initial_migrations=True,
        ignore_name=SAFE,
        quiet=["ok", "ignore"],
        no_cache=True,
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return int(linter.has_errors)


if __name__ == "__main__":
    from vinkey.embedded import Servers
    from vinkey.embedded.home import OWNER

    os.environ["DJANGO_SETTINGS_MODULE"] = "vinkey.settings"
    os.environ["DATABASE_POOL"] = "0"
    with tempfile.TemporaryDirectory(prefix="vinkey-check-") as data:
        servers = Servers(Path(data), valkey=False, throw_away=True)
        servers.start()
        os.environ |= servers.environment(OWNER)
        try:
            code = main()
        finally:
            from django.db import connections

            connections.close_all()
            servers.stop()
    sys.exit(code)
