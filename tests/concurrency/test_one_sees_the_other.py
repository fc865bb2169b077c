"""Two people at once: who comes second sees what the first did."""

from tests.concurrency.races import (
    RACES,
    accepting,
    check_needed,
    codes,
    now,
    say,
    split,
    starting,
    verbs,
)
from tests.concurrency.threads import Wedge, together
from tests.factories import (
    closed_item,
    done_item,
    planned_item,
)
from work.exceptions import Refused
from work.models import Event, WorkItem
from work.services import (
    _moves,
    _overlay,
    acceptance,
    clock,
    execution,
)


def test_a_child_is_reopened_while_its_parent_is_accepted(world):
    """In whichever order: a parent is not accepted over a child that is open at that moment."""
    seen = set()
    for _race in range(RACES):
        parent = done_item(world)
        child = closed_item(world)
        WorkItem.objects.filter(pk=child.pk).update(parent=parent, mandatory=True)
        results = together(
            accepting(world, parent),
            lambda child=child: acceptance.reopen(
                actor=world.shift_lead, at=world.t(1), item_id=child.pk, reason="It broke"
            ),
        )
        done, told = split(results)
        assert now(child).status == "planned"
        if told:
            assert codes(told[0]) == ["child_open"]
            assert now(parent).status == "done"
        else:
            accepted = Event.objects.get(item=parent, verb="accept")
            assert accepted.pk < Event.objects.get(item=child, verb="reopen").pk
        seen.add(len(done))
    assert seen <= {1, 2}


def test_accept_and_reopen_at_once(world):
    for _race in range(RACES):
        item = done_item(world)
        done, told = split(
            together(
                accepting(world, item),
                lambda item=item: acceptance.reopen(
                    actor=world.supervisor, at=world.t(1), item_id=item.pk, reason="It broke"
                ),
            )
        )
        standing = item.acceptances.filter(struck_at=None).count()
        if told:
            assert codes(told[0]) == ["not_from"]
            assert (now(item).status, standing) == ("closed", 1)
        else:
            assert (now(item).status, standing) == ("planned", 0)


def test_no_item_is_live_under_a_check_that_failed_meanwhile(world, monkeypatch):
    """The start has passed its guards and has not committed when the check fails."""
    item = planned_item(world)
    row = check_needed(world, item)
    say(world, row, True)
    with Wedge(monkeypatch, _moves, "done") as wedge:
        first = wedge.first(starting(world, item))
        second = wedge.behind(lambda: say(world, row, False))
        wedge.go()
        assert first.result().status == "live"
        assert not isinstance(second.result(), Exception)
    item = now(item)
    assert (item.status, item.blocked) == ("live", True)
    assert item.blockers.get(ended_at=None).prerequisite == row
    assert item.stop_asked_at == world.t(1)


def test_nor_is_one_started_after(world, monkeypatch):
    item = planned_item(world)
    row = check_needed(world, item)
    say(world, row, True)
    with Wedge(monkeypatch, _overlay, "refresh_all") as wedge:
        first = wedge.first(lambda: say(world, row, False))
        second = wedge.behind(starting(world, item))
        wedge.go()
        assert not isinstance(first.result(), Exception)
        assert codes(second.result()) == ["requirement_unmet"]
    assert now(item).status == "planned"


def test_starts_race_with_failing_checks(world):
    seen = set()
    for _race in range(RACES):
        item = planned_item(world)
        row = check_needed(world, item)
        say(world, row, True)
        together(starting(world, item), lambda row=row: say(world, row, False))
        item = now(item)
        assert item.status == "planned" or item.blocked
        assert item.blocked or not item.ready
        seen.add(item.status)
    assert seen <= {"planned", "live"}


def test_starts_race_with_the_minute_task(world):
    """The check lapses at the very second of the start; the task settles it meanwhile."""
    for race in range(RACES):
        item = planned_item(world)
        row = check_needed(world, item)
        say(world, row, True, valid_until=world.t(2))
        minute = 2 if race % 2 else 1.99
        start, _settled = together(
            starting(world, item, minute), lambda: clock.settle_due(world.t(2))
        )
        assert isinstance(start, Refused) == (minute == 2)
        clock.settle_due(world.t(2))
        item = now(item)
        assert item.status == ("planned" if minute == 2 else "live")
        assert item.blocked
        assert item.blockers.filter(ended_at=None).count() == 1


def test_the_minute_task_twice_at_once(world):
    several = [planned_item(world) for _one in range(3)]
    for item in several:
        row = check_needed(world, item)
        say(world, row, True, valid_until=world.t(2))
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    split(together(lambda: clock.settle_due(world.t(3)), lambda: clock.settle_due(world.t(3))))
    for item in several:
        assert item.blockers.get(ended_at=None).since == world.t(2)
        assert verbs(item, "blocked") == 1
    split(together(*[lambda: clock.tell_unconfirmed(world.t(20))] * 2))
    for item in several:
        assert verbs(item, "stop_told") == 1
        assert item.notices.values("user").distinct().count() == item.notices.count()
