"""What turns by the clock alone is read at its second, and equal once the minute task has run."""

from datetime import timedelta

from tests.factories import AT, person, planned_item, rule
from tests.work.conftest import world  # noqa: F401
from work.models import WorkItem
from work.services import clock, holds, items, people, requirements, rules, teams
from work.states import Role, TeamKind

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def reads(item: WorkItem, at) -> str:
    """What the reader says of a planned item at a moment."""
    found = [
        name
        for name in ("blocked", "ready", "not_ready")
        if getattr(WorkItem.objects, name)(at).filter(pk=item.pk).exists()
    ]
    assert len(found) == 1, found
    return found[0]


def test_a_rule_that_begins_later(world):  # noqa: F811
    item = planned_item(world, plan={"planned_start": AT + 3 * HOUR})
    free = planned_item(world)
    rule(world.site, at=AT, starts=AT + HOUR, lead=timedelta(hours=1))
    begins, due = AT + HOUR, AT + 2 * HOUR
    assert [reads(each, begins - SECOND) for each in (item, free)] == ["ready", "ready"]
    assert [reads(each, begins) for each in (item, free)] == ["not_ready", "not_ready"]
    assert [reads(each, due) for each in (item, free)] == ["blocked", "not_ready"]
    assert clock.settle_due(begins) == 2
    assert [reads(each, begins) for each in (item, free)] == ["not_ready", "not_ready"]
    assert clock.settle_due(begins) == 0
    assert clock.settle_due(due) == 1
    assert item.blockers.get(ended_at=None).since == due


def test_a_rule_that_began_before_an_act_that_had_nothing_to_do_with_it(world):  # noqa: F811
    """Nobody forgets it: the act does first what the minute task has not come to yet."""
    item = planned_item(world)
    rule(world.site, at=AT, starts=AT + HOUR)
    assert reads(item, AT + HOUR) == "not_ready"

    items.edit(actor=world.planner, at=AT + 2 * HOUR, item_id=item.pk, what="Another word")

    assert reads(item, AT + 2 * HOUR) == "not_ready"
    assert item.prerequisites.get(rule__isnull=False).answer == "unmet"


def test_a_rule_that_ends(world):  # noqa: F811
    made = rule(world.site, at=AT, ends=AT + HOUR)
    item = planned_item(world, plan={"planned_start": AT})
    assert reads(item, AT) == "blocked"
    assert clock.settle_due(AT + HOUR - SECOND) == 0
    assert clock.settle_due(AT + HOUR) == 1
    assert reads(item, AT + HOUR) == "ready"
    blocker = item.blockers.get(prerequisite__rule=made)
    assert (blocker.end_cause, blocker.ended_at) == ("withdrawn", AT + HOUR)
    assert clock.settle_due(AT + HOUR) == 0


def test_a_role_that_begins_later(world):  # noqa: F811
    item = planned_item(world, plan={"planned_start": AT})
    late = person(world.site, Role.TECHNICIAN, place=world.process)
    people.grant_role(
        actor=None,
        at=AT,
        user_id=late.pk,
        site_id=world.site.pk,
        role=Role.TECHNICIAN,
        starts=AT + HOUR,
    )
    items.assign(actor=world.planner, at=AT, item_id=item.pk, executor_ids=[late.pk])
    assert reads(item, AT) == "blocked"
    assert clock.settle_due(AT + HOUR - SECOND) == 0
    assert reads(item, AT + HOUR) == "blocked"
    assert clock.settle_due(AT + HOUR) == 1
    assert reads(item, AT + HOUR) == "ready"


def test_a_shift_that_begins_before_the_role_ends(world):  # noqa: F811
    """Fit until ten is enough at night, and not from the second at which the day shift begins."""
    crew = teams.create_team(
        actor=None, at=AT, site_id=world.site.pk, code="A", name="Crew A", kind=TeamKind.CREW
    )
    temp = person(world.site, Role.TECHNICIAN, ends=AT + 5 * HOUR)
    gone = person(world.site, Role.TECHNICIAN)
    for each in (temp, gone):
        teams.add_member(actor=None, at=AT - HOUR, team_id=crew.pk, user_id=each.pk)
    seven = AT.replace(tzinfo=None, hour=7)
    teams.create_shift(
        actor=None, at=AT, crew_id=crew.pk, name="Day", starts=seven, ends=seven + 8 * HOUR
    )
    item = planned_item(world, plan={"executor_ids": [temp.pk]})
    begins = AT + 2 * HOUR
    assert reads(item, begins - SECOND) == "ready"
    assert reads(item, begins) == "not_ready"
    clock.settle_due(begins)
    row = item.prerequisites.get(supplier="work.fitness")
    assert (row.answer, row.reason["code"]) == ("unmet", "fit_only_until")


def test_another_who_left_the_crew_ends_nobodys_shift(world):  # noqa: F811
    crew = teams.create_team(
        actor=None, at=AT, site_id=world.site.pk, code="A", name="Crew A", kind=TeamKind.CREW
    )
    temp = person(world.site, Role.TECHNICIAN, ends=AT + 5 * HOUR)
    other = person(world.site, Role.TECHNICIAN)
    begun = {"actor": None, "at": AT - 2 * HOUR, "team_id": crew.pk}
    teams.add_member(user_id=temp.pk, **begun)
    left = teams.add_member(user_id=other.pk, **begun)
    five = AT.replace(tzinfo=None, hour=5)
    teams.create_shift(
        actor=None, at=AT, crew_id=crew.pk, name="Day", starts=five, ends=five + 8 * HOUR
    )
    teams.end_member(actor=None, at=AT, member_id=left.pk)
    item = planned_item(world, plan={"executor_ids": [temp.pk]})
    row = item.prerequisites.get(supplier="work.fitness")
    assert row.reason["code"] == "fit_only_until"


def test_what_is_derived_by_another_suppliers_recheck_is_asked_too(world):  # noqa: F811
    """A rule that begins again finds the check that was made; opening a window opens no blocker."""
    made = rule(world.site)
    window = holds.create_window(
        actor=world.supervisor,
        at=AT,
        site_id=world.site.pk,
        place_id=world.l3.pk,
        name="Sunday",
        planned_from=AT,
        planned_to=AT + 9 * HOUR,
    )
    item = planned_item(world, plan={"planned_start": AT, "window_id": window.pk})
    row = item.prerequisites.get(rule=made)
    requirements.check(actor=world.hse, at=AT, prerequisite_id=row.pk, passed=True)
    rules.change_rule(actor=world.site_admin, at=AT, rule_id=made.pk, starts=AT + HOUR)
    holds.open_window(actor=world.supervisor, at=AT + 2 * HOUR, window_id=window.pk)
    row.refresh_from_db()
    assert (row.answer, row.withdrawn_at) == ("met", None)
    assert reads(item, AT + 2 * HOUR) == "ready"
    assert not item.blockers.filter(ended_at=None).exists()
