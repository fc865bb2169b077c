"""Two activities that do not go together, at the same place or near, at the same time."""

import pytest

from permits.models import Conflict, Permit, Stop
from permits.reads.detail import shown
from permits.services import _conflicts, deciding, ending, issuing, requests, setup
from permits.services._facts import load, with_current
from tests import factories
from tests.factories import live_item, person, planned_item
from tests.permits import isolated, made
from tests.permits.made import against
from work.models import Notice, WorkItem
from work.permissions import scope
from work.services import execution, items, places
from work.states import Role


@pytest.fixture
def types(world):
    return made.kinds(world)


def rule(world, kind, **given):
    return setup.create_rule(
        actor=world.site_admin, at=world.at, site_id=world.site.pk, type_id=kind.pk, **given
    )


def test_hot_work_meets_a_transfer_and_is_stopped_when_that_moves(world, types):
    """Story 3: the coordinator lets it end before the transfer; then the transfer is moved."""
    hot = types[1]
    transfer = factories.work_type(world.site, "LOG", name="Transfer")
    given = {"work_type_id": transfer.pk, "reach": "within", "verdict": "stop"}
    rule(world, hot, **given, condition="No open flame")
    plan = {"planned_start": world.t(120), "planned_end": world.t(240)}
    moving = planned_item(world, type_id=transfer.pk, plan=plan)
    elsewhere = {"type_id": transfer.pk, "place_id": world.l4.pk, "plan": plan}
    planned_item(world, **elsewhere)

    job = planned_item(world)
    permit = made.assessed(world, hot, items=[job])
    sure = {"at": world.at, "permit_id": permit.pk, "signed": True}
    signs = {"at": world.at, "signed": True}
    requests.request(actor=world.technician, **sure)
    deciding.check(actor=world.supervisor, **sure)
    assert Conflict.objects.get().item_id == moving.pk
    assert against(deciding.authorise, permit, actor=world.permit_authoriser, **signs) == [
        "conflict_stop"
    ]
    by = {"actor": world.hse, **signs}
    assert against(deciding.endorse, permit, **by) == ["conflict_stop"]
    assert against(deciding.endorse, permit, **by, until=world.t(121)) == ["conflict_stop"]
    said = {"conditions": "Stop half an hour before the transfer", "until": world.t(90)}
    deciding.endorse(actor=world.hse, **said, **sure)
    deciding.authorise(actor=world.permit_authoriser, **sure)
    made.gas_tested(world, permit)
    made.ticked(world, permit)
    # Another is planned meanwhile: what ends before it begins may be issued, and goes no further.
    plan = {"planned_start": world.t(60), "planned_end": world.t(240)}
    second = planned_item(world, type_id=transfer.pk, plan=plan)
    issuer = {"actor": world.permit_issuer, **signs}
    assert against(issuing.issue, permit, scanned=True, **issuer) == ["conflict_stop"]
    issuing.issue(actor=world.permit_issuer, scanned=True, ends=world.t(50), **sure)
    permit = issuing.take(actor=world.technician, scanned=True, **sure)
    assert permit.issue_ends == world.t(50)
    incoming = person(world.site, Role.PERMIT_ISSUER, username="incoming")
    longer = {**issuer, "actor": incoming, "ends": world.t(80), "why": "No label"}
    assert against(issuing.take_over, permit, **longer) == ["conflict_stop"]
    execution.start(actor=world.technician, at=world.at, item_id=job.pk)

    sooner = {"planned_start": world.t(40), "planned_end": world.t(180)}
    # It was known, and out of the way of this issue; now it is not.
    assert Conflict.objects.get(item=second, ended_at=None).found_at == world.at
    items.edit(actor=world.planner, at=world.t(10), item_id=second.pk, **sooner)

    permit.refresh_from_db()
    assert permit.state == "stop_called"
    stop = Stop.objects.get()
    assert (stop.cause, stop.called_by, stop.called_at) == ("conflict", None, world.t(10))
    assert WorkItem.objects.blocked(world.t(10)).filter(pk=job.pk).exists()


