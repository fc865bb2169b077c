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
            item_id = of(sorted({row.item_id for row in open_lines}), pick)
            own = [row for row in open_lines if row.item_id == item_id]
            line = min(own, key=lambda row: row.position)
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

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK, word=WORDS, sensible=COIN)
    def dispose(self, pause, pick, who, other, word, sensible):
        self.pause(pause)
        weak = [row for row in self.oracle.work.lines if row.answer in ("fail", "could_not")]
        asked = [
            row for row in weak if self.oracle.items[row.item_id].status in ("live", "waiting")
        ]
        lines = (asked if sensible else weak) or self.oracle.work.lines
        line = of(sorted(lines, key=lambda row: row.id), pick)
        if line is None:
            return
        item = self.oracle.items[line.item_id]
        given = {
            "line_id": line.id,
            "disposition": of(["put_right", "follow_up", "accepted_as_is", "?"], other),
            "word": word,
        }
        leads = ("shift_lead", "supervisor")
        roles = leads if given["disposition"] == "accepted_as_is" else ("executor", *leads)
        self.do(checklist.dispose, self.actor(who, item, *roles), given, item=item)

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

    @rule(pause=PAUSES, pick=PICK, who=PICK, other=PICK)
    def agree(self, pause, pick, who, other):
        self.pause(pause)
        item = self.item(pick, "planned", "live", "done")
        given = {"item_id": item.id, "text": "No drip", "evidence": bool(other % 2)}
        given["quality"] = pick % 3 == 0
        self.do(proof.add_criterion, self.actor(who, item, "planner"), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS, sensible=COIN)
    def judge(self, pause, pick, who, word, sensible):
        self.pause(pause)
        asked = [
            row
            for row in self.oracle.work.criteria
            if not row.evidence
            and self.oracle.items[row.item_id].status in ("live", "waiting", "done")
        ]
        criterion = of((asked if sensible else None) or self.oracle.work.criteria, pick)
        item = self.oracle.items[criterion.item_id]
        given = {"criterion_id": criterion.id, "word": word}
        duty = self.on_duty(item, who)
        self.do(proof.judge, self.actor(who, item, *duty), given, item=item)

    @rule(pause=PAUSES, pick=PICK, who=PICK, word=WORDS, sensible=COIN)
    def withdraw_criterion(self, pause, pick, who, word, sensible):
        self.pause(pause)
        own = [
            row
            for row in self.oracle.work.criteria
            if row.key.startswith("own-")
            and self.oracle.items[row.item_id].status not in ("closed", "cancelled")
        ]
        criterion = of((own if sensible else None) or self.oracle.work.criteria, pick)
        item = self.oracle.items[criterion.item_id]
        given = {"criterion_id": criterion.id, "reason": word}
        self.do(proof.withdraw_criterion, self.actor(who, item, "planner"), given, item=item)
