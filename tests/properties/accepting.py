"""Random acts of who accepts."""

from hypothesis.stateful import rule

from tests.properties.choosing import COIN, PAUSES, PICK, WORDS, Choosing, of
from work.services import (
    acceptance,
    holds,
)


class Accepting(Choosing):
    """Accepting, giving back, reopening, losses and holds."""

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
        actor = self.actor(who, item, *self.on_duty(item, who))
        self.do(acceptance.accept, actor, given, item=item, late=self.late(pick))

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
        actor = self.actor(who, item, *self.on_duty(item, pick))
        self.do(acceptance.give_back, actor, given, item=item, late=self.late(who))

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS, sensible=COIN)
    def reopen(self, pause, pick, who, word, sensible):
        self.pause(pause)
        item = self.item(pick, "closed", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "reason": word}
        actor = self.actor(who, item, *self.on_duty(item, pick))
        self.do(acceptance.reopen, actor, given, item=item, late=self.late(pick))

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS)
    def accept_loss(self, pause, pick, who, word):
        self.pause(pause)
        item = self.item(pick, "cancelled")
        given = {"item_id": item.id, "seen": self.seen(item, who), "reason": word}
        actor = self.actor(who, item, *self.on_duty(item, pick))
        self.do(acceptance.accept_loss, actor, given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS, sensible=COIN)
    def end_hold(self, pause, pick, who, word, sensible):
        self.pause(pause)
        by_hand = [
            row for row in self.oracle.work.holds if row.ended_at is None and not row.until_accepted
        ]
        placed = of((by_hand if sensible else None) or self.oracle.work.holds, pick)
        if placed is not None:
            item = self.oracle.items[placed.item_id]
            given = {"hold_id": placed.id, "word": word, "seen": self.seen(item, who)}
            self.do(holds.end, self.actor(who, item, *self.on_duty(item, who)), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def hold(self, pause, pick, who, other):
        self.pause(pause)
        item = self.item(pick, "planned", "live", "waiting", "done")
        given = {
            "item_id": item.id,
            "kind": "restart",
            "place_id": self.world.l3.pk,
            "until_accepted": bool(other % 3),
        }
        actor = self.actor(who, item, *self.on_duty(item, who))
        self.do(holds.place, actor, given, item=item)
