"""One company at a site: its approval, its papers, the people it brings."""

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from competence.permissions import Action, may
from competence.reads import choices
from competence.reads import companies as read
from competence.services._enter import acts_for
from competence.states import CompanyState
from competence.views import _shown
from competence.views._company_deeds import DEEDS
from work.exceptions import Reason
from work.pages import Deed, Failed, Offer, fragment, offered, sent, site_view
from work.permissions import Scope


@dataclass
class Known:
    """What the page and its forms know of a company; each is read when it is asked for."""

    site: Any
    who: Scope
    at: datetime
    company: Any

    @functools.cached_property
    def places(self) -> list[tuple[int, str]]:
        """The areas of the site."""
        return choices.areas(self.site, self.who)

    @functools.cached_property
    def types(self) -> list[tuple[int, str]]:
        """The types of work of the site."""
        return choices.types(self.site)

    @functools.cached_property
    def here(self) -> list[Any]:
        """Its people at the site."""
        return read.people(self.site, self.company, self.at)

    @property
    def people(self) -> list[tuple[int, str]]:
        """The same, to choose from."""
        return [(each.pk, each.name) for each in self.here]


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def company(request: HttpRequest, site: Any, who: Scope, at: datetime, code: str) -> HttpResponse:
    """One company; POST does an act of it."""
    if not _shown.may_see(who, site):
        raise PermissionDenied
    found = read.find(site, who, code) if "\x00" not in code else None
    if found is None:
        raise Http404
    known = Known(site, who, at, found)
    draw = functools.partial(_draw, request, site, who, at, code, known)
    if request.method != "POST":
        return draw()
    to = resolve_url("competence:company", site.slug, code)

    def knows(deed: Deed, of: int | None) -> Known:
        return known

    return sent(request, who, DEEDS, {"company": found, "at": at, "site": site}, knows, draw, to)


def _draw(
    request: HttpRequest,
    site: Any,
    who: Scope,
    at: datetime,
    code: str,
    known: Known,
    refusal: dict[str, Any] | None = None,
    failed: Failed | None = None,
    status: int = 200,
    *,
    done: bool = False,
) -> HttpResponse:
    found = read.find(site, who, code)
    if found is None:
        raise Http404
    known = Known(site, who, at, found) if done else known
    url = resolve_url("competence:company", site.slug, code)
    acts = offered(_offers(site, who, found), url, who, known, failed)
    values = {
        "site": site,
        "company": _company(found, at),
        "tabs": _shown.tabs(request, site, who),
        "facts": _facts(found, known),
        "papers": _papers(site, who, at, found, url, failed),
        "people": [
            {
                "name": each.name,
                "url": resolve_url("competence:person", site.slug, each.pk),
                "inducted_on": each.inducted_on,
                "until": each.inducted_until,
                "ended": each.inducted_until is not None and each.inducted_until <= at,
            }
            for each in known.here
        ],
        "newcomers": _newcomers(who, found, url, failed),
        "acts": acts,
        "refusal": refusal,
        "done": done,
    }
    name = "competence/company.html"
    part = f"{name}#company" if fragment(request) else name
    return render(request, part, values, status=status)


def _company(found: Any, at: datetime) -> dict[str, Any]:
    return {
        "name": found.team.name,
        "code": found.team.code,
        "version": found.version,
        "state": _shown.company_state(found, at),
        "until": found.until,
        "why": found.suspended_why.text
        if found.suspended_why and found.state == CompanyState.SUSPENDED
        else "",
    }


def _facts(found: Any, known: Known) -> list[dict[str, str]]:
    of_types = known.types if found.type_ids else []
    types = ", ".join(name for pk, name in of_types if pk in found.type_ids)
    foremen = ", ".join(name for pk, name in known.people if pk in found.foremen)
    rows = [
        (_("Approved for"), found.work_scope),
        (_("Types of work"), types),
        (_("Acts for it"), foremen or _("Nobody of it yet: name its foremen")),
        (_("Where"), str(found.place) if found.place else _("The whole site")),
        (_("Invited by"), found.invited_by.name),
        (_("Submitted by"), found.submitted_by.name if found.submitted_by else ""),
        (_("Approved by"), found.approved_by.name if found.approved_by else ""),
        (_("Suspended by"), found.suspended_by.name if found.suspended_by else ""),
    ]
    return [{"label": label, "text": text} for label, text in rows if text]


