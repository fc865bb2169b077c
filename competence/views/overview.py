"""What ends in the next days, with the planned work that it hits; and what waits to be verified."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from competence.reads import forecast
from competence.states import PaperKind
from competence.views import _shown
from work.pages import Guest, guest_at, live, number_in, see_other, site_view
from work.permissions import Scope
from work.reads.kept import for_reader


@require_safe
@site_view
@live
def overview(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """What ends within 7, 30 or 90 days; who sees nothing of others is led to the own page."""
    if not _shown.may_see(who, site):
        return see_other(request, "competence:person", site.slug, who.user_id)
    days = number_in(request.GET.get("days", "")) or 30
    days = days if days in forecast.DAYS else 30
    page = max(1, min(number_in(request.GET.get("page", "")) or 1, _shown.MOST_PAGES))
    key = ("competence.ending", days, page)
    values = for_reader(key, who, lambda: _ending(site, who, at, days, page), rows=forecast.SHOWN)
    shown = {**values, "site": site, "tabs": _shown.tabs(request, site, who)}
    return render(request, "competence/overview.html", shown)


def _ending(site: Any, who: Scope, at: datetime, days: int, page: int) -> dict[str, Any]:
    """What the page says of what ends."""
    first = (page - 1) * forecast.SHOWN
    rows = forecast.ending(site, who, at, days, first)
    counted = forecast.counts(site, who, at)
    shown = rows[: forecast.SHOWN]
    waiting, guest = forecast.to_verify(site, who, at), guest_at(who, site.pk)
    more, last_page = len(rows) > len(shown), page >= _shown.MOST_PAGES
    return {
        "days": days,
        "counts": [_count(each, counted[each], days) for each in forecast.DAYS],
        "rows": [_row(site, each) for each in shown],
        "waiting": [_waits(site, each, guest) for each in waiting[: forecast.OLDEST]],
        "waiting_text": f"{forecast.OLDEST}+" if len(waiting) > forecast.OLDEST else len(waiting),
        "pager": {
            "first": first + 1 if shown else 0,
            "last": first + len(shown),
            "total_text": str(counted[days]),
            "pages": [],
            "previous_url": f"?days={days}&page={page - 1}" if page > 1 else "",
            "next_url": f"?days={days}&page={page + 1}" if more and not last_page else "",
        },
        "beyond": more and last_page,
    }


def _count(days: int, many: int, current: int) -> dict[str, Any]:
    return {
        "label": ngettext("Ends within %(n)s day", "Ends within %(n)s days", days) % {"n": days},
        "count": str(many),
        "url": f"?days={days}",
        "tone": "late" if days == min(forecast.DAYS) else "",
        "icon": "hourglass",
        "note": _("shown below") if days == current else "",
    }


def _row(site: Any, row: forecast.Ending) -> dict[str, Any]:
    if row.person_id is not None:
        url = resolve_url("competence:person", site.slug, row.person_id)
    else:
        url = resolve_url("competence:company", site.slug, row.code)
    what = {
        "record": f"{row.code} {row.what}",
        "induction": _("Induction for %(place)s") % {"place": row.what},
        "exemption": _("Exemption from %(what)s") % {"what": f"{row.code} {row.what}"},
        "approval": _("Approval of the company"),
        "paper": str(dict(PaperKind.choices).get(row.what, row.what)),
    }[row.kind]
    return {
        "what": what,
        "name": row.name,
        "url": url,
        "until": row.until,
        "items": [_shown.item_row(site, item) for item in row.items],
        "more": row.more,
    }


def _waits(site: Any, record: Any, guest: Guest | None) -> dict[str, Any]:
    return {
        "what": str(record.competence),
        "name": record.person.name,
        "by": _shown.called(record.recorded_by, guest),
        "at": record.recorded_at,
        "url": resolve_url("competence:person", site.slug, record.person_id)
        + f"?of={record.pk}#records",
    }
