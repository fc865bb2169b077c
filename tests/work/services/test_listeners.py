"""Who listens to items is told of everything, and cannot refuse."""

import logging

import pytest

from tests.factories import planned_item, requested_item
from work.exceptions import Reason, Refused
from work.models import Event, Note
from work.ports import ItemChange, item_listeners
from work.services import execution, items
from work.states import Status


@pytest.fixture
def listen():
    """Registers a listener that does as it is told for one test."""
    keys = []

    def register(react):
        class Listener:
            key = f"testing.listener{len(keys)}"

            def items_changed(self, changes, act):
                react(changes, act)

        item_listeners.register(Listener())
        keys.append(Listener.key)

    yield register
    for key in keys:
        item_listeners.unregister(key)


def test_a_request_is_told(world, listen):
    told = []
    listen(lambda changes, act: told.extend(changes))

    item = requested_item(world, asset_ids=[world.pump.pk])

    what = frozenset({"status", "place", "type", "assets"})
    assert told == [ItemChange(item.pk, what, "", Status.REQUESTED)]


def test_things_and_values_that_planning_changes_are_told(world, listen):
    told = []
    item = requested_item(world)
    listen(lambda changes, act: told.extend(changes))

    items.plan(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
        asset_ids=[world.pump.pk],
    )

    assert "assets" in told[0].what
    assert "values" not in told[0].what


def test_a_listener_cannot_refuse(world, listen, caplog):
    def refuse(changes, act):
        act.note("Not while I listen", "comment", item_id=changes[0].item_id)
        act.record("testing", act.subject, item_id=changes[0].item_id)
        act.changes.append(changes[0])
        raise Refused(Reason("denied"))

    told = []
    item = planned_item(world)
    listen(refuse)
    listen(lambda changes, act: told.extend(changes))

    with caplog.at_level(logging.ERROR, "work.services.acts"):
        item = execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)

    item.refresh_from_db()
    assert item.status == Status.LIVE
    assert not Note.objects.filter(item=item).exists()
    assert not Event.objects.filter(verb__in=["testing", "refused"]).exists()
    assert Event.objects.filter(item=item, verb="start").count() == 1
    assert len(told) == 1
    assert "testing.listener0 tried to refuse execution._start" in caplog.text


def test_changes_without_end_are_logged(world, listen, caplog):
    rounds = []

    def again(changes, act):
        rounds.append(len(changes))
        act.changes.append(changes[0])

    item = planned_item(world)
    listen(again)
    with caplog.at_level(logging.ERROR, "work.services.acts"):
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)

    assert rounds == [1, 1, 1]
    assert f"not told of: [{item.pk}]" in caplog.text
