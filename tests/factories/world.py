"""A small site hvk: places, a person of each role, posts on duty, two companies, one type."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.factories import steps
from tests.factories.kept import built_once
from tests.factories.setup import (
    AT,
    asset,
    asset_class,
    company,
    person,
    place,
    post_with_duty,
    site,
    work_type,
)
from work.models import Asset, Place, Post, Site, Team, User, WorkType
from work.states import PlaceKind, Role

# The role of each person of a world, by the person's name.
NAMES = {str(role): role for role in Role} | {
    "second_lead": Role.SHIFT_LEAD,
    "second_technician": Role.TECHNICIAN,
    "welder": Role.CONTRACTOR,
    "other_contractor": Role.CONTRACTOR,
}
# Those whom the world itself has; the others are put beside it.
_THERE = ("shift_lead", "second_lead", "supervisor")


@dataclass
class World:
    """People stand under the name of their role and are made when first named (`world.auditor`);
    besides: second_lead, second_technician, contractor and welder of LasTeam, other_contractor of
    Hydrex. Every role is for the whole site but technician and shift lead: theirs is at Packaging
    (40) and below.

    lead_post is held by `shift_lead` (deputy: `second_lead`), site_post by `supervisor`.
    """

    at: datetime
    site: Site
    root: Place
    process: Place
    u310: Place
    p301: Place
    packaging: Place
    l3: Place
    l4: Place
    pump: Asset
    lasteam: Team
    hydrex: Team
    mnt: WorkType
    lead_post: Post
    site_post: Post
    people: dict[str, User]

    def __getattr__(self, name: str) -> User:
        people = self.__dict__.get("people")
        if people is None or name not in NAMES:
            raise AttributeError(name)
        if name not in people:
            where = (self.packaging, self.lasteam, self.hydrex)
            make = functools.partial(_person, self.site, name, *where)
            people[name] = steps.added(name, make)
        return people[name]

    def everyone(self) -> dict[str, User]:
        """All of them, by name."""
        return {name: getattr(self, name) for name in NAMES}

    def t(self, minutes: float) -> datetime:
        """The moment so many minutes after the world's own."""
        return self.at + timedelta(minutes=minutes)


def _person(hvk: Site, name: str, packaging: Place, lasteam: Team, hydrex: Team) -> User:
    company = None
    if NAMES[name] == Role.CONTRACTOR:
        company = hydrex if name.startswith("other") else lasteam
    below = name in ("technician", "shift_lead", "second_lead")
    return person(
        hvk, NAMES[name], username=name, place=packaging if below else None, company=company
    )


def _make() -> World:
    """Build it through the services."""
    hvk = site("hvk", name="Havenkade Ingredients & Terminal")
    root = place(hvk, "HVK", kind=PlaceKind.SITE, name="Havenkade")
    process = place(hvk, "30", parent=root, name="Process hall")
    u310 = place(hvk, "U-310", parent=process, kind=PlaceKind.UNIT, name="Refining")
    p301 = place(hvk, "P-301", parent=u310, kind=PlaceKind.FUNCTIONAL_LOCATION, name="Feed pump")
    packaging = place(hvk, "40", parent=root, name="Packaging")
    l3 = place(hvk, "L3", parent=packaging, kind=PlaceKind.LINE, name="Pouches")
    l4 = place(hvk, "L4", parent=packaging, kind=PlaceKind.LINE, name="IBC")
    lasteam = company(hvk, "lasteam", "LasTeam BV")
    hydrex = company(hvk, "hydrex", "Hydrex Cleaning")
    people = {name: _person(hvk, name, packaging, lasteam, hydrex) for name in _THERE}
    return World(
        at=AT,
        site=hvk,
        root=root,
        process=process,
        u310=u310,
        p301=p301,
        packaging=packaging,
        l3=l3,
        l4=l4,
        pump=asset(asset_class(hvk, "pump"), "PUMP-0301", place=p301),
        lasteam=lasteam,
        hydrex=hydrex,
        mnt=work_type(hvk, "MNT", name="Maintenance follow-up"),
        people=people,
        lead_post=post_with_duty(
            packaging,
            people["shift_lead"],
            code="sl-40",
            name="Shift lead, Packaging",
            deputies=[people["second_lead"]],
        ),
        site_post=post_with_duty(
            root,
            people["supervisor"],
            role=Role.SUPERVISOR,
            code="sup",
            name="Supervisor, site",
        ),
    )


def _one(name: str) -> Callable[[World], User]:
    return lambda world: _person(world.site, name, world.packaging, world.lasteam, world.hydrex)


make_world = built_once(_make, {name: _one(name) for name in NAMES if name not in _THERE})


@dataclass
class SecondSite:
    """A site nrd of which nobody of hvk knows."""

    site: Site
    root: Place
    mnt: WorkType
    supervisor: User
    technician: User
    admin: User
    post: Post


@steps.step
def second_site() -> SecondSite:
    """Build it through the services."""
    nrd = site("nrd", name="Nordmaris Depot")
    root = place(nrd, "NRD", kind=PlaceKind.SITE)
    supervisor = person(nrd, Role.SUPERVISOR, username="nrd_supervisor")
    return SecondSite(
        site=nrd,
        root=root,
        mnt=work_type(nrd, "MNT"),
        supervisor=supervisor,
        technician=person(nrd, Role.TECHNICIAN, username="nrd_technician"),
        admin=person(nrd, Role.SITE_ADMIN, username="nrd_admin"),
        post=post_with_duty(root, supervisor, role=Role.SUPERVISOR, code="sup"),
    )
