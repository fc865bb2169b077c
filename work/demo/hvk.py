"""Havenkade Ingredients & Terminal: its places, people, posts, types, rules and things."""

from datetime import timedelta

from work.demo.data import Demo, Job, Person, Post, Type, Window
from work.states import Role

PLACES = (
    ("HVK", "Havenkade Ingredients & Terminal", "site", ""),
    ("10", "Jetty & Intake", "area", "HVK"),
    ("J1", "Jetty 1", "unit", "10"),
    ("LA-101", "Loading arm 101", "functional_location", "J1"),
    ("20", "Tank farm", "area", "HVK"),
    ("BUND-A", "Bund A", "unit", "20"),
    ("TK-204", "Tank 204", "functional_location", "BUND-A"),
    ("BUND-B", "Bund B", "unit", "20"),
    ("TK-212", "Tank 212", "functional_location", "BUND-B"),
    ("PH-20", "Pump house", "process_cell", "20"),
    ("P-201A", "Transfer pump 201A", "functional_location", "PH-20"),
    ("30", "Process hall", "area", "HVK"),
    ("U-310", "Refining", "unit", "30"),
    ("P-301", "Feed pump 301", "functional_location", "U-310"),
    ("E-312", "Heat exchanger 312", "functional_location", "U-310"),
    ("PSV-311", "Safety valve 311", "functional_location", "U-310"),
    ("U-320", "Blending", "unit", "30"),
    ("M-321", "Blender 321", "functional_location", "U-320"),
    ("CIP-330", "Cleaning in place 330", "unit", "30"),
    ("40", "Packaging", "area", "HVK"),
    ("L1", "Line 1 bottles", "line", "40"),
    ("L2", "Line 2 cans", "line", "40"),
    ("L3", "Line 3 pouches", "line", "40"),
    ("FIL-3", "Filler 3", "functional_location", "L3"),
    ("MD-3", "Metal detector 3", "functional_location", "L3"),
    ("GRD-3", "Guard circuit 3", "functional_location", "L3"),
    ("L4", "Line 4 IBC", "line", "40"),
    ("50", "Utilities", "area", "HVK"),
    ("B-501", "Boiler 501", "functional_location", "50"),
    ("K-511", "Compressor 511", "functional_location", "50"),
    ("60", "Warehouse & docks", "area", "HVK"),
    ("DOCK-3", "Dock 3", "storage_zone", "60"),
    ("COLD", "Cold cell", "storage_zone", "60"),
    ("80", "Project area", "area", "HVK"),
    ("L5", "Line 5", "line", "80"),
    ("L5-ELE", "Line 5 electrical", "unit", "L5"),
)

COMPANIES = (("lasteam", "LasTeam BV"), ("hydrex", "Hydrex Industrial Cleaning"))

PEOPLE = (
    Person("supervisor", "Marit de Vries", ((Role.SUPERVISOR, ""),), login=True, phone="2101"),
    Person("shiftlead", "Joost Bakker", ((Role.SHIFT_LEAD, "40"),), "A", login=True, phone="2140"),
    Person(
        "technician",
        "Sanne Visser",
        ((Role.TECHNICIAN, "30"), (Role.TECHNICIAN, "40")),
        "A",
        login=True,
    ),
    Person("issuer", "Pieter Kok", ((Role.PERMIT_ISSUER, ""),), login=True, phone="2115"),
    Person("contractor", "Hamid Yilmaz", ((Role.CONTRACTOR, ""),), company="lasteam", login=True),
    Person("viewer", "Ingrid Smit", ((Role.VIEWER, ""),), login=True),
    Person("admin", "Bram Mulder", ((Role.SITE_ADMIN, ""),), login=True),
    Person("planner", "Els Hendriks", ((Role.PLANNER, ""),), phone="2105"),
    Person("wouter", "Wouter Dijkstra", ((Role.HSE, ""),), phone="2111"),
    Person("yara", "Yara Schouten", ((Role.QUALITY, ""),), phone="2118"),
    Person("karel", "Karel Vos", ((Role.AREA_OWNER, "20"), (Role.AREA_OWNER, "30"))),
    Person("fenna", "Fenna Boersma", ((Role.AREA_OWNER, "40"),)),
    Person("lotte", "Lotte Brouwer", ((Role.SHIFT_LEAD, "30"),), "A", phone="2130"),
    Person("tim", "Tim de Boer", ((Role.SHIFT_LEAD, "40"), (Role.SHIFT_LEAD, "30")), "B"),
    Person("stefan", "Stefan Maas", ((Role.SHIFT_LEAD, "60"),), "A", phone="2160"),
    Person("daan", "Daan Willems", ((Role.OPERATOR, "40"),), "A"),
    Person("noor", "Noor Peters", ((Role.OPERATOR, "30"), (Role.OPERATOR, "20")), "A"),
    Person("sem", "Sem van Dijk", ((Role.OPERATOR, "60"), (Role.OPERATOR, "10")), "A"),
    Person("ruud", "Ruud Jansen", ((Role.TECHNICIAN, ""),), "A"),
    Person("olga", "Olga Meijer", ((Role.TECHNICIAN, ""),), "B"),
    Person("gerard", "Gerard Timmer", ((Role.AREA_OWNER, "50"),)),
    Person("luuk", "Luuk Prins", ((Role.CONTRACTOR, ""),), company="lasteam"),
    Person("jeroen", "Jeroen Kuipers", ((Role.CONTRACTOR, ""),), company="hydrex"),
)

