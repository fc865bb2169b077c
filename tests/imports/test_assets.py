"""Things: where they are, what they are in, and what their class says of them."""

import pytest
from openpyxl import Workbook

from tests.factories import setup
from work.models import Asset, AssetLocation
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
