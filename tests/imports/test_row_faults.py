"""A fault of a row refuses its record and no other, and says where it is."""

import csv
import os

import pytest
from django.db import connection

from tests.imports.files import MAPPINGS
from work.models import ItemPlace, Place, WorkItem
from work.models.imports import ImportedRecord, ImportRow, ImportRun
from work.services import types
from work.services.import_ import report
from work.services.import_.faults import FileFault
from work.services.import_.mapping import Kind

pytestmark = pytest.mark.django_db

PLACES = """
kind = "places"
name = "Places"
system = "cmms"
key = "id"
[file]
empty = ["null"]
[fields]
name = "title"
kind = { constant = "area" }
parent = "parent"
"""
WORK = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[file]
time_zone = "Europe/Amsterdam"
[fields]
type = { constant = "maintenance" }
what = "title"
why = { constant = "As asked." }
status = { column = "state", map = { o = "requested", p = "planned", c = "closed" } }
planned_start = "start"
planned_end = "end"
due = { column = "due", date = ["epoch_ms", "%d.%m.%Y"] }
safety_critical = "critical"
[links.places]
file = "tags.csv"
record = "order"
to = "tag"
[lines]
file = "lines.csv"
record = "order"
key = "nr"
[lines.fields]
text = "text"
"""
NO_DATE = "This is not a date of the form %s, in the years 1900 to 2199."
HEAD = "id,title,state,start,end,due,critical\n"
TREE = "id,title,parent\nA,Hall,null\nB,Line 1,A\nC,Line 2,A\nD,Pump,B\nE,Tank,B\n"


@pytest.fixture
def load(put, bring):
    """Load places or work that stand in texts; the run and its faults as (where, reason)."""

    def run(kind, text, *, mapping=None, tags="order,tag\n", lines="order,nr,text\n", **more):
        put("tags.csv", tags)
        put("lines.csv", lines)
        mapping = mapping or (PLACES if kind is Kind.PLACES else WORK)
        done = bring(kind, put("in.csv", text), put("mapping.toml", mapping), **more)
        found = [
            (fault.file, fault.line, fault.column, fault.value, fault.reason)
            for fault, _outcome in report.faults(done)
        ]
        return done, found

    return run


@pytest.fixture
def places(load):
    load(Kind.PLACES, TREE)


def keys():
    return sorted(WorkItem.objects.values_list("external_key", flat=True))


def test_a_bad_date_refuses_its_order_alone(load, places):
    run, found = load(
        Kind.WORK,
        HEAD + "1,One,o,2026-02-30,,,\n2,Two,o,,,31.02.2026,\n3,Three,o,,,24.12.2026,\n",
        tags="order,tag\n1,B\n2,B\n3,D\n3,E\n",
    )
    assert found == [
        ("in.csv", 2, "start", "2026-02-30", NO_DATE % "iso"),
        ("in.csv", 3, "due", "31.02.2026", NO_DATE % "epoch_ms, %d.%m.%Y"),
    ]
    assert keys() == ["3"]
    assert (report.counts(run)["new"], report.counts(run)["refused"]) == (1, 2)
    item = WorkItem.objects.get()
    assert item.due.isoformat() == "2026-12-23T23:00:00+00:00"
    assert item.place.code == "B"


def test_a_date_that_no_page_could_show_is_refused(load, places):
    _run, found = load(
        Kind.WORK,
        HEAD + "1,One,o,0001-01-01,,,\n2,Two,o,,9999-12-31T23:59:59Z,,\n3,Three,o,,,31.12.9999,\n",
    )
    assert found == [
        ("in.csv", 2, "start", "0001-01-01", NO_DATE % "iso"),
        ("in.csv", 3, "end", "9999-12-31T23:59:59Z", NO_DATE % "iso"),
        ("in.csv", 4, "due", "31.12.9999", NO_DATE % "epoch_ms, %d.%m.%Y"),
    ]
    assert keys() == []


CODES = "A code holds only characters that can be printed, and no line break."


def test_a_line_break_in_a_key_refuses_its_record(load, places):
    _run, found = load(Kind.PLACES, 'id,title,parent\n"X\nY",New,A\nZ,Newer,A\n')
    assert found[0] == ("in.csv", 2, "id", "X⏎Y", CODES)
    assert Place.objects.filter(code="Z").exists()
    assert Place.objects.count() == 6
    run, found = load(
        Kind.WORK,
        HEAD + '"1\r\n2",One,o,,,,\n3,Three,o,,,,\n4,Four,o,,,,\n',
        tags='order,tag\n3,"B\nC"\n',
        lines='order,nr,text\n4,"1\t0",Look\n',
    )
    assert found == [
        ("in.csv", 2, "id", "1⏎2", CODES),
        ("tags.csv", 2, "tag", "B⏎C", CODES),
        ("tags.csv", 2, "tag", "B\nC", "There is no place with this code at the site."),
        ("lines.csv", 2, "nr", "1\t0", CODES),
    ]
    assert (report.counts(run)["refused"], keys()) == (3, [])


def test_a_line_break_in_a_code_refuses_its_record(load):
    mapping = PLACES.replace("[fields]", '[fields]\ncode = "tag"')
    _run, found = load(
        Kind.PLACES,
        'id,tag,title,parent\n1,"A\nB",Hall,null\n2,C D,Line,null\n',
        mapping=mapping,
    )
    assert found == [("in.csv", 2, "tag", "A⏎B", CODES)]
    assert Place.objects.get().code == "C D"


def test_a_key_is_no_longer_than_the_code_that_it_stands_for(load):
    text = f"id,title,parent\n{'x' * 120},Hall,null\n{'y' * 121},Line,null\n"
    limit = "The text is longer than 120 characters."
    _run, found = load(Kind.PLACES, text)
    assert found == [("in.csv", 3, "id", "y" * 80 + "…", limit)]
    assert Place.objects.get().code == "x" * 120
    coded = "complete = false" + PLACES.replace("[fields]", '[fields]\ncode = "title"')
    _run, found = load(Kind.PLACES, f"id,title,parent\n{'z' * 200},Hall,null\n", mapping=coded)
    assert found == []
    assert Place.objects.get(code="Hall").external_key == "z" * 200


@pytest.mark.parametrize(
    ("name", "stands"),
    [
        ("x" * 247 + ".csv", "x" * 199 + "…"),
        (b"orders-\xff.csv", "orders-?.csv"),
    ],
    ids=["long", "no UTF-8"],
)
def test_the_name_of_a_file_may_be_odd(places, put, bring, tmp_path, name, stands):
    path = tmp_path / os.fsdecode(name)
    path.write_text(HEAD + "1,One,x,,,,\n")
    put("tags.csv", "order,tag\n")
    put("lines.csv", "order,nr,text\n")
    run = bring(Kind.WORK, path, put("mapping.toml", WORK))
    [(fault, _outcome)] = report.faults(run)
    assert (fault.file, fault.column) == (stands, "state")
    assert run.files[0]["name"] == stands
    assert stands in next(report.lines(run))


def test_the_same_key_twice_refuses_both(load, places):
    run, found = load(Kind.WORK, HEAD + "1,One,o,,,,\n2,Two,o,,,,\n1,Again,o,,,,\n")
    assert found == [
        ("in.csv", 2, "id", "1", "The same key stands also on line 4."),
        ("in.csv", 4, "id", "1", "The same key stands also on line 2."),
    ]
    assert keys() == ["2"]
    assert report.counts(run)["refused"] == 2


def test_an_unknown_asset_refuses_the_order_with_its_links_and_lines(load, places):
    run, found = load(
        Kind.WORK,
        HEAD + "1,One,o,,,,\n2,Two,o,,,,\n",
        tags="order,tag\n1,B\n1,X-99\n2,B\n",
        lines="order,nr,text\n1,1-10,Look\n",
    )
    assert found == [
        ("tags.csv", 3, "tag", "X-99", "There is no place with this code at the site.")
    ]
    assert keys() == ["2"]
    assert ItemPlace.objects.count() == 1
    assert report.counts(run)["refused"] == 1


@pytest.mark.parametrize(
    ("policy", "reported", "words"), [("report", 1, None), ("keep", 0, "X-99")]
)
def test_an_unknown_asset_is_reported_or_kept_where_the_mapping_says_so(
    load, places, policy, reported, words
):
    run, found = load(
        Kind.WORK,
        HEAD + "1,One,o,,,,\n",
        mapping=WORK.replace("[links", f'[unknown]\nplace = "{policy}"\n[links'),
        tags="order,tag\n1,D\n1,X-99\n",
    )
    assert len(found) == reported
    assert (report.counts(run)["new"], report.counts(run)["reported"]) == (1, reported)
    item = WorkItem.objects.get()
    assert item.place.code == "D"
    assert item.source_words.get("tag") == words


def test_a_ring_of_parents_is_named_and_all_below_it_refused(load):
    run, found = load(
        Kind.PLACES,
        "id,title,parent\nA,a,null\nB,b,D\nC,c,B\nD,d,C\nE,e,D\nF,f,F\nG,g,A\n",
    )
    ring = "The parents form a ring: B → D → C → B."
    assert found == [
        ("in.csv", 3, "parent", "D", ring),
        ("in.csv", 4, "parent", "B", ring),
        ("in.csv", 5, "parent", "C", ring),
        ("in.csv", 6, "parent", "D", "The record above it was refused."),
        ("in.csv", 7, "parent", "F", "The parents form a ring: F → F."),
    ]
    assert sorted(Place.objects.values_list("code", flat=True)) == ["A", "G"]
    assert (report.counts(run)["new"], report.counts(run)["refused"]) == (2, 5)


@pytest.fixture
def soon(db):
    """A statement that does not come to its end is ended."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '20s'")
        yield cursor
        cursor.execute("RESET statement_timeout")


