"""The types of work that come with the product: given to a site once, and each one usable."""

import json
from types import SimpleNamespace

import pytest

from tests import factories
from tests.factories.kept import built_once
from tests.work.everything import digest
from tests.work.outcomes import codes
from work.exceptions import Forbidden, Refused, Unknown
from work.models import Event, RequirementRule, WorkType
from work.permissions import scope
from work.services import (
    acceptance,
    checklist,
    execution,
    items,
    proof,
    requirements,
    shipped,
    type_files,
)
from work.services._type_document import read
from work.states import LineKind, Role

CODES = ["CLN", "COM", "CON", "FLD", "INS", "ISO", "LOG", "MNT", "PRD", "PUN", "RND", "RST"]
AT = factories.AT

# What is filled in at each step: what is required there, and nothing else.
VALUES = {
    "PRD": {
        "plan": {"product": "Sunflower 1 l", "setting": "Fill volume"},
        "start": {"target": "1,000 ml"},
        "complete": {"deviation": "none"},
    },
    "MNT": {
        "plan": {"isolation_needed": False},
        "complete": {"failure_mode": "leak", "downtime_reason": "breakdown"},
    },
    "LOG": {"plan": {"to": "DOCK-3"}, "start": {"vehicle": "TR-07"}, "complete": {"weight": 1040}},
    "CON": {
        "plan": {"scope": "Weld one bracket", "host": "Henk"},
        "start": {"foreman": "Hamid", "crew": "Luuk"},
        "complete": {"waste": "none"},
    },
    "INS": {
        "plan": {"template": "PSV outside"},
        "complete": {"verdict": "in order", "next_due": "2027-11-24"},
    },
    "RND": {"plan": {"route": "Refining", "shift": "night"}, "complete": {"exceptions": 0}},
    "CLN": {"plan": {"method": "wet"}, "start": {"agent": "P3"}, "complete": {"swab": 12}},
    "PUN": {
        "plan": {
            "subsystem": "L5-ELE",
            "category": "A",
            "discipline": "electrical",
            "blocks_certificate": True,
        }
    },
    "COM": {
        "plan": {"subsystem": "L5-ELE", "procedure": "CP-12"},
        "start": {"certificate": "MC-3"},
        "complete": {"result": "passed"},
    },
    "RST": {
        "plan": {"reason": "Guard trip", "release_role": "shift lead"},
        "start": {"changed": "Switch of another make"},
    },
    "ISO": {
        "plan": {"plan": "ISO-88", "points": 4},
        "start": {"box": "B-12"},
        "complete": {"tryout": "dead"},
    },
    "FLD": {"request": {"danger": False}, "plan": {"interim": "Taped off"}},
}
FOUR_EYES = {"CLN", "COM", "CON", "ISO", "MNT", "PUN", "RST"}
TAKES_OUT = {"CON", "MNT"}


@built_once
def shipped_plant() -> SimpleNamespace:
    """A site with the shipped types, one person of each role that they name, and two posts."""
    site = factories.site("plant", last_number=100)
    root = factories.place(site, "PLANT", kind="site")
    roles = ("planner", "technician", "shift_lead", "supervisor", "quality", "site_admin")
    people = {role: factories.person(site, role, username=role) for role in roles}
    post = factories.post_with_duty(root, people["shift_lead"], code="lead")
    factories.post_with_duty(root, people["supervisor"], role=Role.SUPERVISOR, code="sup")
    shipped.give(actor=people["site_admin"], at=factories.setup.LONG_BEFORE, site_id=site.pk)
    types = dict(WorkType.objects.filter(site=site).values_list("code", "pk"))
    return SimpleNamespace(site=site, place=root, people=people, post=post, types=types)


@pytest.fixture
def plant(db) -> SimpleNamespace:
    return shipped_plant()


@pytest.mark.parametrize("each", shipped.known(), ids=lambda each: each.code)
def test_each_file_is_without_fault_and_comes_out_as_it_went_in(plant, each):
    assert read(each.data).faults == []
    version = WorkType.objects.get(pk=plant.types[each.code]).versions.get()
    who = scope(plant.people["site_admin"], AT)
    said = type_files.export(who, version_id=version.pk, at=AT, with_rules=True)
    assert said == each.data.decode()
    assert (version.number, version.published_by) == (1, plant.people["site_admin"])


