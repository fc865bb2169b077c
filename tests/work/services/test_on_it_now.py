"""On it now: request, plan and start through the same guards, in one act or not at all."""

from uuid import uuid4

import pytest

from tests import factories
from tests.work.outcomes import codes, written
from work.exceptions import Forbidden, Refused, Unknown
from work.models import Event, WorkItem
from work.services import items, rules
from work.states import Role, Status


@pytest.fixture
def kind(world):
    return factories.work_type(world.site, "NOW", on_it_now=True)


def now(world, kind, **given):
    given = {
        "actor": world.technician,
        "at": world.at,
        "site_id": world.site.pk,
        "type_id": kind.pk,
        "place_id": world.l3.pk,
        "what": "Free the jam",
        "why": "Line stands",
        **given,
    }
    return items.on_it_now(**given)


def test_a_technician_executes_and_the_places_post_owns(world, kind):
    item = now(world, kind)

    assert (item.number, item.status, item.version) == (1, Status.LIVE, 3)
    assert list(item.executors.all()) == [world.technician]
    assert item.owner_post == world.lead_post
    assert (item.requested_at, item.planned_at, item.started_at) == (world.at,) * 3
    assert [verb for verb in written() if verb in ("request", "plan", "start")] == [
        "request",
        "plan",
        "start",
    ]
    assert Event.objects.filter(item=item).values("act").distinct().count() == 1


def test_an_operator_names_nobody_else(world, kind):
    item = now(
        world,
        kind,
        actor=world.operator,
        executor_ids=[world.technician.pk],
        owner_user_id=world.operator.pk,
    )

    assert list(item.executors.all()) == [world.operator]
    assert (item.owner_user, item.owner_post) == (None, world.lead_post)


def test_who_plans_may_name_owner_and_executors(world):
    item = now(
        world,
        world.mnt,
        actor=world.shift_lead,
        executor_ids=[world.technician.pk],
        owner_user_id=world.operator.pk,
    )

    assert (item.status, item.owner_user) == (Status.LIVE, world.operator)


def _nothing_happened(world):
    assert not WorkItem.objects.exists()
    assert written() == ["refused"]
    event = Event.objects.get(verb="refused")
    assert (event.item, event.subject_type, event.subject_id) == (
        None,
        "work.place",
        world.l3.pk,
    )


def test_not_for_a_type_that_does_not_say_so(world):
    with pytest.raises(Forbidden) as caught:
        now(world, world.mnt)
    assert codes(caught.value) == ["role_needed"]
    _nothing_happened(world)


def test_a_planner_who_names_another_does_not_start_for_them(world, kind):
    with pytest.raises(Forbidden) as caught:
        now(world, kind, actor=world.planner, executor_ids=[world.technician.pk])
    assert codes(caught.value) == ["role_or_executor_needed"]
    _nothing_happened(world)


def test_an_unmet_requirement_refuses_it_whole(world, kind):
    factories.rule(world.site, "gas")

    with pytest.raises(Refused) as caught:
        now(world, kind)
    assert codes(caught.value) == ["requirement_unmet"]
    _nothing_happened(world)
    # The number is not lost: nothing was given out.
    factories.rule(world.site, "other", mode="watch")
    rules.end_rule(actor=None, at=world.t(1), rule_id=world.site.rules.get(key="gas").pk)
    assert now(world, kind, at=world.t(2)).number == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"what": ""}, "what_needed"),
        ({"why": ""}, "why_needed"),
        ({"executor_ids": [], "actor": "shift_lead"}, "requirement_unmet"),
    ],
)
def test_what_is_refused(world, kind, given, code):
    given = {**given}
    if "actor" in given:
        given["actor"] = getattr(world, given["actor"])

    with pytest.raises(Refused) as caught:
        now(world, kind, **given)
    assert codes(caught.value) == [code]
    _nothing_happened(world)


def test_a_warning_asks_why_here_too(world, kind):
    factories.rule(world.site, "tidy", mode="warn")

    with pytest.raises(Refused) as caught:
        now(world, kind)
    assert codes(caught.value) == ["warning_needs_why"]
    assert now(world, kind, start_why="No time", at=world.t(1)).status == Status.LIVE


def test_unknown_to_strangers_and_sent_twice(world, kind, nrd):
    with pytest.raises(Unknown):
        now(world, kind, actor=nrd.supervisor)
    act = uuid4()

    first, again = now(world, kind, act=act), now(world, kind, act=act)

    assert first.pk == again.pk
    assert WorkItem.objects.count() == 1


def test_without_a_post_nobody_would_own_it(world, kind):
    place = factories.place(world.site, "YARD")  # a root of its own, no post above it
    who = factories.person(world.site, Role.TECHNICIAN, place=place)

    with pytest.raises(Refused) as caught:
        now(world, kind, actor=who, place_id=place.pk)
    assert codes(caught.value) == ["owner_needed"]
