"""The vocabulary of documents. Imports nothing of ours.

*Effective*, *planned* and *superseded* are no states: they are read from a revision's range and
the moment.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DocumentKind(TextChoices):
    """What sort of document it is."""

    PROCEDURE = "procedure", _("Procedure")
    INSTRUCTION = "instruction", _("Work instruction")
    DRAWING = "drawing", _("Drawing")
    FORM = "form", _("Form")
    DATA_SHEET = "data_sheet", _("Data sheet")
    OTHER = "other", pgettext_lazy("document", "Other")


class RevisionState(TextChoices):
    """How far a revision is."""

    DRAFT = "draft", pgettext_lazy("revision", "Draft")
    REVIEW = "review", pgettext_lazy("revision", "In review")
    APPROVED = "approved", pgettext_lazy("revision", "Approved")
    WITHDRAWN = "withdrawn", pgettext_lazy("revision", "Withdrawn")


class Bearing(TextChoices):
    """What a revision means for work that began under an earlier one."""

    NOTICE = "notice", _("Notice: work under way goes on, its people are told")
    HOLD_POINT = "hold_point", _("Hold point: read and signed before the next one")
    STOP = "stop", _("Stop: work under way stops at its second")


class Verdict(TextChoices):
    """What a periodic review found."""

    KEEP = "keep", _("Keep it as it is")
    NEEDS_REVISION = "needs_revision", _("Needs a revision")
    OBSOLETE = "obsolete", _("Obsolete")


class Phase(TextChoices):
    """How a revision stands at a moment, read from its state and its range."""

    DRAFT = "draft", pgettext_lazy("revision", "Draft")
    REVIEW = "review", pgettext_lazy("revision", "In review")
    APPROVED = "approved", pgettext_lazy("revision", "Approved, no date yet")
    PLANNED = "planned", pgettext_lazy("revision", "Planned")
    EFFECTIVE = "effective", pgettext_lazy("revision", "Effective")
    SUPERSEDED = "superseded", pgettext_lazy("revision", "Superseded")
    WITHDRAWN = "withdrawn", pgettext_lazy("revision", "Withdrawn")
