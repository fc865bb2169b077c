"""Why work waits: what blocks it now, and for how long in the last thirty days."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from work.filters import Asked
from work.filters.lapsed import NOBODY
from work.filters.plain import midnight
from work.models import Site
from work.permissions import Scope
from work.reads import picture
from work.reads.blocks import Held, held
from work.reads.kept import for_reader
from work.reads.seen import of_site
from work.templatetags.phrases import age, stood
from work.views import _blocks
from work.views._live import live
from work.views._site import site_view

PERIOD = timedelta(days=30)
_WAYS = (("kind",), ("clears",), ("area",))
# As many of who clears; a list of all is a link away.
MOST = 20


def begin_of(at: datetime) -> date:
    """The day with which the thirty days begin at the site."""
    return timezone.localtime(at).date() - PERIOD


@require_safe
@site_view
@live
def why(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """By kind, by who clears and by area: each number is a link to exactly its list."""
    values = for_reader(("why",), who, lambda: _read(site, who, at), rows=60)
    return render(request, "work/why.html", values | {"as_of": at})


def _read(site: Site, who: Scope, at: datetime) -> dict[str, Any]:
    areas, since = picture.areas(site, who, closed=True), begin_of(at)
    found = held(
        site,
        at,
        items=of_site(who, site, "item__"),
        groupings=_WAYS,
        since=midnight(since),
        length=max((len(area.path) for area in areas), default=1),
    )
    page = _Page(site, at, since)
    by_area = found[("area",)]
    guest = who.only_contractor(site.pk)
    clearers = [] if guest else found[("clears",)]
    longest = clearers[:MOST]
    names = _blocks.names_of([each.key[0] for each in longest], who) if longest else None
    whole = _sum(by_area)
    rows = {
        "kind": page.rows(found[("kind",)], "kind", None),
        "clearer": page.rows(longest, "clears", names),
        "area": page.areas(areas, by_area, guest),
    }
    return {
        "site": site,
        "since": since,
        "days": PERIOD.days,
        "counts": page.counts(whole),
        "guest": guest,
        "all_clearers": len(clearers) if len(clearers) > MOST else 0,
        "all_clearers_url": page.period(group="clears"),
        **{f"{name}s": each for name, each in rows.items()},
        **{
            f"most_{name}": max((row["seconds"] for row in each), default=0)
            for name, each in rows.items()
        },
        "trouble": None,
    }


class _Page:
    """The rows of one site, with the addresses of their lists."""

    def __init__(self, site: Site, at: datetime, since: date) -> None:
        self.at, self.since = at, since.isoformat()
        self.here = reverse("work:item_list", args=[site.slug])
        self.site = site

    def now(self, **asked: str) -> str:
        """The list of what is blocked now."""
        return self.here + Asked.from_link(blocked="1", **asked).url()

    def period(self, **asked: str) -> str:
        """The list of what was blocked at some time in the period, ended work too."""
        return self.here + Asked.from_link(**asked, held_since=self.since).url()

    def counts(self, whole: Held) -> list[dict[str, str]]:
        """The three numbers above all."""
        said = _blocks.numbers(whole, self.at)
        oldest = said["oldest"]
        return [
            {
                "label": _("Blocked now"),
                "count": said["now"],
                "url": self.now(),
                "tone": "stop",
                "icon": "octagon-x",
                "note": _("Oldest: %(age)s") % {"age": age(oldest, self.at)} if oldest else "",
            },
            {
                "label": _("Blocked at some time"),
                "count": said["items"],
                "url": self.period(),
                "icon": "history",
                "note": "",
            },
            {
                "label": _("Hours held"),
                "count": stood(whole.seconds),
                "url": self.period(),
                "icon": "hourglass",
                "note": "",
            },
        ]

    def rows(self, groups: list[Held], by: str, names: Any) -> list[dict[str, Any]]:
        """By kind or by who clears, what held longest first."""
        return [
            _blocks.row(each, by, names, at=self.at)
            | {
                "now_url": self.now(**{by: each.key[0] or NOBODY}),
                "url": self.period(**{by: each.key[0] or NOBODY}),
            }
            for each in groups
        ]

    def areas(
        self, areas: list[picture.Area], groups: list[Held], guest: bool
    ) -> list[dict[str, Any]]:
        """By area; what is at the site itself comes last.

        A guest is told of areas with work, and everybody of those not in use any more.
        """
        rows, left = [], list(groups)
        for area in areas:
            inside = [each for each in left if each.key[0].startswith(area.path)]
            left = [each for each in left if each not in inside]
            if inside or (area.is_active and not guest):
                addresses = {
                    "now_url": self.now(place=area.code),
                    "url": self.period(place=area.code),
                }
                rows.append({"label": area.name, "icon": ""} | self._numbers(inside) | addresses)
        rows.sort(key=lambda each: -each["seconds"])
        if left:
            rows.append(self._itself(left))
        return rows

    def _itself(self, left: list[Held]) -> dict[str, Any]:
        root = picture.root(self.site)
        label = _("%(site)s itself") % {"site": self.site.name}
        addresses = {"now_url": "", "url": ""}
        if root and {each.key[0] for each in left} == {root.path}:
            addresses = {"now_url": self.now(here=root.code), "url": self.period(here=root.code)}
        return {"label": label, "icon": ""} | self._numbers(left) | addresses

    def _numbers(self, groups: list[Held]) -> dict[str, Any]:
        return _blocks.numbers(_sum(groups), self.at)


def _sum(groups: list[Held]) -> Held:
    """Several groups of which no item is in two: areas."""
    return Held(
        (),
        sum(each.items for each in groups),
        sum(each.now for each in groups),
        sum(each.seconds for each in groups),
        min((each.oldest for each in groups if each.oldest), default=None),
    )
