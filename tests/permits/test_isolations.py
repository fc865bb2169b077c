"""An isolation from its plan to its end: many people behind it, each with a lock of their own."""

import pytest

from permits.isolation_answers import IsolationKinds, used
from permits.models import Measure, Stop
from permits.reads.isolation import shown
from permits.services import (
    _conflicts,
    assessments,
    before_trying,
    boxes,
    clock,
    deciding,
    ending,
    isolation_uses,
    isolations,
    issuing,
    points,
    setup,
    stopping,
)
from permits.services._isolated import isolations_against, used_by
from permits.services._isolation_facts import load
from permits.standing import standing
from tests.factories import planned_item
from tests.permits import isolated, made
from tests.permits.isolated import against, lock_on, pairs, state, unmet
from work.exceptions import Refused
from work.models import Event, WorkItem
from work.permissions import scope
from work.services import execution


def blocked(item, at) -> bool:
    return WorkItem.objects.blocked(at).filter(pk=item.pk).exists()


def stands(permit, at) -> str:
    permit.refresh_from_db()
    return standing(permit, at).code


def test_an_isolation_of_many_from_plan_to_close(world):
    at, cold = world.at, made.kinds(world)[0]
    job, through = planned_item(world), planned_item(world)
    isolating = planned_item(world, what="Isolate the filler")
    restart = planned_item(world, what="Inspect before the restart")
    lead, issuer = world.supervisor, world.permit_issuer
    with pytest.raises(Refused, match="permits.point_not_whole"):
        isolated.planned(world, given=[{"tag": "XV-301", "method": "hope", "position": "Closed"}])
    isolation = isolated.planned(world, given=())
    assert (isolation.number, isolation.owner, isolation.version) == (1, lead, 1)
    sup, iss, op = ({"actor": each, "at": at} for each in (lead, issuer, world.operator))
    assert against(isolations.approve, isolation, **sup) == [
        "points_of_isolation_needed",
        "isolation_planner_approves",
    ]
    assert against(isolations.approve, isolation, **op) == ["role_needed"]
    assert against(isolations.approve, isolation, at=at, actor=world.other_contractor) == [
        "Unknown"
    ]
    isolations.change(**iss, isolation_id=isolation.pk, seen=1, points=isolated.TWO[:1])
    # Who draws the points is who drew them, also when another changes the title.
    same = {"title": "Filler of line 3", "points": isolated.TWO[:1]}
    isolations.change(**sup, isolation_id=isolation.pk, seen=2, **same)
    assert against(isolations.approve, isolation, **iss) == ["isolation_planner_approves"]
    isolations.change(**sup, isolation_id=isolation.pk, seen=3, points=isolated.TWO)
    assert against(isolations.change, isolation, **sup, seen=1, title="Line 3") == ["Stale"]

    # What hangs together with it.
    permit = made.authorised(world, cold, items=[through])
    for each in (
        {"item_id": job.pk},
        {"item_id": isolating.pk, "how": "isolating"},
        {"item_id": restart.pk, "how": "after"},
        {"permit_id": permit.pk},
    ):
        isolation_uses.use(**sup, isolation_id=isolation.pk, **each)
    assert against(isolation_uses.use, isolation, **sup, permit_id=permit.pk) == ["linked_already"]
    assert unmet(job) == ["isolation_planned", "own_lock_missing"]
    assert (unmet(isolating), unmet(restart)) == ([], ["isolation_planned"])
    # Whose work begins once it is removed is asked nothing of who isolates.
    kinds = IsolationKinds().of_items([job, isolating, restart], at)
    assert kinds == {job.pk: {"plan"}, isolating.pk: {"plan"}}
    made.ticked(world, permit)
    issue = {**iss, "scanned": True, "signed": True}
    assert made.against(issuing.issue, permit, **issue) == ["isolation_planned"]

    # Applied in order and locked, by who isolates; tried by another.
    isolations.approve(**iss, isolation_id=isolation.pk)
    first, second = pairs(isolation)
    assert against(points.apply, isolation, **op, points=[second]) == ["point_order"]
    assert against(points.apply, isolation, at=at, actor=world.viewer, points=[first]) == [
        "role_needed"
    ]
    points.apply(**op, isolation_id=isolation.pk, points=[first, (second[0], "")])
    assert (state(isolation), isolation.placed_at) == ("approved", at)
    assert against(points.apply, isolation, **op, points=[first]) == ["point_applied"]
    assert against(isolations.cancel, isolation, **sup, why="No") == [
        "isolation_is_applied",
        "stands_authorised",
    ]
    assert against(points.lock, isolation, **op, points=[first]) == ["point_not_to_lock"]
    points.lock(**op, isolation_id=isolation.pk, points=[second])
    assert state(isolation) == "applied"
    # Before it is tried a person says what became of stored energy, and that others were told.
    assert against(points.try_out, isolation, **op) == [
        "energy_unsaid",
        "affected_untold",
        "isolator_tries",
        "isolator_tries",
    ]
    says, tells = before_trying.say_energy, before_trying.say_told
    assert against(says, isolation, at=at, actor=world.viewer, energy="none") == ["role_needed"]
    assert against(says, isolation, **op, energy="gone") == ["energy_needed"]
    assert against(says, isolation, **op, energy="blocked") == ["energy_how_needed"]
    assert against(tells, isolation, **op, told=" ") == ["affected_needed"]
    says(**op, isolation_id=isolation.pk, energy="blocked", how="Pin in the slide")
    assert against(points.try_out, isolation, **op)[0] == "affected_untold"
    tells(**sup, isolation_id=isolation.pk, told="Line 3 and the fitters")
    said = shown(load(isolation.pk, at), scope(world.viewer, at))["said"]
    assert [(each["note"] or each["text"], each["by"], each["at"]) for each in said] == [
        ("Pin in the slide", world.operator.name, at),
        ("Line 3 and the fitters", lead.name, at),
    ]
    assert against(points.try_out, isolation, **op) == ["isolator_tries", "isolator_tries"]
    assert against(boxes.on, isolation, at=at, actor=world.technician) == ["isolation_applied"]
    assert made.against(issuing.issue, permit, **issue) == ["isolation_applied"]
    other = {"actor": world.second_technician, "at": at}
    points.try_out(**other, isolation_id=isolation.pk, point_ids=[first[0]])
    assert state(isolation) == "applied"
    points.try_out(**other, isolation_id=isolation.pk)
    assert (state(isolation), unmet(job)) == ("verified", ["own_lock_missing"])

    # Each with the own lock; the permit is issued and taken behind it.
    with pytest.raises(Refused):
        execution.start(actor=world.technician, at=at, item_id=job.pk)
    lock_on(world, isolation, world.technician)
    assert against(boxes.on, isolation, at=at, actor=world.technician) == ["lock_on_already"]
    execution.start(actor=world.technician, at=at, item_id=job.pk)
    issuing.issue(**issue, permit_id=permit.pk)
    tech = {"actor": world.technician, "at": at}
    issuing.take(**tech, permit_id=permit.pk, scanned=True, signed=True)
    assert (stands(permit, at), blocked(job, at)) == ("in_force", False)
    execution.start(**tech, item_id=through.pk)

    # Anybody says that a point is not in place: at that second nobody relies on it.
    finds = {"actor": world.viewer, "at": world.t(5)}
    points.report(**finds, isolation_id=isolation.pk, point_id=first[0], why="It turns")
    assert (state(isolation), stands(permit, world.t(5))) == ("approved", "stop_called")
    assert blocked(job, world.t(5))
    assert unmet(job) == ["isolation_approved"]
    stop = Stop.objects.get()
    assert (stop.cause, stop.called_at, stop.called_by) == ("isolation", world.t(5), None)
    op["at"] = other["at"] = world.t(10)
    points.apply(**op, isolation_id=isolation.pk, points=[first])
    assert state(isolation) == "applied"
    # What was applied anew may have stored energy anew; who is affected was told.
    assert against(points.try_out, isolation, **other) == ["energy_unsaid"]
    points.try_out(**other, isolation_id=isolation.pk, energy="none")
    assert (unmet(job), blocked(job, world.t(10))) == ([], False)
    assert stands(permit, world.t(10)) == "stop_called"  # only the issuer brings it back

    # Nothing comes off while somebody relies on it.
    asks = {**sup, "at": world.t(11), "people_out": True, "tools_out": True}
    assert against(points.release, isolation, **sup) == [
        "box_not_empty",
        "stands_stop_called",
        "work_behind_isolation",
        "work_behind_isolation",
        "people_out_needed",
        "tools_out_needed",
    ]
    later = {"at": world.t(11), "permit_id": permit.pk}
    stopping.confirm(actor=world.technician, **later, people_out=True, left="Safe", signed=True)
    signs = {**later, "signed": True}
    ending.hand_back(actor=world.technician, **signs, complete=True, left="Swept")
    ending.close(actor=issuer, **signs, inspected="Clean")
    execution.complete(actor=world.technician, at=world.t(11), item_id=job.pk)
    # What began under the permit relies on it when that is closed, until it is done or released.
    behind = ["box_not_empty", "work_behind_isolation"]
    assert against(points.release, isolation, **asks) == behind
    assert used([through.pk]) == {through.pk: {isolation.pk: "protected"}}
    use = isolation.uses.get(permit=permit)

    def leave(who, use=use, why="Not needed") -> list[str]:
        def do(isolation_id, **given):
            return isolation_uses.leave(**given)

        return against(do, isolation, actor=who, at=at, use_id=use.pk, why=why)

    # Nor is it left, by whatever name, while that or the lock of who carries it out is there.
    assert leave(lead) == ["work_behind_isolation", "box_not_empty"]
    other_name = {"item_id": through.pk, "how": "isolating"}
    assert against(isolation_uses.use, isolation, **sup, **other_name) == [
        "work_behind_isolation",
        "box_not_empty",
    ]
    assert leave(world.technician) == ["role_needed"]
    assert leave(lead, isolation.uses.get(item=restart), "") == ["reason_needed"]
    execution.complete(actor=world.technician, at=world.t(11), item_id=through.pk)
    assert against(points.release, isolation, **asks) == ["box_not_empty"]
    assert against(boxes.off, isolation, **other) == ["lock_not_on"]
    boxes.off(actor=world.technician, at=world.t(11), isolation_id=isolation.pk)
    assert state(isolation) == "applied"  # nobody holds it: who relies on it next tries it anew
    points.release(**asks, isolation_id=isolation.pk)
    assert unmet(restart) == ["isolation_release"]

    # Removed in reverse, each with the position in which it is left.
    last, begin = pairs(isolation, back=True)
    removes = {"actor": world.operator, "at": world.t(12)}
    closes = {"actor": lead, "at": world.t(13)}
    assert against(points.remove, isolation, **removes, points=[begin]) == ["point_reverse"]
    assert against(points.remove, isolation, **removes, points=[(last[0], " ")]) == [
        "position_needed"
    ]
    points.remove(**removes, isolation_id=isolation.pk, points=[last])
    assert against(isolations.close, isolation, **closes) == ["isolation_release"]
    points.remove(**removes, isolation_id=isolation.pk, points=[begin])
    assert state(isolation) == "removed"
    isolations.close(**closes, isolation_id=isolation.pk)
    assert (state(isolation), unmet(restart)) == ("closed", [])
    left = isolation.points.filter(ended_at=None).values_list("position_after", "removed_by")
    assert list(left) == [("Open", world.operator.pk)] * 2

    moves = Event.objects.filter(
        subject_type="permits.isolation", subject_id=isolation.pk, data__has_key="after"
    )
    assert [each.data["after"] for each in moves.order_by("pk")] == [
        "approved",
        "applied",
        "verified",
        "approved",
        "applied",
        "verified",
        "applied",
        "release",
        "removed",
        "closed",
    ]


