"""What must hold of every act, and after every step."""

import itertools
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from hypothesis.strategies._internal.featureflags import FeatureFlags, FeatureStrategy

from tests.properties import changes, invariants, rows
from tests.properties.memory import Memory
from tests.properties.oracle import Oracle
from tests.properties.world import Playground
from work.exceptions import Busy, NotDone, Stale, Unknown
from work.models import User
from work.services import (
    clock,
    places,
    rules,
    teams,
)

# Doors after which the open work that feels it is brought up to date, in acts of their own.
_FELT = {rules.__name__, places.__name__, teams.__name__}

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

# What is counted over all runs of a process, for the figures.
SEEN: dict[str, int] = {"runs": 0, "steps": 0}


class Acting(RuleBasedStateMachine):
    """Does an act and asks, after it and after time has gone by, what must hold."""

    ground: Playground
    memory: Memory

    def __init__(self) -> None:
        super().__init__()
        # In half of the runs anything may be done; in the others Hypothesis leaves some acts out.
        drawn = self._rules_strategy
        some = FeatureStrategy(at_least_one_of={rule.function.__name__ for rule in drawn.rules})
        drawn.enabled_rules_strategy = st.shared(
            st.one_of(st.just(FeatureFlags()), some), key=("enabled rules", self)
        )

    @initialize()
    def begin(self) -> None:
        SEEN["runs"] += 1
        self.memory.forget()
        self.undone = invariants.rolled_back()
        self.undone.__enter__()
        self.world = self.ground.world
        self.at: datetime = self.world.at + MINUTE
        self.ids = itertools.count(1)
        self.steps = 0
        self.done: list[tuple[Callable, dict[str, Any], Any]] = []
        self.people = {person.pk: person for person in self.ground.people}
        self.load_set_up()
        self.oracle = Oracle(self.memory.work(), self.set_up)
        self.act: Row | None = None
        self.sight: dict[int, set[int]] = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM work_event")
            self.last_event = cursor.fetchone()[0]
        self.kept = invariants.history(self.last_event)[0]
        self.came = changes.when_items_came()
        self.stored = self.memory.digest()

    def teardown(self) -> None:
        if hasattr(self, "undone"):
            self.undone.__exit__()

    def load_set_up(self) -> None:
        self.set_up = self.memory.set_up()
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
        name += f" {given['disposition']}" if "disposition" in given else ""
        name += " into another" if "survivor_id" in given else ""
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
            assert self.memory.digest() == self.stored, f"{type(no).__name__} changed something"
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
        if door.__module__ in _FELT:
            # The work that feels it is brought up to date again; the site itself is as it was.
            was = vars(self.memory.set_up())
            door(**(call | {"at": at}))
            assert vars(self.memory.set_up()) == was
        before = self.memory.digest()
        same = door(**(call | {"at": at}))
        assert self.memory.digest() == before, f"{door.__name__} sent twice did something twice"
        # What is stored of a plain result comes back as JSON has it.
        assert same == result or isinstance(result, dict)

    # --- the invariants, after every step -----------------------------------------------------

    @invariant()
    def every_invariant_holds(self) -> None:
        if not hasattr(self, "oracle"):
            return
        SEEN["steps"] += 1
        self.steps += 1
        stored = self.memory.digest()
        if stored != self.stored:
            self.stored = stored
            self.something_changed()
        self.act = None
        after = self.oracle
        invariants.under_way_is_sound(after, self.memory, self.at)
        edges = after.edges(self.at)[:2]
        moments = [self.at, self.at + SECOND, *edges]
        invariants.reading_is_safe(after, self.memory, moments)
        if self.steps % 4 == 0 and edges:
            invariants.settled_is_exact(after, self.memory, edges[0])
        elif after.due(self.at) and self.steps % 2:
            clock.settle_due(self.at)
            self.stored = self.memory.digest()
            self.something_changed()
        invariants.settled_is_exact(self.oracle, self.memory, self.at)
        self.sight_is_ones_own()

    def something_changed(self) -> None:
        """Read everything again, and ask what holds of any change."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        before, self.oracle = self.oracle, Oracle(self.memory.work(), self.set_up)
        after = self.oracle
        kept, all_events = invariants.history(self.last_event)
        assert kept == self.kept
        fresh = rows.read(
            "SELECT id, item_id, subject_type, verb, data, actor_id, recorded_at, happened_at, act"
            " FROM work_event WHERE id > %s ORDER BY id",
            [self.last_event],
        )
        invariants.closed_was_accepted(after)
        changes.acceptance_was_due(before, after, self.at)
        changes.completion_stands(before, after)
        changes.starts_were_due(before, after, self.at)
        changes.moves_left_events(before, after, fresh, self.act, self.came)
        changes.blockers_began_in_time(before, after, self.last_event)
        changes.rounds_began_anew(before, after)
        invariants.nothing_is_doubled(before, after)
        if fresh:
            self.last_event, self.kept = fresh[-1].id, all_events

    def sight_is_ones_own(self) -> None:
        """7, for everybody whose sight has changed, and for one person more in turn."""
        everybody = sorted(self.people)
        sight = {pk: self.oracle.seen_by(pk, self.at) for pk in everybody}
        some = {pk for pk in everybody if sight[pk] != self.sight.get(pk)}
        some.add(everybody[self.steps % len(everybody)])
        people_ = [self.people[pk] for pk in sorted(some)]
        invariants.seen_is_ones_own(self.oracle, self.memory, people_, self.at)
        self.sight = sight
