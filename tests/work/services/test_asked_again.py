"""What hangs on the status is asked again when it changes: fitness to the end of the shift, and
what was checked once."""

from datetime import timedelta

import pytest

from tests.factories import AT, person, planned_item, rule
from tests.work.outcomes import codes
from work.exceptions import Refused
from work.models import Event, WorkItem
from work.services import acceptance, blockers, clock, execution, requirements, teams
from work.states import Role, Status, TeamKind

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
# The shift of the crew goes on after the role of its temporary hand has ended.
BEGINS, GOES, ENDS = AT + 2 * HOUR, AT + 5 * HOUR, AT + 10 * HOUR


@pytest.fixture
def temp(world):
    """A technician until GOES, in a crew with a shift from BEGINS to ENDS."""
    hand = person(world.site, Role.TECHNICIAN, ends=GOES)
    crew = teams.create_team(
        actor=None, at=AT - HOUR, site_id=world.site.pk, code="A", name="A", kind=TeamKind.CREW
    )
    teams.add_member(actor=None, at=AT - HOUR, team_id=crew.pk, user_id=hand.pk)
    seven = AT.replace(tzinfo=None, hour=7)
    teams.create_shift(
        actor=None, at=AT - HOUR, crew_id=crew.pk, name="Day", starts=seven, ends=seven + 8 * HOUR
    )
    return hand


def planned(world, hand) -> WorkItem:
    return planned_item(world, plan={"executor_ids": [hand.pk]})


def live(world, hand) -> WorkItem:
    return execution.start(actor=hand, at=AT, item_id=planned(world, hand).pk)


def waiting(world, hand) -> WorkItem:
    """Waits since AT for a blocker that was cleared an hour later."""
    item = execution.wait(
        actor=hand,
        at=AT,
        item_id=live(world, hand).pk,
        condition="Safe",
        blocker={"kind": "other", "what": "A part"},
    )
    blocker = item.blockers.get()
    blockers.clear(actor=hand, at=AT + HOUR, blocker_id=blocker.pk, word="There")
    item.refresh_from_db()
    return item


def done(world, hand) -> WorkItem:
    return execution.complete(actor=hand, at=AT + 3 * HOUR, item_id=live(world, hand).pk)


def give_back(world, item, hours) -> WorkItem:
    return acceptance.give_back(
        actor=world.shift_lead, at=AT + hours * HOUR, item_id=item.pk, missing="Paint"
    )


def fitness(item) -> tuple:
    row = item.prerequisites.get(supplier="work.fitness")
    return row.answer, row.reason.get("code", ""), row.valid_until


def reads(item, at) -> set[str]:
    one = WorkItem.objects.filter(pk=item.pk)
    return {name for name in ("ready", "not_ready", "blocked") if getattr(one, name)(at).exists()}


def settled(item, at) -> set[str]:
    """What is read once the minute task has run; it changes nothing of that, nor of the answers."""
    before = reads(item, at)
    clock.settle_due(at)
    assert reads(item, at) == before
    assert clock.reconcile(at) == []
    return before


# --- resuming is asked as starting is ----------------------------------------------------------


def test_to_resume_one_is_fit_for_the_rest_of_the_shift(world, temp):
    item, other = waiting(world, temp), planned(world, temp)
    said = []
    for door, each in ((execution.start, other), (execution.resume, item)):
        with pytest.raises(Refused) as caught:
            door(actor=temp, at=AT + 3 * HOUR, item_id=each.pk)
        said.append([(r.code, r.params["reason"]["code"]) for r in caught.value.reasons])

    assert said == [[("requirement_unmet", "fit_only_until")]] * 2
    item.refresh_from_db()
    assert item.status == Status.WAITING


def test_waiting_work_is_blocked_from_the_second_at_which_the_shift_begins(world, temp):
    item = waiting(world, temp)

    assert fitness(item) == ("met", "fit_only_until", BEGINS)
    assert settled(item, BEGINS - SECOND) == set()
    assert settled(item, BEGINS) == {"blocked"}
    assert item.blockers.get(ended_at=None).since == BEGINS
    assert fitness(item) == ("unmet", "fit_only_until", GOES)


def test_resumed_before_the_shift_begins_it_goes_on(world, temp):
    item = waiting(world, temp)

    item = execution.resume(actor=temp, at=BEGINS - SECOND, item_id=item.pk)

    assert fitness(item) == ("met", "executor_no_role_here", GOES)
    assert settled(item, GOES - SECOND) == set()
    assert settled(item, GOES) == {"blocked"}


@pytest.mark.parametrize("make", [live, waiting])
def test_who_pauses_in_the_shift_is_asked_to_its_end(world, temp, make):
    """Live it may go on for as long as the role lasts; from the moment it waits it may not."""
    item = make(world, temp)
    if make is waiting:
        item = execution.resume(actor=temp, at=BEGINS - SECOND, item_id=item.pk)
    assert reads(item, AT + 3 * HOUR) == set()

    item = execution.wait(
        actor=temp,
        at=AT + 3 * HOUR,
        item_id=item.pk,
        condition="Safe",
        blocker={"kind": "other", "what": "A part"},
    )

    assert fitness(item) == ("unmet", "fit_only_until", GOES)
    blocker = item.blockers.get(prerequisite__isnull=False)
    assert (blocker.kind, blocker.since, blocker.ended_at) == ("competence", AT + 3 * HOUR, None)
    assert Event.objects.filter(item=item).last().verb == "wait"
    assert settled(item, AT + 3 * HOUR) == {"blocked"}


