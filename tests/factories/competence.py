"""A site that follows its companies and asks competences: the reference story at the gate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from competence.services import companies, competences, inductions, papers, records, rules
from tests.factories.setup import person
from work.models import Place, Site, Team, User
from work.states import Role

_MONTH = timedelta(days=30)


@dataclass
class Crew:
    """LasTeam at a site: its foreman, one welder who may come in, and one who may not."""

    foreman: User
    first: User
    second: User
    coordinator: User


def crew_of(site: Site, team: Team, foreman: User, at: datetime) -> Crew:
    """Approved and insured; all have their papers but the second welder, and his induction ended
    yesterday."""
    root = Place.objects.get(site=site, depth=1)
    recorder = person(site, Role.COMPETENCE_COORDINATOR, username="renske", name="Renske Bos")
    verifier = person(site, Role.COMPETENCE_COORDINATOR, username="jos", name="Jos van Dam")
    admin = person(site, Role.SITE_ADMIN, username="set-up", name="Ada Set-up")
    of_site = {"site_id": site.pk}

    def by(who: User, hours: float) -> dict[str, Any]:
        return {"actor": who, "at": at - timedelta(hours=hours)}

    company = companies.invite(**by(recorder, 60), **of_site, team_id=team.pk)
    for kind, days in (("insurance", 5), ("certificate", 200)):
        paper = papers.add(
            **by(foreman, 59),
            company_id=company.pk,
            kind=kind,
            reference="Noord 7-4411",
            until=at + timedelta(days=days),
        )
        papers.verify(**by(verifier, 58), paper_id=paper.pk)
    companies.submit(**by(foreman, 57), company_id=company.pk)
    scope = {"work_scope": "Welding and pipe work", "until": at + 2 * _MONTH}
    companies.approve(**by(verifier, 56), company_id=company.pk, **scope)
    rules.create(**by(admin, 55), **of_site, asks="induction", place_id=root.pk)
    asked: dict[str, Any] = {}
    for code, name, kind, more in (
        ("WELD", "Welding to ISO 9606-1", "certificate", {"months": 24}),
        ("VCA", "Basic safety", "training", {}),
        ("PIPE", "Pipe fitting", "skill", {"levels": ["Assists", "Alone", "Teaches"]}),
        ("HOT", "Hot work seen here", "verification", {}),
    ):
        asked[code] = competences.create(
            **by(admin, 54), **of_site, code=code, name=name, kind=kind, **more
        )
        asks = {"competence_id": asked[code].pk, "team_id": team.pk}
        level = {"level": 2, "supervised": True} if kind == "skill" else {}
        rules.create(**by(admin, 53), **of_site, **asks, **level)

    def told(who: User, until: datetime) -> None:
        inductions.induct(
            **by(verifier, 52),
            **of_site,
            person_id=who.pk,
            place_id=root.pk,
            done_on=(at - _MONTH).date(),
            until=until,
        )

    def has(who: User, code: str, until: datetime | None, **more: Any) -> None:
        row = records.record(
            **by(recorder, 51),
            **of_site,
            person_id=who.pk,
            competence_id=asked[code].pk,
            obtained_on=(at - _MONTH).date(),
            valid_until=until,
            reference="Inst 2026/118",
            **more,
        )
        records.verify(**by(verifier, 50), record_id=row.pk)

    newcomer = papers.bring(**by(foreman, 55), company_id=company.pk, name="Mees Kok", badge="L7")
    second = papers.admit(**by(verifier, 54), newcomer_id=newcomer.pk).person
    first = User.objects.get(name="Luuk Prins")
    for who, ends in ((foreman, 12), (first, 90)):
        told(who, at + timedelta(days=ends))
        has(who, "WELD", at + timedelta(days=ends + 3))
        has(who, "VCA", None)
        has(who, "PIPE", None, level=3 if who == foreman else 1)
        has(who, "HOT", None)
    told(second, at - timedelta(days=1))
    records.record(
        **by(recorder, 49),
        **of_site,
        person_id=second.pk,
        competence_id=asked["WELD"].pk,
        obtained_on=(at - _MONTH).date(),
        reference="Inst 2026/131",
    )
    return Crew(foreman, first, second, verifier)
