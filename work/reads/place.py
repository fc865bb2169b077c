"""One place: what is open here and below, what holds it, and what stands around it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONArray
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from work.models import (
    Asset,
    Duty,
    Place,
    PlaceNeighbour,
    PlaceState,
    Post,
    PostHolder,
    Site,
    Window,
    WorkItem,
)
from work.models.readings import blocked_if
from work.permissions import Scope
from work.prepared import Among
from work.reads import picture, places
from work.reads import rows as rows_
from work.reads.assets import stands
from work.reads.counts import said
from work.reads.seen import of_site
from work.states import OPEN, Status

# So many windows and neighbours are shown.
FEW = 20
type Load = dict[str, dict[str, int]]


def owner_text(place: Place, over: list[Place]) -> str:
    """The owning team: its own, or of the nearest place above that names one."""
    owners = [each.owner_team.name for each in [*over, place] if each.owner_team is not None]
    return owners[-1] if owners else ""


def _open(site: Site, who: Scope) -> Any:
    return WorkItem.objects.open().filter(of_site(who, site), site=site)


def load(site: Site, who: Scope, at: datetime, place: Place) -> Load:
    """Open work here and below, counted by the part in which it is: one query over one index."""
    wanted = {
        "open": Q(status__in=sorted(OPEN)),
        "live": Q(status=Status.LIVE),
        "blocked": blocked_if(at),
        "done": Q(status=Status.DONE),
        "overdue": Q(due__lt=at),
    }
    below = _open(site, who).filter(place__path__startswith=place.path)
    return dict(picture.counted(below, wanted, len(place.path) + Place.steplen))


def counts(site: Site, place: Place, loaded: Load) -> list[dict[str, Any]]:
    """Work of the place and everything under it, each number a link to its list."""
    base = reverse("work:item_list", args=[site.slug]) + "?" + urlencode({"place": place.code})
    return stats(base, loaded.values())


def stats(base: str, loaded: Iterable[dict[str, int]]) -> list[dict[str, Any]]:
    """The counts of a page about one place or thing; `base`: the list of its open work."""
    shown = [
        ("open", _("Open"), "", "inbox", ""),
        ("live", _("In progress"), "&status=live", "circle-play", ""),
        ("blocked", _("Blocked"), "&blocked=1", "octagon-x", "stop"),
        ("done", _("To accept"), "&status=done", "circle-check", ""),
        ("overdue", _("Overdue"), "&overdue=1", "clock-alert", "late"),
    ]
    sums = {key: 0 for key, *_rest in shown}
    for each in loaded:
        sums = {key: n + each[key] for key, n in sums.items()}
    return [
        {
            "label": label,
            "count": said(sums[key]),
            "url": base + query,
            "tone": tone if sums[key] else "",
            "icon": icon,
            "note": "",
        }
        for key, label, query, icon, tone in shown
    ]


def open_work(site: Site, who: Scope, at: datetime, place: Place) -> list[rows_.ItemRow]:
    """The worst ten of the open work here and below: one query."""
    return worst(_open(site, who).filter(place__path__startswith=place.path), at, who)


def worst(items: Any, at: datetime, who: Scope) -> list[rows_.ItemRow]:
    """The first ten of some open work: blocked, by priority, by due: one query."""
    ordered = items.order_by("-blocked", "priority", F("due").asc(nulls_last=True), "-number")
    return rows_.load(ordered[:10], at, who)


def parts(site: Site, who: Scope, place: Place, loaded: Load) -> list[dict[str, Any]]:
    """The first fifty places below this one, each with what is open in it."""
    below = places.seen(site, who).filter(path__startswith=place.path, depth=place.depth + 1)
    rows = places.with_state(below, site, who).order_by("code")[: places.PAGE]
    none = {"open": 0, "blocked": 0}
    return [
        places.row(site, each)
        | {key: loaded.get(each.path, none)[key] for key in ("open", "blocked")}
        for each in rows
    ]


def neighbouring(of: Collection[str]) -> list[tuple[str, str, str]]:
    """Kind and paths of each two places that concern each other, of which one has one of these
    paths: one query.
    """
    return [tuple(each) for each in concerning(Value(sorted(of)))]


def concerning(of: Any) -> QuerySet[PlaceNeighbour, Any]:
    """The same, each as a list; `of`: the paths as an array in SQL."""
    named = ArraySubquery(Place.objects.filter(Among(F("path"), of)).order_by().values("pk"))
    either = Q(Among(F("first_id"), named)) | Q(Among(F("second_id"), named))
    rows = PlaceNeighbour.objects.filter(either, ended_at=None)
    return rows.values_list(JSONArray("kind", "first__path", "second__path"), flat=True)


def neighbours(site: Site, who: Scope, place: Place) -> tuple[list[dict[str, Any]], bool]:
    """Places in reach that concern this one, whichever was named first, with what is in progress
    there, and whether there are more: two queries.
    """
    rows = PlaceNeighbour.objects.filter(
        Q(first=place) | Q(second=place), ended_at=None
    ).select_related("first", "second")
    if who.only_contractor(site.pk):
        known = places.seen(site, who).values("pk")
        rows = rows.filter(Q(first=place, second__in=known) | Q(second=place, first__in=known))
    known = list(rows[: FEW + 1])
    near = [
        (each.get_kind_display(), other)
        for each in known[:FEW]
        for other in [each.second if each.first_id == place.pk else each.first]
        if other.is_active and who.reaches(site.pk, other.path)
    ]
    live = _live(site, who, [other for _kind, other in near])
    shown = [
        {
            "name": other.name,
            "code": other.code,
            "url": places.url(site, other.code),
            "kind_text": kind,
            "live": live[other.pk],
            "live_url": reverse("work:item_list", args=[site.slug])
            + "?"
            + urlencode({"place": other.code, "status": "live"}),
        }
        for kind, other in near
    ]
    return shown, len(known) > FEW


def _live(site: Site, who: Scope, near: list[Place]) -> dict[int, int]:
    """How much is in progress at each of these places and below: one query."""
    if not near:
        return {}
    paths = {each.pk: Q(place__path__startswith=each.path) for each in near}
    anywhere = Q()
    for path in paths.values():
        anywhere |= path
    counted = {f"n{pk}": Count("pk", filter=path) for pk, path in paths.items()}
    found = _open(site, who).filter(anywhere, status=Status.LIVE).aggregate(**counted)
    return {pk: found[f"n{pk}"] for pk in paths}


def things(site: Site, place: Place) -> list[dict[str, Any]]:
    """The first fifty things that are here now: one query."""
    rows = Asset.objects.filter(locations__place=place, locations__ends=None)
    return [
        {
            "name": each.name,
            "code": each.code,
            "url": reverse("work:asset_detail", args=[site.slug, each.code]),
            "class_text": each.asset_class.name,
            **stands(each),
        }
        for each in rows.select_related("asset_class").order_by("code")[: places.PAGE]
    ]


def windows(place: Place) -> list[Window]:
    """The windows here and below that are not closed, the next one first, and one more than are
    shown where there are more: one query.
    """
    rows = Window.objects.filter(place__path__startswith=place.path, closed_at=None)
    return list(rows.select_related("place")[: FEW + 1])


def posts(who: Scope, at: datetime, place: Place, over: list[Place]) -> list[Post]:
    """The posts of this place and of those over it, the nearest first, with who has the duty and
    whether the reader may take it: one query.
    """
    mine_to_hold = PostHolder.objects.filter(
        post=OuterRef("pk"), user_id=who.user_id, starts__lte=at
    ).exclude(ends__lte=at)
    duty = Duty.objects.filter(post=OuterRef("pk"), ends=None)
    near = [place.pk, *(each.pk for each in over)]
    rows = Post.objects.filter(place__in=near, is_active=True).select_related("place")
    return list(
        rows.annotate(
            may_hold=Exists(mine_to_hold),
            duty_id=Subquery(duty.values("pk")[:1]),
            holder_id=Subquery(duty.values("user_id")[:1]),
            holder=Subquery(duty.values("user__name")[:1]),
            phone=Subquery(duty.values("user__phone")[:1]),
        ).order_by("-place__depth", "name")
    )


def states(place: Place, guest: bool) -> list[dict[str, Any]]:
    """The newest ten states of a place: one query. A guest reads the state, not who said what, and
    nothing where it is not the guest's to know.
    """
    if guest and place.state is None:  # type: ignore[attr-defined]
        return []
    rows = PlaceState.objects.filter(place=place).select_related("by", "note")[:10]
    return [
        {
            "at": each.since,
            "text": places.state_text(each.condition),
            "who_text": each.by.name if each.by and not guest else "",
            "said": each.note.text if each.note and not guest else "",
        }
        for each in rows
    ]
