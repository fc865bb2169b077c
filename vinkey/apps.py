"""The frame as an application: it brings commands and checks, no models."""

from django.apps import AppConfig


class VinkeyConfig(AppConfig):
    name = "vinkey"
    verbose_name = "Vinkey"
