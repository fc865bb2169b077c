"""Sixty people of hvk: five crews of eight, fourteen of days, three companies; posts and teams."""

from itertools import chain

from work.demo.data import Person, Post
from work.demo.moments import Day
from work.states import Role

CREWS = ("A", "B", "C", "D", "E")

TEAMS = (
    ("days", "Days", "department"),
    ("process", "Process and tank farm", "department"),
    ("packaging", "Packaging", "department"),
    ("logistics", "Logistics", "department"),
    ("project", "Project line 5", "department"),
    ("lasteam", "LasTeam BV", "company"),
    ("hydrex", "Hydrex Industrial Cleaning", "company"),
    ("brandsma", "Brandsma E&I", "company"),
)


def _at(areas: str, *roles: Role) -> tuple[tuple[Role, str], ...]:
    """Each of the roles in each of the areas."""
    return tuple((role, area) for role in roles for area in areas.split())


# What the eight of a crew are, in the order in which they are named, and their roles. At night the
# operator of an area gives its permits out; they are authorised from elsewhere.
_OPERATES = (Role.OPERATOR, Role.PERMIT_ISSUER)
_PARTS = {
    "lead-p": _at("40", Role.SHIFT_LEAD),
    "lead-r": _at("20 30 50", Role.SHIFT_LEAD),
    "lead-w": _at("10 60 90", Role.SHIFT_LEAD),
    "op-p": _at("40", *_OPERATES),
    "op-r": _at("20 30 50", *_OPERATES),
    "op-w": _at("10 60 90", *_OPERATES),
    "te": ((Role.TECHNICIAN, ""),),
    "lab": ((Role.QUALITY, ""),),
}
_SHIFT_LEAD, _TECHNICIAN = ("shiftlead", "Joost Bakker"), ("technician", "Sanne Visser")
_NAMES = {
    "A": (
        *(_SHIFT_LEAD, ("lotte", "Lotte Brouwer"), ("stefan", "Stefan Maas")),
        *(("daan", "Daan Willems"), ("noor", "Noor Peters"), ("sem", "Sem van Dijk")),
        *(_TECHNICIAN, ("iris", "Iris Kuiper")),
    ),
    "B": (
        *(("tim", "Tim de Boer"), ("anouk", "Anouk Jacobs"), ("rachid", "Rachid El Amrani")),
        *(("bas", "Bas Hoekstra"), ("femke", "Femke Postma"), ("kevin", "Kevin Groen")),
        *(("olga", "Olga Meijer"), ("emma", "Emma Verhoeven")),
    ),
    "C": (
        *(("mirjam", "Mirjam Sanders"), ("hans", "Hans Dekker"), ("sven", "Sven Bakermans")),
        *(("lisa", "Lisa van Vliet"), ("omar", "Omar Haddad"), ("jesse", "Jesse Scholten")),
        *(("erik", "Erik Wouters"), ("naomi", "Naomi Pieters")),
    ),
    "D": (
        *(("ronald", "Ronald Huisman"), ("saskia", "Saskia Evers"), ("paul", "Paul Veenstra")),
        *(("mo", "Mohammed Aksoy"), ("jip", "Jip Hermans"), ("tess", "Tess de Graaf")),
        *(("arno", "Arno Blom"), ("carla", "Carla Martens")),
    ),
    "E": (
        *(("wilma", "Wilma Schipper"), ("gijs", "Gijs van den Berg"), ("dennis", "Dennis Koster")),
        *(("roos", "Roos Bosman"), ("ali", "Ali Demir"), ("nick", "Nick Zijlstra")),
        *(("vera", "Vera Molenaar"), ("julia", "Julia Smeets")),
    ),
}
# Who differs from the part that is played.
_ROLES = {
    "technician": _at("30 40", Role.TECHNICIAN),
    # Asks for permits and gives them out.
    "hans": (*_PARTS["lead-r"], (Role.PERMIT_ISSUER, "20")),
}
_PHONES = {"shiftlead": "2140", "lotte": "2130", "stefan": "2160"}


def _crew(crew: str) -> list[Person]:
    return [
        Person(
            key,
            name,
            _ROLES.get(key, roles),
            crew,
            part,
            login=key in ("shiftlead", "technician"),
            phone=_PHONES.get(key, ""),
            # Hired for the season.
            until=Day(5, 16.0) if key == "nick" else None,
        )
        for (part, roles), (key, name) in zip(_PARTS.items(), _NAMES[crew], strict=True)
    ]