def test_double_keys_in_a_ring_of_places(soon, load):
    _run, found = load(
        Kind.PLACES, "id,title,parent\nA,a,null\nX,x,null\nX,x,X\nY,y,X\nZ,z,Y\nB,b,A\n"
    )
    assert found == [
        ("in.csv", 3, "id", "X", "The same key stands also on line 4."),
        ("in.csv", 4, "id", "X", "The same key stands also on line 3."),
        ("in.csv", 5, "parent", "X", "The record above it was refused."),
        ("in.csv", 6, "parent", "Y", "The record above it was refused."),
    ]
    assert sorted(Place.objects.values_list("code", flat=True)) == ["A", "B"]


def test_double_keys_in_a_ring_of_work(soon, load, places):
    mapping = WORK.replace("due =", 'parent = "above"\ndue =')
    head = HEAD.replace("\n", ",above\n")
    text = head + "1,One,o,,,,,\n1,One,o,,,,,2\n2,Two,o,,,,,1\n3,Three,o,,,,,\n"
    _run, found = load(Kind.WORK, text, mapping=mapping)
    assert found == [
        ("in.csv", 2, "id", "1", "The same key stands also on line 3."),
        ("in.csv", 3, "id", "1", "The same key stands also on line 2."),
        ("in.csv", 4, "above", "1", "The record above it was refused."),
    ]
    assert keys() == ["3"]


