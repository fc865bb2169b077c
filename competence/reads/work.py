"""The work of a site as competence needs it: what people carry out, as suppliers see it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from work.ports import ItemContext
from work.reads.contexts import contexts
from work.states import OPEN, UNDER_WAY, Status


def items(wanted: Q, most: int = 500) -> list[Any]:
    """Open items with their place and type, by when they are planned: one query."""
    return list(_items(wanted).order_by("planned_start", "pk")[:most])


def _items(wanted: Q) -> QuerySet[Any]:
    rows = apps.get_model("work", "WorkItem")._default_manager.filter(wanted)
    return rows.filter(status__in=sorted(OPEN)).select_related("place", "type").distinct()


def of_people(site_id: int, people: Collection[int]) -> list[Any]:
    """The open items that these people execute at a site."""
    return items(Q(site_id=site_id, executors__in=list(people)))


def of_day(site_id: int, begin: datetime, end: datetime, teams: Collection[int] | None) -> Q:
    """What companies carry out on a day: under way, or planned to be. teams: None means all."""
    planned = Q(status=Status.PLANNED, planned_start__lt=end) & (
        Q(planned_end=None, planned_start__gte=begin) | Q(planned_end__gt=begin)
    )
    wanted = Q(site_id=site_id, team__kind="company") & (planned | Q(status__in=sorted(UNDER_WAY)))
    return wanted if teams is None else wanted & Q(team_id__in=list(teams))


def known(found: Collection[Any]) -> dict[int, ItemContext]:
    """The same items as suppliers see them: one query."""
    return contexts(list(found)) if found else {}
