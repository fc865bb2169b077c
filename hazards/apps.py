"""Hazards, incidents and findings: what may go wrong, what did, and the work it causes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HazardsConfig(AppConfig):
    name = "hazards"
    verbose_name = _("Hazards")
