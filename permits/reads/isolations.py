"""Isolations as pages show them: the register by age, and one with its points and its box."""

import re
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
    Value,
    When,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from permits.isolation_permissions import sees
from permits.isolation_states import ENDED, Kind, State, class_of
from permits.models import Isolation, IsolationUse, LockRemoval
from permits.permissions import sees as sees_permit
from permits.services._isolated import check_due
from permits.services._isolation_facts import Facts, facts_about
from permits.services._named import model_of
from permits.standing import standing
from work.permissions import Scope, visible
from work.states import Role

PAGE = 50
MOST = 1000
SHOWN = ("now", "planned", "long", "ended")
_NUMBER = re.compile(r"(?:[Ii][- ]?)?(\d{1,15})")
_PLACED = [State.APPLIED, State.VERIFIED, State.IN_TEST, State.RELEASE, State.REMOVED]
TONES = {State.IN_TEST: "stop", State.APPLIED: "late", State.RELEASE: "late"}


def seen(site: Any, who: Scope) -> QuerySet[Isolation]:
    """Those of a site that the reader may know of; a contractor's, behind which it works."""
    rows = Isolation.objects.filter(site=site)
    if who.system:
        return rows
    q = Q(pk__in=[])
    for grant in who.grants:
        if not grant.role or grant.site_id != site.pk:
            continue
        part = Q(place__path__startswith=grant.prefix)
        if grant.role == Role.CONTRACTOR:
            own = Q(permit__team=grant.team_id) | Q(item__team=grant.team_id)
            uses = IsolationUse.objects.filter(own, isolation=OuterRef("pk"), ended_at=None)
            part &= Q(Exists(uses))
        q |= part
    return rows.filter(q)


def chosen(
    site: Any, who: Scope, at: datetime, show: str, path: str = "", item_id: int | None = None
) -> QuerySet[Isolation]:
    """Those of a tab in their order: what is in place by age, the oldest first."""
    rows = seen(site, who)
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


def page(rows: QuerySet[Isolation], number: int, at: datetime) -> list[dict[str, Any]]:
    """One page of them: a query."""
    start = (number - 1) * PAGE
    wanted = rows.select_related("place", "owner", "site")
    on_box = Count("locks", filter=Q(locks__off_at=None), distinct=True)
    wanted = wanted.annotate(on_box=on_box)
    return [row(each, at) for each in wanted[start : start + PAGE]]


