"""People and records of the domains, through the mappings and files of tests/data/records."""

from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from competence.models import Record
from competence.services import competences, records
from documents.models import Document, Revision
from documents.services import documents, revisions
from tests.factories import documents as papers
from tests.factories import make_world, person, setup
from tests.imports.files import ROOT
from work.exceptions import Reason, Refused
from work.models import Event, Membership, User
from work.models.imports import ImportedRecord, ImportRun
from work.services import people
from work.services.import_ import mapping_toml, report
from work.services.import_.faults import MappingFault
from work.services.import_.run import run_import

pytestmark = pytest.mark.django_db
DATA = ROOT / "tests/data/records"


def bring(world, name: str, by=None, *, text: str | None = None, folder: Path = DATA, **more):
    """Import a file of the folder, or a text in its place; what was counted, and the faults."""
    found = next(each for each in DATA.glob(f"{name}.*") if each.suffix != ".toml")
    path = found
    if text is not None:
        path = folder / f"{name}.csv"
        path.write_text(text)
    mapping = DATA / f"{name}.toml"
    run = run_import(site=world.site, kind=None, path=path, mapping_path=mapping, actor=by, **more)
    counts = {key: number for key, number in report.counts(run).items() if number}
    faults = [
        (fault.line, fault.column, fault.value, fault.reason)
        for fault, _outcome in report.faults(run)
    ]
    return counts, faults


@pytest.fixture
def world(db):
    """A site with a company, some days after the world of the tests begins."""
    found = make_world()
    setup.company(found.site, "LAS")
    assert found.technician
    with time_machine.travel(found.t(60), tick=True):
        yield found


def test_people_are_known_and_given_nothing_that_decides(world, tmp_path):
    faults = [
        (7, "Company", "NOPE", "There is no team with this code at the site."),
        (
            5,
            "Number",
            "1004",
            "It is not taken: Say a role, or the company as whose contractor the person comes.",
        ),
        (
            6,
            "Number",
            "1005",
            "It is not taken: A contractor's person has the role of contractor alone,"
            " and only that role names a company.",
        ),
    ]
    counts = {"new": 2, "changed": 1, "refused": 3}
    before = User.objects.count()
    tried = bring(world, "people", dry_run=True)
    assert (tried[0], User.objects.count()) == (counts, before)
    assert not ImportedRecord.objects.exists()
    found = bring(world, "people")
    assert found[0] == counts
    assert sorted(found[1]) == sorted(tried[1])
    assert sorted(found[1]) == sorted(faults)
    bram, chiara = User.objects.get(badge="B-17"), User.objects.get(badge="B-18")
    assert (bram.username, bram.has_usable_password(), bram.phone) == (None, False, "+31 6 1")
    roles = Membership.objects.filter(user__in=[bram, chiara]).order_by("user__badge")
    assert [(each.role, each.company and each.company.code) for each in roles] == [
        ("technician", None),
        ("contractor", "LAS"),
    ]
    tess = User.objects.get(username="technician")
    assert (tess, tess.name, tess.badge) == (world.technician, "Tess of before", "B-19")
    assert bring(world, "people")[0] == {"same": 3, "refused": 3}
    # What was changed here stands; and of who has left nothing is changed.
    people.change_person(actor=world.site_admin, user_id=bram.pk, phone="+31 6 2")
    people.deactivate_person(actor=world.site_admin, user_id=chiara.pk)
    text = (DATA / "people.csv").read_text()
    text = text.replace("+31 6 1", "+31 6 3").replace("Chiara Rossi", "Chiara Verdi")
    # Nobody is doubled: not by a sign-in name that stands twice, nor by a badge that is somebody's.
    name = world.operator.username
    text = text.rstrip() + f"\n1007,Bram,B-17,,,MON,\n1008,Otto,,,,,{name}\n1009,O,,,,MON,{name}"
    before = User.objects.count()
    counts, said = bring(world, "people", text=text, folder=tmp_path)
    assert counts == {"same": 1, "changed": 1, "conflict": 2, "refused": 5}
    assert User.objects.count() == before
    assert (2, "Phone", "+31 6 3") in {each[:3] for each in said}
    assert {(8, "Badge", "B-17"), (10, "Number", "1009")} < {each[:3] for each in said}
    bram.refresh_from_db()
    chiara.refresh_from_db()
    assert (bram.phone, chiara.name) == ("+31 6 2", "Chiara Rossi")


