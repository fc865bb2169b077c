"""Imports records of a domain, or people, from a CSV or XLSX export, as a mapping says."""

from argparse import ArgumentParser

from work import ports
from work.management.commands._import import ImportCommand


class Command(ImportCommand):
    """See docs/import.md."""

    help = "Import people or records of a domain from a CSV or XLSX export, by a mapping."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        keys = ", ".join(each.key for each in ports.importers.all())
        parser.epilog = f"The mapping says the kind: {keys}."
        parser.add_argument(
            "--as",
            dest="person",
            metavar="NAME",
            help="sign-in name of who brings them, and sets up the site",
        )
