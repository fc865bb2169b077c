"""What a CSV file may hold, and where a fault of it is said to be."""

import tracemalloc

import pytest

from work.services.import_.faults import FileFault
from work.services.import_.rows import Source, read


def rows(path, *needed, **form):
    return [(row.line, dict(row.cells), row.faults) for row in read(Source(path, needed, **form))]


def fault_of(path, *needed, **form):
    with pytest.raises(FileFault) as caught:
        rows(path, *needed, **form)
    fault = caught.value.fault
    return fault.code, fault.line, fault.column, fault.value


def test_rows_have_their_line_and_cells(put):
    path = put("a.csv", 'key,name\r\n1,"Smøre\nolje"\r\n\r\n2,"say ""no"""\r\n')
    assert rows(path, "key") == [
        (2, {"key": "1", "name": "Smøre\nolje"}, []),
        (5, {"key": "2", "name": 'say "no"'}, []),
    ]


def test_a_mark_other_delimiters_and_a_later_header(put):
    path = put("a.csv", "\ufeffExport of today\nkey;name;\n1;x;\n")
    assert rows(path, "key", delimiter=";", header=2) == [(3, {"key": "1", "name": "x"}, [])]


def test_another_encoding_is_read_when_the_mapping_says_so(put):
    path = put("a.csv", "key,name\n1,Smøreolje\n".encode("latin-1"))
    assert rows(path, "key", encoding="iso8859-1")[0][1] == {"key": "1", "name": "Smøreolje"}


def test_a_column_that_nobody_needs_may_stand_twice(put):
    path = put("a.csv", "key,note,note,note\n1,x,y,z\n")
    assert rows(path, "key")[0][1] == {"key": "1", "note": "x", "note #3": "y", "note #4": "z"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", ("empty_file", 0, "", "")),
        (b"\n\n", ("empty_file", 1, "", "")),
        (b"name\nx\n", ("missing_column", 1, "key", "")),
        (b"key,key\n1,2\n", ("double_column", 1, "key", "key")),
        (b"a,key,a,key\n1,2,3,4\n", ("double_column", 1, "key", "key")),
        (
            "key,name\n1,x\n2,Smøre\n".encode("latin-1"),
            ("encoding", 3, "name", repr(b"2,Sm\xf8re\n")),
        ),
        (b'key,name\n1,"a\nb\xff"\n', ("encoding", 3, "name", repr(b'b\xff"\n'))),
        ("key\nå".encode("utf-16"), ("utf_16", 1, "", repr(b"\xff\xfe"))),
        (b"key,name\n1,x\n2,a\0b\n", ("nul", 3, "name", "2,a␀b⏎")),
        (b'key,name\n1,"x\n', ("truncated", 2, "", '1,"x⏎')),
        (b"key,name\n1,x\n2", ("truncated", 3, "", "2")),
        (b'key,name\n1,"x"y\n', ("quoting", 2, "", '1,"x"y⏎')),
        (b"key,name\r1,x\r", ("line_ends", 1, "", "key,name1,x")),
    ],
)
def test_file_faults_are_said_where_they_are(put, content, fault):
    assert fault_of(put("a.csv", content), "key") == fault


def test_a_missing_column_names_those_that_are_there(put):
    with pytest.raises(
        FileFault, match=r"a\.csv, line 1, column key: .* The file has: name, Key\."
    ):
        rows(put("a.csv", "name,Key\nx,1\n"), "key")


def test_a_row_with_too_few_or_too_many_cells_is_a_fault_of_the_row(put):
    found = rows(put("a.csv", "key,name\n1\n2,x,y\n3,x,\n4,x\n"), "key")
    assert [[(fault.code, fault.line, fault.value) for fault in row[2]] for row in found] == [
        [("cells", 2, "1")],
        [("cells", 3, "2,x,y")],
        [],
        [],
    ]


def test_a_cell_may_hold_one_million_characters_and_no_more(put):
    assert len(rows(put("a.csv", f"key,name\n1,{'x' * 1_000_000}\n"), "key")) == 1
    found = fault_of(put("b.csv", f"key,name\n1,x\n2,{'x' * 1_000_001}\n"), "key")
    assert found == ("cell_too_large", 3, "name", "x" * 40 + "…")


@pytest.mark.parametrize("part", ["y" * 1_000_000, ("y" * 99 + "\n") * 10_000])
def test_a_cell_of_50_mb_is_refused_with_a_part_of_it_in_memory(tmp_path, part):
    path = tmp_path / "a.csv"
    with path.open("w") as stream:
        stream.write('key,name\n1,x\n2,"')
        for _each in range(50):
            stream.write(part)
        stream.write('"\n')
    assert path.stat().st_size > 50_000_000
    tracemalloc.start()
    code, line, column, value = fault_of(path, "key")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (code, column, value[:40]) == ("cell_too_large", "name", "y" * 40)
    assert line >= 3
    assert peak < path.stat().st_size


@pytest.mark.parametrize("blank", [",,,", ", ,\t,", "   ", '"","","",""', ","])
def test_a_row_without_anything_in_it_is_no_row(put, blank):
    path = put("a.csv", f"key,a,b,c\n{blank}\n1,,,\n{blank}\n{blank}")
    assert rows(path, "key") == [(3, {"key": "1", "a": "", "b": "", "c": ""}, [])]


@pytest.mark.parametrize("name", ["a.tsv", "a.TXT"])
def test_cells_that_tabs_part(put, name):
    path = put(name, "key\tname\n1\tx, y\n")
    assert rows(path, "key", delimiter="\t") == [(2, {"key": "1", "name": "x, y"}, [])]


def test_utf_16_says_how_to_save_it(put):
    with pytest.raises(FileFault, match=r"line 1, .* This is UTF-16\. Save the file as UTF-8\."):
        rows(put("a.csv", "key\n1\n".encode("utf-16")), "key")


def test_only_csv_and_xlsx_are_read(put):
    assert fault_of(put("a.pdf", "x"), "key") == ("unknown_format", 0, "", ".pdf")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileFault, match=r"gone\.csv: The file cannot be read: No such file"):
        rows(tmp_path / "gone.csv", "key")
