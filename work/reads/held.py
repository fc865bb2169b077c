"""What holds something of the operation now, for one reader."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from work.models import Hold, Place, Site
from work.permissions import Scope, sees

MOST = 50


def holds(site: Site, who: Scope, which: Q, here: Place | None = None) -> list[dict[str, Any]]:
    """The holds that stand: one query. `here`: the place whose page it is; others are named.

    Work that the reader may not see is named by its kind alone; a guest learns nothing of it.
    """
    rows = Hold.objects.filter(which, site=site, ended_at=None)
    shown = []
    for each in rows.select_related("item__place", "place", "asset")[:MOST]:
        known = each.item is not None and sees(who, each.item)
        if not known and who.only_contractor(site.pk):
            continue
        number = f"W-{each.item.number}" if known and each.item else ""
        unnamed = _("Other work") if each.item is not None else _("A supporting record")
        elsewhere = each.place if each.place is not None and each.place != here else None
        shown.append(
            {
                "kind_text": each.get_kind_display(),
                "what": f"{number} {each.item.what}" if known and each.item else unnamed,
                "url": reverse("work:item_detail", args=[site.slug, number]) if known else "",
                "where_text": elsewhere.name if here is not None and elsewhere else "",
                "since": each.placed_at,
                "until_text": _("ends at acceptance")
                if each.until_accepted
                else _("ends by decision"),
                "ended_at": None,
                "acts": [],
            }
        )
    return shown