def test_what_is_near_is_endorsed_by_name_or_not_authorised(world, types, monkeypatch):
    cold, hot = types
    beside_it = {"actor": None, "place_id": world.l3.pk, "other_id": world.l4.pk}
    beside_it["kind"] = "same_air"
    known = places.add_neighbour(at=world.at, **beside_it)
    rule(world, hot, other_type_id=cold.pk, reach="same_air", verdict="endorse")
    beside = made.in_force(world, cold, place_id=world.l4.pk)
    permit = made.assessed(world, hot)
    sure = {"at": world.at, "permit_id": permit.pk, "signed": True}
    signs = {"at": world.at, "signed": True}
    requests.request(actor=world.technician, **sure)
    deciding.check(actor=world.supervisor, **sure)
    assert against(deciding.authorise, permit, actor=world.permit_authoriser, **signs) == [
        "conflict_not_endorsed"
    ]
    deciding.endorse(actor=world.hse, conditions="Screens", **sure)
    row = Conflict.objects.get()
    assert (row.other, row.endorsed_by, row.note.text) == (beside, world.hse, "Screens")
    deciding.authorise(actor=world.permit_authoriser, **sure)

    # What came since is endorsed before the issue.
    later = made.assessed(world, cold, place_id=world.l4.pk)
    other = {**sure, "permit_id": later.pk}
    requests.request(actor=world.technician, **other)
    deciding.check(actor=world.supervisor, **other)
    signer = {"actor": world.permit_authoriser, **signs}
    assert against(deciding.authorise, later, **signer) == ["conflict_not_endorsed"]
    deciding.endorse(actor=world.hse, **other)
    deciding.authorise(actor=world.permit_authoriser, **other)
    made.ticked(world, later)
    issuing.issue(actor=world.permit_issuer, scanned=True, **other)
    made.gas_tested(world, permit)
    made.ticked(world, permit)
    look = {"actor": world.permit_issuer, "scanned": True, **signs}
    assert against(issuing.issue, permit, **look) == ["conflict_not_endorsed"]
    assert against(deciding.endorse, permit, actor=world.hse, **signs, until=world.t(60)) == [
        "window_not_shortened"
    ]
    deciding.endorse(actor=world.hse, **sure)
    assert Permit.objects.get(pk=permit.pk).state == "authorised"
    told = Notice.objects.filter(code="permits.told_near", user=world.technician)
    assert not told.exists()
    issuing.issue(actor=world.permit_issuer, scanned=True, **sure)
    # Who works beside it is told too.
    beside_it_now = {beside.number, later.number}
    assert set(told.values_list("params__number", flat=True)) == beside_it_now
    assert Conflict.objects.get(permit=beside, ended_at=None).other == permit
    told.delete()
    open_rows = Conflict.objects.filter(permit=permit, ended_at=None, other__in=[beside, later])
    assert open_rows.count() == 2

    # Places come to lie otherwise: what is under way learns it, and nobody has endorsed that.
    # What is elsewhere is not looked at.
    second = world.second_technician
    far = {"by": second, "performer_id": second.pk, "place_id": world.u310.pk}
    made.authorised(world, cold, **far)
    looked, renew = [], _conflicts.renew

    def looks(act, near, found, **more):
        looked.append(near.number)
        return renew(act, near, found, **more)

    monkeypatch.setattr(_conflicts, "renew", looks)
    places.end_neighbour(actor=None, at=world.t(1), neighbour_id=known.pk)
    assert not open_rows.exists()
    places.add_neighbour(at=world.t(2), **beside_it)
    assert open_rows.filter(endorsed_at=None).count() == 2
    assert told.exists()
    both = sorted([beside.number, permit.number, later.number])
    assert looked == both * 2
    near = shown(load(permit.pk, world.t(2)), scope(world.viewer, world.t(2)))["not_endorsed"]
    assert [each["activity"] for each in near] == ["Cold work", "Cold work"]

    # What smoulders is there until its watcher has signed, however late that is.
    takes = {"actor": world.technician, **sure}
    deciding.endorse(actor=world.hse, **sure | {"at": world.t(2)})
    issuing.take(**takes | {"at": world.t(2)}, scanned=True)
    back = {"complete": True, "left": "Swept", "watcher_id": world.operator.pk}
    ending.hand_back(**takes | {"at": world.t(3)}, **back)
    for minute, ends in ((4, world.t(63)), (64, None)):
        near = _conflicts.of(beside, world.t(minute), _conflicts.AT_WORK)
        assert [(each.other_id, each.ends) for each in near] == [(permit.pk, ends)]

    # Hung elsewhere, at a place with other neighbours: what is found is what a look at all finds.
    rule(world, hot, other_type_id=cold.pk, reach="within", verdict="inform")
    at = world.t(5)
    places.move_place(actor=None, at=at, place_id=world.l4.pk, parent_id=world.l3.pk)
    decided = with_current(Permit.objects.filter(state__in=["authorised", "issued", "in_force"]))
    every = {
        (each.pk, found.rule.reach, found.other_id)
        for each in decided
        for found in _conflicts.of(each, at, ends=each.ends)
    }
    rows = Conflict.objects.filter(permit__in=decided, ended_at=None)
    kept = set(rows.values_list("permit", "rule__reach", "other"))
    assert kept == every
    assert {reach for _permit, reach, _other in every} == {"same_air", "within"}


