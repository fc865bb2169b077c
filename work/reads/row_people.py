"""Whom the reader of a row reads by name: as `reasons.guests` has it, at the place of each row.

Of who is a contractor nowhere nothing more is asked. Else the rows come with their place and with
whose people they name, and are put into words for that reader: what is kept of an answer is whole.
An owner is never a contractor's, and so read by everybody.
"""

import functools
import json
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import JSONObject

from work.models import ItemExecutor, Place
from work.permissions import Scope
from work.reasons.guests import Guest, guest_at
from work.states import Role

# Puts those who carry an item out into one line.
type Named = Callable[[Sequence[str]], str]


def may_be_guest(who: Scope) -> bool:
    """Whether the reader is a contractor anywhere."""
    return not who.system and any(grant.role == Role.CONTRACTOR for grant in who.grants)


def executors(guests: bool) -> ArraySubquery:
    """Who carries an item out, by name; for a reader who may be a guest, each with the company."""
    named = ItemExecutor.objects.filter(item=OuterRef("pk")).order_by("user__name")
    if not guests:
        return ArraySubquery(named.values("user__name"))
    person = JSONObject(pk=F("user_id"), name=F("user__name"), company_id=F("user__company_id"))
    return ArraySubquery(named.values_list(person, flat=True))


def where() -> dict[str, Any]:
    """What `named_at` is given of a row, for a reader who may be a guest."""
    place = Place.objects.filter(pk=OuterRef("place_id")).order_by()
    return {"_site": F("site_id"), "_path": Subquery(place.values("path")[:1])}


def named_at(who: Scope) -> Callable[[int, str], Named]:
    """How the reader reads those who carry something out at a site and the path of a place."""

    @functools.cache
    def at(site_id: int, path: str) -> Named:
        return functools.partial(_names, guest_at(who, site_id, path))

    return at


def _names(guest: Guest | None, found: Sequence[str]) -> str:
    """Those whom the reader reads by name, then once that there are others."""
    people = [json.loads(each) for each in found]
    if guest is None:
        return ", ".join(each["name"] for each in people)
    read = [each for each in people if guest.reads(each["pk"], each["company_id"])]
    others = dict.fromkeys(guest.name(**each) for each in people if each not in read)
    return ", ".join([*(each["name"] for each in read), *others])