def test_the_twelve_are_there_and_their_rules_are_of_the_core_alone():
    assert [each.code for each in shipped.known()] == CODES
    rules = [rule for each in shipped.known() for rule in json.loads(each.data)["rules"]]
    assert {rule["supplier"] for rule in rules} == {"work.check"}
    assert {rule["place"] + rule["asset_class"] for rule in rules} == {""}


def test_a_site_gets_what_it_does_not_have_and_nothing_twice(world):
    before = type_files.export(
        scope(world.site_admin, AT), version_id=world.mnt.versions.get().pk, at=AT
    )
    others = [code for code in CODES if code != "MNT"]
    who = scope(world.site_admin, AT)
    assert [each.code for each in shipped.missing(who, site_id=world.site.pk)] == others

    given = shipped.give(actor=world.site_admin, at=world.at, site_id=world.site.pk)

    made = WorkType.objects.filter(pk__in=given).order_by("code")
    assert [kind.code for kind in made] == others
    assert all(kind.versions.get().published_at == world.at for kind in made)
    modes = dict(RequirementRule.objects.values_list("key", "mode"))
    assert set(modes.values()) == {"watch", "enforce"}
    assert [key for key, mode in modes.items() if mode == "enforce"] == ["iso-try-out-seen"]
    event = Event.objects.get(verb="types_given")
    assert (event.site, event.actor, event.data) == (
        world.site,
        world.site_admin,
        {"types": given},
    )
    assert type_files.export(who, version_id=world.mnt.versions.get().pk, at=AT) == before
    assert shipped.missing(who, site_id=world.site.pk) == []

    stored = digest()
    again = shipped.give(actor=world.site_admin, at=world.t(1), site_id=world.site.pk)
    after = digest()
    assert again == []
    assert [name for name in after if after[name] != stored[name]] == ["work_act"]


def test_one_is_given_by_its_code(world):
    given = shipped.give(actor=None, at=world.at, site_id=world.site.pk, codes=["RST"])
    assert [WorkType.objects.get(pk=pk).code for pk in given] == ["RST"]
    with pytest.raises(Refused) as caught:
        shipped.give(actor=None, at=world.at, site_id=world.site.pk, codes=["INS", "XYZ"])
    assert codes(caught.value) == ["choice_not_known"]
    assert not WorkType.objects.filter(site=world.site, code="INS").exists()


def test_they_are_given_by_who_configures_the_site_alone(world):
    with pytest.raises(Forbidden):
        shipped.give(actor=world.supervisor, at=world.at, site_id=world.site.pk)
    nrd = factories.second_site()
    with pytest.raises(Unknown):
        shipped.give(actor=nrd.admin, at=world.at, site_id=world.site.pk)
    with pytest.raises(Unknown):
        shipped.missing(scope(nrd.admin, AT), site_id=world.site.pk)
    assert WorkType.objects.filter(site=world.site).count() == 1


@pytest.mark.parametrize("code", CODES)
def test_work_of_each_goes_from_requested_to_accepted_through_its_gates(plant, code):
    life = Life(plant, code)
    life.ask()
    life.plan()
    life.start()
    life.answer_lines()
    life.complete()
    life.accept()
    assert life.item.status == "closed"


