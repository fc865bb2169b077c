"""The work list of a site."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from work.filters import Selection
from work.filters.form import columns as custom_columns
from work.filters.pages import SIZE, offset, pager, within
from work.filters.words import FLAGS
from work.models import Site
from work.permissions import Scope
from work.reads import rows as read
from work.reads.causes import by_cause, cause_words
from work.reads.counts import capped
from work.reads.facets import CustomField
from work.states import FieldKind
from work.views import _narrowing as narrowing
from work.views._site import fragment, site_view
from work.views.import_mending import may_mend

_SORTED = {
    "number": "number",
    "status": "status",
    "priority": "priority",
    "due": "due",
    "age": "age",
}


@require_safe
@site_view
def item_list(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """Rows of fifty, narrowed and ordered as the address says."""
    etag = narrowing.tag(request, site, who, at)
    if (same := narrowing.unchanged(request, etag)) is not None:
        return same
    selection = narrowing.narrow(request, site, who, at)
    total, *counts = capped([selection.rows(), *narrowing.view_rows(selection)])
    begin = offset(selection)
    cut = selection.in_order()[begin : begin + SIZE + 1]
    rows = read.read(read.query(cut, at), at) if within(selection, total) else []
    more, rows = len(rows) > SIZE, rows[:SIZE]
    custom = custom_columns(selection)
    for row in rows:
        row.cells = [_cell(field, row.values.get(field.key)) for field in custom]
    values = narrowing.context(selection, counts, "work:item_list") | {
        "columns": _columns(selection, custom),
        "items": rows,
        "pager": pager(selection, rows, more, total),
        "causes": _causes(selection),
        "may_mend": may_mend(who, site),
    }
    name = "work/item_list.html#work" if fragment(request) else "work/item_list.html"
    return narrowing.with_tag(render(request, name, values), etag)


def _causes(selection: Selection) -> list[dict[str, Any]]:
    """Of what arrived incomplete, how many for each cause; each is the way to its list."""
    asked = selection.asked
    if not asked.one("incomplete") or selection.refused:
        return []
    labels = selection.context.facets.field_labels()
    return [
        {
            "label": cause_words(cause, labels),
            "count": number_format(many, use_l10n=True, force_grouping=True),
            "url": asked.url(incomplete=cause),
            "current": asked.one("incomplete") == cause,
        }
        for cause, many in by_cause(narrowing.any_incomplete(selection).rows())
    ]


def _columns(selection: Selection, custom: list[CustomField]) -> list[dict[str, Any]]:
    labels = {
        "number": _("Number"),
        "what": _("What"),
        "type": _("Type"),
        "place": _("Place"),
        "owner": _("Owner"),
        "status": _("Status"),
        "priority": _("Priority"),
        "due": _("Due"),
        "age": _("Age"),
    }
    plain = [_column(selection, key, label) for key, label in labels.items()]
    return plain + [
        {"key": f"f.{field.key}", "label": field.label, "url": "", "direction": "", "end": False}
        for field in custom
    ]


def _column(selection: Selection, key: str, label: str) -> dict[str, Any]:
    """A column; a click sorts by it, the next click the other way."""
    taken = selection.sort
    current = taken.removeprefix("-") == key
    direction = ("descending" if taken.startswith("-") else "ascending") if current else ""
    turned = f"-{key}" if direction == "ascending" else key
    url = selection.asked.url(sort=turned) if key in _SORTED else ""
    return {"key": key, "label": label, "url": url, "direction": direction, "end": key == "age"}


def _cell(field: CustomField, value: Any) -> str:
    """The value of a custom field as text, in the reader's language and the site's zone."""
    if value in (None, ""):
        return ""
    if field.kind == FieldKind.YES_NO:
        return str(FLAGS["1" if value else "0"])
    if field.kind == FieldKind.NUMBER and isinstance(value, int | float):
        return number_format(int(value) if value == int(value) else value)
    if field.kind == FieldKind.DATE and (day := parse_date(str(value))):
        return date_format(day, "j M Y")
    if field.kind == FieldKind.MOMENT and (moment := parse_datetime(str(value))):
        return date_format(localtime(moment), "j M Y H:i")
    return str(value)
