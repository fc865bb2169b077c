"""Steps of a job, and whole jobs as they usually go."""

from math import ceil
from typing import Any

from work.demo.data import Job, Step
from work.demo.moments import When

# Of a job that goes as most do, in shifts: how long after it was asked for it is planned; how long
# after that it is the turn of the shift that carries it out; how long after that it is accepted.
QUICK = (0.2, 0.0, 0.2)
USUAL = (1.2, 3.0, 0.6)
LATER = (3.3, 6.0, 1.4)


def plan(when: When, *executors: str, by: str = "plan", owner: str = "", **given: Any) -> Step:
    """Planned for an owner, the area's post unless one is named."""
    return Step(when, by, "plan", {"owner": owner, "executors": executors, **given})


def start(when: When, by: str = "") -> Step:
    """Started."""
    return Step(when, by, "start")


def wait(when: When, kind: str, what: str, condition: str, by: str = "", **given: Any) -> Step:
    """Stopped for a blocker."""
    blocker = {"kind": kind, "what": what, **given}
    return Step(when, by, "wait", {"condition": condition, "blocker": blocker})


def block(when: When, by: str, kind: str, what: str, **given: Any) -> Step:
    """A blocker raised by hand."""
    return Step(when, by, "block", {"kind": kind, "what": what, **given})


def promise(when: When, by: str, expected: When) -> Step:
    """Another moment at which the open blocker will be cleared."""
    return Step(when, by, "promise", {"expected": expected})


def clear(when: When, by: str, word: str) -> Step:
    """The oldest open blocker of the item cleared."""
    return Step(when, by, "clear", {"word": word})


def resume(when: When) -> Step:
    """Resumed."""
    return Step(when, "", "resume")


def stop(when: When, condition: str) -> Step:
    """Stopped and released."""
    return Step(when, "", "stop", {"condition": condition})


def stage(when: When, key: str) -> Step:
    """Moved to another stage."""
    return Step(when, "", "stage", {"stage": key})


def answer(when: When, by: str = "", **lines: Any) -> Step:
    """Lines answered, by key: pass, fail, na, a number, or any text."""
    return Step(when, by, "answer", lines)


def usual(when: When, *lines: str) -> Step:
    """Lines answered as they usually are."""
    return Step(when, "", "usual", {"lines": lines})


def dispose(when: When, line: str, disposition: str, word: str, **follow_up: str) -> Step:
    """What becomes of a failed line; of follow-up work its type, place and what."""
    given = {"line": line, "disposition": disposition, "word": word, "follow_up": follow_up}
    return Step(when, "", "dispose", given)


def finish(when: When, **answers: Any) -> Step:
    """Lines that are open answered, evidence given, and completed; answers other than usual."""
    return Step(when, "", "finish", answers)


def again(when: When) -> Step:
    """Completed again, after it was given back."""
    return Step(when, "", "complete")


def accept(when: When, by: str = "acc", word: str = "Seen in the field, in order") -> Step:
    """Accepted, all that may be judged by name judged with the word."""
    return Step(when, by, "accept", {"word": word})


def give_back(when: When, missing: str) -> Step:
    """Given back by who would accept it."""
    return Step(when, "acc", "give_back", {"missing": missing})


def reopen(when: When, reason: str) -> Step:
    """Opened again after it was accepted."""
    return Step(when, "acc", "reopen", {"reason": reason})


def say(when: When, by: str, text: str) -> Step:
    """A comment."""
    return Step(when, by, "comment", {"text": text})


def cancel(when: When, by: str, reason: str, survivor: str = "") -> Step:
    """Cancelled, or merged into a survivor."""
    return Step(when, by, "cancel", {"reason": reason, "survivor": survivor})


def needs(when: When, by: str, other: str, what: str = "", until: str = "closed") -> Step:
    """Another job must be done or closed first."""
    return Step(when, by, "needs", {"other": other, "what": what, "until": until})


def checked(when: When, by: str, rule: str, until: When | None = None, word: str = "") -> Step:
    """The named check of a rule passed, until a moment where one is named."""
    return Step(when, by, "check", {"rule": rule, "until": until, "word": word})


def hold(when: When, by: str, kind: str, place: str, why: str) -> Step:
    """The item holds something of the operation until it is accepted."""
    return Step(when, by, "hold", {"kind": kind, "place": place, "why": why})


def asked(
    type_: str, place: str, what: str, why: str, when: When, by: str = "op", *more: Step, **given
) -> Job:
    """Asked for, and perhaps commented on."""
    return Job(type_, place, what, why, when, by, more, given)


def now(
    type_: str,
    place: str,
    what: str,
    why: str,
    when: When,
    *more: Step,
    by: str = "op",
    key: str = "",
    **given: Any,
) -> Job:
    """On it now: asked, planned and started by who does it."""
    return Job(type_, place, what, why, when, by, more, given | {"now": True}, key)


def job(
    type_: str,
    place: str,
    what: str,
    why: str,
    when: When,
    *steps: Step,
    by: str = "op",
    key: str = "",
    **given: Any,
) -> Job:
    """Asked for, and all that was done since."""
    return Job(type_, place, what, why, when, by, steps, given, key)


def ended(
    type_: str,
    place: str,
    what: str,
    why: str,
    when: float,
    executor: str = "te",
    pace: tuple[float, float, float] = USUAL,
    *,
    by: str = "op",
    owner: str = "",
    accepter: str = "acc",
    values: dict[str, Any] | None = None,
    word: str = "Seen in the field, in order",
    answers: dict[str, Any] | None = None,
    key: str = "",
    **given: Any,
) -> Job:
    """Asked for, planned, carried out and accepted, at the pace that is named."""
    planned = when + pace[0]
    started = ceil(planned + pace[1]) + 0.2
    completed = started + 0.5
    steps = [
        plan(planned, executor, owner=owner, start=started, values=values or {}),
        start(started),
        finish(completed, **(answers or {})),
        accept(completed + pace[2], accepter, word),
    ]
    if type_ == "ISO":
        seen = "Pressed start myself: dead"
        steps.append(checked(started + 0.1, "lead", "iso-try-out-seen", word=seen))
    every = sorted(steps, key=lambda each: float(each.when))  # type: ignore[arg-type]
    return Job(type_, place, what, why, when, by, tuple(every), given, key)
