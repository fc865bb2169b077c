"""The gate list of today: who of the companies is expected, may come in, and why not."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_safe

from competence.forms import Expected
from competence.permissions import Action, may
from competence.reads import gate as read
from competence.views import _shown
from work.pages import Names, guest_at, live, number_in, site_view, worded
from work.permissions import Scope
from work.reads.kept import for_reader


@require_safe
@site_view
@live
def gate(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Who is expected today, by company and name; on each page those who may not come in first."""
    if not may(who, Action.GATE, site.pk) and not who.companies(site.pk):
        raise PermissionDenied
    page = max(1, min(number_in(request.GET.get("page", "")) or 1, _shown.MOST_PAGES))
    firms = for_reader(
        ("competence.gate.companies",), who, lambda: read.companies(site, who, at), rows=10
    )
    form = Expected(request.GET or None)
    form.fields["company"].choices = [
        *form.fields["company"].choices[:1],
        *((str(pk), f"{name} ({count})") for pk, name, count in firms),
    ]
    asked: dict[str, str] = {}
    if form.is_bound:
        form.full_clean()  # what cannot be is told at its field, and narrows nothing
        asked = {name: said for name, said in form.cleaned_data.items() if said}
    key = ("competence.gate", page, *sorted(asked.items()))
    kept = for_reader(key, who, lambda: _listed(site, who, at, page, asked), rows=read.PAGE)
    rows = kept["rows"]
    values = {
        "site": site,
        "tabs": _shown.tabs(request, site, who),
        "form": form if firms else None,
        "narrowed": bool(asked and firms),
        "rows": rows,
        "pager": kept["pager"],
        "beyond": kept["beyond"],
        "may_count": sum(row["may"] for row in rows),
        "not_count": sum(not row["may"] for row in rows),
        "as_of": at,
    }
    return render(request, "competence/gate.html", values)


def _listed(
    site: Any, who: Scope, at: datetime, page: int, asked: dict[str, str]
) -> dict[str, Any]:
    """A page of them, as it is narrowed; no pager where all of them stand on it."""
    team_id = number_in(asked.get("company", ""))
    found = read.listed(site, who, at, page, q=asked.get("q", ""), team_id=team_id)
    first = (found.page - 1) * read.PAGE
    last = min(first + read.PAGE, found.total)
    more = last < found.total

    def url(number: int) -> str:
        return f"?{urlencode(asked | {'page': number})}"

    pager = {
        "first": first + 1,
        "last": last,
        "total_text": str(found.total),
        "pages": [],
        "previous_url": url(found.page - 1) if found.page > 1 else "",
        "next_url": url(found.page + 1) if more and found.page < _shown.MOST_PAGES else "",
    }
    paged = found.total > read.PAGE
    return {
        "rows": _rows(site, who, found.rows),
        "pager": pager if paged else None,
        "beyond": more and found.page >= _shown.MOST_PAGES,
    }


def _rows(site: Any, who: Scope, rows: list[read.Entry]) -> list[dict[str, Any]]:
    """Who is expected, as the page shows them."""
    names = Names(
        [reason for row in rows for reason in (*row.against, *row.beside, *row.lapses)],
        who,
        guest=guest_at(who, site.pk),
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
