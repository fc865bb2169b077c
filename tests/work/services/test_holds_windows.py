"""Holds on the operation, ended at acceptance or by decision; windows opened and closed by name."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import Q

from tests.factories import closed_item, live_item, planned_item
from tests.work.outcomes import codes, forbidden, refused, written
from tests.work.verbs import MOVING
from work.exceptions import Forbidden, Refused, Stale, Unknown
from work.models import Event, Hold
from work.permissions import scope
from work.reads import held
from work.services import door, execution, holds, items
from work.states import Status


def place(world, item, **given):
    given = {
        "actor": world.shift_lead,
        "at": world.t(5),
        "kind": "restart",
        "place_id": world.l3.pk,
        **given,
    }
    return holds.place(item_id=item.pk, **given)


def end(world, hold, **given):
    given = {"actor": world.shift_lead, "at": world.t(9), "word": "Tested", **given}
    return holds.end(hold_id=hold.pk, **given)


def test_a_hold_blocks_nothing_by_itself(world):
    item = planned_item(world)

    hold = place(world, item, why="Guard is off")

    item.refresh_from_db()
    assert (hold.place, hold.kind, hold.until_accepted, hold.note.text) == (
        world.l3,
        "restart",
        True,
        "Guard is off",
    )
    assert (hold.placed_by, hold.placed_at, item.version) == (world.shift_lead, world.t(5), 2)
    assert item.is_ready(world.t(5))


def test_a_supporting_record_holds_until_its_own_application_ends_it(world, nrd):
    """The tickets of the tests, as any application would: in an act of its own."""

    @door
    def barred(act, **given):
        return holds.place_for_record(
            act, site_id=world.site.pk, key="supporting.ticket", source_id=7, **given
        )

    @door
    def freed(act, *, word):
        return holds.end_for_record(
            act, site_id=world.site.pk, key="supporting.ticket", source_id=7, word=word
        )

    said = {"actor": world.hse, "at": world.t(5)}
    for code, given in (
        ("hold_needs_subject", {"kind": "entry"}),
        ("place_unknown", {"kind": "entry", "place_id": nrd.root.pk}),
    ):
        with pytest.raises(Refused) as caught:
            barred(**said, **given)
        assert codes(caught.value) == [code]
    hold = barred(**said, kind="entry", place_id=world.l3.pk, why="Gas was smelled")

    assert (hold.item, hold.source_key, hold.source_id) == (None, "supporting.ticket", 7)
    assert (hold.until_accepted, hold.note.text, hold.placed_by) == (
        False,
        "Gas was smelled",
        world.hse,
    )
    [shown] = held.holds(world.site, scope(world.viewer, world.t(6)), Q(place=world.l3), world.l3)
    assert (shown["what"], shown["url"]) == ("A supporting record", "")
    with pytest.raises(Unknown):
        end(world, hold)
    with pytest.raises(Refused) as caught:
        freed(**said, word=" ")
    assert codes(caught.value) == ["reason_needed"]

    assert freed(actor=world.hse, at=world.t(9), word="Aired") == 1
    hold.refresh_from_db()
    assert (hold.ended_at, hold.end_cause, hold.end_note.text) == (world.t(9), "decided", "Aired")
    assert freed(actor=world.hse, at=world.t(10), word="Again") == 0
    assert [event.data["record"] for event in Event.objects.filter(verb__startswith="hold_")] == [
        7,
        7,
    ]


def test_what_is_held_is_one_place_or_thing(world, nrd):
    with refused(other := planned_item(world), "asset_unknown"):
        # It stands in a hall that is not the lead's.
        place(world, other, place_id=None, asset_id=world.pump.pk)
    item = planned_item(world, asset_ids=[world.pump.pk])

    for code, given in (
        ("hold_needs_subject", {"place_id": None}),
        ("hold_needs_subject", {"asset_id": world.pump.pk}),
        ("hold_needs_subject", {"kind": "breath"}),
        ("place_unknown", {"place_id": nrd.root.pk}),
        ("asset_unknown", {"place_id": None, "asset_id": 10**9}),
    ):
        with refused(item, code):
            place(world, item, **given)
    assert place(world, item, place_id=None, asset_id=world.pump.pk).asset == world.pump


def test_ends_by_decision_only_where_it_may(world):
    item = live_item(world)
    kept, free = place(world, item), place(world, item, until_accepted=False, kind="entry")

    with refused(item, "hold_until_accepted"):
        end(world, kept)
    with refused(item, "reason_needed"):
        end(world, free, word=" ")
    with forbidden(item, "role_needed"):
        end(world, free, actor=world.technician)
    free = end(world, free)

    assert (free.ended_at, free.ended_by, free.end_cause, free.end_note.text) == (
        world.t(9),
        world.shift_lead,
        "decided",
        "Tested",
    )
    with refused(item, "hold_ended"):
        end(world, free)


def test_a_hold_of_a_closed_item_that_was_left_by_decision(world):
    item = live_item(world)
    hold = place(world, item, until_accepted=False)
    MOVING["complete"](world, world.technician, item, world.t(6))
    closed = MOVING["accept"](world, world.shift_lead, item, world.t(7))
    hold.refresh_from_db()
    assert (closed.status, hold.ended_at) == (Status.CLOSED, None)

    assert end(world, hold).end_cause == "decided"


def test_nothing_new_is_held_by_what_has_ended(world):
    item = closed_item(world)

    with refused(item, "not_from"):
        place(world, item)


def test_a_hold_sent_twice(world):
    item, act = planned_item(world), uuid4()
    place(world, item, act=act)
    place(world, item, act=act)

    assert Hold.objects.count() == 1


# --- windows -------------------------------------------------------------------------------------


def window(world, **given):
    given = {
        "actor": world.shift_lead,
        "at": world.at,
        "site_id": world.site.pk,
        "place_id": world.packaging.pk,
        "name": "Stop of line 3",
        "planned_from": world.t(10),
        "planned_to": world.t(60),
        **given,
    }
    return holds.create_window(**given)


def turn(world, verb, made, minutes=20, **given):
    return getattr(holds, verb)(
        actor=given.pop("actor", world.shift_lead),
        at=world.t(minutes),
        window_id=made.pk,
        **given,
    )


def test_planned_opened_and_closed_by_name(world):
    made = window(world)
    assert (made.is_open, made.version) == (False, 1)

    made = turn(world, "open_window", made, happened_at=world.t(19))
    assert (made.is_open, made.opened_by, made.opened_at, made.version) == (
        True,
        world.shift_lead,
        world.t(19),
        2,
    )
    made = turn(world, "close_window", made, 30)
    assert (made.is_open, made.closed_by, made.closed_at, made.version) == (
        False,
        world.shift_lead,
        world.t(30),
        3,
    )
    assert written()[-3:] == ["window_planned", "window_opened", "window_closed"]


def test_a_window_is_not_closed_before_it_was_opened(world):
    made = window(world)
    half = timedelta(seconds=30)
    turn(world, "open_window", made, happened_at=world.t(19) + half)

    with pytest.raises(Refused) as caught:
        turn(world, "close_window", made, 30, happened_at=world.t(18))

    made.refresh_from_db()
    since = world.t(19) + half
    assert [(each.code, each.params) for each in caught.value.reasons] == [
        ("before_the_opening", {"since": since.isoformat()})
    ]
    assert (made.is_open, made.opened_at, made.closed_at, made.version) == (True, since, None, 2)
    assert written()[-1] == "refused"

    # Said of that very minute, it counts as that moment.
    made = turn(world, "close_window", made, 30, happened_at=world.t(19))
    assert (made.closed_at, made.version) == (since, 3)


def test_a_window_is_not_opened_or_closed_in_time_to_come(world):
    made = window(world)

    for verb, version in (("open_window", 1), ("close_window", 2)):
        with pytest.raises(Refused) as caught:
            turn(world, verb, made, 20, happened_at=world.t(21))
        made.refresh_from_db()
        assert (codes(caught.value), made.version) == (["future"], version)
        event = Event.objects.filter(verb="refused").last()
        assert (event.subject_type, event.subject_id) == ("work.window", made.pk)
        assert (event.happened_at, event.recorded_at) == (world.t(20), world.t(20))
        turn(world, verb, made)


def test_what_cannot_be(world, nrd):
    for code, given in (
        ("text_needed", {"name": " "}),
        ("planned_end_before_start", {"planned_to": world.t(10)}),
        ("place_unknown", {"place_id": nrd.root.pk}),
    ):
        with pytest.raises(Refused) as caught:
            window(world, **given)
        assert codes(caught.value) == [code]
    made = window(world)
    with pytest.raises(Refused, match="window_not_open"):
        turn(world, "close_window", made)
    with pytest.raises(Forbidden):
        turn(world, "open_window", made, actor=world.technician)
    with pytest.raises(Unknown):
        turn(world, "open_window", made, actor=nrd.supervisor)
    turn(world, "open_window", made)
    with pytest.raises(Stale):
        turn(world, "close_window", made, seen=1)
    with pytest.raises(Refused, match="window_opened_already"):
        turn(world, "open_window", made)
    turn(world, "close_window", made, 30)
    with pytest.raises(Refused, match="window_not_open"):
        turn(world, "close_window", made, 31)
    with pytest.raises(Refused, match="window_opened_already"):
        turn(world, "open_window", made, 31)


def test_every_item_bound_to_it_is_asked_in_the_same_act(world):
    made = window(world)
    start = world.t(30)
    bound = [
        planned_item(world, plan={"window_id": made.pk, "planned_start": start}) for _ in range(3)
    ]
    free = planned_item(world)
    assert {item.blocked_from for item in bound} == {start}

    turn(world, "open_window", made)

    for item in (*bound, free):
        item.refresh_from_db()
        assert item.is_ready(start)
    live = execution.start(actor=world.technician, at=world.t(31), item_id=bound[0].pk)
    turn(world, "close_window", made, 40)
    for item in bound:
        item.refresh_from_db()
        assert item.is_blocked(world.t(40))
    live.refresh_from_db()
    assert live.stop_asked_at == world.t(40)
    assert [item.blockers.get().kind for item in bound] == ["window"] * 3


def test_a_closed_window_takes_no_new_work(world):
    made = window(world)
    turn(world, "open_window", made)
    turn(world, "close_window", made, 30)
    item = planned_item(world)
    with refused(item, "window_unknown"):
        items.edit(actor=world.planner, at=world.t(31), item_id=item.pk, window_id=made.pk)
