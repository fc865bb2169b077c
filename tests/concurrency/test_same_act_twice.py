"""The same act from two threads has the effect of once."""

import uuid

from tests.concurrency.races import (
    RACES,
    codes,
    now,
    split,
    verbs,
)
from tests.concurrency.threads import Wedge, together
from tests.factories import (
    planned_item,
    requested_item,
)
from work.models import Act, WorkItem
from work.services import (
    acts,
    execution,
    items,
)


def test_one_act_from_two_threads_is_done_once(world):
    for race in range(RACES):
        act = uuid.uuid4()

        def ask(act=act, race=race):
            return items.request(
                actor=world.operator,
                act=act,
                at=world.t(race),
                site_id=world.site.pk,
                type_id=world.mnt.pk,
                place_id=world.l3.pk,
                what="Look at it",
            )

        done, told = split(together(ask, ask))
        assert not told
        assert done[0] == done[1]
        assert Act.objects.filter(pk=act).count() == 1
        assert WorkItem.objects.filter(what="Look at it").count() == race + 1


def test_the_second_sending_waits_for_the_first(world, monkeypatch):
    item = planned_item(world)
    act = uuid.uuid4()

    def start():
        return execution.start(
            actor=world.technician, act=act, at=world.t(1), item_id=item.pk, seen=item.version
        )

    with Wedge(monkeypatch, acts, "_tell_listeners") as wedge:
        first, second = wedge.first(start), wedge.behind(start)
        wedge.go()
        assert first.result() == second.result() == item
        assert second.result().status == "live"
    assert now(item).version == item.version + 1
    assert verbs(item, "start") == 1


def test_a_refused_act_sent_twice_leaves_one_event(world):
    for _race in range(RACES):
        item = requested_item(world)
        act = uuid.uuid4()

        def start(act=act, item=item):
            return execution.start(actor=world.shift_lead, act=act, at=world.t(1), item_id=item.pk)

        results = together(start, start)
        assert [codes(no) for no in results] == [["not_from"], ["not_from"]]
        assert verbs(item, "refused") == 1


def test_one_act_id_of_two_people(world):
    """The id was born with one form: of two people who send it one is refused."""
    item = planned_item(world)
    act = uuid.uuid4()

    def say(by):
        return lambda: items.comment(actor=by, act=act, at=world.t(1), item_id=item.pk, text="Mine")

    done, told = split(together(say(world.planner), say(world.technician)))
    assert len(done) == 1
    assert codes(told[0]) == ["act_used"]
    assert verbs(item, "comment") == 1
