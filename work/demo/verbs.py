"""What each step of a job does, through the services."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from work.demo.data import Job
from work.demo.site import Ground
from work.models import WorkItem
from work.services import (
    acceptance,
    blockers,
    checklist,
    execution,
    holds,
    items,
    proof,
    requirements,
)
from work.states import EvidenceKind, Gate, LineKind

type _Given = dict[str, Any]


def _clears(play: Ground, word: str) -> str:
    """Who clears, as services name it: a post, a person, a team or "role:…"."""
    if not word or ":" in word:
        return word
    if word in play.posts:
        return f"post:{play.posts[word]}"
    return f"user:{play.people[word].pk}"


def _blocker(play: Ground, given: _Given) -> _Given:
    expected = given.pop("expected", None)
    given["clears"] = _clears(play, given.get("clears", ""))
    return given | {"expected": play.hour(expected) if expected is not None else None}


def _plan(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    owner, executors = given.pop("owner"), given.pop("executors")
    if owner in play.posts:
        given["owner_post_id"] = play.posts[owner]
    else:
        given["owner_user_id"] = play.people[owner].pk
    if executors:
        play.executors[job.key] = executors[0]
    for name in ("start", "end"):
        if name in given:
            given[f"planned_{name}"] = play.hour(given.pop(name))
    if company := given.pop("company", ""):
        given["team_id"] = play.teams[company]
    if window := given.pop("window", ""):
        given["window_id"] = play.windows[window]
    items.plan(
        **who,
        item_id=play.items[job.key],
        executor_ids=[play.people[key].pk for key in executors],
        **given,
    )


def _part(who: _Given, key: str) -> _Given:
    """One of several acts of a step, under an id of its own."""
    return who | {"act": uuid.uuid5(who["act"], key)}


def _on_item(service: Callable[..., Any]) -> Callable[[Ground, Job, _Given, _Given], None]:
    def do(play: Ground, job: Job, who: _Given, given: _Given) -> None:
        service(**who, item_id=play.items[job.key], **given)

    return do


def _wait(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    execution.wait(
        **who,
        item_id=play.items[job.key],
        condition=given["condition"],
        blocker=_blocker(play, dict(given["blocker"])),
    )


def _block(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    blockers.raise_(**who, item_id=play.items[job.key], **_blocker(play, given))


def _first(rows: QuerySet[Any]) -> int:
    """Its number; none where the step was done in an earlier run, and there is no such row."""
    found = rows.first()
    return found.pk if found else 0


def _clear(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    item = WorkItem.objects.get(pk=play.items[job.key])
    open_ones = item.blockers.filter(ended_at=None, prerequisite=None)
    blockers.clear(**who, blocker_id=_first(open_ones.order_by("since")), **given)


def _answer(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    for line in WorkItem.objects.get(pk=play.items[job.key]).lines.filter(key__in=given):
        said = given[line.key]
        if line.kind == LineKind.READING:
            answered = {"value": Decimal(str(said))}
        elif said in ("pass", "fail"):
            answered = {"answer": said}
        else:
            answered = {"said": said}
        checklist.answer(**_part(who, line.key), line_id=line.pk, **answered)


def _dispose(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    line = WorkItem.objects.get(pk=play.items[job.key]).lines.get(key=given.pop("line"))
    checklist.dispose(**who, line_id=line.pk, **given)


def _prove(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    for criterion in WorkItem.objects.get(pk=play.items[job.key]).criteria.filter(key__in=given):
        proof.attach(
            **_part(who, criterion.key),
            item_id=play.items[job.key],
            criterion_id=criterion.pk,
            kind=EvidenceKind.SIGNATURE,
            said=given[criterion.key],
        )


def _accept(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    item = WorkItem.objects.select_related("type_version").get(pk=play.items[job.key])
    by_name = item.criteria.filter(evidence=False, withdrawn_at=None).values_list("pk", flat=True)
    acceptance.accept(
        **who,
        item_id=item.pk,
        judged=dict.fromkeys(by_name, given["word"]),
        handback=item.type_version.takes_out,
    )


def _cancel(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    survivor = given["survivor"]
    items.cancel(
        **who,
        item_id=play.items[job.key],
        reason=given["reason"],
        survivor_id=play.items[survivor] if survivor else None,
    )


def _needs(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    requirements.require(
        **who,
        item_id=play.items[job.key],
        gate=Gate.START,
        kind="work",
        supplier="work.item",
        source_id=play.items[given["other"]],
        params={"until": given["until"]},
        what=given["what"],
    )


def _check(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    item = WorkItem.objects.get(pk=play.items[job.key])
    rows = item.prerequisites.filter(rule_id=play.rules[given["rule"]], withdrawn_at=None)
    until = given["until"]
    requirements.check(
        **who,
        prerequisite_id=_first(rows),
        passed=True,
        remark=given["word"],
        valid_until=play.hour(until) if until is not None else None,
    )


def _hold(play: Ground, job: Job, who: _Given, given: _Given) -> None:
    given["place_id"] = play.places[given.pop("place")]
    holds.place(**who, item_id=play.items[job.key], **given)


VERBS: dict[str, Callable[[Ground, Job, _Given, _Given], None]] = {
    "plan": _plan,
    "start": _on_item(execution.start),
    "wait": _wait,
    "resume": _on_item(execution.resume),
    "stage": _on_item(execution.stage),
    "complete": _on_item(execution.complete),
    "give_back": _on_item(acceptance.give_back),
    "reopen": _on_item(acceptance.reopen),
    "comment": _on_item(items.comment),
    "block": _block,
    "clear": _clear,
    "answer": _answer,
    "dispose": _dispose,
    "prove": _prove,
    "accept": _accept,
    "cancel": _cancel,
    "needs": _needs,
    "check": _check,
    "hold": _hold,
}
