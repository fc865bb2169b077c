"""What the import commands share: their arguments, progress, report and exit codes."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from work.models import Site, User
from work.services.import_ import report
from work.services.import_.faults import ImportFault, shown
from work.services.import_.mapping import Kind
from work.services.import_.run import run_import

REFUSED_ROWS = 2


class ImportCommand(BaseCommand):
    """Progress goes to stderr, the report to stdout.

    Exit codes: 1 when the file, the mapping or the site is refused and nothing was loaded, or
    when the site stayed busy; 2 with --strict when any record was refused.
    """

    kind: Kind | None = None
    _done = "loaded"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or XLSX export of the source system")
        parser.add_argument("--site", required=True, help="short name of the site")
        parser.add_argument("--mapping", required=True, type=Path, help="mapping, a TOML file")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would come of it and load nothing"
        )
        parser.add_argument(
            "--strict", action="store_true", help="exit with 2 when any record is refused"
        )
        parser.add_argument(
            "--errors", type=Path, help="where the errors go (default: FILE.errors.csv, here)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}.")
        self._done = "checked" if options["dry_run"] else "loaded"
        path = options["errors"] or Path(f"{options['file'].stem}.errors.csv")
        try:
            run = run_import(
                site=site,
                kind=self.kind,
                actor=self._person(options.get("person")),
                path=options["file"],
                mapping_path=options["mapping"],
                dry_run=options["dry_run"],
                errors=path,
                progress=self._progress,
            )
        except ImportFault as fault:
            raise CommandError(str(fault)) from fault
        for line in report.lines(run):
            self.stdout.write(line)
        if number := report.write_errors(run, path):
            self.stdout.write(f"{number} line(s) in {shown(path, 400)}")
        refused, lost = report.counts(run)["refused"], report.counts(run)["lost"]
        if options["strict"] and (refused or lost):
            said = f"{refused} record(s) refused"
            said += f", and {lost} link(s) or line(s) of no record" if lost else ""
            raise CommandError(f"{said}.", returncode=REFUSED_ROWS)

    def _person(self, name: str | None) -> User | None:
        """Who brings the records, where that is said."""
        if not name:
            return None
        person = User.objects.filter(username=name, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active person {name}.")
        return person

    def _progress(self, file: str, count: int) -> None:
        """One line that is written over on a terminal, a line each otherwise."""
        what = f"read {file}" if file else self._done
        end = "\r" if sys.stderr.isatty() else "\n"
        self.stderr.write(f"{what}: {count:,}", ending=end)
