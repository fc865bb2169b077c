"""Turns the cells of one row into the value of one field, or says what is wrong with them.

Values are plain JSON: texts, true and false; a moment is an ISO text in UTC.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from work.services._fields import title
from work.services.import_.faults import Fault, shown
from work.services.import_.mapping import Field, FileForm, Form
from work.services.import_.rows import Cell, Row

YES = frozenset({"true", "yes", "y", "1", "ja", "x"})
NO = frozenset({"false", "no", "n", "0", "nee", "nei"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = {"epoch_ms": 1000, "epoch_s": 1}


class Unfit(Exception):
    """A cell that cannot become the field's value: the code of a fault and its parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(code)


def value_of(field: Field, row: Row, form: FileForm, site_zone: ZoneInfo) -> Any:
    """The value of a field in a row; None when the row says nothing. Raises Unfit."""
    cell = _cell(field, row.cells, form)
    if isinstance(cell, datetime):
        if field.target.form is Form.CUSTOM:
            return cell
        if field.target.form is Form.MOMENT:
            return moment(cell, field.forms, field.zone or form.zone or site_zone)
        if field.target.form is Form.DAY:
            return day(cell, field.forms, field.zone or form.zone or site_zone)
    text = text_of(cell)
    if text and field.codes is not None:
        if text not in field.codes and field.otherwise is None:
            raise Unfit("unmapped")
        text = field.codes.get(text, field.otherwise or "")
    text = text or field.default or ""
    if field.target.title:
        text = title(text)
    if not text:
        return None
    if field.target.form is Form.MOMENT:
        return moment(text, field.forms, field.zone or form.zone or site_zone)
    if field.target.form is Form.DAY:
        return day(text, field.forms, field.zone or form.zone or site_zone)
    if field.target.form is Form.YES_NO:
        return yes_no(text)
    if field.target.form is Form.NUMBER:
        return number(text)
    if field.target.form is Form.CODE and text not in field.target.choices:
        raise Unfit("not_one_of", choices=", ".join(field.target.choices))
    if field.target.length and len(text) > field.target.length:
        raise Unfit("too_long", limit=field.target.length)
    if field.target.printable and not text.isprintable():
        raise Unfit("unprintable")
    return text


def fault_of(unfit: Unfit, field: Field, row: Row, file: str) -> Fault:
    """The fault of a field that could not be read, at the column it comes from."""
    said = [shown(row.cells.get(column, "")) for column in field.columns]
    column = next((name for name, text in zip(field.columns, said, strict=True) if text), "")
    column = column or next(iter(field.columns), field.name)
    value = shown(row.cells.get(column, ""))
    return Fault(unfit.code, file, row.line, column, value, unfit.params)


def clean(cell: Cell, form: FileForm) -> Cell:
    """A cell without blanks around it; nothing when it holds one of the words for *empty*."""
    if isinstance(cell, datetime):
        return cell
    text = cell.strip()
    return "" if text in form.empty else text


def words_of(columns: tuple[str, ...], row: Row, form: FileForm) -> dict[str, str]:
    """The source's own words, by column, as they stand in the file; empty ones are left out."""
    names = row.cells if "*" in columns else columns
    return {
        name: text_of(row.cells[name])
        for name in names
        if name and name in row.cells and clean(row.cells[name], form)
    }


def moment(said: Cell, forms: tuple[str, ...], zone: ZoneInfo) -> str:
    """A point in time read by the first form that fits. Raises Unfit."""
    return _dated(said, forms, lambda read: _stored(_local(read, zone)))


def day(said: Cell, forms: tuple[str, ...], zone: ZoneInfo) -> str:
    """A date read by the first form that fits; of a moment with an offset, the zone's. Unfit."""
    return _dated(
        said,
        forms,
        lambda read: (read.astimezone(zone) if read.tzinfo else read).date().isoformat(),
    )


def _dated(said: Cell, forms: tuple[str, ...], stored: Callable[[datetime], str]) -> str:
    for form in forms:
        try:
            return stored(_read(said, form))
        except (ValueError, OverflowError):
            continue
    raise Unfit("bad_date", form=", ".join(forms))


def _read(said: Cell, form: str) -> datetime:
    """What was said, read by one form; a date of a spreadsheet needs none."""
    if isinstance(said, datetime):
        return said
    if form in _SECONDS:
        return _EPOCH + timedelta(seconds=int(said) / _SECONDS[form])
    if form == "iso":
        return datetime.fromisoformat(said)
    return datetime.strptime(said, form)  # noqa: DTZ007 -- made aware by _local


def yes_no(text: str) -> bool:
    """True or false from the usual words. Raises Unfit."""
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise Unfit("bad_yes_no")


def number(text: str) -> int:
    """A whole number, also as a spreadsheet writes it. Raises Unfit."""
    whole = text.removesuffix(".0")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 10):
        raise Unfit("bad_number")
    return int(whole)


def _cell(field: Field, cells: Mapping[str, Cell], form: FileForm) -> Cell:
    if field.constant is not None:
        return field.constant
    found = [cell for name in field.columns if (cell := clean(cells.get(name, ""), form))]
    if field.joined:
        return field.separator.join(text_of(cell) for cell in found)
    return found[0] if found else ""


def text_of(cell: Cell) -> str:
    """A cell as text."""
    return cell.isoformat() if isinstance(cell, datetime) else cell


def _local(value: datetime, zone: ZoneInfo) -> datetime:
    """Wall time in its zone: a gap moves forward by the gap, a repeated time is its first."""
    return value if value.tzinfo else value.replace(tzinfo=zone, fold=0)


def _stored(value: datetime) -> str:
    """In UTC, and only within the years that people plan for."""
    if not 1900 <= value.year <= 2199:
        raise ValueError(value.year)
    return value.astimezone(UTC).isoformat()
