"""What is near a permit, as it is read: the rules that speak of it, then permits and work there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import JSONObject

from permits.models import ActivityRule, Conflict, Permit, PermitItem
from permits.services._around import (
    Around,
    Where,
    affected_by,
    assets_of,
    behind,
    beside,
    with_where,
)
from permits.services._named import model_of, person_columns
from permits.services._places import above
from permits.states import State
from work.prepared import given, prepared
from work.states import Status

# How long work lasts of which nobody says until when.
UNSAID = timedelta(hours=12)


class Near(NamedTuple):
    """A permit that may be near, or work: then with its status, and without what work has not."""

    is_work: bool
    number: int
    pk: int
    type_id: int
    state: str
    starts: datetime | None
    ends: datetime | None
    issue_ends: datetime | None
    aftercare_until: datetime | None
    place_id: int
    path: str
    paths: list[str]
    assets: list[int]
    behind: list[int]

    @property
    def where(self) -> Where:
        """Where it is done."""
        return Where((self.path, *self.paths), {*self.assets}, {*self.behind})


@dataclass(frozen=True)
class Look:
    """The rules that speak of a permit, and what may be near it, from where it is."""

    rules: list[Any]
    around: Around
    rows: list[Near]


def look(
    permit: Permit, at: datetime, begin: datetime, end: datetime, states: Collection[str]
) -> Look | None:
    """What may be near a permit meanwhile, permits in these states: two queries at most.

    None where no rule speaks of its type.
    """
    rules = _rules(permit)
    if not rules:
        return None
    one, reaches = rules[0], {rule.reach for rule in rules}
    here = Where((permit.place.path, *one.paths), {*one.assets}, {*one.behind})
    around = Around(permit.site_id, here, reaches, one.beside)
    others = {rule.other_type_id for rule in rules} - {None}
    types = others | {rule.type_id for rule in rules} if others else set()
    work = {rule.work_type_id for rule in rules} - {None}
    shape = (*(tuple(sorted(each)) for each in (types, work, states)), around.shape)
    values = {"permit": permit.pk, "at": at, "begin": begin, "end": end, "unsaid": begin - UNSAID}
    return Look(rules, around, [Near(*row) for row in _near(*shape, **values)])


def _rules(permit: Permit) -> list[Any]:
    """The rules that speak of its type, each with the endorsements of it that stand, and with where
    the permit is: its places and those that concern them, its things, the isolations behind which
    it is done. That there are none is asked once of a permit at hand.
    """
    if getattr(permit, "activity_rules_none", False):
        return []
    values = {"permit": permit.pk, "type": permit.type_id, "site": permit.site_id}
    known = _speaking(**values, above=sorted(above([permit.place.path])))
    permit.activity_rules_none = not known  # type: ignore[attr-defined]
    return known


@prepared
def _speaking() -> QuerySet[ActivityRule]:
    """The rules at a site that speak of a type of permit, with what one of it has to do with each;
    `above`: the paths of its own place and of all above that.
    """
    one, mine = given("permit"), Q(type=given("type")) | Q(other_type=given("type"))
    rows = ActivityRule.objects.filter(mine, site=given("site"), is_active=True)
    return rows.select_related("type", "other_type", "work_type").annotate(
        paths=ArraySubquery(affected_by(one)),
        assets=ArraySubquery(assets_of(one)),
        behind=ArraySubquery(behind(one)),
        beside=ArraySubquery(beside(one, given("above"))),
        endorsed=ArraySubquery(_endorsed(one)),
    )


def _endorsed(permit: Any) -> QuerySet[Conflict, Any]:
    """What was endorsed of a rule and stands, with who did."""
    rows = Conflict.objects.filter(
        permit=permit, rule=OuterRef("pk"), ended_at=None, endorsed_at__isnull=False
    )
    own = ("other_id", "item_id", "starts", "ends", "place_id")
    columns = {name: F(name) for name in own} | {"note": F("note__text")}
    columns |= person_columns("endorsed_by")
    return rows.order_by().values_list(JSONObject(**columns), flat=True)


@prepared
def _near(
    types: tuple[int, ...],
    work_types: tuple[int, ...],
    states: tuple[str, ...],
    around: tuple[Any, ...],
) -> QuerySet[Any, Any]:
    """Permits of these types, and work of these, that may be near one in its time: newest first."""
    near = Around.of(around)
    permits: Any = _permits(types, states, near)
    return permits.union(_work(work_types, near), all=True).order_by("is_work", "-number")


def _permits(
    types: tuple[int, ...], states: tuple[str, ...], near: Around
) -> QuerySet[Permit, Any]:
    # Who ran over its time is there until somebody says that it is stopped.
    late = Q(state__in=[State.IN_FORCE, State.STOP_CALLED], issue_ends__lte=given("at"))
    late |= Q(state=State.AFTERCARE)
    rows = Permit.objects.filter(
        Q(ends__gt=given("begin")) | late,
        near.permits(),
        site=near.site_id,
        type_id__in=types,
        state__in=states,
        ended_at=None,
        starts__lt=given("end"),
    ).exclude(pk=given("permit"))
    rows = rows.order_by().annotate(is_work=Value(False))
    times = ("starts", "ends", "issue_ends", "aftercare_until")
    return rows.values_list(
        *("is_work", "number", "pk", "type_id", "state", *times, "place_id", "place__path"),
        ArraySubquery(affected_by(OuterRef("pk"))),
        ArraySubquery(assets_of(OuterRef("pk"))),
        ArraySubquery(behind(OuterRef("pk"))),
    )


def _work(types: tuple[int, ...], near: Around) -> QuerySet[Any, Any]:
    mine = PermitItem.objects.filter(permit=given("permit"), ended_at=None).values("item_id")
    # As `times` reads them.
    under_way = Q(planned_end=None) | Q(planned_end__lte=given("at"))
    under_way |= Q(planned_end__gt=given("begin"))
    to_come = Q(planned_end__gt=given("begin"))
    to_come |= Q(planned_end=None, planned_start__gt=given("unsaid"))
    rows = model_of(PermitItem, "item").objects.filter(
        (Q(status=Status.LIVE) & under_way)
        | (Q(status=Status.PLANNED, planned_start__lt=given("end")) & to_come),
        near.items(),
        site=near.site_id,
        type_id__in=types,
    )
    rows = with_where(rows.exclude(pk__in=mine)).annotate(is_work=Value(True))
    own = ("is_work", "number", "pk", "type_id", "status", "planned_start", "planned_end")
    no_time = Value(None, output_field=Permit._meta.get_field("ends"))
    where = ("place_id", "place__path", "near_paths", "near_assets", "near_behind")
    return rows.values_list(*own, no_time, no_time, *where)
