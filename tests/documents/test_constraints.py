"""What the database itself refuses, also to the application's own role."""

from documents.services import acknowledging, documents
from tests.factories import documents as papers

CHECK, UNIQUE, OVERLAP, RAISED, DENIED = "23514", "23505", "23P01", "P0001", "42501"
REVISION = "UPDATE documents_revision SET {} WHERE id = %s"


def test_the_last_guard(world, app):
    document = papers.document(world)
    four = papers.in_force(world, document, "4")
    five = papers.in_force(world, document, "5", at=world.t(1), starts=world.t(60))
    acknowledging.acknowledge(actor=world.technician, at=world.t(1), revision_id=four.pk)
    documents.look_over(
        actor=world.document_controller, at=world.t(1), document_id=document.pk, verdict="keep"
    )

    def revision(what: str, pk: int = five.pk) -> str:
        return app(REVISION.format(what), [pk])

    # One in force at any second; each from a moment on.
    assert revision("effective = tstzrange('2020-01-01', NULL)") == OVERLAP
    assert revision("effective = 'empty'") == CHECK
    assert revision("effective = tstzrange(NULL, '2020-01-01')") == CHECK
    # Nobody approves or reviews their own; nothing is approved without both.
    assert revision("approver_id = author_id") == CHECK
    assert revision("reviewer_id = author_id") == CHECK
    assert revision("author_id = approver_id") == RAISED
    assert revision("wrote = array[approver_id]") == CHECK
    assert revision("wrote = array[reviewer_id]") == CHECK
    assert app("UPDATE documents_revisionfile SET added_by_id = added_by_id + 1") == RAISED
    assert revision("reviewer_id = NULL") == CHECK
    assert revision("approver_id = NULL") == CHECK
    assert revision("state = 'withdrawn'") == CHECK
    assert revision("label = '4'") == UNIQUE
    # Kept for ever; what was signed and judged stays as it is.
    for table in ("document", "revision", "revisionfile"):
        assert app(f"DELETE FROM documents_{table}") == RAISED
    for table in ("acknowledgement", "review"):
        assert app(f"DELETE FROM documents_{table}") == DENIED
        assert app(f"UPDATE documents_{table} SET at = now()") == DENIED
    again = "INSERT INTO documents_acknowledgement (revision_id, user_id, at, lines)"
    asked = f"{again} VALUES (%s, %s, now(), '[]')"
    assert app(asked, [four.pk, world.technician.pk]) == UNIQUE
    applies = (
        "INSERT INTO documents_applicability"
        " (site_id, document_id, kind_key, kind_code, acknowledge, starts)"
        " VALUES (%s, %s, '', '', false, now())"
    )
    assert app(applies, [world.site.pk, document.pk]) == CHECK
    other = "UPDATE documents_document SET code = 'sop-l3-012' WHERE id = %s"
    assert app(other, [papers.document(world, "SOP-2").pk]) == UNIQUE
    assert app("UPDATE documents_document SET owner_id = NULL") == "23502"
