"""The pages of documents over HTTP: what they say, what they do, what they ask of the database."""

import uuid
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader, PdfWriter

from documents.models import Document, Revision
from documents.panels import OfPerson
from documents.services import acknowledging
from tests.factories import documents as papers
from tests.factories import live_item, planned_item
from tests.views.conftest import weight
from work.models import Event
from work.permissions import scope
from work.reads import kept
from work.services import execution, files, items

LIST = "/s/hvk/documents/"


def page(of: Document) -> str:
    return f"{LIST}{of.code}/"


def do(visitor, of: Document, verb: str, part=None, seen=None, **typed):
    """Send the form of a deed; seen: the version that is there, unless said otherwise."""
    if seen is None:
        revision = Revision.objects.filter(pk=part).first() if part else None
        seen = revision.version if revision else Document.objects.get(pk=of.pk).version
    url = f"{page(of)}?do={verb}" + (f"&of={part}" if part else "")
    return visitor.post(url, {"act": str(uuid.uuid4()), "seen": seen} | typed)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_document_goes_from_nothing_to_force_on_its_pages(world, sign_in, clock):
    controller = sign_in(world.document_controller)
    owner = papers.owner(world)
    typed = {"code": "SOP-1", "title": "Restart", "kind": "procedure", "owner": owner.pk}
    typed |= {"review_months": "12", "act": str(uuid.uuid4())}

    assert "New document" in text(controller.get(LIST))
    assert controller.get(f"{LIST}new/").status_code == 200
    assert controller.post(f"{LIST}new/", typed | {"title": ""}).status_code == 422
    made = controller.post(f"{LIST}new/", typed)
    assert (made.status_code, made.url) == (
        302 if made.status_code == 302 else 303,
        f"{LIST}SOP-1/",
    )
    again = controller.post(f"{LIST}new/", typed | {"act": str(uuid.uuid4())})
    assert "This code is in use already." in text(again)
    assert sign_in(world.technician).get(f"{LIST}new/").status_code == 403
    document = Document.objects.get()

    author, lead = sign_in(world.technician), sign_in(world.supervisor)
    lines = "Guard shut\nKey out"
    drafted = {"label": "1", "why": "First", "bearing": "hold_point", "reread": "on"}
    assert do(author, document, "draft", **drafted | {"why": ""}).status_code == 422
    assert do(author, document, "draft", **drafted, lines=lines).status_code == 303
    one = Revision.objects.get()
    held = do(author, document, "send", one.pk)
    assert (held.status_code, "Add its file first." in text(held)) == (422, True)
    file = SimpleUploadedFile("one.pdf", papers.pdf("Shut the guard"))
    assert do(author, document, "add-file", one.pk, file=file).status_code == 303
    assert do(author, document, "send", one.pk, seen=1).status_code == 409
    assert do(author, document, "send", one.pk).status_code == 303
    assert do(author, document, "review", one.pk).status_code == 403
    assert do(lead, document, "review", one.pk).status_code == 303
    signer = sign_in(world.area_owner)
    unsigned = do(signer, document, "approve", one.pk, password="wrong")
    assert (unsigned.status_code, "This is not your password." in text(unsigned)) == (422, True)
    world.area_owner.set_password("right")
    world.area_owner.save()
    signer = sign_in(world.area_owner)
    assert do(signer, document, "approve", one.pk, password="right").status_code == 303
    assert do(signer, document, "set-date", one.pk).status_code == 403
    dated = do(controller, document, "set-date", one.pk, starts="2026-11-24T07:00")
    assert dated.status_code == 303

    seen = text(author.get(page(document)))
    assert "No revision is in force" in seen
    assert "Revision 1 comes into force" in seen
    clock.move_to(world.t(121))
    seen = text(author.get(page(document)))
    assert "Revision <b>1</b>" in seen
    assert "as of" in seen
    world.technician.set_password("mine")
    world.technician.save()
    reader = sign_in(world.technician)
    some = {"line-0": "on", "password": "mine"}
    assert do(reader, document, "sign", one.pk, **some).status_code == 422
    assert do(reader, document, "sign", one.pk, **some, **{"line-1": "on"}).status_code == 303
    assert "You read it" in text(reader.get(page(document)))

    # Its file says which revision it is and as of when; so does its sheet.
    name = "SOP-1 revision 1 as of 2026-11-24 07.01 one.pdf"
    opened = reader.get(f"{LIST}files/{one.files.get().pk}/")
    assert "Revision <b>1</b>" in text(opened)
    assert "As of 24 Nov 2026 07:01" in text(opened)
    content = opened.context["file"]["url"]
    answer = reader.get(content)
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    # So does each of its pages; what is kept is not touched, and is there for who works on it.
    [shown] = PdfReader(BytesIO(b"".join(answer.streaming_content))).pages
    line = "SOP-1 · revision 1 · Effective · as of 2026-11-24 07:01 · a printed copy is not kept"
    assert shown.extract_text().startswith("Shut the guard")
    assert line in " ".join(shown.extract_text().split())
    asked = reader.client.head(content)
    assert (asked.status_code, asked["Content-Disposition"]) == (200, answer["Content-Disposition"])
    assert "Content-Length" not in asked
    at = f"{LIST}files/{one.files.get().pk}/"
    assert sign_in(world.viewer).get(at).context["file"]["original_url"] == ""
    for visitor in (controller, reader, lead, signer):
        kept_at = visitor.get(at).context["file"]["original_url"]
        kept_as = b"".join(visitor.get(kept_at).streaming_content)
        assert kept_as == papers.pdf("Shut the guard")
    assert controller.get(kept_at).status_code == 302
    # What one page handed out is nobody else's, and lasts for a while.
    for visitor, url in ((lead, content), (reader, f"{content[:-2]}/")):
        again = visitor.get(url)
        assert (again.status_code, again.url) == (302, f"{LIST}files/{one.files.get().pk}/")
    printed = text(reader.get(f"{page(document)}print/"))
    assert "Revision <b>1</b>" in printed
    assert "As of 24 Nov 2026 07:01" in printed

    # What a review asks stands on the page and in the list until it is done or taken back.
    asked = {"verdict": "obsolete", "word": "Nobody uses it"}
    assert do(controller, document, "look-over", **asked).status_code == 303
    seen = reader.get(page(document)).context
    assert (seen["document"]["verdict_text"], seen["follow_acts"]) == ("Obsolete", [])
    seen = controller.get(page(document)).context
    assert [each["label"] for each in seen["follow_acts"]] == ["Take it out of use"]
    assert "Take it out of use" not in [each["label"] for each in seen["acts"]]
    assert [row["code"] for row in controller.get(LIST, view="due").context["rows"]] == ["SOP-1"]
    clock.move_to(world.t(122))
    assert do(controller, document, "look-over", verdict="keep").status_code == 303
    assert reader.get(page(document)).context["document"]["verdict_text"] == ""
    assert controller.get(LIST, view="due").context["rows"] == []
    assert do(controller, document, "apply", place="nowhere").status_code == 422
    assert (
        do(controller, document, "apply", place="L3", acknowledge="on", lead="3").status_code == 303
    )
    [applies] = document.applies.all()
    assert (applies.place, applies.acknowledge, applies.lead.days) == (world.l3, True, 3)
    other = {name: value for name, value in typed.items() if name != "act"} | {"title": "Other"}
    assert do(controller, document, "edit", **other).status_code == 303
    ended = do(
        controller, document, "apply-no-more", applies.pk, seen=Document.objects.get().version
    )
    assert ended.status_code == 303
    assert do(controller, document, "withdraw", word="Scrapped").status_code == 303
    assert "It was taken out of use" in text(reader.get(page(document)))
    assert Event.objects.filter(subject_type="documents.document", verb="withdrawn").exists()
    # What a page handed out before that is not true any more; what is handed out now says it.
    assert reader.get(content).status_code == 302
    answer = reader.get(reader.get(at).context["file"]["url"])
    name = "SOP-1 revision 1 withdrawn since 2026-11-24 as of 2026-11-24 07.02 one.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    [shown] = PdfReader(BytesIO(b"".join(answer.streaming_content))).pages
    line = "SOP-1 · revision 1 · withdrawn since 2026-11-24 · as of 2026-11-24 07:02 ·"
    assert line in " ".join(shown.extract_text().split())


