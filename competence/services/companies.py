"""Companies at a site: invited, their documents submitted, approved until a moment, suspended."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from competence.models import Company, Rule
from competence.permissions import Action
from competence.services import _recheck
from competence.services._enter import allow, enter, enter_site, not_from, not_stale, save
from competence.states import CompanyState, PaperKind
from work.exceptions import Reason, Refused, Unknown
from work.services import OpenAct, door
from work.states import Role, TeamKind


def _invite(
    act: OpenAct,
    *,
    site_id: int,
    team_id: int | None,
    foremen: Collection[int] = (),
    seen: int | None = None,
) -> Company:
    """Ask a contractor company for its papers; from now on its people need its approval.

    foremen: who of its people acts for it; nobody else of it does.
    """
    enter_site(act, site_id)
    allow(act, Action.INVITE, site_id)
    not_stale(seen)
    teams: Any = Company._meta.get_field("team").related_model
    team = teams._default_manager.filter(pk=team_id or 0, site_id=site_id, is_active=True).first()
    if team is None:
        raise Refused(Reason("team_unknown"))
    if team.kind != TeamKind.COMPANY:
        raise Refused(Reason("competence.not_a_company"))
    if Company.objects.filter(team=team).exists():
        raise Refused(Reason("competence.company_known"))
    made = Company.objects.create(
        site_id=site_id,
        team=team,
        foremen=_of_company(act, site_id, team.pk, foremen),
        invited_by=act.person,
        invited_at=act.at,
    )
    act.record("invited", made, team=team.pk)
    _recheck.of_company(act, site_id, team.pk)
    return made


def _submit(act: OpenAct, *, company_id: int, seen: int | None = None) -> Company:
    """Say that all papers are there, so that somebody of the site looks at them."""
    company = _entered(act, company_id, seen, Action.SHOW)
    not_from(company, *CompanyState)
    if not company.papers.filter(struck_at=None, until__gt=act.at).exists():
        raise Refused(Reason("competence.proof_needed"))
    company.submitted_by, company.submitted_at = act.person, act.at
    # Who is approved stays so while new papers are looked at, and so does who is suspended.
    fields = ["submitted_by", "submitted_at"]
    if company.state == CompanyState.INVITED:
        company.state = CompanyState.SUBMITTED
        fields.append("state")
    elif company.approved_by_id == act.person.pk:
        raise Refused(Reason("competence.another_answers"))
    save(company, *fields)
    act.record("submitted", company, team=company.team_id)
    return company


def _approve(
    act: OpenAct,
    *,
    company_id: int,
    work_scope: str,
    until: datetime | None,
    place_id: int | None = None,
    type_ids: Collection[int] = (),
    any_type: bool = False,
    seen: int | None = None,
) -> Company:
    """Let a company work: for what, where, until when. Another does it than who submitted.

    type_ids: of these types of work alone; else any_type says that it is of any. What was approved
    is approved anew in the same way.
    """
    company = _to_approve(act, company_id, seen, place_id)
    not_from(company, CompanyState.SUBMITTED, CompanyState.APPROVED, CompanyState.SUSPENDED)
    insured = company.papers.filter(
        kind=PaperKind.INSURANCE, struck_at=None, verified_at__isnull=False, until__gt=act.at
    )
    reasons = []
    if company.submitted_at is None:
        reasons.append(Reason("competence.not_submitted"))
    if act.person.pk == company.submitted_by_id:
        reasons.append(Reason("competence.another_answers"))
    if not work_scope.strip():
        reasons.append(Reason("competence.scope_needed"))
    if until is None:
        reasons.append(Reason("competence.end_needed"))
    elif until <= act.at:
        reasons.append(Reason("competence.ended_already"))
    if not insured.exists():
        reasons.append(Reason("competence.insurance_needed"))
    types: Any = Rule._meta.get_field("type").related_model
    known = types._default_manager.filter(site_id=company.site_id, pk__in=type_ids)
    if type_ids and known.count() != len(set(type_ids)):
        reasons.append(Reason("type_unknown"))
    if not type_ids and not any_type:
        reasons.append(Reason("competence.types_needed"))
    if reasons:
        raise Refused(reasons)
    company.state, company.approved_by, company.approved_at = (
        CompanyState.APPROVED,
        act.person,
        act.at,
    )
    company.work_scope, company.place_id, company.until = work_scope.strip(), place_id, until
    company.type_ids = sorted(set(type_ids))
    company.suspended_by, company.suspended_at = None, None
    save(
        company,
        *("state", "approved_by", "approved_at", "work_scope", "place", "until", "type_ids"),
        *("suspended_by", "suspended_at"),
    )
    act.record(
        "approved", company, team=company.team_id, until=until.isoformat() if until else None
    )
    _recheck.of_company(act, company.site_id, company.team_id)
    return company


def _name_foremen(
    act: OpenAct, *, company_id: int, people: Collection[int], seen: int | None = None
) -> Company:
    """Say who of a company's people acts for it: shows papers, brings people, records for them.

    Where nobody is named, nobody of the company does.
    """
    company = _entered(act, company_id, seen, Action.INVITE)
    company.foremen = _of_company(act, company.site_id, company.team_id, people)
    save(company, "foremen")
    act.record("foremen_named", company, team=company.team_id, people=company.foremen)
    return company


def _of_company(act: OpenAct, site_id: int, team_id: int, people: Collection[int]) -> list[int]:
    """These people, each of whom comes for the company now."""
    roles: Any = get_user_model()._meta.get_field("memberships").related_model
    here = roles._default_manager.filter(
        Q(ends=None) | Q(ends__gt=act.at),
        site_id=site_id,
        company_id=team_id,
        role=Role.CONTRACTOR,
        user__in=list(people),
        user__is_active=True,
    )
    if set(people) - set(here.values_list("user_id", flat=True)):
        raise Refused(Reason("competence.not_of_company"))
    return sorted(set(people))


def _suspend(act: OpenAct, *, company_id: int, why: str, seen: int | None = None) -> Company:
    """Take a company's leave to work away, at this second, with a word."""
    company = _entered(act, company_id, seen, Action.SUSPEND)
    not_from(company, CompanyState.INVITED, CompanyState.SUBMITTED, CompanyState.APPROVED)
    if not why.strip():
        raise Refused(Reason("reason_needed"))
    company.suspended_why = act.note(why, "suspend", subject=company)
    company.state, company.suspended_by, company.suspended_at = (
        CompanyState.SUSPENDED,
        act.person,
        act.at,
    )
    save(company, "state", "suspended_by", "suspended_at", "suspended_why")
    act.record(
        "suspended",
        company,
        team=company.team_id,
        note=company.suspended_why.pk if company.suspended_why else None,
    )
    _recheck.of_company(act, company.site_id, company.team_id)
    return company


