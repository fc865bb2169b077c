"""A revision on its way: drafted, sent to review, reviewed, approved."""

import re
from collections.abc import Iterable
from typing import Any

from documents.models import Document, Revision, RevisionFile
from documents.permissions import Action
from documents.services import guards
from documents.services._enter import enter, enter_revision, hold, save
from documents.states import Bearing, RevisionState
from work.exceptions import Reason, Refused, Unknown
from work.services import OpenAct, door

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
MOST_LINES = 3
_EDITABLE = frozenset({"label", "bearing", "reread", "key_lines"})
IN_WORK = (RevisionState.DRAFT, RevisionState.REVIEW)


def _draft(
    act: OpenAct,
    *,
    document_id: int,
    label: str,
    why: str,
    bearing: str = Bearing.NOTICE,
    reread: bool = True,
    key_lines: Iterable[str] = (),
    seen: int | None = None,
) -> Revision:
    """Begin the next revision, and say why. One is in work at a time."""
    document = enter(act, document_id, Action.WRITE, seen)
    values = {"label": label, "bearing": bearing, "reread": reread, "key_lines": key_lines}
    return begun(act, document, why, values)


def begun(act: OpenAct, document: Document, why: str, values: dict[str, Any]) -> Revision:
    """A draft of a document that is held, by who acts."""
    in_work = document.revisions.filter(state__in=IN_WORK).exists()
    hold(guards.to_draft(document, in_work))
    revision = Revision(document=document, author=act.person, created_at=act.at)
    put(revision, values, [] if why.strip() else [Reason("documents.why_needed")])
    revision.why = act.note(why, "revision", subject=document)
    revision.save(force_insert=True)
    save(document)
    act.record("drafted", document, revision=revision.pk, note=revision.why_id)
    return revision


def _edit(act: OpenAct, *, revision_id: int, seen: int | None = None, **values: Any) -> Revision:
    """Change a draft of one's own."""
    document, revision = _drafted(act, revision_id, seen)
    if unknown := set(values) - _EDITABLE:
        raise TypeError(f"not editable: {sorted(unknown)}")
    put(revision, values, [])
    save(revision, *values)
    act.record("revision_changed", document, revision=revision.pk, fields=sorted(values))
    return revision


def fitting(label: str) -> None:
    """Refuse a label that none may have; none at all is no label."""
    if label and not _LABEL.fullmatch(label):
        raise Refused(Reason("documents.label_unfit"))


def put(revision: Revision, values: dict[str, Any], reasons: list[Reason]) -> None:
    """Put checked values on a revision; refuses with all that is wrong at once."""
    fine = dict(values)
    if "label" in fine:
        fine["label"] = label = str(fine["label"]).strip()
        others = Revision.objects.filter(document_id=revision.document_id, label__iexact=label)
        if not _LABEL.fullmatch(label):
            reasons.append(Reason("documents.label_unfit"))
        elif others.exclude(pk=revision.pk).exists():
            reasons.append(Reason("documents.label_taken", {"revision": label}))
    if "bearing" in fine and fine["bearing"] not in Bearing.values:
        reasons.append(Reason("documents.bearing_needed"))
    if "key_lines" in fine:
        lines = [" ".join(str(line).split()) for line in fine["key_lines"]]
        fine["key_lines"] = lines = [line for line in lines if line]
        if len(lines) > MOST_LINES or any(len(line) > 250 for line in lines):
            reasons.append(Reason("documents.lines_too_many", {"longest": MOST_LINES}))
    hold(reasons)
    for name, value in fine.items():
        setattr(revision, name, value)


def _add_file(
    act: OpenAct, *, revision_id: int, blob: Any, name: str, seen: int | None = None
) -> RevisionFile:
    """Add a file to a draft; its content was written before (`work.services.files.store`)."""
    document, revision = _drafted(act, revision_id, seen)
    kept = "".join(each for each in name if each.isprintable()).strip()[:200]
    if revision.files.filter(blob=blob, removed_at=None).exists():
        raise Refused(Reason("documents.file_there"))
    file = RevisionFile.objects.create(
        revision=revision, blob=blob, name=kept, added_by=act.person, added_at=act.at
    )
    save(revision)
    act.record("file_added", document, revision=revision.pk, file=file.pk)
    return file


