"""A named check by a named role: the latest one counts, for as long as it says."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import planned_item
from tests.work.outcomes import forbidden, refused, stale, unknown
from tests.work.verbs import MOVING
from work.models import Prerequisite
from work.services import requirements, rules


@pytest.fixture
def checked(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    return item, item.prerequisites.get(rule__key="gas")


def check(world, row, minutes=5, *, passed=True, **given):
    given = {"actor": world.hse, **given}
    return requirements.check(at=world.t(minutes), prerequisite_id=row.pk, passed=passed, **given)


def test_missing_passed_failed_and_expired(world, checked):
    item, row = checked
    assert (row.answer, row.reason["code"], row.clears) == ("unmet", "check_missing", "role:hse")

    made = check(world, row, valid_until=world.t(60))
    row.refresh_from_db()
    item.refresh_from_db()
    assert (made.by, made.role, made.passed) == (world.hse, "hse", True)
    assert (row.answer, row.valid_until, row.answered_at) == ("met", world.t(60), world.t(5))
    assert item.is_ready(world.t(60) - timedelta(seconds=1))
    assert not item.is_ready(world.t(60))

    check(world, row, 10, passed=False, remark="12 % LEL")
    row.refresh_from_db()
    item.refresh_from_db()
    assert (row.answer, row.reason["code"], item.unmet_start) == ("unmet", "check_failed", 1)

    check(world, row, 11, valid_until=world.t(12))
    rules.apply_rule(rule_id=row.rule_id, at=world.t(12))
    row.refresh_from_db()
    assert (row.answer, row.reason["code"]) == ("unmet", "check_expired")
    assert row.checks.count() == 3


def test_what_is_refused(world, checked, nrd):
    item, row = checked

    with refused(item, "reason_needed"):
        check(world, row, passed=False)
    with refused(item, "waiver_in_the_past"):
        check(world, row, valid_until=world.t(5))
    with forbidden(item, "role_needed"):
        check(world, row, actor=world.supervisor)
    with unknown(item):
        check(world, row, actor=nrd.supervisor)
    with stale(item):
        check(world, row, seen=1)
    executor = item.prerequisites.get(supplier="work.executor")
    with forbidden(item, "not_waivable"):
        check(world, executor)


def test_a_role_held_by_duty_checks(world, checked):
    item, row = checked
    stand_in = factories.person(world.site, "operator")
    factories.post_with_duty(world.packaging, stand_in, role="hse", code="hse-40")

    check(world, row, actor=stand_in)

    item.refresh_from_db()
    assert item.is_ready(world.t(5))


def test_a_check_belongs_to_one_requirement_of_one_item(world, checked):
    _item, row = checked
    other = planned_item(world)

    check(world, row)

    other.refresh_from_db()
    assert not other.is_ready(world.t(5))


def test_other_work_must_be_done_or_closed(world):
    first = factories.live_item(world)
    item = planned_item(world)
    rows = {
        until: requirements.require(
            actor=world.planner,
            at=world.t(1),
            item_id=item.pk,
            gate="start",
            kind="work",
            supplier="work.item",
            source_id=first.pk,
            params={"until": until},
        )
        for until in ("done", "closed")
    }

    def answers():
        return {until: Prerequisite.objects.get(pk=row.pk).answer for until, row in rows.items()}

    assert answers() == {"done": "unmet", "closed": "unmet"}
    MOVING["complete"](world, world.technician, first, world.t(2))
    assert answers() == {"done": "met", "closed": "unmet"}
    MOVING["give_back"](world, world.shift_lead, first, world.t(3))
    assert answers() == {"done": "unmet", "closed": "unmet"}
    MOVING["resume"](world, world.technician, first, world.t(4))
    MOVING["complete"](world, world.technician, first, world.t(5))
    MOVING["accept"](world, world.shift_lead, first, world.t(6))
    assert answers() == {"done": "met", "closed": "met"}
    item.refresh_from_db()
    assert item.is_ready(world.t(6))


def test_a_check_has_a_name(world, checked):
    """The system itself checks nothing: there is nobody to stand for it."""
    item, row = checked
    with forbidden(item, "denied"):
        check(world, row, actor=None)
