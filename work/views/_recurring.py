"""What keeps blocking the work of a site: kind and who clears, by the hours that it held work."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from work.filters import Asked
from work.filters.lapsed import NOBODY
from work.filters.plain import midnight
from work.models import Site
from work.permissions import Scope
from work.reads.blocks import held
from work.reads.seen import of_site
from work.views import _blocks
from work.views.why import begin_of

MOST = 6


def recurring(site: Site, who: Scope, at: datetime) -> list[dict[str, Any]]:
    """The kinds of block, and who clears them, that held most in the last thirty days.

    A guest is not told who clears. Two queries.
    """
    since, by = begin_of(at), ("kind", "clears")
    if who.only_contractor(site.pk):
        by = ("kind",)
    items = of_site(who, site, "item__")
    found = held(site, at, items=items, groupings=[by], since=midnight(since))[by][:MOST]
    clearers = [each.key[1] for each in found if len(each.key) > 1]
    names = _blocks.names_of(clearers, who) if clearers else None
    here = reverse("work:item_list", args=[site.slug])
    rows = []
    for each in found:
        asked = dict(zip(by, (key or NOBODY for key in each.key), strict=True))
        row = _blocks.row(each, "kind", None, at=at)
        if len(each.key) > 1:
            told = {"what": row["label"], "who": _blocks.clearer(each.key[1], names)}
            named = _("%(what)s, cleared by %(who)s")
            row["label"] = (named if each.key[1] else _("%(what)s, nobody named")) % told
        row["now_url"] = here + Asked.from_link(blocked="1", **asked).url()
        row["url"] = here + Asked.from_link(held_since=since.isoformat(), **asked).url()
        rows.append(row)
    return rows
