"""*Not confirmed stopped* is said of a lapse, from its own second, and of nothing else."""

import re

import pytest

from tests import factories
from work.services import blockers, execution, requirements
from work.services import clock as by_time

SAID = re.compile(r"Not confirmed stopped, (\d+) min")


@pytest.fixture
def item(world):
    """In progress on a check that holds until t(30)."""
    factories.rule(world.site, "gas")
    item = factories.planned_item(world)
    requirements.check(
        actor=world.hse,
        at=world.at,
        prerequisite_id=item.prerequisites.get(rule__key="gas").pk,
        passed=True,
        valid_until=world.t(30),
    )
    return execution.start(actor=world.technician, at=world.at, item_id=item.pk)


@pytest.fixture
def minutes(sign_in, clock, world, item):
    """The minutes that the page of the item and its row in the list say, read at a moment."""

    def read(moment: float) -> tuple[list[str], list[str]]:
        clock.move_to(world.t(moment))
        visitor = sign_in(world.supervisor)
        pages = visitor.see(item), visitor.get("/s/hvk/work/")
        return tuple(sorted(set(SAID.findall(page.content.decode()))) for page in pages)

    return read


def test_a_blocker_that_somebody_raised_asks_nobody_to_confirm(world, item, minutes):
    blockers.raise_(
        actor=world.technician, at=world.t(1), item_id=item.pk, kind="material", what="Bolt"
    )

    assert minutes(2) == ([], [])
    assert minutes(29) == ([], [])


def test_a_lapse_asks_from_its_own_second(world, item, minutes):
    blockers.raise_(
        actor=world.technician, at=world.t(1), item_id=item.pk, kind="material", what="Bolt"
    )

    assert minutes(30) == (["0"], ["0"])
    assert minutes(42) == (["12"], ["12"])
    by_time.settle_due(world.t(42))
    assert minutes(43) == (["13"], ["13"])
