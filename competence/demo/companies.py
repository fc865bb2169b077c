"""The three companies at hvk: approved and insured; one insurance ends tonight, one induction did.

Their people come in once they were told what holds here.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from competence.models import Company
from competence.services import companies, inductions, papers
from work.ports import Stage

# Company, its foreman, its work, the days from the demo's moment that it is approved, and insured;
# None: to the end of today.
_COMPANIES: tuple[tuple[str, str, str, int, int | None], ...] = (
    ("lasteam", "contractor", "Welding, pipe work, fenders", 90, 60),
    ("hydrex", "jeroen", "Cleaning with water, blasting, coating", 150, None),
    ("brandsma", "frits", "Electrical work of the project", 200, 190),
)
# Person, and the days from the demo's moment that the induction counts.
_TOLD = (
    *(("contractor", 120), ("luuk", -1), ("jeroen", 200)),
    *(("milan", 40), ("frits", 25), ("esra", 150)),
)
_COORDINATOR, _OTHER = "thea", "wouter"


def come(stage: Stage, at: datetime) -> None:
    """Invited, papers shown and verified, approved; and their people told what holds here."""
    site = {"site_id": stage.site.pk}
    rows = [
        site | {"team_id": stage.teams[team], "foremen": [stage.people[foreman].pk]}
        for team, foreman, *_rest in _COMPANIES
    ]
    made = stage.together(_COORDINATOR, at, companies.invite, rows)
    shown: list[dict[str, Any]] = []
    for pk, (_code, _foreman, _work, approved, insured) in zip(made, _COMPANIES, strict=True):
        ends = _midnight(stage) if insured is None else stage.at + timedelta(days=insured)
        for kind, reference, until in (
            ("insurance", f"Noord 7-44{pk:02}", ends),
            ("certificate", "VCA-P", stage.at + timedelta(days=approved)),
        ):
            shown.append({"company_id": pk, "kind": kind, "reference": reference, "until": until})
    verified = stage.together(_COORDINATOR, at, papers.add, shown)
    stage.together(_OTHER, at, papers.verify, [{"paper_id": pk} for pk in verified])
    stage.together(_COORDINATOR, at, companies.submit, [{"company_id": pk} for pk in made])
    leave: list[dict[str, Any]] = [
        {"company_id": pk, "work_scope": work, "until": stage.at + timedelta(days=days)}
        | {"any_type": True}
        for pk, (_code, _foreman, work, days, _insured) in zip(made, _COMPANIES, strict=True)
    ]
    stage.together(_OTHER, at, companies.approve, leave)
    told: list[dict[str, Any]] = [
        site
        | {
            "person_id": stage.people[person].pk,
            "place_id": stage.places["HVK"],
            "done_on": (at - timedelta(days=1)).date(),
            "until": stage.at + timedelta(days=days),
        }
        for person, days in _TOLD
    ]
    stage.together(_COORDINATOR, at, inductions.induct, told)


def _midnight(stage: Stage) -> datetime:
    here = ZoneInfo(stage.site.time_zone)
    today = stage.at.astimezone(here).date()
    return datetime.combine(today + timedelta(days=1), time.min, here)


def since(stage: Stage) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """The foreman asks for a third welder, and the insurance that follows the one that ends."""
    at = stage.when((-1, 12))

    def of(code: str) -> int:
        return Company.objects.get(team=stage.teams[code]).pk

    def bring() -> None:
        newcomer = {"name": "Mees Kok", "phone": "06 2044 1180", "badge": "L7"}
        papers.bring(**stage.who("contractor", at), company_id=of("lasteam"), **newcomer)

    def show() -> None:
        until = stage.at + timedelta(days=365)
        paper = {"kind": "insurance", "reference": "Noord 7-5120", "until": until}
        papers.add(**stage.who("jeroen", at), company_id=of("hydrex"), **paper)

    yield at, partial(bring)
    yield at, partial(show)
