"""Accepting the outcome, giving it back, reopening it, and accepting a loss by name."""

from collections.abc import Mapping
from typing import Any

from work.exceptions import Reason, Refused
from work.models import (
    Acceptance,
    ChecklistLine,
    Criterion,
    Duty,
    Evidence,
    Hold,
    Notice,
    WorkItem,
)
from work.permissions import Action, acting_post
from work.services import _derive, _moves
from work.services._enter import enter
from work.services._facts import Facts, proof
from work.services._incomplete import fill_in
from work.services._owners import check_owner
from work.services._proof_rows import agree, instantiate
from work.services._rings import refuse_own_ring
from work.services.acts import OpenAct, door
from work.services.blockers import open_manual
from work.services.guards import scope_reasons
from work.states import AcceptanceKind, BlockerKind, Status, Verb

_OF_AN_ANSWER = [
    "answer",
    "value",
    "said",
    "answered_by",
    "answered_at",
    "disposition",
    "disposed_by",
    "disposed_at",
    "version",
]


def _accept(
    act: OpenAct,
    *,
    item_id: int,
    judged: Mapping[int, str] | None = None,
    handback: bool = False,
    remark: str = "",
    seen: int | None = None,
) -> WorkItem:
    """Accept the outcome. `judged`: words by criterion id, for criteria that may be judged by name.

    Ends the holds that end at acceptance and tells the records that caused the item.
    """
    words = {int(key): word for key, word in (judged or {}).items() if word.strip()}
    facts = _moves.ready_to(
        act, item_id, Verb.ACCEPT, seen, {"judged": words, "handback": handback}
    )
    _judge(act, facts, words)
    item = facts.item
    note = act.note(remark, "acceptance", item_id=item.pk)
    role, post_id = acting_post(act.scope, item)
    acceptance = Acceptance.objects.create(
        item=item,
        kind=AcceptanceKind.PERSON,
        by=act.actor,
        role=role,
        post_id=post_id,
        handback=handback,
        note=note,
        at=act.happened_at,
    )
    item.closed_at = act.happened_at
    _moves.done(
        act,
        facts,
        Verb.ACCEPT,
        ["closed_at"],
        acceptance=acceptance.pk,
        role=role,
        note=note.pk if note else None,
    )
    _end_holds(act, facts, "accepted")
    _moves.tell_sources(act, facts, "accepted")
    return item


def _judge(act: OpenAct, facts: Facts, words: Mapping[int, str]) -> None:
    for criterion in facts.criteria:
        word = words.get(criterion.pk)
        if word and not criterion.evidence:
            criterion.judged_by, criterion.judged_at = act.actor, act.at
            criterion.judgement = act.note(word, "judgement", item_id=facts.item.pk)
            criterion.save(update_fields=["judged_by", "judged_at", "judgement"])


def _end_holds(act: OpenAct, facts: Facts, cause: str, *, every: bool = False) -> None:
    holds = Hold.objects.filter(item=facts.item, ended_at=None)
    for hold in holds if every else holds.filter(until_accepted=True):
        hold.ended_at, hold.ended_by, hold.end_cause = act.at, act.actor, cause
        hold.save(update_fields=["ended_at", "ended_by", "end_cause"])
        act.record("hold_ended", hold, item_id=facts.item.pk, cause=cause)


def _give_back(
    act: OpenAct,
    *,
    item_id: int,
    missing: str,
    clears: str = "",
    seen: int | None = None,
) -> WorkItem:
    """Back to stopped, waiting: what is missing and by whom, as a blocker of kind *decision*.

    By whom, where nobody is named: by who completed it.
    The work goes on in the same round: answers, evidence, judgements and checks stand.
    """
    facts = _moves.ready_to(act, item_id, Verb.GIVE_BACK, seen)
    if not missing.strip():
        raise Refused(Reason("give_back_needs_missing"))
    item = facts.item
    if not clears and item.completed_by is not None and item.completed_by.is_active:
        clears = f"user:{item.completed_by_id}"
    blocker = open_manual(act, facts, kind=BlockerKind.DECISION, what=missing[:250], clears=clears)
    item.condition_left = act.note(missing, "give_back", item_id=item.pk)
    item.waiting_since = act.happened_at
    item.done_at = item.completed_by = None
    return _moves.done(
        act,
        facts,
        Verb.GIVE_BACK,
        ["condition_left", "waiting_since", "done_at", "completed_by"],
        blocker=blocker.pk,
        note=item.condition_left_id,
    )


