"""The work of a site as competence needs it: what people carry out, as suppliers see it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, Q, QuerySet, Value, Window

from work.pages import guest_at
from work.permissions import Scope
from work.ports import ItemContext
from work.prepared import Among
from work.reads.contexts import contexts
from work.states import OPEN, UNDER_WAY, Status


def items(wanted: Q, most: int | None = None) -> list[Any]:
    """Open items with their place and type, by when they are planned: one query."""
    return list(_items(wanted).distinct()[:most])


def these(ids: Collection[int], wanted: Q, also: QuerySet[Any] | None = None) -> list[Any]:
    """The same of items of which the ids are at hand, where they are still what is wanted.

    also: of these `parts` besides, read on the way.
    """
    among = Q(Among(F("pk"), Value(list(ids))))
    if also is not None:
        among |= Q(Among(F("pk"), ArraySubquery(also.values("item_id"))))
    return list(_items(wanted).filter(among))


def _items(wanted: Q) -> QuerySet[Any]:
    rows = apps.get_model("work", "WorkItem")._default_manager.filter(wanted)
    rows = rows.filter(status__in=sorted(OPEN)).select_related("place", "type")
    return rows.order_by("planned_start", "pk")


def parts(wanted: Q) -> QuerySet[Any]:
    """Who carries open items out: a row for each person and item. wanted: of `item`.

    Not by a list of the items: that is joined with all who ever carried anything out.
    """
    model: Any = apps.get_model("work", "ItemExecutor")
    return model._default_manager.filter(wanted, item__status__in=sorted(OPEN))


def first_of_each(wanted: Sequence[Q], most: int) -> list[tuple[list[int], int]]:
    """The ids of the first open items of each of these, and how many there are: one query."""
    if not wanted:
        return []
    rows = apps.get_model("work", "WorkItem")._default_manager.filter(status__in=sorted(OPEN))
    each = [
        rows.filter(part)
        .annotate(nth=Value(nth), of=Window(Count("pk")))
        .order_by("planned_start", "pk")
        .values_list("nth", "of", "pk")[:most]
        for nth, part in enumerate(wanted)
    ]
    found: list[tuple[list[int], int]] = [([], 0) for _ in wanted]
    for nth, count, pk in each[0].union(*each[1:], all=True):
        found[nth] = ([*found[nth][0], pk], count)
    return found


def of_day(
    site_id: int, begin: datetime, end: datetime, teams: Collection[int] | None, item: str = ""
) -> Q:
    """What companies carry out on a day: under way, or planned to be. teams: None means all.

    item: the way to the work from the rows that are filtered.
    """

    def of(**wanted: Any) -> Q:
        return Q(**{f"{item}{name}": value for name, value in wanted.items()})

    planned = of(status=Status.PLANNED, planned_start__lt=end) & (
        of(planned_end=None, planned_start__gte=begin) | of(planned_end__gt=begin)
    )
    under_way = of(status__in=sorted(UNDER_WAY))
    wanted = of(site_id=site_id, team__kind="company") & (planned | under_way)
    return wanted if teams is None else wanted & of(team_id__in=list(teams))


def known(found: Collection[Any]) -> dict[int, ItemContext]:
    """The same items as suppliers see them: one query."""
    return contexts(list(found)) if found else {}


def told_of(who: Scope, item: Any) -> dict[int, str]:
    """The executors of an item of whom the reader is told what is asked of them: their names by id.

    A guest is told that of the own people alone.
    """
    guest = guest_at(who, item.site_id, item.place.path)
    return {
        row["id"]: row["name"]
        for row in item.executor_rows
        if guest is None or guest.is_own(row["id"], row["company_id"])
    }
