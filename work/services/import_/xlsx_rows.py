"""Streaming XLSX: the archive is checked for its size and its cells before openpyxl opens it.

openpyxl holds the table of shared strings in memory; everything else is read row by row.
"""

import lzma
import warnings
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from itertools import chain
from typing import Any
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape

from work.services.import_.faults import Fault, FileFault, shown
from work.services.import_.rows import (
    CELL_LIMIT,
    COLUMN_LIMIT,
    ROW_LIMIT,
    Cell,
    Row,
    Source,
    column_name,
    header,
    unreadable,
)

MEGABYTE = 1_000_000
PART_LIMIT = 2_000 * MEGABYTE  # a sheet, streamed
STRINGS_LIMIT = 64 * MEGABYTE  # any other part, held in memory
PARTS_LIMIT = 2_000
ENTRIES_LIMIT = 300_000  # of styles and the like: each becomes objects of many times its size
LINE_LIMIT = 1_048_576  # a spreadsheet has no more
_AHEAD = 1_000

_HELD = ("styles.xml", "workbook.xml", "app.xml", "core.xml", "custom.xml", ".rels")

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    expat.ExpatError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    SyntaxError,  # xml.etree.ElementTree.ParseError
    RuntimeError,  # encrypted, or packed in a way that is not read
    lzma.LZMAError,
)


def read(source: Source) -> Iterator[Row]:
    """The rows of one sheet after its header. A row without anything in it is no row."""
    with unreadable(source.path), source.path.open("rb") as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                _bounded(source, archive)
        except _DAMAGE as error:
            size = f"{source.path.stat().st_size} bytes"
            raise FileFault(Fault("not_xlsx", source.name, value=size)) from error
        line = 0
        try:
            for row in _rows(source, stream):
                line = row.line
                yield row
        except _DAMAGE as error:
            params = {"error": shown(f"{type(error).__name__} {error}", 200)}
            raise FileFault(Fault("xlsx_damaged", source.name, line + 1, params=params)) from error


