"""Random acts that show what was done."""

from hypothesis.stateful import rule

from tests.properties.choosing import COIN, PAUSES, PICK, WORDS, Choosing, of
from work.services import (
    checklist,
    proof,
)
from work.states import LineAnswer


class Proving(Choosing):
    """Checklist, evidence and criteria."""

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
            given["quality"] = pick % 3 == 0
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
