"""Own isolation on one page, for a phone: begin by a card, apply, try, and take off."""

import uuid
from datetime import datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from permits import isolation_forms as forms
from permits.isolation_permissions import APPROVING_CARDS
from permits.isolation_states import Kind, Method, State
from permits.models import Isolation, IsolationCard
from permits.reads import isolation as read
from permits.services import own, points
from permits.services._isolation_facts import Facts, facts_about
from permits.views.isolation_lists import act_of, place_in, plans_somewhere
from work.exceptions import Forbidden, NotDone, Reason, Refused
from work.pages import (
    Deed,
    Failed,
    Given,
    Guest,
    Offer,
    answer_of,
    guest_at,
    live,
    number_in,
    offered,
    refusal,
    see_other,
    sent,
    site_view,
)
from work.permissions import Allowed, Scope, visible
from work.reads import item as items

_MOST = 100


def _begin(given: Given) -> object:
    typed = str(given.get("number")).strip()
    number = items.number_of(typed) if typed else None
    pk = items.id_of(given.record, number) if number is not None else None
    if typed and pk is None:
        raise Refused(Reason("permits.item_unknown"))
    return own.begin(**given.door, card_id=given.of, item_ids=[pk] if pk else [])


def _finish(given: Given) -> object:
    said = {name: bool(given.get(name, False)) for name in ("people_out", "tools_out")}
    left = dict(given.get("points", []))
    return own.finish(**given.door, isolation_id=given.of, positions=left, **said)


def _try(given: Given) -> object:
    said = {name: given.get(name) for name in ("energy", "how", "told")}
    return points.try_out(**given.door, isolation_id=given.of, **said)


def _approve(given: Given) -> object:
    day = given.get("until", None)
    zone = timezone.get_current_timezone()
    until = datetime.combine(day, time.max, zone) if day else timezone.now()
    return own.approve_card(**given.door, card_id=given.of, until=until)


def _whole_first(who: Scope, site: Any) -> Allowed:
    """The doors take no version: they say whose it is once all is said."""
    return Allowed()


