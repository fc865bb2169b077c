"""The pairs of acts that are never one person's, each brought to the second act by the doors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from competence.models import Company, CompanyPaper, Exemption, Induction, Newcomer, Record
from competence.services import companies, competences, inductions, papers, records
from documents.models import Revision, RevisionFile
from documents.services import revisions
from permits.models import Isolation, IsolationCard, IsolationPoint, Issue, LockRemoval, Permit
from permits.services import (
    before_trying,
    deciding,
    ending,
    gone,
    isolations,
    issuing,
    own,
    points,
    requests,
    stopping,
)
from tests.factories import documents as written
from tests.permits import isolated, made
from work.services import files

_SIGN = (
    "INSERT INTO permits_signature (permit_id, part, person_id, at, act)"
    " VALUES (%s, %s, %s, now(), gen_random_uuid())"
)
_ISSUE = (
    "INSERT INTO permits_issue (permit_id, issuer_id, taker_id, issued_at, ends, how, ended_at,"
    " issuer_scanned, taker_scanned) VALUES"
    " (%s, %s, %s, now(), now() + interval '1h', 'stopped', now(), true, true)"
)


@dataclass(frozen=True)
class Pair:
    """What one person did first and does next: by its door, by its page, by SQL.

    of: the record, by whose rows one sees that nothing changed; a model where one would be made.
    page: the address of the form that is sent, and what is typed. sql: statements and values.
    version_of: the record whose version the form has seen, where that is another.
    """

    what: str
    of: Any
    door: Callable[..., Any]
    given: dict[str, Any]
    why: str
    page: tuple[str, dict[str, Any]]
    sql: tuple[tuple[str, list[Any]], ...]
    version_of: Any = None

    @property
    def seen(self) -> int:
        """The version that the form has seen; of what is made anew, none."""
        of = self.version_of or self.of
        return 0 if isinstance(of, type) else getattr(type(of).objects.get(pk=of.pk), "version", 0)


def _set(of: Any, **columns: Any) -> tuple[str, list[Any]]:
    """The statement that writes these columns."""
    names = ", ".join(f"{name} = %s" for name in columns)
    return f"UPDATE {of._meta.db_table} SET {names} WHERE id = %s", [*columns.values(), of.pk]


def of_permits(world, both) -> Iterator[Pair]:
    """Who performs, issues, checks and authorises; over stops and changes of shift."""
    cold, me, other = made.kinds(world)[0], both.pk, world.technician
    look = {"scanned": True}

    def asked(by, *, performer=None, **given) -> Permit:
        performer = (performer or by).pk
        permit = made.assessed(world, cold, by=by, performer_id=performer, **given)
        return do(requests.request, permit, by)

    def do(door, permit, by, **given) -> Permit:
        return door(actor=by, at=world.at, permit_id=permit.pk, signed=True, **given)

    def name(permit, person) -> Permit:
        sure = {"at": world.at, "permit_id": permit.pk, "why": "Ill"}
        return requests.name_performer(actor=world.supervisor, person_id=person.pk, **sure)

    def stop(permit, by) -> None:
        stopping.call_stop(actor=by, at=world.at, permit_id=permit.pk)
        do(stopping.confirm, permit, by, people_out=True, left="Safe")

    def pair(what, permit, door, code, verb, *sql, typed=None, **given) -> Pair:
        given = {"permit_id": permit.pk} | (given or {"signed": True})
        page = f"/s/hvk/permits/P-{permit.number}/?do={verb}"
        return Pair(what, permit, door, given, code, (page, typed or {"why": "No label"}), sql)

    def sign(permit, part) -> tuple[str, list[Any]]:
        return _SIGN, [permit.pk, part, me]

    def current(permit) -> Issue:
        return permit.issues.latest("pk")

    low = {"risk": "low"}
    permit = asked(both, **low)
    at_issue = {"signed": True, **look}
    yield pair(
        *("who performs authorises", permit, deciding.authorise, "authoriser_performs"),
        *("authorise", _set(permit, authorised_by_id=me)),
    )
    do(deciding.authorise, permit, world.permit_authoriser)
    made.ticked(world, permit)
    issued = {"state": "issued", "issuer_id": me, "issue_ends": permit.ends}
    yield pair(
        *("who performs issues", permit, issuing.issue, "issuer_performs", "issue"),
        *(
            _set(permit, **issued),
            (_ISSUE, [permit.pk, me, other.pk]),
            (_ISSUE, [permit.pk] + [me] * 2),
        ),
        **at_issue,
    )
    do(issuing.issue, permit, world.permit_issuer, **look)
    do(issuing.take, permit, both, **look)
    yield pair(
        *("who performs takes over as issuer", permit, issuing.take_over, "issuer_performs"),
        *("take-over", _set(permit, issuer_id=me), _set(current(permit), issuer_id=me)),
        sign(permit, "takeover_issuer"),
        **at_issue,
    )
    stop(permit, both)
    brought = (_ISSUE, [permit.pk, me, other.pk]), sign(permit, "brought_back")
    back = (stopping.bring_back, "issuer_performs", "bring-back")
    yield pair("who performs brings back", permit, *back, *brought, **at_issue)
    name(permit, other)
    yield pair("who performed brings back", permit, *back, *brought, **at_issue)
    do(ending.hand_back, permit, other, complete=True, left="Swept")
    closed = {"state": "closed", "ended_at": world.at, "closed_by_id": me}
    yield pair(
        *("who performed closes", permit, ending.close, "issuer_performs", "close"),
        *(_set(permit, **closed), sign(permit, "closed")),
        typed={"inspected": "Seen"},
        inspected="Seen",
        signed=True,
    )

    permit = asked(other)
    do(deciding.check, permit, both)
    checks = (deciding.authorise, "authoriser_checked", "authorise")
    column = _set(permit, authorised_by_id=me)
    yield pair("who checks authorises", permit, *checks, column, sign(permit, "authorised"))
    deciding.revert(actor=world.supervisor, at=world.at, permit_id=permit.pk, why="Which?")
    do(deciding.check, permit, world.supervisor)
    yield pair("who checked authorises", permit, *checks, column, sign(permit, "authorised"))

    permit = asked(other, **low)
    do(deciding.authorise, permit, both)
    performs = (requests.name_performer, "performer_signed", "name")
    named = {"typed": {"name": both.name}, "person_id": me}
    column = _set(permit, performing_authority_id=me)
    checked = _set(permit, checked_by_id=me), sign(permit, "checked")
    yield pair("who authorised performs", permit, *performs, column, *checked, **named)
    made.ticked(world, permit)
    do(issuing.issue, permit, world.permit_issuer, **look)
    taken = _set(current(permit), taker_id=me), sign(permit, "taken")
    takes = (issuing.take, "not_performer", "take")
    yield pair("who authorised takes", permit, *takes, column, *taken, **at_issue)
    do(issuing.take, permit, other, **look)
    comes = (issuing.accept, "performer_signed", "accept")
    coming = {"next_taker_id": me, "next_taker_at": world.at}
    next_one = _set(current(permit), **coming), sign(permit, "takeover_performer")
    yield pair("who authorised comes in", permit, *comes, *next_one, **at_issue)

    permit = made.authorised(world, cold, **low)
    made.ticked(world, permit)
    do(issuing.issue, permit, both, **look)
    column = _set(permit, performing_authority_id=me)
    taken = _set(current(permit), taker_id=me), sign(permit, "taken")
    yield pair("who issued takes", permit, *takes, column, *taken, **at_issue)
    do(issuing.take, permit, other, **look)
    next_one = _set(current(permit), **coming), sign(permit, "takeover_performer")
    yield pair("who issued comes in", permit, *comes, *next_one, **at_issue)
    stop(permit, other)
    named |= {"why": "Ill", "typed": {"name": both.name, "why": "Ill"}}
    back = (_ISSUE, [permit.pk, world.permit_issuer.pk, me])
    yield pair("who issued performs", permit, *performs, column, back, **named)

    permit = made.in_force(world, cold, **low)
    do(issuing.accept, permit, both, **look)
    yield pair(
        *("who comes in takes over as issuer", permit, issuing.take_over, "issuer_performs"),
        *("take-over", _set(current(permit), issuer_id=me), sign(permit, "takeover_issuer")),
        **at_issue,
    )


def of_isolations(world, both) -> Iterator[Pair]:
    """Who plans, draws, approves; isolates and tries; removes the lock of another; draws cards."""
    me, lead, at = both.pk, world.supervisor, world.at

    def pair(what, isolation, door, code, verb, *sql, of=None, **given) -> Pair:
        of = of or isolation
        page = f"/s/hvk/isolations/I-{isolation.number}/?do={verb}"
        return Pair(
            what,
            of,
            door,
            given or {"isolation_id": isolation.pk},
            code,
            (page, {}),
            sql,
            isolation,
        )

    approves = (isolations.approve, "isolation_planner_approves", "approve")
    isolation = isolated.planned(world, by=both)
    approved = {"state": "approved", "approved_by_id": me}
    by_another = _set(isolation, created_by_id=lead.pk, **approved)
    yield pair("who plans approves", isolation, *approves, _set(isolation, **approved), by_another)
    isolation = isolated.planned(world)
    isolations.change(actor=both, at=at, isolation_id=isolation.pk, points=isolated.TWO[:1])
    yield pair("who draws approves", isolation, *approves, _set(isolation, **approved))

    tries = (points.try_out, "isolator_tries", "try")

    def tried(point) -> tuple[tuple[str, list[Any]], ...]:
        it = {"tried_by_id": me, "tried_at": at}
        instead = dict.fromkeys(("applied_by_id", "locked_by_id"), lead.pk)
        return _set(point, **it), _set(point, **it, **instead), _set(point, **instead)

    def said(isolation) -> None:
        by = {"actor": lead, "at": at, "isolation_id": isolation.pk}
        before_trying.say_energy(**by, energy="none")
        before_trying.say_told(**by, told="Line 3")

    isolation = isolated.approved(world)
    points.apply(actor=both, at=at, isolation_id=isolation.pk, points=isolated.pairs(isolation))
    said(isolation)
    one = isolation.points.first()
    yield pair(
        "who applied tries", isolation, *tries, *tried(one), of=one, isolation_id=isolation.pk
    )
    isolation = isolated.approved(world)
    known, locks = {"at": at, "isolation_id": isolation.pk}, isolated.pairs(isolation)
    points.apply(actor=world.operator, points=[(pk, "") for pk, _lock in locks], **known)
    points.lock(actor=both, points=locks, **known)
    said(isolation)
    one = isolation.points.first()
    yield pair(
        "who locked tries", isolation, *tries, *tried(one), of=one, isolation_id=isolation.pk
    )

    isolation = isolated.verified(world)
    lock = isolated.lock_on(world, isolation, world.technician)
    asked = gone.ask_removal(actor=both, at=at, lock_id=lock.pk, away="Gate log", tried="Called")
    removed = {"removed_by_id": me, "removed_at": at}
    sql = _set(asked, **removed), _set(asked, asked_by_id=lead.pk, **removed)
    verb = f"remove-lock&of={lock.pk}"
    yield pair(
        *("who asks for a removal removes", isolation, gone.remove, "removal_by_two", verb, *sql),
        of=asked,
        lock_id=lock.pk,
    )

    card = own.draw_card(
        actor=both,
        at=at,
        site_id=world.site.pk,
        place_id=world.l3.pk,
        title="Sealer",
        points=isolated.TWO,
    )
    until = {"until": world.t(60)}
    held = {"approved_by_id": me, "approved_at": at, **until}
    page = f"/s/hvk/isolations/own/?do=approve&of={card.pk}", {"until": "2027-11-24"}
    sql = _set(card, **held), _set(card, drawn_by_id=lead.pk, **held)
    what = ("who draws a card approves", card, own.approve_card, {"card_id": card.pk, **until})
    yield Pair(*what, "card_by_two", page, sql)


def of_documents(world, both) -> Iterator[Pair]:
    """Who wrote a revision, or had a hand in it, and who reviews and approves it."""
    me, at = both.pk, world.at

    def draft(code: str, by) -> Revision:
        document = written.document(world, code)
        known = {"actor": by, "at": at}
        revision = revisions.draft(**known, document_id=document.pk, label="1", why="First")
        return filled(revision, by)

    def filled(revision, by) -> Revision:
        blob = files.store([f"%PDF-1.7 {revision.pk} {by.pk}".encode()], at=at)
        known = {"actor": by, "at": at, "revision_id": revision.pk}
        revisions.add_file(**known, blob=blob, name="it.pdf")
        return revision

    def pair(what, revision, door, code, verb, *sql, of=None, typed=None, **given) -> Pair:
        page = f"/s/hvk/documents/{revision.document.code}/?do={verb}&of={revision.pk}"
        given = {"revision_id": revision.pk, **given}
        page = page, typed or {}
        return Pair(what, of or revision, door, given, code, page, sql, revision)

    def judged(what: str, revision, reviewer) -> Iterator[Pair]:
        reviewed = {"reviewer_id": me, "reviewed_at": at}
        approved = {"state": "approved", "approver_id": me, "approved_at": at}
        away = _set(revision, author_id=reviewer.pk, wrote=[], **reviewed)
        said = (f"{what} reviews", revision, revisions.review, "own_review", "review")
        yield pair(*said, _set(revision, **reviewed), away)
        revisions.review(actor=reviewer, at=at, revision_id=revision.pk)
        away = _set(revision, author_id=reviewer.pk, wrote=[], **approved)
        said = (f"{what} approves", revision, revisions.approve, "own_approval", "approve")
        yield pair(*said, _set(revision, **approved), away, signed=True)

    revision = draft("SOP-1", both)
    revisions.send(actor=both, at=at, revision_id=revision.pk)
    yield from judged("who writes", revision, world.supervisor)

    revision = draft("SOP-2", both)
    lead = {"actor": world.supervisor, "at": at, "revision_id": revision.pk}
    revisions.take_over(**lead)
    filled(revision, world.supervisor)
    added = (
        "INSERT INTO documents_revisionfile (revision_id, blob_id, name, added_by_id, added_at)"
        " SELECT revision_id, blob_id, 'mine.pdf', %s, now() FROM documents_revisionfile"
        " WHERE revision_id = %s LIMIT 1"
    )
    blob = revision.files.latest("pk").blob
    yield pair(
        *("who reviews adds a file", revision, revisions.add_file, "not_author", "add-file"),
        (added, [me, revision.pk]),
        blob=blob,
        name="mine.pdf",
        of=RevisionFile,
        typed={"file": SimpleUploadedFile("mine.pdf", b"%PDF-1.7 mine")},
    )
    revisions.send(**lead)
    yield from judged("who wrote before", revision, world.planner)


def of_competence(world, both) -> Iterator[Pair]:
    """Who records, shows or submits, and who verifies, approves, lets in; of oneself nothing."""
    me, at, site = both.pk, world.at, {"site_id": world.site.pk}
    hand, other = world.competence_coordinator, world.technician
    weld = competences.create(
        actor=world.site_admin, at=at, code="WELD", name="Welding", kind="certificate", **site
    )

    def pair(what, of, door, code, page, *sql, typed=None, **given) -> Pair:
        path = f"/s/hvk/competence/{page}"
        return Pair(what, of, door, given, code, (path, typed or {}), sql)

    proof = {"obtained_on": date(2026, 11, 1), "reference": "No. 17", "competence_id": weld.pk}
    verified = {"state": "verified", "verified_by_id": me, "verified_at": at}
    for what, by, person in (
        ("who records verifies", both, other),
        ("who has it verifies", hand, both),
    ):
        record = records.record(actor=by, at=at, person_id=person.pk, **site, **proof)
        away = {"recorded_by_id": world.hse.pk, "person_id": world.hse.pk}
        yield pair(
            *(what, record, records.verify, "another_verifies"),
            f"people/{person.pk}/?do=verify&of={record.pk}",
            *(_set(record, **verified), _set(record, **verified, **away)),
            record_id=record.pk,
        )

    company = companies.invite(actor=hand, at=at, team_id=world.lasteam.pk, **site)
    known, of_it = {"at": at, "company_id": company.pk}, "companies/lasteam/"
    companies.name_foremen(actor=hand, **known, people=[world.contractor.pk])
    shown = {"kind": "insurance", "reference": "Delta 9", "until": world.t(9999)}
    paper = papers.add(actor=both, **known, **shown)
    seen = {"verified_by_id": me, "verified_at": at}
    yield pair(
        *("who adds a paper verifies", paper, papers.verify, "another_verifies"),
        f"{of_it}?do=verify&of={paper.pk}",
        *(_set(paper, **seen), _set(paper, **seen, added_by_id=hand.pk)),
        paper_id=paper.pk,
    )
    papers.verify(actor=hand, at=at, paper_id=paper.pk)
    companies.submit(actor=both, **known)
    scope = {"work_scope": "Welding", "until": world.t(999), "type_ids": [world.mnt.pk]}
    approved = {"state": "approved", "approved_by_id": me, "approved_at": at, **scope}
    typed = {"work_scope": "Welding", "valid_on": "2026-12-24", "types": [world.mnt.pk]}
    yield pair(
        *("who submits approves", company, companies.approve, "another_answers"),
        *(f"{of_it}?do=approve", _set(company, **approved)),
        _set(company, **approved, submitted_by_id=hand.pk, submitted_at=world.t(1)),
        typed=typed,
        company_id=company.pk,
        **scope,
    )
    companies.submit(actor=world.contractor, **known)
    companies.approve(actor=both, **known, **scope)
    submitted = {"submitted_by_id": me, "submitted_at": world.t(1)}
    yield pair(
        *("who approves submits", company, companies.submit, "another_answers"),
        *(f"{of_it}?do=submit", _set(company, **submitted)),
        company_id=company.pk,
    )
    new = papers.bring(actor=both, **known, name="Bo Smit")
    answered = {"answered_by_id": me, "answered_at": at}
    yield pair(
        *("who brings somebody lets in", new, papers.admit, "another_answers"),
        f"{of_it}?do=admit&of={new.pk}",
        *(_set(new, **answered), _set(new, **answered, added_by_id=hand.pk)),
        newcomer_id=new.pk,
    )

    mine = {"at": at, "person_id": me, **site}
    spared = {"competence_id": weld.pk, "until": world.t(60), "why": "Course on Monday"}
    told = {"place_id": world.packaging.pk, "done_on": date(2026, 11, 2)}
    exemption = inductions.exempt(actor=world.hse, **mine, **spared)
    induction = inductions.induct(actor=world.hse, **mine, **told)
    page = f"people/{me}/?do="
    typed = {"competence": weld.pk, "until": "2026-11-24T09:00", "why": "Course"}
    yield pair(
        *("who is exempt exempts", Exemption, inductions.exempt, "another_exempts"),
        *(f"{page}exempt", _set(exemption, by_id=me)),
        typed=typed,
        person_id=me,
        **site,
        **spared,
    )
    typed = {"place": world.packaging.pk, "done_on": "2026-11-02"}
    yield pair(
        *("who is inducted inducts", Induction, inductions.induct, "another_inducts"),
        *(f"{page}induct", _set(induction, by_id=me)),
        typed=typed,
        person_id=me,
        **site,
        **told,
    )


# Of what these hold no other way than a door leads to any of the acts.
RECORDS = (
    *(Permit, Issue, Isolation, IsolationPoint, LockRemoval, IsolationCard),
    *(Revision, RevisionFile, Record, Company, CompanyPaper, Newcomer, Exemption, Induction),
)
