"""What a rule touches before it is made or made stricter, and what it would have stopped."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import done_item, live_item, planned_item, requested_item, waiting_item
from tests.work.everything import nothing_written
from work import ports
from work.exceptions import Forbidden, Refused, Unknown
from work.models import Event
from work.permissions import scope
from work.reads.stopped import would_have_stopped
from work.services import blockers, checklist, execution, requirements, rules
from work.states import Mode

CHECK = {
    "what": "Checked by HSE",
    "supplier": "work.check",
    "params": {"role": "hse"},
    "kind": "decision",
    "gate": "start",
}


def touches(world, who=None, minutes=5, **given) -> rules.Touches:
    reader = scope(who or world.site_admin, world.t(minutes))
    with nothing_written():
        return rules.touches(reader, at=world.t(minutes), **given)


def new(world, who=None, **given) -> rules.Touches:
    return touches(world, who, site_id=world.site.pk, **(CHECK | given))


@pytest.fixture
def work(world):
    """One item of each status at L3."""
    return {
        "requested": requested_item(world),
        "planned": planned_item(world),
        "live": live_item(world),
        "waiting": waiting_item(world),
        "done": done_item(world),
        "closed": factories.closed_item(world),
    }


OPEN = {"requested": 1, "planned": 1, "live": 1, "waiting": 1, "done": 1}
UNMET = {"planned": 1, "live": 1, "waiting": 1, "done": 1}
# What is complete has its start and its completion behind it; its acceptance it has not.
STOPPED = {"planned": 1, "live": 1, "waiting": 1}


def test_a_rule_that_would_be_made(world, work):
    found = new(world)

    assert (found.reached, found.unmet, found.stopped, found.leaves) == (OPEN, UNMET, {}, {})
    assert new(world, mode="enforce").stopped == STOPPED
    assert new(world, mode="enforce", gate="complete").stopped == STOPPED
    assert new(world, mode="enforce", gate="close").stopped == UNMET
    assert new(world, kind="permit").stopped == STOPPED
    assert new(world, place_id=world.l4.pk).reached == {}
    assert new(world, safety_critical_only=True).reached == {}
    assert new(world, type_id=world.mnt.pk).reached == OPEN


def test_what_is_met_already_is_not_counted(world, work):
    factories.rule(world.site, "hse", mode="watch", at=world.at)
    rule = world.site.rules.get()
    row = work["planned"].prerequisites.get(rule=rule)
    requirements.check(actor=world.hse, at=world.t(1), prerequisite_id=row.pk, passed=True)

    found = touches(world, rule_id=rule.pk, mode="enforce")
    left = {"live": 1, "waiting": 1, "done": 1}
    still = {"live": 1, "waiting": 1}
    assert (found.reached, found.unmet, found.stopped) == (OPEN, left, still)
    other = touches(world, rule_id=rule.pk, params={"role": "quality"})
    assert (other.unmet, other.stopped) == (UNMET, {})


def test_what_it_leaves(world, work):
    rule = factories.rule(world.site, "hse", at=world.at)
    there = planned_item(world, place_id=world.l4.pk)

    found = touches(world, rule_id=rule.pk, place_id=world.l4.pk)

    assert (found.reached, found.stopped, found.leaves) == ({"planned": 1}, {"planned": 1}, UNMET)
    ended = touches(world, rule_id=rule.pk, ends=world.t(5))
    assert (ended.reached, ended.leaves) == ({}, UNMET | {"planned": 2})
    assert there.prerequisites.filter(rule=rule).exists()


def test_a_mode_of_a_place_counts_there(world, work):
    planned_item(world, place_id=world.l4.pk)
    rule = factories.rule(world.site, "hse", mode="watch", at=world.at)
    rules.set_mode(
        actor=world.hse, at=world.t(1), rule_id=rule.pk, mode="enforce", place_id=world.l4.pk
    )

    found = touches(world, rule_id=rule.pk)

    assert (found.unmet, found.stopped) == (UNMET | {"planned": 2}, {"planned": 1})


def test_a_rule_at_a_hold_point_reaches_what_has_it(world, work):
    line = {"key": "energy", "text": "Isolated?", "kind": "pass_fail", "hold_point": True}
    kind = factories.work_type(world.site, lines=[line])
    requested_item(world, type_id=kind.pk)
    live_item(world, type_id=kind.pk)

    found = new(world, gate="hold_point", line_key="energy", mode="enforce")

    assert found.reached == {"requested": 1, "live": 1}
    assert (found.unmet, found.stopped) == ({"live": 1}, {"live": 1})

    passed = live_item(world, type_id=kind.pk)
    checklist.answer(
        actor=world.technician, at=world.at, line_id=passed.lines.get().pk, answer="pass"
    )
    found = new(world, gate="hold_point", line_key="energy", mode="enforce")
    assert (found.unmet, found.stopped) == ({"live": 2}, {"live": 1})
    with pytest.raises(Refused):
        new(world, gate="hold_point", line_key="other")


def test_a_waiver_holds(world):
    item = planned_item(world)
    rule = factories.rule(world.site, "hse", at=world.at, waivable_by="quality")
    row = item.prerequisites.get(rule=rule)
    requirements.waive(
        actor=world.quality,
        at=world.t(1),
        prerequisite_id=row.pk,
        until=world.t(60),
        reason="Known",
    )

    assert touches(world, rule_id=rule.pk).unmet == {}
    assert touches(world, rule_id=rule.pk, minutes=61).unmet == {"planned": 1}


def test_it_is_told_to_who_makes_rules_or_gives_their_modes(world, nrd, work):
    rule = factories.rule(world.site, "hse", at=world.at)

    assert touches(world, world.hse, rule_id=rule.pk).unmet == UNMET
    with pytest.raises(Forbidden):
        touches(world, world.planner, rule_id=rule.pk)
    for given in ({"rule_id": rule.pk}, {"rule_id": 0}, {"site_id": world.site.pk, **CHECK}):
        with pytest.raises(Unknown):
            touches(world, nrd.admin, **given)
    with pytest.raises(Refused) as caught:
        new(world, place_id=nrd.root.pk)
    assert [each.code for each in caught.value.reasons] == ["place_unknown"]
    with pytest.raises(Refused) as caught:
        new(world, gate="hold_point")
    assert [each.code for each in caught.value.reasons] == ["rule_hold_point_line"]


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(world, count):
    for _ in range(count):
        planned_item(world)
    rule = factories.rule(world.site, "hse", at=world.at)
    who, calls = scope(world.site_admin, world.t(5)), []
    supplier = ports.suppliers.get("work.check")
    whole = supplier.answers

    def counted(pairs, at):
        calls.append(len(pairs))
        return whole(pairs, at)

    supplier.answers = counted
    try:
        with CaptureQueriesContext(connection) as asked:
            found = rules.touches(who, at=world.t(5), rule_id=rule.pk, place_id=world.l3.pk)
    finally:
        del supplier.answers

    assert (found.unmet, calls) == ({"planned": count}, [count])
    assert len(asked) == 10  # two of them are the savepoint around what a supplier says


# --- what the last days would have stopped ----------------------------------------------------


def start(world, item, minutes, **given):
    return execution.start(actor=world.technician, at=world.t(minutes), item_id=item.pk, **given)


def stopped(world, who=None, minutes=60, **given):
    at = world.t(minutes)
    reader = scope(who or world.hse, at)
    with nothing_written():
        found = would_have_stopped(reader, site_id=world.site.pk, at=at, **given)
    return {
        each.rule.key: (
            each.count,
            len(each.items),
            dict(each.modes),
            dict(each.gates),
            {place.code: count for place, count in each.places.items()},
            dict(each.clears),
        )
        for each in found
    }


def test_what_would_have_been_stopped(world):
    watch = factories.rule(world.site, "watch", mode="watch")
    factories.rule(world.site, "warn", mode="warn", params={"role": "quality"})
    factories.rule(world.site, "met", mode="watch", params={"role": "supervisor"})
    factories.rule(world.site, "strict", place_id=world.process.pk)
    factories.rule(world.site, "complete", mode="watch", gate="complete", place_id=world.l4.pk)
    here, there, later = (
        planned_item(world, place_id=place.pk) for place in (world.l3, world.l4, world.l3)
    )
    for item in (here, there, later):
        row = item.prerequisites.get(rule__key="met")
        requirements.check(
            actor=world.supervisor, at=world.t(1), prerequisite_id=row.pk, passed=True
        )
    row = later.prerequisites.get(rule=watch)
    requirements.check(actor=world.hse, at=world.t(2), prerequisite_id=row.pk, passed=True)
    for item in (here, there, later):
        start(world, item, 3, why="It must run")
    execution.wait(
        actor=world.technician,
        at=world.t(4),
        item_id=here.pk,
        condition="Safe",
        blocker={"kind": "material", "what": "Part"},
    )
    blockers.clear(
        actor=world.shift_lead, at=world.t(5), blocker_id=here.blockers.get().pk, word="Here"
    )
    execution.resume(actor=world.technician, at=world.t(6), item_id=here.pk, why="It must run")
    execution.complete(actor=world.technician, at=world.t(7), item_id=there.pk)

    assert stopped(world) == {
        "warn": (4, 3, {"warn": 4}, {"start": 4}, {"L3": 3, "L4": 1}, {"role:quality": 4}),
        "watch": (3, 2, {"watch": 3}, {"start": 3}, {"L3": 2, "L4": 1}, {"role:hse": 3}),
        "complete": (1, 1, {"watch": 1}, {"complete": 1}, {"L4": 1}, {"role:hse": 1}),
    }
    assert list(stopped(world)) == ["warn", "watch", "complete"]
    month = 30 * 24 * 60
    assert stopped(world, minutes=6 + month).keys() == {"complete"}
    assert stopped(world, minutes=60, days=0) == {}


def test_a_hold_point_that_would_have_held(world):
    line = {"key": "energy", "text": "Isolated?", "kind": "pass_fail", "hold_point": True}
    kind = factories.work_type(world.site, lines=[line])
    factories.rule(world.site, "iso", mode="watch", gate="hold_point", line_key="energy")
    item = live_item(world, type_id=kind.pk)
    checklist.answer(
        actor=world.technician, at=world.t(1), line_id=item.lines.get().pk, answer="pass"
    )

    assert stopped(world) == {
        "iso": (1, 1, {"watch": 1}, {"hold_point": 1}, {"L3": 1}, {"role:hse": 1})
    }


def test_who_would_have_cleared_it_then_is_kept(world):
    """Also where another role clears it since."""
    rule = factories.rule(world.site, "hse", mode="watch")
    item = start(world, planned_item(world), 1)
    rules.change_rule(
        actor=world.site_admin, at=world.t(2), rule_id=rule.pk, params={"role": "quality"}
    )

    assert stopped(world)["hse"][-1] == {"role:hse": 1}
    verdicts = Event.objects.get(item=item, verb="gate").data["verdicts"]
    assert [each["clears"] for each in verdicts if each["mode"] == Mode.WATCH] == ["role:hse"]


def test_only_what_the_reader_may_see_is_told(world, nrd):
    factories.rule(world.site, "hse", mode="watch")
    start(world, planned_item(world), 1)
    theirs = planned_item(world, by=world.contractor, plan={"executor_ids": [world.technician.pk]})
    start(world, theirs, 1)

    assert stopped(world)["hse"][:2] == (2, 2)
    assert stopped(world, world.contractor)["hse"][:2] == (1, 1)
    assert stopped(world, world.other_contractor) == {}
    assert stopped(world, nrd.admin) == {}
    nobody = scope(None, world.at + timedelta(hours=1))
    assert would_have_stopped(nobody, site_id=world.site.pk, at=nobody.at) == []


@pytest.mark.parametrize("count", [1, 30])
def test_query_count_of_the_report(world, count, django_assert_num_queries):
    for each in range(count):
        factories.rule(world.site, f"rule-{each}", mode="watch")
    start(world, planned_item(world), 1)
    who = scope(world.hse, world.t(5))

    with django_assert_num_queries(3):
        assert len(would_have_stopped(who, site_id=world.site.pk, at=world.t(5))) == count


def test_a_mode_at_a_place_is_looked_at_before_it_is_given_or_ended(world, work):
    rule = factories.rule(world.site, "hse", mode="watch", at=world.at)

    assert touches(world, rule_id=rule.pk, mode="enforce", at_place=world.l4.pk).stopped == {}
    assert touches(world, rule_id=rule.pk, mode="enforce", at_place=world.l3.pk).stopped == STOPPED
    rules.set_mode(
        actor=world.hse, at=world.at, rule_id=rule.pk, mode="enforce", place_id=world.l3.pk
    )
    assert touches(world, rule_id=rule.pk).stopped == STOPPED
    assert touches(world, rule_id=rule.pk, at_place=world.l3.pk).stopped == {}
    with pytest.raises(Refused):
        touches(world, rule_id=rule.pk, mode="enforce", at_place=0)
