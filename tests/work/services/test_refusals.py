"""Every reason with which the control model refuses is provoked by a test of this folder."""

import re
from pathlib import Path

from tests.factories import planned_item
from tests.work.outcomes import refused
from work.services import chosen, requirements

TESTS = Path(__file__).resolve().parents[1]
WORK = TESTS.parents[1] / "work"
ROOMS = [*(WORK / "services").glob("*.py"), *(WORK / "suppliers").glob("*.py")]
CODE = re.compile(r'Reason\(\s*"([a-z_]+)"')


def test_every_reason_is_provoked():
    said = {code for room in ROOMS for code in CODE.findall(room.read_text())}
    tests = "".join(path.read_text() for path in TESTS.rglob("test_*.py"))

    assert len(said) > 80
    assert {code for code in said if f'"{code}"' not in tests} == set()


def test_planning_what_is_planned_already_must_ask_for_something(world):
    item = planned_item(world)
    with refused(item, "nothing_asked"):
        chosen.plan(actor=world.planner, at=world.t(1), item_id=item.pk)
    assert chosen.plan(actor=world.planner, at=world.t(1), item_id=item.pk, priority="1")


def test_only_a_named_check_is_checked(world):
    """A requirement of another supplier that happens to name a role."""
    item, other = planned_item(world), planned_item(world)
    row = requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
        params={"role": "hse"},
    )

    item.refresh_from_db()
    with refused(item, "not_a_named_check"):
        requirements.check(actor=world.hse, at=world.t(2), prerequisite_id=row.pk, passed=True)
