"""Each factory brings an item to its status through the services alone."""

import pytest

from tests import factories
from work.states import Status


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (factories.requested_item, Status.REQUESTED),
        (factories.planned_item, Status.PLANNED),
        (factories.live_item, Status.LIVE),
        (factories.waiting_item, Status.WAITING),
        (factories.done_item, Status.DONE),
        (factories.closed_item, Status.CLOSED),
    ],
)
def test_brings_an_item_to_its_status(world, make, status):
    item = make(world)

    assert (item.number, item.status) == (1, status)


def test_planned_item_is_clear_to_start(world):
    assert factories.planned_item(world).is_ready(world.at)


def test_done_item_answers_lines_and_gives_evidence(world):
    kind = factories.work_type(
        world.site,
        criteria=[{"key": "photo", "text": "Seen", "evidence": True}],
        lines=[
            {"key": "guard", "text": "Guard on?", "kind": "pass_fail"},
            {
                "key": "bar",
                "text": "Pressure",
                "kind": "reading",
                "unit": "bar",
                "low": 2,
                "high": 4,
            },
            {"key": "colour", "text": "Colour", "kind": "choice", "choices": ["red", "green"]},
            {"key": "word", "text": "Remark", "kind": "text"},
        ],
    )

    item = factories.closed_item(world, type_id=kind.pk)

    assert item.status == Status.CLOSED
    assert list(item.lines.values_list("key", "answer")) == [
        ("guard", "pass"),
        ("bar", "pass"),
        ("colour", "pass"),
        ("word", "pass"),
    ]
