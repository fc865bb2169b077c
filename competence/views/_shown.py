"""What pages say of needs, records and companies: words, tone and icon, of plain values."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.judging import Verdict
from competence.permissions import Action, may
from competence.states import Asks, CompanyState
from work.pages import Guest, Names, guest_at, worded
from work.permissions import Scope

# What ends within so many days is said to end.
SOON = timedelta(days=30)
# So many pages of a list can be asked for; what is beyond is found by narrowing it.
MOST_PAGES = 200

_LACKS = {
    "missing": gettext_lazy("Missing"),
    "not_verified_here": gettext_lazy("Not seen here"),
    "expired": gettext_lazy("Ended"),
    "induction_expired": gettext_lazy("Ended"),
    "company_lapsed": gettext_lazy("Ended"),
    "insurance_lapsed": gettext_lazy("Ended"),
    "level": gettext_lazy("Level too low"),
    "unverified": gettext_lazy("To verify"),
    "insurance_unverified": gettext_lazy("To verify"),
    "company_suspended": gettext_lazy("Suspended"),
}


def tabs(request: HttpRequest, site: Any, who: Scope) -> list[dict[str, Any]]:
    """The ways through the pages of competence that are open to the reader."""
    see = may(who, Action.SEE, site.pk)
    own = bool(who.companies(site.pk))
    gate = may(who, Action.GATE, site.pk)
    ways = [
        ("overview", _("What ends"), see or own),
        ("matrix", _("Who has what"), see or own),
        ("company_list", _("Companies"), see or own),
        ("gate", _("Gate today"), gate or own),
    ]
    here = request.resolver_match.url_name if request.resolver_match else ""
    here = "company_list" if here == "company" else here
    return [
        {
            "label": label,
            "url": resolve_url(f"competence:{name}", site.slug),
            "current": name == here,
        }
        for name, label, allowed in ways
        if allowed
    ]


def may_see(who: Scope, site: Any) -> bool:
    """Whether the reader sees what others have: all of the site, or of the own company."""
    return bool(may(who, Action.SEE, site.pk)) or bool(who.companies(site.pk))


def needed(verdict: Verdict) -> str:
    """What is asked, in words."""
    need = verdict.need
    if need.asks == Asks.INDUCTION and need.rule is not None:
        return _("Inducted for %(place)s") % {"place": need.rule.place}
    if need.competence is None:
        return _("Company approved and insured")
    said = f"{need.competence.code} {need.competence.name}"
    return f"{said} · {_('level')} {need.level}" if need.level else said


def gap(
    verdict: Verdict,
    supervised: bool,
    at: datetime,
    who: Scope,
    names: Names,
    end: datetime | None = None,
) -> dict[str, Any]:
    """One thing that is asked and how it stands: met, ending, missing, to verify.

    end: of the work, as it is planned.
    """
    row: dict[str, Any] = {"what": needed(verdict), "until": verdict.until, "reasons": []}
    if verdict.reason is None:
        if verdict.until is not None and end is not None and verdict.until < end:
            return row | {"tone": "late", "state": _("Ends before the work does")}
        if verdict.exempt:
            return row | {"tone": "temp", "state": _("Exempt")}
        if verdict.until is not None and verdict.until - at <= SOON:
            return row | {"tone": "late", "state": _("Ends soon")}
        return row | {"tone": "go", "state": _("Met")}
    code = verdict.reason.code.removeprefix("competence.")
    row["reasons"] = worded([verdict.reason], who, names)
    if supervised and verdict.need.supervised:
        return row | {"tone": "temp", "state": _("Under supervision")}
    tone = "late" if code in ("unverified", "insurance_unverified") else "stop"
    return row | {"tone": tone, "state": str(_LACKS.get(code, _("Missing")))}


def sorted_gaps(gaps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is lacking first."""
    order = {"stop": 0, "late": 1, "temp": 2, "go": 3}
    return sorted(gaps, key=lambda row: order[row["tone"]])


def named(site: Any, verdicts: Sequence[Verdict], who: Scope) -> Names:
    """The names in the reasons of many verdicts: two queries at most."""
    reasons = [each.reason for each in verdicts if each.reason is not None]
    return Names(reasons, who, guest=guest_at(who, site.pk))


def called(person: Any, guest: Guest | None) -> str:
    """Who did something, as the reader may know it: a guest reads nobody of another company."""
    if person is None or guest is None:
        return person.name if person else ""
    return guest.name(person.pk, person.name, person.company_id)


def item_row(site: Any, item: Any) -> dict[str, Any]:
    """An item as rows name it."""
    label = f"W-{item.number}"
    return {
        "label": label,
        "what": item.what,
        "url": resolve_url("work:item_detail", site.slug, label),
        "place": item.place.name,
        "start": item.planned_start,
    }


def company_state(company: Any, at: datetime) -> dict[str, str]:
    """How a company stands: word, tone, icon."""
    if company.state == CompanyState.APPROVED:
        if company.until <= at:
            return {"text": _("Approval ended"), "tone": "stop"}
        return {"text": company.get_state_display(), "tone": "go"}
    tone = "stop" if company.state == CompanyState.SUSPENDED else "late"
    return {"text": company.get_state_display(), "tone": tone}
