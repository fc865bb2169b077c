"""Blockers raised by people: who may clear them, promises kept, derived ones left alone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests import factories
from tests.factories import planned_item, requested_item
from tests.work.outcomes import forbidden, refused, unknown, written
from tests.work.verbs import in_every_status
from work.models import Blocker, Event
from work.services import blockers, clock, items, requirements, rules
from work.states import OPEN, Role


def raised(world, item, **given):
    given = {
        "actor": world.operator,
        "at": world.t(5),
        "kind": "access",
        "what": "Scaffold",
        **given,
    }
    return blockers.raise_(item_id=item.pk, **given)


def clear(world, blocker, actor, minutes=9, word="There"):
    return blockers.clear(actor=actor, at=world.t(minutes), blocker_id=blocker.pk, word=word)


def test_since_when_it_is_said_to_have_been(world):
    item = requested_item(world)

    blocker = raised(world, item, happened_at=world.t(3))

    item.refresh_from_db()
    assert (blocker.since, blocker.recorded_at, blocker.raised_by) == (
        world.t(3),
        world.t(5),
        world.operator,
    )
    assert (item.blocked, item.open_blockers, item.version) == (True, 1, 1)


def test_cleared_with_a_word(world):
    item = planned_item(world)
    blocker = raised(world, item)

    with refused(item, "reason_needed"):
        clear(world, blocker, world.operator, word=" ")
    blocker = clear(world, blocker, world.operator)

    item.refresh_from_db()
    assert (blocker.ended_at, blocker.ended_by, blocker.end_cause, blocker.end_note.text) == (
        world.t(9),
        world.operator,
        "cleared",
        "There",
    )
    assert item.is_ready(world.t(9))
    with refused(item, "blocker_ended"):
        clear(world, blocker, world.operator)


def test_who_may_clear(world):
    """Who raised it, who clears it, the owner, supervisor or shift lead; nobody else."""
    item = planned_item(world, plan={"owner_user_id": world.hse.pk})
    crew = factories.company(world.site)
    named = {
        "user": (f"user:{world.planner.pk}", world.planner),
        "role": ("role:area_owner", world.area_owner),
        "post": (f"post:{world.site_post.pk}", world.supervisor),
    }
    for clears, actor in named.values():
        clear(world, raised(world, item, clears=clears), actor)
    for actor in (world.operator, world.hse, world.supervisor, world.shift_lead):
        clear(world, raised(world, item, clears=f"team:{crew.pk}"), actor)
    left = raised(world, item, clears=f"user:{world.planner.pk}")
    item.refresh_from_db()

    for actor in (world.technician, world.area_owner, world.viewer, world.quality):
        with forbidden(item, "role_needed"):
            clear(world, left, actor)
    with unknown(item):
        clear(world, left, world.contractor)


def test_the_holder_of_the_owning_post_clears(world):
    item = planned_item(
        world,
        plan={
            "owner_post_id": factories.post_with_duty(
                world.packaging, world.quality, role=Role.QUALITY, code="qa"
            ).pk
        },
    )

    assert clear(world, raised(world, item), world.quality).end_cause == "cleared"


def test_each_promise_is_kept(world):
    item = planned_item(world)
    blocker = raised(world, item, expected=world.t(60))
    for minutes in (120, 600):
        blocker = blockers.promise(
            actor=world.operator,
            at=world.t(7),
            blocker_id=blocker.pk,
            expected=world.t(minutes),
        )

    assert blocker.expected == world.t(600)
    assert sorted(each.expected for each in blocker.promises.all()) == [
        world.t(60),
        world.t(120),
        world.t(600),
    ]
    clear(world, blocker, world.operator)
    item.refresh_from_db()
    with refused(item, "blocker_ended"):
        blockers.promise(
            actor=world.operator,
            at=world.t(10),
            blocker_id=blocker.pk,
            expected=world.t(99),
        )


def test_who_may_raise_and_on_what(world, nrd):
    item = planned_item(world)

    for code, given in (
        ("blocker_needs_what", {"what": ""}),
        ("blocker_kind_unknown", {"kind": "mood"}),
        ("clears_unknown", {"clears": f"user:{nrd.supervisor.pk}"}),
        ("clears_unknown", {"clears": f"post:{nrd.post.pk}"}),
        ("clears_unknown", {"clears": "team:0"}),
    ):
        with refused(item, code):
            raised(world, item, **given)
    with forbidden(item, "role_needed"):
        raised(world, item, actor=world.viewer)
    cancelled = items.cancel(
        actor=world.planner, at=world.t(6), item_id=planned_item(world).pk, reason="No"
    )
    with refused(cancelled, "not_from"):
        raised(world, cancelled, at=world.t(7))


def test_every_open_status_may_be_blocked(world):
    for status, item in in_every_status(world).items():
        if status in OPEN:
            raised(world, item)
            item.refresh_from_db()
            assert item.is_blocked(world.t(5)), status


def derived(world, **given):
    """A planned item with a blocker of a rule since t(10)."""
    rule = factories.rule(world.site, "gas", lead=timedelta(0), waivable_by="hse", **given)
    item = planned_item(world, plan={"planned_start": world.t(10)})
    assert clock.settle_due(world.t(12)) == 1
    item.refresh_from_db()
    return item, item.blockers.get(), rule


def test_a_derived_one_is_not_cleared_by_hand(world):
    item, blocker, _rule = derived(world)

    for actor in (world.supervisor, world.hse):
        with refused(item, "blocker_is_derived"):
            clear(world, blocker, actor, minutes=13)


ENDS = {
    "met": lambda world, item, row: requirements.check(
        actor=world.hse, at=world.t(20), prerequisite_id=row.pk, passed=True
    ),
    "waived": lambda world, item, row: requirements.waive(
        actor=world.hse,
        at=world.t(20),
        prerequisite_id=row.pk,
        until=world.t(90),
        reason="Known",
    ),
    "withdrawn": lambda world, item, row: rules.set_mode(
        actor=world.hse, at=world.t(20), rule_id=row.rule_id, mode="warn"
    ),
    "cancelled": lambda world, item, row: items.cancel(
        actor=world.planner, at=world.t(20), item_id=item.pk, reason="No"
    ),
}


@pytest.mark.parametrize("cause", ENDS)
def test_a_derived_one_ends_in_four_ways_only(world, cause):
    """Not by moving the start, by the task, or by another who asks."""
    item, blocker, rule = derived(world)
    row = item.prerequisites.get(rule=rule)
    items.edit(actor=world.planner, at=world.t(15), item_id=item.pk, planned_start=world.t(9000))
    clock.settle_due(world.t(16))
    blocker.refresh_from_db()
    assert blocker.ended_at is None

    ENDS[cause](world, item, row)

    blocker.refresh_from_db()
    assert (blocker.since, blocker.ended_at, blocker.end_cause) == (
        world.t(10),
        world.t(20),
        cause,
    )


def test_one_open_blocker_a_requirement_whatever_happens(world):
    item, blocker, _rule = derived(world)
    for minutes in (13, 14, 15):
        clock.settle_due(world.t(minutes))
        items.edit(
            actor=world.planner,
            at=world.t(minutes),
            item_id=item.pk,
            planned_start=world.t(minutes - 60),
        )

    assert list(Blocker.objects.all()) == [blocker]


def test_sent_twice(world):
    item, act = planned_item(world), uuid4()
    first, again = (raised(world, item, act=act) for _ in range(2))

    assert first.pk == again.pk
    assert item.blockers.count() == 1
    assert written().count("blocked") == 1
    assert Event.objects.get(verb="blocked").data == {"blocker": first.pk, "kind": "access"}