def _to_approve(act: OpenAct, company_id: int, seen: int | None, place_id: int | None) -> Company:
    """A company for who may approve both where it is to work and where it was approved before.

    Of no place in particular is the whole site.
    """
    company = entered(act, company_id, "place")
    paths = {""}
    if place_id is not None:
        places: Any = Company._meta.get_field("place").related_model
        place = places._default_manager.filter(pk=place_id, site_id=company.site_id).first()
        if place is None:
            raise Refused(Reason("place_unknown"))
        paths = {place.path}
    if company.approved_at is not None:
        paths.add(company.place.path if company.place else "")
    for path in sorted(paths):
        allow(act, Action.APPROVE, company.site_id, path=path, company_id=company.team_id)
    not_stale(seen, company)
    return company


def _entered(act: OpenAct, company_id: int, seen: int | None, action: Action) -> Company:
    company = entered(act, company_id)
    allow(act, action, company.site_id, company_id=company.team_id)
    not_stale(seen, company)
    return company


def entered(act: OpenAct, company_id: int, *joined: str) -> Company:
    """A company under its site's control; another company's people do not know of it."""
    company = enter(act, Company, company_id, *joined)
    refuse_others(act, company)
    return company


def refuse_others(act: OpenAct, company: Company) -> None:
    """Unknown to who is at the site for another company alone."""
    mine = act.scope.companies(company.site_id)
    if act.scope.only_contractor(company.site_id) and company.team_id not in mine:
        raise Unknown


invite = door(_invite)
submit = door(_submit)
approve = door(_approve)
name_foremen = door(_name_foremen)
suspend = door(_suspend)

__all__ = [
    "approve",
    "entered",
    "invite",
    "name_foremen",
    "refuse_others",
    "submit",
    "suspend",
]
