"""Where the errors go: looked at before anything is loaded, and never over what is read."""

import os

import pytest
from django.core.management import CommandError, call_command

from work.models import Place
from work.models.imports import ImportRun

pytestmark = pytest.mark.django_db

MAPPING = """
kind = "places"
system = "s"
key = "id"
[fields]
name = "name"
kind = { constant = "area" }
"""
GOOD, BAD = "id,name\nA,Hall\n", "id,name\nA,Hall\nB,\n"


@pytest.fixture
def run(site, put, tmp_path, monkeypatch, capsys):
    """Import places that stand in a text, in a folder of its own; the last line of the report."""
    monkeypatch.chdir(tmp_path)

    def call(text: str, *given: object) -> str:
        path, mapping = put("in.csv", text), put("m.toml", MAPPING)
        call_command(
            "import_places", str(path), "--mapping", str(mapping), "--site", "val", *map(str, given)
        )
        return capsys.readouterr().out.splitlines()[-1]

    return call


def test_a_run_without_errors_takes_the_file_of_the_last_one_away(run, tmp_path):
    path = tmp_path / "in.errors.csv"
    assert run(BAD) == "1 line(s) in in.errors.csv"
    assert path.exists()
    run(GOOD, "--dry-run")
    assert not path.exists()


def test_no_file_is_left_where_there_was_none(run, tmp_path):
    run(GOOD, "--errors", tmp_path / "errors.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "m.toml"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("folder", "folder: The errors cannot be written here: Is a directory."),
        ("gone/errors.csv", "errors.csv: The errors cannot be written here: No such file"),
        ("in.csv", "in.csv: The errors cannot go into a file that is read."),
        ("link.csv", "link.csv: The errors cannot go into a file that is read."),
        ("m.toml", "m.toml: The errors cannot go into a file that is read."),
    ],
)
def test_a_target_that_cannot_be_is_refused_before_anything_is_loaded(run, tmp_path, target, words):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "in.csv")
    with pytest.raises(CommandError) as caught:
        run(BAD, "--errors", tmp_path / target)
    assert words in str(caught.value)
    assert caught.value.returncode == 1
    assert (tmp_path / "in.csv").read_text() == BAD
    assert (tmp_path / "m.toml").read_text() == MAPPING
    assert not Place.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_device_is_written_to_and_never_taken_away(run):
    assert run(BAD, "--errors", os.devnull) == f"1 line(s) in {os.devnull}"
    run(GOOD, "--errors", os.devnull)
    assert os.path.exists(os.devnull)


def test_a_file_with_a_name_that_is_no_utf_8(run, tmp_path, capsys):
    path = tmp_path / os.fsdecode(b"in-\xff.csv")
    path.write_text(BAD)
    run(GOOD)
    call_command("import_places", str(path), "--mapping", str(tmp_path / "m.toml"), "--site", "val")
    assert capsys.readouterr().out.splitlines()[-1] == "1 line(s) in in-?.errors.csv"
    assert (tmp_path / os.fsdecode(b"in-\xff.errors.csv")).exists()
