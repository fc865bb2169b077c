"""Two people at once: one wins, the other is told, nothing is lost or doubled."""

import uuid

import pytest

from tests.concurrency.threads import Wedge, together
from tests.factories import (
    closed_item,
    done_item,
    live_item,
    planned_item,
    requested_item,
    waiting_item,
    work_type,
)
from work.exceptions import Forbidden, NotDone, Refused, Stale
from work.models import Act, Duty, Event, WorkItem
from work.services import (
    _locks,
    _moves,
    _overlay,
    acceptance,
    acts,
    checklist,
    clock,
    execution,
    items,
    posts,
    requirements,
)

RACES = 15


def codes(no: NotDone) -> list[str]:
    return [reason.code for reason in no.reasons]


def split(results: list) -> tuple[list, list]:
    """What was done, and what was not."""
    wrong = [r for r in results if isinstance(r, Exception) and not isinstance(r, NotDone)]
    assert not wrong, wrong
    done = [result for result in results if not isinstance(result, NotDone)]
    return done, [result for result in results if isinstance(result, NotDone)]


def now(item: WorkItem) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


def verbs(item: WorkItem, *names: str) -> int:
    return Event.objects.filter(item=item, verb__in=names).count()


def accepting(world, item, by=None, **given):
    judged = dict.fromkeys(item.criteria.values_list("pk", flat=True), "Seen")
    return lambda: acceptance.accept(
        actor=by or world.shift_lead, at=world.t(1), item_id=item.pk, judged=judged, **given
    )


# --- one wins, the other is told ----------------------------------------------------------------


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


# --- one sees what the other did ----------------------------------------------------------------


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


def _check_needed(world, item):
    return requirements.require(
        actor=world.planner,
        at=world.t(0),
        item_id=item.pk,
        gate="start",
        kind="permit",
        supplier="work.check",
        params={"role": "hse"},
        what="Gas free",
    )


def _say(world, row, passed, minute=1, **given):
    return requirements.check(
        actor=world.hse,
        at=world.t(minute),
        prerequisite_id=row.pk,
        passed=passed,
        remark="Measured",
        **given,
    )


def _starting(world, item, minute=1):
    return lambda: execution.start(actor=world.technician, at=world.t(minute), item_id=item.pk)


def test_no_item_is_live_under_a_check_that_failed_meanwhile(world, monkeypatch):
    """The start has passed its guards and has not committed when the check fails."""
    item = planned_item(world)
    row = _check_needed(world, item)
    _say(world, row, True)
    with Wedge(monkeypatch, _moves, "done") as wedge:
        first = wedge.first(_starting(world, item))
        second = wedge.behind(lambda: _say(world, row, False))
        wedge.go()
        assert first.result().status == "live"
        assert not isinstance(second.result(), Exception)
    item = now(item)
    assert (item.status, item.blocked) == ("live", True)
    assert item.blockers.get(ended_at=None).prerequisite == row
    assert item.stop_asked_at == world.t(1)


def test_nor_is_one_started_after(world, monkeypatch):
    item = planned_item(world)
    row = _check_needed(world, item)
    _say(world, row, True)
    with Wedge(monkeypatch, _overlay, "refresh_all") as wedge:
        first = wedge.first(lambda: _say(world, row, False))
        second = wedge.behind(_starting(world, item))
        wedge.go()
        assert not isinstance(first.result(), Exception)
        assert codes(second.result()) == ["requirement_unmet"]
    assert now(item).status == "planned"


def test_starts_race_with_failing_checks(world):
    seen = set()
    for _race in range(RACES):
        item = planned_item(world)
        row = _check_needed(world, item)
        _say(world, row, True)
        together(_starting(world, item), lambda row=row: _say(world, row, False))
        item = now(item)
        assert item.status == "planned" or item.blocked
        assert item.blocked or not item.ready
        seen.add(item.status)
    assert seen <= {"planned", "live"}


def test_starts_race_with_the_minute_task(world):
    """The check lapses at the very second of the start; the task settles it meanwhile."""
    for race in range(RACES):
        item = planned_item(world)
        row = _check_needed(world, item)
        _say(world, row, True, valid_until=world.t(2))
        minute = 2 if race % 2 else 1.99
        start, _settled = together(
            _starting(world, item, minute), lambda: clock.settle_due(world.t(2))
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
        row = _check_needed(world, item)
        _say(world, row, True, valid_until=world.t(2))
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    split(together(lambda: clock.settle_due(world.t(3)), lambda: clock.settle_due(world.t(3))))
    for item in several:
        assert item.blockers.get(ended_at=None).since == world.t(2)
        assert verbs(item, "blocked") == 1
    split(together(*[lambda: clock.tell_unconfirmed(world.t(20))] * 2))
    for item in several:
        assert verbs(item, "stop_told") == 1
        assert item.notices.values("user").distinct().count() == item.notices.count()


# --- the same act twice -------------------------------------------------------------------------


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


# --- plain acts beside control acts -------------------------------------------------------------


def test_a_comment_does_not_wait_for_the_control_of_the_site(world, monkeypatch):
    """Somebody plans another item while a comment is made: that waits for nobody."""
    held, other = requested_item(world), planned_item(world)
    with Wedge(monkeypatch, _moves, "done") as wedge:
        first = wedge.first(
            lambda: items.plan(
                actor=world.planner,
                at=world.t(1),
                item_id=held.pk,
                owner_post_id=world.lead_post.pk,
            )
        )
        said = items.comment(actor=world.operator, at=world.t(1), item_id=other.pk, text="Seen")
        assert said == other
        assert not first.done()
        wedge.go()
        assert first.result().status == "planned"


def test_a_comment_on_the_item_itself_loses_nothing(world):
    for _race in range(RACES):
        item = planned_item(world)
        done, told = split(
            together(
                _starting(world, item),
                lambda item=item: items.comment(
                    actor=world.operator, at=world.t(1), item_id=item.pk, text="Mind the step"
                ),
            )
        )
        assert not told
        assert len(done) == 2
        assert now(item).status == "live"
        assert item.notes.filter(text="Mind the step").count() == 1


def test_two_sites_do_not_wait_for_each_other(world, monkeypatch):
    from tests.factories import second_site

    nrd = second_site()
    held = requested_item(world)
    with Wedge(monkeypatch, _locks, "items") as wedge:
        first = wedge.first(
            lambda: items.return_(
                actor=world.planner, at=world.t(1), item_id=held.pk, reason="Later"
            )
        )
        item = items.request(
            actor=nrd.supervisor,
            at=world.t(1),
            site_id=nrd.site.pk,
            type_id=nrd.mnt.pk,
            place_id=nrd.root.pk,
            what="Elsewhere",
        )
        assert item.number == 1
        assert not first.done()
        wedge.go()
        assert isinstance(first.result(), Refused)


@pytest.mark.parametrize("by", ["viewer", "other_contractor"])
def test_who_may_not_is_told_so_also_in_a_race(world, by):
    item = done_item(world)
    getattr(world, by)
    results = together(accepting(world, item), accepting(world, item, getattr(world, by)))
    assert results[0].status == "closed"
    assert isinstance(results[1], (Forbidden, NotDone))
    assert item.acceptances.get().by == world.shift_lead
