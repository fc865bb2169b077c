"""The frame as an application: it brings commands, no models, and the site of the admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.core import checks


class VinkeyConfig(AppConfig):
    name = "vinkey"
    verbose_name = "Vinkey"
    default = True

    def ready(self) -> None:
        from vinkey import squashed

        checks.register(squashed.check, checks.Tags.database)


class AdminConfig(SimpleAdminConfig):
    """Django's admin with our site; it looks for nothing to register."""

    default_site = "vinkey.admin.Site"
