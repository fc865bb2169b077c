"""Starting: every guard asked now, each refusal with its code and who clears it."""

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import live_item, planned_item
from tests.work.outcomes import forbidden, refused, stale, unknown, written
from work.exceptions import Refused
from work.models import Event, Shift, TeamMember
from work.services import blockers, execution, holds, items, people, requirements, teams
from work.states import Role, Status, TeamKind


def start(world, item, minutes=10, *, actor=None, **given):
    return execution.start(
        actor=actor or world.technician, at=world.t(minutes), item_id=item.pk, **given
    )


def refused_start(world, item, minutes=10, **given) -> list:
    """The reasons of a refused start; the item stays planned."""
    with pytest.raises(Refused) as caught:
        start(world, item, minutes, **given)
    item.refresh_from_db()
    assert (item.status, item.started_at) == (Status.PLANNED, None)
    return caught.value.reasons


def test_started_with_verdicts_in_the_history(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="gas")
    requirements.check(actor=world.hse, at=world.t(1), prerequisite_id=row.pk, passed=True)

    item = start(world, item, happened_at=world.t(8))

    assert (item.status, item.version, item.started_at) == (Status.LIVE, 3, world.t(8))
    gate, move = Event.objects.filter(item=item).order_by("-pk")[:2][::-1]
    assert (gate.verb, gate.data["gate"], gate.data["verb"]) == ("gate", "start", "start")
    assert (
        sorted(
            (verdict["answer"], verdict["holds"], verdict["waived"], verdict["mode"])
            for verdict in gate.data["verdicts"]
        )
        == [("met", True, False, "enforce")] * 3
    )
    assert (move.verb, move.data) == (
        "start",
        {"from": "planned", "to": "live", "warned": [], "note": None},
    )
    assert (move.happened_at, move.recorded_at) == (world.t(8), world.t(10))


def test_an_unmet_requirement_refuses_and_is_due_from_then(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="gas")
    assert (row.due_at, item.is_blocked(world.t(9))) == (None, False)

    [reason] = refused_start(world, item)

    assert (reason.code, reason.about, reason.clears) == (
        "requirement_unmet",
        ("prerequisite", row.pk),
        ("role", "hse"),
    )
    assert reason.params["what"] == {"code": "typed", "params": {"text": "Checked by HSE"}}
    assert reason.params["reason"]["code"] == "check_missing"
    row.refresh_from_db()
    assert (row.refused_at, row.due_at) == (world.t(10), world.t(10))
    blocker = item.blockers.get()
    assert (blocker.prerequisite, blocker.since, blocker.recorded_at) == (
        row,
        world.t(10),
        world.t(10),
    )
    assert (blocker.kind, blocker.clears) == ("decision", "role:hse")
    assert item.is_blocked(world.t(10))
    assert written()[-2:] == ["refused", "blocked"]
    assert Event.objects.get(verb="refused").data["reasons"] == [reason.as_event()]


