"""All between an installed Vinkey and one that can be served; run again it changes nothing."""

import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    help = "Migrates, gives the application's role its rights, collects static files, loads a demo."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--static-only", action="store_true", help="collect static files only")

    def handle(self, *args, **options) -> None:
        self._collect()
        if options["static_only"]:
            return
        if _migrations_left():
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
        call_command("grant_app_role", stdout=self.stdout)
        if settings.DEMO and "load_demo" in get_commands() and _is_empty():
            call_command("load_demo", stdout=self.stdout)

    def _collect(self) -> None:
        """When a file changed since the last time; the stamp is written last."""
        stamp = Path(settings.STATIC_ROOT) / ".stamp"
        now = _fingerprint()
        if stamp.exists() and stamp.read_text() == now:
            return
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(now)
        self.stdout.write("Static files collected.")


def _migrations_left() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _is_empty() -> bool:
    return not apps.get_model("work", "Site").objects.exists()


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
