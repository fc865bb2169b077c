"""When a revision is the one in use: its date, and withdrawing it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.timezone import localdate

from documents.models import Document, Revision
from documents.permissions import Action
from documents.services import guards
from documents.services._enter import enter_revision, hold, save
from documents.services.announcing import REVISED, tell_of, under, under_another
from documents.services.documents import after_months
from documents.services.telling import AT_ONCE, tell
from documents.states import RevisionState
from work.exceptions import Reason
from work.services import OpenAct, door


def _set_date(
    act: OpenAct, *, revision_id: int, starts: datetime | None = None, seen: int | None = None
) -> Revision:
    """Set from when an approved revision is the one in use: now, or a moment to come.

    The one before it leaves use at that very moment. Set again, a date that has not come moves.
    """
    document, revision = enter_revision(act, revision_id, Action.SET_DATE, seen)
    starts = starts or act.at
    _may_begin(act, document, revision, starts)
    if revision.effective is not None:
        _give_time_back(document, revision)
    before = document.revisions.filter(effective__contains=starts).exclude(pk=revision.pk).first()
    if before is not None:
        before.effective = DateTimeTZRange(before.begins, starts)
        save(before, "effective")
    revision.effective = DateTimeTZRange(starts, None)
    save(revision, "effective")
    day = localdate(starts, ZoneInfo(document.site.time_zone))
    document.next_review = after_months(document, day) or document.next_review
    save(document, "next_review")
    act.record(
        "effective_set",
        document,
        revision=revision.pk,
        before=before.pk if before else None,
        since=starts.isoformat(),
    )
    tell(act, document)
    tell_of(act, REVISED, revision, under_another(revision)[:AT_ONCE])
    return revision


def _may_begin(act: OpenAct, document: Document, revision: Revision, starts: datetime) -> None:
    hold(guards.to_date(document, revision, act.at))
    reasons = []
    if starts < act.at:
        reasons.append(Reason("documents.date_past"))
    later = document.revisions.filter(effective__startswith__gte=starts).exclude(pk=revision.pk)
    if other := later.first():
        reasons.append(Reason("documents.other_later", {"revision": other.label}))
    hold(reasons)


def _give_time_back(document: Document, revision: Revision) -> None:
    """A revision that has not begun leaves its time to the one before it."""
    starts, ends = revision.begins, revision.ends
    revision.effective = None
    save(revision, "effective")
    before = document.revisions.filter(effective__endswith=starts).first()
    if before is not None and before.state != RevisionState.WITHDRAWN:
        before.effective = DateTimeTZRange(before.begins, ends)
        save(before, "effective")


def _give_review_back(document: Document) -> None:
    """The next review follows again from the last revision that has a time, or its review since."""
    last = document.revisions.filter(effective__isnull=False).order_by("-effective").first()
    if last is None or last.begins is None:
        return
    review = document.reviews.filter(at__gte=last.begins).first()
    day = localdate(last.begins, ZoneInfo(document.site.time_zone))
    due = review.next_review if review is not None else after_months(document, day)
    if due is not None and due != document.next_review:
        document.next_review = due
        save(document, "next_review")


def _withdraw(
    act: OpenAct,
    *,
    revision_id: int,
    word: str,
    stop: bool = False,
    seen: int | None = None,
) -> Revision:
    """Withdraw a revision. In use, it leaves it now; stop: and what began under it stops."""
    document, revision = enter_revision(act, revision_id, Action.SET_DATE, seen)
    reasons = []
    if revision.state == RevisionState.WITHDRAWN:
        reasons.append(Reason("documents.withdrawn_already"))
    if not word.strip():
        reasons.append(Reason("reason_needed"))
    hold(reasons)
    if revision.begins is not None and revision.begins >= act.at:
        _give_time_back(document, revision)
        _give_review_back(document)
    elif revision.is_effective(act.at):
        revision.effective = DateTimeTZRange(revision.begins, act.at)
    note = act.note(word, "revision", subject=document)
    revision.state, revision.withdrawn_at = RevisionState.WITHDRAWN, act.at
    revision.stopped_work = stop
    save(revision, "state", "withdrawn_at", "effective", "stopped_work")
    act.record("revision_withdrawn", document, revision=revision.pk, note=note.pk if note else None)
    tell(act, document)
    tell_of(act, "documents.revision_withdrawn", revision, under(revision))
    return revision


set_date = door(_set_date)
withdraw = door(_withdraw)

__all__ = ["set_date", "withdraw"]
