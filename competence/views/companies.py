"""The companies of a site: how each stands, what waits, and whom to invite."""

import functools
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from competence import forms
from competence.permissions import Action, may
from competence.reads import companies as read
from competence.services import companies
from competence.views import _shown
from work.pages import (
    Deed,
    Failed,
    Given,
    Offer,
    fragment,
    live,
    number_in,
    offered,
    sent,
    site_view,
)
from work.permissions import Scope
from work.reads.kept import for_reader


def _invite(given: Given) -> object:
    text = str(given.get("team"))
    return companies.invite(
        **given.door,
        site_id=given.record.pk,
        team_id=int(text) if text.isdecimal() else None,
        seen=given.seen,
    )


DEEDS = {"invite": Deed("invite", gettext_lazy("Invite a company"), _invite, forms.Invite)}


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
@live
def company_list(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Companies by name; to a company's people their own alone. POST invites one."""
    if not _shown.may_see(who, site):
        raise PermissionDenied
    uninvited = []
    if may(who, Action.INVITE, site.pk):
        uninvited = for_reader(
            ("competence.uninvited",), who, lambda: read.uninvited(site), rows=10
        )
    draw = functools.partial(_draw, request, site, who, at, uninvited)
    if request.method != "POST":
        return draw()
    to = resolve_url("competence:company_list", site.slug)
    return sent(request, who, DEEDS, site, lambda deed, of: uninvited, draw, to)


def _draw(
    request: HttpRequest,
    site: Any,
    who: Scope,
    at: datetime,
    uninvited: list[tuple[int, str]],
    refusal: dict[str, Any] | None = None,
    failed: Failed | None = None,
    status: int = 200,
    *,
    done: bool = False,
) -> HttpResponse:
    page = max(1, min(number_in(request.GET.get("page", "")) or 1, 20))
    key = ("competence.companies", page)
    rows, total = for_reader(key, who, lambda: read.listed(site, who, page), rows=read.PAGE)
    url = resolve_url("competence:company_list", site.slug)
    offers = [Offer(DEEDS["invite"], seen=0)] if uninvited else []
    first = (page - 1) * read.PAGE
    values = {
        "site": site,
        "tabs": _shown.tabs(request, site, who),
        "columns": [
            {"label": label}
            for label in (_("Company"), _("State"), _("Approved until"), _("Insured until"))
        ]
        + [{"label": _("People"), "end": True}, {"label": _("Waits for an answer")}],
        "rows": [_row(site, each, at) for each in rows],
        "acts": offered(offers, url, who, uninvited, failed),
        "refusal": refusal,
        "done": done,
        "pager": {
            "first": first + 1 if rows else 0,
            "last": first + len(rows),
            "total_text": str(total),
            "pages": [],
            "previous_url": f"?page={page - 1}" if page > 1 else "",
            "next_url": f"?page={page + 1}" if first + len(rows) < total else "",
        },
    }
    name = "competence/company_list.html"
    part = f"{name}#companies" if fragment(request) else name
    return render(request, part, values, status=status)


def _row(site: Any, company: Any, at: datetime) -> dict[str, Any]:
    insured = company.insured_until
    waits = company.papers_waiting + company.newcomers_waiting
    return {
        "name": company.team.name,
        "url": resolve_url("competence:company", site.slug, company.team.code),
        "state": _shown.company_state(company, at),
        "until": company.until,
        "insured_until": insured,
        "uninsured": insured is None or insured <= at,
        "people": company.people,
        "waits": str(waits) if waits else "",
    }
