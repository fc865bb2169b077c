"""One permit as its page shows it, at one moment, for one reader."""

import re
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from permits.models import Permit, PermitItem
from permits.permissions import sees
from permits.reads import gas
from permits.reads.lists import TONES
from permits.reads.names import Name, Naming, apart_in
from permits.services import _conflicts
from permits.services._facts import Facts, by_hazard, one_with_current
from permits.services._isolated import not_relied_on
from permits.services._isolated import url as isolation_url
from permits.services._issue_end import read_for, with_shifts
from permits.services._named import model_of
from permits.services._telling import confirming
from permits.standing import LABELS, OVERDUE, holds_until, standing
from permits.states import ENDED, Part, State, Verdict
from work.permissions import Scope, visible
from work.prepared import given, prepared

_NUMBER = re.compile(r"(?:[Pp][- ]?)?(\d{1,15})")
_TO_CONFIRM = (State.STOP_CALLED, OVERDUE)
_AT_WORK = (State.ISSUED, State.IN_FORCE, State.STOP_CALLED, OVERDUE)
# The way of a permit, with the signature that ends each step.
_WAY = [
    (State.REQUESTED, Part.REQUESTED, lazy("Asked for")),
    (State.CHECKED, Part.CHECKED, lazy("Checked")),
    (State.ENDORSED, Part.ENDORSED, lazy("Endorsed")),
    (State.AUTHORISED, Part.AUTHORISED, lazy("Authorised")),
    (State.ISSUED, Part.ISSUED, lazy("Issued")),
    (State.IN_FORCE, Part.TAKEN, lazy("In force")),
    (State.HANDED_BACK, Part.HANDED_BACK, lazy("Handed back")),
    (State.CLOSED, Part.CLOSED, lazy("Closed")),
]
# What of it the performing authority signs.
_PERFORMERS = (Part.TAKEN, Part.HANDED_BACK)


def find(site: Any, who: Scope, text: str) -> Permit | None:
    """The permit with this number, where the reader may see it."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    reader = who.user_id or 0
    rows = _whole(site=site.pk, number=int(match[1]), reader=reader, at=who.at)
    found = next(iter(rows), None)
    if found is None or not sees(who, found):
        return None
    read_for(found, reader, who.at)
    return found


@prepared
def _whole() -> QuerySet[Permit]:
    """A permit by its number, with all that is one of it, for who reads it at a moment."""
    rows = one_with_current(Permit.objects.filter(site_id=given("site"), number=given("number")))
    rows = with_shifts(rows, given("reader"), given("at"))
    return rows.select_related("performing_authority", "issuer", "watcher", "copied_from")


def shown(facts: Facts, who: Scope) -> dict[str, Any]:
    """All that stands on its page but the acts."""
    permit, at = facts.permit, facts.at
    now = standing(permit, at)
    name = Naming(who).of(permit)
    here, under = apart_in(name, facts.on_it, facts.named)
    _conflicts.keep(permit)
    signed = _signatures(facts, name)
    near = _shown_conflicts(facts, name)
    steps = _steps(facts, now.code, signed)
    return {
        "pk": permit.pk,
        "label": f"P-{permit.number}",
        "version": permit.version,
        "what": permit.what,
        "type_text": permit.type.name,
        "risk_text": permit.get_risk_display(),
        "risk": permit.risk,
        "stands": now.code,
        "stands_text": now.label,
        "tone": TONES.get(now.code, ""),
        "since": now.since,
        "minutes": int((at - now.since).total_seconds() // 60),
        "valid_to": holds_until(permit) if now.code == State.IN_FORCE else None,
        "place": {
            "name": permit.place.name,
            "code": permit.place.code,
            "url": reverse("work:place_detail", args=[permit.site.slug, permit.place.code]),
        },
        "where_exactly": permit.where_exactly,
        "facts": _facts(facts, name),
        "steps": steps,
        "signs": signed,
        "coming": [] if now.code in ENDED else _coming(permit, steps, name),
        "stop": _stop(facts, name),
        "confirms": [
            {"part": part, "name": name(person)}
            for part, person in (confirming(permit, at) if now.code in _TO_CONFIRM else ())
        ],
        "conflicts": near,
        "not_endorsed": [each for each in near if each["open"]] if now.code in _AT_WORK else [],
        "tests": gas.tests(facts, name),
        "test_columns": gas.columns(),
        "tests_until": permit.tests_until or facts.tests_until(),
        "hazards": _hazards(facts, name),
        "on_it": [
            {"pk": each.pk, "name": called, "since": each.on_at}
            for each, called in zip(facts.on_it, here, strict=True)
        ],
        "named": under,
        "links": _links(facts, who),
        "follow_up": _follow_up(facts, who),
        "isolations": [
            {
                "label": f"I-{each.number}",
                "what": each.title,
                "url": isolation_url(each),
                "stands_text": each.get_state_display(),
                "holds": not_relied_on(each, at, begins=False) is None,
            }
            for each in facts.isolations
        ],
        "ended": now.code in ENDED,
        "under_way": now.code in (State.IN_FORCE, State.STOP_CALLED, OVERDUE),
    }


def printed_before(facts: Facts, version: int | None, second: int | None) -> bool:
    """Whether a print is out of date: what is on it changed since, by a person or by the clock.

    second: when it was printed; tests, ticks and lapses give a permit no other version.
    """
    if version is None:
        return False
    if version != facts.permit.version:
        return True
    moments = [standing(facts.permit, facts.at).since]
    moments += [each.recorded_at for each in facts.tests]
    moments += [each.ticked_at for each in facts.measures if each.ticked_at]
    return second is not None and any(int(each.timestamp()) > second for each in moments)


def _facts(facts: Facts, name: Name) -> list[dict[str, Any]]:
    permit = facts.permit
    rows = [
        (_("Where exactly"), permit.where_exactly),
        (_("How"), permit.method),
        (_("Tools"), permit.tools),
        (_("Condition expected"), permit.condition),
        *((each["text"], permit.answers.get(each["key"])) for each in permit.type.questions),
        (_("Company or team"), str(permit.team or "")),
        (_("Performing authority"), name(permit.performing_authority)),
        (_("Issuer"), name(permit.issuer)),
        (_("Watcher of the after-care"), name(permit.watcher)),
        (_("Copied from"), f"P-{permit.copied_from.number}" if permit.copied_from else ""),
    ]
    return [{"label": label, "text": text} for label, text in rows if text]


def _signatures(facts: Facts, name: Name) -> list[dict[str, Any]]:
    return [
        {
            "part": each.part,
            "role": str(Part(each.part).label),
            "name": name(each.person),
            "at": each.at,
        }
        for each in facts.signatures
    ]


def _steps(facts: Facts, code: str, signed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was, where it stands, what comes; what its route leaves out is not shown."""
    route = facts.route
    last = {each["part"]: each for each in signed}
    left_out = set()
    if route is not None and not route.checked and Part.CHECKED not in last:
        left_out.add(State.CHECKED)
    if not (route and route.endorsed) and Part.ENDORSED not in last:
        left_out.add(State.ENDORSED)
    at_step = {
        State.STOP_CALLED: State.IN_FORCE,
        State.STOPPED: State.IN_FORCE,
        OVERDUE: State.IN_FORCE,
        State.AFTERCARE: State.HANDED_BACK,
    }.get(code, code)
    steps, passed = [], at_step not in (State.DRAFT, *ENDED) or at_step == State.CLOSED
    for state, part, label in _WAY:
        if state in left_out:
            continue
        is_now = state == at_step
        by = last.get(part)
        moment = by["name"] if by and (passed or is_now) else ""
        steps.append(
            {
                "label": str(LABELS[code]) if is_now else label,
                "part": part,
                "sub": moment,
                "state": "now" if is_now else "was" if passed and by else "next",
                "icon": "octagon-x" if code in (State.STOP_CALLED, OVERDUE) else "circle-play",
            }
        )
        passed = passed and not is_now
    return steps


