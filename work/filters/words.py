"""The words of filters: labels of parameters, choices of flags and statuses."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LABELS = {
    "q": _("Number or word"),
    "status": _("Status"),
    "type": _("Type"),
    "place": _("Place"),
    "here": _("At this very place"),
    "owner": _("Owner"),
    "team": _("Team"),
    "executor": _("Done by"),
    "asset": _("Asset"),
    "priority": _("Priority"),
    "kind": _("Blocked by"),
    "clears": _("Cleared by"),
    "blocked": _("Blocked"),
    "ready": _("Clear to start"),
    "overdue": _("Overdue"),
    "unconfirmed": _("Not confirmed stopped"),
    "owner_left": _("Owner has left"),
    "no_duty": _("Post without duty"),
    "nobody": _("Nobody on it"),
    "incomplete": _("Arrived incomplete"),
    "source_closed": _("Closed in source, open here"),
    "due_before": _("Due before"),
    "waiting_days": _("Stopped for at least, days"),
    "since": _("Raised since"),
    "closed_since": _("Closed since"),
    "held_since": _("Was blocked since"),
    "after": _("Place in the list"),
}
FLAGS = {"1": _("Yes"), "0": _("No")}
ANY_STATUS = {"open": _("All open"), "all": pgettext_lazy("status", "All")}
ME, NO_TEAM = _("Me"), _("No team")
# People that are asked for in a word.
WORDED = {"me": ME, "none": _("Nobody")}
# The ends of a custom field that can be compared.
RANGES = {".from": _("%(field)s, from"), ".to": _("%(field)s, to")}
NOBODY = pgettext_lazy("who clears", "Nobody named")
