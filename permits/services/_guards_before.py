"""What refuses a permit before the place: request, assessment, decisions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from permits.services import _asked, _conflicts, _risk
from permits.services._apart import apart
from permits.services._facts import (
    Facts,
    by_hazard,
)
from permits.services._says import next_by, stands
from permits.states import ASKED, MeasureKind, State, Verb
from work.exceptions import Reason
from work.permissions import Scope
from work.states import Role

Given = Mapping[str, Any]


def request(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """What a request says: what, exactly where, how, with what, in what condition, by whom."""
    permit = facts.permit
    by = next_by(permit, State.DRAFT, facts.at)
    needed = ("what", "where_exactly", "method", "tools", "condition")
    said = [
        Reason(f"permits.{name}_needed", clears=by)
        for name in needed
        if not getattr(permit, name).strip()
    ]
    if permit.team_id is None and permit.performing_authority_id is None and not facts.named:
        said.append(Reason("permits.party_needed", clears=by))
    for question in permit.type.questions:
        if permit.answers.get(question["key"]) in (None, ""):
            said.append(Reason("permits.question_open", {"text": question["text"]}, clears=by))
    if facts.tests_asked and not permit.sample_points:
        said.append(Reason("permits.points_needed", clears=by))
    if permit.ends <= facts.at:
        said.append(Reason("permits.window_past", clears=by))
    if permit.ends - permit.starts > timedelta(hours=permit.type.longest_hours):
        hours = {"hours": permit.type.longest_hours}
        said.append(Reason("permits.window_too_long", hours, clears=by))
    if facts.route is None:
        said.append(Reason("permits.no_route", clears=("role", str(Role.SITE_ADMIN))))
    if not permit.type.is_active:
        said.append(Reason("permits.type_not_in_use", clears=("role", str(Role.SITE_ADMIN))))
    return said + _risk.against(facts) + _asked.strangers_against(facts)


def assess(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """A whole assessment: hazards, each with a measure; kinds that need something name it."""
    by = next_by(facts.permit, State.DRAFT, facts.at)
    if not facts.hazards:
        return [Reason("permits.hazard_needed", clears=by)]
    measures = by_hazard(facts)
    said = [
        Reason("permits.measure_needed", {"text": each.text}, clears=by)
        for each in facts.hazards
        if not measures.get(each.pk)
    ]
    needs = {
        MeasureKind.DOCUMENT: "document",
        MeasureKind.COMPETENCE: "competence",
        MeasureKind.ISOLATION: "isolation",
    }
    said += [
        Reason("permits.measure_names_nothing", {"text": each.text}, clears=by)
        for each in facts.measures
        if (name := needs.get(MeasureKind(each.kind))) and not each.needs.get(name)
    ]
    return said + _asked.unknown(facts)


def _whole(facts: Facts) -> list[Reason]:
    """The assessment is complete before anybody decides; it cannot be attached afterwards."""
    if facts.permit.assessed_at is None:
        return [Reason("permits.not_assessed", clears=next_by(facts.permit, State.DRAFT, facts.at))]
    return []


def check(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if facts.route is None or not facts.route.checked:
        return [Reason("permits.check_not_asked")]
    asked = _asked.against(facts, {})
    return request(facts, who, None) + _whole(facts) + asked


def endorse(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """On its way where its route or what is near asks for it; later for what came since."""
    permit, route = facts.permit, facts.route
    on_its_way = facts.state in ASKED
    until = (given or {}).get("until")
    by_route = on_its_way and facts.state != State.ENDORSED and _by_route(facts)
    if not by_route and not _conflicts.to_endorse(permit, facts.at):
        return [Reason("permits.endorsement_not_asked")]
    if facts.state == State.REQUESTED and route is not None and route.checked:
        return [stands(permit, facts.at)]
    said = _whole(facts)
    if until is not None and (not on_its_way or until <= max(permit.starts, facts.at)):
        said.append(Reason("permits.window_not_shortened"))
    if given is None:
        return said  # a shorter window may be said
    return said + _conflicts.against(permit, facts.at, Verb.ENDORSE, until)


def _by_route(facts: Facts) -> bool:
    return facts.route is not None and facts.route.endorsed


def authorise(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    permit, route = facts.permit, facts.route
    asked = [] if route and route.checked else _asked.against(facts, {})
    said = request(facts, who, None) + _whole(facts)
    if route is not None and route.checked and facts.state == State.REQUESTED:
        said.append(
            Reason("permits.not_checked", clears=next_by(permit, State.REQUESTED, facts.at))
        )
    if _by_route(facts) and facts.state != State.ENDORSED:
        said.append(Reason("permits.not_endorsed", clears=("role", str(Role.HSE))))
    said += asked + _conflicts.against(permit, facts.at, Verb.AUTHORISE)
    if who.user_id is not None:
        said += apart(facts, authoriser=who.user_id)
    return said
