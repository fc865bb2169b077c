"""Things: where they are, what they are in, and what their class says of them."""

import pytest
from openpyxl import Workbook

from tests.factories import setup
from work.models import Asset, AssetLocation, Event
from work.services.import_ import report
from work.services.import_.mapping import Kind

pytestmark = pytest.mark.django_db

ASSETS = """
kind = "assets"
name = "Things"
system = "erp"
key = "Equipment"
[fields]
name = { column = "Description", wins = "source" }
asset_class = { column = "Type", map = { P = "pump", K = "kit" } }
serial = "Serial"
status = { column = "State", wins = "source" }
place = { column = "Location", wins = "source" }
parent = { column = "Inside", wins = "source" }
"""
HEADER = ["Equipment", "Description", "Type", "Serial", "State", "Location", "Inside"]


@pytest.fixture
def load(site, tmp_path, put, bring):
    """Load rows of a spreadsheet."""
    for code in ("pump", "kit"):
        setup.asset_class(site, code)
    for code in ("HALL", "STORE"):
        setup.place(site, code)

    def run(*rows):
        book = Workbook()
        for row in (HEADER, *rows):
            book.active.append(row)
        path = tmp_path / "things.xlsx"
        book.save(path)
        done = bring(Kind.ASSETS, path, put("assets.toml", ASSETS))
        found = {name: number for name, number in report.counts(done).items() if number}
        return found, [
            (fault.line, fault.column, fault.value, fault.code)
            for fault, _outcome in report.faults(done)
        ]

    return run


ROWS = (
    (10001, "Pump", "P", "S-1", "due", "HALL", None),
    (10002, "Tool box", "K", None, None, "STORE", None),
    (10003, "Torque wrench", "K", None, None, None, 10002),
)


def where(code: str):
    now = AssetLocation.objects.get(asset__code=code, ends=None)
    return (now.place.code if now.place else None, now.container.code if now.container else None)


def test_things_and_where_they_are(load):
    assert load(*ROWS) == ({"new": 3}, [])
    pump = Asset.objects.get(code="10001")
    assert (pump.asset_class.code, pump.serial, pump.status) == ("pump", "S-1", "due")
    assert (pump.external_system, pump.external_key) == ("erp", "10001")
    assert Asset.objects.get(code="10002").status == "ok"
    assert [where(code) for code in ("10001", "10002", "10003")] == [
        ("HALL", None),
        ("STORE", None),
        (None, "10002"),
    ]
    assert load(*ROWS) == ({"same": 3}, [])


def test_a_thing_moves_and_its_history_stays(load):
    load(*ROWS)
    moved = (10001, "Pump", "P", "S-1", "ok", "STORE", None)
    assert load(moved, *ROWS[1:]) == ({"changed": 1, "same": 2}, [])
    assert where("10001") == ("STORE", None)
    assert Asset.objects.get(code="10001").status == "ok"
    history = AssetLocation.objects.filter(asset__code="10001").order_by("starts")
    assert [each.place.code for each in history] == ["HALL", "STORE"]
    assert history[0].ends == history[1].starts


def test_a_thing_is_not_inside_itself(load):
    load(*ROWS)
    found, faults = load((10002, "Tool box", "K", None, None, None, 10003))
    assert found == {"conflict": 1, "gone": 2}
    assert faults == [
        (2, "Inside", "10003", "not_accepted"),
        (0, "Equipment", "10001", "gone"),
        (0, "Equipment", "10003", "gone"),
    ]
    assert where("10002") == ("STORE", None)


def test_faults_of_things(load):
    found, faults = load(
        (1, "Pump", "P", None, "lost", "HALL", None),
        (2, "Pump", "X", None, None, "HALL", None),
        (3, "Pump", "P", None, None, "ATTIC", None),
        (4, "Pump", "P", None, None, "=A1", None),
        (5, None, "P", None, None, "HALL", None),
    )
    assert found == {"refused": 5}
    assert faults == [
        (2, "State", "lost", "no_such_status"),
        (3, "Type", "X", "unmapped"),
        (4, "Location", "ATTIC", "unknown_reference"),
        (5, "Location", "=A1", "formula"),
        (6, "Description", "", "needed"),
    ]
    assert not Asset.objects.exists()


def test_a_thing_that_the_source_names_no_place_of_is_nowhere(load):
    load(*ROWS)
    emptied = (10001, "Pump", "P", "S-1", "due", None, None)
    assert load(emptied, *ROWS[1:]) == ({"changed": 1, "same": 2}, [])
    assert not AssetLocation.objects.filter(asset__code="10001", ends=None).exists()
    [was] = AssetLocation.objects.filter(asset__code="10001")
    [moved] = Event.objects.filter(verb="moved")
    assert (was.place.code, was.ends) == ("HALL", moved.recorded_at)
    assert moved.data == {"place": None, "container": None}
    assert load(emptied, *ROWS[1:]) == ({"same": 3}, [])
    assert load(*ROWS) == ({"changed": 1, "same": 2}, [])
    assert where("10001") == ("HALL", None)


