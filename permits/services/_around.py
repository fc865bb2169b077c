"""What is around a permit or some work: in SQL, so that what is elsewhere is never looked at."""

import functools
import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Left, Length

from permits.isolation_states import How
from permits.models import IsolationUse, Permit, PermitItem, PermitPlace
from permits.services._named import model_of
from permits.services._places import above, meet
from permits.states import Reach
from work.reads.place import concerning, neighbouring

_AT = {Reach.SAME, Reach.WITHIN}
_NEIGHBOURS = {Reach.NEXT_TO, Reach.ABOVE_BELOW, Reach.SAME_AIR, Reach.SAME_DRAIN}


@dataclass(frozen=True)
class Where:
    """Where something is done: paths of places, ids of things, and of isolations behind which."""

    paths: tuple[str, ...]
    assets: Collection[int] = ()
    behind: Collection[int] = ()


def affected_by(permit: Any) -> QuerySet[PermitPlace, Any]:
    """Paths of the places besides its own that a permit affects."""
    return PermitPlace.objects.filter(permit=permit, ended_at=None).values("place__path")


def beside(permit: Any, above_own: Any) -> QuerySet[Any, Any]:
    """The places that concern those of a permit, as `neighbouring` has them.

    above_own: the paths of its own place and of all above that.
    """
    step = Value(model_of(Permit, "place").steplen)
    ends = Func(step, Length("place__path"), step, function="generate_series")
    affected = affected_by(permit).order_by().values(above=Left("place__path", ends))
    of = Func(above_own, ArraySubquery(affected), function="array_cat")
    return concerning(of)


def assets_of(permit: Any) -> QuerySet[PermitItem, Any]:
    """The things of a permit's work."""
    rows = PermitItem.objects.filter(permit=permit, ended_at=None, item__assets__isnull=False)
    return rows.order_by().values("item__assets")


def behind(permit: Any) -> QuerySet[IsolationUse, Any]:
    """The isolations behind which a permit's work is done, by itself or by that work."""
    within = OuterRef(permit) if isinstance(permit, OuterRef) else permit
    links = PermitItem.objects.filter(permit=within, ended_at=None)
    return _uses(Q(permit=permit) | Q(item__in=links.values("item_id"))).values("isolation_id")


def _uses(of: Q) -> QuerySet[IsolationUse]:
    rows = IsolationUse.objects.filter(of, ended_at=None, isolation__ended_at=None)
    return rows.exclude(how=How.AFTER).order_by()


def with_where(items: QuerySet[Any]) -> QuerySet[Any]:
    """Work with where it is done."""
    own = items.model.objects.filter(pk=OuterRef("pk")).order_by()
    return items.annotate(
        near_paths=ArraySubquery(own.filter(places__isnull=False).values("places__path")),
        near_assets=ArraySubquery(own.filter(assets__isnull=False).values("assets")),
        near_behind=ArraySubquery(_uses(Q(item=OuterRef("pk"))).values("isolation_id")),
    )


def where_of(item: Any) -> Where:
    """Where work of `with_where` is done; its place is loaded."""
    paths = (item.place.path, *item.near_paths)
    return Where(paths, {*item.near_assets}, {*item.near_behind})


