"""What an act or a page knows of one permit, loaded once."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value
from django.db.models.functions import JSONObject

from permits.models import (
    GasTest,
    Hazard,
    Issue,
    Measure,
    Permit,
    PermitItem,
    PermitPerson,
    PermitRoute,
    PermitType,
    Presence,
    Signature,
    Stop,
    TypeTest,
)
from permits.services._around import affected_by
from permits.services._here import with_performer
from permits.services._isolated import used_by
from permits.services._named import person_columns, person_in
from permits.services._paper import LATE
from permits.standing import overdue, state_at
from permits.states import COUNTED, Family, State
from work.prepared import given, prepared

_FAMILIES = list(Family)
# How long it counts that somebody comes in as performing authority.
_COMES = timedelta(minutes=30)


def by_name(person: Any, typed: str = "") -> str:
    """Somebody by name, whoever that is."""
    return typed or str(person or "")


@dataclass(frozen=True)
class Linked:
    """Work that a permit is for, and what is asked of it. path: of the place of the work."""

    pk: int
    item_id: int
    scope: str
    number: int
    what: str
    type_id: int
    team_id: int | None
    path: str
    class_ids: list[int]


@dataclass(frozen=True)
class Named:
    """Who is named to work under a permit; name: of one without a sign-in."""

    person_id: int | None
    person: Any
    name: str


@dataclass(frozen=True)
class OnIt:
    """Who is signed on, since when; name: of one without a sign-in. pk: of the presence."""

    pk: int
    person_id: int | None
    person: Any
    name: str
    on_at: datetime


@dataclass(frozen=True)
class Signed:
    """What somebody signed for on a permit, and when."""

    part: str
    person_id: int
    person: Any
    at: datetime


@dataclass
class Facts:
    """A permit with all that its guards look at. `at`: the moment for which they are asked.

    called: how people are read by whom a page is drawn for.
    """

    permit: Permit
    at: datetime
    route: PermitRoute | None
    tests_asked: list[TypeTest]
    hazards: list[Hazard] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    links: list[Linked] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    on_it: list[OnIt] = field(default_factory=list)
    signatures: list[Signed] = field(default_factory=list)
    tests: list[GasTest] = field(default_factory=list)
    isolations: list[Any] = field(default_factory=list)
    # What was asked of people who take part, and how it stood: `_asked.against` says so.
    judged: list[dict[str, Any]] = field(default_factory=list)
    # The same of any occasion, as it was answered.
    answers: dict[Any, list[Any]] = field(default_factory=dict)
    issue: Issue | None = None
    stop: Stop | None = None
    # What nobody has confirmed since all was stopped there: asked once, where it is to be issued.
    all_stopped: list[Stop] | None = None
    called: Callable[..., str] = by_name

    @property
    def state(self) -> State:
        """The state at the moment, with what time alone has brought."""
        return state_at(self.permit, self.at)[0]

    @property
    def overdue(self) -> bool:
        """Whether its time has ended while it is in force."""
        return overdue(self.permit, self.at)

    @property
    def people_on_it(self) -> set[int]:
        """Ids of the people who are signed on."""
        return {each.person_id for each in self.on_it if each.person_id}

    @property
    def coming(self) -> int | None:
        """Who comes in as performing authority: who accepted that a short while ago."""
        issue = self.issue
        if issue is None or issue.next_taker_at is None or issue.next_taker_at < self.at - _COMES:
            return None
        return issue.next_taker_id

    def newest(self) -> dict[tuple[str, int], GasTest]:
        """The newest test of each sample point and substance: the one that was taken last.

        One that was entered from paper lets nothing go on: it counts where it is out of limits.
        """
        taken = sorted(self.counting(), key=lambda each: (each.taken_at, each.pk))
        return {(each.point, each.substance_id): each for each in taken}

    def counting(self) -> list[GasTest]:
        """The tests by which work goes on or stops."""
        return [each for each in self.tests if not (each.within and _from_paper(each))]

    def out_of_limits(self) -> bool:
        """Whether the newest of a test that is asked is out of its limits."""
        newest = self.newest()
        tests = [newest.get((point, each.substance_id)) for point, each in self.asked()]
        return any(test is not None and not test.within for test in tests)

    def asked(self) -> list[tuple[str, TypeTest]]:
        """Each test that is asked, in the order in which they are taken at each point."""
        order = sorted(
            self.tests_asked, key=lambda each: _FAMILIES.index(Family(each.substance.family))
        )
        return [(point, each) for point in self.permit.sample_points for each in order]

    def tests_until(self) -> datetime | None:
        """When the first of the tests that are asked runs out; one out of limits has already.

        Where one was never taken, as it came to be asked since, what stood before goes on to bind.
        """
        newest, ends = self.newest(), []
        for point, each in self.asked():
            test = newest.get((point, each.substance_id))
            if test is None:
                ends.append(self.permit.tests_until)
            else:
                ends.append(test.valid_until if test.within else test.taken_at)
        return min(filter(None, ends), default=None)

    def different_people(self, **instead: Any) -> set[int]:
        """The people who have a part in it; `instead` are those who would get theirs now.

        Of what was decided before the place only what stands counts, and not what was taken back.
        """
        permit = self.permit
        names = ("requested_by", "checked_by", "endorsed_by", "authorised_by")
        now = {name: getattr(permit, f"{name}_id") for name in (*names, "performing_authority")}
        found = {permit.issuer_id, *(now | instead).values()}
        found |= {each.person_id for each in self.signatures if each.part in COUNTED}
        return found - {None}


def _from_paper(test: GasTest) -> bool:
    return bool(test.recorded_at - test.taken_at > LATE)


# The same in SQL: those that let nothing go on.
UNCOUNTED = Q(within=True, recorded_at__gt=F("taken_at") + LATE)


def load(permit_id: int, at: datetime) -> Facts | None:
    """One permit with everything: a query a table, whatever stands in them."""
    found = _permit(permit=permit_id)
    return facts_of(found[0], at) if found else None


def with_current(permits: QuerySet[Permit]) -> QuerySet[Permit]:
    """Permits with their site, type and place, the issue that is open, the stop that stands, the
    work that each is for, what it affects, who is named to work under it, who is signed on and who
    signed for what.
    """
    open_rows = {
        "open_issue": FilteredRelation("issues", condition=Q(issues__ended_at=None)),
        "open_stop": FilteredRelation("stops", condition=Q(stops__ended_at=None)),
    }
    names = ("called_by", "confirmed_by", "note", "left")
    whose = [f"open_stop__{name}" for name in names]
    joined = ("site", "type", "place", "team", "open_issue", "open_stop", *whose)
    people = {"named": _named(), "present": _present(), "signed": _signed()}
    about = {"linked": _linked(), "affected_paths": ArraySubquery(affected_by(OuterRef("pk")))}
    whole = {"read_whole": Value(True), **about, **people}
    return permits.annotate(**whole, **open_rows).select_related(*joined)


def one_with_current(permits: QuerySet[Permit]) -> QuerySet[Permit]:
    """The same of one permit, with whether any stop at its site is unconfirmed."""
    called = Stop.objects.filter(permit__site=OuterRef("site"), confirmed_at=None, ended_at=None)
    return with_performer(with_current(permits)).annotate(site_unconfirmed=Exists(called))


def facts_of(permit: Permit, at: datetime) -> Facts:
    """The same of a permit at hand, which `with_current` read."""
    if not getattr(permit, "read_whole", False):
        raise ValueError("the permit was read without its issue and its stop")
    one, read = {"permit": permit.pk}, cast(Any, permit)
    hazards, measures = _assessment(permit)
    route, tests_asked = _asked_by_type(permit)
    return Facts(
        permit=permit,
        at=at,
        route=route,
        tests_asked=tests_asked,
        hazards=hazards,
        measures=measures,
        links=[Linked(**each) for each in read.linked],
        named=[Named(*_person(each)) for each in read.named],
        on_it=[OnIt(each["pk"], *_person(each), _moment(each["at"])) for each in read.present],
        signatures=[
            Signed(each["part"], each["person_id"], person_in(each), _moment(each["at"]))
            for each in read.signed
        ],
        tests=_of(permit, _tests(**one)),
        isolations=used_by(permit),
        issue=getattr(permit, "open_issue", None),
        stop=getattr(permit, "open_stop", None),
    )


def _person(row: dict[str, Any]) -> tuple[int | None, Any, str]:
    """Who stands in a row, by id, in person, and by name where the site does not know whom."""
    return row["person_id"], person_in(row), row["typed"]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _of[T](permit: Permit, rows: list[T]) -> list[T]:
    """Rows of a permit, which know it."""
    for row in rows:
        row.permit = permit  # type: ignore[attr-defined]
    return rows


def _assessment(permit: Permit) -> tuple[list[Hazard], list[Measure]]:
    """The hazards and their measures, in one query."""
    rows = _of(permit, _hazards(permit=permit.pk))
    hazards = {each.pk: each for each in rows}
    found = [getattr(each, "measure", None) for each in rows]
    measures = [each for each in found if each is not None]
    return list(hazards.values()), sorted(measures, key=lambda each: each.pk)


def _asked_by_type(permit: Permit) -> tuple[PermitRoute | None, list[TypeTest]]:
    """What its type asks of it: signatures by its risk, and tests; in one query."""
    rows = _with_its_asks(type=permit.type_id, risk=permit.risk)
    route = next((getattr(each, "its_route", None) for each in rows), None)
    found = [getattr(each, "its_test", None) for each in rows]
    return route, [each for each in found if each is not None]


def _linked() -> ArraySubquery:
    """The work that a permit is for, each with its type and the classes of its things."""
    rows = PermitItem.objects.filter(permit=OuterRef("pk"), ended_at=None).order_by("pk")
    things = PermitItem.objects.filter(pk=OuterRef("pk"), item__assets__isnull=False).order_by()
    columns = {
        **{name: F(name) for name in ("pk", "item_id", "scope")},
        **{name: F(f"item__{name}") for name in ("number", "what", "type_id", "team_id")},
        "path": F("item__place__path"),
        "class_ids": ArraySubquery(things.values("item__assets__asset_class").distinct()),
    }
    return ArraySubquery(rows.values_list(JSONObject(**columns), flat=True))


def _named() -> ArraySubquery:
    """Who is named to work under a permit."""
    rows = PermitPerson.objects.filter(permit=OuterRef("pk"), ended_at=None).order_by("pk")
    columns = {"typed": F("name"), **person_columns("person")}
    return ArraySubquery(rows.values_list(JSONObject(**columns), flat=True))


def _present() -> ArraySubquery:
    """Who is signed on to a permit."""
    rows = Presence.objects.filter(permit=OuterRef("pk"), off_at=None).order_by("on_at", "pk")
    columns = {"pk": F("pk"), "typed": F("name"), "at": F("on_at"), **person_columns("person")}
    return ArraySubquery(rows.values_list(JSONObject(**columns), flat=True))


def _signed() -> ArraySubquery:
    """What was signed for on a permit."""
    rows = Signature.objects.filter(permit=OuterRef("pk")).order_by("pk")
    columns = {"part": F("part"), "at": F("at"), **person_columns("person")}
    return ArraySubquery(rows.values_list(JSONObject(**columns), flat=True))


@prepared
def _permit() -> QuerySet[Permit]:
    return one_with_current(Permit.objects.filter(pk=given("permit")))


@prepared
def _with_its_asks() -> QuerySet[PermitType]:
    """A type with its route at a risk, once for each substance that is tested."""
    open_rows = {
        "its_route": FilteredRelation("routes", condition=Q(routes__risk=given("risk"))),
        "its_test": FilteredRelation("tests", condition=Q(tests__is_active=True)),
    }
    rows: Any = PermitType.objects.filter(pk=given("type")).annotate(**open_rows)
    return rows.select_related("its_route", "its_test__substance").order_by("its_test__pk")


@prepared
def _hazards() -> QuerySet[Hazard]:
    open_measure = FilteredRelation("measures", condition=Q(measures__ended_at=None))
    rows: Any = Hazard.objects.filter(permit_id=given("permit"), ended_at=None)
    rows = rows.annotate(measure=open_measure).select_related("measure__ticked_by")
    return rows.order_by("pk", "measure__pk")


@prepared
def _tests() -> QuerySet[GasTest]:
    rows = GasTest.objects.filter(permit_id=given("permit")).select_related("tester")
    return rows.order_by("taken_at", "pk")


def by_hazard(facts: Facts) -> dict[int, list[Measure]]:
    """The measures of each hazard."""
    found: dict[int, list[Measure]] = defaultdict(list)
    for each in facts.measures:
        found[each.hazard_id].append(each)
    return found
