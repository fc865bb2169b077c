"""Give the application's role its rights after a migration."""

from django.core.management.base import BaseCommand
from django.db import connection

from vinkey.environment import env_secret
from vinkey.roles import grant


class Command(BaseCommand):
    help = (
        "Creates the role vinkey_app when missing (with APP_ROLE_PASSWORD as its password, when "
        "set) and gives it its rights: data, but no schema; history only to read and add to."
    )

    def handle(self, *args, **options) -> None:
        found = grant(connection, password=env_secret("APP_ROLE_PASSWORD"))
        plain, kept = found["plain"], found["append_only"]
        self.stdout.write(f"vinkey_app: {plain} tables to work in, {kept} only to add to.")
