"""The people of a permit: how many its route asks, and what others have to say of them."""

import importlib

import pytest
from django.db import IntegrityError, connection, transaction

from permits.models import PermitPerson
from permits.services import deciding, ending, issuing, on_it, requests, setup, stopping
from permits.services._facts import load
from tests import factories
from tests.factories import planned_item
from tests.permits import made
from tests.permits.made import against
from tests.work.by_sql import CHECK
from work import ports
from work.exceptions import Reason, Refused
from work.models import Prerequisite, WorkItem
from work.ports import Answer, Condition
from work.services import acceptance, execution, people


def everything(world, name):
    """Somebody with every role that a permit asks for."""
    both = factories.person(world.site, "supervisor", username=name)
    for role in ("permit_authoriser", "permit_issuer", "area_owner"):
        people.grant_role(
            actor=None, at=factories.AT, user_id=both.pk, site_id=world.site.pk, role=role
        )
    return both


def test_a_low_permit_is_of_two_people(world, app):
    cold, _hot = made.kinds(world)
    one, two = everything(world, "one"), everything(world, "two")
    item = planned_item(world, plan={"executor_ids": [one.pk]})
    permit = made.assessed(world, cold, by=one, risk="low", performer_id=one.pk, items=[item])
    sure = {"at": world.at, "permit_id": permit.pk, "signed": True}
    requests.request(actor=one, **sure)
    signs = {"at": world.at, "signed": True}
    assert against(deciding.check, permit, actor=two, **signs) == ["check_not_asked"]
    deciding.authorise(actor=two, **sure)
    made.ticked(world, permit)
    # Under an issue somebody has issued it, until an end within its window.
    begun = "UPDATE permits_permit SET state = 'in_force', issue_ends = ends"
    assert app(begun) == CHECK
    assert app(f"{begun} + interval '1 min', issuer_id = %s", [two.pk]) == CHECK
    issuing.issue(actor=two, scanned=True, **sure)
    issuing.take(actor=one, scanned=True, **sure)
    execution.start(actor=one, at=world.at, item_id=item.pk)
    execution.complete(actor=one, at=world.at, item_id=item.pk)
    ending.hand_back(actor=one, complete=True, left="Swept", **sure)
    # Work that had a permit is accepted by another, once the permit is closed.
    assert WorkItem.objects.get(pk=item.pk).status == "done"
    asked = Prerequisite.objects.get(item=item, gate="close", withdrawn_at=None)
    assert (asked.answer, asked.clears) == ("unmet", "role:permit_issuer")
    ending.close(actor=two, inspected="Seen", **sure)
    judged = {"judged": {item.criteria.get().pk: "Holds"}}
    acceptance.accept(actor=world.shift_lead, at=world.at, item_id=item.pk, **judged)


def test_each_route_asks_its_number_of_people(world):
    cold, _hot = made.kinds(world)
    route = {"actor": world.site_admin, "at": world.at, "type_id": cold.pk, "risk": "low"}
    with pytest.raises(Refused, match="not_valid"):
        setup.set_route(**route, people=13, checked=False)
    setup.set_route(**route, people=3, checked=False)
    for number in (1, 13):
        with pytest.raises(IntegrityError, match="permits_route_people"), transaction.atomic():
            cold.routes.update(people=number)
    one, two, three = (everything(world, name) for name in ("one", "two", "three"))
    permit = made.assessed(world, cold, by=one, risk="low", performer_id=one.pk)
    sure = {"at": world.at, "permit_id": permit.pk, "signed": True}
    requests.request(actor=one, **sure)
    deciding.authorise(actor=two, **sure)
    made.ticked(world, permit)
    look = {"at": world.at, "signed": True, "scanned": True}
    assert against(issuing.issue, permit, actor=two, **look) == ["people_too_few"]
    issuing.issue(actor=three, scanned=True, **sure)

    # Who checked does not authorise; also not after it was sent back and checked by another.
    permit = made.assessed(world, cold)
    sure = {"at": world.at, "permit_id": permit.pk, "signed": True}
    requests.request(actor=world.technician, **sure)
    deciding.check(actor=one, **sure)
    signs = {"at": world.at, "signed": True}
    assert against(deciding.authorise, permit, actor=one, **signs) == ["authoriser_checked"]
    deciding.revert(actor=two, at=world.at, permit_id=permit.pk, why="Say which bracket")
    deciding.check(actor=two, **sure)
    assert against(deciding.authorise, permit, actor=one, **signs) == ["authoriser_checked"]
    deciding.authorise(actor=three, **sure)
    # What was taken back is nobody's part in it.
    have = load(permit.pk, world.at).different_people()
    assert have == {world.technician.pk, two.pk, three.pk}
    assert against(issuing.issue, permit, actor=world.technician, **signs) == ["role_needed"]
    assert against(stopping.call_stop, permit, actor=one, at=world.at) == ["stands_authorised"]


