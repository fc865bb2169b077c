"""What the crew that is here cannot do: told before somebody begins to ask."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from permits.reads import crew as read
from work.pages import Names, site_view, worded
from work.permissions import Scope
from work.reads import places
from work.states import Role


@require_safe
@site_view
def crew(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Of the shift that runs, or of the next: which permits its people can carry to the end."""
    if who.only_contractor(site.pk):
        raise Http404
    code = request.GET.get("place", "").replace("\x00", "")[:120]
    place = places.find(site, who, code) if code else None
    if code and place is None:
        raise Http404
    following = request.GET.get("shift") == "next"
    now = read.shift(site, at, following=following)
    path = place.path if place else ""
    people: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    if now is not None:
        roles = read.roles_at(site, now.at, path, list(now.people))
        people = [
            {"name": name, "roles_text": ", ".join(_labels(roles.get(pk, ())))}
            for pk, name in now.people.items()
        ]
        rows = _worded(read.verdicts(site, now, path, roles), who)
    values = {
        "site": site,
        "place": place,
        "place_code": code,
        "tabs": _tabs(code, following=following),
        "following": following,
        "shift": now,
        "people": people,
        "rows": rows,
        "list_url": reverse("permits:permit_list", args=[site.slug]),
    }
    return render(request, "permits/crew.html", values)


def _labels(roles: Any) -> list[str]:
    return sorted(str(Role(each).label) for each in roles)


def _tabs(code: str, *, following: bool) -> list[dict[str, Any]]:
    place = {"place": code} if code else {}
    now, then = (urlencode({"shift": each} | place) for each in ("now", "next"))
    return [
        {"label": _("On shift now"), "url": f"?{now}", "current": not following},
        {"label": _("Next shift"), "url": f"?{then}", "current": following},
    ]


def _worded(rows: list[dict[str, Any]], who: Scope) -> list[dict[str, Any]]:
    """With the reasons in words, each once; names for all of them are looked up together."""
    reasons = [each for row in rows for verdict in row["verdicts"] for each in verdict.reasons]
    names = Names(reasons, who)
    return [
        row
        | {
            "verdicts": [
                {
                    "risk_text": each.risk_text,
                    "people": each.people,
                    "can": not each.missing and not each.reasons,
                    "missing": each.missing,
                    "reasons": worded(each.reasons[:6], who, names),
                }
                for each in row["verdicts"]
            ]
        }
        for row in rows
    ]
