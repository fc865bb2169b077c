"""What can be wrong with a file, a row or a mapping, said by file, line, column, value, reason.

A *file fault* refuses the whole file, a *row fault* the record it stands in. A fault is a code and
parameters; its words come at rendering.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.translation import gettext as translate
from django.utils.translation import gettext_noop as _

from work.exceptions import Reason
from work.reasons import text

WORDS: dict[str, str] = {
    # Faults of a file.
    "no_file": _("The file cannot be read: %(error)s."),
    "unknown_format": _("Files of this kind are not read: only .csv, .tsv, .txt and .xlsx."),
    "upload_empty": _("The file is empty."),
    "upload_too_large": _("The file is larger than %(limit)s MB. Send it in parts."),
    "not_text": _("This is no text, whatever its name says. Save an export as CSV or XLSX."),
    "mapping_unfit": _("The mapping cannot be used: %(error)s"),
    "broke_off": _("Something went wrong that nobody foresaw; the log says what."),
    "tried_out": _("It was begun %(tries)s times and did not get any further."),
    "errors_are_read": _("The errors cannot go into a file that is read."),
    "errors_unwritable": _("The errors cannot be written here: %(error)s."),
    "empty_file": _("The file holds no header."),
    "missing_column": _("The column is missing. The file has: %(has)s."),
    "double_column": _("The header names this column twice."),
    "encoding": _("These bytes are not %(encoding)s. Say the file's encoding in the mapping."),
    "utf_16": _("This is UTF-16. Save the file as UTF-8."),
    "nul": _("The file holds a NUL character."),
    "line_ends": _("Lines end with a carriage return alone. Save the file with ordinary ends."),
    "quoting": _("The quotes do not fit: %(error)s."),
    "truncated": _("The file ends in the middle of a row; it was cut off."),
    "cell_too_large": _("The cell is larger than 1 MB."),
    "row_too_large": _("The row is larger than 4 MB."),
    "too_many_columns": _("The row has more than %(limit)s columns."),
    "not_xlsx": _("This is not a whole XLSX file; it was cut off or is something else."),
    "xlsx_damaged": _("The XLSX file is damaged: %(error)s."),
    "xlsx_too_large": _("%(part)s unpacks to more than %(limit)s MB. Export to CSV instead."),
    "xlsx_too_many": _("%(part)s has more than %(limit)s entries. Export to CSV instead."),
    "missing_sheet": _("There is no such sheet. The file has: %(has)s."),
    # Faults of a row.
    "cells": _("The row has %(cells)s cells, the header %(columns)s."),
    "formula": _("Cell %(cell)s holds a formula. Export values, not formulas."),
    "cell_error": _("Cell %(cell)s holds an error of the spreadsheet."),
    "empty_key": _("The key is empty."),
    "double_key": _("The same key stands also on line %(other)s."),
    "needed": _("A value is needed here."),
    "bad_date": _("This is not a date of the form %(form)s, in the years 1900 to 2199."),
    "bad_value": _("This does not fit the field %(label)s (%(kind)s)."),
    "bad_yes_no": _("This is neither yes nor no."),
    "bad_number": _("This is no whole number."),
    "unprintable": _("A code holds only characters that can be printed, and no line break."),
    "unmapped": _("The mapping does not know this code."),
    "too_long": _("The text is longer than %(limit)s characters."),
    "not_one_of": _("This is none of: %(choices)s."),
    "unknown_reference": _("There is no %(what)s with this code at the site."),
    "ring": _("The parents form a ring: %(ring)s."),
    "waiting_ring": _("What is above it would wait for this, and this for that: %(ring)s."),
    "refused_parent": _("The record above it was refused."),
    "too_deep": _("A place stands at most %(limit)s levels deep."),
    "no_such_record": _("It belongs to a record that is not in the file: %(key)s."),
    "not_fit": _("It is not taken: %(said)s"),
    "ambiguous": _("Several people here have this badge. Say their sign-in name."),
    "taken": _("The code is already taken by another record of the site."),
    "retired_type": _("This work type is no longer in use: only what ended may be of it."),
    "no_such_field": _("The work type has no field %(key)s."),
    "no_such_status": _("The class of this asset has no such status."),
    "class_kept": _(
        "The class has no status for a thing that is not ready; it stays as it is here: %(here)s."
    ),
    "status_lost": _("The class has no status %(here)s; the thing stands as %(now)s now."),
    "ends_before_start": _("The planned end is before the planned start."),
    # Findings of a later run; nothing is refused.
    "gone": _("It is no longer in the source; what stands here was left as it is."),
    "conflict_kept": _("Changed in the source and here; what stands here is kept: %(here)s."),
    "conflict_taken": _("Changed in the source and here; the source's replaces: %(here)s."),
    "ended_here": _("Changed in the source after it was closed or cancelled here; not written."),
    "done_here": _("New in the source after it was completed here; not added."),
    "needed_kept": _("Emptied in the source; planned work keeps what stands here: %(here)s."),
    "safety_critical_stays": _(
        "Taken off in the source; work that was begun stays safety-critical here."
    ),
    "mandatory_stays": _(
        "Taken off in the source; W-%(number)s is complete here and waits for this."
    ),
    "parent_ended": _("W-%(number)s is closed or cancelled here; nothing becomes mandatory to it."),
    "closed_in_source": _("Closed or cancelled in the source, open here; not carried out."),
    "open_in_source": _("Open again in the source, closed or cancelled here; not carried out."),
    "stays_as_it_is": _("Changed in the source; it stays as it is here: %(said)s"),
    "not_accepted": _("The record was not accepted: %(error)s."),
}


@dataclass(frozen=True)
class Fault:
    """One fault: where it is, what stands there, and why that is refused or reported.

    line counts from 1; 0 means the file as a whole. column is a header's name, or "" for all.
    """

    code: str
    file: str = ""
    line: int = 0
    column: str = ""
    value: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The fault in words of the language that is active now."""
        params = dict(self.params)
        if what := params.get("what"):  # what a reference is to, as the model is called
            params["what"] = translate(what)
        if reason := params.get("reason"):  # a coded one, of whoever did not take it
            params["said"] = text(Reason.from_json(reason))
        return translate(WORDS[self.code]) % params

    def __str__(self) -> str:
        where = [self.file]
        if self.line:
            where.append(translate("line %(line)s") % {"line": self.line})
        if self.column:
            where.append(translate("column %(column)s") % {"column": self.column})
        if self.value:
            where.append(translate("value %(value)s") % {"value": repr(self.value)})
        said = ", ".join(filter(None, where))
        return f"{said}: {self.reason}" if said else self.reason

    def as_json(self) -> dict[str, Any]:
        """The fault as it is kept in a staged row."""
        return {
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "params": dict(self.params),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The fault that `as_json` kept."""
        return cls(**stored)


def shown(value: object, limit: int = 80) -> str:
    """A value as it is shown in a fault: on one line, in UTF-8, not longer than `limit`."""
    text = str(value).replace("\n", "⏎").replace("\r", "").replace("\0", "␀")
    text = text if len(text) <= limit else f"{text[:limit]}…"
    return text.encode(errors="replace").decode()


class ImportFault(Exception):
    """Base of what ends an import; all but *NotNow* before anything was loaded."""


class FileFault(ImportFault):
    """The file is refused whole; nothing was loaded."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


class MappingFault(ImportFault):
    """The mapping cannot be used: the key and what is wrong with it."""

    def __init__(self, key: str, problem: str) -> None:
        self.key, self.problem = key, problem
        super().__init__(translate("Mapping, %(key)s: %(problem)s") % vars(self))


class GivenUp(ImportFault):
    """Somebody gave the run up while it was worked on; what was loaded stays."""


class NotNow(ImportFault):
    """The import cannot run now, or not go on: another one is running, or the site is busy."""
