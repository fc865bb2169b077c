"""Controlled documents: which revision is in force, who has read it, which work needs it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# When a revision last came into use. Of any site: what is read once too often changes nothing.
_LAPSES = (
    "SELECT lower(r.effective) FROM documents_revision r WHERE r.effective IS NOT NULL"
    " AND lower(r.effective) <= %(at)s ORDER BY lower(r.effective) DESC LIMIT 1"
)


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        """Register what the domain answers for."""
        from documents import answers, naming, panels
        from documents.demo import Play
        from documents.listening import Starts
        from documents.services.importing import Register
        from documents.words import WORDS
        from work import ports

        ports.suppliers.register(answers.Documents())
        ports.conditions.register(answers.OfOccasions())
        ports.kinds.register(answers.Kind())
        ports.item_listeners.register(Starts())
        ports.panels.register(panels.OfItem())
        ports.panels.register(panels.OfPlace())
        ports.panels.register(panels.OfAsset())
        ports.panels.register(panels.OfPerson())
        ports.panels.register(panels.OfPicture())
        ports.search_sources.register(panels.Search())
        ports.rooms.register(
            ports.Room("documents", _("Documents"), "file-text", "documents:document_list")
        )
        ports.lapses.register(ports.Lapse("documents.effective", _LAPSES))
        ports.importers.register(Register())
        ports.namings.register(naming.OfItems())
        ports.words.register(WORDS)
        ports.plays.register(Play())
