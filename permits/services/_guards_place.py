"""What refuses a permit at the place: issue, taking, stops, the change of shift."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from permits.services import _after_stop, _asked, _conflicts, _issue_end
from permits.services._apart import apart
from permits.services._facts import Facts
from permits.services._folded import folded
from permits.services._isolated import isolations_against
from permits.services._says import ISSUER, next_by, stands
from permits.standing import standing
from permits.states import State, StopCause, Verb
from work.exceptions import Reason
from work.permissions import Scope
from work.states import Role

Given = Mapping[str, Any]


def at_the_place(
    facts: Facts,
    who: Scope,
    issuer: int | None,
    until: datetime | None,
    coming: int | None = None,
    near_until: datetime | None = None,
) -> list[Reason]:
    """All that is asked before anybody works under it: at issue, at taking, when brought back.

    until: the end of the issue, as long as its people must be able. coming: who becomes
    performing authority with it. near_until: as long other activity is looked for; by default
    as long.
    """
    permit = facts.permit
    performer = coming or permit.performing_authority_id
    said: list[Reason] = []
    if performer is None:
        said.append(Reason("permits.performer_needed", clears=("role", str(Role.PLANNER))))
    if facts.at < permit.starts:
        said.append(Reason("permits.not_before", {"since": permit.starts.isoformat()}))
    if facts.at >= permit.ends:
        said.append(Reason("permits.window_past", clears=("role", str(Role.PLANNER))))
    said += [
        Reason("permits.not_ticked", {"text": each.text}, ("measure", each.pk), ISSUER)
        for each in facts.measures
        if each.ticked_at is None
    ]
    said += isolations_against(facts.isolations, permit, facts.at, facts.measures)
    said += tests_against(facts)
    said += _conflicts.against(permit, facts.at, Verb.ISSUE, near_until or until)
    people = {"permits.issuer": issuer, "permits.performing_authority": performer}
    said += _asked.against(facts, people, until) + _asked.strangers_against(facts)
    if issuer is not None:
        said += apart(facts, issuer=issuer)
        have = facts.different_people(issuer=issuer, performing_authority=performer)
        if facts.route is not None and len(have) < facts.route.people:
            params = {"have": len(have), "need": facts.route.people}
            said.append(Reason("permits.people_too_few", params, clears=ISSUER))
    return said


def tests_against(facts: Facts) -> list[Reason]:
    """What of the gas tests that are asked is missing, out of limits or has run out."""
    newest, said = facts.newest(), []
    if facts.tests_asked and not facts.permit.sample_points:
        said.append(Reason("permits.points_needed", clears=("role", str(Role.PLANNER))))
    for point, each in facts.asked():
        test = newest.get((point, each.substance_id))
        params = {"point": point, "substance": each.substance.name}
        about = ("permit", facts.permit.pk)
        if test is None:
            said.append(Reason("permits.test_missing", params, about))
        elif not test.within:
            said.append(Reason("permits.test_out_of_limits", params, about))
        elif test.valid_until <= facts.at:
            params["since"] = test.valid_until.isoformat()
            said.append(Reason("permits.test_run_out", params, about))
    return said


def issue(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    return _issued(facts, who, given) + look(given) + _after_stop.against(facts, given)


def _issued(
    facts: Facts, who: Scope, given: Given | None, coming: int | None = None
) -> list[Reason]:
    """All that is asked until the end of the issue that this person would make.

    A shorter end may yet be said: before, only what is near now is in its way.
    """
    ends = (given or {}).get("ends")
    if who.user_id is None:
        return at_the_place(facts, who, None, ends or facts.permit.ends, coming)
    latest = _issue_end.latest_end(facts, who.user_id)
    until = ends or latest or facts.permit.ends
    near = facts.at + timedelta(seconds=1) if given is None else until
    said = at_the_place(facts, who, who.user_id, until, coming, near)
    return said + _issue_end.ends_against(facts, latest, ends)


def look(given: Given | None) -> list[Reason]:
    """Each confirms the look at the job by the label of the place, else says why not."""
    if given is None or given.get("scanned") or str(given.get("why") or "").strip():
        return []
    return [Reason("permits.look_needed")]


def take(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    permit = facts.permit
    return at_the_place(facts, who, permit.issuer_id, permit.issue_ends) + look(given)


def sign_on(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if facts.overdue:
        return [stands(facts.permit, facts.at)]
    if given is None:
        return []
    person, name = given.get("person_id"), str(given.get("name") or "").strip()
    if person is None and not name:
        return [Reason("permits.who_needed")]
    here = {(each.person_id, folded(each.name)) for each in facts.on_it}
    if (person, folded(name)) in here:
        return [Reason("permits.on_it_already")]
    if person is None:
        return _asked.strangers_against(facts, name)
    return _asked.against(facts, {_asked.WORKER: person}, facts.permit.issue_ends)


def confirm(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if given is None:
        return []
    said = []
    if not given.get("people_out"):
        said.append(Reason("permits.people_out_needed"))
    if not str(given.get("left") or "").strip():
        said.append(Reason("permits.condition_left_needed"))
    return said


def bring_back(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """From *stopped* with all that an issue asks; in one act where only a gas test ran out."""
    if facts.state == State.STOPPED:
        return issue(facts, who, given)
    if facts.state != State.STOP_CALLED or facts.overdue or not by_test(facts):
        return [stands(facts.permit, facts.at)]
    since = standing(facts.permit, facts.at).since
    minutes = facts.permit.type.bring_back_minutes
    said = []
    if facts.at > since + timedelta(minutes=minutes):
        by = next_by(facts.permit, State.STOP_CALLED, facts.at)
        said.append(Reason("permits.bring_back_too_late", {"minutes": minutes}, clears=by))
    return said + at_the_place(facts, who, who.user_id, facts.permit.issue_ends)


def by_test(facts: Facts) -> bool:
    """Whether a gas test alone that ran out called the stop, of an issue that was taken."""
    return facts.issue is not None and facts.issue.taken_at is not None and by_lapse(facts)


def by_lapse(facts: Facts) -> bool:
    """Whether a test that ran out called the stop, and nobody after it."""
    return facts.stop is None or facts.stop.cause == StopCause.TEST


def accept(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    """Who comes in as performing authority; who is it already, where another was about to."""
    if facts.overdue:
        return [stands(facts.permit, facts.at)]
    if who.user_id is None:
        return []
    if who.user_id == facts.permit.performing_authority_id and facts.coming in (None, who.user_id):
        return [Reason("permits.performs_already")]
    if given is None:
        return apart(facts, performer=who.user_id)  # the door asks the rest
    people = {"permits.performing_authority": who.user_id}
    until = facts.permit.issue_ends
    said = apart(facts, performer=who.user_id) + _asked.against(facts, people, until)
    return said + look(given)


def take_over(facts: Facts, who: Scope, given: Given | None) -> list[Reason]:
    if facts.overdue:
        return [stands(facts.permit, facts.at)]
    if given is None and who.user_id is not None and who.user_id != facts.permit.issuer_id:
        return apart(facts, issuer=who.user_id)  # the door asks the rest
    if who.user_id is not None and who.user_id == facts.permit.issuer_id:
        return [Reason("permits.issues_already")]
    coming = facts.coming
    said = _issued(facts, who, given, coming) + look(given)
    if coming is not None and coming == who.user_id:
        said.append(Reason("permits.issuer_performs", clears=ISSUER))
    return said
