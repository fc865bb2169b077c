"""A document from its first draft to its end, with everything that is refused on the way."""

from datetime import date

import pytest

from documents.models import Acknowledgement, Document, Revision
from documents.services import acknowledging, applying, documents, effective, revisions
from documents.states import Phase
from tests.factories import documents as papers
from tests.work.outcomes import refused_alone
from work.exceptions import Forbidden, Stale, Unknown
from work.models import Event
from work.services import files


def verbs(document: Document) -> list[str]:
    rows = Event.objects.filter(subject_type="documents.document", subject_id=document.pk)
    return list(rows.exclude(verb="refused").order_by("pk").values_list("verb", flat=True))


def test_a_document_is_made_changed_looked_over_and_withdrawn(world, nrd):
    by = {"actor": world.document_controller, "at": world.t(1)}
    given = {"code": "SOP-1", "title": "Restart", "kind": "procedure"}
    given |= {"site_id": world.site.pk, "owner_id": papers.owner(world).pk}

    with refused_alone(
        "documents.code_unfit",
        "documents.title_needed",
        "documents.kind_needed",
        "documents.owner_needed",
        "documents.months_unfit",
    ):
        documents.create(
            **by,
            **given | {"code": "a b", "title": " ", "kind": "?", "owner_id": None},
            review_months=121,
        )
    with pytest.raises(Forbidden):
        documents.create(actor=world.technician, at=world.t(1), **given)
    with pytest.raises(Unknown):
        documents.create(actor=nrd.admin, at=world.t(1), **given)
    document = documents.create(**by, **given)
    with refused_alone("code_taken"):
        documents.create(**by, **given | {"code": "sop-1"})
    with pytest.raises(Unknown):
        documents.edit(actor=nrd.admin, at=world.t(1), document_id=document.pk, title="Theirs")

    documents.edit(**by, document_id=document.pk, seen=1, title="Restart of L3")
    with pytest.raises(TypeError):  # its code stays: others name it by that
        documents.edit(**by, document_id=document.pk, code="SOP-2")
    with pytest.raises(Stale):
        documents.edit(**by, document_id=document.pk, seen=1, title="Other")

    known = {"document_id": document.pk}
    with refused_alone("reason_needed"):
        documents.look_over(**by, **known, verdict="needs_revision")
    with pytest.raises(Forbidden):
        documents.look_over(actor=world.technician, at=world.t(1), **known, verdict="keep")
    review = documents.look_over(**by, **known, verdict="keep")
    assert review.next_review == date(2028, 11, 24)
    assert Document.objects.get().next_review == date(2028, 11, 24)

    with refused_alone("reason_needed"):
        documents.withdraw(**by, **known, word=" ")
    documents.withdraw(**by, **known, word="Nobody restarts it")
    for act in (documents.withdraw, documents.edit):
        with refused_alone("documents.withdrawn"):
            act(**by, **known, **({"word": "Again"} if act == documents.withdraw else {}))
    assert verbs(document) == ["created", "changed", "looked_over", "withdrawn"]


