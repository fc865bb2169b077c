"""The pages of competence, over HTTP: what they say to whom, and how many queries they ask."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.models import Company, CompanyPaper, Newcomer, Record
from competence.reads import forecast, people
from competence.reads import gate as gate_list
from competence.services import companies, inductions, papers
from competence.views import _shown
from tests import factories
from tests.factories import person, planned_item
from tests.views.conftest import clock, sign_in, weight  # noqa: F401  fixtures
from work import ports
from work.reads import kept
from work.services import people as services

ROOT = "/s/hvk/competence/"
# session, user, scope, site: what every page of a site asks.
FRAME = 4


def do(visitor, path, verb, *, of=None, seen=0, htmx=False, **typed):
    known = {"act": str(uuid.uuid4()), "seen": seen}
    asked = f"{ROOT}{path}?do={verb}" + (f"&of={of}" if of else "")
    return visitor.post(asked, known | typed, htmx=htmx)


def said(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def job(hvk, clock):  # noqa: F811
    """LasTeam is approved; its welder carries out work of today that asks a paper of him."""
    world = hvk.world
    company = companies.invite(
        actor=hvk.second,
        at=world.t(-300),
        site_id=world.site.pk,
        team_id=world.lasteam.pk,
        foremen=[world.contractor.pk],
    )
    paper = papers.add(
        actor=world.contractor,
        at=world.t(-290),
        company_id=company.pk,
        kind="insurance",
        reference="Delta Lloyd 9",
        until=world.t(60 * 24 * 5),
    )
    papers.verify(actor=hvk.second, at=world.t(-280), paper_id=paper.pk)
    companies.submit(actor=world.contractor, at=world.t(-270), company_id=company.pk)
    companies.approve(
        actor=hvk.second,
        at=world.t(-260),
        company_id=company.pk,
        work_scope="Welding",
        any_type=True,
        until=world.t(60 * 24 * 60),
    )
    hvk.rule(asks="induction", place_id=world.root.pk)
    hvk.rule("WELD")
    inductions.induct(
        actor=world.supervisor,
        at=world.t(-1000),
        site_id=world.site.pk,
        person_id=world.welder.pk,
        place_id=world.root.pk,
        done_on=date(2026, 11, 2),
    )
    return planned_item(
        world,
        what="Weld the bracket",
        plan={
            "team_id": world.lasteam.pk,
            "executor_ids": [world.welder.pk],
            "planned_start": world.t(60),
            "planned_end": world.t(60 * 24 * 6),
        },
    )


def test_the_whole_way_of_a_record_on_the_pages(hvk, job, sign_in, settings, tmp_path):  # noqa: F811
    """A foreman shows a certificate, a coordinator verifies it, and the item says so."""
    settings.MEDIA_ROOT = tmp_path
    world, welder = hvk.world, hvk.world.welder
    page = f"people/{welder.pk}/"
    foreman, coordinator = sign_in(world.contractor), sign_in(hvk.second)
    section = f"{ROOT}work/W-{job.number}/"
    assert "Welder has no Weld paper (WELD)." in said(foreman.get(section, htmx=True))
    shown = said(foreman.see(job))
    assert f'href="{section}"' in shown
    assert "Missing" in said(foreman.get(f"{ROOT}{page}"))

    weld = hvk.known["WELD"].pk
    answer = do(foreman, page, "record", competence=weld, obtained_on="2026-11-01")
    assert answer.status_code == 422
    assert "Show what proves it" in said(answer)
    answer = do(foreman, page, "record", competence=weld, reference="Kept words")
    assert answer.status_code == 422
    assert "Kept words" in said(answer)
    assert not Record.objects.exists()
    file = SimpleUploadedFile("weld.txt", b"Welding 9606", content_type="text/plain")
    answer = do(
        foreman,
        page,
        "record",
        competence=weld,
        obtained_on="2026-11-01",
        valid_on="2026-11-28",
        file=file,
    )
    assert answer.status_code == 303
    record = Record.objects.get()
    assert record.valid_until.isoformat() == "2026-11-28T23:00:00+00:00"
    assert "verify" not in said(foreman.get(f"{ROOT}{page}")).split("do=")
    found = foreman.get(f"{ROOT}records/{record.pk}/file/")
    assert b"".join(found.streaming_content) == b"Welding 9606"

    assert "To verify" in said(coordinator.get(ROOT))
    kept_by = said(coordinator.get(f"{ROOT}{page}"))
    assert f"do=verify&amp;of={record.pk}" in kept_by
    assert do(coordinator, page, "verify", of=record.pk, seen=9).status_code == 409
    assert do(coordinator, page, "verify", of=record.pk, seen=1).status_code == 303
    assert do(coordinator, page, "revoke", of=record.pk, seen=2).status_code == 422
    text = said(coordinator.get(section))
    assert "Ends before the work does" in text
    assert "no Weld paper" not in text

    # What ends hits the work that goes on after it.
    text = said(coordinator.get(ROOT, days="7"))
    assert "Planned work is hit" in text
    assert f"W-{job.number}" in text
    assert "Insurance" in text
    assert "Approval of the company" not in text
    assert "Approval of the company" in said(coordinator.get(ROOT, days="90"))
    # Work that ended since it was counted is left out.
    counted = forecast.work_reads.first_of_each
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            forecast.work_reads,
            "first_of_each",
            lambda *given: [([0, *ids], many + 1) for ids, many in counted(*given)],
        )
        kept.forget()
        text = said(coordinator.get(ROOT, days="7"))
        assert text.count(f">W-{job.number}<") == 2
    # No link leads beyond the last page that can be asked.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(forecast, "SHOWN", 1)
        for most, linked in ((2, True), (1, False)):
            patched.setattr(_shown, "MOST_PAGES", most)
            kept.forget()
            text = said(coordinator.get(ROOT, days="7"))
            said_so = ('rel="next"' in text, "There is more than the pages" in text)
            assert said_so == (linked, not linked)
    kept.forget()
    cells = said(coordinator.get(f"{ROOT}matrix/", team=world.lasteam.pk))
    assert "Welder" in cells
    assert "Technician" not in cells
    assert "Technician" in said(coordinator.get(f"{ROOT}matrix/", place=world.packaging.path))
    assert "Nobody, or nothing" in said(coordinator.get(f"{ROOT}matrix/", kind="training"))


def test_the_gate_says_at_its_second_that_a_role_has_ended(hvk, job, sign_in, clock):  # noqa: F811
    """Ended ahead: nothing is written when it ends, and no task runs."""
    world = hvk.world
    viewer = sign_in(world.viewer)
    role = world.welder.memberships.get()
    services.end_role(actor=None, at=world.at, membership_id=role.pk, ends=world.t(2))
    clock.move_to(world.t(2) - timedelta(seconds=1))
    assert "1 may come in, 0 may not" in said(viewer.get(f"{ROOT}gate/"))
    clock.move_to(world.t(2))
    assert "0 may come in, 1 may not" in said(viewer.get(f"{ROOT}gate/"))


def test_companies_and_the_gate_on_the_pages(hvk, job, sign_in):  # noqa: F811
    world = hvk.world
    foreman, stranger = sign_in(world.contractor), sign_in(world.other_contractor)
    coordinator, viewer = sign_in(hvk.second), sign_in(world.viewer)
    page = "companies/lasteam/"
    gate = said(viewer.get(f"{ROOT}gate/"))
    assert "May come in" in gate
    assert "Stops the work: Welder has no Weld paper (WELD)." in gate
    assert f"people/{world.welder.pk}/" not in gate
    # It is narrowed by a name or a company, of which it says how many are expected.
    assert "LasTeam BV (1)" in gate
    assert "1 may come in, 0 may not" in gate
    assert "On this page" not in gate
    of_firm = {"q": "weld", "company": str(world.lasteam.pk)}
    narrowed = said(viewer.get(f"{ROOT}gate/", **of_firm))
    assert "On this page 1 may come in, 0 may not" in narrowed
    nobody = said(viewer.get(f"{ROOT}gate/", q="Mees"))
    assert "Nobody, or nothing, is left by what you chose" in nobody
    strange = said(viewer.get(f"{ROOT}gate/", company=str(world.hydrex.pk)))
    assert "Select a valid choice" in strange
    assert "May come in" in strange
    job.item_executors.create(user=world.contractor, named_at=job.requested_at)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gate_list, "PAGE", 1)
        for most, linked in ((2, True), (1, False)):
            patched.setattr(_shown, "MOST_PAGES", most)
            kept.forget()
            text = said(viewer.get(f"{ROOT}gate/", company=of_firm["company"]))
            link = f'href="?company={world.lasteam.pk}&amp;page=2"'
            assert (link in text, "There are more than the pages" in text) == (linked, not linked)
    kept.forget()
    company, paper = Company.objects.get(), CompanyPaper.objects.get()

    # Another company's people find nothing of it, nor of its people.
    assert "LasTeam" not in said(stranger.get(f"{ROOT}companies/"))
    assert "Welder" not in said(stranger.get(f"{ROOT}gate/"))
    assert "Welder" not in said(stranger.get(f"{ROOT}matrix/"))
    assert "LasTeam" not in said(stranger.get(ROOT, days="90"))
    for path in (page, f"people/{world.welder.pk}/", f"work/W-{job.number}/"):
        assert stranger.get(f"{ROOT}{path}").status_code == 404, path
    assert "LasTeam" in said(foreman.get("/s/hvk/search/", q="lasteam"))
    assert f"{ROOT}{page}" in said(coordinator.get("/s/hvk/search/", q="lasteam"))
    assert f"{ROOT}{page}" not in said(stranger.get("/s/hvk/search/", q="lasteam"))
    assert "matrix/?competence=WELD" in said(coordinator.get("/s/hvk/search/", q="WELD"))

    # The foreman brings somebody; another lets him in.
    answer = do(foreman, page, "bring", name="Welder two", seen=company.version)
    assert answer.status_code == 303
    newcomer = Newcomer.objects.get()
    assert do(foreman, page, "admit", of=newcomer.pk, seen=1).status_code == 403
    assert do(coordinator, page, "admit", of=newcomer.pk, seen=1, htmx=True).status_code == 200
    newcomer.refresh_from_db()
    assert newcomer.person.company == world.lasteam
    assert "Welder two" in said(foreman.get(f"{ROOT}{page}"))
    assert do(coordinator, page, "bring", name="").status_code == 422

    # The insurance is struck: nobody may come in.
    hse = sign_in(world.hse)
    assert do(hse, page, "strike", of=paper.pk, seen=2, why="Forged").status_code == 303
    gate = said(viewer.get(f"{ROOT}gate/"))
    assert "May not come in" in gate
    assert "The company of Welder has shown no insurance." in gate
    assert "Not insured" in said(coordinator.get(f"{ROOT}companies/"))
    assert do(hse, page, "suspend", seen=9, why="No").status_code == 409
    assert do(hse, page, "suspend", seen=company.version, why="No").status_code == 303
    hydrex = do(coordinator, "companies/", "invite", team=world.hydrex.pk)
    assert hydrex.status_code == 303
    assert "Hydrex" in said(stranger.get(f"{ROOT}companies/hydrex/"))
    # Who sees nothing of others is led to the own page.
    operator = sign_in(world.operator)
    assert operator.get(ROOT).url == f"{ROOT}people/{world.operator.pk}/"
    assert operator.get(f"{ROOT}people/{world.operator.pk}/").status_code == 200
    assert operator.get(f"{ROOT}people/{world.welder.pk}/").status_code == 403
    assert operator.get(f"{ROOT}companies/").status_code == 403


PAGES = {
    "": 9,  # one of them whether anything is new, as of the next
    "matrix/": 7,
    "companies/": 4,
    "gate/": 8,
    "people/{welder}/": 13,  # two of them the panels of documents and permits
    "companies/lasteam/": 7,
}


def test_queries_and_weight(hvk, job, sign_in):  # noqa: F811
    """The same number of queries at one row and at thirty, and no page is heavy."""
    world = hvk.world
    visitor, found = sign_in(hvk.second), {}
    hvk.has(world.welder, "WELD", valid_until=world.t(60 * 24 * 4))
    hvk.rule("GAS")
    for many in (1, 30):
        if many == 30:
            _thirty(hvk, job)
        for path in PAGES:
            url = ROOT + path.format(welder=world.welder.pk)
            visitor.get(url)
            kept.forget()
            with CaptureQueriesContext(connection) as asked:
                answer = visitor.get(url)
            assert answer.status_code == 200
            assert weight(answer) < 100_000, path
            found.setdefault(path, []).append(len(asked) - FRAME)
    assert found == {path: [count, count] for path, count in PAGES.items()}


def test_a_persons_page_is_read_once_while_nothing_is_different(hvk, job, sign_in):  # noqa: F811
    """Who may see it is asked each time; what it says, and what its sections count, when an act is
    done. A section that failed is asked each time, till then."""
    world = hvk.world
    visitor, url = sign_in(hvk.second), f"{ROOT}people/{world.welder.pk}/"
    asked = 0

    class Stub:
        key, page, title = "stub.panel", "person", "Keys lent"

        def count(self, user, thing, at):
            nonlocal asked
            asked += 1
            if asked < 3:
                raise RuntimeError("boom")
            return asked

        def url(self, thing):
            return "/keys/"

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert "Keys lent" in said(visitor.get(url))
        return len(queries) - FRAME

    ports.panels.register(Stub())
    try:
        kept.forget()
        assert "This is not available now." in said(visitor.get(url))
        assert '<span class="count">3</span>' in said(visitor.get(url))
        assert [counted(), counted(), asked] == [2, 2, 5]
    finally:
        ports.panels.unregister(Stub.key)
    assert "Issuer, no. 17" not in said(visitor.get(url))
    hvk.has(world.welder, "WELD")
    assert "Issuer, no. 17" in said(visitor.get(url))


def _thirty(hvk, job):
    """Twenty-nine more of everything."""
    world, first, company = hvk.world, Record.objects.get(), Company.objects.get()
    paper = CompanyPaper.objects.get()
    for number in range(29):
        welder = person(
            world.site, "contractor", username=f"welder {number}", company=world.lasteam
        )
        job.item_executors.create(user=welder, named_at=job.requested_at)
        for row in (first, paper):
            row.pk = None
            if isinstance(row, Record):
                row.person = welder
                row.competence = hvk.asks(f"PAPER-{number}")
            row.save(force_insert=True)
        company.pk, company.team = None, factories.company(world.site, f"firm-{number}")
        company.save(force_insert=True)
        today = {"team_id": world.lasteam.pk, "planned_start": world.t(60)}
        planned_item(world, what="Weld on", plan=today | {"executor_ids": [world.welder.pk]})


def test_the_records_of_a_person_are_all_there_a_page_at_a_time(hvk, sign_in):  # noqa: F811
    """However many: by name, newest first; an act opens the page on which its record stands."""
    world = hvk.world
    for number in range(26):
        hvk.has(world.welder, f"PAPER-{number:02}")
    found = people.records(world.site, world.welder, page=1, most=10)
    pages = [people.records(world.site, world.welder, page=n, most=10) for n in (2, 3)]
    assert (len(found[0]), found[1:]) == (10, (0, 26))
    assert [(len(rows), first, total) for rows, first, total in pages] == [
        (10, 10, 26),
        (6, 20, 26),
    ]
    shown = [row.pk for rows, *_rest in (found, *pages) for row in rows]
    names = dict(Record.objects.values_list("pk", "competence__name"))
    assert [names[pk] for pk in shown] == sorted(names.values())
    beyond = people.records(world.site, world.welder, page=9, most=10)
    assert ([row.pk for row in beyond[0]], beyond[1:]) == (shown[:10], (0, 26))
    last = people.records(world.site, world.welder, page=1, most=10, of=shown[-1])
    assert ([row.pk for row in last[0]], last[1:]) == (shown[20:], (20, 26))

    reader, page = sign_in(hvk.second), f"{ROOT}people/{world.welder.pk}/"
    assert "1–20 of 26" in said(reader.get(page))
    assert "21–26 of 26" in said(reader.get(page, page="2"))
    for wrong in ("0", "x", "-1", "9999999", "3"):
        assert "1–20 of 26" in said(reader.get(page, page=wrong))
    assert "21–26 of 26" in said(reader.get(f"{page}?do=verify&of={shown[-1]}"))
    assert "1–20 of 26" in said(reader.get(f"{page}?do=verify&of=999999"))
