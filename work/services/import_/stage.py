"""Pass one: every file is read once, converted and streamed into the staging table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg.types.json import Jsonb

from work.models.imports import ImportPart, ImportRow, ImportRun
from work.services.import_.convert import Unfit, clean, fault_of, value_of, words_of
from work.services.import_.custom import Custom
from work.services.import_.faults import Fault, shown
from work.services.import_.load_lines import own_key
from work.services.import_.mapping import KEY_LIMIT, Field, FileForm, ImportMapping, Join
from work.services.import_.rows import Row, Source, name_of, read

_COLUMNS = "run_id, part, name, key, ref, file, line, data, faults, refused, depth, verdict, done"

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Files:
    """Where the first file and those it is joined with are."""

    first: Path
    joined: dict[str, Path]

    @classmethod
    def find(cls, first: Path, mapping: ImportMapping, mapping_path: Path) -> "Files":
        """The joined files, beside the first file or else beside the mapping."""
        joined = {}
        for join in mapping.joins:
            places = [first.parent / join.file, mapping_path.parent / join.file]
            joined[join.name] = next((path for path in places if path.is_file()), places[0])
        return cls(first, joined)

    def __iter__(self) -> Iterator[Path]:
        yield self.first
        yield from dict.fromkeys(self.joined.values())


def stage(run: ImportRun, mapping: ImportMapping, files: Files, progress: Progress) -> None:
    """Stage every row of every file. Raises FileFault, and then nothing of the run is staged."""
    zone = ZoneInfo(run.site.time_zone)
    _copy(run, _records(Custom(run.site, zone), mapping, files.first, zone), progress)
    for join in mapping.links:
        _copy(run, _links(join, files.joined[join.name]), progress)
    if mapping.lines:
        limit = KEY_LIMIT - len(own_key(mapping.system, ""))
        _copy(run, _lines(mapping.lines, files.joined["lines"], zone, limit), progress)


@dataclass
class _Staged:
    """One row on its way into the staging table."""

    part: ImportPart
    name: str
    key: str
    ref: str
    file: str
    line: int
    data: dict[str, Any]
    faults: list[Fault]


def _records(
    custom: Custom, mapping: ImportMapping, path: Path, zone: ZoneInfo
) -> Iterator[_Staged]:
    form, file = mapping.form, name_of(path)
    own = [field for field in mapping.fields if field.name.startswith("values.")]
    for row in rows_of(path, form, list(mapping.needed)):
        faults = list(row.faults)
        key = _key(row, mapping.key, form, file, faults, mapping.key_limit)
        values = _values(mapping.fields, row, form, zone, file, faults)
        for field in own:
            said = values.pop(field.name)
            try:
                values[field.name] = custom.value(values.get("type"), field, said)
            except Unfit as unfit:
                faults.append(fault_of(unfit, field, row, file))
        data = {"f": values, "w": words_of(mapping.words, row, form)}
        ref = values.pop("parent", None) or ""
        yield _Staged(ImportPart.RECORD, "", key, ref, file, row.line, data, faults)


def _links(join: Join, path: Path) -> Iterator[_Staged]:
    file = name_of(path)
    for row in rows_of(path, join.form, list(join.needed)):
        faults = list(row.faults)
        key = _key(row, join.record, join.form, file, faults)
        ref = _key(row, join.to, join.form, file, faults)
        yield _Staged(ImportPart.LINK, join.name, key, ref, file, row.line, {}, faults)


def _lines(join: Join, path: Path, zone: ZoneInfo, limit: int) -> Iterator[_Staged]:
    file = name_of(path)
    for row in rows_of(path, join.form, list(join.needed)):
        faults = list(row.faults)
        key = _key(row, join.record, join.form, file, faults)
        ref = _key(row, join.to, join.form, file, faults, limit)
        values = _values(join.fields, row, join.form, zone, file, faults)
        data = {"f": values, "w": words_of(join.words, row, join.form)}
        yield _Staged(ImportPart.LINE, "lines", key, ref, file, row.line, data, faults)


def rows_of(
    path: Path,
    form: FileForm,
    needed: list[str],
    most: int = 0,
    columns: list[str] | None = None,
) -> Iterator[Row]:
    """The rows of a file that is written in this form; the rest as in Source. Raises FileFault."""
    return read(
        Source(
            path,
            list(dict.fromkeys(needed)),
            encoding=form.encoding,
            delimiter=form.delimiter,
            quote=form.quote,
            sheet=form.sheet,
            header=form.header,
            most=most,
            columns=[] if columns is None else columns,
        )
    )


def _key(
    row: Row,
    column: str,
    form: FileForm,
    file: str,
    faults: list[Fault],
    limit: int = KEY_LIMIT,
) -> str:
    key = str(clean(row.cells.get(column, ""), form))
    if not key and not row.faults:
        raw = shown(row.cells.get(column, ""))
        faults.append(Fault("empty_key", file, row.line, column, raw))
    if not key.isprintable():
        faults.append(Fault("unprintable", file, row.line, column, shown(key)))
    if len(key) > limit:
        params = {"limit": limit}
        faults.append(Fault("too_long", file, row.line, column, shown(key), params))
    return key[:KEY_LIMIT]


def _values(
    fields: tuple[Field, ...],
    row: Row,
    form: FileForm,
    zone: ZoneInfo,
    file: str,
    faults: list[Fault],
) -> dict[str, Any]:
    """The converted fields of a row; what cannot be read is added to the faults."""
    values: dict[str, Any] = {}
    for field in fields:
        try:
            values[field.name] = value_of(field, row, form, zone)
        except Unfit as unfit:
            values[field.name] = None
            if not any(fault.column in field.columns for fault in row.faults):
                faults.append(fault_of(unfit, field, row, file))
            continue
        if values[field.name] is None and field.target.needed and not row.faults:
            faults.append(fault_of(Unfit("needed"), field, row, file))
    return values


def _copy(run: ImportRun, rows: Iterator[_Staged], progress: Progress) -> None:
    statement = f"COPY {ImportRow._meta.db_table} ({_COLUMNS}) FROM STDIN"
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for count, row in enumerate(rows, 1):
            faults = [fault.as_json() for fault in row.faults]
            copy.write_row(
                (
                    run.pk,
                    row.part.value,
                    row.name,
                    row.key,
                    row.ref,
                    row.file,
                    row.line,
                    Jsonb(row.data),
                    Jsonb(faults),
                    bool(faults),
                    0,
                    "",
                    False,
                )
            )
            if count % 5000 == 0:
                progress(row.file, count)
    if count:
        progress(row.file, count)
