"""What somebody leaves at the end of a shift: the work under way that is owned or carried out."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Q

from work.exceptions import Reason
from work.models import Blocker, Duty, Note, Site, WorkItem
from work.permissions import Action, Denied, Scope, can
from work.reads import cards
from work.reads import rows as rows_
from work.reads.mine import carried_by
from work.reads.seen import of_site
from work.reasons import Names, say
from work.services.guards import refusals
from work.states import UNDER_WAY, Status, Verb

# So many are asked at once; the rest comes when these are done.
MOST = 30


@dataclass
class Left:
    """One item under way, and what its doors would answer.

    mine: the reader owns it; of_post: a post of the reader's does; carries: the reader is one of
    its `executor_ids`. blockers: (id, words) of the open ones. denied: by act why it is not the
    reader's to do; missing: why it could not be completed now.
    """

    row: rows_.ItemRow
    item: WorkItem
    executor_ids: frozenset[int]
    mine: bool
    of_post: bool
    carries: bool
    condition: str
    blockers: list[tuple[int, str]]
    denied: dict[str, Reason]
    missing: list[Reason]


def left(site: Site, who: Scope, at: datetime, pks: list[int] | None = None) -> list[Left]:
    """What the reader leaves, in progress first; or, of all that the reader sees, these: five
    queries.
    """
    seen = WorkItem.objects.filter(of_site(who, site), site=site)
    own = Q(owner_user=who.user_id) | Q(owner_post__in=who.posts()) | carried_by(who.user_id)
    which = Q(pk__in=pks) if pks is not None else own & Q(status__in=sorted(UNDER_WAY))
    notes = Note.objects.filter(pk=OuterRef("condition_left"))
    kept = (
        seen.filter(which)
        .order_by("status", "priority", F("due").asc(nulls_last=True), "-number")[: MOST + 1]
        .annotate(said=notes.values("text")[:1])
        .values_list("pk", "said")
    )
    conditions = dict(kept)
    if not conditions:
        return []
    items = WorkItem.objects.filter(pk__in=conditions)
    rows = {row.pk: row for row in rows_.load(items, at, who)}
    known, blockers = cards.known(conditions), _blockers(conditions, who)
    posts = who.posts()
    return [
        Left(
            row=rows[pk],
            item=known[pk].item,
            executor_ids=known[pk].executor_ids,
            mine=known[pk].item.owner_user_id == who.user_id,
            of_post=known[pk].item.owner_post_id in posts,
            carries=who.user_id in known[pk].executor_ids,
            condition=said or "",
            blockers=blockers.get(pk, []),
            denied=_denied(known[pk], who),
            missing=refusals(known[pk].facts, Verb.COMPLETE, at, who=who)
            if known[pk].item.status == Status.LIVE
            else [],
        )
        for pk, said in conditions.items()
    ]


def _blockers(pks: dict[int, str], who: Scope) -> dict[int, list[tuple[int, str]]]:
    """The open blockers of these items in words: three queries at most."""
    rows = list(Blocker.objects.filter(item__in=pks, ended_at=None).order_by("since", "pk"))
    reasons = [Reason.from_json(row.what) for row in rows]
    words = say(reasons, who, Names(reasons, who)) if rows else []
    found: dict[int, list[tuple[int, str]]] = {}
    for row, said in zip(rows, words, strict=True):
        found.setdefault(row.item_id, []).append((row.pk, said.text))
    return found


def _denied(known: cards.Known, who: Scope) -> dict[str, Reason]:
    """What is not the reader's to do with it, and why."""
    actions = {"over": Action.ASSIGN}
    if known.item.status == Status.LIVE:
        actions |= {"done": Action.COMPLETE, "leave": Action.STOP}
    verdicts = {
        act: can(who, action, known.item, executors=known.executor_ids)
        for act, action in actions.items()
    }
    return {act: each.reason for act, each in verdicts.items() if isinstance(each, Denied)}


def duties(site: Site, who: Scope) -> list[str]:
    """The posts whose duty the reader has at the site: it ends when somebody takes it over."""
    mine = Duty.objects.filter(user=who.user_id, ends=None, post__site=site, post__is_active=True)
    return list(mine.order_by("post__name").values_list("post__name", flat=True))


__all__ = ["MOST", "Left", "duties", "left"]
