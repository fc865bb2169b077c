"""What sensible people do next with a piece of work."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace as Row
from typing import Any

from hypothesis.stateful import rule

from tests.properties.choosing import HOUR, PAUSES, PICK, Choosing, of
from work.services import (
    acceptance,
    blockers,
    checklist,
    execution,
    holds,
    items,
    proof,
    requirements,
)

# The way that work goes is taken more often than any other: three rules that differ by name alone,
# so that few examples are left without.


def _forward(name: str) -> Callable:
    @rule(pause=PAUSES, pick=PICK, other=PICK)
    def forward(self: Choosing, pause: Any, pick: int, other: int) -> None:
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


def _plan(self: Choosing, item: Row, other: int) -> None:
    able = ["second_technician", "technician", "operator"]
    given = {
        "item_id": item.id,
        "owner_post_id": of(self.ground.posts, other).pk,
        "executor_ids": [self.one(of(able, other // 2)).pk],
    }
    if other % 3 == 0:
        given["planned_start"] = self.at + (other % 50) * HOUR
    self.do(items.plan, self.one("planner"), given, item=item)


def _start(self: Choosing, item: Row, other: int) -> None:
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


def _check(self: Choosing, item: Row, row: Row, other: int) -> None:
    given = {"prerequisite_id": row.id, "passed": True}
    if other % 3:
        given["valid_until"] = self.at + timedelta(minutes=other)
    self.do(
        requirements.check, self.actor(4 * other + 1, item, row.params["role"]), given, item=item
    )


def _go_on(self: Choosing, item: Row, other: int) -> None:
    raised = [row for row in self.oracle.open_blockers[item.id] if row.prerequisite_id is None]
    if raised:
        given = {"blocker_id": raised[0].id, "word": "There"}
        self.do(blockers.clear, self.one("supervisor"), given, item=item)
    else:
        _start(self, item, other)


def _finish(self: Choosing, item: Row, other: int) -> None:
    actor = self.executor(item)
    lines = [r for r in self.oracle.work.lines if r.item_id == item.id and not r.answer]
    weak = [
        row
        for row in self.oracle.work.lines
        if row.item_id == item.id and row.answer in ("fail", "could_not") and not row.disposition
    ]
    proofs = [
        row
        for row in self.oracle.work.criteria
        if row.item_id == item.id
        and row.evidence
        and all(e.criterion_id != row.id for e in self.oracle.work.evidence)
    ]
    tests = [need for need in self.oracle.needs(item, "complete", self.at) if not need.met]
    if item.stage and other % 7 == 0:
        given = {"item_id": item.id, "stage": "road" if item.stage == "loading" else "loading"}
        self.do(execution.stage, actor, given, item=item)
    elif weak:
        become = of(["put_right", "follow_up", "accepted_as_is"], other)
        given = {"line_id": weak[0].id, "disposition": become, "word": "Seen"}
        by = self.one("supervisor") if become == "accepted_as_is" else actor
        self.do(checklist.dispose, by, given, item=item)
    elif lines:
        line = min(lines, key=lambda row: row.position)
        held = [n for n in self.oracle.needs(item, "hold_point", self.at, line.id) if not n.met]
        if held and held[0].row is not None and line.hold_point:
            _check(self, item, held[0].row, other)
        else:
            given = {"line_id": line.id, "answer": "pass", "value": of(["2", "2", "5"], other)}
            if other % 5 == 0:
                given |= {"answer": "could_not", "said": "no access"}
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


def _accept(self: Choosing, item: Row, other: int) -> None:
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


class Onward(Choosing):
    """The way that work goes."""


for _name in ("forward", "onward", "further"):
    setattr(Onward, _name, _forward(_name))
