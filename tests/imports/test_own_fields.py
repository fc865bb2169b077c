"""Dates and moments of a type's own fields, from a text or a spreadsheet, in the mapping's zone."""

from datetime import datetime

import pytest
from openpyxl import Workbook

from tests.factories import setup
from work.models import WorkItem
from work.services.import_ import report
from work.services.import_.mapping import Kind
from work.states import FieldKind

pytestmark = pytest.mark.django_db

WORK = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[fields]
type = { constant = "lift" }
what = "id"
place = { constant = "HALL" }
status = { constant = "requested" }
[values]
"""
AT = datetime.fromisoformat("2026-11-21T23:30")  # as a spreadsheet holds it


@pytest.fixture
def load(site, put, tmp_path, bring):
    setup.place(site, "HALL")
    fields = [
        {"key": "day", "label": "Tested on", "kind": FieldKind.DATE},
        {"key": "at", "label": "Tested at", "kind": FieldKind.MOMENT},
        {"key": "note", "label": "Note", "kind": FieldKind.TEXT},
    ]
    setup.work_type(site, "lift", fields=fields)

    def run(cell, values: str, *, zone: str = "", book: bool = False):
        head = f'[file]\ntime_zone = "{zone}"\n' if zone else ""
        mapping = put("work.toml", WORK.replace("[fields]", head + "[fields]") + values)
        if book:
            made, path = Workbook(), tmp_path / "orders.xlsx"
            made.active.append(["id", "cell"])
            made.active.append(["1", cell])
            made.save(path)
        else:
            path = put("orders.csv", f"id,cell\n1,{cell}\n")
        done = bring(Kind.WORK, path, mapping)
        return [
            (each.line, each.column, each.value, each.reason) for each, _ in report.faults(done)
        ]

    return run


def values() -> dict:
    return WorkItem.objects.get().values


@pytest.mark.parametrize(
    ("form", "zone", "cell", "day", "at"),
    [
        ("iso", "", "2026-11-21T23:30", "2026-11-21", "2026-11-21T22:30:00+00:00"),
        ("iso", "UTC", "2026-11-21T23:30", "2026-11-21", "2026-11-21T23:30:00+00:00"),
        ("iso", "Asia/Tokyo", "2026-11-21T23:30Z", "2026-11-22", "2026-11-21T23:30:00+00:00"),
        ("iso", "", "2026-11-21", "2026-11-21", "2026-11-20T23:00:00+00:00"),
        ("%d.%m.%Y", "", "21.11.2026", "2026-11-21", "2026-11-20T23:00:00+00:00"),
        ("epoch_s", "Asia/Tokyo", "1795303800", "2026-11-22", "2026-11-21T23:30:00+00:00"),
    ],
)
def test_from_a_text(load, form, zone, cell, day, at):
    said = f"{{ column = 'cell', date = '{form}' }}"
    assert load(cell, f"day = {said}\nat = {said}\n", zone=zone) == []
    assert values() == {"day": day, "at": at}
    assert load(cell, f"day = {said}\nat = {said}\n", zone=zone) == []


@pytest.mark.parametrize("form", ["iso", "%d.%m.%Y"])
def test_from_a_spreadsheet_no_form_is_needed(load, form):
    said = f"{{ column = 'cell', date = '{form}' }}"
    given = f"day = {said}\nat = {said}\nnote = 'cell'\n"
    assert load(AT, given, zone="UTC", book=True) == []
    assert values() == {
        "day": "2026-11-21",
        "at": "2026-11-21T23:30:00+00:00",
        "note": "2026-11-21T23:30:00",
    }


def test_its_own_time_zone_goes_before_the_file_s(load):
    said = "{ column = 'cell', time_zone = 'Asia/Tokyo' }"
    assert load("2026-11-21T23:30", f"at = {said}\n", zone="UTC") == []
    assert values() == {"at": "2026-11-21T14:30:00+00:00"}


@pytest.mark.parametrize("name", ["day", "at"])
def test_no_date(load, name):
    reason = "This is not a date of the form %d.%m.%Y, in the years 1900 to 2199."
    faults = load("2026-11-21", f"{name} = {{ column = 'cell', date = '%d.%m.%Y' }}\n")
    assert faults == [(2, "cell", "2026-11-21", reason)]
    assert not WorkItem.objects.exists()


def test_a_moment_that_no_page_could_show(load):
    [(_line, column, value, _reason)] = load("9999-12-31", "at = 'cell'\n")
    assert (column, value) == ("cell", "9999-12-31")
