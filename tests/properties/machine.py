"""A state machine that does random acts by random people over random time.

Half of what it draws is what a sensible person would do next, so that work gets anywhere; the other
half is anything at all. After every step the invariants are asked.
"""

import itertools
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.properties import invariants, rows
from tests.properties.oracle import Oracle
from tests.properties.world import Playground
from work.exceptions import Busy, Forbidden, NotDone, Refused, Stale, Unknown
from work.models import User
from work.services import (
    acceptance,
    blockers,
    checklist,
    clock,
    execution,
    holds,
    items,
    people,
    posts,
    proof,
    requirements,
    rules,
)
from work.states import BlockerKind, Gate, LineAnswer, Mode, Role

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

# What is counted over all runs of a process, for the figures.
SEEN: dict[str, int] = {"runs": 0, "steps": 0}

PAUSES = st.one_of(
    st.just(("pass", timedelta(0))),
    st.just(("pass", timedelta(0))),
    st.tuples(st.just("edge"), st.sampled_from([-SECOND, timedelta(0), SECOND])),
    st.tuples(st.just("pass"), st.integers(1, 90).map(lambda n: n * SECOND)),
    st.tuples(st.just("pass"), st.integers(1, 300).map(lambda n: n * MINUTE)),
    st.tuples(st.just("pass"), st.integers(1, 9).map(lambda n: n * 24 * HOUR)),
)
PICK = st.integers(0, 999)
COIN = st.booleans()
WORDS = st.sampled_from(["as said", "as said", "as said", "seen in the field", " "])
AHEAD = st.sampled_from([SECOND, MINUTE, 30 * MINUTE, 4 * HOUR, 48 * HOUR])


def of(sequence: Any, pick: int) -> Any:
    """One of a sequence by a drawn number; None of an empty one."""
    sequence = list(sequence)
    return sequence[pick % len(sequence)] if sequence else None


