"""Nordmaris Depot: small, and known to the administrator of both sites and its own people only."""

from work.demo.data import Demo, Job, Person, Post, Type, accept, answer, complete, plan, start
from work.states import Role

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
    people=(
        Person("admin", "Bram Mulder", ((Role.SITE_ADMIN, ""),), login=True),
        Person("hugo", "Hugo Evers", ((Role.SUPERVISOR, ""), (Role.PLANNER, ""))),
        Person("nina", "Nina de Wit", ((Role.TECHNICIAN, ""),)),
    ),
    posts=(Post("sup", "Supervisor, depot", Role.SUPERVISOR, "NRD", "hugo"),),
    types=(
        Type(
            "MNT",
            "Maintenance follow-up",
            "wrench",
            lines=({"key": "clean", "text": "Work place clean?", "kind": "pass_fail"},),
        ),
    ),
    jobs=(
        Job(
            "pump",
            "MNT",
            "NP-1",
            "Replace coupling of filling pump 1",
            "Noise since Monday",
            (-50, "nina"),
            (
                plan(-48, "sup", "nina", by="hugo", start=-30),
                start(-30),
                answer(-27, clean="pass"),
                complete(-26),
                accept(-25, "hugo"),
            ),
        ),
        Job(
            "gate",
            "MNT",
            "N10",
            "Gate of the yard does not close",
            "Motor stops half way",
            (-6, "nina"),
            (plan(-5, "sup", "nina", by="hugo", start=2),),
        ),
        Job("lamp", "MNT", "N20", "Lamp above pump 1 is out", "Dark at night", (-2, "nina")),
    ),
)
