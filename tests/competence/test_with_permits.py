"""Permits ask who is fit as what: a certificate that ends in the middle of a job (story 12)."""

import pytest

from tests.competence.test_records import answer, blocks
from tests.factories import planned_item
from tests.permits.made import draft, gas_tested, in_force, kinds
from work.exceptions import Refused
from work.permissions import scope
from work.reasons import say


def test_the_next_gas_test_is_refused_and_another_may(hvk):
    """At its second, by name and reason; the permit goes on until its own test lapses."""
    world = hvk.world
    _cold, hot = kinds(world)
    hvk.rule("GAS", capacity="permits.gas_tester")
    hvk.has(world.operator, "GAS", valid_until=world.t(50))
    hvk.has(world.shift_lead, "GAS")
    permit = in_force(world, hot)
    gas_tested(world, permit, at=world.t(49))
    state = type(permit).objects.get(pk=permit.pk).state
    with pytest.raises(Refused) as caught:
        gas_tested(world, permit, at=world.t(51))
    assert [reason.code for reason in caught.value.reasons] == ["permits.condition_unmet"]
    [said] = say(caught.value.reasons, scope(world.permit_issuer, world.t(51)))
    assert "Gas paper (GAS) of Operator ended" in said.text
    assert said.who == "Competence coordinator"
    permit.refresh_from_db()
    assert permit.state == state
    gas_tested(world, permit, at=world.t(52), by=world.shift_lead)


def test_a_rule_of_a_type_of_permit_reaches_the_work_under_it(hvk):
    """Who carries out work under hot work needs what the type asks, once it is linked."""
    world = hvk.world
    _cold, hot = kinds(world)
    item = planned_item(world)
    fire = hvk.asks("FIRE")
    hvk.rule(competence_id=fire.pk, kind="permits.type", code=hot.code)
    assert not blocks(item, world.t(1))
    draft(world, hot, items=[item])
    assert answer(item)["code"] == "competence.missing"
    hvk.has(world.technician, "FIRE", at=world.t(2))
    assert answer(item) == {}
