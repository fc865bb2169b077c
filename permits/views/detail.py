"""The page of a permit, and what is done from it."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from permits.models import Permit
from permits.permissions import may, may_explain, may_sign_for, reads_names
from permits.reads import detail as read
from permits.reads.names import Naming
from permits.services._facts import Facts, facts_of
from permits.services.guards import refusals
from permits.states import MOVES, State, Verb
from permits.views import _bar, _print, deeds, paper
from work.pages import (
    Failed,
    Names,
    Offer,
    fragment,
    live,
    number_in,
    offered,
    sent,
    site_view,
    worded,
)
from work.permissions import Scope
from work.reads import judged

# The step that comes next, of which the page says what is missing.
_NEXT = {
    State.DRAFT: Verb.REQUEST,
    State.CHECKED: Verb.AUTHORISE,
    State.ENDORSED: Verb.AUTHORISE,
    State.AUTHORISED: Verb.ISSUE,
    State.ISSUED: Verb.TAKE,
    State.IN_FORCE: Verb.HAND_BACK,
    State.STOP_CALLED: Verb.CONFIRM,
    State.STOPPED: Verb.BRING_BACK,
    State.AFTERCARE: Verb.END_AFTERCARE,
    State.HANDED_BACK: Verb.CLOSE,
}


def next_step(facts: Facts) -> Verb | None:
    """The verb that brings it on."""
    if facts.overdue:
        return Verb.CONFIRM
    if facts.state == State.REQUESTED:
        return Verb.CHECK if facts.route and facts.route.checked else Verb.AUTHORISE
    if facts.state == State.CHECKED and facts.route and facts.route.endorsed:
        return Verb.ENDORSE
    return _NEXT.get(facts.state)


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
@live
def permit_detail(
    request: HttpRequest, site: Any, who: Scope, at: datetime, number: str
) -> HttpResponse:
    """One permit; POST does an act of it."""
    permit = _found(site, who, number)
    page = _Page(request, site, who, at, number)
    if request.method == "POST":
        facts = page.facts(permit)
        url = _url(site, permit)
        every, guest = deeds.DEEDS | paper.DEEDS, page.names.guest(permit)
        return sent(request, who, every, permit, deeds.known(facts), page, url, guest)
    return page(permit=permit)


@require_safe
@site_view
def permit_print(
    request: HttpRequest, site: Any, who: Scope, at: datetime, number: str
) -> HttpResponse:
    """The permit on one side of A4; the code on it leads to what is so now."""
    permit = _found(site, who, number)
    facts = facts_of(permit, at)
    printed = f"?printed={permit.version}&at={int(at.timestamp())}"
    url = request.build_absolute_uri(_url(site, permit)) + printed
    values = {"site": site, "permit": read.shown(facts, who), "at": at}
    affected = permit.affected.filter(ended_at=None).select_related("place")
    values["affected"] = [f"{each.place.name} ({each.place.code})" for each in affected]
    values |= {"drawn": _print.code(url), "back_url": _url(site, permit)}
    return render(request, "permits/permit_print.html", values)


def _judged(site: Any, who: Scope, permit: Permit) -> dict[str, Any] | None:
    """The section of who was judged able to what; a guest is told nothing of others."""
    if not reads_names(who, permit):
        return None
    url = reverse("permits:permit_judged", args=[site.slug, f"P-{permit.number}"])
    return {"id": "judged", "title": _("Judged at decisions"), "url": url}


@require_safe
@site_view
def permit_judged(
    request: HttpRequest, site: Any, who: Scope, at: datetime, number: str
) -> HttpResponse:
    """Who was judged able to what at which decision on it, as it was known then."""
    permit = _found(site, who, number)
    if not reads_names(who, permit):
        raise Http404
    values = {
        "site": site,
        "judged": judged.rows(judged.of_subject("permits.permit", permit.pk), who),
        "above": f"P-{permit.number}",
        "above_url": _url(site, permit),
    }
    name = "judged_page.html"
    return render(request, f"{name}#judged" if fragment(request) else name, values)


def _found(site: Any, who: Scope, number: str) -> Permit:
    permit = read.find(site, who, number)
    if permit is None:
        raise Http404
    return permit


def _url(site: Any, permit: Permit, name: str = "permit_detail") -> str:
    return reverse(f"permits:{name}", args=[site.slug, f"P-{permit.number}"])


class _Page:
    """Draws the page anew, as `sent` calls for it."""

    def __init__(
        self, request: HttpRequest, site: Any, who: Scope, at: datetime, number: str
    ) -> None:
        self.request, self.site, self.who = request, site, who
        self.at, self.number = at, number
        self.names = Naming(who)

    def facts(self, permit: Permit) -> Facts:
        """What is known of the permit, with people as the reader reads them."""
        facts = facts_of(permit, self.at)
        facts.called = self.names.of(permit)
        return facts

    def __call__(
        self,
        *,
        permit: Permit | None = None,
        refusal: dict[str, Any] | None = None,
        failed: Failed | None = None,
        status: int = 200,
        done: bool = False,
    ) -> HttpResponse:
        """The page; read anew where something was done."""
        permit = permit or _found(self.site, self.who, self.number)
        facts = self.facts(permit)
        values = read.shown(facts, self.who)
        step = next_step(facts)
        missing = refusals(facts, step, self._as(step, facts)) if step else []
        printed = [number_in(self.request.GET.get(name, "")) for name in ("printed", "at")]
        context = {
            "site": self.site,
            "permit": values,
            "step_text": step.label if step else "",
            **self._acts(facts, step, missing, failed),
            "refusal": refusal,
            "done": done,
            "print_url": reverse("permits:permit_print", args=[self.site.slug, values["label"]]),
            "copy_url": reverse("permits:permit_copy", args=[self.site.slug, values["label"]]),
            "edit_url": reverse("permits:permit_edit", args=[self.site.slug, values["label"]])
            if self._offers(Verb.EDIT, facts)
            else "",
            "printed": read.printed_before(facts, *printed),
            "judged": _judged(self.site, self.who, facts.permit),
            "history_url": reverse(
                "permits:permit_history", args=[self.site.slug, values["label"]]
            ),
            **self._paper(facts, failed),
        }
        name = "permits/permit_detail.html"
        name += "#permit" if fragment(self.request) else ""
        return render(self.request, name, context, status=status)

    def _paper(self, facts: Facts, failed: Failed | None) -> dict[str, Any]:
        """What may be entered from paper, where that is asked for; else the way to it."""
        if not paper.possible(facts):
            return {}
        url, given = _url(self.site, facts.permit), self.request.GET
        if not paper.asked(given.get("do", ""), wanted="paper" in given):
            return {"paper_url": f"{url}?paper=1#paper"}
        made = paper.offers(facts, self._offers)
        guest = self.names.guest(facts.permit)
        return {"paper_acts": offered(made, url, self.who, facts, failed, guest)}

    def _as(self, step: Verb, facts: Facts) -> Scope:
        """The reader, where the step is theirs; else nobody in person."""
        return self.who if may(self.who, step, facts.permit) else Scope(None, self.at)

    def _offers(self, verb: Verb, facts: Facts) -> bool:
        allowed = may(self.who, verb, facts.permit, facts.people_on_it)
        return facts.state in MOVES[verb] and bool(allowed)

    def _acts(
        self, facts: Facts, step: Verb | None, missing: Any, failed: Failed | None
    ) -> dict[str, Any]:
        """What is missing, the acts in the rail, and those that stand beside a part."""
        offers, verbs = [], []
        for verb, deed in deeds.ACTS:
            if not self._offers(verb, facts) or not self._has_something(deed.verb, facts):
                continue
            against = missing if verb == step else refusals(facts, verb, self.who)
            if against and verb != step and all(_is_moot(each.code) for each in against):
                continue
            offers.append(Offer(deed, against, primary=verb == step and not against))
            verbs.append(verb)
        me = self.who.user_id
        stop = []
        if self._offers(Verb.CALL_STOP, facts):
            stop.append(Offer(deeds.STOP))
        called = facts.stop
        silent = called is not None and called.note_id is None
        if silent and may_explain(self.who, facts.permit, called.called_by_id):
            stop.append(Offer(deeds.SAY_WHY))
        leads = may_sign_for(self.who, facts.permit)
        off = [
            Offer(deeds.SIGN_OFF, of=each.pk)
            for each in facts.on_it
            if facts.state in MOVES[Verb.SIGN_OFF] and (leads or each.person_id == me)
        ]
        parts = []
        if self._offers(Verb.EDIT, facts):
            parts += [Offer(deeds.MEASURE, of=each.pk) for each in facts.hazards]
            parts += [Offer(deeds.DROP_HAZARD, of=each.pk) for each in facts.hazards]
            parts += [Offer(deeds.DROP_MEASURE, of=each.pk) for each in facts.measures]
            parts += [Offer(deeds.UNLINK, of=each.pk) for each in facts.links]
        every = [*stop, *off, *parts, *offers]
        guest, url = self.names.guest(facts.permit), _url(self.site, facts.permit)
        said = [*missing, *(reason for each in offers for reason in each.against)]
        names = Names(said, self.who, guest=guest)
        drawn = offered(every, url, self.who, facts, failed, names=names)
        of: dict[str, dict[int | None, list[Any]]] = {}
        for offer, row in zip(every, drawn, strict=True):
            of.setdefault(offer.deed.verb, {}).setdefault(offer.of, []).append(row)
        tail = drawn[len(every) - len(offers) :]
        return {
            "missing": worded(missing, self.who, names),
            "bar": _bar.of(step, zip(verbs, tail, strict=True), drawn[: len(stop)]),
            "stop_acts": drawn[: len(stop)],
            "acts": sorted(tail, key=lambda row: not row["primary"]),
            "part_acts": of,
        }

    def _has_something(self, verb: str, facts: Facts) -> bool:
        """Whether a deed has anything to be done to."""
        if verb == "tick":
            return any(each.ticked_at is None for each in facts.measures)
        if verb == "test":
            return bool(facts.asked())
        if verb == "begin":
            return bool(facts.permit.type.controls)
        if verb == "on":
            return self.who.user_id not in facts.people_on_it
        if verb == "on-name":
            return may_sign_for(self.who, facts.permit)
        return True


def _is_moot(code: str) -> bool:
    """Whether a reason says that the act is not asked at all."""
    return code in {
        "permits.check_not_asked",
        "permits.endorsement_not_asked",
        "permits.issues_already",
        "permits.performs_already",
        "permits.performer_signed",
        "permits.nothing_left",
    } or code.startswith("permits.stands_")
