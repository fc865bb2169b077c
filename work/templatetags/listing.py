"""The rows of the list, fifty of them: drawn without a template, with the chosen columns."""

from collections.abc import Callable, Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from work import addresses
from work.reads.kept import drawn
from work.reads.values import said
from work.states import BlockerKind
from work.templatetags.markup import join, put
from work.templatetags.markup import word as _
from work.templatetags.vinkey import (
    age,
    due,
    flag,
    marks,
    moment,
    priority,
    status_pill,
    type_mark,
    who,
    wno,
)

register = template.Library()

_NOTHING = mark_safe('<td class="nothing"><span class="muted">–</span></td>')


@register.simple_tag
def list_rows(
    items: Sequence[Any], columns: Sequence[Any], slug: str, bulk: str = ""
) -> SafeString:
    """The rows, drawn once while nothing is different at the site, for all who read them alike.

    items     rows read at one moment, never models
    columns   list of .key, and .field for a custom one
    bulk      css id of the form for chosen rows: each row has its check box then
    """
    shown = ((item.pk, item.executors_text) for item in items)
    key = ("rows", slug, bulk, *(each.key for each in columns), *shown)
    return drawn(key, lambda: join(_row(item, columns, slug, bulk) for item in items))


def _row(item: Any, columns: Sequence[Any], slug: str, bulk: str) -> SafeString:
    url = addresses.item(slug, item.label)
    cells = [_choose(item, bulk)] if bulk else []
    for column in columns:
        draw = _CELLS.get(column.key)
        cells.append(draw(item, url) if draw else _custom(column.field, item.values))
    return mark_safe(f'<tr id="row-{item.label}">{"".join(cells)}</tr>\n')


@register.simple_tag
def filter_rows(filters: Any) -> SafeString:
    """The rows of a filter form (work.filters.form), drawn for its first reader."""
    drawn = getattr(filters, "drawn", None)
    if drawn is None:
        drawn = filters.drawn = render_to_string("work/_filter_rows.html", {"filters": filters})
    return drawn


def _choose(item: Any, bulk: str) -> SafeString:
    return put(
        '<td><input type="checkbox" form="{}" name="item" value="{}:{}" aria-label="{}"></td>',
        bulk,
        item.pk,
        item.version,
        _("Choose %(number)s") % {"number": item.label},
    )


def _title(item: Any, url: str) -> SafeString:
    marked = marks(item)
    below = put('<span class="row marks">{}</span>', marked) if marked else ""
    return put('<td class="title"><a href="{}">{}</a>{}</td>', url, item.what, below)


def _owner(item: Any, url: str) -> SafeString:
    if not item.owner_text and item.is_ended:
        return _NOTHING
    return _cell(who(item.owner_text, item.owner_kind or "person"))


def _age(item: Any, url: str) -> SafeString:
    """A bare number says on a phone what it counts: there the head is not in sight."""
    said = "–" if item.is_ended else age(item.age_since)
    return put('<td class="end soft nowrap" data-label="{}">{}</td>', _("Age"), said)


def _moment(label: str, at: Any) -> SafeString:
    if not at:
        return _NOTHING
    return put('<td class="nowrap" data-label="{}">{}</td>', label, moment(at))


def _kinds(item: Any, url: str) -> SafeString:
    if not item.kinds:
        return _NOTHING
    drawn = mark_safe("".join(flag("stop", BlockerKind(kind).label) for kind in item.kinds))
    return put('<td><span class="row marks">{}</span></td>', drawn)


def _cell(content: str) -> SafeString:
    return put("<td>{}</td>", content) if content else _NOTHING


_CELLS: dict[str, Callable[[Any, str], SafeString]] = {
    "number": lambda item, url: _cell(wno(item.label, url)),
    "what": _title,
    "type": lambda item, url: _cell(type_mark(item.type_label, item.type_icon)),
    "place": lambda item, url: put('<td class="place">{}</td>', item.place.name),
    "owner": _owner,
    "executor": lambda item, url: _cell(item.executors_text),
    "team": lambda item, url: _cell(item.team_text),
    "status": lambda item, url: _cell(status_pill(item.status, item.get_status_display())),
    "kind": _kinds,
    "priority": lambda item, url: _cell(priority(item.priority)),
    "planned_start": lambda item, url: _moment(_("Planned start"), item.planned_start),
    "planned_end": lambda item, url: _moment(_("Planned end"), item.planned_end),
    "due": lambda item, url: _cell(due(item.due, item.is_overdue)),
    "waiting": lambda item, url: _moment(_("Stopped since"), item.waiting_since),
    "age": _age,
}


def _custom(field: Any, values: dict[str, Any]) -> SafeString:
    return put("<td>{}</td>", said(field.kind, values.get(field.key)))
