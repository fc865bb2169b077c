"""Isolations as pages show them in rows: the register by age."""

from datetime import datetime
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

from permits.isolation_permissions import reads_names
from permits.isolation_states import Kind, State
from permits.models import Isolation, IsolationUse, PermitItem, PersonalLock
from permits.reads.people import on_which_read
from permits.services._isolated import check_due
from work.permissions import Scope
from work.states import Role

PAGE = 50
MOST = 1000
SHOWN = ("now", "planned", "long", "ended")
_PLACED = [State.APPLIED, State.VERIFIED, State.IN_TEST, State.RELEASE, State.REMOVED]
TONES = {State.IN_TEST: "stop", State.APPLIED: "late", State.RELEASE: "late"}


def seen(site: Any, who: Scope) -> QuerySet[Isolation]:
    """Those of a site that the reader may know of; a contractor's, behind which it works.

    site: it, or its id.
    """
    rows = Isolation.objects.filter(site=site)
    if who.system:
        return rows
    q = Q(pk__in=[])
    for grant in who.grants:
        if not grant.role or grant.site_id != getattr(site, "pk", site):
            continue
        part = Q(place__path__startswith=grant.prefix)
        if grant.role == Role.CONTRACTOR:
            locks = PersonalLock.objects.filter(
                isolation=OuterRef("pk"), person=who.user_id, group=False, off_at=None
            )
            part &= Q(Exists(_of_company(grant.team_id))) | Q(Exists(locks))
        q |= part
    return rows.filter(q)


def _of_company(team_id: int | None) -> QuerySet[IsolationUse]:
    """Links by which a company works behind an isolation: its permit, its work, or its work under
    a permit of the site.
    """
    through = PermitItem.objects.filter(
        permit=OuterRef("permit"), item__team=team_id, ended_at=None
    )
    own = Q(permit__team=team_id) | Q(item__team=team_id) | Q(Exists(through))
    return IsolationUse.objects.filter(own, isolation=OuterRef("pk"), ended_at=None)


def locked_by(rows: QuerySet[Isolation], who: Scope, site: Any, person: Any) -> QuerySet[Isolation]:
    """Those on whose box somebody's own lock is, where the reader reads whose."""
    on = PersonalLock.objects.filter(person=person, group=False, off_at=None)
    locked = rows.filter(pk__in=on.values("isolation"))
    return on_which_read(locked, who, site, person, reads_site=False)


def chosen(
    site: Any,
    who: Scope,
    at: datetime,
    show: str,
    path: str = "",
    item_id: int | None = None,
    person: Any = None,
) -> QuerySet[Isolation]:
    """Those of a tab in their order: what is in place by age, the oldest first.

    person: whose own lock is on the box.
    """
    rows = seen(site, who)
    if person is not None:
        rows = locked_by(rows, who, site, person)
    if path:
        rows = rows.filter(place__path__startswith=path)
    if item_id is not None:
        rows = rows.filter(uses__item=item_id, uses__ended_at=None)
    if show == "all":
        return rows.order_by(F("ended_at").desc(nulls_first=True), "-pk")
    if show == "ended":
        return rows.filter(ended_at__isnull=False).order_by("-ended_at", "-pk")
    rows = rows.filter(ended_at=None)
    if show == "planned":
        return rows.filter(state__in=[State.PLANNED, State.APPROVED]).order_by("-pk")
    if show == "long":
        return rows.filter(kind=Kind.LONG_TERM).order_by("check_due", "pk")
    first = Case(
        When(state=State.APPROVED, then=Value(0)),
        When(state=State.IN_TEST, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    placed = rows.filter(placed_at__isnull=False)
    return placed.annotate(first=first).order_by("first", "placed_at", "pk")


def page(rows: QuerySet[Isolation], number: int, at: datetime, who: Scope) -> list[dict[str, Any]]:
    """One page of them: a query."""
    start = (number - 1) * PAGE
    wanted = rows.select_related("place", "owner", "site")
    locks = PersonalLock.objects.filter(isolation=OuterRef("pk"), off_at=None).order_by()
    counted = locks.values("isolation").annotate(n=Count("pk")).values("n")
    wanted = wanted.annotate(on_box=Coalesce(Subquery(counted), 0))
    return [row(each, at, who) for each in wanted[start : start + PAGE]]


def row(isolation: Any, at: datetime, who: Scope) -> dict[str, Any]:
    """One as a row; who answers for it only for whom names are."""
    tone, text = stand(isolation, at)
    owner = isolation.owner if reads_names(who, isolation) else None
    return {
        "label": f"I-{isolation.number}",
        "url": url(isolation),
        "what": isolation.title,
        "kind_text": isolation.get_kind_display(),
        "place_text": isolation.place.name,
        "owner": str(owner or ""),
        "stands": isolation.state,
        "stands_text": text,
        "tone": tone,
        "since": isolation.state_since,
        "placed_at": isolation.placed_at,
        "check_due": isolation.check_due,
        "on_box": isolation.on_box,
    }


def stand(isolation: Isolation, at: datetime) -> tuple[str, str]:
    """How it stands in words, and how loud."""
    if isolation.state == State.VERIFIED and isolation.until and isolation.until <= at:
        return "stop", _("Its shift has ended")
    if isolation.ended_at is None and check_due(isolation, at):
        return "late", _("Check overdue")
    if isolation.state == State.APPROVED and isolation.placed_at is not None:
        return "stop", _("Not in place")
    return TONES.get(State(isolation.state), ""), isolation.get_state_display()


def url(isolation: Isolation) -> str:
    """The page of one."""
    return reverse(
        "isolations:isolation_detail", args=[isolation.site.slug, f"I-{isolation.number}"]
    )


def counts(site: Any, who: Scope) -> dict[str, int]:
    """How many stand behind the tabs: one query."""
    rows = seen(site, who).filter(ended_at=None)
    return rows.aggregate(
        now=Count("pk", filter=Q(placed_at__isnull=False)),
        planned=Count("pk", filter=Q(state__in=[State.PLANNED, State.APPROVED])),
        long=Count("pk", filter=Q(kind=Kind.LONG_TERM)),
    )


def total_text(rows: QuerySet[Isolation]) -> tuple[int, str]:
    """How many there are, exact to a thousand."""
    count = rows.order_by()[: MOST + 1].count()
    return min(count, MOST), _("1,000+") if count > MOST else str(count)
