"""A reopened item begins a new round: a check that was passed in the earlier one counts no more."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import closed_item, planned_item
from tests.work.outcomes import codes
from tests.work.verbs import step, to_closed
from work.exceptions import Refused
from work.models import NamedCheck
from work.services import acceptance, execution, requirements
from work.states import Gate


def reopen(world, item, minutes=60, **given):
    given = {"reason": "Leaks again", "actor": world.shift_lead, **given}
    return acceptance.reopen(at=world.t(minutes), item_id=item.pk, **given)


def check(world, row, minutes, **given):
    given = {"passed": True, **given}
    return requirements.check(actor=world.hse, at=world.t(minutes), prerequisite_id=row.pk, **given)


def closed_with(world, gate, **given):
    """Closed after its check at that gate, by a rule or by hand, was passed for ever."""
    hold = [{"key": "hold", "text": "Seen", "kind": "pass_fail", "hold_point": True}]
    kind = factories.work_type(world.site, lines=hold)
    at = {"line_key": "hold"} if gate == Gate.HOLD_POINT else {}
    factories.rule(world.site, "gas", gate=gate, type_id=kind.pk, **at, **given)
    item = planned_item(world, type_id=kind.pk)
    row = item.prerequisites.get(rule__key="gas")
    check(world, row, 1)
    return to_closed(world, item, 2), row


@pytest.mark.parametrize("gate", list(Gate))
def test_a_passed_check_is_asked_anew(world, gate):
    item, row = closed_with(world, gate)

    item = reopen(world, item)

    row.refresh_from_db()
    assert (row.answer, row.reason["code"], row.answered_at) == (
        "unmet",
        "check_missing",
        world.t(60),
    )
    assert item.is_ready(world.t(60)) is (gate != Gate.START)
    assert NamedCheck.objects.get().prerequisite == row

    check(world, row, 61)
    row.refresh_from_db()
    item.refresh_from_db()
    assert (row.answer, item.is_ready(world.t(61))) == ("met", True)
    assert row.checks.count() == 2


@pytest.mark.parametrize("gate", list(Gate))
def test_its_gate_refuses_without_the_new_check(world, gate):
    item, row = closed_with(world, gate)
    item = reopen(world, item)
    # The checklist, with its hold point, is answered on the way to `complete`.
    way = {Gate.START: ["start"], Gate.CLOSE: ["start", "complete", "accept"]}
    *before, refusing = way.get(gate, ["start", "complete"])
    for minute, verb in enumerate(before, 61):
        item = step(world, verb, item, minute)

    with pytest.raises(Refused) as caught:
        step(world, refusing, item, 64)
    assert codes(caught.value) == ["requirement_unmet"]
    assert caught.value.reasons[0].about == ("prerequisite", row.pk)

    check(world, row, 65)
    step(world, refusing, item, 66)


def test_a_check_by_hand_is_asked_anew_too(world):
    item = planned_item(world)
    row = requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="decision",
        supplier="work.check",
        params={"role": "hse"},
    )
    check(world, row, 1)
    to_closed(world, item, 2)

    item = reopen(world, item)

    row.refresh_from_db()
    assert (row.answer, item.unmet_start) == ("unmet", 1)


def test_a_check_once_is_asked_once_a_round(world):
    item, row = closed_with(world, Gate.START, one_time=True)

    item = reopen(world, item)

    row.refresh_from_db()
    assert (row.answer, item.unmet_start) == ("unmet", 1)


def test_of_several_rounds_only_the_last_counts(world):
    item, row = closed_with(world, Gate.CLOSE)
    item = reopen(world, item)
    check(world, row, 61)
    to_closed(world, item, 62)

    reopen(world, item, 70)

    row.refresh_from_db()
    assert row.answer == "unmet"


# --- waivers, refusals, what lapsed meanwhile -----------------------------------------------------


def test_a_waiver_stands_until_its_own_end(world):
    factories.rule(world.site, "gas", waivable_by="quality")
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="gas")
    requirements.waive(
        actor=world.quality,
        at=world.t(1),
        prerequisite_id=row.pk,
        until=world.t(90),
        reason="Measured by hand",
    )
    to_closed(world, item, 2)

    item = reopen(world, item)

    row.refresh_from_db()
    assert (row.waived_by, row.waiver_until) == (world.quality, world.t(90))
    assert item.is_ready(world.t(90) - timedelta(seconds=1))
    assert not item.is_ready(world.t(90))


def test_a_start_that_was_refused_earlier_makes_nothing_due(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="gas")
    with pytest.raises(Refused):
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    check(world, row, 2)
    to_closed(world, item, 3)

    item = reopen(world, item)

    row.refresh_from_db()
    assert (row.refused_at, row.due_at) == (None, None)
    assert (item.unmet_start, item.is_blocked(world.t(10**6))) == (1, False)


def test_what_lapsed_while_it_was_closed_blocks_from_the_reopening(world):
    factories.rule(world.site, "gas", lead=timedelta(0))
    item = planned_item(world, plan={"planned_start": world.t(1)})
    row = item.prerequisites.get(rule__key="gas")
    check(world, row, 1, valid_until=world.t(20))
    to_closed(world, item, 2)
    before = list(item.blockers.values_list("pk", flat=True))

    item = reopen(world, item)

    [blocker] = item.blockers.exclude(pk__in=before)
    assert (blocker.prerequisite, blocker.since, blocker.ended_at) == (row, world.t(60), None)


def test_what_was_unmet_before_and_is_met_now_blocks_for_no_moment(world):
    """While it was closed nobody asked, so that the last answer is of another time."""
    first = closed_item(world)
    item = planned_item(world, plan={"planned_start": world.t(1)})
    row = requirements.require(
        actor=world.planner,
        at=world.at,
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=first.pk,
    )
    item = step(world, "complete", step(world, "start", item, 2), 3)
    first = reopen(world, first, 4)
    item = step(world, "accept", item, 5)
    row.refresh_from_db()
    assert row.answer == "unmet"
    to_closed(world, first, 6)

    item = reopen(world, item)

    row.refresh_from_db()
    assert (row.answer, item.is_ready(world.t(60))) == ("met", True)
    assert not item.blockers.exists()
