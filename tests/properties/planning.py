"""Random acts before work begins."""

from datetime import timedelta

from hypothesis.stateful import rule

from tests.properties.choosing import COIN, HOUR, PAUSES, PICK, WORDS, Choosing, of
from work.services import (
    items,
)


class Planning(Choosing):
    """Asking for work, planning and changing it, and calling it off."""

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
        item = self.item(pick, "planned", "live", "waiting", "done")
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