def test_refused_twice_keeps_the_first_moment_and_one_blocker(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    refused_start(world, item, 10)
    refused_start(world, item, 20)

    row = item.prerequisites.get(rule__key="gas")
    assert (row.refused_at, item.blockers.count()) == (world.t(10), 1)
    requirements.check(actor=world.hse, at=world.t(30), prerequisite_id=row.pk, passed=True)
    assert start(world, item, 31).status == Status.LIVE
    blocker = item.blockers.get()
    assert (blocker.ended_at, blocker.end_cause) == (world.t(30), "met")


def test_a_manual_blocker_refuses(world):
    item = planned_item(world)
    blocker = blockers.raise_(
        actor=world.operator,
        at=world.t(1),
        item_id=item.pk,
        kind="access",
        what="Scaffold",
        clears=f"user:{world.planner.pk}",
    )
    item.refresh_from_db()

    with refused(item, "blocker_open") as caught:
        start(world, item)

    [reason] = caught.value.reasons
    assert (reason.about, reason.clears) == (
        ("blocker", blocker.pk),
        ("user", world.planner.pk),
    )


def test_a_missing_field_refuses(world):
    kind = factories.work_type(
        world.site,
        fields=[{"key": "loto", "label": "Box", "kind": "text", "required_at": "start"}],
    )
    item = planned_item(world, type_id=kind.pk)

    with refused(item, "field_missing"):
        start(world, item)
    items.edit(actor=world.planner, at=world.t(2), item_id=item.pk, values={"loto": "B7"})
    assert start(world, item).status == Status.LIVE


def test_everything_is_said_at_once(world):
    factories.rule(world.site, "gas")
    item = planned_item(world, plan={"executor_ids": []})
    blockers.raise_(
        actor=world.operator, at=world.t(1), item_id=item.pk, kind="access", what="Scaffold"
    )

    reasons = refused_start(world, item, actor=world.shift_lead)

    assert [reason.code for reason in reasons] == [
        "requirement_unmet",
        "requirement_unmet",
        "blocker_open",
    ]
    heard = [reason.params["reason"]["code"] for reason in reasons[:2]]
    assert sorted(heard) == ["check_missing", "no_executor"]
    assert {reason.clears for reason in reasons[:2]} == {("role", "hse"), ("role", "planner")}


def test_a_warning_asks_why_and_goes_into_the_history(world):
    factories.rule(world.site, "tidy", mode="warn")
    item = planned_item(world)
    assert item.is_ready(world.t(1))

    with refused(item, "warning_needs_why") as caught:
        start(world, item)
    assert caught.value.reasons[0].params == {"count": 1}
    item = start(world, item, why="Done by hand before")

    move = Event.objects.filter(item=item).last()
    row = item.prerequisites.get(rule__key="tidy")
    assert move.data["warned"] == [row.pk]
    assert item.notes.get(pk=move.data["note"]).text == "Done by hand before"
    assert not item.blockers.exists()


def test_watch_refuses_nothing_and_leaves_an_event(world):
    factories.rule(world.site, "noise", mode="watch")
    item = planned_item(world)

    item = start(world, item)

    row = item.prerequisites.get(rule__key="noise")
    event = Event.objects.get(verb="would_have_stopped")
    assert (event.item, event.data) == (item, {"gate": "start", "prerequisites": [row.pk]})
    assert not item.is_blocked(world.t(10))


def test_the_window_is_opened_by_name_not_by_the_clock(world):
    window = holds.create_window(
        actor=world.shift_lead,
        at=world.at,
        site_id=world.site.pk,
        place_id=world.packaging.pk,
        name="Stop of line 3",
        planned_from=world.t(5),
        planned_to=world.t(60),
    )
    item = planned_item(world, plan={"window_id": window.pk})

    [reason] = refused_start(world, item, 10)
    assert reason.params["reason"]["code"] == "window_not_open"
    holds.open_window(actor=world.shift_lead, at=world.t(70), window_id=window.pk)
    item.refresh_from_db()
    assert item.is_ready(world.t(70))
    assert start(world, item, 71).status == Status.LIVE
    holds.close_window(actor=world.shift_lead, at=world.t(72), window_id=window.pk)
    item.refresh_from_db()
    assert item.is_blocked(world.t(72))
    assert item.stop_asked_at == world.t(72)


def _shift(world, person, minutes):
    crew = teams.create_team(
        actor=None,
        at=world.at,
        site_id=world.site.pk,
        code="A",
        name="Crew A",
        kind=TeamKind.CREW,
    )
    TeamMember.objects.create(team=crew, user=person, starts=world.t(-999))
    return Shift.objects.create(
        site=world.site,
        crew=crew,
        name="Morning",
        date=world.at.date(),
        starts=world.t(-60),
        ends=world.t(minutes),
    )


def test_fit_for_the_rest_of_the_shift(world):
    person = factories.person(world.site, Role.TECHNICIAN, ends=world.t(120))
    _shift(world, person, 121)
    item = planned_item(world, plan={"executor_ids": [person.pk]})

    [reason] = refused_start(world, item, actor=person)

    assert reason.params["reason"]["code"] == "fit_only_until"
    assert reason.params["reason"]["params"] == {"until": world.t(120).isoformat()}


def test_fit_until_after_the_shift_lapses_at_its_second(world):
    person = factories.person(world.site, Role.TECHNICIAN, ends=world.t(120))
    _shift(world, person, 120)
    item = planned_item(world, plan={"executor_ids": [person.pk]})

    item = start(world, item, actor=person)

    assert item.ready_until == item.blocked_from == world.t(120)
    assert not item.is_blocked(world.t(120) - timedelta(seconds=1))
    assert item.is_blocked(world.t(120))


@pytest.mark.parametrize("gone", ["left", "role"])
def test_who_is_not_fit(world, gone):
    person = factories.person(world.site, Role.TECHNICIAN)
    item = planned_item(world, plan={"executor_ids": [person.pk]})
    if gone == "left":
        people.deactivate_person(actor=None, at=world.t(1), user_id=person.pk)
    else:
        role = person.memberships.get()
        people.end_role(actor=None, at=world.t(1), membership_id=role.pk)

    [reason] = refused_start(world, item, actor=world.shift_lead)

    code = {"left": "executor_left", "role": "executor_no_role_here"}[gone]
    assert reason.params["reason"]["code"] == code
    assert reason.params["reason"]["about"] == ["user", person.pk]


def test_asked_now_and_not_from_memory(world):
    """Somebody whose role ended without anybody asking again."""
    person = factories.person(world.site, Role.TECHNICIAN)
    item = planned_item(world, plan={"executor_ids": [person.pk]})
    person.memberships.update(ends=world.t(5))
    item.refresh_from_db()
    assert item.is_ready(world.t(10))

    [reason] = refused_start(world, item, actor=world.shift_lead)

    assert reason.params["reason"]["code"] == "executor_no_role_here"
    assert not item.is_ready(world.t(10))


def test_a_lapse_before_a_refused_start_blocks_since_its_own_second(world):
    factories.rule(world.site, "gas", lead=timedelta(0))
    item = planned_item(world, plan={"planned_start": world.t(5)})
    row = item.prerequisites.get(rule__key="gas")
    requirements.check(
        actor=world.hse,
        at=world.t(1),
        prerequisite_id=row.pk,
        passed=True,
        valid_until=world.t(30),
    )

    refused_start(world, item, 40)

    assert item.blockers.get().since == world.t(30)


def test_forbidden_unknown_stale_and_from_elsewhere(world, nrd):
    item = planned_item(world)

    with forbidden(item, "role_or_executor_needed"):
        start(world, item, actor=world.planner)
    with unknown(item):
        start(world, item, actor=nrd.supervisor)
    with stale(item):
        start(world, item, seen=1)
    live = live_item(world)
    with refused(live, "not_from") as caught:
        start(world, live)
    assert caught.value.reasons[0].params == {"status": "live", "verb": "start"}
