"""Rows of a file, streamed: each with its line, its cells by column and what is wrong with it.

Whatever the file, no more than one row of it is in memory.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from work.services.import_.faults import Fault, FileFault, shown

CELL_LIMIT = 1_000_000
ROW_LIMIT = 4_000_000
COLUMN_LIMIT = 1_000

Cell = str | datetime


@dataclass(frozen=True)
class Row:
    """One row: cells by column name, blanks left out by nobody, faults found while reading it."""

    line: int
    cells: dict[str, Cell]
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """How one file is to be read: where it is and what the mapping says of its form.

    most: no more rows than this will be asked for; 0 where all will. columns: filled with the names
    of the header when it is read.
    """

    path: Path
    needed: Sequence[str]
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    sheet: str = ""
    header: int = 1
    most: int = 0
    columns: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The file's name as it stands in faults."""
        return name_of(self.path)


def name_of(path: Path) -> str:
    """A file's name as it stands in faults: in UTF-8, and at most 200 characters of it."""
    return shown(path.name, 199)


def read(source: Source) -> Iterator[Row]:
    """The rows of a CSV or XLSX file. Raises FileFault, at the latest at the bad place."""
    from work.services.import_ import csv_rows, xlsx_rows

    readers: dict[str, Callable[[Source], Iterator[Row]]] = {
        ".csv": csv_rows.read,
        ".tsv": csv_rows.read,
        ".txt": csv_rows.read,
        ".xlsx": xlsx_rows.read,
    }
    reader = readers.get(source.path.suffix.lower())
    if reader is None:
        raise FileFault(Fault("unknown_format", source.name, value=source.path.suffix))
    return reader(source)


def sha256(path: Path) -> str:
    """The fingerprint of a file's bytes."""
    with unreadable(path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def unreadable(path: Path) -> Iterator[None]:
    """Turn the system's refusal to open a file into a fault of that file."""
    try:
        yield
    except OSError as error:
        raise FileFault(
            Fault("no_file", name_of(path), params={"error": error.strerror or str(error)})
        ) from error


def header(source: Source, line: int, names: Sequence[str]) -> list[str]:
    """The column names of a header row, with those the mapping needs among them.

    One that stands twice, and that nobody needs, is numbered the second time.
    """
    columns = [name.strip() for name in names]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise FileFault(Fault("empty_file", source.name, line))
    if len(columns) > COLUMN_LIMIT:
        limit = {"limit": COLUMN_LIMIT}
        raise FileFault(Fault("too_many_columns", source.name, line, params=limit))
    for index, name in enumerate(columns):
        if name and name in columns[:index]:
            if name in source.needed:
                raise FileFault(Fault("double_column", source.name, line, name, name))
            columns[index] = f"{name} #{index + 1}"
    for name in source.needed:
        if name not in columns:
            has = ", ".join(filter(None, columns))
            raise FileFault(
                Fault("missing_column", source.name, line, name, params={"has": shown(has, 400)})
            )
    source.columns[:] = columns
    return columns


def column_name(columns: Sequence[str], index: int) -> str:
    """The name of a column by its place, also where the header names none."""
    return columns[index] if index < len(columns) and columns[index] else f"#{index + 1}"