def test_the_list_is_narrowed_and_each_sees_what_is_theirs(world, sign_in, nrd, clock):
    restart = papers.document(world)
    papers.document(world, "SOP-CIP-004", title="Clean it")
    papers.in_force(world, restart, "4")
    papers.applies(world, restart, place_id=world.packaging.pk, acknowledge=True)
    papers.in_force(world, restart, "5", at=world.t(1), starts=world.t(60))
    clock.move_to(world.t(2))
    item = planned_item(
        world,
        at=world.t(2),
        plan={
            "team_id": world.lasteam.pk,
            "executor_ids": [world.contractor.pk, world.technician.pk],
        },
    )
    planner = sign_in(world.planner)

    def codes(visitor=planner, **query) -> list[str]:
        answer = visitor.get(LIST, **query)
        assert answer.status_code == 200
        return [row["code"] for row in answer.context["rows"]]

    assert codes() == codes(kind="procedure") == ["SOP-CIP-004", "SOP-L3-012"]
    assert codes(q="clean cip") == ["SOP-CIP-004"]
    assert codes(view="planned") == codes(place="L3") == ["SOP-L3-012"]
    assert codes(item=f"W-{item.number}") == ["SOP-L3-012"]
    assert codes(view="none") == ["SOP-CIP-004"]
    assert codes(owner=restart.owner_id, view="withdrawn") == []
    assert codes(view="read") == codes(view="work") == codes(view="due") == []
    assert codes(sign_in(world.technician), view="read") == ["SOP-L3-012"]
    assert codes(view="read", reader=world.technician.pk) == ["SOP-L3-012"]
    assert codes(view="read", reader=world.viewer.pk) == []
    its = text(planner.get(f"/s/hvk/competence/people/{world.technician.pk}/"))
    assert f'href="{LIST}?view=read&amp;reader={world.technician.pk}&amp;part=panel"' in its
    who, reads = scope(world.planner, world.t(2)), OfPerson()
    for site, many in ((world.site, 1), (nrd.site, None)):
        world.technician.at_site = site
        assert reads.count(who, world.technician, world.t(2)) == many
    for wrong in (
        {"view": "?"},
        {"kind": "?"},
        {"place": "nowhere"},
        {"item": "W-9"},
        {"owner": 9},
        {"view": "read", "reader": nrd.admin.pk},  # of another site: no name is told
        {"view": "read", "reader": "x"},
    ):
        assert planner.get(LIST, **wrong).status_code == 404, wrong

    guest, other = sign_in(world.contractor), sign_in(world.other_contractor)
    assert codes(guest) == codes(guest, view="read") == ["SOP-L3-012"]
    assert codes(other) == []
    assert guest.get(LIST, view="work").status_code == 404
    assert guest.get(LIST, view="read", reader=world.technician.pk).status_code == 404
    shown = text(guest.get(page(restart)))
    assert "Revision <b>4</b>" in shown
    assert "Operations" not in shown
    assert world.area_owner.name not in shown
    for visitor in (other, sign_in(nrd.admin)):
        assert visitor.get(page(restart)).status_code == 404
        assert visitor.get(f"{page(restart)}print/").status_code == 404
    file = restart.revisions.get(label="4").files.get()
    opened = guest.get(f"{LIST}files/{file.pk}/")
    assert world.area_owner.name not in text(opened)
    content = opened.context["file"]["url"]
    assert list(guest.get(content).streaming_content) != []
    assert other.get(f"{LIST}files/{file.pk}/").status_code == 404
    assert do(guest, restart, "acknowledge", restart.revisions.get(label="4").pk).status_code == 303
    items.cancel(actor=world.planner, at=world.t(3), item_id=item.pk, reason="Not now")
    assert guest.get(page(restart)).status_code == 404
    assert guest.get(f"{LIST}files/{file.pk}/").status_code == 404


