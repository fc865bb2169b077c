"""What is usually filled in and answered on work of each shipped type.

A span of time is a date so long after the demo's moment; THE_SHIFT the shift of the act.
"""

from datetime import timedelta
from typing import Any

THE_SHIFT = object()

# Values by step, where a job does not say others.
VALUES: dict[str, dict[str, dict[str, Any]]] = {
    "PRD": {
        "plan": {"product": "Sunflower oil", "setting": "Line speed"},
        "start": {"target": "As in the recipe"},
        "complete": {"deviation": "none"},
    },
    "MNT": {
        "plan": {"isolation_needed": False},
        "complete": {"failure_mode": "wear", "downtime_reason": "none"},
    },
    "LOG": {
        "plan": {"to": "Dock"},
        "start": {"vehicle": "TR-07"},
        "complete": {"weight": 1000},
    },
    "CON": {
        "plan": {"host": "Henk van Leeuwen"},
        "start": {"foreman": "Hamid Yilmaz", "crew": "As on the gate list of the day"},
        "complete": {"waste": "taken away"},
    },
    "INS": {
        "plan": {"template": "Outside inspection"},
        "complete": {"verdict": "in order", "next_due": timedelta(days=365)},
    },
    "RND": {
        "plan": {"route": "Area round", "shift": THE_SHIFT},
        "complete": {"exceptions": 0},
    },
    "CLN": {
        "plan": {"method": "wet"},
        "start": {"agent": "Topax 66"},
        "complete": {"swab": 24},
    },
    "PUN": {
        "plan": {
            "subsystem": "L5-ELE",
            "category": "B",
            "discipline": "electrical",
            "company": "Brandsma E&I",
            "blocks_certificate": False,
        },
    },
    "COM": {
        "plan": {"subsystem": "L5-ELE", "procedure": "CP-L5-01"},
        "start": {"certificate": "MC-L5-ELE"},
        "complete": {"result": "passed"},
    },
    "RST": {
        "plan": {"reason": "Planned stop", "release_role": "shift lead"},
        "start": {"changed": "Nothing but what the work orders say"},
    },
    "ISO": {
        "plan": {"plan": "ISO plan of the equipment", "points": 3},
        "start": {"box": "B-07"},
        "complete": {"tryout": "dead"},
    },
    "FLD": {"request": {"danger": False}, "plan": {"interim": "Taped off, told to the lead"}},
}

LINES: dict[str, dict[str, Any]] = {
    "PRD": {"product": "pass", "recipe": "pass", "first": "good", "reached": "As in the recipe"},
    "MNT": {
        "safe": "pass",
        "found": "As was reported",
        "parts": "na",
        "vibration": "na",
        "clean": "pass",
    },
    "LOG": {"clean": "pass", "temperature": "na", "seal": "na", "papers": "pass"},
    "CON": {"briefed": "pass", "barriers": "pass", "left": "na", "clean": "pass"},
    "INS": {
        "access": "pass",
        "condition": "good",
        "vibration": "na",
        "temperature": "na",
        "seen": "Nothing out of the ordinary",
    },
    "RND": {
        "leaks": "none",
        "pressure": 6.4,
        "sump": 35,
        "vibration": 3.1,
        "exits": "pass",
        "remark": "na",
    },
    "CLN": {"strength": 1.5, "temperature": 72, "rinsed": "pass", "visual": "pass", "atp": 24},
    "PUN": {"done": "pass", "drawing": "not touched"},
    "COM": {
        "clear": "pass",
        "insulation": "na",
        "rotation": "not tested",
        "interlocks": "pass",
        "remark": "na",
    },
    "RST": {"empty": "pass", "guards": "pass", "metal": "pass", "first": "good", "remark": "na"},
    "ISO": {"points": "pass", "drained": "pass", "tryout": "pass", "voltage": 0},
    "FLD": {"made_safe": "pass", "photo": "na", "cause": "na"},
}

# The words that are signed as evidence.
PROOF: dict[str, dict[str, str]] = {
    "CON": {"scope": "Walked through with the host, sheet signed by both"},
    "CLN": {"swab": "Swab taken at three points, all below the limit"},
    "PUN": {"right": "Checked against the drawing, sheet signed"},
    "COM": {"result": "Test sheet signed by both sides"},
    "RST": {"guards": "Every door opened once at crawl speed, machine stopped each time"},
    "ISO": {"dead": "Started from the panel and at the machine: nothing moved"},
}
