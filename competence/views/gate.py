"""The gate list of today: who of the companies is expected, may come in, and why not."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_safe

from competence.permissions import Action, may
from competence.reads import gate as read
from competence.views import _shown
from work.pages import Names, live, site_view, worded
from work.permissions import Scope
from work.reads.kept import for_reader


@require_safe
@site_view
@live
def gate(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Everybody who is expected today, those who may not come in first."""
    if not may(who, Action.GATE, site.pk) and not who.companies(site.pk):
        raise PermissionDenied
    shown = for_reader(("competence.gate",), who, lambda: _entries(site, who, at), rows=200)
    values = {
        "site": site,
        "tabs": _shown.tabs(request, site, who),
        "rows": shown,
        "may_count": sum(row["may"] for row in shown),
        "not_count": sum(not row["may"] for row in shown),
        "as_of": at,
    }
    return render(request, "competence/gate.html", values)


def _entries(site: Any, who: Scope, at: datetime) -> list[dict[str, Any]]:
    """Who is expected, as the page shows them."""
    rows = read.entries(site, who, at)
    names = Names(
        [reason for row in rows for reason in (*row.against, *row.beside, *row.lapses)], who
    )
    linked = _shown.may_see(who, site)
    return [
        {
            "name": row.name,
            "url": resolve_url("competence:person", site.slug, row.person_id) if linked else "",
            "company": row.company,
            "may": row.may,
            "until": row.until,
            "reasons": worded(row.against, who, names),
            "beside": worded(row.beside, who, names),
            "lapses": worded(row.lapses, who, names),
            "items": [_shown.item_row(site, item) for item in row.items if _sees(who, item)],
        }
        for row in sorted(rows, key=lambda row: row.may)
    ]


def _sees(who: Scope, item: Any) -> bool:
    return bool(who.roles(item.site_id, item.place.path, item.team_id))