def _reopen(
    act: OpenAct,
    *,
    item_id: int,
    reason: str,
    owner_user_id: int | None = None,
    owner_post_id: int | None = None,
    why: str = "",
    criterion: str = "",
    seen: int | None = None,
) -> WorkItem:
    """Back to planned, in a new round: nothing of the earlier one proves anything more.

    Acceptance is struck; evidence, judgements, checklist answers and named checks count no longer
    and are asked anew (the answers stay to be read in the event, follow-up work stays linked).
    A waiver stands on until its own end: it is by name and until a time, and proves nothing.
    Holds that ended at acceptance come back, and every record that relied on it is told. One that
    an import brought closed gets here the why and the criterion that planning asks for.
    """
    facts = _moves.ready_to(act, item_id, Verb.REOPEN, seen)
    item = facts.item
    if not reason.strip():
        raise Refused(Reason("reason_needed"))
    if owner_user_id is not None or owner_post_id is not None:
        item.owner_user_id, item.owner_post_id = owner_user_id, owner_post_id
    # Imported as closed it never had one here, and who owned it then may have left since.
    check_owner(item.site_id, item.owner_user_id, item.owner_post_id, act.at)
    if why.strip():
        item.why = why.strip()
    note = act.note(reason, "reopen", item_id=item.pk)
    Acceptance.objects.filter(item=item, struck_at=None).update(
        struck_at=act.at, struck_by=act.actor
    )
    Evidence.objects.filter(item=item, struck_at=None, superseded_at=None).update(
        superseded_at=act.at
    )
    Criterion.objects.filter(item=item, withdrawn_at=None).update(
        judged_by=None, judged_at=None, judgement=None
    )
    answers = _unanswer(item)
    _derive.forget_refusals(facts)
    for hold in Hold.objects.filter(item=item, end_cause="accepted"):
        hold.ended_at = hold.ended_by = None
        hold.end_cause = ""
        hold.save(update_fields=["ended_at", "ended_by", "end_cause"])
        act.record("hold_returned", hold, item_id=item.pk)
    fields = ["closed_at", "done_at", "completed_by", "started_at", "closed_in_source_at"]
    for name in fields:
        setattr(item, name, None)
    fields += ["owner_user", "owner_post", "why"]
    instantiate(act, facts)
    if criterion.strip():
        agree(act, item, criterion)
    proof(facts)
    if lacking := scope_reasons(facts):
        raise Refused(lacking)
    if fill_in(item):
        fields.append("incomplete")
    _moves.done(act, facts, Verb.REOPEN, fields, note=note.pk if note else None, answers=answers)
    _moves.derive_after(act, facts)
    refuse_own_ring(item.pk)
    _moves.tell_sources(act, facts, "reopened")
    _tell_who_relied(act, item)
    return item


def _tell_who_relied(act: OpenAct, item: WorkItem) -> None:
    """The parent that waited for it, and the work that left it behind, learn of it."""
    relied = {item.parent_id if item.mandatory else None, item.source_item_id}
    told = WorkItem.objects.filter(pk__in=[pk for pk in relied if pk is not None])
    told = told.exclude(status=Status.CANCELLED).select_related("owner_post")
    for other in told.order_by("pk"):
        act.record("outcome_reopened", other, item_id=other.pk, item=item.pk)
        duties = Duty.objects.filter(ends=None, post=other.owner_post)
        people = list(duties.values_list("user_id", flat=True))
        for pk in [other.owner_user_id] if other.owner_user_id is not None else people:
            Notice.objects.create(user_id=pk, item=other, code="outcome_reopened", at=act.at)


def _unanswer(item: WorkItem) -> list[dict[str, Any]]:
    """Take the answers off the checklist: what they were, as the event keeps it.

    The words that were said are in the history of the line, at the version that is named.
    """
    standing = ChecklistLine.objects.filter(item=item, withdrawn_at=None)
    lines = list(standing.exclude(answer=""))
    answers = [
        {
            "line": line.pk,
            "version": line.version,
            "answer": line.answer,
            "value": None if line.value is None else str(line.value),
            "by": line.answered_by_id,
            "at": line.answered_at.isoformat() if line.answered_at else None,
            "disposition": line.disposition,
            "follow_up": line.follow_up_id,
        }
        for line in lines
    ]
    for line in lines:
        line.answer, line.value, line.said = "", None, ""
        line.answered_by, line.answered_at = None, None
        line.disposition, line.disposed_by, line.disposed_at = "", None, None
        line.version += 1
    ChecklistLine.objects.bulk_update(lines, _OF_AN_ANSWER, batch_size=500)
    return answers


def _accept_loss(act: OpenAct, *, item_id: int, reason: str, seen: int | None = None) -> WorkItem:
    """Accept by name that a cancelled item's outcome is lost to what waits for it."""
    facts = enter(act, item_id, Action.ACCEPT, seen)
    item = facts.item
    if item.status != Status.CANCELLED:
        raise Refused(Reason("not_from", {"status": item.status, "verb": "accept_loss"}))
    if item.loss_accepted_at is not None:
        raise Refused(Reason("loss_accepted_already"))
    if not reason.strip():
        raise Refused(Reason("reason_needed"))
    note = act.note(reason, "loss", item_id=item.pk)
    item.loss_accepted_by, item.loss_accepted_at = act.actor, act.at
    _moves.changed(act, facts, ["loss_accepted_by", "loss_accepted_at"], ["loss"])
    item.causes.filter(loss_accepted_at=None).update(
        loss_accepted_by=act.actor, loss_accepted_at=act.at, loss_note=note
    )
    act.record("loss_accepted", item, item_id=item.pk, note=note.pk if note else None)
    return item


def end_holds_of_cancelled(act: OpenAct, facts: Facts) -> None:
    """A cancelled item holds nothing any more."""
    _end_holds(act, facts, "cancelled", every=True)


accept = door(_accept)
give_back = door(_give_back)
reopen = door(_reopen)
accept_loss = door(_accept_loss)

__all__ = ["accept", "accept_loss", "give_back", "reopen"]
