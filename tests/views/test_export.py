"""The list as a file: the same rows, columns and order, no formula, some rows at a time."""

import csv
import io
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.factories import planned_item, requested_item, second_site, work_type
from work.reads.sheet import escaped, unescaped
from work.services import items
from work.states import FieldKind

CSV, XLSX = "/s/hvk/work/export.csv", "/s/hvk/work/export.xlsx"
FIELDS = [
    {"key": "hours", "label": "Hours", "kind": FieldKind.NUMBER, "column": True},
    {"key": "when", "label": "Tried at", "kind": FieldKind.MOMENT, "column": True},
    {"key": "ok", "label": "In order", "kind": FieldKind.YES_NO, "column": True},
    {"key": "tag", "label": "Tag", "kind": FieldKind.TEXT, "column": True},
]
COLUMNS = "what,place,owner,status,priority,due,f.hours,f.when,f.ok,f.tag"


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


@pytest.fixture
def kind(world):
    return work_type(world.site, "CAL", fields=FIELDS)


def _table(answer) -> list[list[str]]:
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content)
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def _sheet(answer) -> list[list[object]]:
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [["" if cell is None else cell for cell in row] for row in book["work"].values]


def test_rows_columns_and_order_are_those_of_the_list(world, planner, kind, sign_in):
    values = {"hours": "4.5", "when": "2026-11-24T23:30:00+00:00", "ok": "yes", "tag": "+31;=1"}
    odd = requested_item(
        world, type_id=kind.pk, what="=HYPERLINK(1)", values=values, due=world.t(90), priority="1"
    )
    plain = requested_item(world, type_id=kind.pk, what="Grease, “slowly”", due=world.t(30))
    planned_item(world, place_id=world.u310.pk)
    answer = planner.get(CSV, place="40", sort="due", columns=COLUMNS)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="hvk-work-2026-')
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    expected = [
        ["id", "version", "number", "what", "place", "place_name", "owner", "status", "priority",
         "due", "f.hours", "f.when", "f.ok", "f.tag"],
        [plain.pk, plain.version, f"W-{plain.number}", "Grease, “slowly”", "L3", "Pouches", "",
         "requested", "3", plain.due, "", "", "", ""],
        [odd.pk, odd.version, f"W-{odd.number}", "'=HYPERLINK(1)", "L3", "Pouches", "",
         "requested", "1", odd.due, 4.5, "2026-11-25T00:30:00+01:00", "yes", "'+31;'=1"],
    ]  # fmt: skip
    for row in expected[1:]:
        row[9] = row[9].astimezone(ZoneInfo("Europe/Amsterdam")).isoformat(timespec="seconds")
    assert _table(answer) == [[str(cell) for cell in row] for row in expected]
    assert _sheet(planner.get(XLSX, place="40", sort="due", columns=COLUMNS)) == expected
    # With what can be brought back; the columns are those of the list without being asked for.
    edit = _table(planner.get(CSV, place="40", columns="what", edit="1"))
    assert edit[0][3:] == ["what", "owner", "priority", "planned_start", "planned_end", "due"]
    usual = _table(planner.get(CSV, type="CAL"))[0]
    assert usual[3:6] == ["what", "type", "place"]
    assert usual[-5:] == ["requested_at", "f.hours", "f.ok", "f.tag", "f.when"]


def test_everybody_gets_what_the_list_shows_them(world, planner, sign_in):
    own = planned_item(world, plan={"team_id": world.lasteam.pk})
    planned_item(world, place_id=world.u310.pk)
    nrd = second_site()
    items.request(
        actor=nrd.supervisor, at=world.at, site_id=nrd.site.pk, place_id=nrd.root.pk,
        type_id=nrd.mnt.pk, what="Not theirs",
    )  # fmt: skip
    assert len(_table(planner.get(CSV))) == 3
    assert [row[0] for row in _table(sign_in(world.contractor).get(CSV))] == ["id", str(own.pk)]
    assert len(_table(sign_in(world.other_contractor).get(CSV))) == 1
    assert sign_in(nrd.supervisor).get(CSV).status_code == 404
    assert planner.get("/s/hvk/work/export.ods").status_code == 404
    # What the list does not understand, it says itself.
    for file in (CSV, XLSX):
        assert planner.get(file, place="no").headers["Location"] == "/s/hvk/work/?place=no"
        back = planner.client.get(f"{file}?owner=me&owner=sup", follow=True)
        assert "is one value too many for Owner" in back.text


def test_an_xlsx_of_too_many_rows_is_not_begun(world, planner, monkeypatch):
    for _each in range(2):
        planned_item(world)
    monkeypatch.setattr("work.views.exports.MOST_XLSX", 1)
    answer = planner.client.get(XLSX, {"place": "40"}, follow=True)
    assert answer.redirect_chain == [("/s/hvk/work/?place=40", 302)]
    assert "A spreadsheet takes 1 rows at most." in answer.text


def test_rows_are_read_some_at_a_time_and_nothing_is_left_open(world, planner, monkeypatch):
    monkeypatch.setattr("work.reads.sheet.CHUNK", 2)
    for _each in range(5):
        planned_item(world)

    def standing() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_cursors WHERE name LIKE '_django%'")
            return cursor.fetchone()[0]

    with CaptureQueriesContext(connection) as asked:
        answer = planner.get(CSV)
        lines = iter(answer.streaming_content)
        head = len(asked)
        assert next(lines).count(b"\n") == 1
        assert (len(asked) - head, standing()) == (0, 0)
        assert next(lines).count(b"\n") == 2
        # The cursor over the keys, and the rows of the chunk.
        first = len(asked) - head
        assert next(lines).count(b"\n") == 2
        assert len(asked) - head - first == 1
    assert head <= 12
    assert standing() == 1
    answer._iterator.close()  # as a server does whose reader went away
    assert standing() == 0


def test_what_is_escaped_comes_back():
    for size in range(6):
        for signs in product("'=;\ta", repeat=size):
            text = "".join(signs)
            assert unescaped(escaped(text)) == text
            assert escaped(text)[:1] not in ("=", "\t")
            assert ";=" not in escaped(text)
    assert [escaped(each) for each in ("-1", "@x", "\rx", "a\n+1", "＝1", "a=b", "W-1")] == [
        "'-1", "'@x", "'\rx", "a\n'+1", "'＝1", "a=b", "W-1"
    ]  # fmt: skip
