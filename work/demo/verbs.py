"""What each step of a job does, through the services."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from work.demo.asking import Given, ask, assign, now, of, plan
from work.demo.data import Job
from work.demo.site import Ground
from work.demo.together import together
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


def _on_item(service: Callable[..., Any]) -> Callable[[Ground, Job, Given, Given], None]:
    def do(play: Ground, job: Job, who: Given, given: Given) -> None:
        service(**who, item_id=of(play, job), **given)

    return do


def _clears(play: Ground, word: str) -> str:
    """Who clears, as services name it: a post, a person, a team or "role:…"."""
    if not word or ":" in word:
        return word
    if word in play.posts:
        return f"post:{play.posts[word]}"
    if word in play.teams:
        return f"team:{play.teams[word]}"
    return f"user:{play.people[word].pk}"


def _blocker(play: Ground, given: Given) -> Given:
    expected = given.pop("expected", None)
    given["clears"] = _clears(play, given.get("clears", ""))
    return given | {"expected": play.moment(expected) if expected is not None else None}


def _wait(play: Ground, job: Job, who: Given, given: Given) -> None:
    execution.wait(
        **who,
        item_id=of(play, job),
        condition=given["condition"],
        blocker=_blocker(play, dict(given["blocker"])),
    )


def _block(play: Ground, job: Job, who: Given, given: Given) -> None:
    blockers.raise_(**who, item_id=of(play, job), **_blocker(play, given))


def _first(rows: QuerySet[Any]) -> int:
    """Its number; none where the step was done in an earlier run, and there is no such row."""
    found = rows.first()
    return found.pk if found else 0


def _raised(play: Ground, job: Job) -> int:
    """The oldest open blocker that somebody raised."""
    item = WorkItem.objects.get(pk=of(play, job))
    return _first(item.blockers.filter(ended_at=None, prerequisite=None).order_by("since"))


def _clear(play: Ground, job: Job, who: Given, given: Given) -> None:
    blockers.clear(**who, blocker_id=_raised(play, job), **given)


def _promise(play: Ground, job: Job, who: Given, given: Given) -> None:
    expected = play.moment(given["expected"])
    blockers.promise(**who, blocker_id=_raised(play, job), expected=expected)


def _answer(play: Ground, job: Job, who: Given, given: Given) -> None:
    item = WorkItem.objects.get(pk=of(play, job))
    rows = []
    for line in item.lines.filter(key__in=given, withdrawn_at=None).order_by("position"):
        said = given[line.key]
        row: Given = {"line_id": line.pk}
        if said == "na":
            row["answer"] = "not_applicable"
        elif line.kind == LineKind.READING:
            row["value"] = Decimal(str(said))
        elif said in ("pass", "fail"):
            row["answer"] = said
        else:
            row["said"] = said
        rows.append(row)
    together(**who, service=checklist.answer, rows=rows)


def _dispose(play: Ground, job: Job, who: Given, given: Given) -> None:
    line = WorkItem.objects.get(pk=of(play, job)).lines.get(key=given.pop("line"))
    if follow_up := given.pop("follow_up"):
        given["follow_up"] = {
            "type_id": play.types[follow_up["type"]],
            "place_id": play.places[follow_up["place"]],
            "what": follow_up["what"],
        }
    checklist.dispose(**who, line_id=line.pk, **given)


def _prove(play: Ground, job: Job, who: Given, given: Given) -> None:
    item = WorkItem.objects.get(pk=of(play, job))
    rows = [
        {
            "item_id": item.pk,
            "criterion_id": criterion.pk,
            "kind": EvidenceKind.SIGNATURE,
            "said": given[criterion.key],
        }
        for criterion in item.criteria.filter(key__in=given, withdrawn_at=None)
    ]
    together(**who, service=proof.attach, rows=rows)


def _accept(play: Ground, job: Job, who: Given, given: Given) -> None:
    item = WorkItem.objects.select_related("type_version").get(pk=of(play, job))
    by_name = item.criteria.filter(evidence=False, withdrawn_at=None).values_list("pk", flat=True)
    acceptance.accept(
        **who,
        item_id=item.pk,
        judged=dict.fromkeys(by_name, given["word"]),
        handback=item.type_version.takes_out,
    )


def _cancel(play: Ground, job: Job, who: Given, given: Given) -> None:
    survivor = given["survivor"]
    items.cancel(
        **who,
        item_id=of(play, job),
        reason=given["reason"],
        survivor_id=play.named[survivor] if survivor else None,
    )


def _needs(play: Ground, job: Job, who: Given, given: Given) -> None:
    requirements.require(
        **who,
        item_id=of(play, job),
        gate=Gate.START,
        kind="work",
        supplier="work.item",
        source_id=play.named[given["other"]],
        params={"until": given["until"]},
        what=given["what"],
    )


def _check(play: Ground, job: Job, who: Given, given: Given) -> None:
    item = WorkItem.objects.get(pk=of(play, job))
    rows = item.prerequisites.filter(rule_id=play.rules[given["rule"]], withdrawn_at=None)
    until = given["until"]
    requirements.check(
        **who,
        prerequisite_id=_first(rows),
        passed=True,
        remark=given["word"],
        valid_until=play.moment(until) if until is not None else None,
    )


def _hold(play: Ground, job: Job, who: Given, given: Given) -> None:
    given["place_id"] = play.places[given.pop("place")]
    holds.place(**who, item_id=of(play, job), **given)


VERBS: dict[str, Callable[[Ground, Job, Given, Given], None]] = {
    "ask": ask,
    "now": now,
    "plan": plan,
    "assign": assign,
    "start": _on_item(execution.start),
    "wait": _wait,
    "resume": _on_item(execution.resume),
    "stop": _on_item(execution.stop),
    "stage": _on_item(execution.stage),
    "complete": _on_item(execution.complete),
    "give_back": _on_item(acceptance.give_back),
    "reopen": _on_item(acceptance.reopen),
    "comment": _on_item(items.comment),
    "block": _block,
    "promise": _promise,
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
