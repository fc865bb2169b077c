"""Registers what the domain answers for, as every supporting application does."""

from django.apps import AppConfig


class SupportingConfig(AppConfig):
    name = "tests.supporting"
    label = "supporting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tests.supporting import answers
        from tests.supporting.words import WORDS
        from work import ports

        ports.suppliers.register(answers.Tickets())
        ports.askable.register(ports.Askable(answers.Tickets.key, "A ticket"))
        ports.fitness.register(answers.Barred())
        ports.item_listeners.register(answers.EndsWithItsItem())
        ports.source_listeners.register(answers.Outcomes())
        ports.panels.register(answers.TicketPanel())
        ports.words.register(WORDS)
