"""My work: what I own and carry out, my posts' and my team's, and what waits for my decision."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from work.filters import Asked, select
from work.models import Post, Site, Team, WorkItem
from work.permissions import Scope
from work.reads import mine as read
from work.reads import rows
from work.reads.counts import capped
from work.reads.facets import Facets
from work.reads.kept import for_reader
from work.reads.mine import Section
from work.reads.seen import of_site
from work.views import _card_moves
from work.views._live import live
from work.views._site import number_in, site_view

PAGE, LAST = 50, 20


@require_safe
@site_view
@live
def mine(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """The reader's own work at a site, each count a link to its list; `?all=` shows one whole."""
    if key := request.GET.get("all"):
        found = sections(site, who, at)
        section = next((each for each in found if each.key == key and each.decision), None)
        if section is None:
            raise Http404
        return _whole(request, site, who, at, section)
    values = for_reader(("mine",), who, lambda: _read(site, who, at), rows=60)
    return render(request, "work/mine.html", values)


def _read(site: Site, who: Scope, at: datetime) -> dict[str, Any]:
    found = sections(site, who, at)
    read.fill(found, at, who)
    _say_blocks(site, [row for each in found for row in each.rows], who)
    return {
        "site": site,
        "counts": [_stat(each) for each in found],
        "own": [each for each in found if each.count and not each.decision],
        "decisions": [each for each in found if each.count and each.decision],
        "nothing": not any(each.count for each in found),
    }


def sections(site: Site, who: Scope, at: datetime) -> list[Section]:
    """Every section that can hold something for this reader: two queries."""
    seen = WorkItem.objects.open().filter(of_site(who, site), site=site)
    work = reverse("work:item_list", args=[site.slug])

    def of(key: str, title: str, icon: str, q: Q, **asked: Any) -> Section:
        return Section(key, title, icon, seen.filter(q), f"{work}?{urlencode(asked, doseq=True)}")

    me = who.user_id
    found = [
        of("owned", _("I own"), "user", Q(owner_user=me), owner=f"user:{me}"),
        of("carried", _("I carry out"), "wrench", read.carried_by(me), executor="me"),
    ]
    for post in Post.objects.filter(site=site, pk__in=who.posts()):
        owned = Q(owner_post=post.pk)
        found.append(of(f"post-{post.pk}", post.name, "users", owned, owner=f"post:{post.pk}"))
    known = who.companies(site.pk) if who.only_contractor(site.pk) else who.teams()
    teams = Team.objects.filter(site=site, pk__in=known, is_active=True)
    codes = {team.pk: team.code for team in teams}
    if codes:
        owned = Q(team__in=sorted(codes))
        found.append(of("team", _("My team's"), "hard-hat", owned, team=sorted(codes.values())))
    return [*found, *decisions(site, who, at)]


def decisions(site: Site, who: Scope, at: datetime) -> list[Section]:
    """What waits for a decision of the reader: no query."""
    seen = WorkItem.objects.open().filter(of_site(who, site), site=site)
    work, here = (reverse(f"work:{name}", args=[site.slug]) for name in ("item_list", "mine"))

    def decision(key: str, title: str, icon: str, q: Q) -> Section:
        return Section(key, title, icon, seen.filter(q), f"{here}?all={key}", decision=True)

    clear = select(Asked.from_link(clears="me"), Facets(), site, who, at)
    return [
        decision("accept", _("To accept"), "circle-check", read.acceptable(site, who)),
        Section("clear", _("To clear"), "octagon-x", clear.rows(), f"{work}?clears=me", True),
        decision("check", _("To check"), "clipboard-check", read.checkable(site, who, at)),
        decision("waive", _("I may waive"), "hourglass", read.waivable(site, who, at)),
    ]


def _stat(section: Section) -> dict[str, str]:
    return {
        "label": section.title,
        "count": section.count_text,
        "url": section.url,
        "tone": "",
        "icon": section.icon,
        "note": "",
    }


def _say_blocks(site: Site, found: list[rows.ItemRow], who: Scope) -> None:
    """Say what blocks each row: at most two queries for the names in it."""
    blocked = [row for row in found if row.block]
    if not blocked:
        return
    for row, each in zip(blocked, _card_moves.said(site, blocked, who), strict=True):
        row.block_text = each.text


def _whole(
    request: HttpRequest, site: Site, who: Scope, at: datetime, section: Section
) -> HttpResponse:
    """One section of decisions, page by page to the twentieth."""
    page = max(1, min(number_in(request.GET.get("page", "")) or 1, LAST))
    begin = (page - 1) * PAGE
    section.count = capped([section.items])[0]
    cut = read.worst(section.items, at)[begin : begin + PAGE + 1]
    shown = rows.load(cut, at, who, cards=True)
    more, section.rows = len(shown) > PAGE, shown[:PAGE]
    _say_blocks(site, shown[:PAGE], who)
    base = f"?all={section.key}&page="
    values = {
        "site": site,
        "section": section,
        "pager": {
            "first": begin + 1 if section.rows else 0,
            "last": begin + len(section.rows),
            "total_text": section.count_text,
            "pages": [],
            "previous_url": f"{base}{page - 1}" if page > 1 else "",
            "next_url": f"{base}{page + 1}" if more and page < LAST else "",
        },
    }
    return render(request, "work/mine_whole.html", values)
