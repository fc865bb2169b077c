"""What is held in hand when the system is away: permits under way, isolations, people, tests."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q

from permits.models import GasTest, Isolation, IsolationPoint, PersonalLock
from permits.reads import isolations, lists
from work.permissions import Scope

MOST = 400


def pack(site: Any, who: Scope, at: datetime, path: str = "") -> dict[str, Any]:
    """All that is under way at a site or below a place, for one reader: a query a table.

    left: how many permits and isolations more there are than are written out.
    """
    chosen = lists.chosen(site, who, at, "now", {"path": path})
    rows = lists.packed(chosen)
    behind = _isolations(site, who, path)
    held = list(behind[:MOST])
    count = chosen.order_by().count() if len(rows) >= lists.PACKED else len(rows)
    isolated = behind.order_by().count() if len(held) >= MOST else len(held)
    return {
        "rows": rows,
        "people": sum(row["on_it"] for row in rows),
        "isolations": [_isolation(each, at) for each in held],
        "tests": _tests([row["pk"] for row in rows]),
        "left": count - len(rows) + isolated - len(held),
    }


def _isolations(site: Any, who: Scope, path: str) -> Any:
    """Those with anything in place, or whose box has a lock on it."""
    locks = PersonalLock.objects.filter(off_at=None).select_related("person")
    points = IsolationPoint.objects.filter(ended_at=None).select_related("locked_by")
    rows = isolations.seen(site, who).filter(ended_at=None, place__path__startswith=path)
    in_place = Q(placed_at__isnull=False) | Q(locks__off_at=None, locks__isnull=False)
    return (
        rows.filter(in_place)
        .annotate(using=Count("uses__permit", filter=Q(uses__ended_at=None), distinct=True))
        .select_related("place", "owner", "site")
        .prefetch_related(
            Prefetch("points", queryset=points.order_by("sequence", "pk"), to_attr="open_points"),
            Prefetch("locks", queryset=locks, to_attr="locks_on"),
        )
        .order_by("number")
    )


def _isolation(each: Isolation, at: datetime) -> dict[str, Any]:
    points: Any = getattr(each, "open_points", [])
    locks: Any = getattr(each, "locks_on", [])
    tone, stands_text = isolations.stand(each, at)
    return {
        "label": f"I-{each.number}",
        "what": each.title,
        "place_text": each.place.name,
        "stands_text": stands_text,
        "tone": tone,
        "owner": str(each.owner or ""),
        "reason": each.reason,
        "using": getattr(each, "using", 0),
        "points": [
            {
                "tag": point.tag,
                "method_text": point.get_method_display(),
                "position": point.position,
                "lock": point.lock,
                "locked_by": str(point.locked_by or ""),
                "removed": point.removed_at is not None,
                "in_place": point.locked_at is not None and point.removed_at is None,
                "tried": point.tried_at is not None,
                "reported": point.reported_at is not None,
            }
            for point in points
        ],
        "locks": [{"name": str(lock.person), "group": lock.group} for lock in locks],
    }


def _tests(permit_ids: list[int]) -> list[dict[str, Any]]:
    """The newest of each test, what runs out first foremost."""
    newest = (
        GasTest.objects.filter(permit__in=permit_ids)
        .order_by("permit_id", "point", "substance_id", "-taken_at", "-pk")
        .distinct("permit_id", "point", "substance_id")
        .select_related("substance", "permit")
    )
    rows = [
        {
            "label": f"P-{each.permit.number}",
            "point": each.point,
            "substance": each.substance.name,
            "value": f"{each.value.normalize():f}",
            "unit": each.unit,
            "within": each.within,
            "until": each.valid_until,
        }
        for each in newest
    ]
    return sorted(rows, key=lambda row: row["until"])
