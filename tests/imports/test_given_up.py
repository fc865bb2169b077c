"""A run that somebody gives up while a worker is at it, and how far a worker says it is."""

import threading

import pytest
from django.db import connection

from tests.factories import setup
from work.models import Event, Place
from work.models.imports import ImportPass, ImportRow, ImportRun
from work.services import imports
from work.services.import_ import load as loading
from work.services.import_ import queue, run, uploads
from work.services.import_.faults import MappingFault
from work.states import Role

PLACES = """
kind = "places"
system = "s"
key = "id"
[fields]
name = "id"
kind = { constant = "area" }
"""
CODES = [f"P{number:02}" for number in range(35)]


@pytest.fixture
def waiting(db, settings, tmp_path, monkeypatch) -> ImportRun:
    """The load of 35 places, which a worker would take up now; ten are a chunk."""
    settings.MEDIA_ROOT = tmp_path / "kept"
    monkeypatch.setattr(loading, "sized", lambda most, _seconds: most)
    real = loading._next
    monkeypatch.setattr(loading, "_next", lambda run, most=10: real(run, 10))
    site = setup.site("val")
    ada = setup.person(site, Role.SITE_ADMIN, username="ada")
    made = imports.make(
        actor=ada,
        site_id=site.pk,
        kind="places",
        files=[uploads.keep(["\n".join(["id", *CODES, ""]).encode()], "a.csv")],
        mapping_name="p",
        mapping_text=PLACES,
    )
    imports.try_(actor=ada, run_id=made.pk)
    assert queue.take_up() == made
    return imports.load(actor=ada, run_id=made.pk)


def give_up(run: ImportRun) -> None:
    imports.give_up(actor=run.started_by, run_id=run.pk)


def test_the_worker_stops_before_the_next_chunk(waiting, monkeypatch):
    real, times = loading._load, iter(range(9))

    def load(*given):
        if next(times) == 2:
            give_up(waiting)
        real(*given)

    monkeypatch.setattr(loading, "_load", load)
    assert queue.take_up() == waiting
    waiting.refresh_from_db()
    assert (waiting.state, waiting.counts["new"], waiting.fault) == ("dropped", 20, None)
    assert Place.objects.count() == 20
    assert not ImportRow.objects.filter(run=waiting).exists()
    assert queue.take_up() is None
    verbs = Event.objects.filter(subject_id=waiting.pk, verb__startswith="import_")
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == [
        "import_made",
        "import_started",
        "import_given_up",
    ]


def test_it_does_not_end_as_done_when_it_was_given_up_last(waiting, monkeypatch):
    real = loading.to_load

    def to_load(given):
        give_up(waiting)
        return real(given)

    monkeypatch.setattr(run, "to_load", to_load)
    monkeypatch.setattr(run, "load", lambda *_given: None)
    assert queue.take_up() == waiting
    waiting.refresh_from_db()
    assert waiting.state == "dropped"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_it_is_given_up_while_it_is_read(waiting, monkeypatch):
    """Nobody waits for the reading to end, and nothing of it stays."""
    real, errors = run.validate, []

    def other() -> None:
        try:
            give_up(waiting)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    def validate(*given):
        real(*given)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    monkeypatch.setattr(run, "validate", validate)
    assert queue.take_up() == waiting
    waiting.refresh_from_db()
    assert errors == []
    assert (waiting.state, Place.objects.count()) == ("dropped", 0)
    assert not ImportRow.objects.filter(run=waiting).exists()


def test_what_failed_while_it_was_loading_is_not_read_again(waiting, monkeypatch):
    """Whatever was said of its pass: that is written beside, and may be lost."""
    real, times = loading._load, iter(range(9))
    with monkeypatch.context() as patch:
        patch.setattr(loading, "_load", lambda *given: real(*given) if next(times) < 1 else 1 / 0)
        queue.take_up()
    ImportRun.objects.filter(pk=waiting.pk).update(at_pass=ImportPass.VALIDATING)
    gone_on = imports.go_on(actor=waiting.started_by, run_id=waiting.pk)
    assert gone_on.state == "loading"
    assert queue.take_up() == waiting
    waiting.refresh_from_db()
    assert (waiting.state, waiting.counts["new"], waiting.counts["refused"]) == ("done", 35, 0)
    assert sorted(Place.objects.values_list("code", flat=True)) == CODES


def test_a_mapping_that_is_none_any_more_refuses_nothing_that_is_loaded(waiting, monkeypatch):
    def unfit(*_given, **_more):
        raise MappingFault("key", "It is missing.")

    for state, after in (("loading", "failed"), ("waiting", "refused")):
        ImportRun.objects.filter(pk=waiting.pk).update(state=state)
        with monkeypatch.context() as patch:
            patch.setattr(queue.mapping_toml, "parse", unfit)
            queue.take_up()
        waiting.refresh_from_db()
        assert (waiting.state, waiting.fault["code"]) == (after, "mapping_unfit")


def test_progress_goes_on_from_file_to_file(db, monkeypatch):
    told = queue._Told(ImportRun())
    said = []
    monkeypatch.setattr(told, "_write", lambda **fields: said.append(fields["rows_done"]))
    told.enter(ImportPass.STAGING, 21_000)
    for file, number in (
        ("a.csv", 5000), ("a.csv", 8000), ("a.csv", 8000), ("b.csv", 5000), ("b.csv", 9000),
        ("b.csv", 4000),
    ):  # fmt: skip
        told.count(file, number)
    told.enter(ImportPass.LOADING, 8000)
    told.count("", 200)
    assert said == [0, 5000, 8000, 8000, 13_000, 17_000, 21_000, 0, 200]
    told.own.close()


@pytest.mark.parametrize(("lines", "total"), [((10, 20), 50), ((10, 0), 0)])
def test_lines_are_those_of_the_files_that_are_read(lines, total):
    links = '[links.{}]\nfile = "b.csv"\nrecord = "id"\nto = "tag"\n'
    text = 'kind = "work"\nsystem = "s"\nkey = "id"\n[fields]\nwhat = "id"\n'
    text += 'type = { constant = "T" }\nstatus = { constant = "requested" }\n'
    mapping = queue.mapping_toml.parse(
        text + links.format("places") + links.format("assets"), name="m"
    )
    names = zip(("a.csv", "B.csv", "other.csv"), (*lines, 7), strict=True)
    given = ImportRun(files=[{"name": name, "lines": many} for name, many in names])
    assert uploads.lines_in(given, mapping) == total
