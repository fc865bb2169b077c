"""What the data of a demo is written in. Hours count from the demo's moment: -3 is three before."""

from dataclasses import dataclass, field
from typing import Any

from work.states import Role


@dataclass(frozen=True)
class Person:
    """A person with roles: (role, place code or "" for the whole site)."""

    key: str
    name: str
    roles: tuple[tuple[str, str], ...] = ()
    crew: str = ""
    company: str = ""
    login: bool = False
    phone: str = ""


@dataclass(frozen=True)
class Post:
    """A post at a place, who has its duty now, and who else may take it."""

    key: str
    name: str
    role: Role
    place: str
    duty: str
    deputies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Type:
    """A type of work with one published version."""

    code: str
    name: str
    icon: str
    category: str = ""
    fields: tuple[dict[str, Any], ...] = ()
    stages: tuple[dict[str, Any], ...] = ()
    criteria: tuple[dict[str, Any], ...] = ({"key": "ok", "text": "It works as before"},)
    lines: tuple[dict[str, Any], ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """A window at a place: planned from and to, and since when somebody has it open."""

    key: str
    place: str
    name: str
    begins: float
    ends: float
    by: str
    opened: float | None = None


@dataclass(frozen=True)
class Step:
    """One act on an item: when, by whom ("" for its first executor), what."""

    hours: float
    by: str
    verb: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """A work item: who asked for what when, and what became of it."""

    key: str
    type: str
    place: str
    what: str
    why: str
    asked: tuple[float, str]
    steps: tuple[Step, ...] = ()
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Demo:
    """One site."""

    slug: str
    name: str
    last_number: int
    # code, name, kind, code of the place above
    places: tuple[tuple[str, str, str, str], ...]
    people: tuple[Person, ...]
    posts: tuple[Post, ...]
    types: tuple[Type, ...]
    jobs: tuple[Job, ...]
    companies: tuple[tuple[str, str], ...] = ()
    crews: tuple[str, ...] = ()
    rules: tuple[dict[str, Any], ...] = ()
    classes: tuple[dict[str, Any], ...] = ()
    # class, code, name, place, status
    assets: tuple[tuple[str, str, str, str, str], ...] = ()
    # place, other place, kind
    neighbours: tuple[tuple[str, str, str], ...] = ()
    # hours, place, condition, by, why
    states: tuple[tuple[float, str, str, str, str], ...] = ()
    windows: tuple[Window, ...] = ()
    leavers: tuple[tuple[float, str], ...] = ()


def plan(hours: float, owner: str, *executors: str, by: str = "planner", **given: Any) -> Step:
    """Planned for an owner, a post or a person, with executors; start and end in hours."""
    return Step(hours, by, "plan", {"owner": owner, "executors": executors, **given})


def start(hours: float, by: str = "", **given: Any) -> Step:
    """Started."""
    return Step(hours, by, "start", given)


def wait(hours: float, kind: str, what: str, condition: str, by: str = "", **given: Any) -> Step:
    """Stopped for a blocker."""
    return Step(
        hours,
        by,
        "wait",
        {"condition": condition, "blocker": {"kind": kind, "what": what, **given}},
    )


def block(hours: float, by: str, kind: str, what: str, **given: Any) -> Step:
    """A blocker raised by hand."""
    return Step(hours, by, "block", {"kind": kind, "what": what, **given})


def clear(hours: float, by: str, word: str) -> Step:
    """The oldest open blocker of the item cleared."""
    return Step(hours, by, "clear", {"word": word})


def resume(hours: float, by: str = "") -> Step:
    """Resumed."""
    return Step(hours, by, "resume")


def answer(hours: float, by: str = "", **lines: Any) -> Step:
    """Lines answered, by key: pass, fail, a number, or any text."""
    return Step(hours, by, "answer", lines)


def dispose(hours: float, line: str, disposition: str, word: str, by: str = "") -> Step:
    """What becomes of a failed line."""
    return Step(hours, by, "dispose", {"line": line, "disposition": disposition, "word": word})


def prove(hours: float, by: str = "", **words: str) -> Step:
    """Criteria proven by a signature, by key."""
    return Step(hours, by, "prove", words)


def complete(hours: float, by: str = "") -> Step:
    """Completed."""
    return Step(hours, by, "complete")


def accept(hours: float, by: str, word: str = "Seen in the field, in order") -> Step:
    """Accepted, all that may be judged by name judged with the word."""
    return Step(hours, by, "accept", {"word": word})


def say(hours: float, by: str, text: str) -> Step:
    """A comment."""
    return Step(hours, by, "comment", {"text": text})


def cancel(hours: float, by: str, reason: str, survivor: str = "") -> Step:
    """Cancelled, or merged into a survivor."""
    return Step(hours, by, "cancel", {"reason": reason, "survivor": survivor})


def needs(hours: float, by: str, other: str, what: str = "", until: str = "closed") -> Step:
    """Another job must be done or closed first."""
    return Step(hours, by, "needs", {"other": other, "what": what, "until": until})


def checked(hours: float, by: str, rule: str, until: float | None = None, word: str = "") -> Step:
    """The named check of a rule passed, until an hour where one is named."""
    return Step(hours, by, "check", {"rule": rule, "until": until, "word": word})


def hold(hours: float, by: str, kind: str, place: str, why: str) -> Step:
    """The item holds something of the operation until it is accepted."""
    return Step(hours, by, "hold", {"kind": kind, "place": place, "why": why})
