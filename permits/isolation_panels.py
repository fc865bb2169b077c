"""What isolations show on the pages of work: on an item and on a place; and what search finds."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from permits.models import Isolation, IsolationUse
from permits.panels import Counted, of_person
from permits.reads import isolations as read
from work.permissions import Scope
from work.ports import Found

_LIST = "isolations:isolation_list"


class OfItem(Counted):
    """The isolations with which work hangs together."""

    by_id = True

    key = "permits.isolations_of_item"
    page = "item"
    title = _("Isolations")

    def rows(self, user: Any, thing: Any, at: datetime) -> Any:
        """The links."""
        return IsolationUse.objects.filter(item=thing.pk, ended_at=None)

    def url(self, thing: Any) -> str:
        """The list of them."""
        asked = urlencode({"item": f"W-{thing.number}", "panel": 1})
        return f"{reverse(_LIST, args=[thing.site.slug])}?{asked}"


class OfPlace(Counted):
    """What is isolated at a place and below it."""

    key = "permits.isolations_of_place"
    page = "place"
    title = _("Isolated here")

    def rows(self, user: Any, thing: Any, at: datetime) -> Any:
        """Those in place that the reader may see."""
        if not isinstance(user, Scope):
            return IsolationUse.objects.none()
        rows = read.seen(thing.site, user).filter(place__path__startswith=thing.path)
        return rows.filter(ended_at=None, placed_at__isnull=False)

    def url(self, thing: Any) -> str:
        """The list of them."""
        asked = urlencode({"place": thing.code, "panel": 1})
        return f"{reverse(_LIST, args=[thing.site.slug])}?{asked}"


class OfPerson(Counted):
    """The boxes on which somebody's own lock is: nothing behind them comes off before it does."""

    key = "permits.locks_of_person"
    page = "person"
    title = _("Own locks on")

    def rows(self, user: Any, thing: Any, at: datetime) -> Any:
        """Those of isolations that the reader may see."""
        site = getattr(thing, "at_site", None)
        if site is None or not isinstance(user, Scope):
            return Isolation.objects.none()
        return read.locked_by(read.seen(site, user), user, site, thing)

    def url(self, thing: Any) -> str:
        """The list of them."""
        return of_person(_LIST, thing)


class Finds:
    """Isolations by their number or the words of what is isolated."""

    key = "permits.isolation"
    title = _("Isolations")

    def find(self, site: Any, who: Scope, words: str, at: datetime, most: int) -> list[Found]:
        """By number, else open ones first and the newest of the rest: one query."""
        asked = words.strip().upper().removeprefix("I-").removeprefix("I")
        named = Q(number=int(asked)) if asked.isdecimal() and len(asked) < 16 else Q(pk=None)
        rows = read.seen(site, who).filter(named | Q(title__icontains=words[:100]))
        rows = rows.select_related("place", "site")
        rows = rows.order_by(F("ended_at").desc(nulls_first=True), "-pk")
        return [
            Found(
                title=f"I-{each.number} {each.title}",
                sub=f"{each.get_state_display()} · {each.place.name}",
                url=read.url(each),
                exact=asked.isdecimal() and each.number == int(asked),
            )
            for each in rows[:most]
        ]


# What of isolations changes at a site by time alone: the newest end that has passed.
LAPSES = """
SELECT concat_ws(' ',
  (SELECT max(until) FROM permits_isolation WHERE site_id = %(site)s
      AND ended_at IS NULL AND until <= %(at)s),
  (SELECT max(check_due) FROM permits_isolation WHERE site_id = %(site)s
      AND ended_at IS NULL AND check_due <= %(at)s))
"""