def test_over_the_change_of_shift(world):
    """The oncoming lock is on before the last one comes off, or the group lock bridges."""
    job = planned_item(
        world, plan={"executor_ids": [world.technician.pk, world.second_technician.pk]}
    )
    isolation = isolated.verified(world, uses=[{"item_id": job.pk}])
    first, second = world.technician, world.second_technician
    lock_on(world, isolation, first)
    assert unmet(job) == ["own_lock_missing"]
    lock_on(world, isolation, second)
    execution.start(actor=first, at=world.at, item_id=job.pk)
    assert against(boxes.group_on, isolation, actor=first, at=world.at) == ["role_needed"]

    def off(who, minute, door=boxes.off) -> str:
        door(actor=who, at=world.t(minute), isolation_id=isolation.pk)
        return state(isolation)

    assert off(first, 1) == "verified"  # another is on before
    assert (unmet(job), blocked(job, world.t(1))) == (["own_lock_missing"], True)
    boxes.group_on(actor=world.shift_lead, at=world.t(2), isolation_id=isolation.pk)
    assert against(boxes.group_on, isolation, actor=world.supervisor, at=world.t(2)) == [
        "lock_on_already"
    ]
    assert off(second, 3) == "verified"  # the group lock bridges
    lock_on(world, isolation, first, 4)
    assert off(world.supervisor, 5, boxes.group_off) == "verified"
    # A gap: nobody held it, so it is tried again.
    assert off(first, 6) == "applied"
    assert not isolation.points.exclude(tried_at=None).exists()
    assert against(boxes.on, isolation, actor=first, at=world.t(7)) == ["isolation_applied"]
    tries = {"actor": second, "at": world.t(8), "isolation_id": isolation.pk}
    assert against(points.try_out, isolation, **tries) == ["energy_unsaid"]
    tries["energy"] = "none"
    assert points.try_out(**tries).state == "verified"
    # Also where the work was stopped first; and what was tried before a gap counts no longer.
    lock_on(world, isolation, first, 9)
    stop = {"actor": first, "at": world.t(10), "item_id": job.pk}
    execution.stop(**stop, condition="Guard on")
    assert off(first, 11) == "applied"
    boxes.group_on(actor=world.shift_lead, at=world.t(12), isolation_id=isolation.pk)
    points.try_out(**tries | {"at": world.t(13)}, point_ids=[pairs(isolation)[0][0]])
    assert off(world.supervisor, 14, boxes.group_off) == "applied"
    assert not isolation.points.exclude(tried_at=None).exists()


