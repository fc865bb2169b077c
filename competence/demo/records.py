"""What people of hvk can be asked to have, what is asked, and who has it: with what runs out."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from competence.services import competences as setting_up
from competence.services import inductions
from competence.services import records as keeping
from competence.services import rules as asking
from work.ports import Stage

_LEVELS = ["Assists", "Alone", "Teaches"]
_COMPETENCES: tuple[tuple[str, str, str, int | None], ...] = (
    ("VCA", "Basic safety", "certificate", 120),
    ("VOL", "Safety for who leads", "certificate", 120),
    ("WELD", "Welding to ISO 9606-1", "certificate", 24),
    ("GAS", "Gas tester", "certificate", 36),
    ("GAS-V", "Gas test seen in the field", "verification", None),
    ("LOTO", "Isolating and locking", "training", 36),
    ("LOTO-V", "Isolation seen in the field", "verification", None),
    ("PTW-I", "Permit issuer", "certificate", 24),
    ("PTW-P", "Performing authority", "training", 36),
    ("FIRE", "Fire watch", "training", 12),
    ("MANHOLE", "Watch at a manhole", "certificate", 24),
    ("AIR", "Breathing apparatus", "training", 12),
    ("E-SKILL", "Electrically skilled", "certificate", 36),
    ("E-INST", "Electrically instructed", "training", 36),
    ("FORK", "Fork truck", "certificate", 60),
    ("HOIST", "Hoisting to 5 t", "certificate", 60),
    ("PLATFORM", "Aerial platform", "certificate", 60),
    ("HEIGHT", "Work at a height", "training", 24),
    ("JET", "High-pressure cleaning", "certificate", 36),
    ("BOILER", "Boiler attendant", "certificate", 60),
    ("BURNER", "Inspection of burners", "certificate", 24),
    ("PSV", "Outside inspection of safety valves", "certificate", 36),
    ("HACCP", "Food safety", "training", 24),
    ("ALLERGEN", "Allergen cleaning", "training", 12),
    ("SHORE", "Ship to shore", "certificate", 36),
    ("ADR", "Loading of dangerous goods", "certificate", 60),
    ("AID", "First aid", "certificate", 12),
    ("CIP", "Cleaning in place", "skill", None),
    ("FILL", "Filling lines", "skill", None),
    ("PIPE", "Pipe fitting", "skill", None),
    ("SAMPLE", "Sampling and ATP", "skill", None),
)
# What all who play a part in the crews have.
_CREWS = {
    "op-p": ("LOTO", "PTW-I"),
    "op-r": ("LOTO", "PTW-I"),
    "op-w": ("FORK", "PTW-I"),
    "te": ("LOTO",),
    "lab": ("GAS", "FIRE"),
    "lead-p": ("LOTO",),
    "lead-r": ("LOTO", "GAS"),
}
# Person, what, the days that it lasts from the demo's moment (None: as long as it lasts), level.
_PEOPLE: tuple[tuple[str, str, float | None, int | None], ...] = (
    *(("contractor", "WELD", 210, None), ("contractor", "VCA", None, None)),
    *(("contractor", "PIPE", None, 3), ("luuk", "PIPE", None, 1)),
    *(("luuk", "WELD", 5, None), ("luuk", "VCA", None, None)),
    *(("jeroen", "JET", 64, None), ("milan", "JET", 27, None)),
    *(("frits", "E-SKILL", 400, None), ("esra", "E-INST", 12, None)),
    *(("ruud", "E-SKILL", 88, None), ("ruud", "PSV", 6, None), ("ruud", "HEIGHT", 150, None)),
    *(("technician", "E-SKILL", 300, None), ("technician", "HEIGHT", 29, None)),
    *(("noor", "CIP", None, 2), ("daan", "FILL", None, 3), ("daan", "AID", 45, None)),
    *(("kevin", "HOIST", 19, None), ("karel", "VOL", None, None), ("mieke", "SHORE", 82, None)),
)
# What is asked of whom: of who takes part as something, or of who carries work out.
_ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("GAS", {"capacity": "permits.gas_tester"}),
    ("LOTO", {"capacity": "permits.isolator"}),
    ("PTW-I", {"capacity": "permits.issuer"}),
    ("FIRE", {"capacity": "permits.watcher"}),
    ("WELD", {"type": "CON", "place": "20", "team": "lasteam"}),
    ("PIPE", {"type": "CON", "place": "20", "team": "lasteam", "level": 2, "supervised": True}),
    ("FORK", {"type": "LOG", "place": "60"}),
)
_RECORDER, _VERIFIER = "thea", "wouter"


def competences(stage: Stage, at: datetime, known: dict[str, int]) -> None:
    """Thirty-one, by who sets the site up."""
    rows: list[dict[str, Any]] = [
        {"site_id": stage.site.pk, "code": code, "name": name, "kind": kind}
        | ({"levels": _LEVELS} if kind == "skill" else {"months": months})
        for code, name, kind, months in _COMPETENCES
    ]
    made = stage.together("admin", at, setting_up.create, rows)
    known |= {row["code"]: pk for row, pk in zip(rows, made, strict=True)}


def _record(
    stage: Stage, known: dict[str, int], at: datetime, person: str, code: str, **more: Any
) -> dict[str, Any]:
    return {
        "site_id": stage.site.pk,
        "person_id": stage.people[person].pk,
        "competence_id": known[code],
        "obtained_on": (at - timedelta(days=20)).date(),
        "reference": f"{code}/{person}",
    } | more


def of_people(stage: Stage, at: datetime, known: dict[str, int]) -> None:
    """Recorded by one, verified by another. One certificate ends in the middle of this shift."""
    ends = stage.when(0.0001) + timedelta(minutes=15)
    half = stage.at + (ends - stage.at) / 2
    rows = [
        _record(stage, known, at, person, code)
        | ({"valid_until": half} if (person, code) == ("iris", "GAS") else {})
        for part, codes in _CREWS.items()
        for person in stage.crew(part)
        for code in codes
    ]
    rows += [
        _record(stage, known, at, person, code, level=level)
        | ({"valid_until": stage.at + timedelta(days=days)} if days else {})
        for person, code, days, level in _PEOPLE
    ]
    made = stage.together(_RECORDER, at, keeping.record, rows)
    stage.together(_VERIFIER, at, keeping.verify, [{"record_id": pk} for pk in made])


def rules(stage: Stage, at: datetime, known: dict[str, int]) -> None:
    """What is asked, and that who comes for a company is told what holds here."""
    ids = {"type": stage.types, "place": stage.places, "team": stage.teams}
    rows = [{"asks": "induction", "place_id": stage.places["HVK"]}]
    for code, where in _ASKED:
        given: dict[str, Any] = {"competence_id": known[code]}
        for name, said in where.items():
            given |= {f"{name}_id": ids[name][said]} if name in ids else {name: said}
        rows.append(given)
    rows = [{"site_id": stage.site.pk} | row for row in rows]
    stage.together("admin", at, asking.create, rows)


def since(stage: Stage, known: dict[str, int]) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """What came in the last days: to verify, planned, exempted."""

    def yet_to_verify(at: datetime) -> None:
        row = _record(stage, known, at, "luuk", "HEIGHT")
        keeping.record(**stage.who("contractor", at), **row)

    def to_come(at: datetime) -> None:
        row = {"site_id": stage.site.pk, "planned_on": (stage.at + timedelta(days=20)).date()}
        person = {"person_id": stage.people["daan"].pk, "competence_id": known["GAS"]}
        keeping.plan(**stage.who(_RECORDER, at), **row, **person)

    def spared(at: datetime) -> None:
        inductions.exempt(
            **stage.who("wouter", at),
            site_id=stage.site.pk,
            person_id=stage.people["kevin"].pk,
            competence_id=known["SHORE"],
            until=stage.at + timedelta(days=30),
            why="Course of next month; stands beside the jetty lead until then",
        )

    days: tuple[tuple[Any, Callable[[datetime], None]], ...] = (
        ((-3, 9), to_come),
        ((-2, 10), spared),
        ((-1, 11), yet_to_verify),
    )
    for said, act in days:
        yield stage.when(said), partial(act, stage.when(said))