def test_below_a_double_key_a_record_may_be_loaded_without_its_parent(load, places):
    mapping = WORK.replace("due =", 'parent = "above"\ndue =')
    mapping = mapping.replace("[links", '[unknown]\nparent = "report"\n[links')
    head = HEAD.replace("\n", ",above\n")
    text = head + "4,Four,o,,,,,3\n3,Three,o,,,,,2\n2,Two,o,,,,,\n2,Two,o,,,,,\n"
    load(Kind.WORK, text, mapping=mapping)
    above = WorkItem.objects.values_list("external_key", "parent__external_key")
    assert dict(above) == {"3": None, "4": "3"}


def test_the_server_notices_that_the_command_is_gone(load):
    """Else a statement would go on, and keep the site's next import away, until it ended."""
    load(Kind.PLACES, TREE)
    with connection.cursor() as cursor:
        cursor.execute("SHOW client_connection_check_interval")
        assert cursor.fetchone() == ("5s",)


def test_an_unknown_parent(load):
    _run, found = load(Kind.PLACES, "id,title,parent\nA,a,Z\nB,b,A\n")
    assert found == [
        ("in.csv", 2, "parent", "Z", "There is no place with this code at the site."),
        ("in.csv", 3, "parent", "A", "The record above it was refused."),
    ]
    assert not Place.objects.exists()


