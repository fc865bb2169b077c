"""Why an act of a document would not be done now, whoever asks: its door, or the page's button."""

from collections.abc import Collection
from datetime import datetime

from documents.models import Document, Revision
from documents.states import Bearing, Phase, RevisionState
from work.exceptions import Reason
from work.states import Role


def in_use(document: Document) -> list[Reason]:
    """Of a document that was withdrawn nothing is changed any more."""
    if document.withdrawn_at is None:
        return []
    return [Reason("documents.withdrawn", {"document": document.code})]


def to_free(document: Document, stopped: Collection[int]) -> list[Reason]:
    """Let go of the work that asks for it: none that a revision of it stops."""
    if not stopped:
        return []
    params = {"document": document.code, "count": len(stopped)}
    clears = ("role", str(Role.DOCUMENT_CONTROLLER))
    return [Reason("documents.stops_work", params, ("document", document.pk), clears)]


def wrote(revision: Revision, user_id: int | None) -> bool:
    """Whether somebody is its author, or was: who neither reviews nor approves it."""
    return user_id == revision.author_id or user_id in revision.wrote


def standing(revision: Revision, state: str) -> list[Reason]:
    """The revision stands in this state."""
    return [] if revision.state == state else [Reason(f"documents.not_{state}")]


def to_draft(document: Document, in_work: bool) -> list[Reason]:
    """Begin a revision: one is in work at a time."""
    return in_use(document) + ([Reason("documents.in_work")] if in_work else [])


def to_change(document: Document, revision: Revision, user_id: int | None) -> list[Reason]:
    """Change a draft: its author alone, so that whoever wrote it does not review or approve it."""
    reasons = in_use(document) or standing(revision, RevisionState.DRAFT)
    if not reasons and user_id != revision.author_id:
        reasons = [Reason("documents.not_author", clears=("user", revision.author_id))]
    return reasons


def to_take_over(document: Document, revision: Revision, user_id: int | None) -> list[Reason]:
    """Become the author of somebody else's draft."""
    reasons = in_use(document) or standing(revision, RevisionState.DRAFT)
    if not reasons and user_id == revision.author_id:
        reasons = [Reason("documents.own_draft")]
    return reasons


def to_send(
    document: Document, revision: Revision, has_file: bool, user_id: int | None
) -> list[Reason]:
    """Send a draft to review, by its author: there is something to be reviewed."""
    reasons = to_change(document, revision, user_id)
    if reasons:
        return reasons
    if not has_file:
        reasons.append(Reason("documents.file_needed"))
    if revision.bearing == Bearing.HOLD_POINT and not revision.key_lines:
        reasons.append(Reason("documents.lines_needed"))
    return reasons


def to_review(revision: Revision, user_id: int | None) -> list[Reason]:
    """Review a revision: once, and not its author."""
    if reasons := standing(revision, RevisionState.REVIEW):
        return reasons
    if revision.reviewer_id is not None:
        return [Reason("documents.reviewed_already")]
    return [Reason("documents.own_review")] if wrote(revision, user_id) else []


def to_approve(document: Document, revision: Revision, user_id: int | None) -> list[Reason]:
    """Approve a revision: reviewed before, and not by its author."""
    reasons = in_use(document) or standing(revision, RevisionState.REVIEW)
    if reasons:
        return reasons
    if revision.reviewer_id is None:
        reasons.append(Reason("documents.not_reviewed"))
    if wrote(revision, user_id):
        reasons.append(Reason("documents.own_approval"))
    return reasons


def to_date(document: Document, revision: Revision, at: datetime) -> list[Reason]:
    """Set its date: approved, and not in use yet."""
    reasons = in_use(document) or standing(revision, RevisionState.APPROVED)
    if not reasons and revision.begins is not None and revision.begins <= at:
        reasons = [Reason("documents.begun", {"revision": revision.label})]
    return reasons


def to_acknowledge(
    document: Document, revision: Revision, at: datetime, before: bool
) -> list[Reason]:
    """Acknowledge a revision: the one in use, or one to come.

    before: whether work is under way that began before it; that asks for the lines of a strict one
    when another is in use, too.
    """
    reasons, phase = in_use(document), revision.phase(at)
    strict = revision.bearing == Bearing.HOLD_POINT
    asked = phase == Phase.SUPERSEDED and strict and before
    if not asked and phase not in (Phase.EFFECTIVE, Phase.PLANNED):
        reasons.append(Reason("documents.not_current", {"revision": revision.label}))
    return reasons
