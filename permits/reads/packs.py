"""What is held in hand when the system is away: permits under way, isolations, people, tests."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from permits.models import GasTest, Isolation, IsolationPoint, PersonalLock, TypeTest
from permits.reads import isolations, lists
from permits.reads.isolation import names
from permits.services._facts import UNCOUNTED
from work.permissions import Scope
from work.prepared import Among, given, prepared

MOST = 400


def pack(site: Any, who: Scope, at: datetime, path: str = "") -> dict[str, Any]:
    """All that is under way at a site or below a place, for one reader: a query a table.

    left: how many permits and isolations more there are than are written out.
    """
    rows = lists.under_way(site.pk, path, who, at)
    held = _held(site.pk, who.whenever, path)
    count, isolated = len(rows), len(held)
    if count >= lists.PACKED:
        count = lists.chosen(site, who, at, "now", {"path": path}).order_by().count()
    if isolated >= MOST:
        isolated = _isolations(site.pk, who, path).order_by().count()
    return {
        "rows": rows,
        "people": sum(row["on_it"] for row in rows),
        "isolations": [_isolation(each, who, at) for each in held],
        "tests": _tests(rows),
        "left": count - len(rows) + isolated - len(held),
    }


@prepared
def _held(site_id: int, who: Scope, path: str) -> QuerySet[Isolation]:
    """As many as are written out."""
    return _isolations(site_id, who, path)[:MOST]


def _isolations(site_id: int, who: Scope, path: str) -> QuerySet[Isolation]:
    """Those with anything in place, or whose box has a lock on it."""
    locks = PersonalLock.objects.filter(off_at=None).select_related("person")
    points = IsolationPoint.objects.filter(ended_at=None).select_related("locked_by")
    rows = isolations.seen(site_id, who).filter(ended_at=None, place__path__startswith=path)
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
    if not rows:
        return []
    taken = _taken(permits=[row["pk"] for row in rows])
    newest = {(each.permit_id, each.point, each.substance_id): each for each in taken}
    asked: dict[int, list[TypeTest]] = {row["type_id"]: [] for row in rows}
    for each in _asked(types=list(asked)):
        asked[each.type_id].append(each)
    found = [
        _test(row["label"], point, each.substance, test)
        for row in rows
        for point in row["sample_points"]
        for each in asked[row["type_id"]]
        if (test := newest.get((row["pk"], point, each.substance_id))) or row["issued"]
    ]
    return sorted(found, key=lambda each: each["until"].timestamp() if each["until"] else 0.0)


@prepared
def _taken() -> QuerySet[GasTest]:
    """The newest test of each point and substance of some permits."""
    rows = GasTest.objects.filter(Among(F("permit_id"), given("permits"))).exclude(UNCOUNTED)
    key = ("permit_id", "point", "substance_id")
    return rows.order_by(*key, "-taken_at", "-pk").distinct(*key)


@prepared
def _asked() -> QuerySet[TypeTest]:
    """The tests that some types ask for."""
    rows = TypeTest.objects.filter(Among(F("type_id"), given("types")), is_active=True)
    return rows.select_related("substance")


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