def test_codes_numbers_and_needs(load, places):
    _run, found = load(
        Kind.WORK,
        HEAD
        + "1,One,x,,,,\n"
        + ",None,o,,,,\n"
        + "3,Three,o,,,,perhaps\n"
        + f"4,{'x' * 251},o,,,,\n"
        + "5,Five,o,2026-02-02,2026-02-01,,\n"
        + "6,Six\n"
        + "7,Seven,,,,,\n",
    )
    assert [(line, column, reason) for _f, line, column, _v, reason in found] == [
        (2, "state", "The mapping does not know this code."),
        (3, "id", "The key is empty."),
        (4, "critical", "This is neither yes nor no."),
        (5, "title", "The text is longer than 250 characters."),
        (6, "end", "The planned end is before the planned start."),
        (7, "", "The row has 2 cells, the header 7."),
        (8, "state", "A value is needed here."),
    ]
    assert keys() == []


def test_a_type_that_the_site_does_not_have(load, places):
    _run, found = load(Kind.WORK, HEAD + "1,One,o,,,,\n", mapping=WORK.replace("maint", "paint"))
    [(_file, line, column, value, reason)] = found
    assert (line, column, value) == (2, "type", "paintenance")
    assert reason == "There is no work type with this code at the site."


def test_a_type_that_is_no_longer_in_use(site, load, places):
    load(Kind.WORK, HEAD + "1,One,o,,,,\n", tags="order,tag\n1,B\n")
    types.change_type(actor=None, type_id=site.work_types.get().pk, is_active=False)
    rows = "1,One more,o,,,,\n2,Two,o,,,,\n3,Three,p,,,,\n4,Four,c,,,,\n"
    run, found = load(Kind.WORK, HEAD + rows, tags="order,tag\n1,B\n4,B\n")
    reason = "This work type is no longer in use: only what ended may be of it."
    assert found == [
        ("in.csv", 3, "type", "maintenance", reason),
        ("in.csv", 4, "type", "maintenance", reason),
    ]
    assert keys() == ["1", "4"]
    assert (report.counts(run)["new"], report.counts(run)["refused"]) == (1, 2)


def test_lines_of_no_order_and_twice_the_same_line(load, places):
    run, found = load(
        Kind.WORK,
        HEAD + "1,One,o,,,,\n2,Two,o,,,,\n",
        lines="order,nr,text\n1,10,Look\n9,10,Lost\n2,10,Look\n2,10,Look again\n",
    )
    assert found == [
        ("lines.csv", 3, "order", "9", "It belongs to a record that is not in the file: 9."),
        ("lines.csv", 4, "nr", "10", "The same key stands also on line 5."),
        ("lines.csv", 5, "nr", "10", "The same key stands also on line 4."),
    ]
    assert keys() == ["1"]
    found = report.counts(run)
    assert (found["new"], found["refused"], found["lost"]) == (1, 1, 1)
    assert run.counts["records"] == 2


def test_a_fault_of_any_file_leaves_nothing_behind(load, places):
    with pytest.raises(FileFault, match=r"tags\.csv, line 1, column tag: The column is missing"):
        load(Kind.WORK, HEAD + "1,One,o,,,,\n", tags="order,asset\n1,B\n")
    assert not WorkItem.objects.exists()
    run = ImportRun.objects.get(kind="work")
    assert (run.state, run.fault["code"], run.fault["column"]) == (
        "refused",
        "missing_column",
        "tag",
    )
    assert not ImportRow.objects.filter(run=run).exists()