def row(isolation: Any, at: datetime) -> dict[str, Any]:
    """One as a row."""
    tone, text = stand(isolation, at)
    return {
        "label": f"I-{isolation.number}",
        "url": url(isolation),
        "what": isolation.title,
        "kind_text": isolation.get_kind_display(),
        "place_text": isolation.place.name,
        "owner": str(isolation.owner or ""),
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


def find(site: Any, who: Scope, text: str, at: datetime) -> Facts | None:
    """The isolation with this number and all of it, where the reader may see it."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    rows = Isolation.objects.select_related(
        "site", "place", "owner", "created_by", "approved_by", "card", "asset"
    )
    isolation = rows.filter(site=site, number=int(match[1])).first()
    if isolation is None:
        return None
    facts = facts_about(isolation, at)
    return facts if sees(who, isolation, facts.teams) else None


def shown(facts: Facts, who: Scope) -> dict[str, Any]:
    """All that stands on its page but the acts."""
    isolation, at = facts.isolation, facts.at
    tone, text = stand(isolation, at)
    return {
        "pk": isolation.pk,
        "label": f"I-{isolation.number}",
        "version": isolation.version,
        "what": isolation.title,
        "kind": isolation.kind,
        "kind_text": isolation.get_kind_display(),
        "stands": isolation.state,
        "stands_text": text,
        "tone": tone,
        "since": isolation.state_since,
        "placed_at": isolation.placed_at,
        "place": {
            "name": isolation.place.name,
            "url": reverse("work:place_detail", args=[isolation.site.slug, isolation.place.code]),
        },
        "facts": _facts(facts),
        "points": [_point(each) for each in facts.points],
        "locks": [
            {"pk": each.pk, "name": str(each.person), "group": each.group, "since": each.on_at}
            for each in facts.locks
        ],
        "removals": _removals(isolation),
        "uses": _uses(facts, who),
        "steps": _steps(isolation),
        "in_test": isolation.state == State.IN_TEST,
        "not_in_place": isolation.state == State.APPROVED and isolation.placed_at is not None,
        "ended": isolation.state in ENDED,
    }


def _facts(facts: Facts) -> list[dict[str, Any]]:
    isolation = facts.isolation
    methods = [each.method for each in facts.points]
    apart = _("another than who applied it") if isolation.other_tries else _("the same person may")
    rows = [
        (_("Answers for it"), str(isolation.owner or "")),
        (_("Class"), str(class_of(methods).label) if methods else ""),
        (_("Tried by"), apart),
        (_("Thing"), str(isolation.asset or "")),
        (_("Card"), str(isolation.card or "")),
        (_("Reason"), isolation.reason),
        (_("Planned by"), str(isolation.created_by or "")),
        (_("Approved by"), str(isolation.approved_by or "")),
    ]
    if isolation.kind == Kind.LONG_TERM:
        days = _("every %(days)s days") % {"days": isolation.check_days}
        rows.append((_("Checked"), days))
    return [{"label": label, "text": text} for label, text in rows if text]


def _point(point: Any) -> dict[str, Any]:
    state = "reported" if point.reported_at else "removed" if point.removed_at else ""
    if not state:
        state = "tried" if point.tried_at else "locked" if point.locked_at else ""
        state = state or ("applied" if point.applied_at else "open")
    return {
        "pk": point.pk,
        "sequence": point.sequence,
        "tag": point.tag,
        "method_text": point.get_method_display(),
        "position": point.position,
        "lock": point.lock,
        "state": state,
        "applied_by": str(point.applied_by or ""),
        "applied_at": point.applied_at,
        "tried_by": str(point.tried_by or ""),
        "tried_at": point.tried_at,
        "reported_by": str(point.reported_by or ""),
        "reported_at": point.reported_at,
        "position_after": point.position_after,
        "removed_by": str(point.removed_by or ""),
    }


_WAY = {
    State.PLANNED: lazy("Planned"),
    State.APPROVED: lazy("Approved"),
    State.APPLIED: lazy("Applied and locked"),
    State.VERIFIED: lazy("Tried"),
    State.RELEASE: lazy("To remove"),
    State.CLOSED: lazy("Closed"),
}


def _steps(isolation: Isolation) -> list[dict[str, Any]]:
    """What was, where it stands, what comes."""
    at_step = {State.IN_TEST: State.VERIFIED, State.REMOVED: State.RELEASE}.get(
        State(isolation.state), State(isolation.state)
    )
    steps, passed = [], at_step in _WAY
    for state, label in _WAY.items():
        now = state == at_step
        label = State(isolation.state).label if now else label
        steps.append(
            {
                "label": str(label),
                "sub": "",
                "state": "now" if now else "was" if passed else "next",
                "icon": "lock",
            }
        )
        passed = passed and not now
    return steps


def _removals(isolation: Isolation) -> list[dict[str, Any]]:
    """Locks of people gone that are asked for, or of which the person is not told: one query."""
    rows = LockRemoval.objects.filter(lock__isolation=isolation, told_at=None)
    rows = rows.select_related("lock__person", "asked_by", "removed_by", "away", "tried")
    return [
        {
            "pk": each.pk,
            "lock": each.lock_id,
            "person_id": each.lock.person_id,
            "name": str(each.lock.person),
            "asked_by": str(each.asked_by),
            "asked_by_id": each.asked_by_id,
            "removed_by_id": each.removed_by_id,
            "removed_by": str(each.removed_by or ""),
            "removed_at": each.removed_at,
            "away": each.away.text,
            "tried": each.tried.text,
        }
        for each in rows
        if each.removed_at is not None or each.lock.off_at is None
    ]


def _uses(facts: Facts, who: Scope) -> list[dict[str, Any]]:
    """Permits and work that hang together with it; what the reader may not see is not named."""
    ids = [each.item_id for each in facts.uses if each.item_id is not None]
    items = model_of(IsolationUse, "item").objects
    seen = (
        set(items.filter(visible(who), pk__in=ids).values_list("pk", flat=True)) if ids else set()
    )
    slug = facts.isolation.site.slug
    rows = []
    for each in facts.uses:
        if each.permit is not None:
            known = sees_permit(who, each.permit)
            label, what = f"P-{each.permit.number}", each.permit.what
            address = reverse("permits:permit_detail", args=[slug, label])
            how = standing(each.permit, facts.at).label
        elif each.item is not None:
            known = each.item_id in seen
            label, what = f"W-{each.item.number}", each.item.what
            address = reverse("work:item_detail", args=[slug, label])
            how = f"{each.get_how_display()} · {each.item.get_status_display()}"
        rows.append(
            {
                "pk": each.pk,
                "label": label if known else "",
                "what": what if known else _("Other work"),
                "url": address if known else "",
                "how": how,
            }
        )
    return rows