def test_a_mapping_of_places_alone_leaves_a_thing_inside_another(load, put, bring):
    load(*ROWS)
    mapping = ASSETS.replace('parent = { column = "Inside", wins = "source" }', "")
    text = ",".join(HEADER) + "\n10003,Torque wrench,K,,,,\n"
    bring(Kind.ASSETS, put("things.csv", text), put("places.toml", mapping))
    assert where("10003") == (None, "10002")


def test_an_unknown_place_and_team_empty_nothing(load, put, bring, site):
    load(*ROWS)
    team = setup.company(site, "MECH")
    Asset.objects.filter(code="10001").update(owner_team=team)
    mapping = ASSETS + 'owner_team = { column = "Crew", wins = "source" }\n'
    mapping += '[unknown]\nplace = "report"\nteam = "report"\n'
    head = ",".join([*HEADER, "Crew"]) + "\n"
    for crew, stands in (("NOPE", "MECH"), ("", None)):
        text = head + f"10001,Pump,P,S-1,due,ATTIC,,{crew}\n"
        bring(Kind.ASSETS, put("things.csv", text), put("teams.toml", mapping))
        assert where("10001") == ("HALL", None)
        pump = Asset.objects.select_related("owner_team").get(code="10001")
        assert (pump.owner_team and pump.owner_team.code) == stands


FOLLOWS = ASSETS.replace(
    'asset_class = { column = "Type", map = { P = "pump", K = "kit" } }',
    'asset_class = { column = "Type", wins = "source" }',
)


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("before", "statuses", "after"),
    [
        ("ok", [("fit", True), ("broken", False)], ("valve", "fit", "status_lost")),
        ("due", [("fit", True), ("broken", False)], ("valve", "broken", "status_lost")),
        ("due", [("fit", True)], ("pump", "due", "class_kept")),
        ("due", [("fit", True), ("due", False)], ("valve", "due", None)),
        ("due", [], ("valve", "", "status_lost")),
    ],
)
def test_a_thing_of_another_class_stands_as_that_class_knows(
    site, load, put, bring, before, statuses, after, dry_run
):
    head = ",".join(HEADER) + "\n"
    mapping = put("class.toml", FOLLOWS)
    bring(Kind.ASSETS, put("in.csv", f"{head}1,Pump,pump,,{before},HALL,\n"), mapping)
    known = [{"key": key, "label": key, "ready": ready} for key, ready in statuses]
    setup.asset_class(site, "valve", statuses=known)
    text = f"{head}1,Pump,valve,,,HALL,\n"
    run = bring(Kind.ASSETS, put("in.csv", text), mapping, dry_run=dry_run)
    asset = Asset.objects.select_related("asset_class").get()
    now = (asset.asset_class.code, asset.status)
    assert now == (("pump", before) if dry_run else after[:2])
    told = [(each.column, each.value, each.code) for each, _ in report.faults(run)]
    assert told == ([("Type", "valve", after[2])] if after[2] else [])
    assert report.counts(run)["conflict" if after[2] else "changed"] == 1


def test_a_status_of_another_class_is_not_written(site, load, put, bring):
    head = ",".join(HEADER) + "\n"
    mapping = put(
        "first.toml", FOLLOWS.replace('"Type", wins = "source"', '"Type", wins = "first"')
    )
    bring(Kind.ASSETS, put("in.csv", f"{head}1,Pump,pump,,due,HALL,\n"), mapping)
    setup.asset_class(site, "valve", statuses=[{"key": "fit", "label": "Fit", "ready": True}])
    run = bring(Kind.ASSETS, put("in.csv", f"{head}1,Pump,valve,,fit,HALL,\n"), mapping)
    told = [(each.column, each.value, each.code) for each, _ in report.faults(run)]
    assert told == [("State", "fit", "no_such_status")]
    assert (Asset.objects.get().status, report.counts(run)["conflict"]) == ("due", 1)


def test_between_classes_without_statuses_a_thing_changes_in_peace(site, load, put, bring):
    head, mapping = ",".join(HEADER) + "\n", put("class.toml", FOLLOWS)
    for code in ("hose", "reel"):
        setup.asset_class(site, code, statuses=[])
    bring(Kind.ASSETS, put("in.csv", f"{head}1,Hose,hose,,,HALL,\n"), mapping)

    run = bring(Kind.ASSETS, put("in.csv", f"{head}1,Hose,reel,,,HALL,\n"), mapping)

    assert [each.code for each, _ in report.faults(run)] == []
    assert (Asset.objects.get().asset_class.code, report.counts(run)["changed"]) == ("reel", 1)