def test_a_thing_that_both_touch(world, types):
    rule(world, types[0], work_type_id=world.mnt.pk, reach="asset", verdict="stop")
    job = planned_item(world, asset_ids=[world.pump.pk])
    live_item(world)
    near = {"asset_ids": [world.pump.pk], "place_id": world.p301.pk}
    plan = {"executor_ids": [world.operator.pk]}
    live_item(world, plan=plan, **near)
    permit = made.assessed(world, types[0], items=[job], risk="low")
    sure = {"at": world.at, "permit_id": permit.pk, "signed": True}
    requests.request(actor=world.technician, **sure)
    signs = {"at": world.at, "signed": True, "actor": world.permit_authoriser}
    assert against(deciding.authorise, permit, **signs) == ["conflict_stop"]


def test_who_is_late_is_there_and_is_met_from_either_side(world, types, django_assert_num_queries):
    """By the thing of both, the place that the other affects, and the isolation of both."""
    cold = types[0]
    for reach in ("asset", "same", "isolation"):
        rule(world, cold, other_type_id=cold.pk, reach=reach, verdict="stop")
    first, second = (planned_item(world, asset_ids=[world.pump.pk]) for _each in range(2))
    given = {"place_id": world.l4.pk, "place_ids": [world.l3.pk], "ends": world.t(60)}
    late = made.in_force(world, cold, items=[first], **given)
    at = world.t(61)
    times = {"at": at, "starts": at, "ends": world.t(300)}
    permit = made.assessed(world, cold, items=[second], risk="low", **times)
    uses = [{"item_id": each.pk} for each in (first, second)]
    isolated.verified(world, uses=uses, at=at)
    signs = {"at": at, "signed": True}
    requests.request(actor=world.technician, permit_id=permit.pk, **signs)
    signer = {"actor": world.permit_authoriser, **signs}
    assert against(deciding.authorise, permit, **signer) == ["conflict_stop"] * 3

    # Two queries, of what is near alone, however many that are.
    rule(world, cold, work_type_id=world.mnt.pk, reach="next_to", verdict="inform")
    rule(world, cold, work_type_id=world.mnt.pk, reach="same", verdict="inform")
    planned_item(world, plan={"planned_start": at, "planned_end": world.t(90)})
    copied = [each.attname for each in Permit._meta.concrete_fields if not each.primary_key]
    as_it_is = {name: getattr(late, name) for name in copied}
    there = {"place_id": world.l3.pk, "issue_ends": world.t(300), "ends": world.t(300)}
    for more in (0, 29):
        Permit.objects.bulk_create(
            Permit(**as_it_is | there | {"number": 100 + number}) for number in range(more)
        )
        mine = Permit.objects.select_related("place").get(pk=permit.pk)
        with django_assert_num_queries(2):
            found = _conflicts.of(mine, at)
        assert len([each for each in found if each.other_id]) == 3 + more
        assert len({each.item_id for each in found} - {None}) == 1


def test_an_endorsement_counts_for_what_was_endorsed(world, types):
    hot = types[1]
    transfer = factories.work_type(world.site, "LOG", name="Transfer")
    rule(world, hot, work_type_id=transfer.pk, reach="within", verdict="endorse")
    plan = {"planned_start": world.t(60), "planned_end": world.t(120)}
    moving = planned_item(world, type_id=transfer.pk, plan=plan)
    permit = made.assessed(world, hot)
    sure = {"at": world.at, "permit_id": permit.pk, "signed": True}
    signer = {"actor": world.permit_authoriser, "at": world.at, "signed": True}
    hse = {"actor": world.hse, "at": world.at, "signed": True}
    requests.request(actor=world.technician, **sure)
    deciding.check(actor=world.supervisor, **sure)
    deciding.endorse(actor=world.hse, **sure)
    assert against(deciding.endorse, permit, **hse) == ["endorsement_not_asked"]

    # A second comes before it is authorised: endorsed once more.
    planned_item(world, type_id=transfer.pk, plan=plan)
    assert against(deciding.authorise, permit, **signer) == ["conflict_not_endorsed"]
    deciding.endorse(actor=world.hse, **sure)
    deciding.authorise(actor=world.permit_authoriser, **sure)

    # The first takes longer than was endorsed.
    later = {"planned_start": world.t(60), "planned_end": world.t(240)}
    items.edit(actor=world.planner, at=world.at, item_id=moving.pk, **later)
    rows = Conflict.objects.filter(permit=permit, item=moving).order_by("pk")
    assert [(each.ended_at, each.ends) for each in rows] == [
        (world.at, world.t(120)),
        (None, world.t(240)),
    ]
    made.gas_tested(world, permit)
    made.ticked(world, permit)
    look = {"actor": world.permit_issuer, "at": world.at, "scanned": True, "signed": True}
    assert against(issuing.issue, permit, **look) == ["conflict_not_endorsed"]