_AUTHORISES = (Role.AREA_OWNER, Role.PERMIT_AUTHORISER)
_KAREL = (*_at("20 30", Role.AREA_OWNER), *_at("20 30 50", Role.PERMIT_AUTHORISER))
_HENK = (*_at("80", *_AUTHORISES), (Role.CHANGE_COORDINATOR, ""))
# Whoever verifies what another recorded.
_WOUTER = ((Role.HSE, ""), (Role.COMPETENCE_COORDINATOR, ""))
_DAYS = (
    Person("supervisor", "Marit de Vries", ((Role.SUPERVISOR, ""),), login=True, phone="2101"),
    Person("issuer", "Pieter Kok", ((Role.PERMIT_ISSUER, ""),), login=True, phone="2115"),
    Person("viewer", "Ingrid Smit", ((Role.VIEWER, ""),), login=True),
    Person("admin", "Bram Mulder", ((Role.SITE_ADMIN, ""),), login=True),
    Person("planner", "Els Hendriks", ((Role.PLANNER, ""),), phone="2105"),
    Person("wouter", "Wouter Dijkstra", _WOUTER, phone="2111"),
    Person("yara", "Yara Schouten", ((Role.QUALITY, ""),), phone="2118"),
    Person("karel", "Karel Vos", _KAREL, phone="2120"),
    Person("fenna", "Fenna Boersma", _at("40", *_AUTHORISES), phone="2141"),
    # Has left, and what he owned is still his.
    Person("gerard", "Gerard Timmer", ((Role.AREA_OWNER, "50"),)),
    Person("mieke", "Mieke Post", _at("60 10", *_AUTHORISES)),
    Person("henk", "Henk van Leeuwen", _HENK),
    Person("thea", "Thea Mol", ((Role.DOCUMENT_CONTROLLER, ""), (Role.COMPETENCE_COORDINATOR, ""))),
    Person("ruud", "Ruud Jansen", ((Role.TECHNICIAN, ""),), phone="2172"),
)

_OF_COMPANIES = (
    Person("contractor", "Hamid Yilmaz", ((Role.CONTRACTOR, ""),), company="lasteam", login=True),
    Person("luuk", "Luuk Prins", ((Role.CONTRACTOR, ""),), company="lasteam"),
    Person("jeroen", "Jeroen Kuipers", ((Role.CONTRACTOR, ""),), company="hydrex"),
    Person("milan", "Milan Kovac", ((Role.CONTRACTOR, "20"),), company="hydrex"),
    Person("frits", "Frits Brandsma", ((Role.CONTRACTOR, ""),), company="brandsma"),
    Person("esra", "Esra Polat", ((Role.CONTRACTOR, "80"),), company="brandsma"),
)

PEOPLE = (*chain.from_iterable(map(_crew, CREWS)), *_DAYS, *_OF_COMPANIES)

POSTS = (
    Post("sup", "Supervisor, site", Role.SUPERVISOR, "HVK", "supervisor", ("tim",)),
    Post("sl-10", "Shift lead, Jetty", Role.SHIFT_LEAD, "10", part="lead-w"),
    Post("sl-20", "Shift lead, Tank farm", Role.SHIFT_LEAD, "20", part="lead-r"),
    Post("sl-30", "Shift lead, Process hall", Role.SHIFT_LEAD, "30", part="lead-r"),
    Post("sl-40", "Shift lead, Packaging", Role.SHIFT_LEAD, "40", part="lead-p"),
    Post("sl-50", "Shift lead, Utilities", Role.SHIFT_LEAD, "50", part="lead-r"),
    Post("sl-60", "Shift lead, Warehouse", Role.SHIFT_LEAD, "60", part="lead-w"),
    Post("ao-20", "Area owner, Tank farm", Role.AREA_OWNER, "20", "karel"),
    Post("ao-40", "Area owner, Packaging", Role.AREA_OWNER, "40", "fenna"),
    # Vacant since he left.
    Post("ao-50", "Area owner, Utilities", Role.AREA_OWNER, "50", "gerard"),
    Post("ao-60", "Area owner, Warehouse", Role.AREA_OWNER, "60", "mieke"),
    Post("ao-80", "Area owner, Project", Role.AREA_OWNER, "80", "henk"),
)
