"""Saved views: all of them with what they ask, keeping one, changing it, withdrawing it."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from work.exceptions import NotDone, Unknown
from work.filters import Asked, select
from work.filters.chips import chips
from work.forms.views import ViewForm
from work.models import Site
from work.permissions import Scope
from work.reads import facets
from work.reads import views as read
from work.reads.counts import capped, said
from work.reads.views import Kept, View
from work.services import views as service
from work.views import _kept
from work.views import _narrowing as narrowing
from work.views._importing import act_of, seen_of
from work.views._list_head import asked_by, url_of
from work.views._refusals import INVALID, answer_of, refusal
from work.views._site import see_other, site_view


@require_safe
@site_view
def view_list(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """Each view in words, with how many it finds now, or what of it is there no more."""
    kept = read.load(site, who)
    asked = [asked_by(view) for view in kept.views]
    known = facets.load_each(site, who, [each.wanted() for each in asked])
    selections = [select(each, its, site, who, at) for each, its in zip(asked, known, strict=True)]
    counts = capped([each.rows() for each in selections])
    here = reverse("work:item_list", args=[site.slug])
    may_share = service.may_share(who, site.pk)
    rows = [
        {
            "name": view.name,
            "url": url_of(site.slug, view),
            "shared": view.shared,
            "is_first": kept.default == view,
            "chips": [f"{chip.label}: {chip.value}" for chip in chips(selection)],
            "count": said(count),
            "trouble": (narrowing.trouble(selection, here) or {}).get("text", ""),
            "edit_url": reverse("work:view_edit", args=[site.slug, view.pk]),
            "may_change": not view.shared or may_share,
        }
        for view, selection, count in zip(kept.views, selections, counts, strict=True)
    ]
    values = {"site": site, "rows": rows, "list_url": here}
    return render(request, "work/view_list.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def view_new(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """Keep what the address asks for under a name."""
    page = _Page(request, site, who, at, read.load(site, who))
    if request.method != "POST":
        return page.shown()
    return page.do(page.save)


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def view_edit(request: HttpRequest, site: Site, who: Scope, at: datetime, pk: int) -> HttpResponse:
    """Another name, the filters of the address instead of its own, or withdraw it."""
    kept = read.load(site, who)
    view = kept.view(str(pk))
    if view is None:
        raise Http404
    page = _Page(request, site, who, at, kept, view)
    if request.method != "POST":
        return page.shown()
    return page.do(page.acts.get(request.POST.get("do", ""), page.change))


@require_POST
@site_view
def list_columns(request: HttpRequest, site: Site, who: Scope, at: datetime) -> HttpResponse:
    """Show the list with the chosen columns; or keep them for this person, or forget them."""
    asked, here = Asked.of(request.POST), reverse("work:item_list", args=[site.slug])
    if (do := request.POST.get("do", "")) == "show":
        return see_other(request, here + asked.url())
    # Who chose none has the usual ones, which no address says.
    columns = [] if do == "usual" else list(asked.columns)
    try:
        service.choose_columns(**act_of(request), site_id=site.pk, columns=columns)
    except NotDone as error:
        back = here + asked.url()
        values = {"site": site, "refusal": refusal(error, who), "back_url": back}
        values["refusal"]["title"] = _("Columns")
        return render(request, "work/refused.html", values, status=answer_of(error)[0])
    return see_other(request, here + replace(asked, columns=()).url().removesuffix("?"))


class _Page:
    """The form of one view: new, or changed."""

    def __init__(
        self,
        request: HttpRequest,
        site: Site,
        who: Scope,
        at: datetime,
        kept: Kept,
        view: View | None = None,
    ) -> None:
        self.request, self.site, self.who, self.at, self.view = request, site, who, at, view
        # What the address asks for takes the place of what the view asks.
        asked = Asked.of(request.GET)
        self.replaces = bool(view and request.GET)
        self.asked = asked if view is None or request.GET else asked_by(view)
        self.may_share = service.may_share(who, site.pk)
        typed = request.POST if request.method == "POST" else _kept.typed_before(request)
        self.first = bool(view and kept.default == view)
        self.form = ViewForm(
            typed,
            may_share=self.may_share and not (view and view.shared),
            initial={"name": view.name if view else "", "first": self.first},
        )

        # What is done without the form.
        self.acts = {
            "withdraw": self.withdraw,
            "first": self.open_with,
            "not_first": self.open_with,
        }

    def do(self, act: Any) -> HttpResponse:
        """Do what the form says; what is typed stays where it cannot be done."""
        _kept.forget(self.request)
        if act not in self.acts.values() and not (self.form.is_valid() and not self.asked.left):
            # More than can be asked at once is said above, and never kept in part.
            return self.shown(status=INVALID[0])
        try:
            return act(act_of(self.request))
        except Unknown:
            raise Http404 from None
        except NotDone as error:
            return self.shown(refusal(error, self.who), answer_of(error)[0])

    def save(self, known: dict[str, Any]) -> HttpResponse:
        """Keep a new one."""
        typed = self.form.cleaned_data
        made = service.save(
            **known,
            site_id=self.site.pk,
            name=typed["name"],
            query=self.asked.query(),
            shared=typed.get("share", False),
        )
        return self._opened(known, View(made.pk, made.name, made.query, made.shared, made.version))

    def change(self, known: dict[str, Any]) -> HttpResponse:
        """Change this one."""
        assert self.view is not None
        typed = self.form.cleaned_data
        made = service.change(
            **known,
            view_id=self.view.pk,
            seen=seen_of(self.request.POST),
            name=typed["name"],
            query=self.asked.query() if self.replaces else None,
            share=typed.get("share", False),
        )
        return self._opened(known, View(made.pk, made.name, made.query, made.shared, made.version))

    def withdraw(self, known: dict[str, Any]) -> HttpResponse:
        """Take this one away."""
        assert self.view is not None
        seen = seen_of(self.request.POST)
        service.withdraw(**known, view_id=self.view.pk, seen=seen)
        return see_other(self.request, "work:view_list", self.site.slug)

    def open_with(self, known: dict[str, Any]) -> HttpResponse:
        """Let the person's list open with this one, or with all open work again."""
        assert self.view is not None
        wanted = self.view.pk if self.request.POST["do"] == "first" else None
        service.open_with(**known, site_id=self.site.pk, view_id=wanted)
        return see_other(self.request, "work:view_list", self.site.slug)

    def _opened(self, known: dict[str, Any], view: View) -> HttpResponse:
        """The view is what the list opens with from now on, or not; then its list."""
        if self.form.cleaned_data["first"] != self.first:
            act = uuid.uuid5(known["act"], "first")
            wanted = None if self.first else view.pk
            service.open_with(actor=known["actor"], act=act, site_id=self.site.pk, view_id=wanted)
        return see_other(self.request, url_of(self.site.slug, view))

    def shown(self, refused: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
        """The page with what it asks in words."""
        known = facets.load(self.site, self.who, self.asked.wanted())
        selection = select(self.asked, known, self.site, self.who, self.at)
        here = reverse("work:item_list", args=[self.site.slug])
        values = {
            "site": self.site,
            "view": self.view,
            "version": self.view.version if self.view else "",
            "form": self.form,
            "chips": chips(selection),
            "trouble": (narrowing.trouble(selection, here) or {}).get("text", ""),
            "list_url": here + self.asked.url().removesuffix("?"),
            "replaces": self.replaces,
            "may_change": not (self.view and self.view.shared) or self.may_share,
            "refusal": refused,
            "kept_note": _kept.note(self.request),
        }
        return render(self.request, "work/view_form.html", values, status=status)


__all__ = ["list_columns", "view_edit", "view_list", "view_new"]
