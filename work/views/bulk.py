"""Owner, plan and due of chosen rows of the list: asked once, each an act of its own."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from work.exceptions import Refused
from work.filters import Selection
from work.filters.order import ordered
from work.forms import bulk as ask
from work.models import Site, WorkItem
from work.permissions import Scope
from work.reads import rows as read
from work.reads.choices import SiteChoices
from work.reads.rows import ItemRow
from work.reads.seen import of_site
from work.services import chosen
from work.views import _kept
from work.views import _narrowing as narrowing
from work.views._chosen import LEFT, MOST, Outcome, carry_out, groups, may_change, pairs
from work.views._importing import act_of
from work.views._refusals import INVALID, answer_of, refusal
from work.views._site import site_view

# So many of the chosen are shown before it is done, and said with their title after.
_SHOWN, _TITLED = 50, 100


@dataclass(frozen=True)
class Spec:
    """One act on chosen rows: how it is called, what it asks, the door of each row."""

    label: Any
    icon: str
    form: type[ask.Answer]
    do: Callable[..., object]
    says: Any = ""


ACTS: dict[str, Spec] = {
    "owner": Spec(gettext_lazy("Owner"), "user", ask.Owner, chosen.change),
    "plan": Spec(
        pgettext_lazy("act", "Plan"),
        "calendar-clock",
        ask.Plan,
        chosen.plan,
        gettext_lazy(
            "Requested work is taken on. What is planned already gets the times and the owner that "
            "you give here."
        ),
    ),
    "due": Spec(gettext_lazy("Due"), "calendar", ask.Due, chosen.change),
}


def bar(selection: Selection, who: Scope, total: int, total_text: str) -> dict[str, Any] | None:
    """The bar of the list; None for whom none of its acts is."""
    site = selection.context.site
    if not may_change(who, site):
        return None
    every = _("All that fit: %(total)s") % {"total": total_text}
    first = _("The first %(most)s of all that fit") % {"most": MOST}
    return {
        "id": "bulk",
        "url": reverse("work:bulk", args=[site.slug]) + _here(selection),
        "acts": [
            {"label": spec.label, "value": name, "icon": spec.icon} for name, spec in ACTS.items()
        ],
        "all": first if total > MOST else every,
    }


def _here(selection: Selection) -> str:
    """What the list asks, and where one stands in it."""
    asked = selection.asked
    return asked.url(page=asked.page, after=asked.after)


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def bulk(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """POST asks for the answer of an act, then does it to each; the address is that of the list."""
    if not may_change(who, site):
        raise PermissionDenied
    sent = request.method == "POST"
    typed = request.POST if sent else _kept.typed_before(request)
    spec = ACTS.get(typed.get("do", "")) if typed is not None else None
    selection = narrowing.narrow(request, site, who, at)
    back = reverse("work:item_list", args=[site.slug]) + _here(selection)
    if typed is None or spec is None:
        return redirect(back)
    if sent:
        _kept.forget(request)
    return _Page(request, selection, typed, spec, back).answer(sent=sent)


class _Page:
    """One act, and the rows that were chosen for it."""

    def __init__(
        self, request: HttpRequest, selection: Selection, typed: QueryDict, spec: Spec, back: str
    ) -> None:
        self.request, self.typed, self.spec, self.back = request, typed, spec, back
        known = selection.context
        self.site, self.who, self.at = known.site, known.who, known.at
        self.seen, self.rows = self._chosen(selection)
        self.more = len(self.seen) > MOST
        self.rows = self.rows[:MOST]
        choices = SiteChoices(self.site, self.who, self.at)
        self.form = spec.form(
            typed if "go" in typed else None, choices=choices, initial=typed.dict()
        )

    def answer(self, *, sent: bool) -> HttpResponse:
        """The form of the act, or what became of each row."""
        if not (sent and "go" in self.typed and self.rows):
            return self._ask()
        if not self.form.is_valid():
            return self._ask(status=INVALID[0])
        try:
            known = act_of(self.request)
        except Refused as error:
            return self._ask(refusal=refusal(error, self.who), status=answer_of(error)[0])
        return self._done(self._do(known, self.form.given()))

    def _chosen(self, selection: Selection) -> tuple[dict[int, int], list[ItemRow]]:
        """The rows, and the version of each that was seen; one more than are taken, if there is."""
        if self.typed.get("all"):
            found = ordered(selection.rows(), selection.sort)[: MOST + 1]
            rows = read.load(found, self.at, self.who)
            return {row.pk: row.version for row in rows}, rows
        seen = pairs(self.typed)
        rows = self._read(list(seen)[:MOST])
        return seen, rows

    def _read(self, pks: list[int]) -> list[ItemRow]:
        """These, as far as the reader may know of them, in this order."""
        items = WorkItem.objects.filter(of_site(self.who, self.site), site=self.site, pk__in=pks)
        rows = {row.pk: row for row in read.load(items, self.at, self.who)}
        return [rows[pk] for pk in pks if pk in rows]

    def _do(self, known: dict[str, Any], given: dict[str, Any]) -> list[Outcome]:
        # Another answer in the same form is another act.
        said = f"{self.typed['do']} {sorted(given.items())}"

        def one(row: ItemRow) -> object:
            act = uuid.uuid5(known["act"], f"{row.pk} {said}")
            seen = self.seen[row.pk]
            return self.spec.do(actor=known["actor"], act=act, item_id=row.pk, seen=seen, **given)

        return carry_out(self.rows, lambda row: Outcome(row.pk, row.number, row.what), one)

    def _ask(self, *, status: int = 200, **more: Any) -> HttpResponse:
        values = {
            "form": self.form,
            "rows": self.rows[:_SHOWN],
            "further": max(0, len(self.rows) - _SHOWN),
            "items": [f"{row.pk}:{self.seen[row.pk]}" for row in self.rows],
            "many": len(self.rows),
            "most": MOST if self.more else 0,
            "columns": [{"label": label} for label in _heads()],
            "kept_note": _kept.note(self.request),
        }
        return self._page(values | more, status)

    def _done(self, outcomes: list[Outcome]) -> HttpResponse:
        """What became of each; those that were not done stand there as they are by now."""
        failed = [each for each in outcomes if each.kind]
        now = {row.pk: row for row in self._read([each.pk for each in failed])} if failed else {}
        for each in failed:
            each.now = now.get(each.pk)
        done = len(outcomes) - len(failed)
        values = {
            "groups": groups(self.site, self.who, outcomes),
            "done": done,
            "not_done": len(failed),
            "brief": len(outcomes) > _TITLED,
            "again": [f"{row.pk}:{row.version}" for row in now.values()],
            "left": any(each.kind == LEFT for each in outcomes),
            "hidden": [
                {"name": name, "value": self.typed[name]}
                for name in ("do", *self.form.fields)
                if self.typed.get(name)
            ],
        }
        return self._page(values, 200 if done else INVALID[0])

    def _page(self, values: dict[str, Any], status: int) -> HttpResponse:
        always = {
            "site": self.site,
            "act": {"value": self.typed["do"], "label": self.spec.label, "says": self.spec.says},
            "here": self.request.get_full_path(),
            "back": self.back,
            "lost": len(self.seen) - len(self.rows) - self.more,
        }
        return render(self.request, "work/bulk.html", always | values, status=status)


def _heads() -> list[str]:
    return [_("Number"), _("What"), _("Status"), _("Owner"), _("Planned start"), _("Due")]
