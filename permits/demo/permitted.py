"""The permits of hvk: in every state that one can be in, and why."""

from collections.abc import Mapping
from functools import partial

from permits.demo.cases import PermitCase, Step
from work.ports import Stage

_HOT = {
    "answers": {"spark": "Welding set and grinder", "below": "Drain, pump, cable tray"},
    "sample_points": ["Where it is welded", "Drain below it"],
}


def _asked(when: float, by: str = "te", *, check: str = "lead", authorise: str) -> tuple[Step, ...]:
    """Asked for, checked where somebody does, and authorised, at night within minutes."""
    checked: tuple[Step, ...] = ((when + 0.01, check, "check"),) if check else ()
    return ((when, by, "ask"), *checked, (when + 0.02, authorise, "authorise"))


def cases(stage: Stage, kinds: Mapping[str, int], found: dict[str, int]) -> list[PermitCase]:
    """All of them."""
    permit = partial(PermitCase, stage, kinds, found)
    return [*_past(permit), *_now(permit), *_coming(permit)]


def _past(permit: partial[PermitCase]) -> list[PermitCase]:
    """What is over, and what is handed back."""
    return [
        permit(
            *("lamp-60", "height", "DOCK-5"),
            *((-9.8, "planner", "ask"), (-9.6, "mieke", "authorise")),
            *((-8.8, "op", "issue"), (-8.76, "lead", "take")),
            (-8.4, "lead", "hand_back", {"complete": True, "left": "Lamp burns, tower is away"}),
            (-8.3, "op", "close", {"inspected": "Dock swept, nothing lies about"}),
            **{"window": (-9.0, -8.05), "performer": "lead", "risk": "low"},
            what="Change the lamp above dock 5",
            where_exactly="From the rolling tower, bay of dock 5",
            method="Two people, tower with stabilisers, dock closed",
            tools="Rolling tower, lamp",
            condition="Dock empty and closed",
        ),
        permit(
            *("gutter-60", "height", "DOCK-6"),
            *((-6.9, "planner", "ask"), (-6.7, "mieke", "authorise")),
            **{"window": (-6.0, -5.1), "performer": "lead", "risk": "low"},
            what="Clean the gutter of dock 6",
            where_exactly="Roof edge above dock 6",
            method="From the platform, harness on",
            tools="Aerial platform, bucket",
            condition="Dry, no wind",
        ),
        permit(
            *("cap-1", "hot-work", "CAP-1"),
            (-5.9, "te", "ask"),
            (-5.5, "fenna", "refuse", {"why": "Line 1 runs: take it off and weld in the workshop"}),
            **{"window": (-5.0, -4.2), "performer": "te"},
            what="Weld the bracket of capper 1 in place",
            where_exactly="Left of capper head 6",
            method="Weld from the platform while the line runs",
            tools="Welding set",
            condition="Line running",
            **_HOT,
        ),
        permit(
            *("agitator-323", "opening", "M-323"),
            *_asked(-2.97, authorise="karel"),
            *((-2.86, "op", "issue"), (-2.84, "te", "take")),
            (-2.08, "te", "hand_back", {"complete": True, "left": "Agitator out, cover bolted"}),
            (-2.04, "op", "close", {"inspected": "Vessel shut with 8 bolts, floor dry"}),
            **{"item": "agitator-323", "window": (-2.96, -2.01), "performer": "te"},
            what="Take the agitator of blender 323 off its shaft",
            where_exactly="From the platform, through the large manhole",
            method="Cover off, shaft held by the hoist, key driven out",
            tools="Hoist 1 t, puller",
            condition="Vessel empty, drive off, vent open",
        ),
        permit(
            *("cell-2", "height", "L2"),
            *_asked(-1.72, check="", authorise="fenna"),
            *((-1.66, "op", "issue"), (-1.64, "te", "take")),
            (-1.18, "te", "hand_back", {"complete": True, "left": "Guard is back, line cleared"}),
            **{"item": "cell-2", "window": (-1.7, -1.05), "performer": "te", "risk": "low"},
            what="Replace the photo cell above the can infeed",
            where_exactly="Platform of the infeed, 2.4 m",
            method="From the fixed ladder, harness on",
            tools="Hand tools, harness",
            condition="Infeed stopped at the panel",
        ),
    ]


