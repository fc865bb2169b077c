"""What the addresses of competence point at: LasTeam, its welder, and what both have shown."""

from datetime import date

from django.urls import reverse

from competence.models import Company, CompanyPaper, Competence, Record
from competence.services import companies, competences, papers, records
from tests.factories import World
from work.models import Evidence, User


def stand(world: World) -> None:
    """LasTeam was invited and showed an insurance; its welder showed a certificate."""
    by = {"actor": world.competence_coordinator, "at": world.t(-60)}
    site = {"site_id": world.site.pk}
    company = companies.invite(**by, **site, team_id=world.lasteam.pk)
    until = {"until": world.t(60 * 24), "reference": "Kept at the office"}
    papers.add(**by, company_id=company.pk, kind="insurance", **until)
    admin = by | {"actor": world.site_admin}
    weld = competences.create(**admin, **site, code="WELD", name="Welding", kind="certificate")
    records.record(
        **by,
        **site,
        person_id=world.welder.pk,
        competence_id=weld.pk,
        obtained_on=date(2026, 11, 2),
        reference="Kept at the office",
    )


def foreman(person: User) -> None:
    """The contractor of the matrix acts for LasTeam."""
    Company.objects.update(foremen=[person.pk])


def welder(scene) -> str:
    """The page of the welder."""
    return reverse("competence:person", args=["hvk", scene.world.welder.pk])


def decisions(scene) -> str:
    """At which decisions the welder was judged."""
    return reverse("competence:decisions", args=["hvk", scene.world.welder.pk])


def planned(scene) -> dict[str, object]:
    """That he is to obtain it anew."""
    return {"competence": Competence.objects.get().pk, "planned_on": "2026-12-01", "seen": "0"}


def file(name: str):
    """The address of a file, which is that of the scene's evidence."""

    def url(scene) -> str:
        model = {"record_file": Record, "paper_file": CompanyPaper}[name]
        model.objects.update(blob=Evidence.objects.get(pk=scene.evidence).blob)
        return reverse(f"competence:{name}", args=["hvk", model.objects.get().pk])

    return url
