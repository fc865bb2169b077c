"""The work list of a site."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from work.filters import Selection
from work.filters.columns import Column
from work.filters.columns import columns as shown_columns
from work.filters.pages import SIZE, offset, pager, within
from work.models import Site
from work.permissions import Scope
from work.reads import rows as read
from work.reads import views as kept_views
from work.reads.causes import by_cause, cause_words
from work.reads.counts import capped, said
from work.reads.kept import for_reader
from work.views import _list_head as head
from work.views import _narrowing as narrowing
from work.views import bulk, exports
from work.views._blocks import grouped
from work.views._chosen import may_change
from work.views._live import live
from work.views._site import fragment, site_view
from work.views.import_mending import may_mend


@require_safe
@site_view
@live
def item_list(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """Rows of fifty, narrowed, ordered and shown as the address says; or counted in groups."""
    kept = kept_views.load(site, who)
    if not fragment(request) and (url := head.opening(request, site.slug, kept)):
        return redirect(url)
    selection = narrowing.narrow(request, site, who, at)
    if kept.default:
        # Without anything asked the list opens with that view.
        selection.asked = replace(selection.asked, bare=head.ALL_OPEN)
    asked = selection.asked
    key = (asked.url(page=asked.page, after=asked.after), asked.left)
    count = functools.partial(_counts, selection)
    total, *counts = for_reader(("counts", *key), who, count, rows=1)
    values = narrowing.context(selection, counts, "work:item_list")
    shown = shown_columns(selection, kept.columns)
    values |= head.over(selection, kept, shown, who)
    values |= {
        "views": head.with_all_open(values["views"], kept),
        "columns": shown,
        "causes": _causes(selection),
        "may_mend": may_mend(who, site),
        "trouble": _trouble(values, selection),
    }
    if values["trouble"] is None:
        values["exports"] = exports.ways(selection, may_change=may_change(who, site))
    if asked.group and not selection.refused:
        make = functools.partial(grouped, selection)
        by, groups, left = for_reader(("groups", *key), who, make, rows=20)
        values |= {"group": by, "groups": groups, "groups_left": left}
    else:
        keys = tuple(each.key for each in shown)
        read_rows = functools.partial(_rows, selection, keys, total, at)
        values |= for_reader(("list", *key, *keys), who, read_rows, rows=SIZE)
        if values["items"] and (acts := bulk.bar(selection, who, total, said(total))):
            choose = Column("choose", _("Choose"), hidden=True)
            values |= {"bulk": acts, "heads": [choose, *shown]}
    values["part"] = fragment(request)
    name = "work/item_list.html#work" if values["part"] else "work/item_list.html"
    return render(request, name, values)


def _counts(selection: Selection) -> list[int]:
    """How much fits, and how much is in each of the tabs."""
    return capped([selection.rows(), *narrowing.view_rows(selection)])


def _rows(selection: Selection, columns: Sequence[str], total: int, at: datetime) -> dict[str, Any]:
    """The rows of the page, with what the columns show, and the ways on."""
    begin, more = offset(selection), [each for each in columns if each in read.MORE]
    cut = selection.in_order()[begin : begin + SIZE + 1]
    fits = within(selection, total)
    rows = read.load(cut, at, selection.context.who, more=more) if fits else []
    further, rows = len(rows) > SIZE, rows[:SIZE]
    return {"items": rows, "pager": pager(selection, rows, further, total)}


def _trouble(values: dict[str, Any], selection: Selection) -> dict[str, str] | None:
    trouble, view = values["trouble"], values["view"]
    if trouble and view and not values["view_changed"] and selection.unknown:
        return head.trouble_of_view(trouble, view, values["view_url"])
    if trouble and values["clear_url"].startswith(trouble["url"]):
        return trouble | {"url": values["clear_url"]}
    return trouble


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
