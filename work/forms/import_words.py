"""The words of a mapping's answers: its fields, who wins, what becomes of the unknown."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DELIMITERS = {
    "": _("As it seems"),
    ",": pgettext_lazy("delimiter", "Comma"),
    ";": pgettext_lazy("delimiter", "Semicolon"),
    "\t": pgettext_lazy("delimiter", "Tab"),
    "|": pgettext_lazy("delimiter", "Bar"),
}
WINS = {
    "": _("Vinkey, where it was changed here"),
    "source": _("The source, always"),
    "first": _("It is read the first time only"),
}
UNKNOWNS = {
    "": _("Refuse the record"),
    "report": _("Load without it, and report"),
    "keep": _("Load without it, and keep the text"),
}
WHAT_IS_UNKNOWN = {
    "place": _("A place that the site does not have"),
    "asset": _("An asset that the site does not have"),
    "parent": _("A record above that is not there"),
    "team": _("A team that the site does not have"),
    "owner": _("An owner who is not there"),
    "record": _("A link or line of a record that is not in the file"),
}
FIELDS = {
    "code": _("Code"),
    "name": _("Name"),
    "kind": _("Kind"),
    "parent": _("Part of"),
    "owner_team": _("Owning team"),
    "is_active": _("In use"),
    "asset_class": _("Class"),
    "serial": _("Serial number"),
    "status": _("Status"),
    "place": _("Place"),
    "type": _("Type of work"),
    "what": _("What must happen"),
    "why": _("Why"),
    "mandatory": _("The parent waits for it"),
    "team": _("Team or company"),
    "owner_post": _("Owner: a post"),
    "owner_user": _("Owner: a person"),
    "priority": _("Priority"),
    "safety_critical": _("Safety-critical"),
    "planned_start": _("Planned start"),
    "planned_end": _("Planned end"),
    "due": _("Due"),
    "requested_at": _("Requested at"),
    "closed_at": _("Closed at"),
    "cancelled_at": _("Cancelled at"),
    "places": _("Places of the record, in a file of their own"),
    "assets": _("Assets of the record, in a file of their own"),
    "lines": _("Lines of its checklist, in a file of their own"),
    "text": _("Text"),
}
