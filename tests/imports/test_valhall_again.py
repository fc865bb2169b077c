"""The Valhall extract a second time, with a file that has changed since."""

import shutil

import pytest

from tests.imports.files import VALHALL, load_valhall, make_site
from work.models import Place, WorkItem
from work.services.import_ import report

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A copy of the extract that may be changed."""
    for path in VALHALL.glob("*.csv"):
        shutil.copyfile(path, tmp_path / path.name)
    return tmp_path


def change(path, old: str, new: str):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def row_of(path, key: str) -> str:
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return next(row for row in rows if row.startswith(f'"{key}"'))


def test_a_changed_file_reports_every_kind_and_writes_what_the_mapping_allows(db, folder):
    site = make_site()
    load_valhall(site, folder)
    orders = folder / "workorders.csv"
    new = row_of(orders, "FAO-071979")
    with orders.open("a", encoding="utf-8") as stream:
        stream.write("\n" + new.replace("FAO-071979", "FAO-999999"))
    with (folder / "workorder2assets.csv").open("a", encoding="utf-8") as stream:
        stream.write('\n"x","x","FAO-999999","WMT:23-KA-9101"\n')
    changed = row_of(orders, "FAO-153036")
    change(orders, changed, changed.replace("<PH> CMR FOR GE", "<PH> CMR FOR BH"))
    closed = row_of(orders, "FAO-153052")
    change(orders, closed, closed.replace('"290"', '"600"'))
    clash = row_of(orders, "FAO-153054")
    change(orders, clash, clash.replace("2020-07-30", "2020-08-30"))
    WorkItem.objects.filter(external_key="FAO-153054").update(due="2020-09-30T00:00Z")
    refused = row_of(orders, "FAO-154406")
    change(orders, refused, refused.replace("2020-07-18T00:00:00", "18.07.2020"))

    places, work = load_valhall(site, folder)

    assert report.counts(places) == dict.fromkeys(report.KINDS, 0) | {"same": 1105}
    assert report.counts(work) == {
        "new": 1,
        "changed": 2,
        "same": 1310,
        "conflict": 1,
        "incomplete": 0,
        "refused": 1,
        "closed_in_source": 1,
        "reported": 1,
        "lost": 0,
        "gone": 0,
    }
    items = {item.external_key: item for item in WorkItem.objects.select_related("place")}
    assert len(items) == 1315
    assert items["FAO-999999"].place == Place.objects.get(code="WMT:23-KA-9101")
    assert items["FAO-999999"].number == 1315
    assert items["FAO-153036"].what.startswith("<PH> CMR FOR BH BN SYSTEM")
    assert items["FAO-153052"].status == "requested"
    assert items["FAO-153052"].closed_in_source_at is not None
    assert items["FAO-153052"].source_words["status"] == "600"
    assert items["FAO-153054"].due.isoformat() == "2020-09-30T00:00:00+00:00"
    assert items["FAO-154406"].planned_start.isoformat() == "2020-07-17T22:00:00+00:00"
    said = {
        (fault.column, fault.value, fault.code): outcome for fault, outcome in report.faults(work)
    }
    assert said == {
        ("status", "600", "closed_in_source"): "reported only",
        ("dueDate", "2020-08-29T22:00:00+00:00", "conflict_kept"): "reported only",
        ("plannedStart", "18.07.2020", "bad_date"): "refused",
        ("workOrder", "KAO-175397", "no_such_record"): "reported only",
    }


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        (
            "workorder2assets.csv",
            '"FAO-073479-WMT:23-KA-9101","FAO-073479","WMT:23-KA-9101"',
            '"FAO-073479-WMT:23-KA-9101","FAO-073479","WMT:99-XX-0000"',
            (
                "workorder2assets.csv, line 2, column targetExternalId, value 'WMT:99-XX-0000': "
                "There is no place with this code at the site."
            ),
        ),
        (
            "workorders.csv",
            '"FAO-073479","true","2012-06-26T00:00:00","FAO-073479"',
            '"FAO-073479","true","2012-06-26T00:00:00","FAO-071979"',
            (
                "workorders.csv, line 2, column externalId, value 'FAO-071979': "
                "The same key stands also on line 3."
            ),
        ),
        (
            "workorders.csv",
            '"FAO-073479","true","2012-06-26T00:00:00"',
            '"FAO-073479","true","2012-06-31T00:00:00"',
            (
                "workorders.csv, line 3, column plannedStart, value '2012-06-31T00:00:00': "
                "This is not a date of the form iso, in the years 1900 to 2199."
            ),
        ),
    ],
    ids=["unknown asset", "double key", "bad date"],
)
def test_a_fault_in_it_is_said_by_file_line_column_and_value(db, folder, name, old, new, fault):
    change(folder / name, old, new)
    _places, work = load_valhall(make_site(), folder)
    assert str(next(report.faults(work))[0]) == fault
    assert WorkItem.objects.count() == 1314 - report.counts(work)["refused"]
