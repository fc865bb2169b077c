"""What is asked of each executor of an item: the section of its page, and a page of its own."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_safe

from competence.reads import people as read
from competence.reads.work import told_of
from competence.views import _shown
from work.pages import fragment, guest_at, site_view
from work.permissions import Scope
from work.reads import item as items
from work.reads import judged as trail


@require_safe
@site_view
def of_item(request: HttpRequest, site: Any, who: Scope, at: datetime, number: str) -> HttpResponse:
    """Per executor: met, ending, missing, to verify. A guest reads that of the own people alone."""
    item = items.find(site, who, number)
    if item is None:
        raise Http404
    names = told_of(who, item)
    judged = [each for each in read.of_item(item, at) if each[0] in names]
    said = _shown.named(site, [verdict for _, some, _ in judged for verdict in some], who)
    linked = _shown.may_see(who, site)
    decisions = (
        [] if guest_at(who, site.pk, item.place.path) else trail.rows(trail.of_item(item.pk), who)
    )
    read.proofs(site, decisions)
    values = {
        "site": site,
        "judged": decisions,
        "item": _shown.item_row(site, item),
        "others": len(names) < len(item.executor_rows),
        "people": [
            {
                "name": names[pk],
                "url": resolve_url("competence:person", site.slug, pk) if linked else "",
                "asked": _shown.sorted_gaps(
                    [
                        _shown.gap(verdict, supervised, at, who, said, item.planned_end)
                        for verdict in verdicts
                    ]
                ),
            }
            for pk, verdicts, supervised in judged
        ],
    }
    name = "competence/of_item.html"
    return render(request, f"{name}#people" if fragment(request) else name, values)