@pytest.fixture
def many(world):
    """A document on which thirty items depend, and twenty-nine other documents."""
    document = papers.document(world)
    papers.applies(world, document, acknowledge=True)
    four = papers.in_force(world, document, "4")
    acknowledging.acknowledge(actor=world.technician, at=world.at, revision_id=four.pk)
    live_item(world)

    def grow() -> None:
        for number in range(29):
            planned_item(world)
            papers.document(world, f"SOP-{number}")
        papers.in_force(world, document, "5", at=world.t(1))

    return document, grow


def test_queries_at_1_and_30(world, sign_in, many, clock):
    document, grow = many
    planner = sign_in(world.planner)

    def asked(url: str) -> int:
        planner.get(url)
        kept.forget()
        with CaptureQueriesContext(connection) as queries:
            answer = planner.get(url)
        assert answer.status_code == 200
        assert weight(answer) < 100_000
        return len(queries)

    def counted() -> dict[str, int]:
        file = document.revisions.get(label="4").files.get()
        pages = {"list": LIST, "one": page(document), "sheet": f"{page(document)}print/"}
        pages["file"] = f"{LIST}files/{file.pk}/"
        return {name: asked(url) for name, url in pages.items()}

    few = counted()
    grow()
    clock.move_to(world.t(2))
    assert counted() == few == {"list": 9, "one": 13, "sheet": 11, "file": 12}