BEGIN = Deed("begin", _("Begin"), _begin, forms.Begin, part=True, asks=_whole_first)
APPLY = Deed(
    "apply",
    _("Apply and lock"),
    lambda given: points.apply(**given.door, isolation_id=given.of, points=given.get("points", [])),
    forms.Apply,
    part=True,
    asks=_whole_first,
)
TRY = Deed(
    "try",
    _("Tried: nothing moves. My lock is on"),
    _try,
    forms.Try,
    part=True,
    asks=_whole_first,
)
FINISH = Deed(
    "finish", _("Take off and close"), _finish, forms.Finish, part=True, asks=_whole_first
)
APPROVE = Deed("approve", _("Approve"), _approve, forms.Approve, part=True, asks=_whole_first)
END = Deed(
    "end",
    _("Use no longer"),
    lambda given: own.end_card(**given.door, card_id=given.of),
    part=True,
    danger=True,
)
DEEDS = {each.verb: each for each in (BEGIN, APPLY, TRY, FINISH, APPROVE, END)}
_OF_CARDS = {each.verb for each in (BEGIN, APPROVE, END)}


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
@live
def own_isolation(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """One's own isolations that are open, and the cards by which one may begin."""
    page = _Page(request, site, who, at)
    if request.method == "POST":
        mine = page.mine()

        def known(deed: Deed, of: int | None) -> Any:
            return next((each for each in mine if each.isolation.pk == of), None)

        return sent(request, who, DEEDS, site, known, page, page.url, page.guest(mine))
    return page()


class _Page:
    """Draws the page anew, as `sent` calls for it."""

    def __init__(self, request: HttpRequest, site: Any, who: Scope, at: datetime) -> None:
        self.request, self.site, self.who, self.at = request, site, who, at
        self.url = reverse("isolations:own_isolation", args=[site.slug])

    def mine(self) -> list[Facts]:
        """The reader's own isolations that are open."""
        rows = Isolation.objects.filter(
            site=self.site, owner=self.who.user_id, kind=Kind.OWN, ended_at=None
        ).select_related(
            "site",
            "place",
            "owner",
            "card",
            "created_by",
            "drawn_by",
            "approved_by",
            "asset",
            "energy_by",
            "energy_note",
            "notified_by",
            "notified_note",
        )
        return [facts_about(each, self.at) for each in rows]

    def guest(self, mine: list[Facts]) -> Guest | None:
        """As which guest the reader reads people, at the place of what the sent act is about."""
        verb, of = self.request.GET.get("do", ""), number_in(self.request.GET.get("of", ""))
        paths = {each.isolation.pk: each.isolation.place.path for each in mine}
        if verb in _OF_CARDS:
            cards = IsolationCard.objects.filter(site=self.site, pk=of)
            paths = dict(cards.values_list("pk", "place__path"))
        return guest_at(self.who, self.site.pk, paths.get(of or 0), reads_site=False)

    def __call__(
        self,
        *,
        refusal: dict[str, Any] | None = None,
        failed: Failed | None = None,
        status: int = 200,
        done: bool = False,
    ) -> HttpResponse:
        """The page."""
        mine, cards = self.mine(), self._cards()
        roles = {each.role for each in self.who.grants if each.site_id == self.site.pk}
        approves = bool(roles & APPROVING_CARDS)
        offers = [offer for facts in mine for offer in _steps(facts)]
        for card in cards:
            if self._may_begin(card):
                offers.append(Offer(BEGIN, of=card.pk, seen=0))
            elif approves and card.drawn_by_id != self.who.user_id and not self._holds(card):
                offers.append(Offer(APPROVE, of=card.pk, seen=0))
            if approves:
                offers.append(Offer(END, of=card.pk, seen=0))
        drawn = offered(offers, self.url, self.who, None, failed)
        of: dict[str, dict[int | None, list[Any]]] = {}
        for offer, row in zip(offers, drawn, strict=True):
            of.setdefault(offer.deed.verb, {}).setdefault(offer.of, []).append(row)
        context = {
            "site": self.site,
            "mine": [read.shown(each, self.who) | {"until": each.isolation.until} for each in mine],
            "cards": [self._card(each) for each in cards],
            "part_acts": of,
            "refusal": refusal,
            "done": done,
            "may_draw": plans_somewhere(self.who, self.site),
        }
        return render(self.request, "permits/own_isolation.html", context, status=status)

    def _cards(self) -> list[IsolationCard]:
        if self.who.only_contractor(self.site.pk):
            return []  # they may begin by none
        cards = IsolationCard.objects.filter(visible(self.who, team=None), site=self.site)
        rows = cards.filter(ended_at=None).select_related("place", "approved_by", "site")
        return list(rows[:_MOST])

    def _holds(self, card: IsolationCard) -> bool:
        return card.until is not None and card.until > self.at

    def _may_begin(self, card: IsolationCard) -> bool:
        return self._holds(card) and plans_somewhere(self.who, self.site)

    def _card(self, card: IsolationCard) -> dict[str, Any]:
        return {
            "pk": card.pk,
            "title": card.title,
            "place_text": card.place.name,
            "until": card.until if self._holds(card) else None,
            "approved_by": self._approver(card),
            "points": [
                each | {"method_text": Method(each["method"]).label} for each in card.points
            ],
        }

    def _approver(self, card: IsolationCard) -> str:
        person: Any = card.approved_by
        guest = guest_at(self.who, self.site.pk, card.place.path, reads_site=False)
        if person is None or guest is None:
            return str(person or "")
        return guest.name(person.pk, str(person), person.company_id)


def _steps(facts: Facts) -> list[Offer]:
    """What comes next of an own isolation."""
    state, pk = facts.isolation.state, facts.isolation.pk
    given: dict[str, Any] = {"of": pk, "seen": facts.isolation.version, "known": facts}
    if state == State.APPROVED:
        offers = [Offer(APPLY, primary=True, **given)]
    elif state == State.APPLIED:
        offers = [Offer(TRY, primary=True, **given)]
    else:
        offers = []
    if any(each.applied_at for each in facts.points):
        offers.append(Offer(FINISH, **given))
    return offers


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
def card_new(request: HttpRequest, site: Any, who: Scope, at: datetime) -> HttpResponse:
    """Draw a card for one machine; another approves it."""
    if not plans_somewhere(who, site):
        return _card_form(request, site, None, refusal(Forbidden(Reason("denied")), who), 403)
    form = forms.Card(request.POST or None)
    told, status = None, 200
    if request.method == "POST":
        try:
            said = {"place_id": place_in(site, who, form)}
            said |= {"title": form.cleaned_data["title"], "points": form.points()}
            own.draw_card(actor=request.user, act=act_of(request), site_id=site.pk, **said)
        except NotDone as error:
            told, status = refusal(error, who), answer_of(error)[0]
        else:
            return see_other(request, reverse("isolations:own_isolation", args=[site.slug]))
    return _card_form(request, site, form, told, status)


def _card_form(request: HttpRequest, site: Any, form: Any, told: Any, status: int) -> HttpResponse:
    values = {"site": site, "form": form, "refusal": told, "act": uuid.uuid4(), "card": True}
    values |= {"seen": 0, "back_url": reverse("isolations:own_isolation", args=[site.slug])}
    return render(request, "permits/isolation_form.html", values, status=status)
