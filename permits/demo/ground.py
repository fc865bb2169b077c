"""What hvk has set up of permits: substances, types, and what does not go together."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from permits.demo.cases import Case
from permits.models import Numbering
from permits.services import setup
from work.ports import Stage
from work.services import OpenAct, door

# The numbers that two of them are known by: the site goes on counting where it was.
_NAMED = {"permit": ("ep-231", 231), "isolation": ("iso-88", 88)}

_SUBSTANCES: tuple[tuple[str, str, str, str, str | None, str], ...] = (
    ("oxygen", "Oxygen", "oxygen", "%", "19.5", "23.5"),
    ("lel", "Flammable vapour", "flammable", "% LEL", None, "10"),
    ("co", "Carbon monoxide", "toxic", "ppm", None, "20"),
)
_HOURS = 4 * 60


def _control(hazard: str, energy: str, kind: str, text: str) -> dict[str, str]:
    return {"hazard": hazard, "energy": energy, "kind": kind, "text": text}


_FALL = _control("Fall from a height", "Gravity", "barrier", "Rail, or harness on a marked point")
_TYPES: tuple[tuple[str, str, tuple[str, ...], dict[str, Any]], ...] = (
    (
        *("hot-work", "Hot work", ("oxygen", "lel")),
        {
            "aftercare_minutes": 60,
            "questions": [
                {"key": "spark", "text": "What makes the spark or the heat?"},
                {"key": "below", "text": "What is below and beside it?"},
            ],
            "controls": [
                _control("Fire by sparks", "Heat", "barrier", "Blankets over drain and cables"),
                _control("Fire by sparks", "Heat", "field_check", "Extinguisher in reach, tried"),
                _control("Vapour catches fire", "Heat", "gas_test", "No vapour where it is done"),
            ],
        },
    ),
    (
        *("confined-space", "Entry into a vessel", ("oxygen", "lel", "co")),
        {
            "isolation_class": "positive",
            "questions": [{"key": "rescue", "text": "How is somebody brought out?"}],
            "controls": [
                _control("Bad air", "Atmosphere", "gas_test", "Measured at top, middle and bottom"),
                _control("Nobody sees it", "", "barrier", "A watch at the manhole, with a radio"),
            ],
        },
    ),
    (
        *("electrical", "Electrical work", ()),
        {
            "isolation_class": "proved",
            "longest_hours": 16,
            "controls": [
                _control("Shock", "Electricity", "field_check", "Tester tried before and after"),
            ],
        },
    ),
    (
        *("opening", "Opening of plant", ()),
        {
            "longest_hours": 24,
            "controls": [
                _control("Hot oil", "Pressure and heat", "field_check", "Drained, vent is open"),
                _control("Oil on the floor", "", "barrier", "Tray and sand below the flange"),
            ],
        },
    ),
    (
        *("high-pressure", "High-pressure cleaning", ()),
        {"controls": [_control("Jet hits somebody", "900 bar", "barrier", "10 m closed off")]},
    ),
    (*("height", "Work at a height", ()), {"controls": [_FALL]}),
)

# Type, the other activity: a permit of a type or work of a type; how near; what follows.
_APART: tuple[tuple[str, str, str, str, str], ...] = (
    ("hot-work", "LOG", "within", "stop", "No transfer within the bund while somebody welds"),
    ("hot-work", "confined-space", "within", "stop", "Nobody is in a vessel beside hot work"),
    ("hot-work", "opening", "within", "endorse", "Nothing is opened until the sparks are out"),
    ("high-pressure", "electrical", "within", "endorse", "Cabinets are shut while water flies"),
    ("confined-space", "CLN", "within", "endorse", "Nothing is pumped into the vessel"),
    ("height", "LOG", "within", "inform", "Keep out below"),
)


@door
def count_on(act: OpenAct, *, site_id: int, kind: str, last: int) -> None:
    """Numbers of a kind go on after the last one of before."""
    act.control(site_id)
    Numbering.objects.create(site_id=site_id, kind=kind, last=last)


def acts(
    stage: Stage, kinds: dict[str, int], permits: Sequence[Case], isolations: Sequence[Case]
) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """The acts of who sets the site up."""
    at = stage.before + timedelta(days=1)
    for (kind, (named, number)), cases in zip(_NAMED.items(), (permits, isolations), strict=True):
        ordered = sorted(cases, key=lambda case: case.begins)
        before = next(n for n, case in enumerate(ordered) if case.first == named)
        yield at, partial(_count_on, stage, at, kind, number - 1 - before)
    yield at, partial(_types, stage, at, kinds)
    yield at, partial(_rules, stage, at, kinds)


def _count_on(stage: Stage, at: datetime, kind: str, last: int) -> None:
    count_on(**stage.who("", at), site_id=stage.site.pk, kind=kind, last=last)


def _types(stage: Stage, at: datetime, kinds: dict[str, int]) -> None:
    site = {"site_id": stage.site.pk}
    names = ("code", "name", "family", "unit")
    rows = [
        site
        | dict(zip(names, row, strict=False))
        | {"low": Decimal(row[4]) if row[4] else None, "high": Decimal(row[5])}
        for row in _SUBSTANCES
    ]
    made = stage.together("admin", at, setup.create_substance, rows)
    substances = {row[0]: pk for row, pk in zip(_SUBSTANCES, made, strict=True)}
    rows = [
        site
        | {"code": code, "name": name, "tests": [(substances[each], _HOURS) for each in tests]}
        | said
        for code, name, tests, said in _TYPES
    ]
    made = stage.together("admin", at, setup.create_type, rows)
    kinds |= {row[0]: pk for row, pk in zip(_TYPES, made, strict=True)}


def _rules(stage: Stage, at: datetime, kinds: dict[str, int]) -> None:
    rows = []
    for code, other, reach, verdict, condition in _APART:
        work = stage.types.get(other)
        rows.append(
            {
                "site_id": stage.site.pk,
                "type_id": kinds[code],
                "work_type_id": work,
                "other_type_id": None if work else kinds[other],
                "reach": reach,
                "verdict": verdict,
                "condition": condition,
            }
        )
    stage.together("admin", at, setup.create_rule, rows)
