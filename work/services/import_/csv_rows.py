"""Streaming CSV: bytes are read in bounded lines, decoded strictly and parsed row by row."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from work.services.import_.faults import Fault, FileFault, shown
from work.services.import_.rows import (
    CELL_LIMIT,
    COLUMN_LIMIT,
    ROW_LIMIT,
    Row,
    Source,
    column_name,
    header,
    unreadable,
)

# The parser's own limit is one for the whole process. `_Lines` bounds a row before it gets there.
csv.field_size_limit(ROW_LIMIT + 1)


_ERRORS = {"end of data": "truncated", "new-line": "line_ends"}


class _Lines:
    """The lines of the row being parsed, kept so that a fault can name its column."""

    def __init__(self, stream: BinaryIO, source: Source) -> None:
        self.stream, self.source = stream, source
        self.columns: Sequence[str] = ()
        self.number = 0
        self.row: list[str] = []
        self.size = 0
        self.ended = True  # whether the last line read ends with a line end

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self.stream.readline(ROW_LIMIT - self.size + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        self.size += len(raw)
        self.ended = raw.endswith(b"\n")
        if self.number == 1:
            raw = self._without_mark(raw)
        text = self._decoded(raw)
        if self.size > ROW_LIMIT:
            self._refuse_size(text)
        if "\0" in text:
            before, _nul, after = text.partition("\0")
            self._refuse("nul", before, f"{before[-20:]}\0{after[:20]}")
        self.row.append(text)
        return text

    def begin_row(self) -> None:
        """Forget the row that was just parsed."""
        self.row.clear()
        self.size = 0

    def _without_mark(self, raw: bytes) -> bytes:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._refuse("utf_16", "", repr(raw[:2]))
        return raw.removeprefix(codecs.BOM_UTF8)

    def _decoded(self, raw: bytes) -> str:
        try:
            return raw.decode(self.source.encoding)
        except UnicodeDecodeError as error:
            if self.size > ROW_LIMIT and error.end == len(raw):
                return raw.decode(self.source.encoding, "replace")  # the limit cut a character
            before = raw[: error.start].decode(self.source.encoding, "replace")
            around = raw[max(0, error.start - 20) : error.end + 20]
            return self._refuse(
                "encoding", before, repr(around), {"encoding": self.source.encoding}
            )

    def _refuse(self, code: str, before: str, value: str, params: dict | None = None) -> str:
        cells = self._cells_up_to(before)
        raise FileFault(
            Fault(
                code,
                self.source.name,
                self.number,
                column_name(self.columns, len(cells) - 1) if self.columns else "",
                shown(value),
                params or {},
            )
        )

    def _refuse_size(self, text: str) -> None:
        cells = self._cells_up_to(text)
        for index, cell in enumerate(cells):
            if len(cell) > CELL_LIMIT:
                raise FileFault(self.too_large(index, cell, self.number))
        raise FileFault(Fault("row_too_large", self.source.name, self.number))

    def too_large(self, index: int, cell: str, line: int) -> Fault:
        """The fault of a cell over the limit."""
        name = column_name(self.columns, index)
        return Fault("cell_too_large", self.source.name, line, name, shown(cell, 40))

    def _cells_up_to(self, text: str) -> list[str]:
        """The cells of the row that is being parsed, as far as `text` inside its last line."""
        form = {**_form(self.source), "strict": False}
        return next(csv.reader(iter([*self.row, text]), **form), [""])


def _form(source: Source) -> dict:
    return {"delimiter": source.delimiter, "quotechar": source.quote, "strict": True}


def read(source: Source) -> Iterator[Row]:
    """The rows of a CSV file after its header. A row without anything in it is no row."""
    with unreadable(source.path), source.path.open("rb") as stream:
        lines = _Lines(stream, source)
        parser = csv.reader(lines, **_form(source))
        for _skipped in range(source.header - 1):
            _next(parser, lines)
        names = _next(parser, lines)
        columns = lines.columns = header(source, lines.number, names or [])
        while (cells := _next(parser, lines)) is not None:
            if any(cell.strip() for cell in cells):
                yield _row(source, lines, columns, cells)


def _next(parser: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    lines.begin_row()
    try:
        return next(parser, None)
    except csv.Error as error:
        code = next((code for words, code in _ERRORS.items() if words in str(error)), "quoting")
        first = shown("".join(lines.row), 60)
        raise FileFault(
            Fault(code, lines.source.name, lines.number, value=first, params={"error": str(error)})
        ) from error


def _row(source: Source, lines: _Lines, columns: list[str], cells: list[str]) -> Row:
    line = lines.number - len(lines.row) + 1
    if len(cells) > COLUMN_LIMIT:
        raise FileFault(
            Fault("too_many_columns", source.name, line, params={"limit": COLUMN_LIMIT})
        )
    for index, cell in enumerate(cells):
        if len(cell) > CELL_LIMIT:
            raise FileFault(lines.too_large(index, cell, line))
    faults = []
    short, rest = len(cells) < len(columns), cells[len(columns) :]
    if short and not lines.ended:
        raise FileFault(Fault("truncated", source.name, line, value=shown(",".join(cells))))
    if short or any(rest):
        params = {"cells": len(cells), "columns": len(columns)}
        text = shown(source.delimiter.join(cells))
        faults.append(Fault("cells", source.name, line, value=text, params=params))
    return Row(line, dict(zip(columns, cells, strict=False)), faults)