def _coming(permit: Permit, steps: list[dict[str, Any]], name: Name) -> list[dict[str, Any]]:
    """The next two who sign, by name where that is known."""
    performer = name(permit.performing_authority)
    return [
        {"role": each["label"], "name": performer if each["part"] in _PERFORMERS else ""}
        for each in steps
        if each["state"] == "next"
    ][:2]


def _stop(facts: Facts, name: Name) -> dict[str, Any] | None:
    stop = facts.stop
    if stop is None:
        return None
    return {
        "cause_text": stop.get_cause_display(),
        "called_at": stop.called_at,
        "by": name(stop.called_by),
        "why": stop.note.text if stop.note else "",
        "confirmed_at": stop.confirmed_at,
        "confirmed_by": name(stop.confirmed_by),
        "left": stop.left.text if stop.left else "",
    }


def _shown_conflicts(facts: Facts, name: Name) -> list[dict[str, Any]]:
    """What is near: the activity, its time and condition; never whose it is."""
    rows = []
    for each in _conflicts.of(facts.permit, facts.at):
        said = each.endorsed
        rows.append(
            {
                "activity": each.activity,
                "reach_text": each.rule.get_reach_display(),
                "starts": each.starts,
                "ends": each.ends,
                "condition": each.rule.condition,
                "stops": each.rule.verdict == Verdict.STOP,
                "informs": each.rule.verdict == Verdict.INFORM,
                "open": each.rule.verdict != Verdict.INFORM and said is None,
                "endorsed_by": name(said.by) if said else "",
                "note": said.note if said else "",
            }
        )
    return rows


def _hazards(facts: Facts, name: Name) -> list[dict[str, Any]]:
    measures = by_hazard(facts)
    return [
        {
            "pk": hazard.pk,
            "text": hazard.text,
            "energy": hazard.energy,
            "measures": [
                {
                    "pk": each.pk,
                    "text": each.text,
                    "kind_text": each.get_kind_display(),
                    "needs": " ".join(str(value) for value in each.needs.values()),
                    "ticked_at": each.ticked_at,
                    "ticked_by": name(each.ticked_by),
                }
                for each in measures.get(hazard.pk, [])
            ],
        }
        for hazard in facts.hazards
    ]


def _follow_up(facts: Facts, who: Scope) -> dict[str, Any] | None:
    """The work in which goes on what was handed back incomplete, where the reader may see it."""
    if facts.permit.follow_up_id is None:
        return None
    items = model_of(PermitItem, "item").objects.filter(visible(who), pk=facts.permit.follow_up_id)
    item = items.first()
    if item is None:
        return None
    label = f"W-{item.number}"
    url = reverse("work:item_detail", args=[facts.permit.site.slug, label])
    return {"label": label, "what": item.what, "url": url}


def _links(facts: Facts, who: Scope) -> list[dict[str, Any]]:
    """The work that it is for; what the reader may not see is not named."""
    site, rows = facts.permit.site, []
    for each in facts.links:
        seen = who.system or bool(who.roles(site.pk, each.path, each.team_id))
        number = f"W-{each.number}" if seen else ""
        rows.append(
            {
                "pk": each.pk,
                "label": number,
                "what": each.what if seen else _("Other work"),
                "url": reverse("work:item_detail", args=[site.slug, number]) if seen else "",
                "scope": each.scope if seen else "",
            }
        )
    return rows
