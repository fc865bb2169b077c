"""What judgements rest on, as plain values: loaded by `reads.facts`, judged by `judging`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Named:
    """A competence as a rule asks for it."""

    id: int
    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Asked:
    """A rule. path: of its place, empty where it names none."""

    id: int
    asks: str
    starts: datetime
    ends: datetime | None = None
    competence: Named | None = None
    level: int | None = None
    verification: Named | None = None
    supervised: bool = False
    everybody: bool = False
    type_id: int | None = None
    place_id: int | None = None
    path: str = ""
    place: str = ""
    class_id: int | None = None
    capacity: str = ""
    kind: str = ""
    code: str = ""
    team_id: int | None = None


@dataclass(frozen=True)
class Firm:
    """A company at a site. insured: the ends of its verified insurances.

    type_ids: the types of work that it may carry out; none: any.
    """

    team_id: int
    state: str
    until: datetime | None = None
    path: str = ""
    insured: tuple[datetime, ...] = ()
    insurance_to_verify: bool = False
    type_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class SiteFacts:
    """What a site asks, and how its companies stand."""

    id: int
    slug: str
    rules: tuple[Asked, ...] = ()
    firms: Mapping[int, Firm] = field(default_factory=dict)


@dataclass(frozen=True)
class Proof:
    """A record of a person."""

    competence_id: int
    state: str
    level: int | None = None
    until: datetime | None = None
    id: int | None = None


@dataclass(frozen=True)
class PersonFacts:
    """What a person has, at the sites in question.

    firms: as whose contractor the person is at which site: site, company, from, until. inductions
    and exemptions: of what, until when. left: who is not here any more, and supervises nobody.
    """

    id: int
    firm_id: int | None = None
    firms: tuple[tuple[int, int, datetime, datetime | None], ...] = ()
    proofs: tuple[Proof, ...] = ()
    exemptions: tuple[tuple[int, datetime], ...] = ()
    inductions: tuple[tuple[int, datetime | None], ...] = ()
    left: bool = False


@dataclass(frozen=True)
class Where:
    """What somebody is asked to be fit for. codes: the records that concern it, kind and code.

    capacity: as what, where another domain asks; empty for who carries work out.
    """

    site_id: int
    path: str
    type_id: int | None = None
    class_ids: frozenset[int] = frozenset()
    team_id: int | None = None
    codes: frozenset[tuple[str, str]] = frozenset()
    capacity: str = ""

    @property
    def type_ids(self) -> tuple[int, ...]:
        """The types of the work, where it is known."""
        return () if self.type_id is None else (self.type_id,)
