"""What an import found, in words and figures, and its errors as a file."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from work.models.imports import ImportRow, ImportRun
from work.services.import_.faults import Fault, FileFault
from work.services.import_.rows import name_of

KINDS: dict[str, str] = {
    "new": gettext_noop("new"),
    "changed": gettext_noop("changed"),
    "same": gettext_noop("same"),
    "conflict": gettext_noop("in conflict"),
    "incomplete": gettext_noop("incomplete"),
    "refused": gettext_noop("refused"),
    "closed_in_source": gettext_noop("closed in source, open in the field"),
    "reported": gettext_noop("reported only"),
    "lost": gettext_noop("stray links and lines refused"),
    "gone": gettext_noop("no longer in the source"),
}
CAUSES: dict[str, str] = {
    "what": gettext_noop("it does not say what"),
    "why": gettext_noop("it does not say why"),
    "place": gettext_noop("it names no place"),
    "owner": gettext_noop("it has no owner"),
    "criterion": gettext_noop("it has no acceptance criterion"),
}
MADE: dict[str, str] = {
    "closed": gettext_noop("closed"),
    "cancelled": gettext_noop("cancelled"),
    "planned": gettext_noop("planned"),
    "requested": gettext_noop("requested"),
    "links": gettext_noop("links"),
    "lines": gettext_noop("lines"),
}
_HEADER = ("file", "line", "column", "value", "reason", "outcome")
# What a spreadsheet takes for the beginning of a formula; it may part the cells at other marks.
_FORMULA = re.compile(r"(^|[;\t|])(?=[=+\-@\t\r])")


def counts(run: ImportRun) -> dict[str, int]:
    """How many records of each kind, every kind named."""
    return {kind: run.counts.get(kind, 0) for kind in KINDS}


def cause_words(cause: str, labels: Mapping[str, str] | None = None) -> str:
    """A cause of incompleteness in words. labels: of the fields, by key, where they are known."""
    if cause.startswith("values."):
        key = cause.removeprefix("values.")
        return _("it lacks the field %(key)s") % {"key": (labels or {}).get(key, key)}
    return _(CAUSES.get(cause, cause))


def lines(run: ImportRun) -> Iterator[str]:
    """The report, line by line."""
    files = ", ".join(each["name"] for each in run.files)
    yield _("%(mapping)s into %(site)s: %(records)s records of %(files)s") % {
        "mapping": run.mapping_name,
        "site": run.site.slug,
        "records": f"{run.counts.get('records', 0):,}",
        "files": files,
    }
    found = counts(run)
    width = max(len(_(word)) for word in KINDS.values())
    for kind, word in KINDS.items():
        yield f"  {_(word):<{width}}  {found[kind]:>9,}"
    for cause, number in sorted(run.counts.get("causes", {}).items()):
        yield "  " + _("incomplete, because %(cause)s: %(number)s") % {
            "cause": cause_words(cause),
            "number": f"{number:,}",
        }
    made = run.counts.get("made", {})
    if made:
        said = (f"{_(word)}: {made[name]:,}" for name, word in MADE.items() if made.get(name))
        yield "  " + ", ".join(said)
    if run.dry_run:
        yield _("Tried only: nothing was written.")
    elif not (found["new"] or run.counts.get("written", 0)):
        yield _("Nothing was changed.")


def faulty(run: ImportRun, code: str = "") -> QuerySet[ImportRow]:
    """The rows of a run with a fault, or with this one, in the order of the files."""
    rows = ImportRow.objects.filter(run=run).exclude(faults=[]).order_by("pk")
    return rows.filter(faults__contains=[{"code": code}]) if code else rows


def faults_of(row: ImportRow) -> Iterator[tuple[Fault, str]]:
    """The faults of one row, with what became of it."""
    outcome = _("refused") if row.refused else _("reported only")
    for stored in row.faults:
        yield Fault.from_json(stored), outcome


def faults(run: ImportRun) -> Iterator[tuple[Fault, str]]:
    """Every fault of the run's rows, in the order of the files, with what became of the row."""
    for row in faulty(run).iterator(chunk_size=1000):
        yield from faults_of(row)


def by_fault(run: ImportRun) -> dict[str, int]:
    """How many rows have each fault."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT fault->>'code', count(DISTINCT r.id)
            FROM work_importrow r, jsonb_array_elements(r.faults) fault
            WHERE r.run_id = %s GROUP BY 1""",
            [run.pk],
        )
        return dict(cursor.fetchall())


def error_rows(run: ImportRun) -> Iterator[list[object]]:
    """The errors as rows of a table, its header first; no cell of it is a formula."""
    yield [*_HEADER]
    for fault, outcome in faults(run):
        row = [fault.file, fault.line, fault.column, fault.value, fault.reason, outcome]
        yield [_plain(cell) for cell in row]


def check_target(path: Path, inputs: Iterable[Path]) -> None:
    """Refuse an errors file that is one of the inputs, or that cannot be written. FileFault."""
    there = path.exists()
    if there and any(each.exists() and path.samefile(each) for each in inputs):
        raise FileFault(Fault("errors_are_read", name_of(path)))
    try:
        path.open("a").close()
    except OSError as error:
        params = {"error": error.strerror or str(error)}
        raise FileFault(Fault("errors_unwritable", name_of(path), params=params)) from error
    if not there:
        path.unlink()


def write_errors(run: ImportRun, path: Path) -> int:
    """Write the errors file and say how many it holds; without any there is no file."""
    if not faulty(run).exists():
        if path.is_file():
            path.unlink()
        return 0
    number = 0
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        for row in error_rows(run):
            writer.writerow(row)
            number += 1
    return number - 1


def _plain(cell: object) -> object:
    """A cell that a spreadsheet takes for text and never for a formula."""
    return _FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell
