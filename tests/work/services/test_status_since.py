"""An item says since when it has been in the status that it has, whatever it went through."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from tests.factories import requested_item
from tests.work.verbs import MOVING, step
from work.models import WorkItem
from work.permissions import scope
from work.reads import item as read
from work.reads.item_header import header
from work.services import execution, items
from work.states import MOVES


def since(world, item) -> datetime:
    """As the head of its page says it, which is what is stored."""
    who = scope(world.planner, world.t(600))
    found = read.find(world.site, who, str(item.number))
    said = header(read.load(world.site, found, who, world.t(600)))["since"]
    assert said == WorkItem.objects.values_list("status_since", flat=True).get(pk=item.pk)
    return said


def test_every_move_begins_it_anew_and_nothing_else_does(world):
    item = requested_item(world)
    assert since(world, item) == world.at

    verbs = ["plan", "return", "plan", "start", "wait", "resume", "stop", "start", "complete"]
    verbs += ["give_back", "resume", "complete", "accept", "reopen", "cancel"]
    assert set(verbs) == {verb for verb in MOVING if verb in set(map(str, MOVES))}
    for minute, verb in enumerate(verbs, 1):
        item = step(world, verb, item, minute * 10)
        assert since(world, item) == world.t(minute * 10), verb
        if item.status not in ("closed", "cancelled"):
            items.edit(
                actor=world.planner, at=world.t(minute * 10 + 5), item_id=item.pk, what=f"{verb}!"
            )
            assert since(world, item) == world.t(minute * 10), verb


def test_it_is_what_the_person_says(world):
    item = requested_item(world)
    item = step(world, "plan", item, 10)
    execution.start(
        actor=world.technician, at=world.t(30), happened_at=world.t(20), item_id=item.pk
    )

    assert since(world, item) == world.t(20)


def test_on_it_now_begins_at_its_moment(world):
    item = items.on_it_now(
        actor=world.shift_lead,
        at=world.t(5),
        site_id=world.site.pk,
        type_id=world.mnt.pk,
        place_id=world.l3.pk,
        what="Jammed",
        why="It stands",
        executor_ids=[world.technician.pk],
        owner_post_id=world.lead_post.pk,
    )

    assert (item.status, since(world, item)) == ("live", world.t(5))


def test_the_history_of_items_keeps_it(world):
    item = step(world, "plan", requested_item(world), 10)

    kept = item.events.order_by("pgh_id").values_list("status", "status_since")

    assert list(kept) == [("requested", world.at), ("planned", world.t(10))]


def test_there_is_none_without_it(world):
    item = requested_item(world)
    with pytest.raises(IntegrityError, match="status_since"), transaction.atomic():
        WorkItem.objects.filter(pk=item.pk).update(status_since=None)
