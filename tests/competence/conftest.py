"""A small hvk whose site asks competences: what the tests of this domain stand in."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest

from competence.models import Competence, Record
from competence.services import competences, records
from competence.services import rules as rule_services
from tests.factories import World
from tests.work.conftest import app, world  # noqa: F401  fixtures


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

    def rule(self, code: str = "", *, at: datetime | None = None, **given: Any) -> Any:
        """A rule that asks this competence, of all work unless more is named."""
        if code:
            given["competence_id"] = self.asks(code).pk
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