class ControlModel(RuleBasedStateMachine):
    """Work at two sites, and everybody at once."""

    ground: Playground
    digest: rows.Digest
    reader: rows.Reader

    @initialize()
    def begin(self) -> None:
        SEEN["runs"] += 1
        self.undone = invariants.rolled_back()
        self.undone.__enter__()
        self.world = self.ground.world
        self.at: datetime = self.world.at + MINUTE
        self.ids = itertools.count(1)
        self.steps = 0
        self.done: list[tuple[Callable, dict[str, Any], Any]] = []
        self.people = {person.pk: person for person in self.ground.people}
        self.load_set_up()
        self.oracle = Oracle(rows.work(), self.set_up)
        self.act: Row | None = None
        self.sight: dict[int, set[int]] = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM work_event")
            self.last_event = cursor.fetchone()[0]
        self.kept = invariants.history(self.last_event)
        self.stored = self.digest()

    def teardown(self) -> None:
        if hasattr(self, "undone"):
            self.undone.__exit__()

    def load_set_up(self) -> None:
        self.set_up = rows.set_up()
        active = {row.id: row.is_active for row in self.set_up.people}
        self.people = (
            {pk: User.objects.get(pk=pk) for pk in active}
            if (set(active) - set(self.people))
            else self.people
        )
        for pk, is_active in active.items():
            self.people[pk].is_active = is_active

    # --- time ---------------------------------------------------------------------------------

    def pause(self, pause: tuple[str, timedelta]) -> None:
        """Let time go by: a while, or to a second around the next thing that turns by the clock."""
        kind, by = pause
        if kind == "edge":
            edges = self.oracle.edges(self.at)
            by = (edges[0] + by - self.at) if edges else by
        self.at += max(by, timedelta(0))

    # --- doing --------------------------------------------------------------------------------

    def do(
        self,
        door: Callable,
        actor: User | None,
        given: dict[str, Any],
        *,
        item: Row | None = None,
        sets_up: bool = False,
        late: timedelta = timedelta(0),
    ) -> Any:
        """Do one act and ask what must hold of any act: refused ones leave nothing, and so on."""
        act_id = uuid.UUID(int=next(self.ids))
        call = {
            "actor": actor,
            "act": act_id,
            "at": self.at,
            "happened_at": self.at - late if late else None,
            **given,
        }
        self.act = Row(
            actor_id=actor.pk if actor else None, at=self.at, happened_at=self.at - late, id=act_id
        )
        name = f"{door.__module__.rpartition('.')[2]}.{door.__name__.strip('_')}"
        try:
            result = door(**call)
        except NotDone as no:
            self.not_done(no, door, call, item)
            outcome = type(no).__name__
            result = None
        else:
            outcome = "Done"
            assert late >= timedelta(0), f"{name} was done in the future"
            if item is not None and actor is not None:
                assert item.id in self.oracle.seen_by(actor.pk, self.at), f"{name} unseen"
                seen = given.get("seen")
                own = "line_id" not in given and "window_id" not in given
                if seen is not None and own:
                    assert seen == item.version, f"{name} over a newer version"
            self.done.append((door, call, result))
        SEEN[f"{name} {outcome}"] = SEEN.get(f"{name} {outcome}", 0) + 1
        if sets_up:
            self.load_set_up()
        return result

    def not_done(self, no: NotDone, door: Callable, call: dict[str, Any], item: Row | None) -> None:
        """What was refused left at most its one event, and told a stranger nothing."""
        assert not isinstance(no, Busy)
        actor = call["actor"]
        if isinstance(no, (Stale, Unknown)):
            assert self.digest() == self.stored, f"{type(no).__name__} changed something"
        if [reason.code for reason in no.reasons] == ["future"]:
            return  # said before anything is looked at, so it tells nothing of anything
        site_id = call.get("site_id")
        if site_id is not None and actor is not None:
            known = {grant.site_id for grant in self.oracle.grants(actor.pk, self.at)}
            assert site_id in known or isinstance(no, Unknown), f"{actor} learns {no!r} of a site"
        if item is None or actor is None:
            return
        if item.id not in self.oracle.seen_by(actor.pk, self.at):
            assert isinstance(no, Unknown), f"{actor} learns {no!r} of an item not his to know"
            return
        assert not isinstance(no, Unknown) or "line_id" in call or "hold_id" in call, f"{no!r}"
        if isinstance(no, Stale) and "line_id" not in call:
            assert no.current == item.version
            assert call["seen"] != item.version

    def again(self, door: Callable, call: dict[str, Any], result: Any, at: datetime) -> None:
        """9. The same act once more: the same result, and nothing else."""
        if door.__module__ == rules.__name__:
            # What a rule touches is brought up to date again; the rule itself is as it was.
            was = rows.read("SELECT * FROM work_requirementrule ORDER BY id")
            door(**(call | {"at": at}))
            assert rows.read("SELECT * FROM work_requirementrule ORDER BY id") == was
        before = self.digest()
        same = door(**(call | {"at": at}))
        assert self.digest() == before, f"{door.__name__} sent twice did something twice"
        # What is stored of a plain result comes back as JSON has it.
        assert same == result or isinstance(result, dict)

    # --- the invariants, after every step -----------------------------------------------------

    @invariant()
    def every_invariant_holds(self) -> None:
        if not hasattr(self, "oracle"):
            return
        SEEN["steps"] += 1
        self.steps += 1
        stored = self.digest()
        if stored != self.stored:
            self.stored = stored
            self.something_changed()
        self.act = None
        after = self.oracle
        invariants.under_way_is_sound(after, self.reader, self.at)
        edges = after.edges(self.at)[:2]
        moments = [self.at, self.at + SECOND, *edges]
        invariants.reading_is_safe(after, self.reader, moments)
        if self.steps % 4 == 0 and edges:
            invariants.settled_is_exact(after, self.reader, edges[0])
        elif after.due(self.at) and self.steps % 2:
            clock.settle_due(self.at)
            self.stored = self.digest()
            self.something_changed()
        invariants.settled_is_exact(self.oracle, self.reader, self.at)
        self.sight_is_ones_own()

    def something_changed(self) -> None:
        """Read everything again, and ask what holds of any change."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        before, self.oracle = self.oracle, Oracle(rows.work(), self.set_up)
        after = self.oracle
        assert invariants.history(self.last_event) == self.kept
        fresh = rows.read(
            "SELECT id, item_id, subject_type, verb, data, actor_id, recorded_at, happened_at, act"
            " FROM work_event WHERE id > %s ORDER BY id",
            [self.last_event],
        )
        invariants.closed_was_accepted(after)
        invariants.acceptance_was_due(before, after, self.at)
        invariants.starts_were_due(before, after, self.at)
        invariants.moves_left_events(before, after, fresh, self.act)
        invariants.nothing_is_doubled(before, after)
        if fresh:
            self.last_event = fresh[-1].id
            self.kept = invariants.history(self.last_event)

    def sight_is_ones_own(self) -> None:
        """7, for everybody whose sight has changed, and for one person more in turn."""
        everybody = sorted(self.people)
        sight = {pk: self.oracle.seen_by(pk, self.at) for pk in everybody}
        some = {pk for pk in everybody if sight[pk] != self.sight.get(pk)}
        some.add(of(everybody, self.steps))
        people_ = [self.people[pk] for pk in sorted(some)]
        invariants.seen_is_ones_own(self.oracle, people_, self.at)
        self.sight = sight

    # --- who and what -------------------------------------------------------------------------

    def item(self, pick: int, *statuses: str, sensible: bool = True) -> Row:
        """An item; when it is to be sensible, in one of these statuses if there is one."""
        every = sorted(self.oracle.work.items, key=lambda item: item.id)
        fitting = [item for item in every if item.status in statuses] if sensible else []
        return of(fitting or every, pick)

    def actor(self, pick: int, item: Row | None = None, *roles: str) -> User:
        """Three in four times somebody with one of these roles at the item's place."""
        everybody = sorted(self.people)
        if item is not None and roles and pick % 4:
            fitting = [pk for pk in everybody if self.fits(pk, item, roles)]
            return self.people[of(fitting or everybody, pick // 4)]
        return self.people[of(everybody, pick)]

    def one(self, name: str) -> User:
        """The person who stands in the world under this name."""
        return self.people[getattr(self.world, name).pk]

    def executor(self, item: Row) -> User:
        """An executor of an item, or the supervisor where there is none."""
        return self.people[(self.oracle.executors[item.id] or [self.world.supervisor.pk])[0]]

    def fits(self, pk: int, item: Row, roles: tuple[str, ...]) -> bool:
        if "executor" in roles and pk in self.oracle.executors[item.id]:
            return True
        return any(
            grant.role in roles
            and grant.site_id == item.site_id
            and item.path.startswith(grant.path)
            and ("duty" not in roles or hasattr(grant, "post_id"))
            for grant in self.oracle.grants(pk, self.at)
        )

    def seen(self, item: Row, pick: int) -> int | None:
        """Mostly the version that stands, sometimes none and sometimes an older one."""
        return {0: None, 1: item.version - 1, 2: item.version + 1}.get(pick % 12, item.version)

    def fields(self, pick: int) -> dict[str, Any]:
        """A plain field to change."""
        window = of(self.oracle.work.windows, pick // 11)
        return [
            {"planned_start": self.at + (pick % 7 - 1) * HOUR},
            {"planned_start": None, "planned_end": None},
            {"place_id": of(self.ground.places, pick).pk},
            {"team_id": of([*self.ground.teams, None], pick)},
            {"safety_critical": bool(pick % 2)},
            {"window_id": window.id if pick % 3 else None},
            {"parent_id": self.item(pick).id if pick % 3 else None, "mandatory": bool(pick % 2)},
            {"due": self.at + HOUR, "priority": "1"},
            {"what": "Something else"},
            {"values": {"tag": "P-302", "found": "2.5"}},
            {"values": {"tag": ""}},
        ][pick % 11]

    def some_people(self, pick: int) -> list[int]:
        """Nobody, one or two, mostly those who execute."""
        everybody = sorted(self.people)
        able = [self.world.second_technician.pk, self.world.technician.pk, self.world.operator.pk]
        return [
            [of(able, pick // 6)],
            [of(able, pick // 6)],
            able[:2],
            [of(everybody, pick // 6)],
            [self.world.welder.pk],
            [],
        ][pick % 6]

    def owner(self, pick: int) -> dict[str, int]:
        if pick % 3:
            return {"owner_post_id": of(self.ground.posts, pick).pk}
        if pick % 5 == 0:
            return {"owner_user_id": of(sorted(self.people), pick)}
        return {"owner_user_id": self.world.planner.pk}

    def prerequisite(self, pick: int, sensible: bool, *suppliers: str) -> Row | None:
        every = sorted(self.oracle.work.prerequisites, key=lambda row: row.id)
        fitting = [
            row
            for row in every
            if row.withdrawn_at is None
            and row.supplier in suppliers
            and self.oracle.items[row.item_id].status not in ("requested", "closed", "cancelled")
        ]
        return of((fitting if sensible else every) or every, pick)

    # --- raising and planning -----------------------------------------------------------------

    @rule(pause=PAUSES, pick=PICK, other=PICK)
    def request(self, pause, pick, other):
        self.pause(pause)
        given = {
            "site_id": (self.ground.nrd if pick % 9 == 0 else self.world).site.pk,
            "type_id": of(self.ground.types, other).pk,
            "place_id": of(self.ground.places, pick).pk if pick % 7 else 10**9,
            "what": "Look at it" if pick % 10 else "",
            "why": "It rattles",
            "values": {"tag": "P-301"} if of(self.ground.types, other).code == "LST" else {},
        }
        if pick % 5 == 0:
            given |= {"parent_id": self.item(other).id, "mandatory": True}
        self.do(items.request, self.actor(other), given)

    @rule(pause=PAUSES, pick=PICK, other=PICK)
    def on_it_now(self, pause, pick, other):
        self.pause(pause)
        given = {
            "site_id": self.world.site.pk,
            "type_id": of([self.ground.types[2], *self.ground.types], other).pk,
            "place_id": of(self.ground.places, pick).pk,
            "what": "Clean the sieve",
            "why": "It is blocked",
        }
        actor = self.actor(other)
        if pick % 3:
            actor = of(
                [self.one("operator"), self.one("technician"), self.one("supervisor")], other
            )
        self.do(items.on_it_now, actor, given, late=timedelta(minutes=pick % 3 * 20))

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, sensible=COIN)
    def plan(self, pause, pick, who, other, sensible):
        self.pause(pause)
        item = self.item(pick, "requested", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, other), **self.owner(other)}
        if other % 4:
            given["executor_ids"] = self.some_people(who)
        if other % 3 == 0:
            given["planned_start"] = self.at + (who % 5) * HOUR
        if other % 7 == 0:
            given["type_id"] = of(self.ground.types, who).pk
        actor = self.actor(who, item, "planner", "supervisor", "shift_lead")
        self.do(items.plan, actor, given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def edit(self, pause, pick, who, other):
        self.pause(pause)
        item = self.item(pick, "planned", "live", "waiting")
        given = {"item_id": item.id, "seen": self.seen(item, who), **self.fields(other)}
        self.do(items.edit, self.actor(who, item, "planner", "shift_lead"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def assign(self, pause, pick, who, other):
        self.pause(pause)
        item = self.item(pick, "planned", "live", "waiting")
        given = {"item_id": item.id, "seen": self.seen(item, other)}
        if other % 2:
            given |= self.owner(other // 2)
        if other % 3:
            given["executor_ids"] = self.some_people(other // 3)
        self.do(items.assign, self.actor(who, item, "planner", "supervisor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS, sensible=COIN)
    def return_(self, pause, pick, who, word, sensible):
        self.pause(pause)
        item = self.item(pick, "planned", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "reason": word}
        self.do(items.return_, self.actor(who, item, "planner"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS, sensible=COIN)
    def cancel(self, pause, pick, who, word, sensible):
        self.pause(pause)
        item = self.item(pick, "waiting", "requested", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "reason": word}
        if pick % 4 == 0:
            given["survivor_id"] = self.item(who).id
        self.do(items.cancel, self.actor(who, item, "planner", "supervisor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK)
    def comment(self, pause, pick, who):
        self.pause(pause)
        item = self.item(pick)
        self.do(items.comment, self.actor(who), {"item_id": item.id, "text": "Seen"}, item=item)

    # --- carrying out -------------------------------------------------------------------------

    @rule(pause=PAUSES, pick=PICK, who=PICK, sensible=COIN)
    def start(self, pause, pick, who, sensible):
        self.pause(pause)
        item = self.item(pick, "planned", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "why": "late" * (pick % 2)}
        late = timedelta(minutes=(pick % 5 == 0) * 30) - (pick % 17 == 0) * MINUTE
        self.do(execution.start, self.actor(who, item, "executor"), given, item=item, late=late)

    @rule(pick=PICK, beside=st.sampled_from([-SECOND, timedelta(0), timedelta(0), SECOND]))
    def start_at_the_edge(self, pick, beside):
        """At the very second at which something that the start relies on ends, or beside it."""
        lapsing = [
            item
            for item in self.oracle.work.items
            if item.status in ("planned", "waiting")
            and (item.ready_until or item.blocked_from or self.at) > self.at
        ]
        item = of(lapsing, pick)
        if item is None:
            return
        self.at = max(self.at, (item.ready_until or item.blocked_from) + beside)
        door = execution.start if item.status == "planned" else execution.resume
        self.do(door, self.executor(item), {"item_id": item.id, "why": "Asked"}, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, sensible=COIN)
    def wait(self, pause, pick, who, other, sensible):
        self.pause(pause)
        item = self.item(pick, "live", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "condition": "left safe"}
        standing = self.oracle.open_blockers[item.id]
        if standing and other % 2:
            given["blocker_id"] = of(standing, other).id
        elif other % 5:
            given["blocker"] = {"kind": "material", "what": "A part", "clears": "role:planner"}
        self.do(execution.wait, self.actor(who, item, "executor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, sensible=COIN)
    def resume(self, pause, pick, who, sensible):
        self.pause(pause)
        item = self.item(pick, "waiting", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "why": "late" * (pick % 2)}
        self.do(execution.resume, self.actor(who, item, "executor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, sensible=COIN)
    def stop(self, pause, pick, who, sensible):
        self.pause(pause)
        item = self.item(pick, "waiting", "live", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "condition": "all put back"}
        self.do(execution.stop, self.actor(who, item, "executor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK)
    def confirm_stopped(self, pause, pick, who):
        self.pause(pause)
        item = self.item(pick, "live")
        asked = [each for each in self.oracle.work.items if each.stop_asked_at is not None]
        item = of(asked, pick) or item
        given = {"item_id": item.id, "seen": self.seen(item, who), "condition": "left safe"}
        self.do(execution.confirm_stopped, self.actor(who, item, "executor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, stage=st.sampled_from(["road", "loading", "moon"]))
    def stage(self, pause, pick, who, stage):
        self.pause(pause)
        item = self.item(pick, "live")
        given = {"item_id": item.id, "seen": self.seen(item, who), "stage": stage}
        self.do(execution.stage, self.actor(who, item, "executor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, sensible=COIN)
    def complete(self, pause, pick, who, sensible):
        self.pause(pause)
        item = self.item(pick, "live", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who)}
        self.do(execution.complete, self.actor(who, item, "executor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, sensible=COIN)
    def answer(self, pause, pick, who, other, sensible):
        self.pause(pause)
        line = of(sorted(self.oracle.work.lines, key=lambda row: row.id), pick)
        open_lines = [
            row
            for row in self.oracle.work.lines
            if self.oracle.items[row.item_id].status in ("live", "waiting") and not row.answer
        ]
        if sensible and open_lines:
            line = min(open_lines, key=lambda row: (row.item_id, row.position))
        if line is None:
            return
        item = self.oracle.items[line.item_id]
        given = {
            "line_id": line.id,
            "answer": of(["pass", "pass", "pass", *LineAnswer.values, ""], other),
            "value": of(["2", "2,5", "9", None, "x"], other // 7),
            "said": of(["no access", ""], other // 3),
            "seen": line.version if other % 9 else line.version - 1,
        }
        self.do(checklist.answer, self.actor(who, item, "executor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, word=WORDS)
    def dispose(self, pause, pick, who, other, word):
        self.pause(pause)
        weak = [row for row in self.oracle.work.lines if row.answer in ("fail", "could_not")]
        line = of(sorted(weak or self.oracle.work.lines, key=lambda row: row.id), pick)
        if line is None:
            return
        item = self.oracle.items[line.item_id]
        given = {
            "line_id": line.id,
            "disposition": of(["put_right", "follow_up", "accepted_as_is", "?"], other),
            "word": word,
        }
        actor = self.actor(who, item, "executor", "shift_lead", "supervisor")
        self.do(checklist.dispose, actor, given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def prove(self, pause, pick, who, other):
        self.pause(pause)
        item = self.item(pick, "live", "waiting", "done")
        own = [row for row in self.oracle.work.criteria if row.item_id == item.id]
        criterion = of(own if other % 5 else self.oracle.work.criteria, other)
        given = {
            "item_id": item.id,
            "kind": "signature",
            "said": "J. Bakker" if other % 7 else "",
            "criterion_id": criterion.id if criterion else None,
        }
        foreign = criterion is not None and criterion.item_id != item.id
        actor = self.actor(who, item, "executor", "shift_lead")
        self.do(proof.attach, actor, given, item=None if foreign else item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS)
    def strike(self, pause, pick, who, word):
        self.pause(pause)
        evidence = of(self.oracle.work.evidence, pick)
        if evidence is not None:
            item = self.oracle.items[evidence.item_id]
            given = {"evidence_id": evidence.id, "word": word}
            self.do(proof.strike, self.actor(who, item, "executor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, word=WORDS)
    def criteria(self, pause, pick, who, other, word):
        self.pause(pause)
        item = self.item(pick, "planned", "live", "done")
        if other % 3 == 0:
            given = {"item_id": item.id, "text": "No drip", "evidence": bool(other % 2)}
            self.do(proof.add_criterion, self.actor(who, item, "planner"), given, item=item)
            return
        criterion = of([row for row in self.oracle.work.criteria if row.withdrawn_at is None], pick)
        item = self.oracle.items[criterion.item_id]
        if other % 3 == 1:
            given = {"criterion_id": criterion.id, "word": word}
            actor = self.actor(who, item, "shift_lead", "supervisor", "quality")
            self.do(proof.judge, actor, given, item=item)
        else:
            given = {"criterion_id": criterion.id, "reason": word}
            self.do(proof.withdraw_criterion, self.actor(who, item, "planner"), given, item=item)

    # --- accepting ----------------------------------------------------------------------------

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, sensible=COIN)
    def accept(self, pause, pick, who, other, sensible):
        self.pause(pause)
        item = self.item(pick, "done", sensible=sensible)
        own = [row.id for row in self.oracle.work.criteria if row.item_id == item.id]
        given = {
            "item_id": item.id,
            "seen": self.seen(item, other),
            "judged": dict.fromkeys(own, "seen") if other % 5 else {},
            "handback": other % 4 != 0,
        }
        roles = ("shift_lead", "supervisor", "quality")
        self.do(acceptance.accept, self.actor(who, item, *roles), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS, sensible=COIN)
    def give_back(self, pause, pick, who, word, sensible):
        self.pause(pause)
        item = self.item(pick, "done", sensible=sensible)
        given = {
            "item_id": item.id,
            "seen": self.seen(item, who),
            "missing": word,
            "clears": of(["", "role:planner", "user:99999999"], pick),
        }
        actor = self.actor(who, item, "shift_lead", "supervisor")
        self.do(acceptance.give_back, actor, given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS, sensible=COIN)
    def reopen(self, pause, pick, who, word, sensible):
        self.pause(pause)
        item = self.item(pick, "closed", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "reason": word}
        actor = self.actor(who, item, "shift_lead", "supervisor")
        self.do(acceptance.reopen, actor, given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS)
    def accept_loss(self, pause, pick, who, word):
        self.pause(pause)
        item = self.item(pick, "cancelled")
        given = {"item_id": item.id, "seen": self.seen(item, who), "reason": word}
        actor = self.actor(who, item, "shift_lead", "supervisor")
        self.do(acceptance.accept_loss, actor, given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def hold(self, pause, pick, who, other):
        self.pause(pause)
        placed = of(self.oracle.work.holds, pick)
        if placed is not None and other % 2:
            item = self.oracle.items[placed.item_id]
            given = {"hold_id": placed.id, "word": "over", "seen": self.seen(item, other)}
            self.do(holds.end, self.actor(who, item, "supervisor"), given, item=item)
            return
        item = self.item(pick, "planned", "live", "waiting", "done")
        given = {
            "item_id": item.id,
            "kind": "restart",
            "place_id": self.world.l3.pk,
            "until_accepted": bool(other % 3),
        }
        self.do(holds.place, self.actor(who, item, "supervisor", "shift_lead"), given, item=item)

    # --- what is required ---------------------------------------------------------------------

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, gate=st.sampled_from(list(Gate)))
    def require(self, pause, pick, who, other, gate):
        self.pause(pause)
        item = self.item(pick, "planned", "live", "waiting")
        given = {
            "item_id": item.id,
            "gate": str(Gate.START if other % 2 else gate),
            "kind": of(list(BlockerKind), other // 3),
            "waivable_by": of(["", "shift_lead", "hse"], other),
        }
        if other % 3:
            until = of(["done", "closed"], other // 2)
            source = self.item(who)
            given |= {"supplier": "work.item", "source_id": source.id, "params": {"until": until}}
        else:
            role = of([Role.HSE, Role.SUPERVISOR], other // 2)
            given |= {"supplier": "work.check", "params": {"role": str(role)}}
        self.do(requirements.require, self.actor(who, item, "planner"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, sensible=COIN, word=WORDS)
    def withdraw(self, pause, pick, who, sensible, word):
        self.pause(pause)
        row = self.prerequisite(pick, sensible, "work.item", "work.check")
        if row is not None:
            item = self.oracle.items[row.item_id]
            given = {"prerequisite_id": row.id, "reason": word, "seen": self.seen(item, who)}
            actor = self.actor(who, item, "planner")
            self.do(requirements.withdraw_requirement, actor, given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, ahead=AHEAD, sensible=COIN, passed=COIN)
    def check(self, pause, pick, who, ahead, sensible, passed):
        self.pause(pause)
        row = self.prerequisite(pick, sensible, "work.check")
        if row is None:
            return
        item = self.oracle.items[row.item_id]
        given = {
            "prerequisite_id": row.id,
            "passed": passed or pick % 4 > 0,
            "remark": "as seen",
            "valid_until": None if pick % 3 == 0 else self.at + ahead,
        }
        actor = self.actor(who, item, row.params.get("role", "hse"))
        self.do(requirements.check, actor, given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, ahead=AHEAD, sensible=COIN, word=WORDS)
    def waive(self, pause, pick, who, ahead, sensible, word):
        self.pause(pause)
        rows_ = [row for row in self.oracle.work.prerequisites if row.waivable_by]
        row = of(rows_, pick) if sensible else self.prerequisite(pick, False)
        if row is None:
            return
        item = self.oracle.items[row.item_id]
        actor = self.actor(who, item, row.waivable_by or "hse")
        given = {"prerequisite_id": row.id, "reason": word}
        if row.waived_at is not None and pick % 3 == 0:
            self.do(requirements.end_waiver, actor, given, item=item)
        else:
            until = self.at + ahead if pick % 7 else self.at
            self.do(requirements.waive, actor, given | {"until": until}, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def raise_blocker(self, pause, pick, who, other):
        self.pause(pause)
        item = self.item(pick, "planned", "live", "done")
        given = {
            "item_id": item.id,
            "kind": of([*BlockerKind.values, "?"], other),
            "what": "A part",
            "clears": of(["", "role:planner", f"team:{self.ground.teams[0]}", "x"], other),
            "expected": self.at + HOUR if other % 2 else None,
        }
        late = timedelta(minutes=(other % 4 == 0) * 90)
        self.do(blockers.raise_, self.actor(who), given, item=item, late=late)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, word=WORDS)
    def clear_blocker(self, pause, pick, who, other, word):
        self.pause(pause)
        every = [row for row in self.oracle.work.blockers if row.ended_at is None or not other % 5]
        blocker = of(every, pick)
        if blocker is None:
            return
        item = self.oracle.items[blocker.item_id]
        actor = self.actor(who, item, "supervisor", "shift_lead")
        given = {"blocker_id": blocker.id, "seen": self.seen(item, other)}
        if other % 4 == 0:
            self.do(blockers.promise, actor, given | {"expected": self.at + HOUR}, item=item)
        else:
            self.do(blockers.clear, actor, given | {"word": word}, item=item)

    # --- the site -----------------------------------------------------------------------------

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def window(self, pause, pick, who, other):
        self.pause(pause)
        window = of(self.oracle.work.windows, pick)
        door = (
            holds.open_window
            if window.opened_at is None or other % 7 == 0
            else (holds.close_window)
        )
        seen = window.version if other % 6 else window.version - 1
        actor = self.one("shift_lead") if who % 3 else self.actor(who)
        self.do(door, actor, {"window_id": window.id, "seen": seen})

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, mode=st.sampled_from(list(Mode)))
    def rule_mode(self, pause, pick, who, other, mode):
        self.pause(pause)
        one = of(self.set_up.rules, pick)
        actor = self.one("hse") if who % 4 else self.actor(who)
        given = {"rule_id": one.id, "mode": str(mode)}
        if other % 2:
            given["place_id"] = of(self.ground.places, other).pk
        if other % 5 == 0:
            given = {"rule_id": one.id, "place_id": of(self.ground.places, other).pk}
            self.do(rules.end_mode, actor, given, sets_up=True)
        else:
            self.do(rules.set_mode, actor, given, sets_up=True)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, ahead=AHEAD)
    def rule_time(self, pause, pick, who, other, ahead):
        self.pause(pause)
        one = of(self.set_up.rules, pick)
        actor = self.one("site_admin") if who % 4 else self.actor(who)
        if other % 3 == 0:
            given = {"ends": None if other % 2 else self.at + ahead}
            self.do(rules.end_rule, actor, {"rule_id": one.id, **given}, sets_up=True)
        elif other % 3 == 1:
            given = of(
                [
                    {"ends": None},
                    {"starts": self.at + ahead},
                    {"starts": self.at, "ends": self.at + ahead},
                    {"lead": ahead},
                    {"waivable_by": "hse"},
                    {"params": {"role": "supervisor"}},
                    {"safety_critical_only": not one.safety_critical_only},
                ],
                other // 3,
            )
            self.do(rules.change_rule, actor, {"rule_id": one.id, **given}, sets_up=True)
        else:
            given = {
                "site_id": self.world.site.pk,
                "key": f"new-{len(self.set_up.rules)}",
                "what": "Sealed",
                "supplier": "work.check",
                "params": {"role": "hse"},
                "kind": of(["permit", "isolation", "document"], other // 3),
                "gate": of(["start", "start", "close"], other),
                "starts": self.at + ahead if who % 2 else None,
            }
            self.do(rules.create_rule, actor, given, sets_up=True)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, ahead=AHEAD)
    def roles(self, pause, pick, who, other, ahead):
        self.pause(pause)
        actor = self.one("site_admin") if who % 4 else self.actor(who)
        if other % 3:
            row = of([row for row in self.set_up.memberships if row.ends is None], pick)
            given = {"membership_id": row.id, "ends": self.at + ahead if other % 2 else None}
            self.do(people.end_role, actor, given, sets_up=True)
            return
        given = {
            "user_id": of(sorted(self.people), pick),
            "site_id": self.world.site.pk,
            "role": of(["technician", "operator", "supervisor", "viewer"], other // 3),
            "place_id": of([None, self.world.l3.pk], other // 6),
            "starts": self.at + ahead if other % 2 else None,
            "ends": self.at + 2 * ahead if other % 4 else None,
        }
        self.do(people.grant_role, actor, given, sets_up=True)

    @rule(pause=PAUSES, pick=PICK, who=PICK)
    def leave(self, pause, pick, who):
        self.pause(pause)
        actor = self.one("site_admin") if who % 4 else self.actor(who)
        given = {"user_id": of(sorted(self.people), pick)}
        self.do(people.deactivate_person, actor, given, sets_up=True)

    @rule(pause=PAUSES, pick=PICK, who=PICK)
    def take_duty(self, pause, pick, who):
        self.pause(pause)
        able = [self.one("shift_lead"), self.one("second_lead"), self.one("supervisor")]
        actor = of(able, who // 4) if who % 4 else self.actor(who)
        given = {"post_id": of(self.ground.posts, pick).pk}
        self.do(posts.take_duty, actor, given, sets_up=True)

    # --- time alone, and acts sent twice ------------------------------------------------------

    @rule(pause=PAUSES)
    def minute_task(self, pause):
        self.pause(pause)
        clock.settle_due(self.at)
        before = self.digest()
        assert clock.settle_due(self.at) == 0
        assert self.digest() == before, "the minute task run twice did something twice"
        clock.tell_unconfirmed(self.at)
        before = self.digest()
        assert clock.tell_unconfirmed(self.at) == 0
        assert self.digest() == before, "told twice"

    @rule(pause=PAUSES, pick=PICK)
    def send_again(self, pause, pick):
        self.pause(pause)
        if self.done:
            door, call, result = of(self.done[-6:], pick)
            self.again(door, call, result, self.at)

    @rule()
    def send_the_last_again(self):
        if self.done:
            self.again(*self.done[-1], self.at)

    @rule(pick=PICK, who=PICK)
    def send_anothers(self, pick, who):
        """The id of an act is of one person and one door."""
        if not self.done:
            return
        door, call, _result = of(self.done[-6:], pick)
        actor = self.actor(who)
        if actor == call["actor"]:
            return
        before = self.digest()
        with pytest.raises((Refused, Forbidden, Unknown)) as no:
            door(**(call | {"actor": actor, "at": self.at}))
        if no.type is Refused:
            assert [reason.code for reason in no.value.reasons] == ["act_used"]
        assert self.digest() == before, "the act of another left something"


# The way that work goes is taken more often than any other: three rules that differ by name alone,
# so that few examples are left without.


def _forward(name: str) -> Callable:
    @rule(pause=PAUSES, pick=PICK, other=PICK)
    def forward(self: ControlModel, pause: Any, pick: int, other: int) -> None:
        """What sensible people do next with a piece of work, up to three steps on."""
        self.pause(pause)
        item = self.item(pick, "planned", "live", "waiting", "done", "requested")
        for _step in range(1 + other % 3):
            step = _STEPS.get(self.oracle.items[item.id].status)
            if step is not None:
                step(self, self.oracle.items[item.id], other)
                self.every_invariant_holds()

    forward.__name__ = forward.__qualname__ = name
    return forward


def _plan(self: ControlModel, item: Row, other: int) -> None:
    able = ["second_technician", "technician", "operator"]
    given = {
        "item_id": item.id,
        "owner_post_id": of(self.ground.posts, other).pk,
        "executor_ids": [self.one(of(able, other // 2)).pk],
    }
    if other % 3 == 0:
        given["planned_start"] = self.at + (other % 50) * HOUR
    self.do(items.plan, self.one("planner"), given, item=item)


def _start(self: ControlModel, item: Row, other: int) -> None:
    unmet = [need for need in self.oracle.unmet_at_start(item, self.at) if need.row is not None]
    need = of(unmet, other)
    if need is not None and need.row.supplier == "work.check":
        _check(self, item, need.row, other)
    elif need is not None and need.origin.startswith("supplier:work.window"):
        self.do(holds.open_window, self.one("supervisor"), {"window_id": item.window_id})
    elif need is not None and need.row.supplier in ("work.executor", "work.fitness"):
        given = {"item_id": item.id, "executor_ids": [self.one("second_technician").pk]}
        self.do(items.assign, self.one("planner"), given, item=item)
    else:
        door = execution.start if item.status == "planned" else execution.resume
        self.do(door, self.executor(item), {"item_id": item.id, "why": "Asked"}, item=item)


def _check(self: ControlModel, item: Row, row: Row, other: int) -> None:
    given = {"prerequisite_id": row.id, "passed": True}
    if other % 3:
        given["valid_until"] = self.at + timedelta(minutes=other)
    self.do(
        requirements.check, self.actor(4 * other + 1, item, row.params["role"]), given, item=item
    )


def _go_on(self: ControlModel, item: Row, other: int) -> None:
    raised = [row for row in self.oracle.open_blockers[item.id] if row.prerequisite_id is None]
    if raised:
        given = {"blocker_id": raised[0].id, "word": "There"}
        self.do(blockers.clear, self.one("supervisor"), given, item=item)
    else:
        _start(self, item, other)


def _finish(self: ControlModel, item: Row, other: int) -> None:
    actor = self.executor(item)
    lines = [r for r in self.oracle.work.lines if r.item_id == item.id and not r.answer]
    proofs = [
        row
        for row in self.oracle.work.criteria
        if row.item_id == item.id
        and row.evidence
        and all(e.criterion_id != row.id for e in self.oracle.work.evidence)
    ]
    tests = [need for need in self.oracle.needs(item, "complete", self.at) if not need.met]
    if lines:
        line = min(lines, key=lambda row: row.position)
        held = [n for n in self.oracle.needs(item, "hold_point", self.at, line.id) if not n.met]
        if held and held[0].row is not None and line.hold_point:
            _check(self, item, held[0].row, other)
        else:
            given = {"line_id": line.id, "answer": "pass", "value": of(["2", "2", "5"], other)}
            self.do(checklist.answer, actor, given, item=item)
    elif proofs:
        given = {"item_id": item.id, "kind": "signature", "criterion_id": proofs[0].id}
        self.do(proof.attach, actor, given | {"said": "T. Vos"}, item=item)
    elif tests and tests[0].row is not None and tests[0].row.supplier == "work.check":
        _check(self, item, tests[0].row, other)
    elif other % 5 == 0:
        given = {"item_id": item.id, "values": {"tag": "P-1", "found": "2"}}
        self.do(items.edit, self.one("planner"), given, item=item)
    else:
        # One in three is completed in the executor's place, by one who might accept it too.
        by = actor if other % 3 else self.one("supervisor")
        self.do(execution.complete, by, {"item_id": item.id}, item=item)


def _accept(self: ControlModel, item: Row, other: int) -> None:
    unmet = [need for need in self.oracle.needs(item, "close", self.at) if not need.met]
    need = of(unmet, other)
    raised = [row for row in self.oracle.open_blockers[item.id] if row.prerequisite_id is None]
    if need is not None and need.row is not None and need.row.supplier == "work.check":
        _check(self, item, need.row, other)
    elif raised:
        _go_on(self, item, other)
    else:
        own = [row.id for row in self.oracle.work.criteria if row.item_id == item.id]
        given = {"item_id": item.id, "judged": dict.fromkeys(own, "Seen"), "handback": True}
        named = self.oracle.versions[item.type_version_id].accept_role
        by = self.one(of([named] if named else ["supervisor", "supervisor", "shift_lead"], other))
        self.do(acceptance.accept, by, given, item=item)


_STEPS: dict[str, Callable] = {
    "requested": _plan,
    "planned": _start,
    "live": _finish,
    "waiting": _go_on,
    "done": _accept,
}
for _name in ("forward", "onward", "further"):
    setattr(ControlModel, _name, _forward(_name))
