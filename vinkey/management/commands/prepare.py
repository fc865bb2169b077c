"""All between an installed Vinkey and one that can be served; run again it changes nothing."""

import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from vinkey import squashed
from vinkey.roles import may_grant
from work.demo import progress


class Command(BaseCommand):
    help = "Migrates, gives the application's role its rights, collects static files, loads a demo."
    # Static files are collected where no database is: in an image that is being built.
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("--static-only", action="store_true", help="collect static files only")

    def handle(self, *args, **options) -> None:
        self._collect()
        if options["static_only"]:
            return
        self.check(databases=[connection.alias])
        if migrations_left():
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
        if may_grant(connection):
            call_command("grant_app_role", stdout=self.stdout)
        else:
            self.stdout.write("Rights are left as they are: this role does not own the tables.")
        if demo_left():
            if not settings.DEMO:
                raise CommandError(
                    "The database holds half a demo: without VINKEY_DEMO=0 it is loaded to its "
                    "end; `make reset` removes it with all that is in .data."
                )
            call_command("load_demo", stdout=self.stdout)

    def _collect(self) -> None:
        """When a file changed since the last time; the stamp is written last."""
        if not static_left():
            return
        stamp = _stamp()
        stamp.unlink(missing_ok=True)
        now = _fingerprint()
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(now)
        self.stdout.write("Static files collected.")


def anything_left() -> bool:
    """Whether there is more to do than to give the rights again; needs the owner's connection."""
    return static_left() or migrations_left() or demo_left()


def static_left() -> bool:
    """Whether a static file changed since they were collected."""
    stamp = _stamp()
    return not stamp.exists() or stamp.read_text() != _fingerprint()


def migrations_left() -> bool:
    if squashed.lacking():
        return True
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def demo_left() -> bool:
    """Whether a demo was not loaded to its end, or is wanted in an empty database."""
    if progress.cut_short() is not None:
        return True
    return settings.DEMO and not apps.get_model("work", "Site").objects.exists()


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".stamp"


def _fingerprint() -> str:
    """Of names and contents; the times of files change on their way into an image."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            content = Path(storage.path(path)).read_bytes()
            digest.update(f"{path}\0{len(content)}\n".encode() + content)
    return digest.hexdigest()
