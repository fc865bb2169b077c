"""Application of the execution layer; registers what the core itself supplies."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    """The core. It names no supporting application; they register in `work.ports`."""

    name = "work"
    verbose_name = _("Work")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the core itself supplies."""
        from work.suppliers import register_all

        register_all()