def _now(permit: partial[PermitCase]) -> list[PermitCase]:
    """What people stand behind at this moment."""
    return [
        permit(
            *("ep-231", "electrical", "GRD-3"),
            *_asked(-0.94, authorise="fenna"),
            *((-0.82, "op", "issue"), (-0.78, "te", "take"), (-0.77, "te", "sign_on")),
            (-0.6, "lead", "first", {"of": "restart-3", "what": "Electrical permit is closed"}),
            **{"item": "guard-3", "window": (-0.94, 0.5), "performer": "te"},
            what="Replace the guard switch of the left door",
            where_exactly="Line 3, left door, terminal box X3",
            method="Box open, switch changed, wires by the drawing, doors tested one by one",
            tools="Insulated tools, tester",
            condition="Line 3 stopped and empty",
        ),
        permit(
            *("tray-20", "hot-work", "PH-20"),
            *(((-3, 10), "contractor", "ask"), ((-2, 9), "lead", "check")),
            *(((-2, 14), "wouter", "endorse", {"conditions": "Drain covered, pump 201B stands"}),),
            *(((-2, 15.5), "karel", "authorise"), (-0.74, "lab", "test"), (-0.71, "op", "issue")),
            *((-0.68, "contractor", "take"), (-0.67, "contractor", "sign_on")),
            (-0.3, "lab", "test"),
            **{"item": "tray-20", "window": (-0.8, 0.35), "performer": "contractor"},
            **{"company": "lasteam", "risk": "high"},
            what="Weld the drip tray of the pump house",
            where_exactly="Below pump 201A, 30 cm of crack",
            method="Grind out, weld in two runs, one fire watch",
            tools="Grinder, welding set",
            condition="Pump 201A stopped, tray dry and clean",
            **_HOT,
        ),
        permit(
            *("gasket-311", "opening", "R-311"),
            *_asked(-1.32, authorise="karel"),
            *((-1.28, "op", "issue"), (-1.26, "te", "take")),
            *((-0.99, "te", "accept"), (-0.985, "op", "take_over"), (-0.97, "te", "sign_on")),
            **{"item": "gasket-311", "window": (-1.31, 0.6), "performer": "te"},
            what="Change the gasket of the manhole of reactor 311",
            where_exactly="Manhole on the platform of 6 m",
            method="Bolts out crosswise, gasket changed, 90 Nm in three rounds",
            tools="Torque wrench TL-014",
            condition="Reactor empty, vent open, 40 °C at the most",
        ),
        permit(
            *("cip-330", "hot-work", "CIP-330"),
            *_asked(-0.84, authorise="karel"),
            *((-0.78, "lab", "test"), (-0.76, "op", "issue"), (-0.74, "te", "take")),
            (-0.45, "lab", "test"),
            (-0.1, "te", "hand_back", _WATCHED),
            **{"window": (-0.83, 0.3), "performer": "te"},
            what="Weld the rest of the pipe support of the CIP return",
            where_exactly="Behind the hot water vessel",
            method="Two seams of 4 cm, blanket over the cable tray",
            tools="Welding set",
            condition="Return line empty and cold",
            **_HOT,
        ),
        permit(
            *("rail-322", "height", "M-322"),
            *_asked(-0.52, check="", authorise="karel"),
            *((-0.46, "op", "issue"), (-0.42, "te", "take"), (-0.41, "te", "sign_on")),
            (-0.03, "lab", "stop", {"why": "The second bolt of the rail turned by hand"}),
            **{"window": (-0.51, 0.3), "performer": "te", "risk": "low"},
            what="Fasten the hand rail of the platform at blender 322",
            where_exactly="Platform of blender 322, north side",
            method="Harness on the marked beam, new bolts one by one",
            tools="Hand tools, harness",
            condition="Platform closed by a chain",
        ),
    ]


_WATCHED = {
    "complete": True,
    "left": "Seams done, blanket left until the watch is over",
    "watcher": "lab",
}


def _coming(permit: partial[PermitCase]) -> list[PermitCase]:
    """What is asked for, looked at, to be given out."""
    return [
        permit(
            *("con-14", "hot-work", "BUND-A"),
            *(((-3, 12), "contractor", "ask"), (-1.1, "lead", "check")),
            **{"item": "con-14", "window": ((3, 13), (3, 17)), "performer": "contractor"},
            **{"company": "lasteam", "risk": "high"},
            what="Weld the bracket of the level gauge at tank 203",
            where_exactly="Bund A, ladder side of tank 203, 1.2 m above the floor",
            method="Grind, weld one bracket, fire watch for an hour",
            tools="Welding set, grinder",
            condition="No transfer in bund A, drain shut",
            **_HOT,
        ),
        permit(
            *("seal-201", "opening", "P-201A"),
            *_asked(-1.16, "lead", authorise="karel"),
            **{"item": "seal-201", "window": (0.38, 0.95), "performer": "te"},
            what="Renew the seal of transfer pump 201A",
            where_exactly="Pump house, drive end",
            method="Spool out, seal cartridge changed",
            tools="Hand tools, puller",
            condition="Pump isolated and drained",
        ),
        permit(
            *("coil-311", "high-pressure", "R-311"),
            ((-2, 11), "jeroen", "ask"),
            **{"item": "coil-311", "window": ((2, 8), (2, 15)), "performer": "jeroen"},
            **{"company": "hydrex"},
            what="Clean the coil of reactor 311 with high pressure",
            where_exactly="Coil, from the lower manhole",
            method="Lance of 2 m, 900 bar, from outside",
            tools="Pump unit on the truck, lance, foot valve",
            condition="Reactor empty and cold, coil isolated",
        ),
        permit(
            *("ep-233", "electrical", "MCC-5"),
            *(((-1, 13), "ruud", "ask"), (-0.96, "lead", "check")),
            **{"item": "drawer-5", "window": ((1, 9), (1, 12)), "performer": "ruud"},
            what="Change the drawer of fan 2 in the switch room",
            where_exactly="Section A, drawer 7",
            method="Drawer out, contacts measured, spare drawer in",
            tools="Insulated tools, arc suit",
            condition="Fan 1 runs alone",
        ),
        permit(
            *("ladder-214", "height", "TK-214"),
            ((-1, 14), "jeroen", "draft"),
            **{"window": ((5, 8), (5, 15)), "performer": "jeroen", "company": "hydrex"},
            what="Blast and paint the ladder of tank 214",
            where_exactly="Ladder from the ground to the first landing",
        ),
    ]