class Life:
    """An item of a type, taken through every gate; at each it is refused what is missing first."""

    def __init__(self, plant: SimpleNamespace, code: str) -> None:
        self.plant, self.code, self.people = plant, code, plant.people
        self.values = {step: VALUES[code].get(step, {}) for step in ("request", "plan", "start")}
        self.values["complete"] = VALUES[code].get("complete", {})

    def by(self, role: str) -> dict:
        return {"actor": self.people[role], "at": AT, "item_id": self.item.pk}

    def lacks(self, step: str, act, **given) -> None:
        """Refused for exactly the fields of the step."""
        if not self.values[step]:
            return
        with pytest.raises(Refused) as caught:
            act(**given)
        missing = [r.params["key"] for r in caught.value.reasons if r.code == "field_missing"]
        assert sorted(missing) == sorted(self.values[step])
        assert {"field_missing"} >= set(codes(caught.value)) - {
            "criterion_open",
            "evidence_missing",
        }

    def fill_in(self, step: str) -> None:
        whole = {**self.item.values, **self.values[step]}
        self.item = items.edit(**self.by("planner"), values=whole)

    def ask(self) -> None:
        asked = {
            "actor": self.people["technician"],
            "at": AT,
            "site_id": self.plant.site.pk,
            "place_id": self.plant.place.pk,
            "type_id": self.plant.types[self.code],
            "what": "Something of the field",
            "why": "It is needed",
        }
        self.lacks("request", items.request, **asked)
        self.item = items.request(**asked, values=self.values["request"])

    def plan(self) -> None:
        given = {
            "owner_post_id": self.plant.post.pk,
            "executor_ids": [self.people["technician"].pk],
        }
        self.lacks("plan", items.plan, **self.by("planner"), **given)
        values = {**self.item.values, **self.values["plan"]}
        self.item = items.plan(**self.by("planner"), **given, values=values)

    def start(self) -> None:
        self.lacks("start", execution.start, **self.by("technician"))
        self.fill_in("start")
        self.item = execution.start(**self.by("technician"))
        for stage in self.item.type_version.stages.order_by("position"):
            self.item = execution.stage(**self.by("technician"), stage=stage.key)

    def answer_lines(self) -> None:
        lines = list(self.item.lines.order_by("position"))
        holds = [index for index, line in enumerate(lines) if line.hold_point]
        if holds and holds[0] + 1 < len(lines):
            with pytest.raises(Refused) as caught:
                self.answer(lines[holds[0] + 1])
            assert codes(caught.value)[0] == "hold_point_before"
        for line in lines:
            if (self.code, line.key) == ("ISO", "tryout"):
                self.witness(line)
            self.answer(line)

    def answer(self, line) -> None:
        answered = {"answer": "pass"}
        if line.kind == LineKind.READING:
            answered = {"value": str(line.low if line.low is not None else line.high)}
        elif line.kind == LineKind.PHOTO:
            answered = {"answer": "not_applicable"}
        elif line.kind != LineKind.PASS_FAIL:
            answered["said"] = line.choices[0] if line.choices else "Seen"
        checklist.answer(actor=self.people["technician"], at=AT, line_id=line.pk, **answered)

    def witness(self, line) -> None:
        """The try-out waits for who must see it."""
        with pytest.raises(Refused) as caught:
            self.answer(line)
        assert codes(caught.value) == ["requirement_unmet"]
        row = self.item.prerequisites.get(line=line)
        requirements.check(
            actor=self.people["shift_lead"],
            at=AT,
            prerequisite_id=row.pk,
            passed=True,
            remark="Seen at the pump",
        )

    def complete(self) -> None:
        self.lacks("complete", execution.complete, **self.by("technician"))
        self.fill_in("complete")
        # In the executor's place, so that four eyes are asked of the one who accepts.
        self.item = execution.complete(**self.by("shift_lead"))

    def accept(self) -> None:
        for criterion in self.item.criteria.filter(evidence=True):
            with pytest.raises(Refused if self.code != "CLN" else Forbidden):
                acceptance.accept(**self.by("shift_lead"), judged=self.judged(), handback=True)
            proof.attach(
                **self.by("technician"),
                kind="signature",
                criterion_id=criterion.pk,
                said="Sheet signed",
            )
        if self.code in TAKES_OUT:
            with pytest.raises(Refused) as caught:
                acceptance.accept(**self.by("supervisor"), judged=self.judged())
            assert codes(caught.value) == ["handback_unsigned"]
        accepter = "shift_lead"
        if self.code == "CLN":
            accepter = "quality"
        elif self.code in FOUR_EYES:
            with pytest.raises(Refused) as caught:
                acceptance.accept(**self.by("shift_lead"), judged=self.judged(), handback=True)
            assert codes(caught.value) == ["four_eyes"]
            accepter = "supervisor"
        self.item = acceptance.accept(
            **self.by(accepter), judged=self.judged(), handback=self.code in TAKES_OUT
        )

    def judged(self) -> dict[int, str]:
        by_name = self.item.criteria.filter(evidence=False)
        return dict.fromkeys(by_name.values_list("pk", flat=True), "Seen in the field")
