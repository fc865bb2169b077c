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
        roles = ("shift_lead", "supervisor", "quality")
        actor = self.actor(who, item, *roles)
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
        actor = self.actor(who, item, "shift_lead", "supervisor")
        self.do(acceptance.give_back, actor, given, item=item, late=self.late(who))

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS, sensible=COIN)
    def reopen(self, pause, pick, who, word, sensible):
        self.pause(pause)
        item = self.item(pick, "closed", sensible=sensible)
        given = {"item_id": item.id, "seen": self.seen(item, who), "reason": word}
        actor = self.actor(who, item, "shift_lead", "supervisor")
        self.do(acceptance.reopen, actor, given, item=item, late=self.late(pick))

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
