"""The work board of a site: a column a status."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from work.filters import Asked, Selection, select
from work.filters.order import ordered
from work.models import Site
from work.permissions import Scope
from work.reads import rows as read
from work.reads.counts import CAP, capped, said
from work.states import OPEN, Status
from work.views import _card_moves
from work.views import _narrowing as narrowing
from work.views._site import fragment, site_view

CARDS = 10
_COLUMNS = [status for status in Status if status in OPEN]
_DEFAULT = "priority"


@require_safe
@site_view
def board(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """The most urgent of each status; the rest is a link to its list."""
    etag = narrowing.tag(request, site, who, at)
    if (same := narrowing.unchanged(request, etag)) is not None:
        return same
    selection = narrowing.narrow(request, site, who, at)
    shown = [status for status in _COLUMNS if status in selection.statuses]
    held = [selection.rows(status) for status in shown]
    closed_today = _closed_today(selection)
    counts = capped([*held, closed_today.rows(), *narrowing.view_rows(selection)])
    cards = _cards(selection, shown, who, at) if any(counts[: len(shown)]) else {}
    values = narrowing.context(selection, counts[len(shown) + 1 :], "work:board") | {
        "columns": [
            _column(selection, status, count, cards.get(status, []))
            for status, count in zip(shown, counts, strict=False)
        ],
        "closed": {"count": said(counts[len(shown)]), "url": _list(site, closed_today)},
    }
    name = "work/board.html#work" if fragment(request) else "work/board.html"
    return narrowing.with_tag(render(request, name, values), etag)


def _closed_today(selection: Selection) -> Selection:
    """What fits the same filters and was accepted since midnight."""
    known = selection.context
    today = timezone.localtime(known.at).date().isoformat()
    values = {**selection.asked.values, "closed_since": (today,)}
    values.pop("status", None)
    asked = Asked(values, left=selection.asked.left)
    return select(asked, known.facets, known.site, known.who, known.at)


def _list(site: Site, selection: Selection) -> str:
    return reverse("work:item_list", args=[site.slug]) + selection.asked.url()


def _cards(
    selection: Selection, shown: list[Status], who: Scope, at: datetime
) -> dict[str, list[read.ItemRow]]:
    """The first cards of every column, each cut by its own index, with what can be done to them."""
    sort = selection.sort if selection.asked.sort else _DEFAULT
    parts = [
        read.query(ordered(selection.rows(status), sort)[:CARDS], at, cards=True)
        for status in shown
    ]
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    cards: dict[str, list[read.ItemRow]] = {}
    rows = read.read(found, at)
    _card_moves.put(selection.context.site, rows, who, at)
    for row in rows:
        cards.setdefault(row.status, []).append(row)
    return cards


def _column(
    selection: Selection, status: Status, count: int, cards: list[read.ItemRow]
) -> dict[str, Any]:
    asked = selection.asked
    more = count - len(cards)
    url = asked.url(status=str(status), sort=asked.sort or _DEFAULT) if more > 0 else ""
    here = reverse("work:item_list", args=[selection.context.site.slug])
    return {
        "code": str(status),
        "label": str(status.label),
        "count": said(count),
        "items": cards,
        "more_url": here + url if url else "",
        "more": said(count) if count > CAP else said(more),
    }
