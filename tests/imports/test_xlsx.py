"""What an XLSX file may hold, and where a fault of it is said to be."""

import re
import tracemalloc
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from work.services.import_ import xlsx_rows
from work.services.import_.faults import FileFault
from work.services.import_.rows import Source, read

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
WHEN = datetime.fromisoformat("2026-11-21T07:00")
DAY = datetime.fromisoformat("2026-11-21T00:00")


@pytest.fixture
def book(tmp_path):
    """Write a workbook with these rows, and give its path."""

    def write(*rows, title="Orders"):
        made = Workbook()
        made.active.title = title
        for row in rows:
            made.active.append(row)
        path = tmp_path / "a.xlsx"
        made.save(path)
        return path

    return write


@pytest.fixture
def changed(tmp_path):
    """A workbook with one of its parts written anew."""

    def write(path, part, change):
        result = tmp_path / "changed.xlsx"
        with (
            zipfile.ZipFile(path) as old,
            zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                content = old.read(name)
                new.writestr(name, change(content) if name == part else content)
        return result

    return write


def rows(path, *needed, **form):
    return list(read(Source(path, needed, **form)))


def fault_of(path, *needed, **form):
    with pytest.raises(FileFault) as caught:
        rows(path, *needed, **form)
    return caught.value.fault


def test_cells_become_the_text_of_a_csv_export(book):
    path = book(
        ["key", "name", "number", "when", "day", "yes", "none"],
        [600, "Smøreolje", 1.5, WHEN, date(2026, 11, 21), True, None],
        [None] * 7,
        [7.0, " x ", 0, None, None, False, ""],
    )
    first, second = rows(path, "key")
    assert first.line == 2
    assert first.cells == {
        "key": "600",
        "name": "Smøreolje",
        "number": "1.5",
        "when": WHEN,
        "day": DAY,
        "yes": "true",
        "none": "",
    }
    assert (second.line, second.cells["key"], second.cells["yes"]) == (4, "7", "false")


def test_a_formula_is_refused_with_its_cell_and_text(book):
    path = book(["key", "name"], ["1", "x"], ["2", "=A1&A2"])
    _first, second = rows(path, "key", "name")
    [fault] = second.faults
    assert (fault.code, fault.line, fault.column, fault.value) == ("formula", 3, "name", "=A1&A2")
    assert str(fault) == (
        "a.xlsx, line 3, column name, value '=A1&A2': "
        "Cell B3 holds a formula. Export values, not formulas."
    )


def test_a_formula_that_nobody_reads_is_left_out(book, changed):
    path = book(["key", "name", "sum"], ["1", "x", "=A1"], ["2", "y", "LOST"], ["", "", "=A3"])
    error = b'<c r="C3" t="e"><v>#N/A</v></c>'
    path = changed(path, SHEET, lambda old: _replaced(old, b'<c r="C3"', b"</c>", error))
    assert [(row.line, row.cells, row.faults) for row in rows(path, "key", "name")] == [
        (2, {"key": "1", "name": "x", "sum": ""}, []),
        (3, {"key": "2", "name": "y", "sum": ""}, []),
    ]
    assert [fault.code for row in rows(path, "key", "sum") for fault in row.faults] == [
        "formula",
        "cell_error",
        "formula",
    ]


def test_a_text_that_looks_like_a_formula_is_a_text(book, changed):
    path = book(["key"], ["1"])
    inline = b'<c r="A2" t="inlineStr"><is><t>=A1</t></is></c>'
    path = changed(path, SHEET, lambda old: _replaced(old, b'<c r="A2"', b"</c>", inline))
    assert [(row.cells["key"], row.faults) for row in rows(path, "key")] == [("=A1", [])]


def test_an_error_of_the_spreadsheet(book, changed):
    path = book(["key"], ["1"])
    error = b'<c r="A2" t="e"><v>#REF!</v></c>'
    path = changed(path, SHEET, lambda old: _replaced(old, b'<c r="A2"', b"</c>", error))
    [fault] = rows(path, "key")[0].faults
    assert (fault.code, fault.value, fault.params) == ("cell_error", "#REF!", {"cell": "A2"})


@pytest.mark.parametrize("shared", [True, False])
def test_characters_that_a_spreadsheet_writes_in_its_own_way(book, changed, shared):
    path = book(["key", "na_x000A_me"], ["1", "TEXT"])
    text = b"one_x000D_\ntwo _xD83D__xDE00_ _xD83D_ _x00_"
    inline = b'<c r="B2" t="inlineStr"><is><t>%b</t></is></c>' % text
    cell = b'<c r="B2" t="s"><v>0</v></c>' if shared else inline
    path = changed(path, SHEET, lambda old: _replaced(old, b'<c r="B2"', b"</c>", cell))
    if shared:
        _share(path, b"<t>%b</t>" % text)
    [row] = rows(path, "key", "na\nme")
    assert row.cells["na\nme"] == "one\r\ntwo \U0001f600 \ufffd _x00_"


def test_a_nul_that_is_written_so(book):
    fault = fault_of(book(["key"], ["a_x0000_b"]), "key")
    assert (fault.code, fault.line, fault.column, fault.value) == ("nul", 2, "key", "a␀b")


@pytest.mark.parametrize("shared", [True, False])
def test_a_row_over_4_mb_is_refused(book, changed, shared):
    cells = [f"c{number}" for number in range(5)]
    path = _wide(book(cells, ["small"] * 5, ["LARGE"] * 5), changed, 800_001, shared)
    fault = fault_of(path, "c0")
    assert (fault.code, fault.line, fault.column) == ("row_too_large", 3, "")
    assert fault.reason == "The row is larger than 4 MB."


@pytest.mark.parametrize("shared", [True, False])
def test_a_row_of_4_mb_is_read(book, changed, shared):
    path = book([f"c{number}" for number in range(5)], ["small"] * 5, ["LARGE"] * 5)
    path = _wide(path, changed, 800_000, shared)
    assert [len(cell) for cell in rows(path, "c0")[1].cells.values()] == [800_000] * 5


def _wide(path, changed, size: int, shared: bool):
    """The workbook with five large cells in its third row."""
    text = b"<t>%b</t>" % (b"y" * size)
    inline = b'<c t="inlineStr"><is>%b</is></c>' % text
    cell = b'<c t="s"><v>0</v></c>' if shared else inline
    row = b'<row r="3">%b</row>' % (cell * 5)
    path = changed(path, SHEET, lambda old: _replaced(old, b'<row r="3"', b"</row>", row))
    if shared:
        _share(path, text)
    return path


def test_a_missing_column_and_a_missing_sheet(book):
    path = book(["name"], ["x"])
    fault = fault_of(path, "key")
    assert (fault.code, fault.line, fault.column) == ("missing_column", 1, "key")
    fault = fault_of(path, "name", sheet="Tags")
    assert (fault.code, fault.value, fault.params) == ("missing_sheet", "Tags", {"has": "Orders"})
    assert len(rows(path, "name", sheet="Orders")) == 1


def test_a_row_of_blanks_is_no_row(book):
    assert [row.line for row in rows(book(["key", "name"], ["1", "x"], [" ", "\t"], ["2"]))] == [
        2,
        4,
    ]


def test_the_first_sheet_that_is_not_hidden(tmp_path):
    made = Workbook()
    made.active.title, made.active.sheet_state = "Lists", "hidden"
    made.active.append(["choice"])
    for title, key in (("Secret", "no"), ("Orders", "yes"), ("More", "later")):
        made.create_sheet(title).append(["key"])
        made[title].append([key])
    made["Secret"].sheet_state = "veryHidden"
    made.active = 2
    made.save(path := tmp_path / "a.xlsx")
    assert [row.cells["key"] for row in rows(path, "key")] == ["yes"]
    assert [row.cells["key"] for row in rows(path, "key", sheet="Secret")] == ["no"]


@pytest.mark.parametrize(
    ("at", "mark", "error"),
    [(6, b"\x01\x00", "encrypted"), (8, b"\x60\x00", "compression")],
    ids=["encrypted", "packed in another way"],
)
def test_an_archive_that_cannot_be_unpacked(book, at, mark, error):
    path = book(["key"], ["1"])
    content = path.read_bytes()
    # In the header of each part, and again in the directory at the end, two bytes further on.
    for start, offset in ((b"PK\x03\x04", at), (b"PK\x01\x02", at + 2)):
        for found in re.finditer(re.escape(start), content):
            first = found.start() + offset
            content = content[:first] + mark + content[first + 2 :]
    path.write_bytes(content)
    fault = fault_of(path, "key")
    assert (fault.code, fault.file) == ("xlsx_damaged", "a.xlsx")
    assert error in fault.params["error"]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_a_truncated_file(book, share):
    path = book(["key"], *([str(number)] for number in range(500)))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    fault = fault_of(path, "key")
    assert (fault.code, fault.file) == ("not_xlsx", "a.xlsx")
    assert fault.value == f"{int(len(content) * share)} bytes"


def test_a_sheet_that_breaks_off_names_the_line(book, changed):
    path = book(["key"], *([str(number)] for number in range(500)))
    path = changed(path, SHEET, lambda old: old[: len(old) // 2])
    fault = fault_of(path, "key")
    assert (fault.code, fault.file) == ("xlsx_damaged", "changed.xlsx")


@pytest.mark.parametrize("shared", [True, False])
def test_a_cell_of_50_mb_is_refused_before_it_is_in_memory(book, changed, shared):
    path = book(["key", "name"], ["1", "small"], ["2", "LARGE"])
    text = b"y" * 50_000_000
    inline = b'<c r="B3" t="inlineStr"><is><t>%b</t></is></c>' % (b"" if shared else text)
    cell = b'<c r="B3" t="s"><v>1</v></c>' if shared else inline
    path = changed(path, SHEET, lambda old: _replaced(old, b'<c r="B3"', b"</c>", cell))
    if shared:
        _add(path, STRINGS, b"<sst><si><t>small</t></si><si><t>%b</t></si></sst>" % text)
    tracemalloc.start()
    fault = fault_of(path, "key")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (fault.code, fault.line, fault.column) == ("cell_too_large", 3, "B3")
    assert peak < 5_000_000


def test_a_zip_bomb_is_refused_unopened(book):
    path = book(["key"], ["1"])
    _add(path, STRINGS, b"<sst>" + b" " * 70_000_000 + b"</sst>")
    assert path.stat().st_size < 200_000
    fault = fault_of(path, "key")
    assert (fault.code, fault.params) == ("xlsx_too_large", {"part": STRINGS, "limit": 64})


def test_entities_are_refused(book, changed):
    path = book(["key"], ["1"])
    path = changed(path, SHEET, lambda old: b'<!DOCTYPE x [<!ENTITY a "b">]>' + old)
    assert fault_of(path, "key").params == {"error": "DOCTYPE"}


def _share(path, text: bytes) -> None:
    """Give a workbook the shared string number 0."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/%b" ContentType="%b" /></Types>' % (STRINGS.encode(), kind)
    types = "[Content_Types].xml"
    parts[types] = parts[types].replace(b"</Types>", override)
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts[STRINGS] = b'<sst xmlns="%b"><si>%b</si></sst>' % (space, text)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)


def _replaced(content: bytes, start: bytes, end: bytes, by: bytes) -> bytes:
    first = content.index(start)
    last = content.index(end, first) + len(end)
    return content[:first] + by + content[last:]


def _add(path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)


def test_a_look_at_the_first_rows_reads_no_further(book, monkeypatch):
    """A cell that is too large far below is found by who reads to the end alone."""
    monkeypatch.setattr(xlsx_rows, "_AHEAD", 2)
    monkeypatch.setattr(xlsx_rows, "CELL_LIMIT", 50)
    path = book(["id"], ["a"], [None], ["b"], ["c"], ["d"], ["e"], ["x" * 60])
    rows = read(Source(path, ["id"], most=3))
    assert [row.cells["id"] for row in rows] == ["a", "b", "c", "d"]
    with pytest.raises(FileFault) as caught:
        list(read(Source(path, ["id"])))
    assert (caught.value.fault.code, caught.value.fault.line) == ("cell_too_large", 8)
