"""Two people at once: one wins, the other is told."""

from tests.concurrency.races import RACES, accepting, codes, now, split, verbs
from tests.concurrency.threads import Wedge, together
from tests.factories import (
    done_item,
    live_item,
    planned_item,
    requested_item,
    waiting_item,
    work_type,
)
from work.exceptions import Refused, Stale
from work.models import Duty
from work.services import (
    _moves,
    checklist,
    execution,
    items,
    posts,
)


def test_of_two_who_accept_one_does(world):
    for _race in range(RACES):
        item = done_item(world)
        done, told = split(
            together(
                accepting(world, item, seen=item.version),
                accepting(world, item, world.supervisor, seen=item.version),
            )
        )
        assert [each.status for each in done] == ["closed"]
        assert [(type(no), no.current) for no in told] == [(Stale, item.version + 1)]
        assert item.acceptances.count() == 1
        assert verbs(item, "accept") == 1


def test_who_comes_second_is_told_the_version_of_the_first(world, monkeypatch):
    item = done_item(world)
    with Wedge(monkeypatch, _moves, "tell_sources") as wedge:
        first = wedge.first(accepting(world, item, seen=item.version))
        second = wedge.behind(accepting(world, item, world.supervisor, seen=item.version))
        wedge.go()
        assert first.result().status == "closed"
        assert isinstance(second.result(), Stale)
        assert second.result().current == now(item).version == item.version + 1
    assert now(item).acceptances.get().by == world.shift_lead


def test_who_did_not_say_what_was_seen_is_refused_by_the_status(world, monkeypatch):
    item = done_item(world)
    with Wedge(monkeypatch, _moves, "tell_sources") as wedge:
        wedge.first(accepting(world, item))
        second = wedge.behind(accepting(world, item, world.supervisor))
        wedge.go()
        assert codes(second.result()) == ["not_from"]
    assert verbs(item, "accept") == 1
    assert verbs(item, "refused") == 1


def test_two_planners_edit_what_both_saw(world):
    for race in range(RACES):
        item = planned_item(world)

        def edit(what, item=item):
            return lambda: items.edit(
                actor=world.planner, at=world.t(1), item_id=item.pk, seen=item.version, what=what
            )

        done, told = split(together(edit(f"One {race}"), edit(f"Two {race}")))
        assert len(done) == len(told) == 1
        assert isinstance(told[0], Stale)
        assert told[0].current == item.version + 1 == now(item).version
        assert now(item).what == done[0].what


def test_complete_and_stop_at_once(world):
    for _race in range(RACES):
        item = live_item(world)
        by = {"actor": world.technician, "at": world.t(1), "item_id": item.pk}
        done, told = split(
            together(
                lambda by=by: execution.complete(**by),
                lambda by=by: execution.stop(condition="Put back", **by),
            )
        )
        assert len(done) == 1
        assert codes(told[0]) == ["not_from"]
        assert now(item).status == done[0].status
        assert verbs(item, "complete", "stop") == 1


def test_complete_and_cancel_at_once(world):
    """What is in progress is not cancelled; what waits is not completed."""
    for _race in range(RACES):
        item = live_item(world)
        done, told = split(
            together(
                lambda item=item: execution.complete(
                    actor=world.technician, at=world.t(1), item_id=item.pk
                ),
                lambda item=item: items.cancel(
                    actor=world.planner, at=world.t(1), item_id=item.pk, reason="No need"
                ),
            )
        )
        assert [each.status for each in done] == ["done"]
        assert codes(told[0]) == ["not_from"]


def test_resume_and_cancel_at_once(world):
    for _race in range(RACES):
        item = waiting_item(world)
        blocker = item.blockers.get(ended_at=None)
        from work.services import blockers

        blockers.clear(actor=world.planner, at=world.t(1), blocker_id=blocker.pk, word="There")
        done, told = split(
            together(
                lambda item=item: execution.resume(
                    actor=world.technician, at=world.t(1), item_id=item.pk
                ),
                lambda item=item: items.cancel(
                    actor=world.planner, at=world.t(1), item_id=item.pk, reason="No need"
                ),
            )
        )
        assert len(done) == 1
        assert codes(told[0]) == ["not_from"]
        assert now(item).status == done[0].status


def test_two_answer_one_line(world):
    kind = work_type(world.site, "ONE", lines=[{"key": "one", "text": "One?", "kind": "pass_fail"}])
    for _race in range(RACES):
        line = live_item(world, type_id=kind.pk).lines.get()

        def say(answer, by, line=line):
            return lambda: checklist.answer(
                actor=by, at=world.t(1), line_id=line.pk, answer=answer, seen=line.version
            )

        done, told = split(together(say("pass", world.technician), say("fail", world.shift_lead)))
        assert len(done) == len(told) == 1
        assert isinstance(told[0], Stale)
        line.refresh_from_db()
        assert (line.version, line.answer) == (2, done[0].answer)
        assert verbs(line.item, "line") == 1


def test_two_take_one_duty(world):
    for race in range(RACES):
        for_it = [world.shift_lead, world.second_lead]
        holder = Duty.objects.get(post=world.lead_post, ends=None)
        if race == 0:
            # Both stand beside it: the post is taken by who is named for it, from nobody.
            Duty.objects.filter(pk=holder.pk).update(ends=world.t(race))
        seen = 0 if race == 0 else holder.pk
        able = for_it if race == 0 else [p for p in for_it if p.pk != holder.user_id] * 2

        def take(by, seen=seen, race=race):
            return lambda: posts.take_duty(
                actor=by, at=world.t(race), post_id=world.lead_post.pk, seen=seen
            )

        done, told = split(together(*[take(by) for by in able]))
        assert len(done) == len(told) == 1
        assert isinstance(told[0], (Stale, Refused))
        assert Duty.objects.get(post=world.lead_post, ends=None) == done[0]


def test_numbers_are_given_once(world):
    def asking():
        return [requested_item(world).number for _one in range(8)]

    numbers = [each for found in together(asking, asking, asking) for each in found]
    assert sorted(numbers) == list(range(1, 25))
    item = requested_item(world)
    items.cancel(actor=world.planner, at=world.t(1), item_id=item.pk, reason="No need")
    assert requested_item(world).number == item.number + 1 == 26
