"""The words of the domain's coded reasons."""

from django.utils.translation import gettext_lazy as _

from work.ports import Words

WORDS = Words(
    key="supporting",
    sentences={
        "need.supporting.ticket": _("A ticket must be valid"),
        "supporting.ticket_missing": _("There is no ticket yet."),
        "supporting.ticket_open": _("The ticket is not issued."),
        "supporting.ticket_lapsed": _("The ticket has lapsed."),
        "supporting.ticket_bars": _("A ticket bars who would carry it out."),
        "supporting.ticket_waits": _("The ticket waits for W-%(number)s."),
    },
    general={"supporting.ticket_waits": _("The ticket waits for other work.")},
)