def _bounded(source: Source, archive: zipfile.ZipFile) -> None:
    """Refuse an archive whose parts unpack too large or hold a cell over the limit."""
    parts = archive.infolist()
    if len(parts) > PARTS_LIMIT:
        raise FileFault(Fault("xlsx_damaged", source.name, params={"error": f"{len(parts)} parts"}))
    for part in parts:
        limit = PART_LIMIT if _is_sheet(part) else STRINGS_LIMIT
        if part.file_size > limit:
            params = {"part": part.filename, "limit": limit // MEGABYTE}
            raise FileFault(Fault("xlsx_too_large", source.name, params=params))
    try:
        sizes = array("L")
        for part in parts:
            if part.filename.endswith(_HELD):
                _Count(source, part.filename).run(archive, part)
        for part in parts:
            if part.filename.endswith("sharedStrings.xml"):
                scan = _Scan(source, "si")
                scan.run(archive, part)
                sizes = scan.sizes
        for part in parts:
            if _is_sheet(part):
                with suppress(_Enough):
                    _Scan(source, "c", sizes).run(archive, part)
    except _DAMAGE as error:
        params = {"error": shown(f"{type(error).__name__} {error}", 200)}
        raise FileFault(Fault("xlsx_damaged", source.name, params=params)) from error


def _is_beyond(source: Source, line: int) -> bool:
    """Whether this row is not asked for, rows without anything in them being passed over."""
    return bool(source.most) and line > source.header + source.most + _AHEAD


def _is_sheet(part: zipfile.ZipInfo) -> bool:
    return "/worksheets/" in part.filename and part.filename.endswith(".xml")


class _Count:
    """Reads one part as a stream and refuses it when it has very many entries."""

    def __init__(self, source: Source, name: str) -> None:
        self.source, self.name, self.entries = source, name, 0

    def run(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        """Read the part to its end, or to the entry that is one too many."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        _feed(parser, archive, part)

    def _begin(self, *_given: Any) -> None:
        self.entries += 1
        if self.entries > ENTRIES_LIMIT:
            params = {"part": self.name, "limit": ENTRIES_LIMIT}
            raise FileFault(Fault("xlsx_too_many", self.source.name, params=params))


def _feed(parser: Any, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as stream:
        while chunk := stream.read(65_536):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


class _Enough(Exception):
    """As many rows were measured as will be asked for."""


class _Scan:
    """Reads one part as a stream and measures the text of its cells without keeping it.

    Of shared strings the sizes are remembered, and refused at the cell or row that uses them.
    """

    def __init__(self, source: Source, unit: str, strings: array | None = None) -> None:
        self.source, self.unit, self.strings = source, unit, strings
        self.sizes = array("L")
        self.size = self.row_size = self.line = 0
        self.start = ""
        self.cell: dict[str, str] = {}
        self.inside = False

    def run(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        """Read the part to its end, or to the first cell that is too large."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        _feed(parser, archive, part)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == self.unit:
            self.inside, self.cell = True, attributes
            self.size, self.start = 0, ""
        elif tag == "row":
            self.row_size, self.line = 0, int(attributes.get("r") or self.line + 1)
            if _is_beyond(self.source, self.line):
                raise _Enough
            if self.line > LINE_LIMIT:
                raise ValueError(f"row {self.line}")

    def _text(self, text: str) -> None:
        if self.inside:
            self.size += len(text)
            if len(self.start) < 40:
                self.start += text[:40]
            if self.size > CELL_LIMIT and self.unit == "c":
                self._refuse(self.start)

    def _end(self, name: str) -> None:
        if name.rpartition(" ")[2] != self.unit:
            return
        self.inside = False
        if self.unit == "si":
            self.sizes.append(self.size)
            return
        if self.strings and self.cell.get("t") == "s" and self.start.strip().isdigit():
            self.size = self.strings[int(self.start)]
            if self.size > CELL_LIMIT:
                self._refuse("")
        self.row_size += self.size
        if self.row_size > ROW_LIMIT:
            raise FileFault(Fault("row_too_large", self.source.name, self.line))

    def _refuse(self, value: str) -> None:
        name = self.cell.get("r", "")
        line = int("0" + "".join(filter(str.isdigit, name)))
        raise FileFault(Fault("cell_too_large", self.source.name, line, name, shown(value, 40)))

    def _doctype(self, *_args: Any) -> None:
        params = {"error": "DOCTYPE"}
        raise FileFault(Fault("xlsx_damaged", self.source.name, params=params))


def _rows(source: Source, stream: Any) -> Iterator[Row]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions it does not know
        book = load_workbook(stream, read_only=True, keep_links=False)
    try:
        sheet = _sheet(source, book)
        columns: list[str] | None = None
        for line, cells in enumerate(sheet.iter_rows(min_row=source.header), source.header):
            if _is_beyond(source, line):
                return
            if columns is None:
                columns = header(source, line, [_text_of(cell.value) for cell in cells])
            elif len(cells) > COLUMN_LIMIT:
                params = {"limit": COLUMN_LIMIT}
                raise FileFault(Fault("too_many_columns", source.name, line, params=params))
            else:
                row = _row(source, line, columns, cells)
                beyond = (_text_of(cell.value) for cell in cells[len(columns) :])
                if row.faults or any(map(_holds, chain(row.cells.values(), beyond))):
                    yield row
        if columns is None:
            raise FileFault(Fault("empty_file", source.name))
    finally:
        book.close()


def _sheet(source: Source, book: Any) -> Any:
    """The sheet that the mapping names, else the first that is not hidden."""
    names = [sheet.title for sheet in book.worksheets]
    seen = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    name = source.sheet or next(iter(seen), "")
    if name not in names:
        params = {"has": ", ".join(names)}
        raise FileFault(Fault("missing_sheet", source.name, value=source.sheet, params=params))
    sheet = book[name]
    sheet.reset_dimensions()  # what the file says of its own size may be wrong
    return sheet


def _row(source: Source, line: int, columns: list[str], cells: tuple) -> Row:
    row = Row(line, dict.fromkeys(columns, ""))
    for index, cell in enumerate(cells[: len(columns)]):
        name = column_name(columns, index)
        if cell.data_type in ("f", "e"):
            if name not in source.needed:
                continue  # nobody reads it
            formula = getattr(cell.value, "text", cell.value)  # an array formula is an object
            params = {"cell": f"{get_column_letter(index + 1)}{line}"}
            code = "formula" if cell.data_type == "f" else "cell_error"
            row.faults.append(Fault(code, source.name, line, name, shown(formula), params))
        elif cell.value is not None:
            value = row.cells[name] = _value(cell.value)
            if isinstance(value, str) and "\0" in value:
                raise FileFault(Fault("nul", source.name, line, name, shown(value)))
    return row


def _holds(cell: Cell) -> bool:
    return bool(cell.strip() if isinstance(cell, str) else cell)


def _value(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return _text_of(value)


def _text_of(value: Any) -> str:
    """A cell as the text that a CSV export of the same sheet would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _unescaped(value) if isinstance(value, str) else str(value)


def _unescaped(text: str) -> str:
    """A text with what a spreadsheet writes as _x000D_ put back; half a character is none."""
    plain = unescape(text)
    if plain == text:
        return text
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
