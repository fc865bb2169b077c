"""Controlled documents: which revision is in force, who has read it, which work needs it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        """Register what the domain answers for."""
        from documents import answers
        from documents.listening import Starts
        from documents.words import WORDS
        from work import ports

        ports.suppliers.register(answers.Documents())
        ports.conditions.register(answers.OfOccasions())
        ports.kinds.register(answers.Kind())
        ports.item_listeners.register(Starts())
        ports.words.register(WORDS)