# --- who has begun goes on ---------------------------------------------------------------------


def test_started_before_the_shift_it_does_not_lapse_when_that_begins(world, temp):
    item = live(world, temp)

    assert (item.ready_until, item.blocked_from, fitness(item)[2]) == (GOES, GOES, GOES)
    assert settled(item, BEGINS) == set()
    assert not item.blockers.exists()
    assert settled(item, GOES) == {"blocked"}
    assert item.blockers.get().since == GOES


def test_what_is_done_asks_no_more_of_its_people_than_what_goes_on(world, temp):
    item = done(world, temp)

    assert fitness(item) == ("met", "executor_no_role_here", GOES)
    assert settled(item, AT + 4 * HOUR) == set()


# --- standing still, all is asked anew ---------------------------------------------------------


def test_stopped_in_the_shift_it_is_not_ready(world, temp):
    item = live(world, temp)

    item = execution.stop(actor=temp, at=AT + 3 * HOUR, item_id=item.pk, condition="Safe")

    assert fitness(item) == ("unmet", "fit_only_until", GOES)
    assert settled(item, AT + 3 * HOUR) == {"not_ready"}
    assert Event.objects.filter(item=item).last().verb == "stop"


def test_stopped_before_the_shift_it_is_ready_until_that_begins(world, temp):
    item = live(world, temp)

    item = execution.stop(actor=temp, at=AT + HOUR, item_id=item.pk, condition="Safe")

    assert fitness(item) == ("met", "fit_only_until", BEGINS)
    assert settled(item, BEGINS - SECOND) == {"ready"}
    assert settled(item, BEGINS) == {"not_ready"}


def test_given_back_in_the_shift_it_waits_for_who_can_end_it(world, temp):
    item = give_back(world, done(world, temp), 4)

    assert fitness(item) == ("unmet", "fit_only_until", GOES)
    causes = {each.prerequisite_id is not None: each.since for each in item.blockers.all()}
    assert causes == {False: AT + 4 * HOUR, True: AT + 4 * HOUR}
    assert settled(item, AT + 4 * HOUR) == {"blocked"}


def brief(world) -> tuple[WorkItem, int]:
    """Live since AT, on a check that is made once."""
    rule(world.site, "brief", one_time=True)
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="brief")
    requirements.check(actor=world.hse, at=AT, prerequisite_id=row.pk, passed=True)
    return execution.start(actor=world.technician, at=AT, item_id=item.pk), row.pk


def failed(world, row_id) -> None:
    requirements.check(
        actor=world.hse, at=AT + HOUR, prerequisite_id=row_id, passed=False, remark="No"
    )


def test_what_was_checked_once_and_failed_since_is_not_ready_when_stopped(world):
    item, row_id = brief(world)
    failed(world, row_id)
    assert settled(item, AT + HOUR) == set()

    item = execution.stop(
        actor=world.technician, at=AT + 2 * HOUR, item_id=item.pk, condition="Safe"
    )

    assert (item.unmet_start, settled(item, AT + 2 * HOUR)) == (1, {"not_ready"})
    with pytest.raises(Refused) as caught:
        execution.start(actor=world.technician, at=AT + 2 * HOUR, item_id=item.pk)
    assert codes(caught.value) == ["requirement_unmet"]
    assert caught.value.reasons[0].params["reason"]["code"] == "check_failed"


def test_what_was_checked_anew_meanwhile_opens_no_blocker_when_stopped(world):
    """Its first check ran out under way and a second one passed: the stop hears of it."""
    rule(world.site, "brief", one_time=True, lead=timedelta(0))
    item = planned_item(world, plan={"planned_start": AT + HOUR})
    row = item.prerequisites.get(rule__key="brief")
    given = {"actor": world.hse, "prerequisite_id": row.pk, "passed": True}
    requirements.check(at=AT, valid_until=AT + HOUR, **given)
    item = execution.start(actor=world.technician, at=AT, item_id=item.pk)
    requirements.check(at=AT + HOUR, **given)

    item = execution.stop(
        actor=world.technician, at=AT + 2 * HOUR, item_id=item.pk, condition="Safe"
    )

    assert settled(item, AT + 2 * HOUR) == {"ready"}
    assert not item.blockers.exists()


def test_waiting_what_was_checked_once_stays_met(world):
    item, row_id = brief(world)
    failed(world, row_id)

    item = execution.wait(
        actor=world.technician,
        at=AT + 2 * HOUR,
        item_id=item.pk,
        condition="Safe",
        blocker={"kind": "other", "what": "A part"},
    )

    assert [each.prerequisite_id for each in item.blockers.all()] == [None]
    assert item.unmet_start == 0