def test_a_revision_is_written_reviewed_approved_and_dated(world):
    document = papers.document(world)
    author = {"actor": world.technician, "at": world.t(1)}

    with refused_alone("documents.why_needed", "documents.label_unfit", "documents.bearing_needed"):
        revisions.draft(**author, document_id=document.pk, label="4 b", why=" ", bearing="?")
    with pytest.raises(Forbidden):
        revisions.draft(
            actor=world.viewer, at=world.t(1), document_id=document.pk, label="4", why="Mine"
        )
    four = revisions.draft(**author, document_id=document.pk, label="4", why="Guard switch")
    with refused_alone("documents.in_work"):
        revisions.draft(**author, document_id=document.pk, label="5", why="Sooner")

    known = {"revision_id": four.pk}
    with refused_alone("documents.file_needed"):
        revisions.send(**author, **known)
    blob = files.store([b"%PDF-1.7 four"], at=world.at)
    file = revisions.add_file(**author, **known, blob=blob, name="four.pdf", seen=1)
    with refused_alone("documents.file_there"):
        revisions.add_file(**author, **known, blob=blob, name="again.pdf")
    # Whoever changed a draft would have written it: its author alone does.
    other = {"actor": world.area_owner, "at": world.t(1)}
    for act in (
        lambda: revisions.edit(**other, **known, label="4A"),
        lambda: revisions.add_file(**other, **known, blob=blob, name="mine.pdf"),
        lambda: revisions.remove_file(**other, file_id=file.pk),
        lambda: revisions.send(**other, **known),
    ):
        with refused_alone("documents.not_author"):
            act()
    with pytest.raises(Stale):
        revisions.send(**author, **known, seen=1)
    revisions.send(**author, **known, seen=2)
    for act in (
        lambda: revisions.edit(**author, **known, label="4A"),
        lambda: revisions.remove_file(**author, file_id=file.pk),
        lambda: revisions.send(**author, **known),
    ):
        with refused_alone("documents.not_draft"):
            act()

    # Author, reviewer and approver: the author is neither of the others.
    owner = {"actor": world.area_owner, "at": world.t(2)}
    with pytest.raises(Forbidden):
        revisions.review(**author, **known)
    with refused_alone("documents.not_reviewed", "documents.sign_needed"):
        revisions.approve(**owner, **known)
    revisions.give_back(**owner, **known, word="Which guard?")
    revisions.send(**author, **known)
    revisions.review(**owner, **known)
    with refused_alone("documents.reviewed_already"):
        revisions.review(actor=world.supervisor, at=world.t(2), **known)
    controller = {"actor": world.document_controller, "at": world.t(3)}
    with refused_alone("documents.not_approved"):
        effective.set_date(**controller, **known)
    with pytest.raises(Forbidden):
        revisions.approve(actor=world.supervisor, at=world.t(3), **known, signed=True)
    revisions.approve(**owner, **known, signed=True)
    assert Revision.objects.get().phase(world.t(2)) == Phase.APPROVED

    with pytest.raises(Forbidden):
        effective.set_date(**owner, **known)
    with refused_alone("documents.date_past"):
        effective.set_date(**controller, **known, starts=world.t(2))
    effective.set_date(**controller, **known, starts=world.t(10))
    effective.set_date(**controller, **known, starts=world.t(5))  # moved before it has come
    four.refresh_from_db()
    assert [four.phase(world.t(4)), four.phase(world.t(5))] == [Phase.PLANNED, Phase.EFFECTIVE]
    with refused_alone("documents.begun"):
        effective.set_date(**controller | {"at": world.t(6)}, **known, starts=world.t(20))


def test_a_draft_is_taken_over(world, app):
    document = papers.document(world)
    first, second = world.area_owner, world.supervisor
    by = {"actor": first, "at": world.t(1)}
    draft = revisions.draft(**by, document_id=document.pk, label="1", why="First")
    known = {"revision_id": draft.pk}
    blob = files.store([b"%PDF-1.7 taken over"], at=world.at)
    revisions.add_file(**by, **known, blob=blob, name="theirs.pdf")
    with refused_alone("documents.own_draft"):
        revisions.take_over(**by, **known)
    with pytest.raises(Forbidden):
        revisions.take_over(actor=world.viewer, at=world.t(2), **known)
    # By hand it is taken over by nobody whose predecessor is not named.
    asked = "UPDATE documents_revision SET author_id = %s WHERE id = %s"
    assert app(asked, [second.pk, draft.pk]) == "P0001"
    now = {"actor": second, "at": world.t(2)}
    taken = revisions.take_over(**now, **known)
    assert (taken.author, taken.wrote) == (second, [first.pk])
    assert not taken.files.filter(removed_at=None).exists()
    with refused_alone("documents.not_author"):
        revisions.add_file(**by, **known, blob=blob, name="again.pdf")
    revisions.add_file(**now, **known, blob=blob, name="own.pdf")
    revisions.send(**now, **known)
    with refused_alone("documents.not_draft"):
        revisions.take_over(**by, **known)


