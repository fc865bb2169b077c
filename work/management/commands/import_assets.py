"""Imports assets from a CSV or XLSX export, as a mapping says."""

from work.management.commands._import import ImportCommand
from work.services.import_.mapping import Kind


class Command(ImportCommand):
    """See docs/import.md."""

    help = "Import assets from a CSV or XLSX export, described by a mapping."
    kind = Kind.ASSETS
