"""A first look into a file: how it is written, its columns, its first rows."""

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from work.models.imports import ImportRun
from work.services.import_ import uploads
from work.services.import_.convert import clean, text_of
from work.services.import_.faults import FileFault, shown
from work.services.import_.mapping import FileForm, ImportMapping
from work.services.import_.stage import rows_of
from work.services.import_.uploads import Kept, laid_out, linked

ROWS = 5
DELIMITERS = (",", ";", "\t", "|")
_HEAD = 65_536
_CODES, _CODE_ROWS, _CODE_LENGTH = 40, 5_000, 200
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True)
class Preview:
    """What stands at the beginning of a file, or why it cannot be read."""

    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    problem: str = ""


def guess(file: Kept) -> FileForm:
    """How a file seems to be written, where no mapping says it."""
    path = uploads.path_of(file["sha256"])
    if file["name"].lower().endswith(".xlsx") or not path.is_file():
        return FileForm()
    return form_of(path)


def form_of(path: Path) -> FileForm:
    """How a file seems to be written, by its beginning."""
    if path.suffix.lower() == ".xlsx":
        return FileForm()
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    try:
        head.decode()
        encoding = "utf-8"
    except UnicodeDecodeError as error:
        cut = error.start >= len(head) - 3 and len(head) == _HEAD
        encoding = "utf-8" if cut else "cp1252"
    line = _QUOTED.sub("", head.decode(encoding, "replace")).split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=line.count)
    return replace(FileForm(), encoding=encoding, delimiter=delimiter)


def preview(file: Kept, form: FileForm, most: int = ROWS) -> Preview:
    """The columns of a file and its first rows, as it is read with this form."""
    try:
        with linked(file) as path:
            header: list[str] = []
            rows = list(islice(rows_of(path, form, [], most, header), most))
    except FileFault as refusal:
        return Preview(problem=str(refusal))
    columns = [name for name in header if name]
    cells = [[shown(text_of(row.cells.get(name, "")), 60) for name in columns] for row in rows]
    return Preview(columns, cells)


def codes_in(file: Kept, form: FileForm, columns: list[str]) -> dict[str, list[str]]:
    """What stands in each of these columns, as far as the first rows tell. Raises FileFault."""
    found: dict[str, dict[str, None]] = {name: {} for name in columns}
    with linked(file) as path:
        for row in islice(rows_of(path, form, [], _CODE_ROWS), _CODE_ROWS):
            for name, codes in found.items():
                code = str(clean(text_of(row.cells.get(name, "")), form))
                fits = code.isprintable() and len(code) <= _CODE_LENGTH
                if code and fits and len(codes) < _CODES:
                    codes[code] = None
    return {name: list(codes) for name, codes in found.items()}


def check_fit(run: ImportRun, mapping: ImportMapping) -> None:
    """Whether each file opens and has the columns that the mapping reads. Raises FileFault."""
    with laid_out(run, mapping) as files:
        next(rows_of(files.first, mapping.form, list(mapping.needed), 1), None)
        for join in mapping.joins:
            next(rows_of(files.joined[join.name], join.form, list(join.needed), 1), None)