def test_sections_on_the_pages_of_work_and_in_the_search(world, sign_in, clock):
    document = papers.document(world)
    papers.applies(world, document, place_id=world.l3.pk)
    papers.applies(world, document, asset_class_id=world.pump.asset_class_id)
    papers.in_force(world, document, "4")
    item = planned_item(world)
    visitor = sign_in(world.planner)

    at = f"item=W-{item.number}&amp;part=panel"
    for url, body in (
        (f"/s/hvk/work/W-{item.number}/", at),
        ("/s/hvk/places/L3/", "place=L3&amp;part=panel"),
        ("/s/hvk/assets/PUMP-0301/", "asset=PUMP-0301&amp;part=panel"),
    ):
        assert f'href="{LIST}?{body}"' in text(visitor.get(url)), url
        part = visitor.get(f"{LIST}?{body.replace('&amp;', '&')}", htmx=True)
        assert "Revision 4 in force since" in text(part)
        assert "<main" not in text(part)
    execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    papers.in_force(world, document, "5", at=world.t(1), starts=world.t(60))
    clock.move_to(world.t(60))
    part = text(visitor.get(LIST, item=f"W-{item.number}", part="panel", htmx=True))
    assert "Revision 5 in force since" in part
    assert "It began under revision 4" in part
    # Superseded, and work runs on under it: it can be withdrawn, and stop that.
    four = document.revisions.get(label="4")
    offered = text(sign_in(world.document_controller).get(page(document)))
    assert f"do=withdraw-revision&amp;of={four.pk}" in offered
    old = visitor.get(f"{LIST}files/{four.files.get().pk}/")
    assert "Not in force any more, since 24 Nov 2026 06:00" in text(old)
    assert "In force is revision 5" in text(old)
    taken = visitor.get(old.context["file"]["url"])
    assert b"Superseded" in b"".join(taken.streaming_content)
    assert "revision 4 not in force as of" in taken["Content-Disposition"]
    # Where no line can be put on it, its page says so and hands it out as it is.
    kept_at = files.path_of(four.files.get().blob.sha256)
    for damaged in (kept_at.read_bytes()[:90], locked(kept_at.read_bytes())):
        kept_at.write_bytes(damaged)
        said = visitor.get(old.context["file"]["url"])
        assert "No line can be put on its pages" in text(said)
        assert "Not in force any more" in text(said)
        bare = visitor.get(said.context["file"]["url"])
        assert b"".join(bare.streaming_content) == damaged
    kept_at.write_bytes(signed(papers.pdf("Shut the guard")))
    said = visitor.get(old.context["file"]["url"])
    assert "It is signed, so no line was put on its pages" in text(said)
    bare = visitor.get(said.context["file"]["url"])
    assert b"".join(bare.streaming_content) == kept_at.read_bytes()
    clock.move_to(world.t(2))
    picture = text(visitor.get("/s/hvk/"))
    assert f'href="{LIST}?view=planned&amp;part=panel"' in picture
    assert "New revisions" not in text(sign_in(world.contractor).get("/s/hvk/"))
    found = text(visitor.get("/s/hvk/search/", q="sop-l3"))
    assert "SOP-L3-012 Restart L3 after intervention" in found
    assert "Procedure · revision 4" in found
    assert "Around the work" in found


def locked(content: bytes) -> bytes:
    """The same PDF, to be opened with a password."""
    writer, made = PdfWriter(clone_from=BytesIO(content)), BytesIO()
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(made)
    return made.getvalue()


def signed(content: bytes) -> bytes:
    """The same PDF, as one that says that it carries a signature."""
    said = b"/Type /Catalog /AcroForm << /SigFlags 3 /Fields [] >>"
    return content.replace(b"/Type /Catalog", said)


def test_the_register_is_set_up_in_the_admin_too(world, sign_in, clock):
    admin, base = sign_in(world.site_admin), "/admin/documents/"
    made = {"site": world.site.pk, "code": "SOP-9", "title": "Start", "kind": "procedure"}
    made |= {"owner": papers.owner(world).pk, "review_months": 12, "act": str(uuid.uuid4())}

    assert admin.post(f"{base}document/add/", made).status_code == 302
    document = Document.objects.get()
    changed = admin.get(f"{base}document/{document.pk}/change/").context["adminform"].form
    shown = {name: changed[name].value() or "" for name in changed.fields}
    answer = admin.post(f"{base}document/{document.pk}/change/", shown | {"title": "Start up"})
    assert answer.status_code == 302
    applies = {"document": document.pk, "place": world.l3.pk, "act": str(uuid.uuid4())}
    assert admin.post(f"{base}applicability/add/", applies).status_code == 302
    document.refresh_from_db()
    [row] = document.applies.all()
    assert (document.title, row.place, row.acknowledge) == ("Start up", world.l3, False)
    ended = admin.post(reverse("admin:documents_applicability_end", args=[row.pk]), {"act": ""})
    row.refresh_from_db()
    assert (ended.status_code, row.ends) == (302, world.at)
