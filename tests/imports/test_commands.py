"""The three commands: what they say, where they say it, and the code they leave with."""

import csv

import pytest
from django.core.management import CommandError, call_command

from tests.factories import setup
from tests.imports.files import MAPPINGS, VALHALL
from work.models import Asset, Place, WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(site, tmp_path, monkeypatch, capsys):
    """Call a command in a folder of its own; what it said on stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(command, *given, slug="val"):
        call_command(command, *map(str, given), "--site", slug)
        said = capsys.readouterr()
        return said.out.splitlines(), said.err.splitlines()

    return call


def test_places_and_work_of_valhall(run, tmp_path):
    out, err = run(
        "import_places", VALHALL / "assets.csv", "--mapping", MAPPINGS / "valhall_places.toml"
    )
    assert out == [
        "Valhall places into val: 1,105 records of assets.csv",
        "  new                                      1,105",
        "  changed                                      0",
        "  same                                         0",
        "  in conflict                                  0",
        "  incomplete                                   0",
        "  refused                                      0",
        "  closed in source, open in the field          0",
        "  reported only                                0",
        "  stray links and lines refused                0",
        "  no longer in the source                      0",
    ]
    assert err[0] == "read assets.csv: 1,105"
    assert err[-1] == "loaded: 1,105"
    work = [VALHALL / "workorders.csv", "--mapping", MAPPINGS / "valhall_work.toml"]
    out, err = run("import_work", *work, "--strict")
    assert out[0] == (
        "Valhall work orders into val: 1,314 records of "
        "workorders.csv, workorder2assets.csv, workitems.csv"
    )
    assert out[1] == "  new                                      1,314"
    assert out[8:] == [
        "  reported only                                1",
        "  stray links and lines refused                0",
        "  no longer in the source                      0",
        "  closed: 904, cancelled: 331, requested: 79, links: 6,493, lines: 1,535",
        "1 line(s) in workorders.errors.csv",
    ]
    assert "read workorder2assets.csv: 6,493" in err
    with (tmp_path / "workorders.errors.csv").open(encoding="utf-8-sig", newline="") as stream:
        [row] = csv.DictReader(stream)
    assert row["value"] == "KAO-175397"
    assert row["reason"] == "It belongs to a record that is not in the file: KAO-175397."
    out, _err = run("import_work", *work)
    assert out[3] == "  same                                     1,314"
    assert "Nothing was changed." in out


def test_a_trial(run):
    given = [VALHALL / "assets.csv", "--mapping", MAPPINGS / "valhall_places.toml", "--dry-run"]
    out, err = run("import_places", *given)
    assert err[-1] == "checked: 1,105"
    assert out[1] == "  new                                      1,105"
    assert out[-1] == "Tried only: nothing was written."
    assert not Place.objects.exists()


def test_assets(run, site, put):
    setup.asset_class(site, "pump")
    mapping = (
        'kind = "assets"\nsystem = "erp"\nkey = "id"\n'
        '[fields]\nname = "id"\nasset_class = { constant = "pump" }\n'
    )
    out, _err = run("import_assets", put("a.csv", "id\nP1\n"), "--mapping", put("m.toml", mapping))
    assert out[1].split() == ["new", "1"]
    assert Asset.objects.get().code == "P1"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id\nA\n", "a.csv, line 1, column name: The column is missing. The file has: id."),
        (
            b"id,name\nA,Sm\xf8re\n",
            r"a.csv, line 2, column name, value \"b'A,Sm\\xf8re\\n'\": "
            "These bytes are not utf-8. Say the file's encoding in the mapping.",
        ),
        (
            b"id,name\nA,a\0b\n",
            "a.csv, line 2, column name, value 'A,a␀b⏎': The file holds a NUL character.",
        ),
        (b'id,name\nA,"a\n', "a.csv, line 2, value 'A,\"a⏎': The file ends in the middle"),
    ],
)
def test_a_file_fault_ends_the_command(run, put, content, said):
    mapping = put(
        "m.toml",
        'kind = "places"\nsystem = "s"\nkey = "id"\n'
        '[fields]\nname = "name"\nkind = { constant = "area" }\n',
    )
    with pytest.raises(CommandError) as caught:
        run("import_places", put("a.csv", content), "--mapping", mapping)
    assert caught.value.returncode == 1
    assert said.replace('\\"', '"').replace("\\\\", "\\") in str(caught.value).replace("\\\\", "\\")
    assert not Place.objects.exists()


def test_a_refused_record_is_an_error_only_when_strict(run, put):
    setup_mapping = put(
        "m.toml",
        'kind = "places"\nsystem = "s"\nkey = "id"\n[fields]\nname = "id"\n'
        'kind = { constant = "area" }\nparent = "above"\n',
    )
    path = put("a.csv", "id,above\nA,\nB,X\n")
    out, _err = run("import_places", path, "--mapping", setup_mapping)
    assert out[6].split() == ["refused", "1"]
    assert out[-1] == "1 line(s) in a.errors.csv"
    with pytest.raises(CommandError, match="1 record\\(s\\) refused") as caught:
        run("import_places", path, "--mapping", setup_mapping, "--strict")
    assert caught.value.returncode == 2
    assert Place.objects.get().code == "A"


def test_an_unknown_site_and_a_mapping_that_is_not_there(run):
    given = [VALHALL / "assets.csv", "--mapping", MAPPINGS / "valhall_places.toml"]
    with pytest.raises(CommandError, match="There is no site nowhere"):
        run("import_places", *given, slug="nowhere")
    with pytest.raises(CommandError, match=r"Mapping, gone\.toml"):
        run("import_places", VALHALL / "assets.csv", "--mapping", MAPPINGS / "gone.toml")
    assert not WorkItem.objects.exists()