class Around:
    """Whether something is near to where something else is, as rules of these reaches mean it."""

    def __init__(
        self,
        site_id: int,
        here: Where,
        reaches: Collection[str],
        concerned: Collection[Sequence[str]] | None = None,
    ) -> None:
        """concerned: what `neighbouring` says of here, where that is at hand."""
        self.here, self.reaches, self.site_id = here, set(reaches), site_id
        self.concerned = concerned

    @property
    def shape(self) -> tuple[Any, ...]:
        """What it is told from another by, for statements that are put together once for each: no
        more of where it is than these reaches ask.
        """
        paths = self.here.paths if self.reaches & _AT else ()
        assets = self.here.assets if Reach.ASSET in self.reaches else ()
        behind = self.here.behind if Reach.ISOLATION in self.reaches else ()
        sets = map(frozenset, (assets, behind, self.reaches))
        return (self.site_id, tuple(sorted({*paths})), tuple(sorted({*self.pairs})), *sets)

    @classmethod
    def of(cls, shape: tuple[Any, ...]) -> "Around":
        """The one of that shape: no query."""
        site_id, paths, pairs, assets, behind, reaches = shape
        found = cls(site_id, Where(paths, assets, behind), reaches)
        found.pairs = list(pairs)
        return found

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Kind and path of each place that concerns one of these places: one query, if asked and
        not at hand.
        """
        if not self.reaches & _NEIGHBOURS:
            return []
        mine, found = above(self.here.paths), []
        rows = neighbouring(mine) if self.concerned is None else self.concerned
        for kind, first, second in rows:
            found += [(kind, second)] * (first in mine) + [(kind, first)] * (second in mine)
        return [each for each in found if each[0] in self.reaches]

    def __call__(self, reach: str, there: Where) -> bool:
        """Whether it is near in this way."""
        if reach == Reach.ASSET:
            return not set(self.here.assets).isdisjoint(there.assets)
        if reach == Reach.ISOLATION:
            return not set(self.here.behind).isdisjoint(there.behind)
        if reach in _NEIGHBOURS:
            beside = tuple(path for kind, path in self.pairs if kind == reach)
            return any(each.startswith(beside) for each in there.paths)
        pairs = [(one, other) for one in self.here.paths for other in there.paths]
        if reach == Reach.SAME:
            return any(one == other for one, other in pairs)
        return any(meet(*each) for each in pairs)

    def permits(self) -> Q:
        """The permits that may be near."""
        near: Any = Q(pk__in=[])
        links = PermitItem.objects.filter(permit=OuterRef("pk"), ended_at=None)
        if at := self._at("place"):
            affected = PermitPlace.objects.filter(at, permit=OuterRef("pk"), ended_at=None)
            near |= at | Exists(affected)
        if Reach.ASSET in self.reaches and self.here.assets:
            near |= Q(Exists(links.filter(item__assets__in=self.here.assets)))
        if Reach.ISOLATION in self.reaches and self.here.behind:
            uses = _uses(Q(isolation__in=self.here.behind))
            by_work = links.filter(item__in=uses.filter(item__isnull=False).values("item_id"))
            near |= Q(Exists(uses.filter(permit=OuterRef("pk")))) | Q(Exists(by_work))
        return near

    def items(self) -> Q:
        """The work that may be near."""
        near, items = Q(pk__in=[]), model_of(PermitItem, "item").objects.order_by()
        if at := self._at("place"):
            near |= at | Q(pk__in=items.filter(self._at("places")).values("pk"))
        if Reach.ASSET in self.reaches and self.here.assets:
            near |= Q(pk__in=items.filter(assets__in=self.here.assets).values("pk"))
        if Reach.ISOLATION in self.reaches and self.here.behind:
            uses = _uses(Q(isolation__in=self.here.behind, item__isnull=False))
            near |= Q(pk__in=uses.values("item_id"))
        return near

    def _at(self, of: str) -> Q:
        """At one of these places, within or above one, or at a neighbour of one."""
        at, paths = Q(), {path for _kind, path in self.pairs}
        if self.reaches & _AT:
            paths |= {*self.here.paths}
            at |= Q(**{f"{of}__path__in": sorted(above(self.here.paths))})
        for path in sorted(paths):
            at |= Q(**{f"{of}__path__startswith": path})
        return at


def there(paths: Collection[str]) -> Q:
    """The permits at these places, below one, or affecting one of those."""
    at = _below(paths, "place")
    affected = PermitPlace.objects.filter(at, permit=OuterRef("pk"), ended_at=None)
    return at | Q(Exists(affected))


def found_there(paths: Collection[str]) -> Q:
    """The conflicts with what is at these places or below one."""
    ways = ("other__place", "item__place", "item__places")
    found = [_below(paths, way) for way in ways]
    found.append(_below(paths, "other__affected__place") & Q(other__affected__ended_at=None))
    return functools.reduce(operator.or_, found)


def _below(paths: Collection[str], of: str) -> Q:
    at = [Q(**{f"{of}__path__startswith": path}) for path in sorted(paths)]
    return functools.reduce(operator.or_, at, Q(pk__in=[]))


def around_work(site_id: int, items: QuerySet[Any], reaches: Collection[str]) -> Around:
    """What is around several items: one query."""
    found = [where_of(each) for each in with_where(items.select_related("place"))]
    paths = tuple({path for each in found for path in each.paths})
    assets = {pk for each in found for pk in each.assets}
    return Around(
        site_id, Where(paths, assets, {pk for each in found for pk in each.behind}), reaches
    )