def _shows(site: Any, who: Scope, found: Any) -> bool:
    """Whether the reader acts for the company."""
    about = {"company_id": found.team_id}
    return bool(may(who, Action.SHOW, site.pk, **about)) and acts_for(
        who, Action.SHOW, site.pk, **about
    )


def _offers(site: Any, who: Scope, found: Any) -> list[Offer]:
    offers = []

    def offer(verb: str, *against: Reason) -> None:
        offers.append(Offer(DEEDS[verb], against, seen=found.version))

    shows = _shows(site, who, found)
    waits = found.state in (CompanyState.INVITED, CompanyState.SUBMITTED)
    if shows and (waits or found.submitted_at is None):
        offer("submit")
    if shows:
        offer("add-paper")
        offer("bring")
    if may(who, Action.APPROVE, site.pk) and found.state != CompanyState.INVITED:
        against = []
        if found.submitted_at is None:
            against.append(Reason("competence.not_submitted"))
        elif found.submitted_by_id == who.user_id:
            against.append(Reason("competence.another_answers"))
        offer("approve", *against)
    if may(who, Action.INVITE, site.pk):
        offer("name-foremen")
    if may(who, Action.SUSPEND, site.pk) and found.state != CompanyState.SUSPENDED:
        offer("suspend")
    return offers


def _papers(
    site: Any, who: Scope, at: datetime, found: Any, url: str, failed: Failed | None
) -> list[dict[str, Any]]:
    papers = read.papers(found)
    approves = may(who, Action.APPROVE, site.pk)
    strikes = may(who, Action.SUSPEND, site.pk)
    shows = _shows(site, who, found)
    offers: list[tuple[Any, list[Offer]]] = []
    for paper in papers:
        some = []
        if paper.verified_at is None and approves:
            own = paper.added_by_id == who.user_id
            against = [Reason("competence.another_verifies")] if own else []
            some.append(Offer(DEEDS["verify"], against, of=paper.pk, seen=paper.version))
        if strikes or (shows and paper.verified_at is None):
            some.append(Offer(DEEDS["strike"], of=paper.pk, seen=paper.version))
        offers.append((paper, some))
    drawn = iter(offered([each for _, some in offers for each in some], url, who, None, failed))
    return [
        {
            "what": paper.get_kind_display(),
            "reference": paper.reference,
            "until": paper.until,
            "state": _paper_state(paper, at),
            "file_name": paper.file_name or (_("File") if paper.blob_id else ""),
            "file_url": resolve_url("competence:paper_file", site.slug, paper.pk)
            if paper.blob_id
            else "",
            "by": paper.added_by.name,
            "verified_by": paper.verified_by.name if paper.verified_by else "",
            "acts": [next(drawn) for _ in some],
        }
        for paper, some in offers
    ]


def _paper_state(paper: Any, at: datetime) -> dict[str, str]:
    if paper.until <= at:
        return {"tone": "stop", "text": _("Ended")}
    if paper.verified_at is None:
        return {"tone": "late", "text": _("To verify")}
    if paper.until - at <= _shown.SOON:
        return {"tone": "late", "text": _("Ends soon")}
    return {"tone": "calm", "text": _("Verified")}


def _newcomers(who: Scope, found: Any, url: str, failed: Failed | None) -> list[dict[str, Any]]:
    rows = read.newcomers(found)
    answers = may(who, Action.APPROVE, found.site_id)
    verbs = ("admit", "turn-away") if answers else ()
    offers = [
        Offer(
            DEEDS[verb],
            [Reason("competence.another_answers")] if row.added_by_id == who.user_id else [],
            of=row.pk,
            seen=row.version,
        )
        for row in rows
        for verb in verbs
    ]
    drawn = iter(offered(offers, url, who, None, failed))
    return [
        {
            "name": row.name,
            "badge": row.badge,
            "by": row.added_by.name,
            "at": row.added_at,
            "acts": [next(drawn) for _ in verbs],
        }
        for row in rows
    ]
