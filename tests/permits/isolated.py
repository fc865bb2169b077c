"""Isolations brought to each state by the people of a world, step by step, through the doors."""

from permits.models import Isolation, IsolationPoint, PersonalLock
from permits.services import boxes, isolation_uses, isolations, points
from work.exceptions import Forbidden, Refused, Stale, Unknown
from work.models import Event, Prerequisite

TWO = (
    {"tag": "XV-301", "method": "proved", "position": "Closed"},
    {"tag": "Q-3.1", "method": "proved_dead", "position": "Off"},
)


# What is said before it is tried, by who tries it.
SAID = {"energy": "relieved", "how": "Vented", "told": "The operators of line 3"}


def planned(world, *, by=None, at=None, given=TWO, **more) -> Isolation:
    """Of two points at L3, planned by the supervisor, who answers for it."""
    more = {"place_id": world.l3.pk, "title": "Filler of line 3"} | more
    site = {"actor": by or world.supervisor, "at": at or world.at, "site_id": world.site.pk}
    return isolations.plan(**site, points=given, **more)


def approved(world, *, at=None, **given) -> Isolation:
    """Approved by the permit issuer."""
    isolation = planned(world, at=at, **given)
    by = {"actor": world.permit_issuer, "at": at or world.at}
    return isolations.approve(**by, isolation_id=isolation.pk)


def pairs(isolation, *, back=False) -> list[tuple[int, str]]:
    """Its points with locks 1, 2…; backwards with the position in which each is left."""
    rows = list(isolation.points.filter(ended_at=None))
    if back:
        return [(each.pk, "Open") for each in reversed(rows)]
    return [(each.pk, f"LK-{each.sequence}") for each in rows]


def applied(world, *, at=None, **given) -> Isolation:
    """Applied and locked by the operator."""
    isolation = approved(world, at=at, **given)
    by = {"actor": world.operator, "at": at or world.at}
    return points.apply(**by, isolation_id=isolation.pk, points=pairs(isolation))


def verified(world, *, at=None, uses=(), **given) -> Isolation:
    """Tried by another technician; uses: what hangs together with it."""
    isolation = applied(world, at=at, **given)
    for each in uses:
        by = {"actor": world.supervisor, "at": at or world.at}
        isolation_uses.use(**by, isolation_id=isolation.pk, **each)
    by = {"actor": world.second_technician, "at": at or world.at}
    return points.try_out(**by, isolation_id=isolation.pk, **SAID)


def lock_on(world, isolation, who, minute=0) -> PersonalLock:
    return boxes.on(actor=who, at=world.t(minute), isolation_id=isolation.pk)


def state(isolation) -> str:
    isolation.refresh_from_db()
    return isolation.state


def against(door, isolation, **given) -> list[str]:
    """The codes with which a door refuses; nothing changed but the one event of it."""
    given = {"isolation_id": isolation.pk} | given

    def rows():
        return [
            list(model.objects.order_by("pk").values())
            for model in (Isolation, IsolationPoint, PersonalLock)
        ]

    before, mine = rows(), Event.objects.filter(verb="refused")
    count = mine.count()
    try:
        door(**given)
    except (Refused, Forbidden) as error:
        codes = [each.code.removeprefix("permits.") for each in error.reasons]
        assert mine.count() == count + 1
    except (Stale, Unknown) as error:
        codes = [type(error).__name__]
        assert mine.count() == count
    else:
        raise AssertionError("it was done")
    assert rows() == before
    return codes


def unmet(item) -> list[str]:
    """What the item waits for of isolations, in the order of its rows."""
    rows = Prerequisite.objects.filter(item=item, withdrawn_at=None, supplier="permits.isolation")
    return [
        row.reason["code"].removeprefix("permits.")
        for row in rows.order_by("pk")
        if row.answer != "met"
    ]