POSTS = (
    Post("sup", "Supervisor, site", Role.SUPERVISOR, "HVK", "supervisor", ("tim",)),
    Post("sl-30", "Shift lead, Process hall", Role.SHIFT_LEAD, "30", "lotte", ("tim",)),
    Post("sl-40", "Shift lead, Packaging", Role.SHIFT_LEAD, "40", "shiftlead", ("tim",)),
    Post("sl-60", "Shift lead, Warehouse", Role.SHIFT_LEAD, "60", "stefan"),
    Post("ao-20", "Area owner, Tank farm", Role.AREA_OWNER, "20", "karel"),
)

TYPES = (
    Type(
        "MNT",
        "Maintenance follow-up",
        "wrench",
        "Maintenance",
        fields=(
            {
                "key": "failure_mode",
                "label": "Failure mode",
                "kind": "choice",
                "choices": ["leak", "vibration", "electrical", "wear", "other"],
                "required_at": "complete",
                "filterable": True,
                "column": True,
            },
            {"key": "order", "label": "Order number", "kind": "text", "filterable": True},
        ),
        criteria=({"key": "runs", "text": "Runs at normal load without leak or alarm"},),
        lines=(
            {"key": "safe", "text": "Equipment isolated and tried out?", "kind": "pass_fail"},
            {"key": "clean", "text": "Work place clean, guards back?", "kind": "pass_fail"},
        ),
        settings={"takes_out": True, "due_days": 14},
    ),
    Type(
        "CON",
        "Contractor job",
        "hard-hat",
        "Contractors",
        fields=({"key": "scope", "label": "Scope", "kind": "long_text", "required_at": "plan"},),
        criteria=({"key": "scope", "text": "Done as agreed, place handed back", "evidence": True},),
        settings={"four_eyes": True, "due_days": 30},
    ),
    Type(
        "CLN",
        "Cleaning",
        "spray-can",
        "Hygiene",
        fields=(
            {
                "key": "method",
                "label": "Method",
                "kind": "choice",
                "choices": ["dry", "wet", "CIP", "allergen"],
                "required_at": "plan",
                "column": True,
            },
        ),
        criteria=(
            {"key": "swab", "text": "Swab below the limit", "evidence": True, "quality": True},
        ),
        lines=(
            {"key": "visual", "text": "Visually clean?", "kind": "pass_fail"},
            {
                "key": "atp",
                "text": "ATP of the swab",
                "kind": "reading",
                "unit": "RLU",
                "high": 100,
            },
        ),
        settings={"accept_role": "quality", "on_it_now": True},
    ),
    Type(
        "INS",
        "Inspection",
        "clipboard-check",
        "Inspection",
        criteria=({"key": "verdict", "text": "Every finding has an owner"},),
        lines=(
            {
                "key": "vibration",
                "text": "Vibration, drive end",
                "kind": "reading",
                "unit": "mm/s",
                "low": 0,
                "high": "7.1",
            },
            {
                "key": "energy",
                "text": "Guard may be opened: energy released?",
                "kind": "pass_fail",
                "hold_point": True,
            },
            {
                "key": "oil",
                "text": "Oil level",
                "kind": "choice",
                "choices": ["low", "normal", "high"],
                "na_allowed": True,
            },
            {"key": "remark", "text": "What was seen", "kind": "text"},
        ),
    ),
    Type(
        "LOG",
        "Logistics movement",
        "truck",
        "Logistics",
        fields=(
            {"key": "to", "label": "To", "kind": "text", "required_at": "plan", "column": True},
            {"key": "weight", "label": "Weight", "kind": "number", "unit": "kg"},
        ),
        stages=(
            {"key": "loading", "label": "Loading", "status": "live"},
            {"key": "sealed", "label": "Sealed", "status": "live"},
            {"key": "road", "label": "On the road", "status": "live"},
        ),
        criteria=({"key": "arrived", "text": "Arrived, papers complete"},),
        settings={"on_it_now": True},
    ),
    Type(
        "RST",
        "Restart check",
        "power",
        "Production",
        criteria=(
            {"key": "why", "text": "The cause of the stop is removed"},
            {"key": "guards", "text": "Guards tested", "evidence": True},
        ),
        lines=(
            {
                "key": "guards",
                "text": "Guard circuit tested, each door?",
                "kind": "pass_fail",
                "hold_point": True,
            },
            {"key": "metal", "text": "Metal detector verified?", "kind": "pass_fail"},
        ),
        settings={"four_eyes": True},
    ),
    Type(
        "PUN",
        "Punch item",
        "list-checks",
        "Project",
        fields=(
            {
                "key": "category",
                "label": "Category",
                "kind": "choice",
                "choices": ["A", "B", "C"],
                "required_at": "request",
                "filterable": True,
                "column": True,
            },
        ),
        settings={"four_eyes": True},
    ),
    Type(
        "FLD",
        "Field issue",
        "triangle-alert",
        "Field",
        criteria=({"key": "gone", "text": "The issue is gone"},),
        settings={"on_it_now": True, "sample_percent": 20},
    ),
)

