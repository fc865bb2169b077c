"""Random acts on what must be true first."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.properties.choosing import AHEAD, COIN, HOUR, PAUSES, PICK, WORDS, Choosing, of
from work.services import (
    blockers,
    requirements,
)
from work.states import BlockerKind, Gate, Role


class Requiring(Choosing):
    """Requirements, checks, waivers and blockers."""

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
        row = self.prerequisite(pick, sensible, "work.item", "work.check", origin="hand:")
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
        given["until"] = self.at + ahead if pick % 7 else self.at
        self.do(requirements.waive, actor, given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, sensible=COIN, word=WORDS)
    def end_waiver(self, pause, pick, who, sensible, word):
        self.pause(pause)
        waived = [row for row in self.oracle.work.prerequisites if row.waived_at is not None]
        row = of(waived if sensible else None, pick) or self.prerequisite(pick, False)
        if row is not None:
            item = self.oracle.items[row.item_id]
            actor = self.actor(who, item, row.waivable_by or "hse")
            given = {"prerequisite_id": row.id, "reason": word}
            self.do(requirements.end_waiver, actor, given, item=item)

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
        self.do(blockers.raise_, self.actor(who), given, item=item, late=self.late(other))

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, word=WORDS, sensible=COIN)
    def clear_blocker(self, pause, pick, who, other, word, sensible):
        self.pause(pause)
        every = [row for row in self.oracle.work.blockers if row.ended_at is None or not other % 5]
        by_hand = [row for row in every if row.prerequisite_id is None and row.ended_at is None]
        blocker = of((by_hand if sensible else None) or every, pick)
        if blocker is None:
            return
        item = self.oracle.items[blocker.item_id]
        actor = self.actor(who, item, "supervisor", "shift_lead")
        given = {"blocker_id": blocker.id, "seen": self.seen(item, other)}
        if other % 4 == 0:
            self.do(blockers.promise, actor, given | {"expected": self.at + HOUR}, item=item)
        else:
            given |= {"word": word}
            self.do(blockers.clear, actor, given, item=item, late=self.late(other))
