"""Permits ask who is fit as what: a certificate that ends in the middle of a job (story 12)."""

import pytest

from permits.services import assessments, deciding, issuing, on_it, requests
from tests.competence.test_records import answer, blocks
from tests.factories import planned_item
from tests.permits.made import authorised, draft, gas_tested, kinds, ticked
from work.exceptions import Refused
from work.permissions import scope
from work.reads import judged as trail
from work.reasons import say


def _unmet(door, **given) -> str:
    """The code of the one condition for which a door of permits refuses."""
    with pytest.raises(Refused) as caught:
        door(**given)
    [reason] = caught.value.reasons
    assert reason.code == "permits.condition_unmet"
    return reason.params["reason"]["code"]


def test_the_next_gas_test_is_refused_and_another_may(hvk):
    """At its second, by name and reason; the permit goes on until its own test lapses."""
    world = hvk.world
    _cold, hot = kinds(world)
    hvk.rule("GAS", capacity="permits.gas_tester")
    hvk.has(world.operator, "GAS", valid_until=world.t(50))
    hvk.has(world.shift_lead, "GAS")
    permit = gas_tested(world, authorised(world, hot))
    ticked(world, permit)

    # Who has a part in the issue is able to until its end, not only when it begins.
    for capacity in ("permits.performing_authority", "permits.worker"):
        hvk.rule("LEAD", capacity=capacity)
    hvk.has(world.technician, "LEAD", valid_until=world.t(100))
    hvk.has(world.second_technician, "LEAD", valid_until=world.t(99))
    given = {"permit_id": permit.pk, "scanned": True, "signed": True}
    by_issuer = {"actor": world.permit_issuer, "at": world.at, **given}
    assert _unmet(issuing.issue, **by_issuer, ends=world.t(101)) == "competence.ends_before"
    issuing.issue(**by_issuer, ends=world.t(100))
    permit = issuing.take(actor=world.technician, at=world.at, **given)
    on = {"actor": world.technician, "at": world.t(1), "permit_id": permit.pk}
    second = world.second_technician.pk
    assert _unmet(on_it.sign_on, **on, person_id=second) == "competence.ends_before"
    # Who is known by name alone has nothing of what is asked here.
    with pytest.raises(Refused, match="permits.name_not_known"):
        on_it.sign_on(**on, name="Bo Smit")
    on_it.sign_on(**on, person_id=world.technician.pk)

    # Each decision keeps of whom it was judged, as what.
    events = trail.of_subject("permits.permit", permit.pk)
    parts = [
        (row["refused"], person["name"], person["as_text"], person["asked"][0]["state"])
        for row in trail.rows(events, scope(world.planner, world.t(2)))
        for person in row["people"]
    ]
    technician = world.technician.name
    assert parts[:2] == [
        (False, technician, "Works under a permit", "Met"),
        (True, world.second_technician.name, "", "Not met"),
    ]

    of_one = trail.of_person(world.site.pk, world.technician.pk)
    newest = trail.rows(of_one, scope(world.planner, world.t(2)), world.technician.pk)[0]
    assert newest["url"] == f"/s/hvk/search/?q=P-{permit.number}"

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
    permit = draft(world, hot, items=[item], people=[{"name": "Bo Smit"}])
    with pytest.raises(Refused, match="permits.name_not_known"):
        requests.request(actor=world.technician, at=world.t(1), permit_id=permit.pk, signed=True)
    assert answer(item)["code"] == "competence.missing"
    hvk.has(world.technician, "FIRE", at=world.t(2))
    assert answer(item) == {}


def test_what_a_measure_names_is_asked_of_who_carries_the_work_out(hvk):
    """By name, with no rule; not of the issuer, and not before the site knows the competence."""
    world = hvk.world
    cold, _hot = kinds(world)
    permit = draft(world, cold, risk="low")
    by = {"actor": world.technician, "at": world.at, "permit_id": permit.pk}
    watch = [{"kind": "competence", "text": "Watch", "needs": {"competence": "WATCH"}}]
    assessments.add_hazard(**by, text="Fumes", measures=watch)
    with pytest.raises(Refused, match="permits.measure_names_unknown"):
        assessments.complete(**by)
    hvk.asks("WATCH")
    assessments.complete(**by)
    requests.request(**by, signed=True)
    sure = {"at": world.at, "permit_id": permit.pk, "signed": True}
    deciding.authorise(actor=world.permit_authoriser, **sure)
    ticked(world, permit)
    issue = {"actor": world.permit_issuer, "scanned": True, **sure}
    assert _unmet(issuing.issue, **issue) == "competence.missing"
    hvk.has(world.technician, "WATCH")
    assert issuing.issue(**issue).state == "issued"
