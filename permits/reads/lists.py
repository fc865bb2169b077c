"""Permits as a list shows them: what nobody may miss first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from permits.models import Issue, Permit, PermitPerson, PermitPlace, Presence, Stop
from permits.reads.columns import narrowed, of_column
from permits.reads.names import Name, Naming, roll
from permits.reads.people import on_which_read
from permits.standing import LABELS, OVERDUE, lapsed, with_standing
from permits.states import ASKED, State
from work.permissions import Scope, visible
from work.prepared import Among, given, prepared

PAGE = 50
MOST = 1000
PACKED = 200
# Paths of a site and of its areas are no longer.
_AREA = 8
_FIRST = [
    State.STOP_CALLED,
    OVERDUE,
    State.STOPPED,
    State.IN_FORCE,
    State.ISSUED,
    State.AFTERCARE,
    State.HANDED_BACK,
    State.AUTHORISED,
]
TONES = {State.STOP_CALLED: "stop", OVERDUE: "stop", State.STOPPED: "late", State.LAPSED: "late"}
# What stands behind each name of the address.
SHOWN = ("now", "issue", "asked", "ended")


def seen(site: Any, who: Scope) -> QuerySet[Permit]:
    """The permits of a site that the reader may know of."""
    return Permit.objects.filter(visible(who), site=site)


def chosen(
    site: Any, who: Scope, at: datetime, show: str, asked: Mapping[str, Any]
) -> QuerySet[Permit]:
    """Those of a tab or of a column of the board, narrowed by what is asked, in their order."""
    rows = with_standing(seen(site, who), at)
    if item_id := asked.get("item_id"):
        rows = rows.filter(links__item=item_id, links__ended_at=None)
    if person := asked.get("person"):
        were = show == "ended" and not asked.get("column")
        part = were_of_person(rows, person.pk) if were else of_person(rows, person.pk, at)
        rows = on_which_read(part, who, site, person)
    if column := asked.get("column"):
        return of_column(narrowed(rows, asked), column, at)
    if path := asked.get("path"):
        rows = rows.filter(_at_place(path, show))
    if type_id := asked.get("type_id"):
        rows = rows.filter(type=type_id)
    if show == "all":
        return rows.annotate(rank=_rank()).order_by("rank", "-pk")
    if show == "ended":
        return _ended(rows, at).order_by("-ended_at", "-pk")
    rows = rows.filter(ended_at=None)
    if show == "issue":
        day = at + timedelta(hours=24)
        return rows.filter(stands=State.AUTHORISED, starts__lt=day).order_by("starts", "pk")
    if show == "asked":
        return rows.filter(state__in=[State.DRAFT, *sorted(ASKED)]).order_by("starts", "pk")
    under_way = rows.exclude(state__in=[State.DRAFT, *sorted(ASKED)]).exclude(lapsed(at))
    return under_way.annotate(rank=_rank()).order_by("rank", F("issue_ends").asc(nulls_last=True))


def of_person(rows: QuerySet[Permit], person_id: int, at: datetime) -> QuerySet[Permit]:
    """The open ones that somebody leads, has issued, is named for, or is on now."""
    on_it = Presence.objects.filter(person=person_id, off_at=None)
    named = PermitPerson.objects.filter(person=person_id, ended_at=None)
    return rows.exclude(lapsed(at)).filter(
        Q(performing_authority=person_id)
        | Q(issuer=person_id)
        | Q(pk__in=on_it.values("permit"))
        | Q(pk__in=named.values("permit")),
        ended_at=None,
    )


def were_of_person(rows: QuerySet[Permit], person_id: int) -> QuerySet[Permit]:
    """Those that somebody led, issued, was named for, or was on."""
    parts = (
        Issue.objects.filter(issuer=person_id),
        Presence.objects.filter(person=person_id),
        PermitPerson.objects.filter(person=person_id),
    )
    led = Permit.objects.filter(performing_authority=person_id).order_by().values("pk")
    return rows.filter(pk__in=led.union(*(each.order_by().values("permit") for each in parts)))


def _ended(rows: QuerySet[Permit], at: datetime) -> QuerySet[Permit]:
    """What has ended, in the order of an index. What the clock has just ended comes first, as it
    has no end yet: mostly there is none.
    """
    ended = Q(ended_at__isnull=False)
    just = rows.filter(lapsed(at), ended_at=None).order_by()
    ids = list(just.values_list("pk", flat=True)[:MOST])
    return rows.filter(ended | Q(pk__in=ids)) if ids else rows.filter(ended)


def _at_place(path: str, show: str) -> Q:
    """There or below, or affecting it: of all years at a small place by its own permits.

    An area has so many that the newest are found sooner along the order of the list.
    """
    there = {"place__path__startswith": path}
    others = PermitPlace.objects.filter(ended_at=None, **there).values("permit")
    if show == "ended" and len(path) > _AREA:
        own = Permit.objects.filter(**there).values("pk")
        return Q(pk__in=own.union(others))
    return Q(**there) | Q(pk__in=others)


def affects(path: str) -> Exists:
    """Whether a permit affects that place or one below it, besides its own."""
    there = {"permit": OuterRef("pk"), "ended_at": None, "place__path__startswith": path}
    return Exists(PermitPlace.objects.filter(**there))


def _rank() -> Case:
    """Stop called and overdue before all else."""
    return Case(
        *(When(stands=code, then=Value(rank)) for rank, code in enumerate(_FIRST)),
        default=Value(len(_FIRST)),
        output_field=IntegerField(),
    )


def page(rows: QuerySet[Permit], number: int, names: Naming) -> list[dict[str, Any]]:
    """One page of them, for its reader: a query."""
    start = (number - 1) * PAGE
    wanted = rows.select_related("type", "place", "performing_authority", "site", "team")
    wanted = wanted.annotate(on_it=_on_it())
    return [row(each, names.of(each)) for each in wanted[start : start + PAGE]]


def _on_it() -> Coalesce:
    """How many are on a permit, counted for those that are shown and not for all."""
    rows = Presence.objects.filter(permit=OuterRef("pk"), off_at=None).order_by().values("permit")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def _whole(rows: QuerySet[Permit]) -> QuerySet[Permit]:
    """As many as a pack holds, with all that it says of each."""
    whose = ("performing_authority", "issuer")
    wanted = rows.select_related("type", "place", "site", "team", *whose)
    return wanted.annotate(on_it=_on_it())[:PACKED]


@prepared
def _under_way(site_id: int, path: str, who: Scope) -> QuerySet[Permit]:
    """What is under way at a site or below a place, for such a reader."""
    return _whole(chosen(site_id, who, given("at"), "now", {"path": path}))  # type: ignore[arg-type]


@prepared
def _present() -> QuerySet[Presence]:
    """Who is on some permits."""
    rows = Presence.objects.filter(Among(F("permit_id"), given("permits")), off_at=None)
    return rows.select_related("person")


@prepared
def _left() -> QuerySet[Any]:
    """How some permits were left that are stopped."""
    rows = Stop.objects.filter(Among(F("permit_id"), given("permits")), left__isnull=False)
    return rows.filter(ended_at=None).values_list("permit_id", "left__text")


def under_way(site_id: int, path: str, who: Scope, at: datetime) -> list[dict[str, Any]]:
    """All that is under way there, as a pack holds it."""
    return packed(_under_way(site_id, path, who.whenever, at=at), who)


def packed(permits: Sequence[Any], who: Scope) -> list[dict[str, Any]]:
    """Permits as the pack holds them: who is on each, and how what is stopped was left."""
    if not permits:
        return []
    naming = Naming(who)
    named = {each.pk: naming.of(each) for each in permits}
    on_it: dict[int, list[Presence]] = {}
    for each in _present(permits=list(named)):
        on_it.setdefault(each.permit_id, []).append(each)
    people = {pk: roll(several, named[pk]) for pk, several in on_it.items()}
    left = dict(_left(permits=list(named)))
    return [
        row(each, named[each.pk])
        | {
            "pk": each.pk,
            "type_id": each.type_id,
            "sample_points": each.sample_points,
            "issued": each.issue_ends is not None,
            "people": people.get(each.pk, []),
            "left": left.get(each.pk, ""),
            "where_exactly": each.where_exactly,
            "condition": each.condition,
            "issuer": named[each.pk](each.issuer),
            "tests_until": each.tests_until,
        }
        for each in permits
    ]


def stopped(permits: QuerySet[Permit], who: Scope, at: datetime) -> list[dict[str, Any]]:
    """What a stop is called on, of some permits that the reader may see: by place, with people."""
    rows = with_standing(permits.filter(visible(who)), at)
    called_on = rows.filter(stands=State.STOP_CALLED).order_by("place__path", "number")
    return packed(list(_whole(called_on)), who)


def row(permit: Any, name: Name) -> dict[str, Any]:
    """One permit as a row, with people as `name` says them; `stands` was read with it."""
    stands = permit.stands
    since = permit.state_since
    if stands == OVERDUE:
        since = permit.issue_ends
    elif stands == State.STOP_CALLED and permit.state == State.IN_FORCE:
        since = permit.tests_until
    return {
        "label": f"P-{permit.number}",
        "url": reverse("permits:permit_detail", args=[permit.site.slug, f"P-{permit.number}"]),
        "what": permit.what,
        "type_text": permit.type.name,
        "place_text": permit.place.name,
        "stands": stands,
        "stands_text": str(LABELS[stands]),
        "tone": TONES.get(stands, ""),
        "since": since,
        "performer": name(permit.performing_authority),
        "starts": permit.starts,
        "until": permit.issue_ends or permit.ends,
        "on_it": permit.on_it,
    }


def counts(site: Any, who: Scope, at: datetime) -> dict[str, int]:
    """How many of the open ones stand so: one query."""
    rows = seen(site, who).filter(ended_at=None).exclude(lapsed(at))
    rows = with_standing(rows, at).order_by()
    found = dict(rows.values_list("stands").annotate(n=Count("pk")))
    return {str(code): n for code, n in found.items()}


def total_text(rows: QuerySet[Permit]) -> tuple[int, str]:
    """How many there are, exact to a thousand."""
    count = rows.order_by()[: MOST + 1].count()
    return min(count, MOST), _("1,000+") if count > MOST else str(count)
