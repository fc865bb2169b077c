"""A rule that asks another, or for something else, is another requirement from then on."""

import pytest

from tests import factories
from tests.factories import live_item, planned_item
from tests.supporting import services as tickets
from tests.work.outcomes import codes, written
from work.exceptions import Refused
from work.models import Event
from work.services import execution, requirements, rules

TICKET = {"supplier": "supporting.ticket", "params": {}}
QUALITY = {"params": {"role": "quality"}}


@pytest.fixture
def asked(world):
    """An item that HSE checks before it starts, and the row that says so."""
    rule = factories.rule(world.site, "gas", waivable_by="quality")
    item = planned_item(world)
    return rule, item, item.prerequisites.get(rule=rule)


def change(world, rule, minutes=10, **given):
    return rules.change_rule(actor=None, at=world.t(minutes), rule_id=rule.pk, **given)


def check(world, row, minutes=5, **given):
    given = {"actor": world.hse, "passed": True, **given}
    return requirements.check(at=world.t(minutes), prerequisite_id=row.pk, **given)


def waive(world, row):
    return requirements.waive(
        actor=world.quality,
        at=world.t(5),
        prerequisite_id=row.pk,
        until=world.t(60),
        reason="Open air",
    )


def start_refused(world, item, minutes):
    """It stays planned; what it was refused for is due from then."""
    earlier = written()
    with pytest.raises(Refused) as caught:
        execution.start(actor=world.technician, at=world.t(minutes), item_id=item.pk)
    assert codes(caught.value) == ["requirement_unmet"]
    item.refresh_from_db()
    assert (item.status, item.version, item.started_at) == ("planned", 2, None)
    assert written()[len(earlier) :] == ["refused", "blocked"]


def stored(row, *names):
    row.refresh_from_db()
    return tuple(getattr(row, name) for name in names)


def test_another_record_with_the_number_of_the_check_does_not_answer(world, asked):
    rule, item, row = asked
    other = planned_item(world)
    made = check(world, row)
    while True:  # a valid ticket of other work, with the very number of the check
        ticket = tickets.open_ticket(
            actor=None, at=world.t(6), site_id=world.site.pk, item_id=other.pk
        )
        if ticket.pk >= made.pk:
            break
    while made.pk < ticket.pk:
        made = check(world, row)
    assert ticket.pk == made.pk
    tickets.issue(actor=None, at=world.t(6), ticket_id=ticket.pk)

    change(world, rule, **TICKET)

    names = ("supplier", "source_id", "answer", "answered_at")
    assert stored(row, *names) == ("supporting.ticket", None, "unknown", world.t(10))
    assert row.reason["code"] == "supporting.ticket_missing"
    item.refresh_from_db()
    assert (item.unmet_start, item.is_ready(world.t(10))) == (1, False)
    start_refused(world, item, 10)

    own = tickets.open_ticket(actor=None, at=world.t(11), site_id=world.site.pk, item_id=item.pk)
    tickets.issue(actor=None, at=world.t(12), ticket_id=own.pk)
    assert stored(row, "source_id", "answer") == (own.pk, "met")


def test_a_check_by_the_role_that_was_named_before_counts_no_more(world, asked):
    rule, item, row = asked
    check(world, row)
    assert stored(row, "answer") == ("met",)

    change(world, rule, **QUALITY)

    assert stored(row, "params", "answer", "clears") == (
        {"role": "quality"},
        "unmet",
        "role:quality",
    )
    assert row.reason["code"] == "check_missing"
    start_refused(world, item, 11)
    check(world, row, 12, actor=world.quality)
    item = execution.start(actor=world.technician, at=world.t(13), item_id=item.pk)
    assert item.status == "live"


def test_a_failed_check_of_the_earlier_role_does_not_hide_one_that_passed(world, asked):
    rule, _item, row = asked
    check(world, row)
    change(world, rule, **QUALITY)
    check(world, row, 11, actor=world.quality, passed=False, remark="Not clean")

    change(world, rule, 12, params={"role": "hse"})

    assert stored(row, "answer") == ("met",)


@pytest.mark.parametrize("other", [TICKET, QUALITY], ids=["supplier", "role"])
def test_what_was_waived_is_another_requirement_now(world, asked, other):
    rule, item, row = asked
    waive(world, row)
    item.refresh_from_db()
    assert item.is_ready(world.t(5))

    change(world, rule, **other)

    assert stored(row, "waived_by_id", "waiver_until") == (world.quality.pk, world.t(10))
    ended = Event.objects.get(item=item, verb="waiver_ended")
    assert (ended.actor, ended.data) == (
        None,
        {"prerequisite": row.pk, "cause": "asked_otherwise"},
    )
    item.refresh_from_db()
    assert (item.unmet_start, item.is_ready(world.t(10))) == (1, False)


def test_a_waiver_stands_when_the_rule_changes_in_no_such_way(world, asked):
    rule, item, row = asked
    check(world, row)
    waive(world, row)

    change(world, rule, what="Gas measured", waivable_by="hse")

    assert stored(row, "answer", "answered_at", "waiver_until") == ("met", world.t(5), world.t(60))
    assert not Event.objects.filter(item=item, verb="waiver_ended").exists()


def test_a_waiver_that_has_ended_stays_as_it_ended(world, asked):
    rule, item, row = asked
    waive(world, row)

    change(world, rule, 61, **TICKET)

    assert stored(row, "waiver_until") == (world.t(60),)
    assert not Event.objects.filter(item=item, verb="waiver_ended").exists()


def test_a_check_that_was_made_once_is_asked_again_of_work_in_progress(world):
    rule = factories.rule(world.site, "brief", one_time=True)
    item = planned_item(world)
    row = item.prerequisites.get(rule=rule)
    check(world, row, 1)
    execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)

    change(world, rule, **QUALITY)

    item.refresh_from_db()
    assert stored(row, "answer") == ("unmet",)
    assert list(item.blockers.values_list("prerequisite_id", "since", "ended_at")) == [
        (row.pk, world.t(10), None)
    ]
    assert item.stop_asked_at == world.t(10)


def test_a_later_supplier_is_asked_by_whatever_comes_first(world, asked):
    """The rule was changed and its items not derived yet: a recheck of another supplier is."""
    rule, item, row = asked
    check(world, row)
    type(rule).objects.filter(pk=rule.pk).update(supplier="supporting.ticket", params={})

    tickets.open_ticket(
        actor=None, at=world.t(11), site_id=world.site.pk, bars_id=world.technician.pk
    )
    requirements.require(
        actor=world.planner,
        at=world.t(12),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.executor",
    )

    assert stored(row, "supplier", "source_id", "answer") == ("supporting.ticket", None, "unknown")


def test_live_work_is_blocked_by_what_its_rule_asks_now(world):
    rule = factories.rule(world.site, "gas", mode="watch")
    item = live_item(world)
    rules.set_mode(actor=world.hse, at=world.t(1), rule_id=rule.pk, mode="enforce")
    row = item.prerequisites.get(rule=rule)
    check(world, row, 2)
    assert list(item.blockers.values_list("since", "ended_at", "end_cause")) == [
        (world.t(1), world.t(2), "met")
    ]

    change(world, rule, **TICKET)

    assert list(item.blockers.filter(ended_at=None).values_list("prerequisite_id", "since")) == [
        (row.pk, world.t(10))
    ]
