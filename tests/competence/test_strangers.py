"""A contractor reads what is asked of the own people alone, where others carry work out too."""

import pytest

from tests.factories import planned_item
from tests.views.conftest import clock, sign_in  # noqa: F401  fixtures
from work.services import items


@pytest.fixture
def item(hvk, clock):  # noqa: F811
    """LasTeam's, of which Hydrex has somebody on it from when it was theirs."""
    world = hvk.world
    hvk.rule("WELD")
    theirs = {"team_id": world.hydrex.pk, "executor_ids": [world.other_contractor.pk]}
    item = planned_item(world, plan=theirs | {"owner_user_id": world.planner.pk})
    by = {"actor": world.planner, "at": world.at, "item_id": item.pk}
    items.edit(**by, team_id=world.lasteam.pk)
    items.assign(**by, executor_ids=[world.other_contractor.pk, world.welder.pk])
    return item


def _shown(answer) -> tuple[list[str], bool]:
    return [each["name"] for each in answer.context["people"]], answer.context["others"]


def _counted(visitor, item) -> int:
    """As many as the section on the page of the item says that it tells of."""
    panels = visitor.see(item).context["panels"]
    [section] = [each for each in panels if each["id"] == "competence-executors"]
    return section["count"]


def test_what_is_asked_of_a_stranger_is_told_to_no_other_company(hvk, item, sign_in):  # noqa: F811
    world = hvk.world
    url = f"/s/hvk/competence/work/W-{item.number}/"
    both = {world.other_contractor.name, world.welder.name}
    ours = sign_in(world.welder)
    answer = ours.get(url)
    assert _shown(answer) == ([world.welder.name], True)
    assert _counted(ours, item) == 1
    assert len(answer.context["people"][0]["asked"]) == 1
    assert world.other_contractor.name not in answer.text
    assert "People of another company carry it out" in answer.text

    items.assign(
        actor=world.planner,
        at=world.at,
        item_id=item.pk,
        executor_ids=[world.other_contractor.pk],
    )
    answer = ours.get(url)
    assert _shown(answer) == ([], True)
    assert _counted(ours, item) == 0
    assert world.other_contractor.name not in answer.text
    assert "Nobody is named" not in answer.text

    items.assign(
        actor=world.planner,
        at=world.at,
        item_id=item.pk,
        executor_ids=[world.other_contractor.pk, world.welder.pk],
    )
    theirs = sign_in(world.viewer)
    assert _counted(theirs, item) == 2
    answer = theirs.get(url)
    names, others = _shown(answer)
    assert (set(names), others) == (both, False)
    assert "People of another company" not in answer.text
