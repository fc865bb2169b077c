"""The list as a file: what it shows, in its order, with its columns, streamed."""

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import IO, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from work.filters import Selection
from work.filters.columns import columns as shown_columns
from work.filters.order import ordered
from work.models import Site
from work.permissions import Scope
from work.reads import sheet
from work.reads import views as kept_views
from work.reads.seen import of_site
from work.views import _narrowing as narrowing
from work.views._site import site_view

# An XLSX file is made whole before any of it is sent; a CSV file has no end.
MOST_XLSX = 100_000
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What a cell of XLSX cannot hold: longer text, and what XML has no word for.
_CELL = 32_767
_NO_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))


@require_safe
@site_view
def item_export(
    request: HttpRequest, site: Site, who: Scope, at: datetime, ending: str
) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """The rows of the list as CSV or XLSX. ?edit: with the columns that can be brought back."""
    if ending not in _TYPES:
        raise Http404
    selection = narrowing.narrow(request, site, who, at)
    back = reverse("work:item_list", args=[site.slug]) + selection.asked.url()
    if selection.refused:
        # The list says why; also of what is too much to be asked, which its own links leave out.
        more = urlencode(selection.asked.left)
        return redirect(f"{back}&{more}" if more else back)
    found = ordered(selection.rows(), selection.sort)
    if ending == "xlsx" and found[MOST_XLSX : MOST_XLSX + 1].exists():
        most = number_format(MOST_XLSX, use_l10n=True, force_grouping=True)
        text = _("A spreadsheet takes %(most)s rows at most. Narrow the list, or take CSV.")
        messages.warning(request, text % {"most": most})
        return redirect(back)
    lines = _lines(selection, found, editing="edit" in request.GET)
    name = f"{site.slug}-work-{localtime(at):%Y-%m-%d-%H%M}.{ending}"
    headers = _headers(name, ending)
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    if ending == "xlsx":
        return FileResponse(_xlsx(lines), headers=headers)
    return StreamingHttpResponse(_csv(lines), headers=headers)


def ways(selection: Selection, *, may_change: bool) -> list[dict[str, str]]:
    """The list as a file, and the way to bring changes back for who may."""
    slug, asked = selection.context.site.slug, selection.asked.url()
    found = [
        {"label": label, "url": reverse("work:item_export", args=[slug, ending]) + asked}
        for label, ending in ((_("As XLSX"), "xlsx"), (_("As CSV"), "csv"))
    ]
    if may_change:
        url = reverse("work:sheet_new", args=[slug]) + asked
        found.append({"label": _("Change in a spreadsheet"), "url": url})
    return found


def _headers(name: str, ending: str) -> dict[str, str]:
    return {
        "Content-Type": _TYPES[ending],
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "X-Content-Type-Options": "nosniff",
    }


def _lines(selection: Selection, found: Any, *, editing: bool) -> Iterator[list[list[sheet.Cell]]]:
    """The header, then the cells of the rows, some rows at a time; nothing is read before."""
    known = selection.context
    shown = shown_columns(selection, kept_views.load(known.site, known.who).columns)
    if editing:
        keys = dict.fromkeys([*(each.key for each in shown), *sheet.EDITABLE])
        shown = shown_columns(
            replace(selection, asked=replace(selection.asked, columns=tuple(keys)))
        )
    table = sheet.table(shown, ZoneInfo(known.site.time_zone))
    seen, more = of_site(known.who, known.site), sheet.more(shown)
    chunks = sheet.rows(found, seen, known.at, known.who, more)

    def lines() -> Iterator[list[list[sheet.Cell]]]:
        try:
            yield [sheet.header(table)]
            for rows in chunks:
                yield [sheet.cells(table, row) for row in rows]
        finally:
            chunks.close()  # type: ignore[attr-defined]

    return lines()


class _Echo:
    """What csv writes into: it gives the line back."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


def _csv(chunks: Iterator[list[list[sheet.Cell]]]) -> Iterator[bytes]:
    """The file, some rows at a time; a mark first, so that a spreadsheet knows that it is UTF-8."""
    writer, mark = csv.writer(_Echo()), "\ufeff"  # type: ignore[arg-type]
    try:
        for rows in chunks:
            yield (mark + "".join([writer.writerow(row) for row in rows])).encode()
            mark = ""
    finally:
        chunks.close()  # type: ignore[attr-defined]


def _xlsx(chunks: Iterator[list[list[sheet.Cell]]]) -> IO[bytes]:
    """The file, written to the disk row by row."""
    # Loaded when somebody asks for such a file: it takes 20 MB of each process.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet("work")
    page.freeze_panes = "D2"
    for rows in chunks:
        for row in rows:
            page.append([_plain(cell) if isinstance(cell, str) else cell for cell in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    book.save(file)
    file.seek(0)
    return file


def _plain(text: str) -> str | None:
    """A text without the characters that a cell cannot hold; no cell where it is empty."""
    if not text:
        return None
    return text.translate(_NO_XML)[:_CELL]
