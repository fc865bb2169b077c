"""One person: what is asked for the work, what the person has, and the acts on it."""

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from competence.facts import SiteFacts
from competence.models import Exemption, Induction, Record
from competence.permissions import Action, may
from competence.reads import choices, facts
from competence.reads import people as read
from competence.services._enter import acts_for
from competence.states import Kind
from competence.views import _shown
from competence.views._person_deeds import DEEDS
from competence.views._person_rows import (
    Said,
    gap_rows,
    record_rows,
    said_of,
    said_of_records,
    told_rows,
)
from work.pages import (
    Choices,
    Deed,
    Failed,
    Offer,
    fragment,
    live,
    number_in,
    offered,
    panels,
    sent,
    site_view,
)
from work.permissions import Scope
from work.reads import judged as trail
from work.reads.kept import for_reader

# So many records, and so much of the work, at a time: the page stays light.
_SHOWN, _WORK = 20, 10


@dataclass(frozen=True)
class Known:
    """What the forms of the page choose from, and what the site asks."""

    competences: Choices
    places: Choices
    asked: SiteFacts


def _found(site: Any, who: Scope, at: datetime, pk: int) -> Any:
    """A person of whom the reader may know what he has."""
    found = read.find(site, at, pk)
    guest = who.only_contractor(site.pk)
    if found is None or (guest and found.here_for not in who.companies(site.pk)):
        raise Http404
    own = found.here_for in who.companies(site.pk)
    if not (own or who.user_id == pk or may(who, Action.SEE, site.pk)):
        raise PermissionDenied
    found.at_site = site  # what panels show of a person is of this site
    return found


@require_safe
@site_view
def decisions(request: HttpRequest, site: Any, who: Scope, at: datetime, pk: int) -> HttpResponse:
    """To what the person was judged able, at which decision, on what: as it was known then.

    A guest is told nothing of it: it names permits, and who decides at the site.
    """
    if who.only_contractor(site.pk):
        raise Http404
    found = _found(site, who, at, pk)
    judged = trail.rows(trail.of_person(site.pk, found.pk), who, found.pk)
    read.proofs(site, judged)
    values = {
        "site": site,
        "judged": judged,
        "above": found.name,
        "above_url": resolve_url("competence:person", site.slug, found.pk),
    }
    name = "judged_page.html"
    return render(request, f"{name}#judged" if fragment(request) else name, values)


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
@live
def person(request: HttpRequest, site: Any, who: Scope, at: datetime, pk: int) -> HttpResponse:
    """One person; POST does an act."""
    found = _found(site, who, at, pk)
    known = for_reader(("competence.known",), who, lambda: _known(site, who), rows=100)
    draw = functools.partial(_draw, request, site, who, at, found, known)
    if request.method != "POST":
        return draw()
    to = resolve_url("competence:person", site.slug, pk)

    def knows(deed: Deed, of: int | None) -> Known:
        return known

    record = {"site": site, "person": found, "at": at}
    return sent(request, who, DEEDS, record, knows, draw, to)


def _known(site: Any, who: Scope) -> Known:
    asked = facts.of_sites([site.pk])[site.pk]
    return Known(
        Choices(choices.competences(site), first=_("Choose")),
        Choices(choices.induction_places(site, who, asked)),
        asked,
    )