def test_records_arrive_obtained_and_are_verified_by_another(world, tmp_path):
    admin = world.site_admin
    bring(world, "people")
    competences.create(
        actor=admin, site_id=world.site.pk, code="GAS", name="Gas", kind="certificate", months=12
    )
    with pytest.raises(MappingFault, match="say who does"):
        bring(world, "competence")
    with pytest.raises(MappingFault, match="Only who sets up"):
        bring(world, "competence", world.competence_coordinator)
    counts, faults = bring(world, "competence", admin, dry_run=True)
    assert (counts, Record.objects.count()) == ({"new": 2, "refused": 6}, 0)
    assert bring(world, "competence", admin) == (counts, faults)
    assert sorted(each[:3] for each in faults) == [
        (4, "Level", "2"),
        (5, "Person", "nobody"),
        (6, "Course", "OLD"),
        (7, "Passed", "02.12.2026"),
        (7, "Until", "01.11.2026"),
        (8, "Passed", "32.11.2026"),
        (9, "Passed", "02.11.2026"),
    ]
    first, second = Record.objects.order_by("pk")
    assert (first.person, first.state, first.recorded_by) == (world.technician, "obtained", admin)
    assert (first.reference, second.reference) == ("SSVV no. 4", "hr 2")
    assert (first.obtained_on, first.valid_until.isoformat()) == (
        date(2026, 11, 2),
        "2027-12-31T23:00:00+00:00",
    )
    assert second.valid_until.isoformat() == "2027-11-02T23:00:00+00:00"
    counts, _faults = bring(world, "competence", admin)
    assert counts == {"same": 2, "refused": 6}
    run = ImportRun.objects.latest("pk")
    assert "Nothing was changed." in list(report.lines(run))
    # A day more, and what somebody has verified meanwhile stays.
    lines = (DATA / "competence.csv").read_text().splitlines()[:-1]
    text = "\n".join(lines).replace("02.11.2026", "01.11.2026")
    records.verify(actor=world.competence_coordinator, record_id=first.pk)
    counts, faults = bring(world, "competence", admin, text=text, folder=tmp_path)
    assert counts == {"changed": 1, "conflict": 1, "refused": 5}
    assert (
        2,
        "Passed",
        "01.11.2026",
        "Changed in the source; it stays as it is here: This is not possible while it is verified.",
    ) in faults
    second.refresh_from_db()
    assert (second.obtained_on, second.state) == (date(2026, 11, 1), "obtained")
    # Nor does another change what one has brought.
    text = text.replace("01.11.2026", "31.10.2026")
    other = person(world.site, "site_admin", username="other_admin")
    counts, faults = bring(world, "competence", other, text=text, folder=tmp_path)
    assert counts == {"conflict": 2, "refused": 5}
    assert (3, "Id", "2", "It is not taken: Somebody else recorded it, and changes it.") in faults


def test_a_register_arrives_with_its_revisions_as_drafts(world, tmp_path, monkeypatch):
    papers.owner(world)
    admin = world.site_admin
    counts, faults = bring(world, "register", admin)
    assert counts == {"new": 2, "refused": 4}
    assert sorted(each[:3] for each in faults) == [
        (4, "Code", "WI 8"),
        (5, "Department", "none"),
        (6, "Months", "two"),
        (7, "Rev", "1 b"),
    ]
    assert not Document.objects.filter(code="DWG-3").exists()
    sop = Document.objects.get(code="SOP-L3-012")
    draft = Revision.objects.get(document=sop)
    assert (sop.title, sop.kind, sop.review_months, sop.next_review) == (
        "Restart of L3",
        "procedure",
        24,
        date(2027, 11, 1),
    )
    assert (draft.label, draft.state, draft.author, draft.effective) == ("4", "draft", admin, None)
    assert draft.why.text == "dms 1, 4"
    assert bring(world, "register", admin)[0] == {"same": 2, "refused": 4}
    # Somebody of the site goes on with it; the next one of the source waits for that.
    revisions.take_over(actor=world.technician, revision_id=draft.pk)
    documents.edit(actor=world.document_controller, document_id=sop.pk, title="Restart")
    lines = ["Id,Code,Title,Kind,Department,Months,Review,Rev"]
    lines += ["1,SOP-L3-012,Restart of L3,SOP,ops,24,2027-11-01,5", "2,WI-7,Knives,WI,ops,12,,B"]
    counts, faults = bring(world, "register", admin, text="\n".join(lines), folder=tmp_path)
    assert counts == {"changed": 1, "conflict": 1}
    assert (2, "Rev", "5", "It is not taken: Another revision of it is in work.") in faults
    # It is not forgotten: what was not taken is tried again.
    again = bring(world, "register", admin, text="\n".join(lines), folder=tmp_path)
    assert again == ({"same": 1, "conflict": 1}, faults)
    labels = Revision.objects.order_by("pk").values_list("document__code", "label")
    assert list(labels) == [("SOP-L3-012", "4"), ("WI-7", "B")]
    assert Document.objects.get(code="WI-7").title == "Knives"
    # A document does not stand without the draft that came with it, nor does its history.
    monkeypatch.setattr(revisions, "begun", refuses)
    lines = [lines[0], "9,SOP-9,Start,SOP,ops,12,,A"]
    counts, faults = bring(world, "register", admin, text="\n".join(lines), folder=tmp_path)
    assert (counts["refused"], "new" in counts) == (1, False)
    assert (2, "Rev", "A") in [each[:3] for each in faults]
    assert Document.objects.count() == 2
    assert Event.objects.filter(subject_type="documents.document", verb="created").count() == 2


def refuses(*_given):
    raise Refused(Reason("documents.in_work"))


def test_the_command_says_who_brings_them(world, tmp_path, capsys):
    papers.owner(world)
    given = {"site": world.site.slug, "mapping": DATA / "register.toml"}
    given |= {"errors": tmp_path / "errors.csv"}
    with pytest.raises(CommandError, match="no active person"):
        call_command("import_records", DATA / "register.xlsx", **given, person="nobody")
    call_command(
        "import_records", DATA / "register.xlsx", **given, person=world.site_admin.username
    )
    assert (tmp_path / "errors.csv").exists()
    assert Document.objects.count() == 2
    text = (DATA / "register.toml").read_text() + '[unknown]\nteam = "keep"\n'
    with pytest.raises(MappingFault, match="refuses a record"):
        mapping_toml.parse(text, name="register")
