"""The page of a file that came back: what it would change, what it did, what else it has."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from work.exceptions import Reason
from work.filters.columns import LABELS
from work.models import Sheet, Site
from work.permissions import Scope
from work.reads import seen
from work.reads import sheet as read
from work.reads.rows import ItemRow
from work.states import Priority
from work.views._chosen import Outcome, groups
from work.views._site import number_in

# So many changes stand on a page, and so many items are named of each answer.
_SIZE, _NAMED, _TITLED, _BESIDE = 50, 300, 100, 20


def left_of(found: Sheet) -> list[dict[str, Any]]:
    """The items that nothing has become of yet."""
    return [row for row in found.rows if str(row["item"]) not in found.results]


class Look:
    """The page of one file."""

    def __init__(
        self, request: HttpRequest, site: Site, who: Scope, at: datetime, found: Sheet
    ) -> None:
        self.request, self.site, self.who, self.at, self.found = request, site, who, at, found
        self.left = left_of(found)

    def answer(self) -> HttpResponse:
        """What became of its items, what is left to do, and what else was seen in it."""
        last = max(1, -(-len(self.left) // _SIZE))
        page = max(1, min(number_in(self.request.GET.get("page", "")) or 1, last))
        begin = (page - 1) * _SIZE
        shown = self.left[begin : begin + _SIZE]
        stale = self.found.found["stale"][:_BESIDE]
        titled = list(self.found.results) if len(self.found.results) <= _TITLED else []
        pks = [row["item"] for row in (*shown, *stale)] + [int(pk) for pk in titled]
        of_site = seen.of_site(self.who, self.site)
        rows = read.known(pks, of_site, self.at, self.who, ["planned_end"]) if pks else []
        now = {row.pk: row for row in rows}
        values = self.found.found | {
            "site": self.site,
            "sheet": self.found,
            "many": len(self.left),
            "wanted": [_change(row, now.get(row["item"])) for row in shown],
            "stale": [_change(row, now.get(row["item"])) for row in stale],
            "faults": self.found.found["faults"][:_BESIDE],
            "beside": _BESIDE,
            "heads": [{"label": label} for label in (_("Number"), _("What"), _("Was → becomes"))],
            "stale_heads": [
                {"label": label} for label in (_("Number"), _("What"), _("Stands → in the file"))
            ],
            "fault_heads": [
                {"label": label} for label in (_("Line"), _("Column"), _("Value"), _("Why not"))
            ],
            "columns": ", ".join(read.EDITABLE),
            "begun": bool(self.found.results),
            "pager": {
                "first": begin + 1 if shown else 0,
                "last": begin + len(shown),
                "total_text": str(len(self.left)),
                "pages": [],
                "previous_url": f"?page={page - 1}" if page > 1 else "",
                "next_url": f"?page={page + 1}" if begin + _SIZE < len(self.left) else "",
            },
        }
        if self.found.results:
            values |= self._results(now)
        return render(self.request, "work/sheet.html", values)

    def _results(self, now: dict[int, ItemRow]) -> dict[str, Any]:
        numbers = {str(row["item"]): row["number"] for row in self.found.rows}
        outcomes = [
            Outcome(
                int(pk),
                numbers[pk],
                now[int(pk)].what if int(pk) in now else "",
                result["kind"],
                [Reason.from_json(each) for each in result["reasons"]],
                now=now.get(int(pk)),
            )
            for pk, result in self.found.results.items()
        ]
        done = sum(not each.kind for each in outcomes)
        return {
            "groups": groups(self.site, self.who, outcomes, _NAMED),
            "done": done,
            "not_done": len(outcomes) - done,
            "brief": len(outcomes) > _TITLED,
        }


def _change(row: dict[str, Any], now: ItemRow | None) -> dict[str, Any]:
    """One item: of each field what stands there, and what it becomes."""
    priorities = dict(Priority.choices)
    fields = []
    for name, value in row["set"].items():
        was: Any = getattr(now, name, None) if now else None
        moment = name not in ("owner", "priority")
        if name == "owner":
            was, value = now.owner_text if now else "", row["owner"]
        elif name == "priority":
            was, value = priorities.get(was, ""), priorities[value]
        elif value:
            value = parse_datetime(value)
        fields.append({"label": LABELS[name], "was": was, "becomes": value, "is_moment": moment})
    return {
        "label": f"W-{row['number']}",
        "what": now.what if now else "",
        "moved": bool(now and now.version != row["seen"]),
        "fields": fields,
    }
