"""What the list and the board share: parameters, views, filters, chips."""

import functools
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from work.filters import Asked, Selection, select
from work.filters.chips import chips, label
from work.filters.form import form as filter_form
from work.filters.selection import PERIOD
from work.models import Site
from work.permissions import Grant, Scope
from work.prepared import fill, given
from work.reads import facets
from work.reads.counts import Statement, few, said
from work.reads.facets import Facets

# The tabs over a list: how they are called, and what they ask.
VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("open", {}),
    ("blocked", {"blocked": "1"}),
    ("overdue", {"overdue": "1"}),
    ("mine", {"owner": "me"}),
)
# What a link asks, and the form has no row for.
_CARRIED = (
    "here",
    "unconfirmed",
    "owner_left",
    "no_duty",
    "nobody",
    "incomplete",
    "source_closed",
    "closed_since",
    "held_since",
)


def narrow(request: HttpRequest, site: Site, who: Scope, at: datetime) -> Selection:
    """What the address asks for: one query for everything that it names."""
    asked = Asked.of(request.GET)
    return select(asked, facets.load(site, who, asked.wanted()), site, who, at)


def linked(selection: Selection, **values: str) -> Selection:
    """What a link of ours over the same site asks for; it names nothing that must be looked up."""
    known = selection.context
    return select(Asked.from_link(**values), Facets(), known.site, known.who, known.at)


def any_incomplete(selection: Selection) -> Selection:
    """The same with whatever cause of having arrived incomplete."""
    known = selection.context
    values = {**selection.asked.values, "incomplete": ("1",)}
    return select(Asked(values), known.facets, known.site, known.who, known.at)


def tabs(selection: Selection, counts: list[int], url_name: str) -> list[dict[str, Any]]:
    """The views, each with its count; `counts` in the order of `VIEWS`."""
    names = {
        "open": _("All open"),
        "blocked": _("Blocked"),
        "overdue": _("Overdue"),
        "mine": _("Mine"),
    }
    here = reverse(url_name, args=[selection.context.site.slug])
    asked = {name: values for name, values in selection.asked.values.items() if name != "sort"}
    return [
        {
            "label": names[name],
            "url": here + (Asked.from_link(**given).url() if given else ""),
            "count": said(count),
            "current": asked == {key: (value,) for key, value in given.items()},
        }
        for (name, given), count in zip(VIEWS, counts, strict=True)
    ]


def ways(selection: Selection, url_name: str) -> list[dict[str, Any]]:
    """The same work as a board and as a list."""
    slug, asked = selection.context.site.slug, selection.asked.url().removesuffix("?")
    known = (
        ("work:board", _("Board"), "square-kanban"),
        ("work:item_list", _("List"), "list"),
    )
    return [
        {
            "label": label,
            "icon": icon,
            "url": reverse(name, args=[slug]) + asked,
            "current": name == url_name,
        }
        for name, label, icon in known
    ]


def view_rows(selection: Selection) -> list[Statement]:
    """The rows of each view, to be counted."""
    known = selection.context
    kept = _views(known.site.pk, known.who.user_id, known.who.grants)
    return [(sql, fill(params, {"at": known.at})) for sql, params in kept]


@functools.lru_cache(maxsize=512)
def _views(site_id: int, user_id: int, grants: tuple[Grant, ...]) -> list[Statement]:
    """The same at whatever moment, for somebody with these grants: put together once."""
    at: Any = given("at")
    site, who = Site(pk=site_id), Scope(user_id, at, grants)
    asked = [Asked.from_link(**values) for _name, values in VIEWS]
    return [few(select(each, Facets(), site, who, at).rows()) for each in asked]


def context(selection: Selection, counts: list[int], url_name: str) -> dict[str, Any]:
    """What both templates want of it."""
    site = selection.context.site
    here = reverse(url_name, args=[site.slug])
    duties = selection.context.facets.duties
    return {
        "site": site,
        "as_of": selection.context.at,
        "views": tabs(selection, counts, url_name),
        "ways": ways(selection, url_name),
        "filters": filter_form(selection),
        "chips": chips(selection),
        "hidden": hidden(selection),
        "clear_url": here,
        "trouble": trouble(selection, here),
        "duty_text": ", ".join(sorted(duty.name for duty in duties)),
        "nav_counts": {"work": said(counts[0]), "blocked": said(counts[1])},
    }


def hidden(selection: Selection) -> list[dict[str, str]]:
    """Parameters that the form has no row for, carried along."""
    asked = selection.asked
    shown = {"sort": asked.sort, "columns": ",".join(asked.columns), "group": asked.group}
    shown["view"] = asked.view
    rows = [{"name": name, "value": value} for name, value in shown.items() if value]
    rows += [{"name": name, "value": asked.one(name)} for name in _CARRIED if asked.one(name)]
    # The form chooses one of these; more come from a link.
    for name in ("type", "place", "team", "kind"):
        rows += [{"name": name, "value": each} for each in asked.values.get(name, ())[1:]]
    return rows


def trouble(selection: Selection, here: str) -> dict[str, str] | None:
    """Why no rows can be shown, and the way on."""
    asked = selection.asked
    if selection.unknown:
        name, value = selection.unknown[0]
        words = {"label": label(selection, name), "value": value.replace("\x00", "�")[:40]}
        text = _("“%(value)s” is not understood as %(label)s.")
        if (name, value) in asked.left and name in asked.values:
            text = _("“%(value)s” is one value too many for %(label)s.")
        elif (name, value) in asked.left:
            text = _("%(label)s is one field too many, or has too long a name.")
        return {
            "kind": "refused",
            "text": text % words,
            "url": here,
            "action": _("Clear filters"),
        }
    if selection.too_many:
        name, value = selection.too_many
        words = {"label": label(selection, name), "value": value[:40], "most": facets.MOST}
        text = _("%(label)s: more than %(most)s are called “%(value)s”. Type more of the name.")
        return {
            "kind": "too_many",
            "text": text % words,
            "url": selection.asked.url(**{name: None}),
            "action": _("Leave it out"),
        }
    if selection.too_long:
        recent = timezone.localtime(selection.context.at).date() - PERIOD
        periods = {"closed_since", "held_since"} & asked.values.keys()
        closed = dict.fromkeys(sorted(periods), recent.isoformat())
        return {
            "kind": "too_many",
            "text": _("Ended work with these filters is looked through for a year at most."),
            "url": selection.asked.url(since=None, **closed),
            "action": _("Ask the last 90 days"),
        }
    return None
