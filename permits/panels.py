"""What permits show on the pages of work: on an item, a place, a person, and the picture."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from permits.models import Permit, PermitItem
from permits.reads import lists
from permits.reads.lists import affects
from permits.reads.people import on_which_read
from permits.standing import not_taken_by
from permits.states import UNDER_ISSUE, State
from work.permissions import Scope, visible
from work.ports import Found, Way

_LIST = "permits:permit_list"


class Counted:
    """A section that counts rows."""

    always = False
    by_id = False

    def count(self, user: Any, thing: Any, at: datetime) -> int | None:
        """How many rows: one query."""
        found = self.rows(user, thing, at).count()
        return found if found or self.always else None

    def rows(self, user: Any, thing: Any, at: datetime) -> Any:
        """What it counts; each section says its own."""
        raise NotImplementedError


class OfItem(Counted):
    """The permits that work has."""

    always = True
    by_id = True

    key = "permits.of_item"
    page = "item"
    title = _("Permits")

    def rows(self, user: Any, thing: Any, at: datetime) -> Any:
        """The links to those that the reader may see."""
        if not isinstance(user, Scope):
            return PermitItem.objects.none()
        seen = visible(user, "permit__place", "permit__team", "permit__site_id")
        return PermitItem.objects.filter(seen, item=thing.pk, ended_at=None)

    def url(self, thing: Any) -> str:
        """The list of them."""
        asked = urlencode({"item": f"W-{thing.number}", "panel": 1})
        return f"{reverse(_LIST, args=[thing.site.slug])}?{asked}"


class OfPlace(Counted):
    """Permits under way at a place and below it."""

    key = "permits.of_place"
    page = "place"
    title = _("Permits under way")

    def rows(self, user: Any, thing: Any, at: datetime) -> Any:
        """Those that the reader may see, and those that affect it."""
        there = Q(place__path__startswith=thing.path) | affects(thing.path)
        return _seen(_under_way(thing.site_id, at).filter(there), user)

    def url(self, thing: Any) -> str:
        """The list of them."""
        asked = urlencode({"place": thing.code, "panel": 1})
        return f"{reverse(_LIST, args=[thing.site.slug])}?{asked}"


class OfPerson(Counted):
    """The open permits of a site that somebody leads, has issued, is named for or is on now."""

    key = "permits.of_person"
    page = "person"
    title = _("Permits")

    def rows(self, user: Any, thing: Any, at: datetime) -> Any:
        """Those that the reader may see."""
        site = getattr(thing, "at_site", None)
        if site is None or not isinstance(user, Scope):
            return Permit.objects.none()
        rows = lists.of_person(lists.seen(site, user), thing.pk, at)
        return on_which_read(rows, user, site, thing)

    def url(self, thing: Any) -> str:
        """The list of them."""
        return of_person(_LIST, thing)


def of_person(name: str, thing: Any) -> str:
    """The part of a list that is of a person, at the site of that person's page."""
    site = getattr(thing, "at_site", None)
    if site is None:
        return reverse("work:site_list")
    return f"{reverse(name, args=[site.slug])}?{urlencode({'person': thing.pk, 'panel': 1})}"


def stop_here(page: str) -> Way:
    """The way to *stop work here*, at the place of what the page is about."""

    def url(thing: Any) -> str:
        code = thing.code if page == "place" else thing.place.code
        return (
            f"{reverse('permits:stop_here', args=[thing.site.slug])}?{urlencode({'place': code})}"
        )

    return Way(f"permits.stop_{page}", page, _("Stop work here"), "octagon-x", url)


class SafeNow(Counted):
    """Safe now: work under permits at the site, what is stopped or overdue first."""

    key = "permits.safe_now"
    page = "picture"
    title = _("Safe now: work under permits")

    def rows(self, user: Any, thing: Any, at: datetime) -> Any:
        """Those under way that the reader may see."""
        return _seen(_under_way(thing.pk, at), user)

    def url(self, thing: Any) -> str:
        """The list of them."""
        return f"{reverse(_LIST, args=[thing.slug])}?panel=1"


def _under_way(site_id: int, at: datetime) -> Any:
    states = sorted(UNDER_ISSUE | {State.STOPPED})
    rows = Permit.objects.filter(site=site_id, state__in=states, ended_at=None)
    return rows.exclude(not_taken_by(at))


def _seen(rows: Any, user: Any) -> Any:
    return rows.filter(visible(user)) if isinstance(user, Scope) else rows.none()


class Finds:
    """Permits by their number or the words of what is done."""

    key = "permits.permit"
    title = _("Permits")

    def find(self, site: Any, who: Any, words: str, at: datetime, most: int) -> list[Found]:
        """By number, else open ones first and the newest of the rest: one query."""
        asked = words.strip().upper().removeprefix("P-").removeprefix("P")
        named = Q(number=int(asked)) if asked.isdecimal() and len(asked) < 16 else Q(pk=None)
        rows = lists.seen(site, who).filter(named | Q(what__icontains=words[:100]))
        rows = rows.select_related("type", "place", "site")
        rows = rows.order_by(F("ended_at").desc(nulls_first=True), "-pk")
        return [
            Found(
                title=f"P-{each.number} {each.what}",
                sub=f"{each.type.name} · {each.place.name}",
                url=reverse("permits:permit_detail", args=[site.slug, f"P-{each.number}"]),
                exact=asked.isdecimal() and each.number == int(asked),
            )
            for each in rows[:most]
        ]


# What of permits changes at a site by time alone: the newest end that has passed, the newest that
# begins within a day, and each minute while a stop is not confirmed or something is overdue.
LAPSES = """
SELECT concat_ws(' ',
  (SELECT max(issue_ends) FROM permits_permit WHERE site_id = %(site)s
      AND issue_ends IS NOT NULL AND issue_ends <= %(at)s),
  (SELECT max(tests_until) FROM permits_permit WHERE site_id = %(site)s
      AND issue_ends IS NOT NULL AND tests_until IS NOT NULL AND tests_until <= %(at)s),
  (SELECT max(ends) FROM permits_permit WHERE site_id = %(site)s
      AND state = 'authorised' AND ended_at IS NULL AND ends <= %(at)s),
  (SELECT max(starts) FROM permits_permit WHERE site_id = %(site)s
      AND state = 'authorised' AND ended_at IS NULL AND starts < %(at)s + interval '24 hours'),
  (SELECT extract(epoch FROM date_trunc('minute', %(at)s::timestamptz))
    WHERE EXISTS (SELECT 1 FROM permits_permit WHERE site_id = %(site)s AND issue_ends IS NOT NULL
      AND (state = 'stop_called' OR issue_ends <= %(at)s OR tests_until <= %(at)s))))
"""
