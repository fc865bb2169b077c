"""What is held in hand when the system is away: permits under way, isolations, people, tests."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q

from permits.models import GasTest, Isolation, IsolationPoint, PersonalLock, TypeTest
from permits.reads import isolations, lists
from permits.reads.isolation import names
from permits.services._facts import UNCOUNTED
from work.permissions import Scope

MOST = 400


def pack(site: Any, who: Scope, at: datetime, path: str = "") -> dict[str, Any]:
    """All that is under way at a site or below a place, for one reader: a query a table.

    left: how many permits and isolations more there are than are written out.
    """
    chosen = lists.chosen(site, who, at, "now", {"path": path})
    rows = lists.packed(chosen, who)
    behind = _isolations(site, who, path)
    held = list(behind[:MOST])
    count = chosen.order_by().count() if len(rows) >= lists.PACKED else len(rows)
    isolated = behind.order_by().count() if len(held) >= MOST else len(held)
    return {
        "rows": rows,
        "people": sum(row["on_it"] for row in rows),
        "isolations": [_isolation(each, who, at) for each in held],
        "tests": _tests(rows),
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


def _isolation(each: Isolation, who: Scope, at: datetime) -> dict[str, Any]:
    points: Any = getattr(each, "open_points", [])
    locks: Any = getattr(each, "locks_on", [])
    tone, stands_text = isolations.stand(each, at)
    name = names(each, who)
    return {
        "label": f"I-{each.number}",
        "what": each.title,
        "place_text": each.place.name,
        "stands_text": stands_text,
        "tone": tone,
        "owner": name(each.owner),
        "reason": each.reason,
        "using": getattr(each, "using", 0),
        "energy": each.get_energy_display() if each.energy else "",
        "points": [
            {
                "tag": point.tag,
                "method_text": point.get_method_display(),
                "position": point.position,
                "lock": point.lock,
                "locked_by": name(point.locked_by),
                "removed": point.removed_at is not None,
                "in_place": point.locked_at is not None and point.removed_at is None,
                "tried": point.tried_at is not None,
                "reported": point.reported_at is not None,
            }
            for point in points
        ],
        "locks": [{"name": name(lock.person, lock.name), "group": lock.group} for lock in locks],
    }


def _tests(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each test that is asked, with the one that counts; what runs out first foremost.

    Never taken is told where there is an issue; before it, that is as it should be.
    """
    taken = (
        GasTest.objects.filter(permit__in=[row["pk"] for row in rows])
        .exclude(UNCOUNTED)
        .order_by("permit_id", "point", "substance_id", "-taken_at", "-pk")
        .distinct("permit_id", "point", "substance_id")
    )
    newest = {(each.permit_id, each.point, each.substance_id): each for each in taken}
    types = {row["type_id"] for row in rows}
    asked: dict[int, list[TypeTest]] = {pk: [] for pk in types}
    for each in TypeTest.objects.filter(type__in=types, is_active=True).select_related("substance"):
        asked[each.type_id].append(each)
    found = [
        _test(row["label"], point, each.substance, test)
        for row in rows
        for point in row["sample_points"]
        for each in asked[row["type_id"]]
        if (test := newest.get((row["pk"], point, each.substance_id))) or row["issued"]
    ]
    return sorted(found, key=lambda each: each["until"].timestamp() if each["until"] else 0.0)


def _test(label: str, point: str, substance: Any, test: GasTest | None) -> dict[str, Any]:
    """Out of limits it has run out already; never taken it has no moment."""
    said = {"label": label, "point": point, "substance": substance.name}
    if test is None:
        return said | {"value": "", "unit": "", "within": True, "until": None}
    return said | {
        "value": f"{test.value.normalize():f}",
        "unit": test.unit,
        "within": test.within,
        "until": test.valid_until if test.within else test.taken_at,
    }
