"""A state machine that acts on permits, isolations, locks, work and people over random time.

Half of what it draws is what somebody sensible would do next; the other half is anything at all.
"""

import itertools
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from permits.models import Isolation, IsolationPoint, Measure, Permit, PermitItem, Substance
from permits.services import (
    assessments,
    boxes,
    clock,
    deciding,
    ending,
    gone,
    isolation_uses,
    isolations,
    issuing,
    on_it,
    own,
    points,
    requests,
    sanction,
    stopping,
    testing,
)
from tests.permits.isolated import SAID
from tests.permits.made import CALIBRATED
from tests.properties import gates_lists, gates_rules, invariants, rows
from tests.properties.choosing import PAUSES, PICK, of
from tests.properties.gates_ground import Gates
from tests.properties.gates_next import BY, NEXT, NEXT_OF_ISOLATION
from tests.properties.memory import Memory
from work.exceptions import NotDone, Stale, Unknown
from work.models import User, WorkItem
from work.services import acceptance, execution, people
from work.services import clock as work_clock

MINUTE = timedelta(minutes=1)
SEEN: dict[str, int] = {"runs": 0, "steps": 0}


class GatesModel(RuleBasedStateMachine):
    """Permits, isolations and the work behind them, and everybody at once."""

    ground: Gates
    memory: Memory
    reader: rows.Reader

    @initialize()
    def begin(self) -> None:
        SEEN["runs"] += 1
        self.undone = invariants.rolled_back()
        self.undone.__enter__()
        self.world = self.ground.world
        self.people = self.ground.people
        self.at = self.world.at + MINUTE
        self.ids = itertools.count(1)
        self.done: list[tuple[Callable, dict[str, Any]]] = []
        self.substances = {row.code: row.pk for row in Substance.objects.all()}
        self.stored = gates_rules.Stored()
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM work_event")
            self.last_event = cursor.fetchone()[0]
        self.kept = invariants.history(self.last_event)[0]

    def teardown(self) -> None:
        if hasattr(self, "undone"):
            self.undone.__exit__()

    # --- what is done ---------------------------------------------------------------------------

    @rule(pick=PICK, more=PICK)
    def permit_as_one_should(self, pick, more):
        """The next things of a permit, by who does them, with all that is asked."""
        permit = of(Permit.objects.filter(ended_at=None).order_by("pk"), pick)
        tried, stood = 0, ""
        for turn in range(5) if permit is not None else ():
            self.at += MINUTE
            permit.refresh_from_db()
            tried, stood = (tried + 1 if permit.state == stood else 0), permit.state
            verb = of(NEXT.get(permit.state, ()), tried if more % 3 else more // (turn + 1))
            door, given = self.of_permit(verb, permit, 1) if verb else (None, {})
            if door is not None:
                self.do(door, self.actor(BY.get(verb, "performer"), 1, permit), given)
            if permit.state == "in_force":
                return

    @rule(pick=PICK, more=PICK)
    def isolation_as_one_should(self, pick, more):
        """The next things of an isolation."""
        isolation = of(Isolation.objects.filter(ended_at=None).order_by("pk"), pick)
        for turn in range(2) if isolation is not None else ():
            self.at += MINUTE
            isolation.refresh_from_db()
            verb = of(NEXT_OF_ISOLATION.get(isolation.state, ()), more // (turn + 1))
            door, given = self.of_isolation(verb, isolation, 1) if verb else (None, {})
            if door is not None:
                self.do(door, self.actor(BY.get(verb, ""), 1 + 4 * more, None), given)

    @rule(pick=PICK)
    def lock_as_one_should(self, pick):
        """Who works behind an isolation, or will, puts the own lock on, or takes it off."""
        item = of(WorkItem.objects.filter(status__in=("planned", "live", "waiting")), pick)
        behind = self.stored.behind(self.stored.item[item.pk]) if item else []
        executor = item.executors.first() if item else None
        for isolation in behind if executor else ():
            on = self.stored.of("locks", isolation_id=isolation.id, person_id=executor.pk)
            if on and pick % 5 == 0:
                self.do(boxes.off, executor, {"isolation_id": isolation.id})
            elif not on and isolation.state == "verified":
                self.do(boxes.on, executor, {"isolation_id": isolation.id})

    @rule(pause=PAUSES, pick=PICK, who=PICK, more=PICK)
    def permit(self, pause, pick, who, more):
        self.pause(pause)
        permit = of(Permit.objects.order_by("pk"), pick)
        verb = of(sorted(set(itertools.chain(*NEXT.values()))), more)
        door, given = self.of_permit(verb, permit, more // 7)
        if door is not None:
            self.do(door, self.actor(BY.get(verb, ""), who, permit), given)

    @rule(pause=PAUSES, pick=PICK, who=PICK, more=PICK)
    def isolation(self, pause, pick, who, more):
        self.pause(pause)
        isolation = of(Isolation.objects.order_by("pk"), pick)
        every = set(itertools.chain(*NEXT_OF_ISOLATION.values())) | {
            "leave",
            "finish",
            "begin",
            "withdraw_test",
        }
        verb = of(sorted(every), more)
        door, given = self.of_isolation(verb, isolation, more // 7)
        if door is not None:
            self.do(door, self.actor(BY.get(verb, ""), who, None), given)

    @rule(pick=PICK)
    def work_as_one_should(self, pick):
        """Who carries it out begins, as soon as it may, and goes on."""
        self.at += MINUTE
        for item in WorkItem.objects.filter(status__in=("planned", "waiting")).order_by("pk"):
            door = execution.start if item.status == "planned" else execution.resume
            self.do(door, item.executors.first(), {"item_id": item.pk})
            if pick % 2:
                return

    @rule(pause=PAUSES, pick=PICK, who=PICK, more=PICK)
    def work(self, pause, pick, who, more):
        self.pause(pause)
        item = of(WorkItem.objects.order_by("pk"), pick)
        next_ = {
            "planned": ("start",),
            "live": ("complete", "wait", "stop"),
            "waiting": ("resume",),
        }
        next_ |= {"done": ("accept",)}
        verb = of(
            next_.get(item.status, ("start",)) if more % 3 else ("start", "resume"), more // 3
        )
        given: dict[str, Any] = {"item_id": item.pk}
        if verb == "wait":
            given |= {"condition": "Left safe", "blocker": {"kind": "material", "what": "A part"}}
        if verb == "stop":
            given |= {"condition": "Left safe"}
        if verb == "accept":
            given |= {"judged": {each.pk: "Seen" for each in item.criteria.all()}}
        door = acceptance.accept if verb == "accept" else getattr(execution, verb)
        executor = item.executors.order_by("pk").first()
        by = self.people["supervisor"] if verb == "accept" else executor
        self.do(door, by if who % 4 and by else of(self.people.values(), who), given)

    @rule(who=PICK, whole=st.booleans(), all_of_it=st.booleans(), once=PICK)
    def stop_here(self, who, whole, all_of_it, once):
        if once % 8:
            return
        place = self.world.packaging if whole else self.world.l3
        door = stopping.stop_all if all_of_it else stopping.stop_here
        given = {"site_id": self.world.site.pk, "place_id": place.pk}
        self.do(door, of(self.people.values(), who), given)

    @rule(pause=PAUSES, who=PICK, pick=PICK)
    def lock_of_somebody_gone(self, pause, who, pick):
        self.pause(pause)
        lock = of(self.stored.locks, pick)
        if lock is None:
            return
        words = {"away": "Gate log: out", "tried": "Called home"}
        door, given = ((gone.ask_removal, words), (gone.remove, {}))[pick % 2]
        leads = ("supervisor", "shift_lead", "permit_issuer")
        by = self.people[of(leads, who)] if who % 4 else of(self.people.values(), who)
        self.do(door, by, {"lock_id": lock.id} | given)

    @rule(who=PICK)
    def somebody_leaves(self, who):
        """One in thirty: who has left signs nothing any more."""
        person = of(self.people.values(), who)
        if who % 30 == 0:
            self.do(people.deactivate_person, None, {"user_id": person.pk})

    @rule(pause=PAUSES)
    def minute_task(self, pause):
        self.pause(pause)
        clock.settle_due(self.at)
        work_clock.settle_due(self.at)
        before = self.memory.digest()
        assert clock.settle_due(self.at) == 0
        assert work_clock.settle_due(self.at) == 0
        assert self.memory.digest() == before, "the minute task run twice did something twice"

    @rule(pause=PAUSES, pick=PICK)
    def send_again(self, pause, pick):
        self.pause(pause)
        if self.done:
            door, call = of(self.done[-4:], pick)
            before = self.memory.digest()
            door(**call | {"at": self.at})
            assert self.memory.digest() == before, "an act sent again was done again"

    # --- how it is done -------------------------------------------------------------------------

    def pause(self, pause: tuple[str, timedelta]) -> None:
        kind, by = pause
        if kind == "edge":
            edges = self.stored.edges(self.at)
            by = edges[0] + by - self.at if edges else by
        else:
            by /= 10
        self.at += max(by, timedelta(0))

    def actor(self, by: str, who: int, permit: Permit | None) -> User:
        """Three in four times who does this by trade."""
        known = permit and {"asker": permit.created_by_id, "performer": self.performer(permit)}
        if who % 4 == 0 or not by:
            return of(self.people.values(), who // 4)
        if by in ("asker", "performer"):
            mine = (each for each in self.people.values() if known and each.pk == known[by])
            return next(mine, of(self.people.values(), who))
        return self.people[by]

    def performer(self, permit: Permit) -> int | None:
        return permit.performing_authority_id

    def do(self, door: Callable, actor: User | None, given: dict[str, Any]) -> None:
        call = {"actor": actor, "act": uuid.UUID(int=next(self.ids)), "at": self.at, **given}
        name = f"{door.__module__.rpartition('.')[2]}.{door.__name__.strip('_')}"
        before, refused = self.memory.digest(), None
        try:
            door(**call)
        except NotDone as no:
            refused = no
        else:
            self.done.append((door, call))
        outcome = type(refused).__name__ if refused else "Done"
        assert outcome != "Busy", name
        if refused:
            rows_of = zip(self.memory.tables, before, self.memory.digest(), strict=True)
            changed = {table for table, one, other in rows_of if one != other}
            silent = isinstance(refused, (Stale, Unknown))
            if silent or door.__module__.startswith("permits."):
                assert changed <= (set() if silent else {"work_event"}), f"{name}: {changed}"
            assert silent or all(reason.code for reason in refused.reasons), name
        SEEN[f"{name} {outcome}"] = SEEN.get(f"{name} {outcome}", 0) + 1

    def of_permit(self, verb: str, permit: Permit, pick: int) -> tuple[Any, dict[str, Any]]:
        this: dict[str, Any] = {"permit_id": permit.pk}
        sure = this | {"signed": bool(pick % 9)}
        look = sure | ({"scanned": True} if pick % 2 else {"why": "The label is gone"})
        measures = Measure.objects.filter(hazard__permit=permit, ended_at=None)
        read = {"oxygen": "20.9", "lel": ("0", "12")[pick % 5 == 0]}
        someone = of(self.people.values(), pick).pk
        presence = of(permit.presences.filter(off_at=None), pick)
        item = of(WorkItem.objects.order_by("pk"), pick)
        link = of(PermitItem.objects.filter(permit=permit, ended_at=None), pick)
        return {
            "assess": (assessments.complete, this),
            "request": (requests.request, sure),
            "check": (deciding.check, sure),
            "authorise": (deciding.authorise, sure),
            "refuse": (deciding.refuse, this | {"why": "Not now"}),
            "cancel": (deciding.cancel, this | {"why": "Not needed"}),
            "link": (requests.link, this | {"item_id": item.pk, "scope": "all"}),
            "unlink": (requests.unlink if link else None, {"link_id": link and link.pk}),
            "tick": (issuing.tick, this | {"measure_ids": [each.pk for each in measures]}),
            "test": (
                testing.record,
                this
                | {
                    "scanned": True,
                    "instrument": "X-am 2500",
                    "calibrated_until": CALIBRATED,
                    "readings": [
                        {
                            "point": "At the job",
                            "substance_id": self.substances[code],
                            "value": Decimal(n),
                        }
                        for code, n in read.items()
                    ],
                },
            ),
            "issue": (issuing.issue, look),
            "withdraw": (issuing.withdraw, this),
            "take": (issuing.take, look),
            "sign_on": (
                on_it.sign_on,
                this | ({"name": "Bo"} if pick % 5 == 0 else {"person_id": someone}),
            ),
            "sign_off": (
                on_it.sign_off if presence else None,
                {"presence_id": presence and presence.pk},
            ),
            "call_stop": (stopping.call_stop, this | {"why": "Smoke"}),
            "confirm": (stopping.confirm, sure | {"people_out": bool(pick % 3), "left": "Swept"}),
            "bring_back": (stopping.bring_back, look),
            "accept": (issuing.accept, look),
            "take_over": (issuing.take_over, look),
            "hand_back": (
                ending.hand_back,
                sure
                | {
                    "complete": bool(pick % 2),
                    "left": "Clean",
                    "remaining": "The rest",
                    "watcher_id": self.people["operator"].pk,
                },
            ),
            "end_aftercare": (ending.end_aftercare, sure),
            "close": (ending.close, sure | {"inspected": "Clean"}),
        }[verb]

    def of_isolation(
        self, verb: str, isolation: Isolation, pick: int
    ) -> tuple[Any, dict[str, Any]]:
        this: dict[str, Any] = {"isolation_id": isolation.pk}
        standing = list(IsolationPoint.objects.filter(isolation=isolation, ended_at=None))
        pairs = [(each.pk, f"LK-{each.sequence}") for each in standing]
        point = of(standing, pick)
        back = [(each.pk, "Open") for each in reversed(standing)]
        ids = {"permit_id": of(Permit.objects.order_by("pk"), pick).pk}
        if pick % 2:
            ids = {"item_id": of(WorkItem.objects.order_by("pk"), pick).pk}
        hows = ("protected", "isolating", "after")
        how = {"how": of(hows, pick // 2)} if "item_id" in ids else {}
        out = {"people_out": bool(pick % 5), "tools_out": True}
        return {
            "approve": (isolations.approve, this),
            "cancel": (isolations.cancel, this | {"why": "Not needed"}),
            "use": (isolation_uses.use, this | ids | how),
            "leave": (isolation_uses.leave, {"use_id": pick, "why": "Not needed"}),
            "apply": (points.apply, this | {"points": pairs}),
            "lock": (points.lock, this | {"points": pairs}),
            "try": (points.try_out, this | (SAID if pick % 3 else {})),
            "report": (points.report, this | {"point_id": point.pk, "why": "It turns"}),
            "on": (boxes.on, this | ({"name": "Bo"} if pick % 5 == 0 else {})),
            "off": (boxes.off, this),
            "group_on": (boxes.group_on, this),
            "ask": (sanction.ask, this | {"why": "Turn it"}),
            "agree": (sanction.agree, this),
            "sanction": (sanction.sanction, this),
            "withdraw_test": (sanction.withdraw, this),
            "lift": (sanction.lift, this | {"point_id": point.pk, "position": "Open"}),
            "end": (sanction.end, this),
            "release": (points.release, this | out),
            "keep": (points.keep, this),
            "remove": (points.remove, this | {"points": back}),
            "close": (isolations.close, this),
            "begin": (own.begin, {"card_id": 1}),
            "finish": (
                own.finish,
                this | out | {"positions": {each.pk: "On" for each in standing}},
            ),
        }[verb]

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def all_of_it_holds(self) -> None:
        if not hasattr(self, "undone"):
            return
        SEEN["steps"] += 1
        before, now = self.stored, gates_rules.Stored()
        self.stored = now
        gates_rules.in_force_is_sound(now, self.at)
        gates_rules.verified_is_tried(now)
        gates_rules.who_is_on_has_a_lock(now)
        gates_rules.nobody_relies_on_what_went(before, now)
        gates_rules.started_was_allowed(before, now, self.at)
        gates_rules.closed_has_no_open_permit(now)
        gates_rules.sides_are_apart(now)
        gates_rules.nothing_is_doubled(before, now)
        gates_rules.every_move_has_its_event(before, now)
        if SEEN["steps"] % 20 == 0:
            turn = SEEN["steps"] // 20
            gates_lists.lists_say_what_stands(now, self.world.site, self.at, turn)
            gates_lists.each_sees_what_is_theirs(now, self.world, self.at)
        live = now.of("items", status="live")
        moments = {self.at} | {
            max(edge + by, self.at)
            for edge in now.edges(self.at)[:2]
            for by in (-gates_rules.SECOND, timedelta(0))
        }
        if live:
            readings = self.reader.readings(sorted(moments))
            gates_rules.work_under_way_is_gated(now, readings, live)
        kept, all_of_it = invariants.history(self.last_event)
        assert kept == self.kept, "history was changed"


def told() -> str:
    """How often each act had which outcome."""
    return json.dumps(SEEN, sort_keys=True)
