"""What an import by the page is refused for: each by its code, and nothing else is written."""

import pytest

from tests.work.outcomes import refused_alone
from work.models.imports import ImportRun
from work.services import imports
from work.services.import_ import queue, uploads

PLACES = """
kind = "places"
system = "s"
key = "id"
[fields]
name = "id"
kind = { constant = "area" }
"""
WORK = """
kind = "work"
system = "s"
key = "id"
[fields]
type = { constant = "MNT" }
status = { constant = "requested" }
what = "id"
[links.places]
file = "tags.csv"
record = "id"
to = "tag"
"""


@pytest.fixture(autouse=True)
def kept_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"


@pytest.fixture
def given(world):
    return {"actor": world.site_admin}


@pytest.fixture
def make(world, given):
    def made(text: str = PLACES, **more) -> ImportRun:
        known = {"kind": "places", "files": [kept("a.csv")], "mapping_text": text}
        known |= {"site_id": world.site.pk, "mapping_name": "Parts"}
        return imports.make(**given, **known | more)

    return made


@pytest.fixture
def tried(make, given) -> ImportRun:
    run = make()
    imports.try_(**given, run_id=run.pk)
    assert queue.take_up() == run
    return run


def kept(name: str):
    return uploads.keep([b"id\nA\n"], name)


def many(count: int):
    return [kept(f"{number}.csv") for number in range(count)]


def test_without_a_file_nothing_is_made(make):
    with refused_alone("import_file_needed"):
        make(files=[])


def test_records_of_no_kind_are_none(make):
    with refused_alone("choice_not_known"):
        make(kind="people")


def test_more_files_than_an_import_takes(make, given):
    with refused_alone("import_too_many_files"):
        make(files=many(11))
    run = make(files=many(9))
    with refused_alone("import_too_many_files"):
        imports.attach(**given, run_id=run.pk, files=[kept("x.csv"), kept("y.csv")])
    assert len(imports.attach(**given, run_id=run.pk, files=[kept("x.csv")]).files) == 10


def test_a_name_stands_once_among_the_joined_files(make):
    run = make(files=[kept("a.csv"), kept("B.csv"), kept("a.csv"), kept("b.csv")])
    assert [each["name"] for each in run.files] == ["a.csv", "b.csv", "a.csv"]


def test_without_a_mapping_nothing_is_tried(make, given):
    run = make(text="")
    with refused_alone("import_mapping_needed"):
        imports.try_(**given, run_id=run.pk)


def test_a_mapping_of_the_same_name_is_replaced_when_that_is_said(make, given):
    run = make(text="")
    known = given | {"run_id": run.pk, "name": "Parts", "save": True}
    imports.describe(**known, text=PLACES)
    with refused_alone("import_mapping_taken"):  # and the run keeps the mapping that it has
        imports.describe(**known, text=PLACES + "# anew")
    run = imports.describe(**known, text=PLACES + "# anew", replace=True)
    assert run.mapping_text.endswith("# anew")


def test_a_file_that_the_mapping_joins(make, given):
    run = make(text=WORK)
    with refused_alone("import_joined_needed"):
        imports.try_(**given, run_id=run.pk)


def test_files_that_are_no_longer_kept(make, given, tried):
    run = make()
    uploads.path_of(run.files[0]["sha256"]).unlink()
    with refused_alone("import_files_gone"):
        imports.try_(**given, run_id=run.pk)
    with refused_alone("import_files_gone"):
        imports.load(**given, run_id=tried.pk)
    with refused_alone("import_files_gone"):
        imports.again(**given, run_id=tried.pk)


def test_what_has_begun_stays_as_it_is(make, given):
    run = make()
    imports.try_(**given, run_id=run.pk)
    with refused_alone("import_begun"):
        imports.describe(**given, run_id=run.pk, name="x", text=PLACES)
    with refused_alone("import_begun"):
        imports.attach(**given, run_id=run.pk, files=many(1))
    with refused_alone("import_begun"):
        imports.try_(**given, run_id=run.pk)
    with refused_alone("import_under_way"):
        imports.again(**given, run_id=run.pk)


def test_what_has_ended_is_neither_given_up_nor_changed(make, given, tried):
    with refused_alone("import_ended"):
        imports.give_up(**given, run_id=tried.pk)
    run = make()
    imports.give_up(**given, run_id=run.pk)
    with refused_alone("import_ended"):
        imports.give_up(**given, run_id=run.pk)
    with refused_alone("import_ended"):
        imports.describe(**given, run_id=run.pk, name="x", text=PLACES)


def test_only_what_was_tried_is_loaded_and_once(make, given, tried):
    draft = make()
    with refused_alone("import_not_tried"):
        imports.load(**given, run_id=draft.pk)
    load = imports.load(**given, run_id=tried.pk)
    with refused_alone("import_loaded"):
        imports.load(**given, run_id=tried.pk)
    with refused_alone("import_not_tried"):
        imports.load(**given, run_id=load.pk)


def test_only_what_failed_goes_on(given, tried):
    with refused_alone("import_not_failed"):
        imports.go_on(**given, run_id=tried.pk)
