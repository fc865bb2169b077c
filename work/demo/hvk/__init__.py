"""Havenkade Ingredients & Terminal, the reference site: what it is and what happened there."""

from datetime import timedelta

from work.demo.data import Demo, Window
from work.demo.hvk import (
    done,
    ended_production,
    ended_site,
    live,
    planned_blocked,
    planned_packaging,
    planned_process,
    requested,
    waiting,
)
from work.demo.hvk.classes import CLASSES
from work.demo.hvk.people import CREWS, PEOPLE, POSTS, TEAMS
from work.demo.hvk.places import AREAS, NEIGHBOURS, PLACES
from work.demo.hvk.things import MOVING, STANDING
from work.demo.moments import Day

RULES = (
    {
        "key": "con-place-check",
        "what": "Work place of the contractor checked by HSE",
        "supplier": "work.check",
        "params": {"role": "hse"},
        "kind": "permit",
        "gate": "start",
        "type": "CON",
        "place": "PH-20",
        "lead": timedelta(hours=4),
    },
    {
        "key": "guard-agreed",
        "what": "Work at the guards agreed with the supervisor",
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
        "key": "bund-drain-shut",
        "what": "Drain of the bund shut and tagged",
        "supplier": "work.check",
        "params": {"role": "shift_lead"},
        "kind": "plant",
        "gate": "start",
        "place": "BUND-A",
    },
)

STATES = (
    (-100.0, "L1", "running", "supervisor", "Campaign of sunflower 1 l"),
    (-100.0, "L2", "running", "supervisor", ""),
    (-92.0, "U-310", "running", "supervisor", "After the autumn stop"),
    (-92.0, "U-320", "running", "supervisor", ""),
    (-60.0, "L5", "in_test", "supervisor", "Electrical tests of the project"),
    (-0.9, "L4", "in_work", "shiftlead", "Cleaning between products"),
    (-2.9, "DOCK-3", "held", "supervisor", "Drain cover broken"),
    (-0.98, "L3", "stopped", "shiftlead", "Guard trip, the switch does not close"),
)

WINDOWS = (
    Window("l3-stop", "L3", "Stop of line 3", -0.95, 0.6, "shiftlead", -0.96),
    Window("l3-next", "L3", "Next planned stop of line 3", 3.0, 4.0, "fenna"),
    Window("steam-off", "50", "Boiler 501 off load", -0.6, 0.6, "supervisor"),
    Window("tank-stop", "20", "Tank farm without transfers", Day(3, 8), Day(3, 16), "supervisor"),
    Window("jetty-free", "J1", "Jetty free between barge and coaster", 0.4, 0.99, "mieke"),
)

OPEN = (
    *requested.JOBS,
    *planned_blocked.JOBS,
    *planned_process.JOBS,
    *planned_packaging.JOBS,
    *live.JOBS,
    *waiting.JOBS,
    *done.JOBS,
)
ENDED = (*ended_production.JOBS, *ended_site.JOBS)

DEMO = Demo(
    slug="hvk",
    name="Havenkade Ingredients & Terminal",
    last_number=1000,
    places=PLACES,
    areas=AREAS,
    teams=TEAMS,
    crews=CREWS,
    shifts=(43, 12),
    people=PEOPLE,
    posts=POSTS,
    rules=RULES,
    classes=CLASSES,
    assets=(*STANDING, *MOVING),
    neighbours=NEIGHBOURS,
    states=STATES,
    windows=WINDOWS,
    leavers=((-40.0, "gerard"),),
    domains=True,
    jobs=(*ENDED, *OPEN),
)
