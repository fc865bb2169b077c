"""The page of an isolation, and what is done from it."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from permits.isolation_permissions import may, may_decide
from permits.isolation_states import MOVES, How, Kind, State, Verb
from permits.models import Isolation
from permits.reads import isolation as read
from permits.reads.isolations import url
from permits.services._energy import unsaid
from permits.services._isolation_facts import Facts
from permits.services._locks_for import leads, signs_in
from permits.services.isolation_guards import refusals
from permits.views import isolation_deeds as deeds
from work.pages import Deed, Failed, Offer, fragment, live, offered, sent, site_view
from work.permissions import Scope

# The step that comes next.
_NEXT = {
    State.PLANNED: Verb.APPROVE,
    State.APPROVED: Verb.APPLY,
    State.APPLIED: Verb.TRY,
    State.RELEASE: Verb.REMOVE,
    State.REMOVED: Verb.CLOSE,
    State.IN_TEST: Verb.END_TEST,
}


def _step(isolation: Isolation) -> Verb | None:
    """What comes next; before it is tried, what must be said."""
    step = _NEXT.get(State(isolation.state))
    if step == Verb.TRY and unsaid(isolation):
        return Verb.ENERGY if isolation.energy == "" else Verb.NOTIFY
    return step


@require_http_methods(["GET", "HEAD", "POST"])
@site_view
@live
def isolation_detail(
    request: HttpRequest, site: Any, who: Scope, at: datetime, number: str
) -> HttpResponse:
    """One isolation; POST does an act of it."""
    facts = _found(site, who, number, at)
    page = _Page(request, site, who, at, number)
    if request.method == "POST":
        address = url(facts.isolation)
        known, guest = deeds.known(facts), read.guest(facts.isolation, who)
        return sent(request, who, deeds.DEEDS, facts.isolation, known, page, address, guest)
    return page(facts=facts)


def _found(site: Any, who: Scope, number: str, at: datetime) -> Facts:
    facts = read.find(site, who, number, at)
    if facts is None:
        raise Http404
    return facts


class _Page:
    """Draws the page anew, as `sent` calls for it."""

    def __init__(
        self, request: HttpRequest, site: Any, who: Scope, at: datetime, number: str
    ) -> None:
        self.request, self.site, self.who = request, site, who
        self.at, self.number = at, number

    def __call__(
        self,
        *,
        facts: Facts | None = None,
        refusal: dict[str, Any] | None = None,
        failed: Failed | None = None,
        status: int = 200,
        done: bool = False,
    ) -> HttpResponse:
        """The page; read anew where something was done."""
        facts = facts or _found(self.site, self.who, self.number, self.at)
        values = read.shown(facts, self.who)
        label = values["label"]
        context = {
            "site": self.site,
            "isolation": values,
            **self._acts(facts, values, failed),
            "refusal": refusal,
            "done": done,
            "edit_url": reverse("isolations:isolation_edit", args=[self.site.slug, label])
            if self._offers(Verb.EDIT, facts)
            else "",
        }
        name = "permits/isolation_detail.html"
        name += "#isolation" if fragment(self.request) else ""
        return render(self.request, name, context, status=status)

    def _offers(self, verb: Verb, facts: Facts) -> bool:
        parts = facts.parts(self.who.user_id)
        allowed = may(self.who, verb, facts.isolation, facts.teams, parts)
        return facts.isolation.state in MOVES[verb] and bool(allowed)

    def _acts(self, facts: Facts, values: dict[str, Any], failed: Failed | None) -> dict[str, Any]:
        """The acts in the rail, and those that stand beside a part."""
        step = _step(facts.isolation)
        offers = []
        for verb, deed in deeds.ACTS:
            if self._offers(verb, facts) and self._has_something(verb, deed, facts):
                against = [] if deed is deeds.ON_FOR else refusals(facts, verb, self.who)
                primary = verb == step and not against
                offers.append(Offer(deed, against, primary=primary))
        parts = self._parts(facts, values)
        every, guest = [*offers, *parts], read.guest(facts.isolation, self.who)
        drawn = offered(every, url(facts.isolation), self.who, facts, failed, guest)
        of: dict[str, dict[int | None, list[Any]]] = {}
        for offer, row in zip(parts, drawn[len(offers) :], strict=True):
            of.setdefault(offer.deed.verb, {}).setdefault(offer.of, []).append(row)
        tail = drawn[: len(offers)]
        return {"acts": sorted(tail, key=lambda row: not row["primary"]), "part_acts": of}

    def _parts(self, facts: Facts, values: dict[str, Any]) -> list[Offer]:
        """What is done to a point, a lock or a use."""
        parts = []
        if self._offers(Verb.REPORT, facts):
            placed = [each for each in facts.points if each.applied_at and not each.reported_at]
            parts += [Offer(deeds.REPORT, of=each.pk) for each in placed]
        if self._offers(Verb.LIFT, facts):
            placed = [each for each in facts.points if each.applied_at]
            parts += [Offer(deeds.LIFT, of=each.pk) for each in placed]
        if self._offers(Verb.LEAVE, facts):
            decides = bool(may_decide(self.who, facts.isolation))
            left = [each for each in facts.uses if decides or each.how == How.ISOLATING]
            parts += [Offer(deeds.LEAVE, of=each.pk) for each in left]
        return parts + self._of_locks(facts, values)

    def _of_locks(self, facts: Facts, values: dict[str, Any]) -> list[Offer]:
        """What is done to the lock of somebody gone, or of somebody without sign-in."""
        parts, me, decides = [], self.who.user_id, may_decide(self.who, facts.isolation)
        fresh = {each["lock"] for each in values["removals"] if each["holds"]}
        others = [each for each in facts.locks if not each.group and each.person_id != me]
        if self._offers(Verb.ABSENT, facts):
            for lock in others:
                deed = deeds.REMOVE_LOCK if lock.pk in fresh else deeds.ABSENT
                parts.append(Offer(deed, of=lock.pk))
        if self._offers(Verb.LOCK_OFF, facts) and leads(self.who, facts):
            alone = [each for each in others if not signs_in(each.person)]
            alone = [each for each in alone if leads(self.who, facts, each.person)]
            parts += [Offer(deeds.OFF_FOR, of=each.pk) for each in alone]
        for each in values["removals"]:
            mine = each["person_id"] == me
            two = (each["asked_by_id"], each["removed_by_id"])
            if not each["removed_at"]:
                parts += [Offer(deeds.HERE, of=each["pk"])] if mine else []
            elif mine:
                parts.append(Offer(deeds.TELL, of=each["pk"]))
            elif not each["signs_in"] and (me in two or decides):
                parts.append(Offer(deeds.TOLD, of=each["pk"]))
        return parts

    def _has_something(self, verb: Verb, deed: Deed, facts: Facts) -> bool:
        """Whether a deed has anything to be done to."""
        isolation, me = facts.isolation, self.who.user_id or 0
        if verb == Verb.APPLY:
            return any(each.applied_at is None or each.reported_at for each in facts.points)
        if verb == Verb.ENERGY:
            return not isolation.energy
        if verb == Verb.NOTIFY:
            return isolation.notified_at is None
        if verb == Verb.LOCK:
            return any(each.applied_at and each.locked_at is None for each in facts.points)
        if deed is deeds.ON_FOR:
            return isolation.kind != Kind.OWN and leads(self.who, facts)
        if verb in (Verb.LOCK_ON, Verb.LOCK_OFF):
            return (facts.lock_of(me) is None) == (verb == Verb.LOCK_ON)
        if verb in (Verb.GROUP_ON, Verb.GROUP_OFF):
            on = facts.group_lock is not None
            return isolation.kind != Kind.OWN and on == (verb == Verb.GROUP_OFF)
        if verb in (Verb.SANCTION, Verb.AGREE_TEST, Verb.WITHDRAW_TEST):
            mine = verb != Verb.AGREE_TEST or facts.lock_of(me) is not None
            return facts.sanction is not None and mine
        if verb in (Verb.ASK_TEST, Verb.USE):
            return isolation.kind != Kind.OWN and facts.sanction is None
        if verb in (Verb.CARRY_ON, Verb.CHECK):
            own = isolation.kind == Kind.OWN
            return not own if verb == Verb.CARRY_ON else isolation.kind == Kind.LONG_TERM
        if verb == Verb.RELEASE:
            return any(each.applied_at for each in facts.points)
        return True
