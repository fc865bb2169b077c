"""Who does what when: the jobs of a demo as acts in the order of time. Asks no database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from work.demo import usual
from work.demo.data import Demo, Job, Post, Step
from work.demo.moments import Calendar, When
from work.services import shipped
from work.services._type_document import read

_PARTS = frozenset({"op", "te", "lab", "lead", "plan", "acc"})
# After these an item is under way, and its executor is somebody who is there.
_BEGINS = frozenset({"start", "resume"})
_ENDS = frozenset({"wait", "stop", "finish", "complete"})
_DUTIES_KEPT = 6


@dataclass(frozen=True)
class Timed:
    """An act: when, by whom ("" for the system), what, with everything it needs."""

    moment: datetime
    by: str
    verb: str
    job: Job
    given: dict[str, Any] = field(default_factory=dict)


class Schedule:
    """The acts of a demo around a moment, and who plays which part."""

    def __init__(self, demo: Demo, calendar: Calendar) -> None:
        self.demo, self.calendar = demo, calendar
        self._crew = {(p.crew, p.part): p.key for p in demo.people if p.part}
        self._reach = {p.key: {place for _role, place in p.roles} for p in demo.people}
        self._lines = {
            each.code: read(each.data).parts["lines"]
            for each in shipped.known()
            if demo.types is None or each.code in demo.types
        }

    def acts(self) -> list[Timed]:
        """All acts on work, in the order of time."""
        found = [act for job in self.demo.jobs for act in self._of(job)]
        return sorted(found, key=lambda act: act.moment)

    def duties(self, acts: Iterable[Timed]) -> list[tuple[datetime, str, str]]:
        """When which post is taken by whom: for who accepted as it, and in the last shifts."""
        taken: set[tuple[int, str]] = set()
        by_part = {post.key: post for post in self.demo.posts if post.part}
        for act in acts:
            if act.verb in ("accept", "give_back", "reopen", "hold"):
                post = self.demo.area(act.job.place).post
                if post in by_part:
                    taken.add((self.calendar.number(act.moment), post))
        for number in range(-_DUTIES_KEPT, 1):
            taken |= {(number, post) for post in by_part}
        return self._changes(sorted(taken), by_part)

    def _changes(
        self, taken: list[tuple[int, str]], posts: dict[str, Post]
    ) -> list[tuple[datetime, str, str]]:
        changes, holders = [], {}
        for number, post in taken:
            person = self._crew[self._crew_of(number), posts[post].part]
            if holders.get(post) != person:
                holders[post] = person
                changes.append((self.calendar.begins(number), post, person))
        return changes

    def who(self, word: str, place: str, moment: datetime) -> str:
        """Who plays a part at a place and moment; any other word is a person's own key."""
        if word not in _PARTS:
            return word
        area = self.demo.area(place)
        lead = area.lead or self._present(f"lead-{area.letter}", moment)
        if word == "acc":
            by_part = any(post.key == area.post and post.part for post in self.demo.posts)
            return lead if by_part else self._holder(area.post)
        if word == "lead":
            return lead
        if word == "plan":
            return "planner" if self.calendar.by_day(moment) else lead
        if word == "lab":
            return self._present("lab", moment)
        hands = area.hands or self._present(f"op-{area.letter}", moment)
        if word == "te" and not area.hands:
            technician = self._present("te", moment)
            reach = self._reach[technician]
            return technician if {"", self.demo.area_code(place)} & reach else hands
        return hands

    def _holder(self, key: str) -> str:
        return next(post.duty for post in self.demo.posts if post.key == key)

    def _present(self, part: str, moment: datetime) -> str:
        return self._crew[self._crew_of(self.calendar.number(moment)), part]

    def _crew_of(self, number: int) -> str:
        return self.demo.crews[self.calendar.crew(number)]

    # --- the acts of one job -------------------------------------------------------------------

    def _of(self, job: Job) -> Iterator[Timed]:
        steps = list(self._opened(job))
        words: tuple[str, ...] = ()
        people: list[str] = []
        begun, live, last = self.calendar.moment(job.when), False, job.when
        for step in steps:
            moment = self.calendar.moment(step.when)
            last = step.when
            if step.verb in ("plan", "now"):
                words = step.given["executors"]
                begins = self._work_begins(job, step, moment)
                people = [self.who(word, job.place, begins) for word in words]
                step = replace(step, given={**step.given, "executors": people})
            elif not step.by and people:
                fresh = [self.who(word, job.place, moment) for word in words]
                if fresh != people:
                    people, begun = fresh, moment
                    yield self._assigned(job, people, moment)
            by = self.who(step.by, job.place, moment) if step.by else (people or [""])[0]
            if step.verb == "finish":
                yield from self._finish(job, step, by, begun, moment)
            else:
                yield Timed(moment, by, step.verb, job, step.given)
            live = step.verb in (*_BEGINS, "now") or (live and step.verb not in _ENDS)
            begun = moment if step.verb in (*_BEGINS, "now") else begun
        moment = max(self.calendar.moment(-0.98), self.calendar.moment(last))
        fresh = [self.who(word, job.place, moment) for word in words]
        if live and fresh != people:
            yield self._assigned(job, fresh, moment)

    def _opened(self, job: Job) -> Iterator[Step]:
        """The asking itself, and the steps after it, with the values that each needs."""
        given = dict(job.given)
        at_once = given.pop("now", False)
        table = usual.VALUES.get(job.type, {})
        started = any(step.verb == "start" for step in job.steps) or at_once
        finished = any(step.verb == "finish" for step in job.steps)
        known = table.get("request", {}) | given.pop("values", {})
        whole = table.get("plan", {}) | table.get("start", {}) if started else table.get("plan", {})
        whole = whole | (table.get("complete", {}) if finished else {})
        if at_once:
            given |= {"values": whole | known, "executors": (job.by,)}
            yield Step(job.when, job.by, "now", given)
        else:
            yield Step(job.when, job.by, "ask", given | {"values": known})
        for step in job.steps:
            if step.verb == "plan":
                values = whole | known | step.given.get("values", {})
                yield replace(step, given={**step.given, "values": values})
            elif step.verb == "usual":
                told = {key: usual.LINES[job.type][key] for key in step.given["lines"]}
                yield replace(step, verb="answer", given=told)
            else:
                yield step

    def _work_begins(self, job: Job, step: Step, moment: datetime) -> datetime:
        """When whoever is named will be needed: at the start, or as it is planned, or now."""
        if step.verb == "now":
            return moment
        starts: list[When] = [each.when for each in job.steps if each.verb == "start"]
        planned = step.given.get("start")
        when = starts[0] if starts else planned if planned is not None else 0.0
        return self.calendar.moment(when)

    def _assigned(self, job: Job, people: list[str], moment: datetime) -> Timed:
        lead = self.who("lead", job.place, moment)
        return Timed(moment, lead, "assign", job, {"executors": people})

    def _finish(
        self, job: Job, step: Step, by: str, begun: datetime, moment: datetime
    ) -> Iterator[Timed]:
        """The lines that are open answered under way; then what is signed, then completed."""
        said = {
            key
            for each in job.steps
            if each.verb in ("answer", "usual") and each is not step
            for key in (each.given.get("lines") or each.given)
        }
        answers = usual.LINES[job.type] | step.given
        told = {
            line["key"]: answers[line["key"]]
            for line in self._lines[job.type]
            if line["key"] not in said
        }
        if told:
            half = begun + (moment - begun) * 0.6
            when = max(begun, half.replace(second=0, microsecond=0))
            yield Timed(when, by, "answer", job, told)
        if words := usual.PROOF.get(job.type):
            yield Timed(moment, by, "prove", job, words)
        yield Timed(moment, by, "complete", job)
