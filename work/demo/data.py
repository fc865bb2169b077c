"""What the data of a demo is written in. When: see `moments`; who: a person's key, or a part.

A part is played by whoever is there at that moment: "op" the operator of the place's area, "te" the
technician, "lab" the laboratory, "lead" the shift lead, "plan" the planner by day and else the
lead, "acc" who accepts there.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from work.demo.moments import When
from work.states import Role


@dataclass(frozen=True)
class Person:
    """A person with roles: (role, place code or "" for the whole site).

    part: what a person of a crew is there, as "op-p". until: when the roles end.
    """

    key: str
    name: str
    roles: tuple[tuple[str, str], ...] = ()
    crew: str = ""
    part: str = ""
    company: str = ""
    login: bool = False
    phone: str = ""
    until: When | None = None


@dataclass(frozen=True)
class Area:
    """An area: the letter of its people in each crew, who owns and accepts work there, and who is
    there by day where no crew is."""

    letter: str
    post: str
    lead: str = ""
    hands: str = ""


@dataclass(frozen=True)
class Post:
    """A post at a place, who has its duty from the beginning, and who else may take it.

    part: whose of each crew it is, shift by shift.
    """

    key: str
    name: str
    role: Role
    place: str
    duty: str = ""
    deputies: tuple[str, ...] = ()
    part: str = ""


@dataclass(frozen=True)
class Window:
    """A window at a place: planned from and to, and since when somebody has it open."""

    key: str
    place: str
    name: str
    begins: When
    ends: When
    by: str
    opened: When | None = None


@dataclass(frozen=True)
class Step:
    """One act on an item: when, by whom ("" for its executor), what."""

    when: When
    by: str
    verb: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """A work item: who asked for what when, and what became of it."""

    type: str
    place: str
    what: str
    why: str
    when: When
    by: str
    steps: tuple[Step, ...] = ()
    given: dict[str, Any] = field(default_factory=dict)
    # How other jobs name it.
    key: str = ""


@dataclass(frozen=True)
class Demo:
    """One site."""

    slug: str
    name: str
    last_number: int
    # code, name, kind, code of the place above, owning team
    places: tuple[tuple[str, ...], ...]
    people: tuple[Person, ...]
    posts: tuple[Post, ...]
    jobs: tuple[Job, ...]
    areas: dict[str, Area]
    # Codes of the shipped types that it gets; None: all.
    types: tuple[str, ...] | None = None
    # code, name, kind
    teams: tuple[tuple[str, str, str], ...] = ()
    crews: tuple[str, ...] = ()
    # Of how many days the shifts are there, before the moment and after it.
    shifts: tuple[int, int] = (0, 0)
    rules: tuple[dict[str, Any], ...] = ()
    classes: tuple[dict[str, Any], ...] = ()
    # class, code, name, place or "in:" and the thing it is in, status
    assets: tuple[tuple[str, str, str, str, str], ...] = ()
    # place, other place, kind
    neighbours: tuple[tuple[str, str, str], ...] = ()
    # when, place, condition, by, why
    states: tuple[tuple[When, str, str, str, str], ...] = ()
    windows: tuple[Window, ...] = ()
    leavers: tuple[tuple[When, str], ...] = ()
    # Whether the domains play their parts there.
    domains: bool = False

    def area_code(self, place: str) -> str:
        """The code of the area that a place is in."""
        while place not in self.areas:
            place = self._above[place]
        return place

    @cached_property
    def _above(self) -> dict[str, str]:
        return {code: above for code, _name, _kind, above, *_ in self.places}

    def area(self, place: str) -> Area:
        """The area that a place is in."""
        return self.areas[self.area_code(place)]
