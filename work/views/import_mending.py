"""Work that arrived incomplete: chosen rows get what they lack, with a result for each."""

import uuid
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from work.exceptions import NotDone, Refused
from work.forms.import_mending import Mend
from work.models import Site
from work.permissions import BY_ROLE, Action, Scope
from work.reads import incomplete as read
from work.reads.causes import cause_words, is_cause
from work.reads.choices import SiteChoices
from work.reads.imports import number
from work.reads.item import place_by_code
from work.services import mending
from work.views import _kept
from work.views._calls import owner
from work.views._importing import act_of
from work.views._refusals import INVALID, answer_of, refusal
from work.views._site import may_import, number_in, site_view


def may_mend(who: Scope, site: Site) -> bool:
    """Whether the page is of use to the person: who plans anywhere here, or who imports."""
    roles = {grant.role for grant in who.grants if grant.site_id == site.pk}
    return bool(roles & BY_ROLE[Action.EDIT]) or may_import(who, site)


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def import_incomplete(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """The rows of one cause or of all; POST gives those chosen what they lack."""
    if not may_mend(who, site):
        raise PermissionDenied
    cause = request.GET.get("cause", "")
    cause = cause if is_cause(cause) else ""
    typed = request.POST if request.method == "POST" else _kept.typed_before(request)
    form = Mend(typed, owners=SiteChoices(site, who, at, together=True).owners())
    after = number_in(request.GET.get("after", ""))
    page = _Page(request, site, who, cause, form, after)
    if request.method != "POST":
        return page.shown()
    _kept.forget(request)
    if not form.is_valid():
        return page.shown(status=INVALID[0])
    return page.mend()


class _Page:
    """The page of one cause, and what was chosen on it."""

    def __init__(
        self,
        request: HttpRequest,
        site: Site,
        who: Scope,
        cause: str,
        form: Mend,
        after: int | None,
    ) -> None:
        self.request, self.site, self.who, self.cause, self.form = request, site, who, cause, form
        self.after = after
        self.items = read.query(site, who, cause, after)

    def mend(self) -> HttpResponse:
        """Give each chosen item what it lacks; the page says what became of each."""
        typed = self.form.cleaned_data
        given: dict[str, Any] = {"why": typed["why"], "plan": typed["plan"]}
        given |= owner(typed["owner"])
        if typed["place"]:
            place = place_by_code(self.site, self.who, typed["place"])
            if place is None:
                self.form.add_error("place", _("There is no such place here."))
                return self.shown(status=INVALID[0])
            given["place_id"] = place.pk
        try:
            known = act_of(self.request)
        except Refused as error:
            return self.shown(refusal=refusal(error, self.who), status=answer_of(error)[0])
        chosen = self._chosen()
        if not chosen:
            self.form.add_error(None, _("Choose the rows that are meant."))
            return self.shown(status=INVALID[0])
        results = [self._one(known, row, seen, given) for row, seen in chosen]
        done = any(result["done"] for result in results)
        return self.shown(results=results, status=200 if done else INVALID[0])

    def _chosen(self) -> list[tuple[read.IncompleteRow, int | None]]:
        """The chosen rows with the version that was seen; all of the cause, as many as one act."""
        if self.request.POST.get("all"):
            rows = read.rows(self.site, self.items[: read.SIZE])
            return [(row, None) for row in rows]
        pairs = (each.partition(":") for each in self.request.POST.getlist("item")[: read.SIZE])
        seen = {number_in(pk): number_in(version) for pk, _sign, version in pairs}
        named = read.named(self.site, self.who, [pk for pk in seen if pk is not None])
        return [(row, seen[row.pk]) for row in named]

    def _one(
        self,
        known: dict[str, Any],
        row: read.IncompleteRow,
        seen: int | None,
        given: dict[str, Any],
    ) -> dict[str, Any]:
        act = uuid.uuid5(known["act"], str(row.pk))
        try:
            mending.mend(**known | {"act": act}, item_id=row.pk, seen=seen, **given)
        except NotDone as error:
            return {"row": row, "done": False, "reasons": refusal(error, self.who)["reasons"]}
        return {"row": row, "done": True, "reasons": []}

    def shown(self, *, status: int = 200, **more: Any) -> HttpResponse:
        """The page as it stands now."""
        rows = read.rows(self.site, self.items[: read.SIZE + 1])
        if self.after and not rows:
            self.after = None
            newest = read.query(self.site, self.who, self.cause)
            rows = read.rows(self.site, newest[: read.SIZE + 1])
        counts = read.counts(self.site, self.who)
        all_url = reverse("work:import_incomplete", args=[self.site.slug])
        newest = f"{all_url}?{urlencode({'cause': self.cause})}" if self.cause else all_url
        chosen = set(self.request.POST.getlist("item"))
        values = {
            "site": self.site,
            "form": self.form,
            "here": _after(newest, self.after),
            "newest_url": newest if self.after else "",
            "older_url": _after(newest, rows[read.SIZE - 1].number)
            if len(rows) > read.SIZE
            else "",
            "all_url": all_url,
            "cause": cause_words(self.cause) if self.cause else "",
            "causes": [
                {
                    "label": cause_words(each),
                    "count": number(many),
                    "url": f"{all_url}?{urlencode({'cause': each})}",
                    "current": each == self.cause,
                }
                for each, many in counts
            ],
            "rows": rows[: read.SIZE],
            "size": read.SIZE,
            "chosen": {number_in(each.partition(":")[0]) for each in chosen},
            "kept_note": _kept.note(self.request),
        }
        return render(self.request, "work/import_incomplete.html", values | more, status=status)


def _after(url: str, number: int | None) -> str:
    """The page of the rows that come after the item of this number."""
    return f"{url}{'&' if '?' in url else '?'}after={number}" if number else url


__all__ = ["import_incomplete", "may_mend"]
