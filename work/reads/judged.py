"""Who was judged able to what, at which decision and on what: kept with the decision's event.

What stands here is what was known then, whatever became of it since.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from work import ports
from work.exceptions import Reason
from work.models import Event, Place, WorkItem
from work.permissions import Scope, visible
from work.reasons import Names, say

FEW = 20
_NAMED = re.compile(r"%\((\w+)\)s")


def of_item(item_id: int, most: int = 5) -> list[Event]:
    """The newest decisions on an item at which people were judged: one query."""
    return _newest(Event.objects.filter(item=item_id), most)


def of_subject(subject_type: str, subject_id: int, most: int = FEW) -> list[Event]:
    """The same of a record of a domain."""
    return _newest(Event.objects.filter(subject_type=subject_type, subject_id=subject_id), most)


def of_person(site_id: int, person_id: int, most: int = FEW) -> list[Event]:
    """The newest decisions of a site at which somebody was judged: one query."""
    of_them = Event.objects.filter(data__judged__contains=[{"person": person_id}])
    return _newest(of_them.filter(site=site_id), most)


def _newest(events: QuerySet[Event], most: int) -> list[Event]:
    rows = events.filter(data__has_key="judged").select_related("actor", "site")
    return list(rows.order_by("-pk")[:most])


def rows(events: Sequence[Event], who: Scope, person_id: int | None = None) -> list[dict[str, Any]]:
    """The decisions in words, as components/judged.html takes them; of one person, where named.

    Five queries at most. An item that the reader may not see is not named.
    """
    asked = [
        each
        for event in events
        for each in event.data["judged"]
        if person_id in (None, each["person"])
    ]
    stored = [each[name] for each in asked for name in ("what", "reason") if each[name]]
    if stored:
        _say_whole(stored, events[0].site_id)
    reasons = [Reason.from_json(each) for each in stored]
    names = Names(reasons, who, [("user", each["person"]) for each in asked])
    numbers = _numbers({event.item_id for event in events if event.item_id}, who)
    return [_row(event, person_id, who, names, numbers) for event in events]


def _say_whole(stored: Sequence[dict[str, Any]], site_id: int | None) -> None:
    """Put on what history keeps by code and id the names of now: a query for places, and one of
    each domain that calls its records by name."""
    every = [each.setdefault("params", {}) for each in stored]
    ids = {params["place_id"] for params in every if params.get("place_id")}
    names = dict(Place.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    called = _called(stored, site_id) if site_id else {}
    for each, params in zip(stored, every, strict=True):
        if "key" in params:  # what it is of is known by its code alone
            what = called.get((_domain(each), params["key"]), params["key"])
            for name in _NAMED.findall(str(ports.words.sentence(each["code"]) or "")):
                params.setdefault(name, what)
        if params.get("place_id") in names:
            params.setdefault("place", names[params["place_id"]])


def _domain(stored: dict[str, Any]) -> str:
    return str(stored["code"]).partition(".")[0]


def _called(stored: Sequence[dict[str, Any]], site_id: int) -> dict[tuple[str, str], str]:
    found = {}
    for words in ports.words.all():
        kept = [each["params"] for each in stored if _domain(each) == words.key]
        keys = {params["key"] for params in kept if "key" in params}
        if words.called is not None and keys:
            named = words.called(site_id, keys)
            found |= {(words.key, key): name for key, name in named.items()}
    return found


def _numbers(ids: Iterable[int], who: Scope) -> dict[int, int]:
    wanted = list(ids)
    if not wanted:
        return {}
    seen = WorkItem.objects.filter(Q(pk__in=wanted), visible(who))
    return dict(seen.values_list("pk", "number"))


def _row(
    event: Event, person_id: int | None, who: Scope, names: Names, numbers: dict[int, int]
) -> dict[str, Any]:
    number = numbers.get(event.item_id or 0)
    label = f"W-{number}" if number else str(event.data.get("label", ""))
    if not label and not event.item_id:
        label = capfirst(apps.get_model(event.subject_type)._meta.verbose_name)
    url = ""
    if number and event.site:
        url = reverse("work:item_detail", args=[event.site.slug, label])
    elif person_id is not None and event.site and event.data.get("label"):
        # What it is called finds a record of a domain, for who may know of it.
        url = f"{reverse('work:search', args=[event.site.slug])}?{urlencode({'q': label})}"
    parts: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for each in event.data["judged"]:
        if person_id in (None, each["person"]):
            parts.setdefault((each["person"], each["as"]), []).append(_asked(each, who, names))
    return {
        "at": event.happened_at,
        "label": label,
        "url": url,
        "by_text": event.actor.name if event.actor else "",
        "refused": event.verb == "refused",
        "people": [
            {"name": _name(names, pk), "as_text": _capacity(key), "asked": of_them}
            for (pk, key), of_them in parts.items()
        ],
    }


def _name(names: Names, pk: int) -> str:
    found = names.named("user", pk)
    return found.name if found else ""


def _capacity(key: str) -> str:
    found = ports.capacities.get(key) if key else None
    return str(found.title) if found else ""


def _asked(each: dict[str, Any], who: Scope, names: Names) -> dict[str, Any]:
    def said(stored: dict[str, Any]) -> str:
        return say([Reason.from_json(stored)], who, names)[0].text if stored else ""

    until = each["until"]
    return {
        "what": said(each["what"]),
        "record": each["what"].get("params", {}).get("record"),
        "tone": "go" if each["so"] else "stop",
        "state": _("Met") if each["so"] else _("Not met"),
        "reason": said(each["reason"]),
        "until": datetime.fromisoformat(until) if until else None,
    }