def test_a_rule_asks_for_a_permit_of_a_type(world):
    cold, hot = made.kinds(world)
    factories.rule(
        world.site, supplier="permits.permit", params={"type": "hot-work"}, kind="permit"
    )
    item = planned_item(world)

    def said() -> list[tuple[str, str]]:
        rows = Prerequisite.objects.filter(item=item, withdrawn_at=None, rule__isnull=False)
        return [(row.answer, row.reason.get("code", ""), row.clears) for row in rows]

    assert said() == [("unmet", "permits.none_linked", "role:planner")]
    made.in_force(world, cold, items=[item])
    assert said() == [("unmet", "permits.none_linked", "role:planner")]
    permit = made.issued(world, hot, items=[item])
    performer = f"user:{world.technician.pk}"
    assert said() == [("unmet", "permits.stands_issued", performer)]
    issuing.take(
        actor=world.technician, at=world.at, permit_id=permit.pk, scanned=True, signed=True
    )
    assert said() == [("met", "permits.stands_stop_called", performer)]
    execution.start(actor=world.technician, at=world.at, item_id=item.pk)
    stopping.call_stop(actor=world.technician, at=world.t(1), permit_id=permit.pk)
    assert said() == [("unmet", "permits.stands_stop_called", performer)]


class _Welders:
    """Another domain, which asks a certificate of the second technician alone."""

    key = "tests.welders"

    def of(self, occasions, at):
        asked = [pair for each in occasions for pair in each.people]
        bad = [(pk, capacity) for pk, capacity in asked if pk == self.barred]
        reason = Reason("tests.no_certificate", clears=("role", "competence_coordinator"))
        what = Reason("tests.certificate")
        return [
            [Condition(what, Answer.unmet(reason), pk) for pk, _capacity in bad]
            for _each in occasions
        ]


def _folded_by_the_migration(permit) -> list[str]:
    """Who is named on it once 0024 was there, where older doors wrote one name twice."""
    migration = importlib.import_module("permits.migrations.0024_one_name_and_people_at_most")
    once = next(
        each
        for each in PermitPerson._meta.constraints
        if each.name == "permits_permitperson_named_once"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE permits_permitperson DROP CONSTRAINT {once.name}")
        for name in ("Jan Smit", "jan smit", "JAN SMIT"):
            permit.people.create(name=name)
        cursor.execute(migration.FOLD)
        cursor.execute(migration.TWICE)
        with connection.schema_editor() as editor:
            editor.add_constraint(PermitPerson, once)
        left = permit.people.filter(ended_at=None).exclude(name="")
        named = list(left.values_list("name", flat=True))
        assert permit.people.exclude(ended_at=None).count() == 2
        transaction.set_rollback(True)
    return named


def test_other_domains_have_their_say_of_who_works_under_it(world):
    cold, _hot = made.kinds(world)
    welders = _Welders()
    welders.barred = world.second_technician.pk
    ports.conditions.register(welders)
    try:
        spaced = world.second_technician.name.replace(" ", "  ")
        assert "  " in spaced
        typed = (spaced, "Bo", " bO", "\u0130brahim  Kaya", "Ibrahim Kaya")
        permit = made.authorised(world, cold, people=[{"name": name} for name in typed])
        assert permit.people.get(name="").person == world.second_technician
        named = list(permit.people.exclude(name="").values_list("name", flat=True))
        assert named == ["Bo", "\u0130brahim Kaya"]
        assert _folded_by_the_migration(permit) == ["Bo", "\u0130brahim Kaya", "Jan Smit"]
        made.ticked(world, permit)
        look = {"actor": world.permit_issuer, "at": world.at, "scanned": True, "signed": True}
        assert against(issuing.issue, permit, **look) == ["condition_unmet"]
        other = made.in_force(world, cold)
        on = {"actor": world.technician, "at": world.at, "name": world.second_technician.name}
        assert against(on_it.sign_on, other, **on) == ["condition_unmet"]
        namesake = {"name": world.second_technician.name, "username": "namesake"}
        factories.person(world.site, "technician", **namesake)
        assert against(on_it.sign_on, other, **on) == ["name_of_several"]
        accept = {"actor": world.second_technician, "at": world.at, "signed": True, "why": "Fog"}
        assert against(issuing.accept, other, **accept) == ["condition_unmet"]
    finally:
        ports.conditions.unregister(welders.key)
