"""The way into a document for every act: found, controlled, known, allowed, not stale."""

from documents.models import Document, Revision
from documents.permissions import Action, can
from documents.reads.visible import visible_documents
from work.exceptions import Forbidden, Reason, Refused, Stale, Unknown
from work.services import OpenAct


def enter(act: OpenAct, document_id: int, action: Action, seen: int | None = None) -> Document:
    """Take the site's control and the document. seen: the document's version that was looked at.

    Raises Unknown (404), Forbidden (403) or Stale (409).
    """
    site_id = Document.objects.filter(pk=document_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise Unknown
    act.control(site_id)
    known = visible_documents(act.scope, site_id, act.at).filter(pk=document_id)
    document = known.select_related("site").first()
    if document is None:
        raise Unknown
    act.about(document)
    allowed = can(act.scope, action, document)
    if not allowed:
        raise Forbidden(allowed.reason)
    if seen is not None and seen != document.version:
        raise Stale(seen, document.version)
    return document


def enter_revision(
    act: OpenAct, revision_id: int, action: Action, seen: int | None = None
) -> tuple[Document, Revision]:
    """The same of a revision: `seen` is the revision's own version."""
    document_id = (
        Revision.objects.filter(pk=revision_id).values_list("document_id", flat=True).first()
    )
    if document_id is None:
        raise Unknown
    document = enter(act, document_id, action)
    revision = Revision.objects.get(pk=revision_id)
    revision.document = document
    if seen is not None and seen != revision.version:
        raise Stale(seen, revision.version)
    return document, revision


def hold(reasons: list[Reason]) -> None:
    """Refuse with all of these at once, where there are any."""
    if reasons:
        raise Refused(reasons)


def save(row: Document | Revision, *fields: str) -> None:
    """Save these fields with a new version."""
    row.version += 1
    row.save(update_fields=[*fields, "version"])
