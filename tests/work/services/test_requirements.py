"""What is required: rules by type, place, class and flag; by hand; withdrawn and wanted again."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import live_item, planned_item
from tests.work.outcomes import forbidden, refused, stale
from work.exceptions import Refused
from work.models import Event, WorkItem
from work.services import checklist, clock, execution, items, requirements, rules
from work.services._reach import LEADS
from work.states import BlockerKind, Status


def keys(item) -> list[str]:
    rows = item.prerequisites.filter(rule__isnull=False, withdrawn_at=None)
    return sorted(rows.values_list("rule__key", flat=True))


def require(world, item, minutes=1, **given):
    given = {
        "actor": world.planner,
        "gate": "start",
        "kind": "work",
        "supplier": "work.check",
        "params": {"role": "hse"},
        **given,
    }
    return requirements.require(at=world.t(minutes), item_id=item.pk, **given)


def test_a_rule_reaches_type_place_class_and_flag(world):
    other = factories.work_type(world.site)
    factories.rule(world.site, "all")
    factories.rule(world.site, "type", type_id=world.mnt.pk)
    factories.rule(world.site, "other-type", type_id=other.pk)
    factories.rule(world.site, "place", place_id=world.packaging.pk)
    factories.rule(world.site, "other-place", place_id=world.process.pk)
    factories.rule(world.site, "class", asset_class_id=world.pump.asset_class_id)
    factories.rule(world.site, "flag", safety_critical_only=True)

    assert keys(planned_item(world)) == ["all", "place", "type"]
    assert keys(planned_item(world, asset_ids=[world.pump.pk])) == [
        "all",
        "class",
        "place",
        "type",
    ]
    assert keys(planned_item(world, safety_critical=True)) == ["all", "flag", "place", "type"]


def test_a_rule_is_of_its_site(world, nrd):
    factories.rule(nrd.site, "all")

    assert keys(planned_item(world)) == []


def test_a_rule_is_asked_as_in_force_at_the_gate(world):
    rule = factories.rule(world.site, "later", starts=world.t(30), ends=world.t(60))
    before = planned_item(world, at=world.t(29))
    within = planned_item(world, at=world.t(30))
    after = planned_item(world, at=world.t(60))
    assert [keys(item) for item in (before, within, after)] == [[], ["later"], []]

    # Nobody told the first that the rule began; its gate asks.
    with pytest.raises(Refused):
        execution.start(actor=world.technician, at=world.t(31), item_id=before.pk)
    assert keys(before) == ["later"]
    item = execution.start(actor=world.technician, at=world.t(60), item_id=before.pk)
    assert item.status == Status.LIVE
    assert item.prerequisites.get(rule=rule).withdrawn_at == world.t(60)


def test_a_rule_that_begins_reaches_open_items(world):
    factories.rule(world.site, "later", starts=world.t(30), ends=world.t(60))
    planned, live = planned_item(world), live_item(world)

    assert clock.settle_due(world.t(29)) == 0
    assert clock.settle_due(world.t(30)) == 2
    planned.refresh_from_db()
    live.refresh_from_db()
    assert (planned.is_ready(world.t(30)), planned.is_blocked(world.t(30))) == (False, False)
    assert (live.is_blocked(world.t(30)), live.stop_asked_at) == (True, world.t(30))

    assert clock.settle_due(world.t(60)) == 2
    planned.refresh_from_db()
    live.refresh_from_db()
    assert (planned.is_ready(world.t(60)), live.is_blocked(world.t(60))) == (True, False)
    assert live.blockers.get().end_cause == "withdrawn"


def test_the_mode_is_that_of_the_nearest_place_above(world):
    rule = factories.rule(world.site, "tidy", mode="watch")
    rules.set_mode(
        actor=world.hse,
        at=world.at,
        rule_id=rule.pk,
        mode="warn",
        place_id=world.packaging.pk,
    )
    rules.set_mode(
        actor=world.hse, at=world.at, rule_id=rule.pk, mode="enforce", place_id=world.l3.pk
    )
    everywhere = {
        place: planned_item(
            world,
            place_id=place.pk,
            plan={"executor_ids": [world.second_technician.pk]},
        )
        for place in (world.p301, world.l4, world.l3)
    }

    modes = {
        place.code: item.prerequisites.get(rule=rule).mode for place, item in everywhere.items()
    }
    assert modes == {"P-301": "watch", "L4": "warn", "L3": "enforce"}
    assert [item.unmet_start for item in everywhere.values()] == [0, 0, 1]
    rules.end_mode(actor=world.hse, at=world.t(1), rule_id=rule.pk, place_id=world.l3.pk)
    item = everywhere[world.l3]
    item.refresh_from_db()
    assert (item.prerequisites.get(rule=rule).mode, item.unmet_start) == ("warn", 0)


@pytest.mark.parametrize("kind", sorted(BlockerKind))
def test_due_by_the_lead_of_its_kind_to_the_second(world, kind):
    """Not ready and grey before; blocked from planned start less the lead."""
    expected = {
        "material": timedelta(days=7),
        "document": timedelta(days=2),
        "competence": timedelta(days=2),
        "permit": timedelta(hours=2),
        "isolation": timedelta(hours=2),
    }
    assert {str(kind): lead for kind, lead in LEADS.items()} == expected
    factories.rule(world.site, "it", kind=kind)
    start = world.t(60 * 24 * 10)
    item = planned_item(world, plan={"planned_start": start})
    due = start - expected.get(kind, timedelta(0))

    row = item.prerequisites.get(rule__key="it")
    assert (row.due_at, item.blocked_from) == (due, due)
    second = timedelta(seconds=1)
    _reads(item, due - second, blocked=False, not_ready=True)
    _reads(item, due, blocked=True, not_ready=False)
    assert not item.blockers.exists()
    assert clock.settle_due(due - second) == 0
    assert clock.settle_due(due + timedelta(minutes=3)) == 1
    assert item.blockers.get().since == due


def _reads(item, at, *, blocked, not_ready, ready=False):
    """Queryset and row say the same, with no task running."""
    one = WorkItem.objects.filter(pk=item.pk)
    assert (
        one.blocked(at).exists(),
        one.not_blocked(at).exists(),
        one.not_ready(at).exists(),
        one.ready(at).exists(),
    ) == (blocked, not blocked, not_ready, ready)
    assert (one.get().is_blocked(at), one.get().is_ready(at)) == (blocked, ready)


def test_a_rules_own_lead_and_none_without_a_plan(world):
    factories.rule(world.site, "own", kind="permit", lead=timedelta(minutes=90))
    planned = planned_item(world, plan={"planned_start": world.t(100)})
    unplanned = planned_item(world)

    assert planned.blocked_from == world.t(10)
    assert unplanned.blocked_from is None
    _reads(unplanned, world.t(10**6), blocked=False, not_ready=True)


def test_a_moved_start_moves_what_is_due(world):
    factories.rule(world.site, "own", lead=timedelta(minutes=30))
    item = planned_item(world, plan={"planned_start": world.t(100)})
    assert item.blocked_from == world.t(70)

    item = items.edit(
        actor=world.planner, at=world.t(5), item_id=item.pk, planned_start=world.t(200)
    )
    assert item.blocked_from == world.t(170)
    item = items.edit(
        actor=world.planner, at=world.t(6), item_id=item.pk, planned_start=world.t(20)
    )
    assert item.is_blocked(world.t(6))
    item = items.edit(actor=world.planner, at=world.t(7), item_id=item.pk, planned_start=None)
    assert item.is_blocked(world.t(7))  # a blocker does not end by planning


def test_what_is_needed_only_later_never_blocks(world):
    factories.rule(world.site, "complete", gate="complete")
    factories.rule(world.site, "close", gate="close")

    item = planned_item(world, plan={"planned_start": world.t(-60)})

    assert (item.unmet_start, item.blocked_from, item.is_ready(world.at)) == (0, None, True)


def test_by_hand(world):
    item = planned_item(world)

    row = require(world, item, what="Area swept", waivable_by="hse")

    item.refresh_from_db()
    assert (row.origin[:5], row.answer, row.clears) == ("hand:", "unmet", "role:hse")
    assert row.what == {"code": "typed", "params": {"text": "Area swept"}}
    assert (item.unmet_start, item.version) == (1, 2)
    assert Event.objects.filter(item=item).last().data["prerequisite"] == row.pk


def test_on_a_request_it_is_asked_once_it_is_planned(world):
    item = factories.requested_item(world)
    row = require(world, item)
    assert (row.answer, row.answered_at) == ("unknown", None)

    item = items.plan(
        actor=world.planner,
        at=world.t(2),
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
        executor_ids=[world.technician.pk],
    )

    row.refresh_from_db()
    assert (row.answer, row.answered_at, item.is_ready(world.t(2))) == (
        "unmet",
        world.t(2),
        False,
    )


def test_by_hand_with_a_lead(world):
    item = planned_item(world, plan={"planned_start": world.t(120)})

    row = require(world, item, lead=timedelta(hours=1))

    item.refresh_from_db()
    assert (row.lead, row.due_at) == (timedelta(hours=1), world.t(60))
    assert (item.is_blocked(world.t(59)), item.is_blocked(world.t(60))) == (False, True)


@pytest.fixture
def hold_point(world):
    """A planned item with a hold point and a plain line, and the hold point."""
    lines = [
        {"key": "tight", "text": "Tight", "kind": "pass_fail", "hold_point": True},
        {"key": "clean", "text": "Clean", "kind": "pass_fail"},
    ]
    item = planned_item(world, type_id=factories.work_type(world.site, "HP", lines=lines).pk)
    return item, item.lines.get(key="tight")


def test_by_hand_at_a_hold_point(world, hold_point):
    item, line = hold_point
    row = require(world, item, gate="hold_point", line_id=line.pk, what="Seen by HSE")
    execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)
    answer = {"actor": world.technician, "line_id": line.pk, "answer": "pass"}

    with pytest.raises(Refused) as caught:
        checklist.answer(at=world.t(3), **answer)
    assert [reason.code for reason in caught.value.reasons] == ["requirement_unmet"]
    requirements.check(actor=world.hse, at=world.t(4), prerequisite_id=row.pk, passed=True)
    assert checklist.answer(at=world.t(5), **answer).answer == "pass"

    item.refresh_from_db()
    for other in (line, item.lines.get(key="clean")):
        with refused(item, "hold_point_needed"):
            require(world, item, 6, gate="hold_point", line_id=other.pk)


def test_at_a_hold_point_that_goes_with_its_type_it_goes_too(world, hold_point):
    item, line = hold_point
    row = require(world, item, gate="hold_point", line_id=line.pk)
    items.return_(actor=world.planner, at=world.t(2), item_id=item.pk, reason="Other work")

    items.plan(actor=world.planner, at=world.t(3), item_id=item.pk, type_id=world.mnt.pk)

    row.refresh_from_db()
    assert row.withdrawn_at == world.t(3)


def test_what_cannot_be_required(world, nrd):
    item = planned_item(world)
    foreign = items.request(
        actor=nrd.technician,
        at=world.at,
        site_id=nrd.site.pk,
        type_id=nrd.mnt.pk,
        place_id=nrd.root.pk,
        what="Look",
    )

    for code, given in (
        ("supplier_missing", {"supplier": "permits.unheard"}),
        ("hold_point_needed", {"gate": "hold_point"}),
        ("hold_point_needed", {"line_id": 10**9}),
        ("hold_point_needed", {"gate": "hold_point", "line_id": 10**9}),
        ("rule_check_role", {"params": {}}),
        ("rule_check_role", {"params": {"role": "nobody"}}),
        ("choice_not_known", {"waivable_by": "nobody"}),
        ("lead_negative", {"lead": timedelta(hours=-1)}),
        ("supplier_missing", {"gate": "sometime"}),
        ("blocker_kind_unknown", {"kind": "mood"}),
        ("other_item_unknown", {"supplier": "work.item", "source_id": foreign.pk}),
        ("other_item_unknown", {"supplier": "work.item", "source_id": None}),
        ("ring", {"supplier": "work.item", "source_id": item.pk}),
    ):
        with refused(item, code):
            require(world, item, **given)
    with forbidden(item, "role_needed"):
        require(world, item, actor=world.technician)
    with stale(item):
        require(world, item, seen=1)


def test_withdrawn_by_hand_what_was_required_by_hand(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    mine = require(world, item)
    rules_row = item.prerequisites.get(rule__key="gas")

    def withdraw(row, reason="Not needed"):
        return requirements.withdraw_requirement(
            actor=world.planner, at=world.t(5), prerequisite_id=row.pk, reason=reason
        )

    item.refresh_from_db()
    with refused(item, "withdrawn_by_its_rule_only"):
        withdraw(rules_row)
    with refused(item, "reason_needed"):
        withdraw(mine, " ")
    withdraw(mine)
    mine.refresh_from_db()
    assert mine.withdrawn_at == world.t(5)
    item.refresh_from_db()
    assert item.unmet_start == 1
    with refused(item, "already_withdrawn"):
        withdraw(mine)


def test_wanted_again_it_stands_unanswered_and_unwaived(world):
    rule = factories.rule(world.site, "gas", waivable_by="hse")
    item = planned_item(world)
    row = item.prerequisites.get(rule=rule)
    requirements.waive(
        actor=world.hse,
        at=world.t(1),
        prerequisite_id=row.pk,
        until=world.t(999),
        reason="Known",
    )
    world.site.rules.update(ends=world.t(2))
    rules.apply_rule(rule_id=rule.pk, at=world.t(2))
    row.refresh_from_db()
    assert row.withdrawn_at == world.t(2)
    world.site.rules.update(ends=None)

    rules.apply_rule(rule_id=rule.pk, at=world.t(3))

    row.refresh_from_db()
    item.refresh_from_db()
    assert (row.withdrawn_at, row.waived_at, row.waiver_until, row.created_at) == (
        None,
        None,
        None,
        world.t(3),
    )
    assert (row.answer, item.unmet_start) == ("unmet", 1)


def test_a_rule_that_changes_takes_its_rows_along(world):
    rule = factories.rule(world.site, "gas")
    item = planned_item(world, plan={"planned_start": world.t(1000)})

    rules.change_rule(
        actor=None,
        at=world.t(1),
        rule_id=rule.pk,
        what="Measured by operator",
        params={"role": "operator"},
        lead=timedelta(hours=1),
    )

    row = item.prerequisites.get(rule=rule)
    item.refresh_from_db()
    assert row.what["params"] == {"text": "Measured by operator"}
    assert (row.clears, row.due_at, item.blocked_from) == (
        "role:operator",
        world.t(940),
        world.t(940),
    )


def test_a_missing_supplier_is_unknown_and_counts_as_unmet(world):
    rule = factories.rule(world.site, "gas")
    item = planned_item(world)
    world.site.rules.filter(pk=rule.pk).update(supplier="permits.gone")

    rules.apply_rule(rule_id=rule.pk, at=world.t(1))

    row = item.prerequisites.get(rule=rule)
    item.refresh_from_db()
    assert (row.answer, row.reason["code"], item.unmet_start) == (
        "unknown",
        "supplier_missing",
        1,
    )


def test_the_same_is_required_once(world):
    item, other = planned_item(world), planned_item(world)
    row = require(world, item, what="Area swept")
    work = {"supplier": "work.item", "kind": "work", "source_id": other.pk, "params": {}}
    require(world, item, what="", **work)

    with refused(item, "required_already"):
        require(world, item, what="Area swept")
    with refused(item, "required_already"):
        require(world, item, what="", **work)
    require(world, item, what="Area swept", gate="complete")
    require(world, item, what="Floor dry")
    requirements.withdraw_requirement(
        actor=world.planner, at=world.at, prerequisite_id=row.pk, reason="Asked anew"
    )
    require(world, item, what="Area swept")

    item.refresh_from_db()
    assert item.prerequisites.filter(withdrawn_at=None, origin__startswith="hand:").count() == 4
