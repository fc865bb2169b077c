"""Random acts of who carries work out."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.properties.choosing import COIN, MINUTE, PAUSES, PICK, SECOND, Choosing, of
from work.services import (
    execution,
)


class Executing(Choosing):
    """From the start to the completion."""

    @rule(pause=PAUSES, pick=PICK, who=PICK, sensible=COIN)
    def start(self, pause, pick, who, sensible):
        self.pause(pause)
        item = self.item(pick, "planned", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "why": "late" * (pick % 2)}
        late = self.late(pick) if pick % 17 else -MINUTE
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
        actor = self.actor(who, item, "executor")
        self.do(execution.wait, actor, given, item=item, late=self.late(other))

    @rule(pause=PAUSES, pick=PICK, who=PICK, sensible=COIN)
    def resume(self, pause, pick, who, sensible):
        self.pause(pause)
        free = [
            each
            for each in self.oracle.work.items
            if each.status == "waiting" and not self.oracle.open_blockers[each.id]
        ]
        item = of(free if sensible else None, pick) or self.item(pick, "waiting", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "why": "late" * (pick % 2)}
        actor = self.actor(who, item, "executor")
        self.do(execution.resume, actor, given, item=item, late=self.late(pick))

    @rule(pause=PAUSES, pick=PICK, who=PICK, sensible=COIN)
    def stop(self, pause, pick, who, sensible):
        self.pause(pause)
        item = self.item(pick, "waiting", "live", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "condition": "all put back"}
        actor = self.actor(who, item, "executor")
        self.do(execution.stop, actor, given, item=item, late=self.late(pick))

    @rule(pause=PAUSES, pick=PICK, who=PICK)
    def confirm_stopped(self, pause, pick, who):
        self.pause(pause)
        item = self.item(pick, "live")
        asked = [each for each in self.oracle.work.items if each.stop_asked_at is not None]
        item = of(asked, pick) or item
        given = {"item_id": item.id, "seen": self.seen(item, who), "condition": "left safe"}
        actor = self.actor(who, item, "executor")
        self.do(execution.confirm_stopped, actor, given, item=item, late=self.late(pick))

    @rule(
        pause=PAUSES,
        pick=PICK,
        who=PICK,
        stage=st.sampled_from(["road", "loading", "moon"]),
        sensible=COIN,
    )
    def stage(self, pause, pick, who, stage, sensible):
        self.pause(pause)
        staged = [each for each in self.oracle.work.items if each.stage]
        item = of(staged if sensible else None, pick) or self.item(pick, "live")
        given = {"item_id": item.id, "seen": self.seen(item, who), "stage": stage}
        self.do(execution.stage, self.actor(who, item, "executor"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, sensible=COIN)
    def complete(self, pause, pick, who, sensible):
        self.pause(pause)
        item = self.item(pick, "live", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who)}
        actor = self.actor(who, item, "executor")
        self.do(execution.complete, actor, given, item=item, late=self.late(pick))
