"""Files and mappings as nobody should write them: looked at by the page, and told in a moment."""

import os
import time
import unicodedata
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from openpyxl import Workbook

from work.services.import_ import mapping_toml, peek, report, sketch, uploads
from work.services.import_.faults import Fault, MappingFault
from work.services.import_.mapping import FileForm
from work.services.import_.mapping_toml import HEADER_LIMIT
from work.services.import_.stage import rows_of
from work.services.import_.xlsx_rows import ENTRIES_LIMIT

SEMICOLONS = FileForm(delimiter=";")


@pytest.fixture(autouse=True)
def kept_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"


def kept(content: str | bytes, name="a.csv"):
    return uploads.keep([content.encode() if isinstance(content, str) else content], name)


def seen(content: str, form=None):
    file = kept(content)
    return peek.preview(file, form or peek.guess(file))


def test_a_header_without_rows_has_its_columns():
    found = seen("id,name,,kind\n")
    assert (found.columns, found.rows, found.problem) == (["id", "name", "kind"], [], "")


@pytest.mark.parametrize(("content", "lines"), [("a\nb\n", 2), ("a\nb", 2), ("a", 1), ("\n", 1)])
def test_a_last_line_without_an_end_is_a_line(content, lines):
    assert kept(content)["lines"] == lines


def test_a_fault_of_no_place_says_its_reason_alone():
    assert str(Fault("broke_off")) == "Something went wrong that nobody foresaw; the log says what."
    assert str(Fault("upload_empty", "a.csv")) == "a.csv: The file is empty."


def test_a_short_first_row_hides_no_column():
    assert seen("id,name,kind\n1\n2,b,c\n").columns == ["id", "name", "kind"]


@pytest.mark.parametrize("content", ["", " ", "   \n \n\n", ",,,\n1,2,3\n", "\ufeff\n"])
def test_a_file_without_a_header_says_so(content):
    if not content:
        with pytest.raises(uploads.FileFault, match="The file is empty"):
            kept(content)
        return
    assert "The file holds no header." in seen(content).problem


def test_a_header_of_very_many_columns_is_told_at_once():
    names = ",".join(f"column {number}" for number in range(200_000))
    began = time.perf_counter()
    assert "more than 1000 columns" in seen(names + "\n").problem
    assert time.perf_counter() - began < 5
    assert len(seen(",".join(f"c{number}" for number in range(1000)) + "\n1\n").columns) == 1000


def test_marks_inside_quotes_part_no_cells():
    found = seen('"Name, given";"Note, if any"\n"Vos, Anna";x\n')
    assert found.columns == ["Name, given", "Note, if any"]
    assert peek.guess(kept('"a;b;c",d\n')).delimiter == ","


def test_codes_are_those_that_an_answer_can_hold():
    file = kept("a\n" + "x" * 300 + '\nOPEN\n"two\nlines"\nDONE\nOPEN\n')
    assert peek.codes_in(file, FileForm(), ["a"]) == {"a": ["OPEN", "DONE"]}


def test_codes_that_fit_need_no_map():
    fits = {"requested", "closed"}
    assert sketch.with_codes("", ["closed", "requested"], fits) == ""
    assert sketch.with_codes("", ["closed", "X"], fits) == "closed = closed\nX = "
    assert sketch.with_codes("X = closed\n", ["closed", "X"], fits) == "X = closed\nclosed = closed"


@pytest.fixture
def sheet(tmp_path):
    """Keep a workbook of one sheet, which is written anew in it."""

    def write(change, part="xl/worksheets/sheet1.xml"):
        book, path = Workbook(), tmp_path / "a.xlsx"
        book.active.append(["id"])
        book.active.append(["1"])
        book.save(path)
        with zipfile.ZipFile(path) as old:
            parts = {name: old.read(name) for name in old.namelist()}
        parts[part] = change(parts[part])
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name, content in parts.items():
                new.writestr(name, content)
        return kept(path.read_bytes(), "a.xlsx")

    return write


def test_a_row_that_no_spreadsheet_has_is_not_counted_up_to(sheet):
    file = sheet(lambda old: old.replace(b'<row r="2"', b'<row r="2000000000"'))
    assert peek.preview(file, FileForm()).columns == ["id"]  # it looks at the first rows alone
    assert peek.codes_in(file, FileForm(), ["id"]) == {"id": []}
    with uploads.linked(file) as path, pytest.raises(uploads.FileFault) as caught:
        list(rows_of(path, FileForm(), ["id"]))
    assert caught.value.fault.code == "xlsx_damaged"


def test_styles_that_would_fill_the_memory_are_not_opened(sheet):
    many = b"<xf/>" * (ENTRIES_LIMIT + 1) + b"</cellXfs>"
    file = sheet(lambda old: old.replace(b"</cellXfs>", many), "xl/styles.xml")
    assert file["size"] < 20_000
    found = peek.preview(file, FileForm())
    assert "xl/styles.xml has more than 300000 entries" in found.problem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = " + "[" * 50_000, "recursion"),
        ("a = " + "9" * 5_000, "4300 digits"),
        ("a = " + "{b = " * 20_000, "recursion"),
    ],
)
def test_a_text_that_goes_on_and_on_is_no_mapping(text, words):
    with pytest.raises(MappingFault, match=words):
        mapping_toml.parse(text, name="m")


@pytest.mark.parametrize("line", [0, -1, HEADER_LIMIT + 1, 10**18])
def test_the_header_stands_near_the_top(line):
    with pytest.raises(MappingFault, match="The number of the header's line is needed"):
        mapping_toml.file_form({"header": line}, "file", FileForm())


@pytest.mark.parametrize("name", ["漢" * 100 + ".csv", "🔧" * 300 + ".csv", "漢" * 300 + ".xlsx"])
def test_a_long_name_is_one_that_a_file_may_have(tmp_path, name):
    plain = uploads.plain_name(name)
    assert len(plain.encode()) < 250
    assert plain.endswith(name[-4:])
    (tmp_path / plain).touch()


def test_a_name_is_the_same_however_its_letters_are_composed():
    name = "Aufträge für März.csv"
    assert uploads.plain_name(unicodedata.normalize("NFD", name)) == name


def test_an_upload_that_was_broken_off_goes_too(db):
    kept("id\n")
    now, old = timezone.now(), timezone.now() - uploads.KEPT - timedelta(days=1)
    for name, at in ((".new-old", old), (".new-fresh", now)):
        path = uploads.root() / name
        path.touch()
        os.utime(path, (at.timestamp(), at.timestamp()))
    assert uploads.drop_old(now) == 1
    left = [path.name for path in uploads.root().rglob("*") if path.is_file()]
    assert (len(left), ".new-fresh" in left) == (2, True)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("=cmd", "'=cmd"),
        ("a;=cmd", "a;'=cmd"),
        ("a\t+1|@x", "a\t'+1|'@x"),
        ("-5", "'-5"),
        ("1-5; -x, a=b", "1-5; -x, a=b"),
        ("\t=x", "'\t'=x"),
        (7, 7),
    ],
)
def test_no_cell_is_a_formula_wherever_it_is_parted(said, written):
    assert report._plain(said) == written


def test_a_fault_names_what_is_meant_in_the_language_of_the_reader():
    fault = Fault("unknown_reference", params={"what": "place"})
    assert fault.reason == "There is no place with this code at the site."
    with translation.override("nl"):
        assert fault.reason == "Op de site bestaat geen plaats met deze code."
