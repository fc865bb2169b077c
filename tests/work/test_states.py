"""The table of moves is the one of the design, and nothing else writes a status."""

import ast
from pathlib import Path

from work.states import (
    CONTROLLED,
    ENDED,
    IMPORTABLE,
    MOVES,
    OPEN,
    OWNED,
    UNDER_WAY,
    Gate,
    Priority,
    Status,
    Verb,
)

WORK = Path(__file__).resolve().parents[2] / "work"

TABLE = {
    "plan": ({"requested"}, "planned", None),
    "return": ({"planned"}, "requested", None),
    "start": ({"planned"}, "live", "start"),
    "wait": ({"live"}, "waiting", None),
    "resume": ({"waiting"}, "live", "start"),
    "stop": ({"live", "waiting"}, "planned", None),
    "complete": ({"live"}, "done", "complete"),
    "give_back": ({"done"}, "waiting", None),
    "accept": ({"done"}, "closed", "close"),
    "reopen": ({"closed"}, "planned", None),
    "cancel": ({"requested", "planned", "waiting"}, "cancelled", None),
}


def test_moves_are_those_of_the_design():
    assert {
        str(verb): (set(move.sources), str(move.to), move.gate and str(move.gate))
        for verb, move in MOVES.items()
    } == TABLE


def test_every_verb_but_request_moves():
    assert set(Verb) - set(MOVES) == {Verb.REQUEST}


def test_sets_of_statuses():
    assert {Status.CLOSED, Status.CANCELLED} == ENDED
    assert set(Status) == OPEN | ENDED
    assert set() == OPEN & ENDED
    assert {Status.LIVE, Status.WAITING} == UNDER_WAY
    assert {Status.PLANNED, Status.LIVE, Status.WAITING, Status.DONE} == OWNED == CONTROLLED
    assert {Status.REQUESTED, Status.PLANNED, Status.CANCELLED, Status.CLOSED} == IMPORTABLE


def test_no_import_makes_work_in_progress():
    assert not IMPORTABLE & {Status.LIVE, Status.WAITING, Status.DONE}


def test_resume_asks_the_gate_of_start():
    assert MOVES[Verb.RESUME].gate == MOVES[Verb.START].gate == Gate.START


def test_every_status_but_requested_is_reached_by_a_move_and_every_open_one_is_left():
    assert {move.to for move in MOVES.values()} == set(Status)
    left = set().union(*(move.sources for move in MOVES.values()))
    assert left == set(Status) - {Status.CANCELLED}


def test_codes_of_priorities_sort_by_urgency():
    assert sorted(Priority) == [Priority.P1, Priority.P2, Priority.P3, Priority.P4]


def test_one_place_writes_a_status():
    """Beside `_moves.done`, only making a row says one: a request by default, an import its own."""
    writers = set()
    for path in WORK.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Assign):
                continue
            for target in [part for each in node.targets for part in ast.walk(each)]:
                if isinstance(target, ast.Attribute) and target.attr == "status":
                    writers.add((path.relative_to(WORK).as_posix(), ast.unparse(node)))
    of_items = {each for each in writers if "asset" not in each[1] and "import" not in each[0]}
    assert of_items == {
        (
            "services/_moves.py",
            "item.status, item.status_since = (MOVES[verb].to, act.happened_at)",
        )
    }
