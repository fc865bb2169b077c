"""Nordmaris Depot: small, and known to the administrator of both sites and its own people only."""

from work.demo.data import Area, Demo, Person, Post
from work.demo.flows import accept, asked, finish, job, plan, start
from work.states import Role

_NO = {"isolation_needed": False}

DEMO = Demo(
    slug="nrd",
    name="Nordmaris Depot",
    last_number=200,
    places=(
        ("NRD", "Nordmaris Depot", "site", ""),
        ("N10", "Depot yard", "area", "NRD"),
        ("N20", "Filling hall", "area", "NRD"),
        ("NP-1", "Filling pump 1", "functional_location", "N20"),
    ),
    areas={"NRD": Area("", "sup", lead="hugo", hands="nina")},
    people=(
        Person("admin", "Bram Mulder", ((Role.SITE_ADMIN, ""),), login=True),
        Person("hugo", "Hugo Evers", ((Role.SUPERVISOR, ""), (Role.PLANNER, ""))),
        Person("nina", "Nina de Wit", ((Role.TECHNICIAN, ""),)),
    ),
    posts=(Post("sup", "Supervisor, depot", Role.SUPERVISOR, "NRD", "hugo"),),
    types=("FLD", "MNT"),
    jobs=(
        job(
            "MNT",
            "NP-1",
            "Replace coupling of filling pump 1",
            "Noise since the last delivery",
            -6.3,
            plan(-6.0, "nina", by="hugo", start=-3.7, values=_NO),
            start(-3.7),
            finish(-3.2),
            accept(-3.1, "hugo"),
            by="nina",
        ),
        job(
            "MNT",
            "N10",
            "Gate of the yard does not close",
            "Motor stops half way",
            -0.8,
            plan(-0.7, "nina", by="hugo", start=0.2, values=_NO),
            by="nina",
        ),
        asked("FLD", "N20", "Lamp above pump 1 is out", "Dark at night", -0.3, "nina"),
    ),
)
