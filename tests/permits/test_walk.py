"""A permit from its request to its end, with what refuses each step."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from permits.models import Presence
from permits.services import (
    _risk,
    assessments,
    deciding,
    ending,
    issuing,
    on_it,
    requests,
    setup,
    stopping,
    testing,
)
from permits.services._facts import load
from permits.services._named import called
from permits.standing import standing
from tests.factories import person, planned_item
from tests.permits import made
from tests.permits.made import against
from work.exceptions import Refused
from work.models import Event, Prerequisite
from work.services import acceptance, execution
from work.states import Role


@pytest.fixture
def types(world):
    return made.kinds(world)


def stands(permit, at) -> str:
    permit.refresh_from_db()
    return standing(permit, at).code


def unmet(item) -> list[str]:
    rows = Prerequisite.objects.filter(item=item, withdrawn_at=None, supplier="permits.permit")
    return sorted(
        f"{row.gate}:{row.reason['code'].removeprefix('permits.')}"
        for row in rows
        if row.answer != "met"
    )


def test_a_normal_permit_from_request_to_close(world, types):
    hot, at = types[1], world.at
    item = planned_item(world)
    bare = {"what": "Weld", "where_exactly": "", "method": "", "tools": "", "condition": ""}
    permit = made.draft(
        world, hot, items=[item], answers={}, sample_points=[], performer_id=None, **bare
    )
    assert (permit.number, permit.state, permit.version) == (1, "draft", 1)
    assert unmet(item) == ["close:stands_draft", "start:stands_draft"]

    me = {"actor": world.technician, "at": at}
    sure = {"at": at, "signed": True}
    assert against(requests.request, permit, **me) == [
        "where_exactly_needed",
        "method_needed",
        "tools_needed",
        "condition_needed",
        "party_needed",
        "question_open",
        "points_needed",
        "sign_needed",
    ]
    filled = dict.fromkeys(("where_exactly", "method", "tools", "condition"), "Said")
    filled |= {"answers": {"spark": " fire"}, "sample_points": ["At the job"]}
    requests.change(**me, permit_id=permit.pk, seen=1, **filled)
    assert "risk_at_least_high" in against(requests.request, permit, **me)
    requests.change(**me, permit_id=permit.pk, answers={"spark": "A torch"})
    assert against(requests.change, permit, **me, seen=1, what="Cut") == ["Stale"]
    assert against(requests.change, permit, at=at, actor=world.other_contractor) == ["Unknown"]
    assert against(requests.change, permit, at=at, actor=world.viewer) == ["role_needed"]
    requests.name_performer(**me, permit_id=permit.pk, person_id=world.technician.pk)
    requests.request(**me, permit_id=permit.pk, signed=True)

    # An assessment is of one place, and of what else it affects.
    elsewhere = made.assessed(world, types[0])
    moved = requests.change(**me, permit_id=elsewhere.pk, place_id=world.l4.pk)
    assert (moved.place, moved.assessed_at) == (world.l4, None)
    assessments.complete(**me, permit_id=elsewhere.pk)
    same = requests.change(**me, permit_id=elsewhere.pk, place_id=world.l4.pk, place_ids=[])
    assert same.assessed_at == at
    more = requests.change(**me, permit_id=elsewhere.pk, place_ids=[world.l3.pk])
    assert more.assessed_at is None

    # What was signed for is asked for anew once it says something else.
    requests.request(**me, permit_id=elsewhere.pk, signed=True)
    same = requests.change(**me, permit_id=elsewhere.pk, people=[], place_ids=[world.l3.pk])
    assert same.state == "requested"
    other = requests.change(**me, permit_id=elsewhere.pk, risk="low")
    assert (other.state, other.requested_by) == ("draft", None)
    least = {"type_id": types[0].pk, "least_risk": "normal"}
    setup.change_type(actor=world.site_admin, at=at, **least)
    assert against(requests.request, elsewhere, **me, signed=True) == ["risk_at_least_normal"]

    # The assessment is whole before anybody decides.
    checks = {"actor": world.supervisor, **sure}
    assert against(deciding.check, permit, **checks) == ["not_assessed"]
    assert against(assessments.complete, permit, **me) == ["hazard_needed"]
    # Who signed for it signs for what it says now.
    begun = assessments.begin(**me, permit_id=permit.pk)
    assert (begun.state, begun.requested_by) == ("draft", None)
    hazard = assessments.add_hazard(**me, permit_id=permit.pk, text="Smoke")
    assert against(assessments.complete, permit, **me) == ["measure_needed"]
    given = {"hazard_id": hazard.pk, "kind": "document", "text": "As in the procedure"}
    measure = assessments.add_measure(**me, **given)
    assert against(assessments.complete, permit, **me) == ["measure_names_nothing"]
    assessments.drop(**me, permit_id=permit.pk, measure_id=measure.pk)
    measure = assessments.add_measure(**me, **given, needs={"document": "SOP-1"})
    assert against(assessments.complete, permit, **me) == ["measure_names_unknown"]
    assessments.drop(**me, permit_id=permit.pk, measure_id=measure.pk)
    assessments.add_measure(**me, **given | {"kind": "other"})
    named = permit.hazards.get(text="Fire")
    named.text = "  fire at the weld"
    named.save()
    assert _risk.least(load(permit.pk, at)) == "normal"
    assessments.complete(**me, permit_id=permit.pk)
    requests.request(**me, permit_id=permit.pk, signed=True)

    authorises = {"actor": world.permit_authoriser, **sure}
    assert against(deciding.authorise, permit, **authorises) == ["not_checked"]
    assert against(deciding.check, permit, actor=world.technician, **sure) == ["role_needed"]
    assert against(deciding.check, permit, actor=world.supervisor, at=at) == ["sign_needed"]
    deciding.check(**checks, permit_id=permit.pk)
    assert against(deciding.endorse, permit, actor=world.hse, **sure) == ["endorsement_not_asked"]
    assert against(assessments.complete, permit, **me) == ["stands_checked"]
    deciding.authorise(**authorises, permit_id=permit.pk)
    assert unmet(item) == ["close:stands_authorised", "start:stands_authorised"]

    # At the place.
    issues = {"actor": world.permit_issuer, **sure}
    assert against(issuing.issue, permit, **issues) == [
        "not_ticked",
        "not_ticked",
        "test_missing",
        "test_missing",
        "look_needed",
    ]
    assert against(issuing.issue, permit, **issues | {"actor": world.technician}) == ["role_needed"]
    first = {"readings": [], "instrument": "", "calibrated_until": at.date() - timedelta(days=1)}
    assert against(testing.record, permit, actor=world.operator, at=at, **first) == [
        "look_needed",
        "instrument_needed",
        "instrument_not_calibrated",
        "reading_needed",
    ]
    permit.refresh_from_db()
    with pytest.raises(Refused, match="permits.test_order"):
        made.gas_tested(world, permit, oxygen=None)
    made.gas_tested(world, permit, lel="12")
    assert "test_out_of_limits" in against(issuing.issue, permit, **issues)
    made.gas_tested(world, permit, at=world.t(1))
    made.ticked(world, permit)
    early = {**issues, "scanned": True}
    late = {"ends": world.t(481)}
    assert against(issuing.issue, permit, **early, **late) == ["issue_too_long"]
    assert against(issuing.take, permit, **me, signed=True) == ["stands_authorised"]
    issuing.issue(**issues, permit_id=permit.pk, why="The label is gone")
    assert stands(permit, at) == "issued"
    assert permit.issue_ends == world.t(480)
    takes = {**me, "signed": True, "scanned": True}
    assert against(issuing.take, permit, **takes | {"actor": world.supervisor}) == ["not_performer"]
    with pytest.raises(Refused):
        execution.start(actor=world.technician, at=at, item_id=item.pk)
    permit = issuing.take(**takes, permit_id=permit.pk)
    assert (permit.state, permit.tests_until) == ("in_force", world.t(61))
    assert unmet(item) == ["close:stands_in_force"]
    execution.start(actor=world.technician, at=at, item_id=item.pk)

    # People on it, and the end.
    assert against(on_it.sign_on, permit, **me) == ["who_needed"]
    myself = {**me, "person_id": world.technician.pk}
    on_it.sign_on(**myself, permit_id=permit.pk)
    assert against(on_it.sign_on, permit, **myself) == ["on_it_already"]
    other = {"actor": world.operator, "at": at, "name": "Bo"}
    assert against(on_it.sign_on, permit, **other) == ["signs_for_oneself"]
    bo = on_it.sign_on(**me, permit_id=permit.pk, name="Bo")
    assert against(on_it.sign_on, permit, **me, name=" bO ") == ["on_it_already"]
    assert called("Zoe\u0308  B ") == "Zo\u00eb B"
    on_it.sign_on(**me, permit_id=permit.pk, name="\u0130brahim Kaya")
    assert against(on_it.sign_on, permit, **me, name="Ibrahim Kaya") == ["on_it_already"]
    with pytest.raises(IntegrityError, match="presence_named_once"), transaction.atomic():
        Presence.objects.create(permit=permit, name="bO", on_at=at)
    assert against(deciding.cancel, permit, actor=world.supervisor, at=at, why="x") == [
        "stands_in_force"
    ]
    back = {**me, "complete": True, "left": "Swept", "signed": True}
    assert against(ending.hand_back, permit, **back) == ["people_on_it", "watcher_needed"]
    for presence in Presence.objects.filter(off_at=None):
        on_it.sign_off(**me, presence_id=presence.pk)
    bo.refresh_from_db()
    assert (bo.name, bo.off_at) == ("Bo", at)
    execution.complete(actor=world.technician, at=world.t(30), item_id=item.pk)
    ends = {**back, "at": world.t(40), "watcher_id": world.operator.pk}
    permit = ending.hand_back(**ends, permit_id=permit.pk)
    assert (permit.state, permit.aftercare_until) == ("aftercare", world.t(100))
    assert not permit.issues.filter(ended_at=None).exists()

    watch = {"actor": world.operator, "signed": True}
    over = {"actor": world.supervisor, "at": world.t(50), "item_id": item.pk}
    with pytest.raises(Refused):
        acceptance.accept(**over, judged={item.criteria.get().pk: "Seen"})
    assert against(ending.end_aftercare, permit, **watch, at=world.t(99)) == ["aftercare_lasts"]
    assert against(ending.end_aftercare, permit, actor=world.hse, at=world.t(101)) == [
        "not_watcher"
    ]
    # Who was named is ill: the issuer names another, who has a role there.
    ill = {"actor": world.permit_issuer, "at": world.t(60), "why": "Gone home ill"}
    assert against(ending.name_watcher, permit, **ill | {"why": ""}) == [
        "reason_needed",
        "watcher_needed",
    ]
    same = {"watcher_id": world.operator.pk}
    assert against(ending.name_watcher, permit, **ill, **same) == ["watches_already"]
    away = person(world.site, Role.TECHNICIAN, username="away", place=world.u310)
    assert against(ending.name_watcher, permit, **ill, watcher_id=away.pk) == ["person_unknown"]
    ending.name_watcher(**ill, permit_id=permit.pk, watcher_id=world.second_technician.pk)
    assert against(ending.end_aftercare, permit, **watch, at=world.t(100)) == ["not_watcher"]
    # Of what nobody watched until then nobody says that nothing was seen: all of it begins anew.
    watch["actor"] = world.second_technician
    assert against(ending.end_aftercare, permit, **watch, at=world.t(119)) == ["aftercare_lasts"]
    ending.end_aftercare(**watch, at=world.t(120), permit_id=permit.pk)
    closes = {"actor": world.permit_issuer, "at": world.t(120), "signed": True}
    assert against(ending.close, permit, **closes) == ["inspection_needed"]
    ending.close(**closes, permit_id=permit.pk, inspected="Clean and safe")
    assert (stands(permit, world.t(120)), unmet(item)) == ("closed", ["start:stands_closed"])

    signed = permit.signatures.values_list("part", flat=True)
    assert list(signed) == [
        "requested",
        "requested",
        "checked",
        "authorised",
        "issued",
        "taken",
        "handed_back",
        "aftercare",
        "closed",
    ]
    moves = Event.objects.filter(
        subject_type="permits.permit", subject_id=permit.pk, data__has_key="after"
    )
    assert [each.data["after"] for each in moves.order_by("pk")] == [
        "requested",
        "draft",
        "requested",
        "checked",
        "authorised",
        "issued",
        "in_force",
        "aftercare",
        "handed_back",
        "closed",
    ]
    assert against(stopping.call_stop, permit, **me) == ["stands_closed"]