def test_what_a_permit_asks_of_its_isolations(world):
    cold, hot = made.kinds(world)
    cold.isolation_class = "positive"
    cold.save()
    # A measure of kind isolation names one.
    asks = {"actor": world.technician, "at": world.at, "permit_id": made.draft(world, cold).pk}
    off = [{"kind": "isolation", "text": "Filler off"}]
    assessments.add_hazard(**asks, text="It turns", measures=off)
    with pytest.raises(Refused, match="permits.measure_names_nothing"):
        assessments.complete(**asks)
    permit = made.authorised(world, cold)
    made.ticked(world, permit)
    issue = {"actor": world.permit_issuer, "at": world.at, "scanned": True, "signed": True}
    assert made.against(issuing.issue, permit, **issue) == ["isolation_needed"]
    weak = isolated.verified(world, uses=[{"permit_id": permit.pk}])
    named = [Measure(kind="isolation", needs={"isolation": each}) for each in ("I-1", 1, "I-9", "")]
    said = isolations_against(used_by(permit), permit, world.at, named)
    assert [each.code.removeprefix("permits.") for each in said] == [
        *["isolation_of_measure"] * 2,
        "isolation_too_weak",
    ]
    alone = isolated.verified(
        world,
        given=[{"tag": "Q-3.1", "method": "proved_dead", "position": "Off"}],
        other_tries=False,
        uses=[{"permit_id": permit.pk}],
    )
    assert made.against(issuing.issue, permit, **issue) == [
        "isolation_too_weak",
        "isolation_not_apart",
    ]
    # A rule of conflicts may speak of who stands behind the same isolation, wherever that is.
    near = {"type_id": cold.pk, "other_type_id": cold.pk, "reach": "isolation", "verdict": "stop"}
    setup.create_rule(actor=world.site_admin, at=world.at, site_id=world.site.pk, **near)
    second = made.draft(world, cold, place_id=world.l4.pk)
    by = {"actor": world.supervisor, "at": world.at, "isolation_id": weak.pk}
    assert _conflicts.of(second, world.at) == []
    isolation_uses.use(**by, permit_id=second.pk)
    assert [each.other_id for each in _conflicts.of(second, world.at)] == [permit.pk]
    # Once authorised a permit leaves no isolation; it ends, and its isolations are free.
    use = weak.uses.get(permit=permit)
    leave = {"actor": world.supervisor, "at": world.at, "use_id": use.pk, "why": "Cancelled"}
    with pytest.raises(Refused, match="stands_authorised"):
        isolation_uses.leave(**leave)
    cancel = {"actor": world.supervisor, "at": world.at, "permit_id": permit.pk}
    deciding.cancel(**cancel, why="Not today")
    isolation_uses.leave(**leave)
    isolation_uses.leave(**leave | {"use_id": weak.uses.get(permit=second).pk})
    assert not weak.uses.filter(ended_at=None).exists()
    done = {"actor": world.supervisor, "at": world.at, "people_out": True, "tools_out": True}
    assert points.release(**done, isolation_id=alone.pk).state == "release"
    # Left in place after all: what came off is applied anew, and all is tried again.
    points.release(**done, isolation_id=weak.pk)
    off = {"actor": world.operator, "at": world.at, "points": pairs(weak, back=True)[:1]}
    # One switch in two isolations stays as the other asks.
    assert against(points.remove, weak, **off) == ["point_held_elsewhere"]
    points.remove(**off | {"points": [(off["points"][0][0], "off")]}, isolation_id=weak.pk)
    keep = {"actor": world.supervisor, "at": world.at}
    assert points.keep(**keep, isolation_id=weak.pk).state == "approved"
    assert points.keep(**keep, isolation_id=alone.pk).state == "applied"
    # Who was told that it is put in place was told since that it is removed.
    points.apply(actor=world.operator, at=world.at, isolation_id=weak.pk, points=pairs(weak)[-1:])
    for each in (weak, alone):
        unsaid = against(points.try_out, each, actor=world.second_technician, at=world.at)
        assert unsaid == ["energy_unsaid", "affected_untold"]

    # A point found out of place after a gas test has run out: a new test alone is not enough.
    burning = made.authorised(world, hot)
    behind = isolated.verified(world, uses=[{"permit_id": burning.pk}])
    made.gas_tested(world, burning)
    made.ticked(world, burning)
    issuing.issue(**issue, permit_id=burning.pk)
    takes = {"scanned": True, "signed": True}
    takes |= {"actor": world.technician, "at": world.at}
    assert made.against(issuing.take, burning, **takes) == ["own_lock_missing"]
    lock_on(world, behind, world.technician)
    issuing.take(**takes, permit_id=burning.pk)
    clock.settle_due(world.t(60))
    stop = Stop.objects.get(permit=burning)
    assert (stands(burning, world.t(60)), stop.cause) == ("stop_called", "test")
    first = pairs(behind)[0]
    finds = {"actor": world.viewer, "at": world.t(66), "isolation_id": behind.pk}
    points.report(**finds, point_id=first[0], why="It turns")
    stop.refresh_from_db()
    assert (stands(burning, world.t(66)), stop.cause) == ("stop_called", "isolation")
    points.apply(actor=world.operator, at=world.t(67), isolation_id=behind.pk, points=[first])
    tries = {"actor": world.second_technician, "at": world.t(67), "energy": "none"}
    points.try_out(**tries, isolation_id=behind.pk)
    made.gas_tested(world, burning, at=world.t(68))
    back = {"actor": world.permit_issuer, "at": world.t(68), "signed": True}
    assert made.against(stopping.bring_back, burning, **back) == ["stands_stop_called"]