def test_the_next_one_takes_the_place_of_the_one_before_at_its_second(world):
    document = papers.document(world)
    four = papers.in_force(world, document, "4")
    five = papers.in_force(world, document, "5", at=world.t(1), starts=world.t(60))
    by = {"actor": world.document_controller, "at": world.t(2)}

    def stand(minutes) -> list[str]:
        rows = document.revisions.order_by("pk")
        return [str(each.phase(world.t(minutes))) for each in rows]

    assert stand(59) == ["effective", "planned"]
    assert stand(60) == ["superseded", "effective"]
    six = papers.approved(world, document, "6", at=world.t(2))
    with refused_alone("documents.other_later"):
        effective.set_date(**by, revision_id=six.pk, starts=world.t(30))

    # Withdrawn before it came, it leaves its time to the one before it.
    with refused_alone("reason_needed"):
        effective.withdraw(**by, revision_id=five.pk, word="")
    # And its next review: it is that of the one that stays.
    document.refresh_from_db()
    due = document.next_review
    documents.edit(**by, document_id=document.pk, next_review=date(2030, 1, 1))
    effective.withdraw(**by, revision_id=five.pk, word="A slip in it")
    assert Document.objects.get().next_review == due == date(2028, 11, 24)
    assert stand(60) == ["effective", "withdrawn", "approved"]
    effective.set_date(**by, revision_id=six.pk, starts=world.t(90))
    assert stand(90) == ["superseded", "withdrawn", "effective"]
    effective.withdraw(**by | {"at": world.t(95)}, revision_id=six.pk, word="Wrong torque")
    assert stand(96) == ["superseded", "withdrawn", "withdrawn"]
    with refused_alone("documents.withdrawn_already"):
        effective.withdraw(**by | {"at": world.t(96)}, revision_id=six.pk, word="Again")
    four.refresh_from_db()
    assert four.ends == world.t(90)


def test_acknowledged_is_what_was_shown_by_oneself_and_in_full(world):
    document = papers.document(world)
    lines = ["Guard shut", "Key taken out", "Test at slow speed"]
    four = papers.in_force(world, document, "4", key_lines=lines)
    by = {"actor": world.technician, "at": world.t(5)}

    with pytest.raises(Forbidden):
        acknowledging.acknowledge(actor=world.viewer, at=world.t(5), revision_id=four.pk)
    with refused_alone("documents.lines_missing", "documents.sign_needed"):
        acknowledging.acknowledge(**by, revision_id=four.pk, lines=lines[:2])
    row = acknowledging.acknowledge(**by, revision_id=four.pk, lines=lines, signed=True)
    assert acknowledging.acknowledge(**by, revision_id=four.pk) == row
    assert [row.user, row.lines] == [world.technician, lines]

    papers.in_force(world, document, "5", at=world.t(10))
    with refused_alone("documents.not_current"):
        acknowledging.acknowledge(
            actor=world.supervisor, at=world.t(11), revision_id=four.pk, lines=lines, signed=True
        )
    assert Acknowledgement.objects.count() == 1


def test_to_what_it_applies_is_said_and_ended(world, nrd):
    document = papers.document(world)
    by = {"actor": world.document_controller, "at": world.t(1), "document_id": document.pk}

    with refused_alone("documents.applies_to_nothing"):
        applying.apply_to(**by)
    # Never to documents themselves: it would be asked of what asks it.
    with refused_alone("documents.record_unknown"):
        applying.apply_to(**by, kind_key="documents.document", kind_code=document.code)
    with refused_alone("place_unknown", "documents.type_unknown", "documents.record_unknown"):
        applying.apply_to(
            **by, place_id=nrd.root.pk, work_type_id=nrd.mnt.pk, kind_key="none.such", kind_code="x"
        )
    with pytest.raises(Forbidden):
        applying.apply_to(**by | {"actor": world.area_owner}, place_id=world.l3.pk)
    row = applying.apply_to(**by, place_id=world.l3.pk)
    with refused_alone("documents.applies_already"):
        applying.apply_to(**by, place_id=world.l3.pk)
    ended = {"actor": world.document_controller, "applicability_id": row.pk}
    assert applying.apply_no_more(**ended, at=world.t(2)).ends == world.t(2)
    with refused_alone("documents.applies_no_more"):
        applying.apply_no_more(**ended, at=world.t(3))