def _remove_file(act: OpenAct, *, file_id: int, seen: int | None = None) -> RevisionFile:
    """Take a file out of a draft."""
    found = RevisionFile.objects.filter(pk=file_id, removed_at=None).first()
    if found is None:
        raise Unknown
    document, revision = _drafted(act, found.revision_id, seen)
    found.removed_at = act.at
    found.save(update_fields=["removed_at"])
    save(revision)
    act.record("file_removed", document, revision=revision.pk, file=found.pk)
    return found


def _take_over(act: OpenAct, *, revision_id: int, seen: int | None = None) -> Revision:
    """Go on with somebody else's draft as its author: what that person put into it is taken out.

    So nobody reviews or approves what they wrote, and a draft outlasts its author, or who imported
    it.
    """
    document, revision = enter_revision(act, revision_id, Action.WRITE, seen)
    hold(guards.to_take_over(document, revision, act.person.pk))
    before = revision.author_id
    revision.wrote = sorted({*revision.wrote, before})
    revision.files.filter(removed_at=None).update(removed_at=act.at)
    revision.author = act.person
    save(revision, "author", "wrote")
    act.record("taken_over", document, revision=revision.pk, before=before)
    return revision


def _send(act: OpenAct, *, revision_id: int, seen: int | None = None) -> Revision:
    """Send a draft to review: from here on its content stays."""
    document, revision = enter_revision(act, revision_id, Action.WRITE, seen)
    has_file = revision.files.filter(removed_at=None).exists()
    hold(guards.to_send(document, revision, has_file, act.person.pk))
    return _moved(act, document, revision, RevisionState.REVIEW, "sent_to_review")


def _give_back(act: OpenAct, *, revision_id: int, word: str, seen: int | None = None) -> Revision:
    """Give a revision back to its author, with what is missing."""
    document, revision = enter_revision(act, revision_id, Action.REVIEW, seen)
    hold(guards.standing(revision, RevisionState.REVIEW))
    if not word.strip():
        raise Refused(Reason("reason_needed"))
    note = act.note(word, "revision", subject=document)
    revision.reviewer = revision.reviewed_at = None
    return _moved(
        act, document, revision, RevisionState.DRAFT, "given_back", note=note.pk if note else None
    )


def _review(act: OpenAct, *, revision_id: int, word: str = "", seen: int | None = None) -> Revision:
    """Say that a revision was reviewed and is fit to be approved; not by its author."""
    document, revision = enter_revision(act, revision_id, Action.REVIEW, seen)
    hold(guards.to_review(revision, act.person.pk))
    note = act.note(word, "revision", subject=document)
    revision.reviewer, revision.reviewed_at = act.person, act.at
    save(revision, "reviewer", "reviewed_at")
    act.record("reviewed", document, revision=revision.pk, note=note.pk if note else None)
    return revision


def _approve(
    act: OpenAct, *, revision_id: int, signed: bool = False, seen: int | None = None
) -> Revision:
    """Approve a reviewed revision; signed, and not by its author. It waits for its date."""
    document, revision = enter_revision(act, revision_id, Action.APPROVE, seen)
    reasons = guards.to_approve(document, revision, act.person.pk)
    if not signed and revision.state == RevisionState.REVIEW:
        reasons.append(Reason("documents.sign_needed"))
    hold(reasons)
    revision.approver, revision.approved_at = act.person, act.at
    return _moved(act, document, revision, RevisionState.APPROVED, "approved")


def _drafted(act: OpenAct, revision_id: int, seen: int | None) -> tuple[Document, Revision]:
    document, revision = enter_revision(act, revision_id, Action.WRITE, seen)
    hold(guards.to_change(document, revision, act.person.pk))
    return document, revision


def _moved(
    act: OpenAct, document: Document, revision: Revision, state: str, verb: str, **said: Any
) -> Revision:
    revision.state = state
    save(revision, "state", "reviewer", "reviewed_at", "approver", "approved_at")
    act.record(verb, document, revision=revision.pk, **said)
    return revision


draft = door(_draft)
edit = door(_edit)
add_file = door(_add_file)
remove_file = door(_remove_file)
take_over = door(_take_over)
send = door(_send)
give_back = door(_give_back)
review = door(_review)
approve = door(_approve)

__all__ = [
    "add_file",
    "approve",
    "draft",
    "edit",
    "give_back",
    "remove_file",
    "review",
    "send",
    "take_over",
]
