"""Every verb in every status and by every role, generated from MOVES; then by design.md's table."""

import pytest

from tests import factories
from tests.work.outcomes import codes, refused, rolled_back, snapshot
from tests.work.verbs import MOVING, OTHER, in_every_status
from work.exceptions import Forbidden, Refused, Unknown
from work.models import WorkItem
from work.services import items
from work.states import MOVES, Role, Status, Verb

PLANNERS = {"planner", "supervisor", "shift_lead", "area_owner"}
LEADS = {"supervisor", "shift_lead"}
ACCEPTERS = {"supervisor", "shift_lead", "area_owner"}
ALL = {str(role) for role in Role} - {"contractor"}
READERS = {"viewer", "auditor"}
EXECUTION = {
    "start",
    "wait",
    "resume",
    "stop",
    "stage",
    "confirm_stopped",
    "checklist",
    "dispose",
    "evidence",
    "complete",
}

# Who may, by a role at the item's place or above it.
BY_ROLE = {
    **dict.fromkeys(["request", "comment", "raise_blocker"], ALL - READERS),
    **dict.fromkeys(["plan", "return", "edit", "assign", "cancel", "require"], PLANNERS),
    "on_it_now": PLANNERS | {"operator", "technician"},
    **dict.fromkeys(EXECUTION, LEADS),
    **dict.fromkeys(["accept", "give_back", "reopen", "judge", "place_hold"], set()),
    "clear_blocker": LEADS,
    "waive": {"quality"},
    "check": {"hse"},
    **dict.fromkeys(["window", "place_state"], ACCEPTERS),
}
# Who may only while holding the duty of a post of that role.
ON_DUTY = dict.fromkeys(["accept", "give_back", "reopen", "judge", "place_hold"], ACCEPTERS)


def outcome(call, world, actor, item) -> str:
    """What an act answers; undone afterwards."""
    with rolled_back():
        try:
            call(world, actor, item, world.t(60))
        except Forbidden:
            return "Forbidden"
        except Unknown:
            return "Unknown"
        except Refused as refusal:
            return f"Refused {' '.join(codes(refusal))}"
        return "Allowed"


def test_every_verb_in_every_status(world):
    there = in_every_status(world)
    found, expected = {}, {}
    for verb, move in MOVES.items():
        for status, item in there.items():
            with rolled_back():
                try:
                    MOVING[verb](world, world.supervisor, item, world.t(60))
                    found[verb, status] = WorkItem.objects.get(pk=item.pk).status
                except Refused as refusal:
                    found[verb, status] = [each.as_json() for each in refusal.reasons]
            not_from = {"code": "not_from", "params": {"status": status, "verb": verb}}
            expected[verb, status] = str(move.to) if status in move.sources else [not_from]

    assert len(found) == 11 * 7
    assert found == expected


@pytest.fixture
def stage(world):
    """An item in every status, of no company; the items' executor is the technician."""
    return in_every_status(world)


def answers(world, actor, there) -> dict[str, str]:
    """What every verb answers to this person."""
    found = {}
    for verb, call in MOVING.items():
        item = there[sorted(MOVES[verb].sources)[0]]
        found[verb] = outcome(call, world, actor, item)
    for verb, (status, call) in OTHER.items():
        found[verb] = outcome(call, world, actor, there[status])
    return found


def expected(allowed) -> dict[str, str]:
    return {verb: "Allowed" if verb in allowed else "Forbidden" for verb in [*MOVING, *OTHER]}


def by_role(role) -> set[str]:
    return {verb for verb, roles in BY_ROLE.items() if role in roles}


def test_every_verb_by_every_role_alone(world, stage):
    for role in sorted(ALL):
        actor = factories.person(world.site, role)

        assert answers(world, actor, stage) == expected(by_role(role)), role


def test_every_verb_by_every_role_with_a_duty(world, stage):
    for role in sorted(ALL - READERS):
        actor = factories.person(world.site, role)
        factories.post_with_duty(world.packaging, actor, role=role)
        on_duty = {verb for verb, roles in ON_DUTY.items() if role in roles}

        assert answers(world, actor, stage) == expected(by_role(role) | on_duty), role


def test_every_verb_by_every_role_as_executor(world, stage):
    for role in sorted(ALL - READERS):
        actor = factories.person(world.site, role)
        _name(world, stage, actor)

        assert answers(world, actor, stage) == expected(by_role(role) | EXECUTION), role


def test_readers_are_no_executors(world, stage):
    for reader in (factories.person(world.site, role) for role in sorted(READERS)):
        with refused(stage[Status.PLANNED], "executor_unknown"):
            _name(world, stage, reader)


def _name(world, there, actor) -> None:
    for status in (Status.PLANNED, Status.LIVE, Status.WAITING):
        items.assign(
            actor=world.planner,
            at=world.at,
            item_id=there[status].pk,
            executor_ids=[world.technician.pk, actor.pk],
        )


def of_company(world):
    """The same items, but of LasTeam."""
    there = in_every_status(world, company=world.lasteam)
    for item in there.values():
        item.refresh_from_db()
    assert {item.team_id for item in there.values()} == {world.lasteam.pk}
    return there


def test_every_verb_by_a_contractor_of_the_own_company(world):
    there = of_company(world)
    allowed = {"request", "comment", "raise_blocker"}

    assert answers(world, world.contractor, there) == expected(allowed)


def test_every_verb_by_a_contractor_who_executes(world):
    there = of_company(world)
    _name(world, there, world.welder)
    allowed = {"request", "comment", "raise_blocker"} | EXECUTION

    assert answers(world, world.welder, there) == expected(allowed)


def test_every_verb_by_a_contractor_of_another_company(world):
    """Asking for work of the own company is all that is there for them."""
    there = of_company(world)
    at_the_place = {
        "request": "Allowed",
        "on_it_now": "Forbidden",
        "window": "Forbidden",
        "place_state": "Forbidden",
    }

    assert answers(world, world.other_contractor, there) == {
        verb: at_the_place.get(verb, "Unknown") for verb in [*MOVING, *OTHER]
    }


def test_every_verb_by_who_has_no_role_at_the_place(world, stage, nrd):
    elsewhere = factories.person(world.site, Role.SUPERVISOR, place=world.process)
    ended = factories.person(world.site, Role.SUPERVISOR, ends=world.t(59))
    later = factories.person(world.site, Role.SUPERVISOR, starts=world.t(61))
    root = factories.person(world.site, "", username="root")
    root.is_superuser = True
    root.save()
    left = factories.person(world.site, Role.SUPERVISOR)
    left.is_active = False
    left.save()
    nothing = dict.fromkeys([*MOVING, *OTHER], "Unknown")

    for actor in (elsewhere, ended, later, root, left, nrd.supervisor):
        assert answers(world, actor, stage) == nothing, actor


def test_nothing_changes_for_who_may_not(world, stage):
    actors = [world.viewer, world.auditor, world.other_contractor]
    before = {status: snapshot(item) for status, item in stage.items()}
    for verb, call in MOVING.items():
        item = stage[sorted(MOVES[verb].sources)[0]]
        blocked = item.status == Status.WAITING and verb == Verb.RESUME
        for actor in [] if blocked or verb == Verb.COMPLETE else actors:
            with pytest.raises((Forbidden, Unknown)):
                call(world, actor, item, world.t(60))

    assert {status: snapshot(item) for status, item in stage.items()} == before