def _draw(
    request: HttpRequest,
    site: Any,
    who: Scope,
    at: datetime,
    found: Any,
    known: Known,
    refusal: dict[str, Any] | None = None,
    failed: Failed | None = None,
    status: int = 200,
    *,
    done: bool = False,
) -> HttpResponse:
    url = resolve_url("competence:person", site.slug, found.pk)
    page, of = (number_in(request.GET.get(name, "")) for name in ("page", "of"))
    once = for_reader(
        ("competence.person", found.pk),
        who,
        lambda: _read(site, who, at, found, known.asked),
        rows=100,
    )
    acts = offered(_offers(site, who, found), url, who, known, failed)
    if (page or 1) <= 1 and not of:
        shown, first, total = once.records
    else:
        shown, first, total = _records(site, who, at, found, page=max(1, page or 1), of=of)
    rows = record_rows(site, who, found, shown, url, failed)
    values = {
        "site": site,
        "judged": None
        if who.only_contractor(site.pk)
        else {
            "id": "judged",
            "title": gettext_lazy("Judged at decisions"),
            "url": resolve_url("competence:decisions", site.slug, found.pk),
        },
        "person": {
            "name": found.name,
            "company": found.company.name if found.company else "",
            "phone": found.phone if _shown.may_see(who, site) else "",
            "is_active": found.is_active,
            "pk": found.pk,
        },
        "tabs": _shown.tabs(request, site, who),
        "gaps": once.gaps,
        "gaps_count": once.gaps_count,
        "work_url": _work_url(site, found) if once.more_work else "",
        "kinds": [
            {"title": kind.label, "key": kind.value, "rows": kept}
            for kind in Kind
            if (kept := [row for row in rows if row["kind"] == kind])
        ],
        "records_count": total,
        "pager": _pager(first, len(shown), total) if total > _SHOWN else None,
        "inductions": told_rows(who, site, once.inductions, url, failed, "end-induction"),
        "exemptions": told_rows(who, site, once.exemptions, url, failed, "end-exemption"),
        "acts": acts,
        "panels": panels("person", who, found, at, kept=True),
        "refusal": refusal,
        "done": done,
    }
    name = "competence/person.html"
    return render(request, f"{name}#person" if fragment(request) else name, values, status=status)


@dataclass(frozen=True)
class Once:
    """What is read of a person, and drawn, once while nothing is different at the site.

    gaps: what is asked for the work that is shown, drawn. more_work: there is more of it. records:
    the first page of them, how many stand before it, and how many there are.
    """

    gaps: str
    gaps_count: int
    more_work: bool
    records: tuple[list[Said[Record]], int, int]
    inductions: list[Said[Induction]]
    exemptions: list[Said[Exemption]]


def _read(site: Any, who: Scope, at: datetime, found: Any, asked: SiteFacts) -> Once:
    gaps = read.gaps(site, who, found, at, asked, most=_WORK + 1)
    return Once(
        gap_rows(site, who, at, gaps[:_WORK]),
        len(gaps[:_WORK]),
        len(gaps) > _WORK,
        _records(site, who, at, found, page=1),
        said_of(read.inductions(site, found), at),
        said_of(read.exemptions(site, found, at), at),
    )


def _records(
    site: Any, who: Scope, at: datetime, found: Any, *, page: int, of: int | None = None
) -> tuple[list[Said[Record]], int, int]:
    """A page of the records, as `read.records` has them."""
    rows, first, total = read.records(site, found, page=page, most=_SHOWN, of=of)
    return said_of_records(site, who, rows, at), first, total


def _work_url(site: Any, found: Any) -> str:
    return f"{resolve_url('work:item_list', site.slug)}?executor=user%3A{found.pk}"


def _pager(first: int, shown: int, total: int) -> dict[str, Any]:
    page = first // _SHOWN + 1
    return {
        "first": first + 1,
        "last": first + shown,
        "total_text": str(total),
        "pages": [],
        "previous_url": f"?page={page - 1}#records" if page > 1 else "",
        "next_url": f"?page={page + 1}#records" if first + shown < total else "",
    }


def _offers(site: Any, who: Scope, found: Any) -> list[Offer]:
    """What may be added of this person."""
    offers = []
    records = [
        may(who, Action.RECORD, site.pk, kind=kind, company_id=found.here_for)
        for kind in ("", Kind.SKILL)
    ]
    acts = acts_for(who, Action.RECORD, site.pk, company_id=found.here_for)
    if any(records) and acts and found.is_active:
        offers += [Offer(DEEDS["record"], seen=0), Offer(DEEDS["plan"], seen=0)]
    if found.pk != who.user_id and found.is_active:
        if may(who, Action.INDUCT, site.pk):
            offers.append(Offer(DEEDS["induct"], seen=0))
        if may(who, Action.EXEMPT, site.pk):
            offers.append(Offer(DEEDS["exempt"], seen=0))
    return offers
