"""The isolations of hvk: planned, in place, in use, left for long, by a card of one's own."""

from functools import partial

from permits.demo.cases import IsolationCase
from work.ports import Stage


def _point(tag: str, method: str, position: str) -> dict[str, str]:
    return {"tag": tag, "method": method, "position": position}


def cases(stage: Stage, permits: dict[str, int], found: dict[str, int]) -> list[IsolationCase]:
    """All of them. permits: those that use one, by their keys."""
    isolation = partial(IsolationCase, stage, permits, found)
    return [
        isolation(
            *("iso-88", "L3", "Line 3 for the change of the guard switch"),
            [
                _point("Q-3.1 main switch of line 3", "proved_dead", "Off"),
                _point("Q-3.4 drive of the pouch filler", "proved_dead", "Off"),
                _point("XV-3.2 air to line 3", "proved", "Closed and vented"),
                _point("F-3X3 control voltage of the guard circuit", "locked", "Out"),
            ],
            *((-0.955, "te", "plan"), (-0.95, "lead", "approve")),
            *((-0.915, "lead", "use", {"permit": "ep-231"}), (-0.91, "op", "apply")),
            *((-0.87, "lead", "try"), (-0.85, "te", "lock_on")),
            (-0.6, "lead", "use", {"item": "restart-3", "how": "after"}),
        ),
        isolation(
            *("agitator-323", "M-323", "Blender 323 without its agitator"),
            [
                _point("Q-323 drive of the agitator", "proved_dead", "Off, drawer out"),
                _point("XV-323A inlet", "positive", "Spade S-12 in"),
                _point("XV-323B outlet", "proved", "Closed, bleed open"),
            ],
            *((-2.99, "te", "plan"), (-2.985, "lead", "approve"), (-2.93, "op", "apply")),
            *((-2.91, "lead", "try"), (-2.9, "lead", "use", {"permit": "agitator-323"})),
            *((-2.89, "te", "lock_on"), (-2.03, "te", "lock_off"), (-2.025, "lead", "try")),
            (
                *(-2.02, "lead", "carry_on"),
                {"owner": "karel", "why": "New agitator comes next week", "check_days": 7},
            ),
        ),
        isolation(
            *("separator-511", "K-511", "Compressor 511 while the hired one runs"),
            [
                _point("Q-511 drive", "proved_dead", "Off, drawer out"),
                _point("HV-511 to the ring", "proved", "Closed, bleed open"),
            ],
            *((-3.9, "lead", "plan"), (-3.85, "karel", "approve"), (-3.8, "op", "apply")),
            (-3.75, "lead", "try"),
            (
                *(-3.1, "karel", "carry_on"),
                {"owner": "karel", "why": "Separator element is on order", "check_days": 2},
            ),
        ),
        isolation(
            *("seal-201", "P-201A", "Transfer pump 201A for its seal"),
            [
                _point("Q-201A drive", "proved_dead", "Off, drawer out"),
                _point("HV-201A1 suction", "proved", "Closed, bleed open"),
                _point("HV-201A2 discharge", "proved", "Closed, bleed open"),
            ],
            *((-1.21, "lead", "plan"), (-1.19, "karel", "approve")),
            (-1.1, "lead", "use", {"permit": "seal-201"}),
        ),
        isolation(
            *("coil-311", "R-311", "Coil of reactor 311"),
            [
                _point("XV-311S steam", "positive", "Spade S-07 in"),
                _point("XV-311C condensate", "proved", "Closed, bleed open"),
            ],
            (-6.3, "lead", "plan"),
        ),
        isolation(
            *("bypass-312", "E-312", "Bypass of exchanger 312"),
            [
                _point("XV-312 bypass", "positive", "Blind flange on"),
                _point("HV-312 drain", "proved", "Open to the tray"),
            ],
            *((-4.7, "te", "plan"), (-4.66, "lead", "approve"), (-4.63, "op", "apply")),
        ),
        isolation(
            *("cell-2", "L2", "Can infeed of line 2"),
            [_point("Q-2.3 infeed", "locked", "Off")],
            *((-1.78, "te", "plan"), (-1.77, "lead", "approve"), (-1.76, "op", "apply")),
            *((-1.75, "lead", "try"),),
            (-0.4, "lead", "release", {"people_out": True, "tools_out": True}),
        ),
        isolation(
            *("chain-1", "FIL-1", "Filler 1, to look at its chain"),
            [
                _point("Q-1.2 filler", "proved_dead", "Off"),
                _point("XV-1.1 air", "proved", "Closed and vented"),
            ],
            *((-30.0, "lead", "draw"), (-29.5, "fenna", "card")),
            *((-0.58, "te", "begin", {"item": "chain-1"}), (-0.56, "te", "apply")),
            (-0.54, "te", "try"),
        ),
    ]
