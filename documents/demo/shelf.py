"""The documents of hvk and their revisions, as data."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Paper:
    """A revision: how far it comes in its wave. ends: "draft", "review", "approved" or "dated".

    starts: from when it is in use, as days and hour from the demo's moment; None: at once.
    """

    code: str
    label: str
    why: str
    text: tuple[str, ...]
    ends: str = "dated"
    starts: tuple[int, float] | None = None
    bearing: str = "notice"
    key_lines: tuple[str, ...] = ()
    author: str = "yara"


# Code, title, kind, owning team.
DOCUMENTS: tuple[tuple[str, str, str, str], ...] = (
    ("SOP-L3-012", "Restart line 3 after intervention", "procedure", "packaging"),
    ("SOP-CIP-004", "Clean blenders in place", "procedure", "process"),
    ("SOP-L4-003", "Allergen cleaning of line 4", "procedure", "packaging"),
    ("WI-HW-01", "Hot work outside the workshop", "instruction", "days"),
    ("WI-CS-02", "Entry into vessels and tanks", "instruction", "days"),
    ("WI-EL-03", "Work in electrical cabinets", "instruction", "days"),
    ("WI-LO-04", "Isolate, lock, try", "instruction", "days"),
    ("WI-J1-07", "Unload a barge", "instruction", "logistics"),
    ("CP-L5-01", "Energise line 5", "procedure", "project"),
    ("CP-L5-02", "Turn the drives of line 5 uncoupled", "procedure", "project"),
    ("E-512", "Cable trays and earthing of line 5", "drawing", "project"),
    ("SDS-T66", "Topax 66, alkaline foam", "data_sheet", "packaging"),
    ("FRM-GT-01", "Gas test in the field, on paper", "form", "days"),
)
LINES = ("Vent before the caustic", "Lock the bottom valve", "Try it before the lid is opened")
_FIRST = (
    Paper(
        *("SOP-L3-012", "3", "First of the new layout"),
        ("1. Tools counted.", "2. Guards shut.", "3. First pouches cut open."),
    ),
    Paper(*("SOP-CIP-004", "2", "Topax 66 takes the place of 64"), ("1. Drain.", "2. Foam.")),
    Paper(*("SOP-L4-003", "6", "Soy added"), ("1. Dry.", "2. Wet.", "3. Swab at three points.")),
    Paper(*("WI-HW-01", "5", "Fire watch of an hour"), ("Covered, tested, watched.",)),
    Paper(*("WI-CS-02", "4", "Rescue by the own crew"), ("Nobody goes in alone.",)),
    Paper(*("WI-EL-03", "2", "Arc suits"), ("Dead, locked, proved dead.",), author="ruud"),
    Paper(*("WI-LO-04", "7", "Own locks for all"), ("Each has a lock.",), author="ruud"),
    Paper(*("WI-J1-07", "9", "New arm"), ("Arm on, earth on, then the valve.",)),
    Paper(*("CP-L5-01", "B", "After the walk-down"), ("All A items gone.",), author="ruud"),
    Paper(*("CP-L5-02", "A", "First issue"), ("Couplings off.",), author="ruud"),
    Paper(*("E-512", "B", "As built, first part"), ("Tray 12 to the cabinet.",), author="ruud"),
    Paper(*("SDS-T66", "2026-03", "From the supplier"), ("Goggles, gloves.",)),
    Paper(*("FRM-GT-01", "1", "Where the screen fails"), ("Point, gas, value, name.",)),
)
_FOURTH = (
    Paper(
        *("SOP-L3-012", "4", "Swab before the first pouch"),
        (
            "1. Tools counted.",
            "2. Guards shut and tried.",
            "3. Swab.",
            "4. Pouches cut open.",
        ),
    ),
)
_LATEST = (
    Paper(
        *("SOP-L3-012", "5", "Names the new guard switch and its test"),
        ("1. Tools counted.", "2. Each door opened at crawl speed.", "3. Swab.", "4. Pouches."),
        starts=(1, 7.0),
    ),
    Paper(
        *("SOP-CIP-004", "3", "Somebody was splashed at the lid"),
        LINES,
        starts=(2, 6.0),
        bearing="hold_point",
        key_lines=LINES,
    ),
    Paper(
        *("CP-L5-02", "B", "Second review of the supplier's words"),
        ("Couplings off, direction by phase meter.",),
        ends="review",
        author="ruud",
    ),
    Paper(
        *("E-512", "C", "Tray 12 as it was found in the field"),
        ("Tray 12 ends at the column.",),
        ends="review",
        author="ruud",
    ),
    Paper(*("WI-HW-01", "6", "Battery tools"), ("Spare cells stay outside.",), ends="draft"),
)
# When: None as the first thing of all.
WAVES: tuple[tuple[Any, tuple[Paper, ...]], ...] = (
    (None, _FIRST),
    (-60.0, _FOURTH),
    (-1.15, _LATEST),
)
# Document, and what it applies to: a type of work and a place, or a kind of record; read by all?
APPLIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("SOP-L3-012", {"type": "RST", "place": "L3", "acknowledge": True}),
    ("SOP-CIP-004", {"type": "CLN", "place": "30", "acknowledge": True}),
    ("SOP-L4-003", {"type": "CLN", "place": "L4"}),
    ("WI-HW-01", {"kind_key": "permits.type", "kind_code": "hot-work"}),
    ("WI-CS-02", {"kind_key": "permits.type", "kind_code": "confined-space"}),
    ("WI-EL-03", {"kind_key": "permits.type", "kind_code": "electrical"}),
    ("WI-LO-04", {"kind_key": "permits.isolation", "kind_code": "plan"}),
    ("WI-J1-07", {"type": "LOG", "place": "J1"}),
    ("CP-L5-01", {"type": "COM", "place": "L5-ELE"}),
)
# When, which revision, and the parts of who has read it by then.
READ: tuple[tuple[Any, str, str, tuple[str, ...]], ...] = (
    (-125.0, "SOP-CIP-004", "2", ("op-r",)),
    (-59.0, "SOP-L3-012", "4", ("op-p", "lead-p")),
    (-0.5, "SOP-L3-012", "5", ("lead-p",)),
)
