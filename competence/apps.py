"""Competences and trainings: who may do what, and until when."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompetenceConfig(AppConfig):
    """Registers what the domain answers for."""

    name = "competence"
    verbose_name = _("Competence")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the ports."""
        from competence.answers import register

        register()
