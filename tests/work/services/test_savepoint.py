"""A savepoint that is made only where something is asked of the database inside it."""

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from work.models import Team
from work.services._savepoint import Anew, of_reads, savepoint


@pytest.fixture
def told(world):
    with CaptureQueriesContext(connection) as context:
        yield lambda: [query["sql"].split(" ")[0] for query in context.captured_queries]


def teams(world) -> set[str]:
    return set(Team.objects.filter(site=world.site).values_list("code", flat=True))


def test_nothing_is_asked_where_nothing_is_done(told):
    with savepoint():
        pass
    assert told() == []


def test_what_is_done_stays(world, told):
    with savepoint():
        teams(world)
        teams(world)
    assert told() == ["SAVEPOINT", "SELECT", "SELECT", "RELEASE"]


def test_one_of_writes_is_made_before_the_first_and_around_any_inside_it(world, told):
    with savepoint(of_writes=True):
        teams(world)
    assert told() == ["SELECT"]
    with savepoint(of_writes=True):
        teams(world)
        with savepoint():
            teams(world)
        Team.objects.filter(site=world.site, code="NONE").update(name="None")
    inside = ["SAVEPOINT", "SAVEPOINT", "SELECT", "RELEASE", "UPDATE", "RELEASE"]
    assert told()[1:] == ["SELECT", *inside]


def made(world, code: str, then=lambda: None) -> None:
    """A team, and something after it."""
    Team.objects.create(site=world.site, code=code, name=code)
    then()


def broken() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_where_the_act_can_begin_anew_what_only_reads_makes_none(world, told):
    with of_reads(made=False):
        with savepoint():
            teams(world)
        with pytest.raises(ZeroDivisionError), savepoint():
            fails(world)
        with savepoint():
            teams(world)
            Team.objects.filter(site=world.site, code="NONE").update(name="None")
    assert told() == ["SELECT", "SELECT", "SELECT", "SAVEPOINT", "UPDATE", "RELEASE"]


def fails(world) -> None:
    teams(world)
    raise ZeroDivisionError


def test_there_a_read_that_breaks_begins_it_anew(world):
    before = teams(world)

    def act():
        with transaction.atomic(), of_reads(made=False):
            made(world, "ACT", read)

    def read():
        with savepoint():
            broken()

    with pytest.raises(Anew) as caught:
        act()
    assert isinstance(caught.value.__cause__, DataError)
    assert teams(world) == before


@pytest.mark.parametrize("writes_first", [True, False])
def test_there_one_that_was_made_takes_back_what_breaks(world, writes_first):
    before = teams(world)
    with of_reads(made=False):
        with pytest.raises(DataError), savepoint():
            made(world, "NEW", broken) if writes_first else made_inside(world)
        assert teams(world) == before


def made_inside(world) -> None:
    with savepoint():
        made(world, "NEW")
    broken()


def test_there_a_fault_that_ends_the_act_is_told_as_it_is(world):
    writing = savepoint(of_writes=True)
    with pytest.raises(DataError), transaction.atomic(), of_reads(made=False), writing:
        broken()


def test_what_fails_is_undone_with_what_it_left_for_after(
    world, django_capture_on_commit_callbacks
):
    before, done = teams(world), []

    def fails():
        transaction.on_commit(lambda: done.append("inside"))
        raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True):
        transaction.on_commit(lambda: done.append("before"))
        with pytest.raises(ZeroDivisionError), savepoint():
            made(world, "NEW", fails)
        assert teams(world) == before
    assert done == ["before"]


@pytest.mark.parametrize("inner", [transaction.atomic, savepoint])
def test_after_a_failed_statement_the_act_goes_on(world, inner):
    before = teams(world)
    with pytest.raises(DataError), savepoint(), inner():
        made(world, "NEW", broken)
    assert teams(world) == before
    assert connection.needs_rollback is False


def test_one_inside_another(world):
    def inside():
        with pytest.raises(DataError), savepoint():
            made(world, "TWO", broken)

    before = teams(world)
    with savepoint():
        made(world, "ONE", inside)
    assert teams(world) == before | {"ONE"}


@pytest.mark.parametrize("inner", [transaction.atomic, savepoint])
def test_one_around_another_that_fails_alone(world, inner):
    before = teams(world)
    with savepoint():
        with pytest.raises(DataError), inner():
            made(world, "TWO", broken)
        made(world, "ONE")
    assert teams(world) == before | {"ONE"}
