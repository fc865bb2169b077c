"""The records of documents."""

from documents.models.documents import Applicability, Document, Review
from documents.models.revisions import Acknowledgement, ItemRevision, Revision, RevisionFile

__all__ = [
    "Acknowledgement",
    "Applicability",
    "Document",
    "ItemRevision",
    "Review",
    "Revision",
    "RevisionFile",
]