def test_an_incomplete_plan_lands_as_requested_with_its_causes(load, places):
    run, found = load(
        Kind.WORK, HEAD + "1,One,p,,,,\n2,,p,,,,\n3,,c,,,,\n", tags="order,tag\n1,B\n"
    )
    assert found == []
    assert report.counts(run)["incomplete"] == 2
    assert run.counts["causes"] == {"owner": 2, "criterion": 2, "what": 1, "place": 1}
    items = {item.external_key: item for item in WorkItem.objects.select_related("place")}
    assert {key: item.status for key, item in items.items()} == {
        "1": "requested",
        "2": "requested",
        "3": "closed",
    }
    assert items["1"].incomplete == ["owner", "criterion"]
    assert items["2"].incomplete == ["what", "place", "owner", "criterion"]
    assert (items["2"].what, items["2"].place.code) == ("2", "A")
    assert items["3"].incomplete == []
    listed = WorkItem.objects.filter(status="requested").exclude(incomplete=[])
    assert listed.count() == 2


def test_a_trial_says_the_same_and_writes_nothing(load, places):
    text = HEAD + "1,One,o,,,,\n2,Two,o,2026-02-30,,,\n"
    tried, found = load(Kind.WORK, text, tags="order,tag\n1,B\n", dry_run=True)
    assert not WorkItem.objects.exists()
    assert not ImportedRecord.objects.filter(kind="work").exists()
    assert list(report.lines(tried))[-1] == "Tried only: nothing was written."
    run, again = load(Kind.WORK, text, tags="order,tag\n1,B\n")
    assert report.counts(run) == report.counts(tried)
    assert again == found
    assert keys() == ["1"]


def test_the_errors_file_cannot_be_taken_for_formulas(load, places, tmp_path):
    run, _found = load(Kind.WORK, HEAD + '"=1+1",One,x,,,,\n2,Two,"=cmd()",,,,\n')
    path = tmp_path / "errors.csv"
    assert report.write_errors(run, path) == 2
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["file"], row["line"], row["column"], row["value"]) for row in rows] == [
        ("in.csv", "2", "state", "x"),
        ("in.csv", "3", "state", "'=cmd()"),
    ]
    assert {row["outcome"] for row in rows} == {"refused"}


def test_a_place_of_another_key_keeps_its_code(load, places):
    other = PLACES.replace('"cmms"', '"other"')
    _run, found = load(Kind.PLACES, "id,title,parent\nB,Line one,null\n", mapping=other)
    assert found == [
        ("in.csv", 2, "id", "B", "The code is already taken by another record of the site.")
    ]
    assert Place.objects.get(code="B").name == "Line 1"


def test_a_taken_code_is_named_where_it_is_not_the_key(load, places):
    other = PLACES.replace('"cmms"', '"other"').replace("[fields]", '[fields]\ncode = "tag"')
    _run, found = load(Kind.PLACES, "id,tag,title,parent\n7,B,Line one,null\n", mapping=other)
    reason = "The code is already taken by another record of the site."
    assert found == [("in.csv", 2, "tag", "B", reason)]


def test_the_mappings_of_the_repository_fit_only_their_command(bring, put):
    from work.services.import_.faults import MappingFault

    with pytest.raises(MappingFault, match="This mapping is for places"):
        bring(Kind.WORK, put("in.csv", HEAD), MAPPINGS / "valhall_places.toml")


def test_a_title_is_kept_as_a_person_would_have_given_it(load, site):
    load(Kind.PLACES, TREE)

    load(
        Kind.WORK,
        HEAD + "1,Pump\u202e gnp\u2028leaks ,o,,,,\n" + "2,\u200b\u200f,o,,,,\n",
    )

    first, second = WorkItem.objects.order_by("external_key")
    assert (first.what, first.incomplete) == ("Pump gnp leaks", ["place"])
    assert (second.what, second.incomplete) == ("2", ["what", "place"])