RULES = (
    {
        "key": "con-place-check",
        "what": "Work place of the contractor checked by HSE",
        "supplier": "work.check",
        "params": {"role": "hse"},
        "kind": "permit",
        "gate": "start",
        "type": "CON",
        "place": "20",
        "lead": timedelta(hours=4),
    },
    {
        "key": "guard-agreed",
        "what": "Test of the guards agreed with the supervisor",
        "supplier": "work.check",
        "params": {"role": "supervisor"},
        "kind": "decision",
        "gate": "start",
        "place": "40",
        "safety_critical_only": True,
        "one_time": True,
        "waivable_by": "area_owner",
        "mode": "enforce",
    },
    {
        "key": "line-clearance",
        "what": "Line clearance seen by quality",
        "supplier": "work.check",
        "params": {"role": "quality"},
        "kind": "decision",
        "gate": "start",
        "type": "CLN",
    },
)

CLASSES = (
    {
        "code": "pump",
        "name": "Pump",
        "fields": [{"key": "power", "label": "Power, kW", "kind": "number"}],
        "statuses": [
            {"key": "in_service", "label": "In service", "ready": True},
            {"key": "standby", "label": "Standby", "ready": True},
            {"key": "out", "label": "Out of service", "ready": False},
        ],
    },
    {
        "code": "safety",
        "name": "Safety device",
        "statuses": [
            {"key": "calibrated", "label": "Calibrated", "ready": True},
            {"key": "due", "label": "Calibration due", "ready": False},
            {"key": "failed", "label": "Failed", "ready": False},
        ],
    },
    {
        "code": "container",
        "name": "Container",
        "statuses": [
            {"key": "cleaned", "label": "Cleaned", "ready": True},
            {"key": "filled", "label": "Filled", "ready": True},
            {"key": "dirty", "label": "Dirty", "ready": False},
        ],
    },
    {
        "code": "vehicle",
        "name": "Vehicle",
        "statuses": [
            {"key": "available", "label": "Available", "ready": True},
            {"key": "inspection_due", "label": "Inspection due", "ready": False},
        ],
    },
)

ASSETS = (
    ("pump", "PMP-0311", "Centrifugal pump KSB 65-200", "P-301", "in_service"),
    ("pump", "PMP-0204", "Centrifugal pump KSB 80-250", "P-201A", "standby"),
    ("safety", "SAF-0311", "Safety valve DN50", "PSV-311", "calibrated"),
    ("safety", "SAF-0043", "Guard switch Pilz PSEN", "GRD-3", "failed"),
    ("safety", "SAF-0047", "Metal detector head", "MD-3", "due"),
    ("container", "IBC-4417", "IBC 1,000 l", "COLD", "filled"),
    ("container", "IBC-4418", "IBC 1,000 l", "L4", "dirty"),
    ("vehicle", "TR-07", "Yard tractor 7", "DOCK-3", "available"),
)

NEIGHBOURS = (
    ("BUND-A", "BUND-B", "next_to"),
    ("BUND-A", "PH-20", "same_drain"),
    ("L3", "L4", "next_to"),
    ("U-310", "CIP-330", "same_drain"),
)

STATES = (
    (-900, "L1", "running", "supervisor", "Campaign of sunflower 1 l"),
    (-900, "L2", "running", "supervisor", ""),
    (-700, "U-310", "running", "supervisor", "After the autumn stop"),
    (-120, "L5", "in_test", "supervisor", "Electrical tests of the project"),
    (-30, "L4", "in_work", "supervisor", "Cleaning between products"),
    (-20, "DOCK-3", "held", "supervisor", "Drain cover broken"),
    (-3.5, "L3", "stopped", "shiftlead", "Guard trip, switch does not close"),
)

WINDOWS = (
    Window("l3-stop", "L3", "Stop of line 3", -4, 3, "shiftlead", -3.4),
    Window("tank-stop", "20", "Tank farm without transfers", 5, 11, "supervisor"),
)


def demo(jobs: tuple[Job, ...]) -> Demo:
    """The site with its jobs."""
    return Demo(
        slug="hvk",
        name="Havenkade Ingredients & Terminal",
        last_number=1000,
        places=PLACES,
        companies=COMPANIES,
        crews=("A", "B", "C", "D", "E"),
        people=PEOPLE,
        posts=POSTS,
        types=TYPES,
        rules=RULES,
        classes=CLASSES,
        assets=ASSETS,
        neighbours=NEIGHBOURS,
        states=STATES,
        windows=WINDOWS,
        leavers=((-26, "gerard"),),
        jobs=jobs,
    )
