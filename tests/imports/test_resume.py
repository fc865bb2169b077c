"""A run that is killed goes on where it stood, and nothing is there twice."""

import pytest
from django.db import connection

from tests.factories import setup
from tests.imports.files import MAPPINGS, VALHALL
from work.exceptions import Busy
from work.models import ChecklistLine, ItemPlace, Place, Prerequisite, WorkItem
from work.models.imports import ImportedRecord, ImportRow, ImportRun
from work.services.import_ import alone, report
from work.services.import_ import load as loading
from work.services.import_ import run as running
from work.services.import_.faults import NotNow
from work.services.import_.mapping import Kind
from work.states import Role

pytestmark = pytest.mark.django_db

PLACES = """
kind = "places"
name = "Places"
system = "cmms"
key = "id"
[fields]
name = "id"
kind = { constant = "area" }
parent = { column = "above", wins = "source" }
"""
PLANNED = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[fields]
type = { constant = "lift" }
what = "id"
why = { constant = "As asked." }
place = { constant = "PUMP" }
owner_user = { constant = "nora" }
status = { constant = "planned" }
"""


class Killed(BaseException):
    """As when the process is killed: nobody catches it."""


@pytest.fixture
def places(bring):
    return bring(Kind.PLACES, VALHALL / "assets.csv", MAPPINGS / "valhall_places.toml")


@pytest.fixture
def work(bring):
    def run(**more):
        return bring(Kind.WORK, VALHALL / "workorders.csv", MAPPINGS / "valhall_work.toml", **more)

    return run


def kill_in_chunk(monkeypatch, number: int, where: str):
    """Let the nth chunk die, before or after its transaction."""
    real, count = loading.load_chunk, iter(range(1, 1000))

    def dying(**given):
        if next(count) < number:
            return real(**given)
        if where == "after":
            real(**given)
        raise Killed

    monkeypatch.setattr(loading, "load_chunk", dying)
    monkeypatch.setattr(loading, "sized", lambda most, _seconds: most)


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_run_that_was_killed_is_taken_up(places, work, monkeypatch, where):
    with monkeypatch.context() as patch:
        kill_in_chunk(patch, 4, where)
        with pytest.raises(Killed):
            work()
    done = 488 if where == "before" else 656  # chunks of 200, open work counted fivefold
    assert WorkItem.objects.count() == done
    run = work()
    assert run == ImportRun.objects.filter(kind="work").get()
    assert (run.state, report.counts(run)["new"]) == ("done", 1314)
    assert WorkItem.objects.count() == 1314
    assert sorted(WorkItem.objects.values_list("number", flat=True)) == list(range(1, 1315))
    assert ItemPlace.objects.count() == 6493
    assert ChecklistLine.objects.count() == 1535
    assert ImportedRecord.objects.filter(kind="work").count() == 1314
    assert ImportRow.objects.filter(run=run).count() == 1  # the operation of no order


def test_a_run_that_was_killed_while_reading_begins_anew(places, work, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(running, "validate", lambda *_given: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            work()
    assert not ImportRow.objects.filter(run__kind="work").exists()
    run = work()
    assert report.counts(run)["new"] == 1314
    states = ImportRun.objects.filter(kind="work").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["dropped", "done"]


def test_another_file_is_not_taken_for_the_one_that_was_killed(bring, put, monkeypatch):
    mapping = put(
        "m.toml",
        'kind = "places"\nsystem = "s"\nkey = "id"\n'
        '[fields]\nname = "id"\nkind = { constant = "area" }\n',
    )
    with monkeypatch.context() as patch:
        kill_in_chunk(patch, 1, "before")
        with pytest.raises(Killed):
            bring(Kind.PLACES, put("a.csv", "id\nA\n"), mapping)
    run = bring(Kind.PLACES, put("a.csv", "id\nB\n"), mapping)
    assert report.counts(run)["new"] == 1
    assert Place.objects.get().code == "B"
    assert list(ImportRun.objects.order_by("pk").values_list("state", flat=True)) == [
        "dropped",
        "done",
    ]


def test_an_import_waits_for_who_holds_the_site(places, work, monkeypatch):
    real, answers = loading.load_chunk, iter([Busy(), Busy(), None])

    def busy(**given):
        if answer := next(answers, None):
            raise answer
        return real(**given)

    monkeypatch.setattr(loading, "load_chunk", busy)
    monkeypatch.setattr(loading, "BUSY_PAUSE", 0)
    assert report.counts(work())["new"] == 1314


def test_an_import_gives_up_when_the_site_stays_busy_and_goes_on_later(places, work, monkeypatch):
    real, done = loading.load_chunk, iter([True, True])

    def busy(**given):
        if next(done, False):
            return real(**given)
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr(loading, "load_chunk", busy)
        patch.setattr(loading, "sized", lambda most, _seconds: most)
        patch.setattr(loading, "BUSY_PAUSE", 0)
        with pytest.raises(NotNow, match="The site is busy. What was loaded stays"):
            work()
    assert WorkItem.objects.count() == 316
    run = work()
    assert (run.state, report.counts(run)["new"]) == ("done", 1314)


def ruled() -> bool:
    """Whether the rule of the hall asks something of the work."""
    return Prerequisite.objects.filter(origin__startswith="rule:", withdrawn_at=None).exists()


@pytest.fixture
def moved(site, put, bring, monkeypatch):
    """A run that was killed when it had moved a place below a hall with a rule of its own."""
    mapping = put("places.toml", PLACES)
    bring(Kind.PLACES, put("a.csv", "id,above\nHALL,\nPUMP,\n"), mapping)
    setup.work_type(site, "lift")
    setup.rule(site, "check", place_id=Place.objects.get(code="HALL").pk)
    setup.person(site, Role.SUPERVISOR, username="nora")
    bring(Kind.WORK, put("work.csv", "id\n1\n"), put("work.toml", PLANNED))
    assert not ruled()
    with monkeypatch.context() as patch:
        kill_in_chunk(patch, 2, "after")
        with pytest.raises(Killed):
            bring(Kind.PLACES, put("b.csv", "id,above\nHALL,\nPUMP,HALL\n"), mapping)
    assert Place.objects.get(code="PUMP").depth == 2
    assert not ruled()
    return ImportRun.objects.latest("pk")


@pytest.mark.parametrize("name", ["b.csv", "c.csv"])
def test_what_stands_at_a_place_that_was_moved_is_brought_up_to_date(
    moved, put, bring, tmp_path, name
):
    """Taken up with the same file, or given up for another one."""
    put("c.csv", "id,above\nHALL,\nPUMP,HALL\nMORE,\n")
    bring(Kind.PLACES, tmp_path / name, put("places.toml", PLACES))

    moved.refresh_from_db()
    assert moved.state == ("done" if name == "b.csv" else "dropped")
    assert ruled()


def test_a_trial_leaves_a_run_that_was_killed_as_it_is(moved, put, bring):
    rows = ImportRow.objects.filter(run=moved).count()
    path = put("c.csv", "id,above\nHALL,\nPUMP,\n")
    bring(Kind.PLACES, path, put("places.toml", PLACES), dry_run=True)

    moved.refresh_from_db()
    assert moved.state == "loading"
    assert ImportRow.objects.filter(run=moved).count() == rows
    assert not ruled()


def test_two_imports_of_a_site_do_not_run_at_once(site, work):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [alone.IMPORT, site.pk])
        with pytest.raises(NotNow, match="Another import of this site is running"):
            work()
    finally:
        other.close()
