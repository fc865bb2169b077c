"""A small hvk whose site asks competences: what the tests of this domain stand in."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest

from competence.models import Company, CompanyPaper, Competence, Record
from competence.services import companies, competences, papers, records
from competence.services import rules as rule_services
from tests.factories import World
from tests.work.conftest import app, world  # noqa: F401  fixtures
from work.services import people


@dataclass
class Hvk:
    """A world and what was set up in it, by code."""

    world: World
    known: dict[str, Competence] = field(default_factory=dict)

    def asks(self, code: str, kind: str = "certificate", **more: Any) -> Competence:
        """A competence of the site."""
        if code not in self.known:
            self.known[code] = competences.create(
                actor=self.world.site_admin,
                at=self.world.t(-600),
                site_id=self.world.site.pk,
                code=code,
                name=f"{code.capitalize()} paper",
                kind=kind,
                **more,
            )
        return self.known[code]

    def rule(self, of: str = "", *, at: datetime | None = None, **given: Any) -> Any:
        """A rule that asks this competence, of all work unless more is named."""
        if of:
            given["competence_id"] = self.asks(of).pk
        return rule_services.create(
            actor=self.world.site_admin,
            at=at or self.world.t(-500),
            site_id=self.world.site.pk,
            **given,
        )

    def obtained(self, person: Any, code: str, **given: Any) -> Record:
        """A record with proof that nobody has verified yet."""
        given.setdefault("obtained_on", date(2026, 11, 1))
        given.setdefault("reference", "Issuer, no. 17")
        given.setdefault("actor", self.world.competence_coordinator)
        given.setdefault("at", self.world.t(-400))
        return records.record(
            site_id=self.world.site.pk,
            person_id=person.pk,
            competence_id=self.asks(code).pk,
            **given,
        )

    def has(self, person: Any, code: str, **given: Any) -> Record:
        """The same, verified by another."""
        record = self.obtained(person, code, **given)
        return records.verify(
            actor=self.second, at=given.get("at", self.world.t(-400)), record_id=record.pk
        )

    def insured(self, team: Any, foreman: Any, until: datetime) -> CompanyPaper:
        """A company with a foreman, whose insurance was verified."""
        t = self.world.t
        firm = companies.invite(
            actor=self.second,
            at=t(-300),
            site_id=self.world.site.pk,
            team_id=team.pk,
            foremen=[foreman.pk],
        )
        paper = papers.add(
            actor=foreman,
            at=t(-290),
            company_id=firm.pk,
            kind="insurance",
            reference="Delta Lloyd 9",
            until=until,
        )
        return papers.verify(actor=self.second, at=t(-280), paper_id=paper.pk)

    def approved(self, team: Any, foreman: Any, insured: datetime, **given: Any) -> Company:
        """The same, as the site let it work: insured until then, approved as it is given."""
        t, firm_id = self.world.t, self.insured(team, foreman, insured).company_id
        companies.submit(actor=foreman, at=t(-270), company_id=firm_id)
        return companies.approve(actor=self.second, at=t(-260), company_id=firm_id, **given)

    def comes_for(self, team: Any, person: Any, starts: datetime, **given: Any) -> Any:
        """Somebody's role here as contractor of a company, given long before."""
        return people.grant_role(
            actor=None,
            at=self.world.t(-901),
            user_id=person.pk,
            site_id=self.world.site.pk,
            role="contractor",
            company_id=team.pk,
            starts=starts,
            **given,
        )

    @property
    def second(self) -> Any:
        """A second competence coordinator: the first records."""
        from tests.factories import person

        if "second" not in self.__dict__:
            self.__dict__["second"] = person(
                self.world.site, "competence_coordinator", username="second_coordinator"
            )
        return self.__dict__["second"]


@pytest.fixture
def hvk(world) -> Hvk:  # noqa: F811
    found = Hvk(world)
    for name in ("site_admin", "competence_coordinator", "hse", "technician"):
        getattr(world, name)
    assert found.second
    return found
