"""A shift is changed as long as it is to come; what has been of it stays."""

from datetime import datetime

import pytest

from tests import factories
from tests.work.outcomes import codes, written
from work.exceptions import Forbidden, Refused, Unknown
from work.models import Event, Shift, WorkItem
from work.services import people, teams


def wall(hour: int, minute: int = 0, day: int = 24) -> datetime:
    """A time in November 2026 by the clock of the site; the world stands at 05:00 on the 24th."""
    return datetime(2026, 11, day, hour, minute)  # noqa: DTZ001 -- local wall time


@pytest.fixture
def crew(world):
    return teams.create_team(
        actor=None, at=world.at, site_id=world.site.pk, code="A", name="Crew A", kind="crew"
    )


@pytest.fixture
def plan(world, crew):
    def made(starts: datetime, ends: datetime) -> Shift:
        return teams.create_shift(
            actor=None, at=world.at, crew_id=crew.pk, name="Early", starts=starts, ends=ends
        )

    return made


@pytest.fixture
def change(world):
    def changed(shift, at=None, actor=None, **values):
        given = {"actor": actor or world.site_admin, "at": at or world.at}
        return teams.change_shift(**given, shift_id=shift.pk, **values)

    return changed


def test_a_shift_to_come_gets_another_name_beginning_and_end(world, plan, change):
    shift = plan(wall(14), wall(22))
    change(shift, name="Late", starts=wall(22, 30), ends=wall(6, 30, day=25))

    shift.refresh_from_db()
    assert (shift.name, str(shift.date)) == ("Late", "2026-11-24")
    assert (shift.starts, shift.ends) == (world.t(17.5 * 60), world.t(25.5 * 60))
    event = Event.objects.get(verb="changed", subject_type="work.shift")
    assert event.data == {
        "fields": ["ends", "name", "starts"],
        "before": {"starts": world.t(540).isoformat(), "ends": world.t(1020).isoformat()},
    }
    change(shift, at=world.t(1), starts=wall(22, 0, day=25), ends=wall(6, 0, day=26))
    shift.refresh_from_db()
    assert str(shift.date) == "2026-11-25"


def test_of_a_shift_under_way_only_the_end_is_changed(world, plan, change):
    shift = plan(wall(4), wall(12))
    before = (shift.name, shift.starts, shift.ends)
    for values, code in (
        ({"name": "Late"}, "shift_begun"),
        ({"starts": wall(6)}, "shift_begun"),
        ({"ends": wall(4, 59)}, "ends_in_the_past"),
        ({"ends": wall(3)}, "ends_before_start"),
    ):
        with pytest.raises(Refused) as caught:
            change(shift, **values)
        shift.refresh_from_db()
        assert codes(caught.value) == [code], values
        assert (shift.name, shift.starts, shift.ends) == before
        assert written()[-1] == "refused"

    # What is the same is no change.
    assert change(shift, name="Early", starts=wall(4), ends=wall(14)).ends == world.t(540)
    with pytest.raises(Refused) as over:
        change(shift, at=world.t(540), ends=wall(15))
    assert codes(over.value) == ["shift_over"]


def test_a_shift_is_not_moved_into_the_past_or_over_another(world, plan, change):
    shift, other = plan(wall(14), wall(22)), plan(wall(6), wall(14))
    for values, code in (
        ({"starts": wall(4)}, "begins_in_the_past"),
        ({"starts": wall(13)}, "shift_overlaps"),
        ({"starts": wall(22)}, "ends_before_start"),
        ({"name": " "}, "name_needed"),
    ):
        with pytest.raises(Refused) as caught:
            change(shift, **values)
        assert codes(caught.value) == [code], values
    change(shift, starts=wall(15))
    change(other, ends=wall(15))
    with pytest.raises(Refused) as overtaken:
        change(other, ends=wall(14), was={"ends": world.t(540)})
    assert codes(overtaken.value) == ["stale"]


def test_who_may_change_a_shift(world, nrd, plan, change):
    shift = plan(wall(14), wall(22))
    for who, error in ((world.shift_lead, Forbidden), (nrd.admin, Unknown)):
        with pytest.raises(error):
            change(shift, actor=who, name="Mine")
    with pytest.raises(Unknown):
        teams.change_shift(actor=world.site_admin, at=world.at, shift_id=0, name="X")


def test_a_longer_shift_asks_more_of_its_people(world, crew, plan, change):
    """The role of the technician ends at 05:30, with the shift; then the shift lasts longer."""
    teams.add_member(actor=None, at=world.at, team_id=crew.pk, user_id=world.technician.pk)
    shift = plan(wall(4), wall(5, 30))
    item = factories.planned_item(world)
    role = world.technician.memberships.get()
    people.end_role(actor=None, at=world.at, membership_id=role.pk, ends=world.t(30))
    assert WorkItem.objects.get(pk=item.pk).is_ready(world.t(1))

    change(shift, at=world.t(1), ends=wall(12))

    row = item.prerequisites.get(supplier="work.fitness")
    assert (row.answer, row.reason["code"]) == ("unmet", "fit_only_until")
    change(shift, at=world.t(2), ends=wall(5, 30))
    assert WorkItem.objects.get(pk=item.pk).is_ready(world.t(2))
