"""What a company shows: its papers and the people it brings, answered by others of the site."""

from datetime import datetime
from typing import Any

from competence.models import CompanyPaper, Newcomer
from competence.permissions import Action
from competence.services import _recheck
from competence.services._enter import allow, enter, not_stale, save
from competence.services._texts import named, one_of
from competence.services.companies import entered, refuse_others
from competence.states import PaperKind
from work.exceptions import Reason, Refused
from work.services import OpenAct, door
from work.services.people import bring_inner


def _add(
    act: OpenAct,
    *,
    company_id: int,
    kind: str,
    until: datetime | None,
    reference: str = "",
    blob: Any = None,
    file_name: str = "",
    seen: int | None = None,
) -> CompanyPaper:
    """Add a paper of a company; it counts once another has verified it."""
    company = entered(act, company_id)
    allow(act, Action.SHOW, company.site_id, company_id=company.team_id)
    not_stale(seen, company)
    kind = one_of(kind, PaperKind.values, "paper_kind")
    reasons = []
    if until is None:
        reasons.append(Reason("competence.end_needed"))
    elif until <= act.at:
        reasons.append(Reason("competence.ended_already"))
    if not reference.strip() and blob is None:
        reasons.append(Reason("competence.proof_needed"))
    if reasons or until is None:
        raise Refused(reasons)
    paper = CompanyPaper.objects.create(
        site_id=company.site_id,
        company=company,
        kind=kind,
        reference=reference.strip()[:250],
        blob=blob,
        file_name=file_name[:200],
        until=until,
        added_by=act.person,
        added_at=act.at,
    )
    act.record("paper_added", paper, team=company.team_id)
    _recheck.of_company(act, company.site_id, company.team_id)
    return paper


def _verify(act: OpenAct, *, paper_id: int, seen: int | None = None) -> CompanyPaper:
    """Verify a paper that somebody else added: from now on it counts."""
    paper = _entered(act, paper_id)
    allow(act, Action.APPROVE, paper.site_id)
    not_stale(seen, paper)
    _stands(paper)
    if paper.verified_at is not None:
        raise Refused(Reason("competence.verified_already"))
    if paper.added_by_id == act.person.pk:
        raise Refused(Reason("competence.another_verifies"))
    if paper.until <= act.at:
        raise Refused(Reason("competence.ended_already"))
    paper.verified_by, paper.verified_at = act.person, act.at
    save(paper, "verified_by", "verified_at")
    act.record("paper_verified", paper, team=paper.company.team_id)
    _recheck.of_company(act, paper.site_id, paper.company.team_id)
    return paper


def _strike(act: OpenAct, *, paper_id: int, why: str, seen: int | None = None) -> CompanyPaper:
    """Strike a paper, with a word; it stays to be seen and counts no more.

    Before it is verified who shows papers may do so too.
    """
    paper = _entered(act, paper_id)
    if paper.verified_at is None:
        allow(act, Action.SHOW, paper.site_id, company_id=paper.company.team_id)
    else:
        allow(act, Action.SUSPEND, paper.site_id)
    not_stale(seen, paper)
    _stands(paper)
    if not why.strip():
        raise Refused(Reason("reason_needed"))
    note = act.note(why, "strike", subject=paper)
    paper.struck_by, paper.struck_at = act.person, act.at
    save(paper, "struck_by", "struck_at")
    act.record("paper_struck", paper, team=paper.company.team_id, note=note.pk if note else None)
    _recheck.of_company(act, paper.site_id, paper.company.team_id)
    return paper


def _entered(act: OpenAct, paper_id: int) -> CompanyPaper:
    paper = enter(act, CompanyPaper, paper_id, "company")
    refuse_others(act, paper.company)
    return paper


def _stands(paper: CompanyPaper) -> None:
    if paper.struck_at is not None:
        raise Refused(Reason("competence.struck"))


def _bring(
    act: OpenAct,
    *,
    company_id: int,
    name: str,
    phone: str = "",
    badge: str = "",
    seen: int | None = None,
) -> Newcomer:
    """Ask for a person of the own company to be let in."""
    company = entered(act, company_id)
    allow(act, Action.SHOW, company.site_id, company_id=company.team_id)
    not_stale(seen, company)
    made = Newcomer.objects.create(
        site_id=company.site_id,
        company=company,
        name=named(name, 150),
        phone=phone.strip()[:40],
        badge=badge.strip()[:40],
        added_by=act.person,
        added_at=act.at,
    )
    act.record("newcomer_added", made, team=company.team_id)
    return made


def _admit(act: OpenAct, *, newcomer_id: int, seen: int | None = None) -> Newcomer:
    """Make a newcomer known to the site, as one of the company's people."""
    newcomer = _waiting(act, newcomer_id, seen)
    newcomer.person = bring_inner(
        act,
        site_id=newcomer.site_id,
        company_id=newcomer.company.team_id,
        name=newcomer.name,
        phone=newcomer.phone,
        badge=newcomer.badge,
    )
    return _answered(act, newcomer, "newcomer_admitted", person=newcomer.person.pk)


def _turn_away(act: OpenAct, *, newcomer_id: int, why: str, seen: int | None = None) -> Newcomer:
    """Let a newcomer not in, with a word."""
    newcomer = _waiting(act, newcomer_id, seen)
    if not why.strip():
        raise Refused(Reason("reason_needed"))
    newcomer.note = act.note(why, "turn_away", subject=newcomer)
    return _answered(act, newcomer, "newcomer_turned_away")


def _waiting(act: OpenAct, newcomer_id: int, seen: int | None) -> Newcomer:
    newcomer = enter(act, Newcomer, newcomer_id, "company")
    refuse_others(act, newcomer.company)
    allow(act, Action.APPROVE, newcomer.site_id)
    not_stale(seen, newcomer)
    if newcomer.answered_at is not None:
        raise Refused(Reason("competence.answered"))
    if newcomer.added_by_id == act.person.pk:
        raise Refused(Reason("competence.another_answers"))
    return newcomer


def _answered(act: OpenAct, newcomer: Newcomer, verb: str, **said: Any) -> Newcomer:
    newcomer.answered_by, newcomer.answered_at = act.person, act.at
    save(newcomer, "answered_by", "answered_at", "person", "note")
    act.record(verb, newcomer, team=newcomer.company.team_id, **said)
    return newcomer


add = door(_add)
verify = door(_verify)
strike = door(_strike)
bring = door(_bring)
admit = door(_admit)
turn_away = door(_turn_away)

__all__ = ["add", "admit", "bring", "strike", "turn_away", "verify"]
